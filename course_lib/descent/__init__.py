"""The algorithms of the first chapters, on plain NumPy: exhaustive search, the three gradient descents, Newton."""

from course_lib.descent import batches, stopping
from course_lib.descent.analysis import (
    batch_gradient_variance,
    behavior,
    best_learning_rate,
    classify_stationary_point,
    learning_rate_limit,
    noise_floor,
)
from course_lib.descent.descent import (
    descend,
    gradient_descent,
    minibatch_gradient_descent,
    stochastic_gradient_descent,
)
from course_lib.descent.momentum import (
    average_form,
    best_momentum,
    look_ahead,
    momentum_factor,
    momentum_limit,
    momentum_noise_floor,
    velocity_form,
)
from course_lib.descent.newton_method import newton, newton_step
from course_lib.descent.search import SearchResult, exhaustive_search
from course_lib.trace import DivergenceError, Trace

__all__ = [
    "DivergenceError",
    "SearchResult",
    "Trace",
    "average_form",
    "batch_gradient_variance",
    "batches",
    "behavior",
    "best_learning_rate",
    "best_momentum",
    "classify_stationary_point",
    "descend",
    "exhaustive_search",
    "gradient_descent",
    "learning_rate_limit",
    "look_ahead",
    "minibatch_gradient_descent",
    "momentum_factor",
    "momentum_limit",
    "momentum_noise_floor",
    "newton",
    "newton_step",
    "noise_floor",
    "stochastic_gradient_descent",
    "stopping",
    "velocity_form",
]
