"""A quantity over the plane of two settings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgba
from numpy.typing import ArrayLike

from course_lib.plots import wording
from course_lib.plots.palette import Scheme
from course_lib.plots.picture import WIDE, Picture


def plane(
    x: ArrayLike,
    y: ArrayLike,
    values: ArrayLike,
    levels: Sequence[float],
    *,
    xlabel: str,
    ylabel: str,
    lines: Mapping[str, tuple[ArrayLike, ArrayLike]] | None = None,
    points: Mapping[str, tuple[float, float]] | None = None,
    title: str = "",
    alt: str,
    size: tuple[float, float] = WIDE,
) -> Picture:
    """Level lines of a quantity that depends on two settings, with more color where it is smaller.

    Parameters
    ----------
    x, y : arrays of shape (k,) and (l,)
    values : array of shape (l, k)
    levels : increasing sequence of float
        Where to draw lines; each carries its value. What lies above the last one stays without.
    xlabel, ylabel : str
    lines : dict of label to (xs, ys), optional
    points : dict of label to (x, y), optional
        Marked, and named in the legend.
    title, size
        As in `Picture`.
    alt : str
        What such a picture shows cannot be told from its numbers, so the words must be given.
    """
    x, y, values = (np.asarray(v, dtype=float) for v in (x, y, values))

    def draw(axes: Axes, scheme: Scheme) -> None:
        shades = [to_rgba(scheme.series[0], 0.6 * (1 - i / len(levels))) for i in range(len(levels))]
        axes.contourf(x, y, values, levels=[values.min() - 1, *levels], colors=shades)
        drawn = axes.contour(x, y, values, levels=levels, colors=scheme.ink, linewidths=0.6)
        axes.clabel(drawn, fmt=wording.number, fontsize=8)
        for i, (label, (xs, ys)) in enumerate((lines or {}).items(), start=1):
            axes.plot(xs, ys, **scheme.line(i), label=label)
        for i, (label, (a, b)) in enumerate((points or {}).items(), start=1):
            axes.plot(a, b, **scheme.points(i), linestyle="", markersize=7, label=label)
        axes.set(xlabel=xlabel, ylabel=ylabel, xlim=(x[0], x[-1]), ylim=(y[0], y[-1]))
        if lines or points:
            axes.legend()

    return Picture(draw, alt, title, size)
