"""Where a run goes: its path on the curve of a loss of one variable, or over the level lines of one of two."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from course_lib.descent import SearchResult
from course_lib.plots import wording
from course_lib.plots.palette import Scheme
from course_lib.plots.picture import PANEL, WIDE, Picture
from course_lib.problems import Function, Problem
from course_lib.trace import Trace
from course_lib.validation import Array


def cost_curve(
    problem: Problem,
    *traces: Trace,
    window: tuple[float, float] | None = None,
    search: SearchResult | None = None,
    tangents: Sequence[float] = (),
    xlabel: str = "w",
    ylabel: str = "loss",
    title: str = "",
    alt: str | None = None,
    size: tuple[float, float] = WIDE,
) -> Picture:
    """The loss of a problem with one parameter, and the paths of descents on it.

    Parameters
    ----------
    problem : Problem
        With d = 1.
    *traces : Trace
        Runs; every recorded point is marked on the curve, and joined to the next.
    window : (float, float), optional
        The range of w; chosen from the problem or the runs if not given.
    search : SearchResult, optional
        An exhaustive search, drawn as the points it tried.
    tangents : sequence of float
        Values of w at which to draw the slope.
    xlabel, ylabel : str
    title, alt, size
        As in `Picture`.
    """
    _require_parameters(problem, 1)
    low, high = window or _window(problem, traces, 0)
    w = np.linspace(low, high, 241)
    curve = np.array([problem.loss(np.array([v])) for v in w])
    labels = wording.named([trace.label for trace in traces])

    def draw(axes: Axes, scheme: Scheme) -> None:
        axes.plot(w, curve, color=scheme.ink, linewidth=1.6)
        if search is not None:
            axes.plot(search.candidates[:, 0], search.loss, "|", color=scheme.series[0], markersize=9)
            axes.plot(search.best[0], search.best_loss, "o", color=scheme.series[1], markersize=7)
        for i, v in enumerate(tangents):
            slope, height = problem.gradient(np.array([v]))[0], problem.loss(np.array([v]))
            reach = 0.11 * (high - low)
            ends = np.array([v - reach, v + reach])
            axes.plot(ends, height + slope * (ends - v), **scheme.line(i))
            axes.plot(v, height, **scheme.points(i))
        for i, trace in enumerate(traces):
            axes.plot(
                trace.params[:, 0], trace.loss, **{**scheme.line(i), **scheme.points(i)},
                markersize=4.5, markevery=_spaced(trace), linewidth=1.1, label=labels[i],
            )  # fmt: skip
        margin = 0.08 * (curve.max() - curve.min())
        axes.set(xlabel=xlabel, ylabel=ylabel, xlim=(low, high), ylim=(curve.min() - margin, curve.max() + margin))
        axes.grid(True)
        if len(traces) > 1:
            axes.legend()

    deepest = wording.number(w[np.argmin(curve)])
    parts = [f"The {ylabel} of {xlabel} from {wording.number(low)} to {wording.number(high)}, lowest near {deepest}."]
    if search is not None:
        parts.append(f"Search tried {search.evaluations} values; the best was {wording.number(search.best[0])}.")
    parts += [f"At {wording.number(v)} the slope is {wording.number(problem.gradient(np.array([v]))[0])}." for v in tangents]
    parts += [
        f"{label}: {trace.updates} updates take {xlabel} {wording.from_to(trace.params[:, 0])}."
        for label, trace in zip(labels, traces, strict=True)
    ]
    return Picture(draw, alt or " ".join(parts), title, size)


def contour(
    problem: Problem,
    *traces: Trace,
    box: Sequence[tuple[float, float]] | None = None,
    levels: int = 14,
    equal: bool = True,
    xlabel: str = "w₁",
    ylabel: str = "w₂",
    title: str = "",
    alt: str | None = None,
    size: tuple[float, float] = PANEL,
) -> Picture:
    """The level lines of a problem with two parameters, and the paths of descents over them.

    Levels lie closer together near the minimum, so that the valley floor shows. A ring marks where each run starts, a
    cross each known minimum.

    Parameters
    ----------
    problem : Problem
        With d = 2.
    *traces : Trace
    box : two (low, high), optional
        The window; chosen from the problem or the runs if not given.
    levels : int, default 14
        How many level lines.
    equal : bool, default True
        Whether both axes have the same scale, so that right angles look right.
    xlabel, ylabel : str
    title, alt, size
        As in `Picture`.
    """
    _require_parameters(problem, 2)
    (left, right), (bottom, top) = box or [_window(problem, traces, j) for j in range(2)]
    a, b = np.linspace(left, right, 121), np.linspace(bottom, top, 121)
    height = np.array([[problem.loss(np.array([x, y])) for x in a] for y in b])
    labels = wording.named([trace.label for trace in traces])
    minima = _minima(problem)

    def draw(axes: Axes, scheme: Scheme) -> None:
        lowest = height.min()
        # equally spaced in the square root: for a bowl, lines at equal distances
        heights = lowest + (height.max() - lowest) * np.linspace(0, 1, levels + 1)[1:] ** 2
        axes.contour(a, b, height, levels=heights, colors=scheme.faint, linewidths=0.8)
        for i, trace in enumerate(traces):
            x, y = trace.params.T
            axes.plot(
                x, y, **scheme.points(i), markersize=3, markevery=_spaced(trace),
                linewidth=1.3, label=labels[i],
            )  # fmt: skip
            axes.plot(x[0], y[0], "o", markersize=9, markerfacecolor="none", color=scheme.points(i)["color"])
        axes.plot(minima[:, 0], minima[:, 1], "x", color=scheme.ink, markersize=8, markeredgewidth=2)
        axes.set(xlabel=xlabel, ylabel=ylabel, xlim=(left, right), ylim=(bottom, top))
        axes.xaxis.set_major_locator(MaxNLocator(6))
        if equal:
            axes.set_aspect("equal")
        if len(traces) > 1:
            axes.legend()

    parts = [
        f"Level lines for {xlabel} from {wording.number(left)} to {wording.number(right)} and {ylabel} from "
        f"{wording.number(bottom)} to {wording.number(top)}"
        + (f", with the minimum at {' and '.join(map(wording.point, minima))}." if len(minima) else ".")
    ]
    for label, trace in zip(labels, traces, strict=True):
        shrunk = ", crossing the valley again and again" if _zigzags(trace) else ""
        parts.append(
            f"{label}: {trace.updates} updates from {wording.point(trace.params[0])} to "
            f"{wording.point(trace.params[-1])}{shrunk}."
        )
    return Picture(draw, alt or " ".join(parts), title, size)


def _require_parameters(problem: Problem, d: int) -> None:
    if problem.d != d:
        raise ValueError(f"this picture needs a problem with {d} parameter(s), got one with {problem.d}.")


def _minima(problem: Problem) -> Array:
    if isinstance(problem, Function):
        return problem.minima
    minimum = getattr(problem, "minimum", None)
    return np.empty((0, problem.d)) if minimum is None else np.asarray(minimum)[None]


def _window(problem: Problem, traces: Sequence[Trace], j: int) -> tuple[float, float]:
    if isinstance(problem, Function):
        return problem.box[j]
    seen = np.concatenate([*(trace.params[:, j] for trace in traces), _minima(problem)[:, j]])
    if not len(seen):
        raise ValueError("give a window or box: neither the problem nor a run says where to look.")
    margin = 0.15 * (np.ptp(seen) or 1.0)
    return float(seen.min() - margin), float(seen.max() + margin)


def _spaced(trace: Trace) -> float | None:
    """Markers at every point of a short run; along a long one only where they do not cover each other."""
    return None if len(trace.loss) <= 60 else 0.02


def _zigzags(trace: Trace) -> bool:
    """Whether most steps turn back on the one before."""
    steps = np.diff(trace.params, axis=0)
    return len(steps) > 3 and np.mean(np.sum(steps[1:] * steps[:-1], axis=1) < 0) > 0.5
