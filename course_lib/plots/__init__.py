"""The figures of the book, drawn from a `Trace` and a problem, in light and dark, each with alternative text."""

from course_lib.plots.data import line_fit
from course_lib.plots.graphs import computation_graph
from course_lib.plots.landscapes import contour, cost_curve
from course_lib.plots.noise import gradient_noise
from course_lib.plots.palette import DARK, LIGHT, Scheme
from course_lib.plots.picture import PANEL, WIDE, Picture, Row, side_by_side
from course_lib.plots.plane import plane
from course_lib.plots.progress import curves, learning_rates, losses, parameters, sensitivity

__all__ = [
    "DARK",
    "LIGHT",
    "PANEL",
    "Picture",
    "Row",
    "Scheme",
    "WIDE",
    "computation_graph",
    "contour",
    "cost_curve",
    "curves",
    "gradient_noise",
    "learning_rates",
    "line_fit",
    "losses",
    "parameters",
    "plane",
    "sensitivity",
    "side_by_side",
]
