"""How far the gradient of a batch strays from the gradient over all examples."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from course_lib.plots import wording
from course_lib.plots.landscapes import _require_parameters
from course_lib.plots.palette import Scheme
from course_lib.plots.picture import PANEL, Picture
from course_lib.problems import Problem
from course_lib.validation import count, finite_array


def gradient_noise(
    problem: Problem,
    w: ArrayLike,
    batch_sizes: Sequence[int],
    *,
    draws: int = 200,
    rng: np.random.Generator | int = 0,
    names: tuple[str, str] = ("w₁", "w₂"),
    title: str = "",
    alt: str | None = None,
    size: tuple[float, float] = PANEL,
) -> Picture:
    """The gradients of many batches as a cloud around the gradient over all examples.

    Parameters
    ----------
    problem : Problem
        With d = 2.
    w : array of shape (2,)
        Where the gradients are taken.
    batch_sizes : sequence of int
        One cloud for each, the largest batches on top; examples are drawn with replacement.
    draws : int, default 200
        Batches in a cloud.
    rng : numpy Generator or int
    names : (str, str)
        Of the two parameters.
    title, alt, size
        As in `Picture`.
    """
    _require_parameters(problem, 2)
    w, draws, rng = finite_array("w", w, ndim=1), count("draws", draws), np.random.default_rng(rng)
    whole = problem.gradient(w)
    clouds = {
        size: np.array([problem.gradient(w, rng.integers(problem.n, size=size)) for _ in range(draws)])
        for size in sorted(count("batch size", b) for b in batch_sizes)
    }

    def draw(axes: Axes, scheme: Scheme) -> None:
        for i, (b, cloud) in enumerate(clouds.items()):
            axes.plot(
                *cloud.T, **scheme.points(i), linestyle="", markersize=3.5, alpha=0.55, markeredgewidth=0,
                label=f"batches of {b}",
            )  # fmt: skip
        axes.plot(*whole, "+", color=scheme.ink, markersize=14, markeredgewidth=2.2, label="all examples")
        axes.plot(0, 0, "x", color=scheme.ink, markersize=7)
        axes.set(xlabel=f"∂L/∂{names[0]}", ylabel=f"∂L/∂{names[1]}")
        axes.grid(True)
        axes.legend()

    parts = [
        f"Batches of {b}: mean {wording.point(cloud.mean(axis=0))}, spread {wording.point(cloud.std(axis=0))}."
        for b, cloud in clouds.items()
    ]
    generated = (
        f"Gradients of {draws} batches of each size as points. Over all examples it is {wording.point(whole)}. {' '.join(parts)}"
    )
    return Picture(draw, alt or generated, title, size)
