"""Examples and what a model makes of them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from course_lib.plots import wording
from course_lib.plots.palette import Scheme
from course_lib.plots.picture import WIDE, Picture
from course_lib.problems import LinearRegression


def line_fit(
    problem: LinearRegression,
    lines: Mapping[str, ArrayLike],
    *,
    residuals: bool = False,
    xlabel: str = "x",
    ylabel: str = "y",
    title: str = "",
    alt: str | None = None,
    size: tuple[float, float] = WIDE,
) -> Picture:
    """The examples of a regression on one input, and lines through them.

    Parameters
    ----------
    problem : LinearRegression
        On one input.
    lines : dict of label to array of shape (d,)
        The parameters of each line.
    residuals : bool
        Whether to draw the distance of each example from the first line.
    xlabel, ylabel : str
    title, alt, size
        As in `Picture`.
    """
    if problem.d - problem.fit_intercept != 1:
        raise ValueError(f"this picture needs a regression on one input, got {problem.d - problem.fit_intercept}.")
    x, y = problem.X[:, 0], problem.y
    ends = np.array([min(x.min(), 0.0), x.max() + 0.05 * np.ptp(x)])

    def draw(axes: Axes, scheme: Scheme) -> None:
        axes.plot(x, y, "o", color=scheme.ink, markersize=5 if problem.n < 60 else 2.5, label="examples")
        for i, (label, w) in enumerate(lines.items()):
            axes.plot(ends, problem.predict(w, ends), **scheme.line(i), label=label)
            if residuals and i == 0:
                axes.vlines(x, y, problem.predict(w, x), color=scheme.series[0], linewidth=1)
        axes.set(xlabel=xlabel, ylabel=ylabel)
        axes.grid(True)
        axes.legend()

    parts = [
        f"{label}: {ylabel} = {wording.number(np.atleast_1d(w)[0])} {xlabel}"
        + (f" + {wording.number(np.atleast_1d(w)[1])}" if problem.fit_intercept else "")
        + f", loss {wording.number(problem.loss(np.asarray(w, dtype=float)))}."
        for label, w in lines.items()
    ]
    generated = (
        f"{problem.n} examples with {xlabel} from {wording.number(x.min())} to {wording.number(x.max())}. {' '.join(parts)}"
    )
    return Picture(draw, alt or generated, title, size)
