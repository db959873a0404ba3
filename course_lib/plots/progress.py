"""How a run gets on: loss, parameters and learning rate against what it has cost so far."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike

from course_lib.experiments import Comparison
from course_lib.experiments.comparing import Axis
from course_lib.plots import wording
from course_lib.plots.palette import Scheme
from course_lib.plots.picture import WIDE, Picture
from course_lib.trace import Trace
from course_lib.validation import Array

Run: TypeAlias = Trace | Sequence[Trace]
"""A run, or the runs of one method over several seeds."""

AXES: dict[Axis, str] = {
    "update": "updates",
    "epoch": "epochs",
    "gradient_evaluations": "gradients of single examples",
    "seconds": "seconds",
}


def curves(
    x: ArrayLike,
    ys: Mapping[str, ArrayLike],
    *,
    xlabel: str,
    ylabel: str,
    log: str = "",
    markers: bool = False,
    title: str = "",
    alt: str | None = None,
    size: tuple[float, float] = WIDE,
) -> Picture:
    """Several quantities over the same x.

    Parameters
    ----------
    x : array of shape (k,)
    ys : dict of label to array of shape (k,)
    xlabel, ylabel : str
    log : {"", "x", "y", "xy"}
        The axes with a logarithmic scale.
    markers : bool
        Whether to mark the points, because there is nothing between them.
    title, alt, size
        As in `Picture`; `alt` is generated from the data if not given.
    """
    x = np.asarray(x, dtype=float)
    for label, y in ys.items():
        if x.ndim != 1 or not x.size or np.shape(y) != x.shape:
            raise ValueError(
                f"curve {label!r} needs a row of numbers, one for each x; got shape {np.shape(y)} for x of {x.shape}."
            )

    def draw(axes: Axes, scheme: Scheme) -> None:
        for i, (label, y) in enumerate(ys.items()):
            signs = {**scheme.line(i), **(scheme.points(i) if markers else {})}
            axes.plot(x, y, **signs, markersize=5, label=label)
        _finish(axes, xlabel, ylabel, log, legend=len(ys) > 1)
        if np.all(x == x.round()) and "x" not in log:
            axes.xaxis.set_major_locator(MaxNLocator(integer=True))

    scale = f"{ylabel} on a logarithmic scale" if "y" in log else ylabel
    parts = [f"{label or ylabel} {wording.from_to(y)}" for label, y in ys.items()]
    generated = f"{scale} against {xlabel}, from {wording.number(x[0])} to {wording.number(x[-1])}. {'. '.join(parts)}."
    return Picture(draw, alt or generated, title, size)


def losses(
    *runs: Run,
    against: Axis = "epoch",
    log: bool = True,
    log_cost: bool = False,
    lowest: float = 0.0,
    goal: float | None = None,
    title: str = "",
    alt: str | None = None,
    size: tuple[float, float] = WIDE,
) -> Picture:
    """The loss over all examples against what it has cost.

    Parameters
    ----------
    *runs : Trace, or list of Trace
        Runs of one method over several seeds are drawn as their median, inside the band from the lowest to the
        highest; each for itself if they did not record the loss at the same costs, for example because one stopped
        earlier than another.
    against : {"update", "epoch", "gradient_evaluations", "seconds"}
        The cost.
    log : bool, default True
        Whether the loss has a logarithmic scale.
    log_cost : bool, default False
        Whether the cost has one, for methods whose costs differ by factors of ten; the start, at cost 0, is then left out.
    lowest : float, default 0
        The least loss there can be, subtracted so that a logarithmic scale shows what is left to gain.
    goal : float, optional
        A loss to mark by a dashed line, as the finish of a race.
    title, alt, size
        As in `Picture`.
    """
    _require_cost(against)
    repeated = [[run] if isinstance(run, Trace) else list(run) for run in runs]
    if not all(repeated):
        raise ValueError("losses needs at least one run of each method, got an empty list.")
    labels = wording.named([traces[0].label for traces in repeated])
    methods = [_over_seeds(traces, against, lowest, log_cost) for traces in repeated]

    def draw(axes: Axes, scheme: Scheme) -> None:
        for i, (lines, band) in enumerate(methods):
            for k, (x, y) in enumerate(lines):
                # a loss of exactly zero has no place on a logarithmic scale
                shown = np.where(y > 0, y, np.nan) if log else y
                width = 1.8 if len(lines) == 1 else 1.1
                axes.plot(x, shown, **scheme.line(i), linewidth=width, label="" if k else labels[i])
            if band:
                axes.fill_between(*band, color=scheme.line(i)["color"], alpha=0.2, linewidth=0)
        if goal is not None:
            axes.axhline(goal - lowest, color=scheme.ink, linewidth=1, linestyle="--")
        name = "loss above the lowest" if lowest else "loss"
        _finish(axes, AXES[against], name, "x" * log_cost + "y" * log, legend=len(runs) > 1)

    def told(lines: list[tuple[Array, Array]], seeds: int) -> str:
        xs, ys = zip(*lines, strict=True)
        after = f"after {wording.span([x[-1] for x in xs])} {AXES[against]}"
        if len(lines) > 1:
            starts, ends = (wording.span([y[k] for y in ys]) for k in (0, -1))
            return f"{seeds} runs, from {starts} to {ends}, {after}"
        return f"{wording.from_to(ys[0])}, {after}" + (f" (median of {seeds} seeds)" if seeds > 1 else "")

    parts = [f"{label}: {told(lines, len(traces))}" for label, traces, (lines, _) in zip(labels, repeated, methods, strict=True)]
    scale = "on a logarithmic scale " if log else ""
    cost = f"{AXES[against]}, these on a logarithmic scale" if log_cost else AXES[against]
    finish = "" if goal is None else f" A dashed line marks {wording.number(goal - lowest)}."
    return Picture(draw, alt or f"Loss {scale}against {cost}. {'. '.join(parts)}.{finish}", title, size)


def parameters(
    trace: Trace,
    names: Sequence[str],
    *,
    goal: ArrayLike | None = None,
    against: Axis = "epoch",
    title: str = "",
    alt: str | None = None,
    size: tuple[float, float] = WIDE,
) -> Picture:
    """Each parameter of a run against its cost, with the value it should reach.

    Parameters
    ----------
    trace : Trace
    names : sequence of str
        One name for each parameter.
    goal : array of shape (d,), optional
        The best parameters, drawn as thin lines.
    against, title, alt, size
        As in `losses`.
    """
    _require_cost(against)
    x = getattr(trace, against)
    goals = None if goal is None else np.asarray(goal, dtype=float)

    def draw(axes: Axes, scheme: Scheme) -> None:
        for j, (name, values) in enumerate(zip(names, trace.params.T, strict=True)):
            axes.plot(x, values, **scheme.line(j), label=name)
            if goals is not None:
                axes.axhline(goals[j], color=scheme.line(j)["color"], linewidth=0.8, alpha=0.7)
        _finish(axes, AXES[against], "parameter", "", legend=True)

    parts = [
        f"{name} {wording.from_to(values)}" + (f" (goal {wording.point(goals[j])})" if goals is not None else "")
        for j, (name, values) in enumerate(zip(names, trace.params.T, strict=True))
    ]
    return Picture(draw, alt or f"Parameters against {AXES[against]}. {'. '.join(parts)}.", title, size)


def learning_rates(
    *traces: Trace,
    log: bool = False,
    title: str = "",
    alt: str | None = None,
    size: tuple[float, float] = WIDE,
) -> Picture:
    """The learning rate that each update used, which need not be the one that was planned."""
    labels = wording.named([trace.label for trace in traces])

    def draw(axes: Axes, scheme: Scheme) -> None:
        for i, trace in enumerate(traces):
            # a rate holds from its update to the next, so it is a step
            edges = np.arange(len(trace.lr) + 1)
            axes.stairs(trace.lr, edges, baseline=None, **scheme.line(i), label=labels[i])
        _finish(axes, "updates", "learning rate", "y" if log else "", legend=len(traces) > 1)

    parts = [f"{label}: {wording.from_to(trace.lr)}" for label, trace in zip(labels, traces, strict=True)]
    return Picture(draw, alt or f"Learning rate used at each update. {'. '.join(parts)}.", title, size)


def sensitivity(
    comparison: Comparison,
    *,
    ylabel: str = "final loss",
    worst: float | None = None,
    title: str = "",
    alt: str | None = None,
    size: tuple[float, float] = WIDE,
) -> Picture:
    """How good each method is at each learning rate that was tried: the wider the valley, the easier the tuning.

    Parameters
    ----------
    comparison : Comparison
    ylabel : str
        What the score is.
    worst : float, optional
        A score above counts as a failure and is not drawn; a million times the median score if not given, so that
        a run on its way to infinity does not flatten all others.
    title, alt, size
        As in `Picture`.
    """
    middles = {label: np.median(scores, axis=1) for label, scores in comparison.tuning.items()}
    scores = np.concatenate(list(middles.values()))
    finite = scores[np.isfinite(scores)]
    limit = worst if worst is not None else 1e6 * float(np.median(finite)) if finite.size else -np.inf
    middles = {label: np.where(middle <= limit, middle, np.nan) for label, middle in middles.items()}

    def draw(axes: Axes, scheme: Scheme) -> None:
        for i, (label, middle) in enumerate(middles.items()):
            axes.plot(comparison.lrs[label], middle, **{**scheme.line(i), **scheme.points(i)}, markersize=5, label=label)
        _finish(axes, "learning rate", ylabel, "xy", legend=len(middles) > 1)

    def verdict(label: str, failed: int, tried: int) -> str:
        if failed == tried:
            return f"{label} fails at all of {tried} rates"
        return f"{label} is best at {wording.number(comparison.best[label])} and fails at {failed} of {tried} rates"

    parts = [verdict(label, int(np.isnan(middle).sum()), len(middle)) for label, middle in middles.items()]
    generated = f"{ylabel} against learning rate, both on logarithmic scales. {'. '.join(parts)}."
    return Picture(draw, alt or generated, title, size)


def _finish(axes: Axes, xlabel: str, ylabel: str, log: str, legend: bool) -> None:
    axes.set(xlabel=xlabel, ylabel=ylabel, xscale="log" if "x" in log else "linear", yscale="log" if "y" in log else "linear")
    axes.grid(True)
    if legend:
        axes.legend()


def _require_cost(against: str) -> None:
    if against not in AXES:
        raise ValueError(f"against must be one of {', '.join(map(repr, AXES))}; got {against!r}.")


def _over_seeds(
    traces: Sequence[Trace], axis: Axis, lowest: float, log_cost: bool
) -> tuple[list[tuple[Array, Array]], tuple[Array, Array, Array] | None]:
    """The lines to draw as (x, loss above the lowest), and the band as (x, low, high) where the runs can be averaged."""
    # a start at cost 0 has no place on a logarithmic scale
    first = 1 if log_cost else 0
    lines = [(getattr(trace, axis)[first:], trace.loss[first:] - lowest) for trace in traces]
    # seconds are never the same twice: there, runs go together that made the same updates
    moments = [trace.update if axis == "seconds" else getattr(trace, axis) for trace in traces]
    if len(traces) == 1 or not all(np.array_equal(moments[0], other) for other in moments[1:]):
        return lines, None
    x, above = np.median([x for x, _ in lines], axis=0), np.array([y for _, y in lines])
    return [(x, np.median(above, axis=0))], (x, above.min(axis=0), above.max(axis=0))
