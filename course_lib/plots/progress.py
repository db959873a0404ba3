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
from course_lib.plots.palette import DASHES, MARKERS, Scheme
from course_lib.plots.picture import WIDE, Picture
from course_lib.trace import Trace

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

    def draw(axes: Axes, scheme: Scheme) -> None:
        for i, (label, y) in enumerate(ys.items()):
            marker = MARKERS[i] if markers else ""
            axes.plot(x, y, color=scheme.series[i], linestyle=DASHES[i], marker=marker, markersize=5, label=label)
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
    title: str = "",
    alt: str | None = None,
    size: tuple[float, float] = WIDE,
) -> Picture:
    """The loss over all examples against what it has cost.

    Parameters
    ----------
    *runs : Trace, or list of Trace
        Runs of one method over several seeds are drawn as their median, inside the band from the lowest to the
        highest.
    against : {"update", "epoch", "gradient_evaluations", "seconds"}
        The cost.
    log : bool, default True
        Whether the loss has a logarithmic scale.
    log_cost : bool, default False
        Whether the cost has one, for methods whose costs differ by factors of ten; the start, at cost 0, is then left out.
    lowest : float, default 0
        The least loss there can be, subtracted so that a logarithmic scale shows what is left to gain.
    title, alt, size
        As in `Picture`.
    """
    repeated = [[run] if isinstance(run, Trace) else list(run) for run in runs]
    labels = wording.named([traces[0].label for traces in repeated])
    bands = [_over_seeds(traces, against, lowest) for traces in repeated]
    if log_cost:
        bands = [tuple(column[1:] for column in band) for band in bands]

    def draw(axes: Axes, scheme: Scheme) -> None:
        for i, (x, low, middle, high) in enumerate(bands):
            # a loss of exactly zero has no place on a logarithmic scale
            shown = np.where(middle > 0, middle, np.nan) if log else middle
            axes.plot(x, shown, color=scheme.series[i], linestyle=DASHES[i], label=labels[i])
            if len(repeated[i]) > 1:
                axes.fill_between(x, low, high, color=scheme.series[i], alpha=0.2, linewidth=0)
        name = "loss above the lowest" if lowest else "loss"
        _finish(axes, AXES[against], name, "x" * log_cost + "y" * log, legend=len(runs) > 1)

    parts = [
        f"{label}: {wording.from_to(middle)}, after {wording.number(x[-1])} {AXES[against]}"
        + (f" (median of {len(traces)} seeds)" if len(traces) > 1 else "")
        for label, traces, (x, _, middle, _) in zip(labels, repeated, bands, strict=True)
    ]
    scale = "on a logarithmic scale " if log else ""
    cost = f"{AXES[against]}, these on a logarithmic scale" if log_cost else AXES[against]
    return Picture(draw, alt or f"Loss {scale}against {cost}. {'. '.join(parts)}.", title, size)


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
    x = getattr(trace, against)
    goals = None if goal is None else np.asarray(goal, dtype=float)

    def draw(axes: Axes, scheme: Scheme) -> None:
        for j, (name, values) in enumerate(zip(names, trace.params.T, strict=True)):
            axes.plot(x, values, color=scheme.series[j], linestyle=DASHES[j], label=name)
            if goals is not None:
                axes.axhline(goals[j], color=scheme.series[j], linewidth=0.8, alpha=0.7)
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
            axes.stairs(trace.lr, edges, baseline=None, color=scheme.series[i], linestyle=DASHES[i], label=labels[i])
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
    limit = worst if worst is not None else 1e6 * float(np.median(scores[np.isfinite(scores)]))
    middles = {label: np.where(middle <= limit, middle, np.nan) for label, middle in middles.items()}

    def draw(axes: Axes, scheme: Scheme) -> None:
        for i, (label, middle) in enumerate(middles.items()):
            axes.plot(
                comparison.lrs[label], middle, color=scheme.series[i], linestyle=DASHES[i], marker=MARKERS[i],
                markersize=5, label=label,
            )  # fmt: skip
        _finish(axes, "learning rate", ylabel, "xy", legend=len(middles) > 1)

    parts = [
        f"{label} is best at {wording.number(comparison.best[label])} and fails at {np.isnan(middle).sum()} "
        f"of {len(middle)} rates"
        for label, middle in middles.items()
    ]
    generated = f"{ylabel} against learning rate, both on logarithmic scales. {'. '.join(parts)}."
    return Picture(draw, alt or generated, title, size)


def _finish(axes: Axes, xlabel: str, ylabel: str, log: str, legend: bool) -> None:
    axes.set(xlabel=xlabel, ylabel=ylabel, xscale="log" if "x" in log else "linear", yscale="log" if "y" in log else "linear")
    axes.grid(True)
    if legend:
        axes.legend()


def _over_seeds(traces: Sequence[Trace], axis: Axis, lowest: float) -> tuple[np.ndarray, ...]:
    """x, and the lowest, median and highest loss there, over the moments that all the runs recorded."""
    length = min(len(trace.loss) for trace in traces)
    above = np.array([trace.loss[:length] - lowest for trace in traces])
    x = np.median([getattr(trace, axis)[:length] for trace in traces], axis=0)
    return x, above.min(axis=0), np.median(above, axis=0), above.max(axis=0)
