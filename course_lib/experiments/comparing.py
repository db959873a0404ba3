"""Comparing methods fairly: every one tries as many learning rates, and is judged on seeds it was not tuned on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal, TypeAlias

import numpy as np

from course_lib.trace import DivergenceError, Trace
from course_lib.validation import Array, learning_rate

Axis: TypeAlias = Literal["update", "epoch", "gradient_evaluations", "seconds"]
Score: TypeAlias = Callable[[Trace], float]


def repeat(experiment: Callable[[int], Trace], seeds: Iterable[int] = range(5)) -> list[Trace]:
    """The runs of an experiment over several seeds; one that diverges gives what it recorded until then."""
    return [_surviving(experiment, seed) for seed in seeds]


def final_loss(trace: Trace) -> float:
    """The loss a run ends with, infinite if it diverged."""
    return np.inf if trace.stopped.startswith("diverged") else float(trace.loss[-1])


def first_below(trace: Trace, loss: float, axis: Axis = "gradient_evaluations") -> float:
    """What it cost to bring the loss below `loss` for the first time; infinite if that never happened.

    Parameters
    ----------
    trace : Trace
    loss : float
    axis : {"update", "epoch", "gradient_evaluations", "seconds"}
        The cost to count.
    """
    below = np.flatnonzero(trace.loss < loss)
    return float(getattr(trace, axis)[below[0]]) if below.size else np.inf


@dataclass(frozen=True)
class Comparison:
    """What `compare` found.

    Attributes
    ----------
    lrs : dict of label to array of shape (k,)
        The learning rates tried, as many for every method.
    tuning : dict of label to array of shape (k, number of tuning seeds)
        The score of each.
    best : dict of label to float
        The learning rate of least median score; of several that tie, to a thousandth, the middle one.
    runs : dict of label to list of Trace
        The runs at that rate, one for each seed.
    scores : dict of label to array of shape (number of seeds,)
        The scores of these runs.
    """

    lrs: dict[str, Array]
    tuning: dict[str, Array]
    best: dict[str, float]
    runs: dict[str, list[Trace]]
    scores: dict[str, Array]


class EdgeOfGrid(AssertionError):
    """The best learning rate is the smallest or the largest tried, so a better one may lie beyond."""


def compare(
    methods: Mapping[str, Callable[[float, int], Trace]],
    lrs: Sequence[float] | Mapping[str, Sequence[float]],
    *,
    seeds: Iterable[int] = range(5),
    tuning_seeds: int | Iterable[int] = 3,
    score: Score = final_loss,
) -> Comparison:
    """Tune the learning rate of every method with the same budget, then run each at its best.

    Parameters
    ----------
    methods : dict of label to callable
        Each makes one run from a learning rate and a seed.
    lrs : sequence of float, or dict of label to sequence of float
        The rates to try. Methods may need rates of different size, but all get the same number of them.
    seeds : iterable of int
        The seeds to judge on.
    tuning_seeds : int or iterable of int, default 3
        The seeds to choose the rate on, none of which may be in `seeds`. A number k stands for the first k of `seeds`, each plus
        1000: whoever judges on other seeds then tunes on others, too.
    score : callable, default `final_loss`
        Says how good a run is; less is better. A run that diverged or scores NaN scores infinity.

    Returns
    -------
    Comparison

    Raises
    ------
    ValueError
        If there are no methods, rates or seeds, a method has no rates of its own, methods would get different numbers of
        rates, or a seed serves for both.
    EdgeOfGrid
        If the best rate of a method is the smallest or the largest tried. Of a method that fails at every rate none is best,
        and it just has infinite scores.

    Examples
    --------
    >>> from course_lib.descent import gradient_descent
    >>> from course_lib.problems import Quadratic
    >>> bowl = Quadratic([1.0, 10.0])
    >>> descent = {"gd": lambda lr, seed: gradient_descent(bowl, [1.0, 1.0], lr=lr, epochs=20)}
    >>> compare(descent, [0.01, 0.1, 1.0]).best
    {'gd': 0.1}
    """
    seeds = list(seeds)
    tuning_seeds = [seed + 1000 for seed in seeds[:tuning_seeds]] if isinstance(tuning_seeds, int) else list(tuning_seeds)
    if set(seeds) & set(tuning_seeds):
        raise ValueError(f"seeds {sorted(set(seeds) & set(tuning_seeds))} serve both for tuning and for judging.")
    for name, given in (("methods", methods), ("seeds", seeds), ("tuning_seeds", tuning_seeds)):
        if not len(given):
            raise ValueError(f"{name} is empty: there is nothing to compare. Give at least one.")
    if isinstance(lrs, Mapping) and (missing := [label for label in methods if label not in lrs]):
        raise ValueError(
            f"lrs has no rates for {', '.join(missing)}, but for {', '.join(lrs) or 'none'}. Name them as in methods."
        )
    rates = {label: [learning_rate(lr) for lr in (lrs[label] if isinstance(lrs, Mapping) else lrs)] for label in methods}
    if len({len(tried) for tried in rates.values()}) != 1:
        budget = ", ".join(f"{label}: {len(tried)}" for label, tried in rates.items())
        raise ValueError(f"every method must try the same number of learning rates, got {budget}.")
    if not all(rates.values()):
        raise ValueError("lrs is empty: give at least one learning rate to try.")

    def judge(trace: Trace) -> float:
        value = np.inf if trace.stopped.startswith("diverged") else float(score(trace))
        # NaN would be the least of all numbers for argmin
        return np.inf if np.isnan(value) else value

    tuning, best, runs = {}, {}, {}
    for label, method in methods.items():
        tuning[label] = np.array([[judge(_surviving(method, lr, seed)) for seed in tuning_seeds] for lr in rates[label]])
        best[label] = _best(label, rates[label], np.median(tuning[label], axis=1))
        runs[label] = repeat(partial(method, best[label]), seeds)
    scores = {label: np.array([judge(trace) for trace in traces]) for label, traces in runs.items()}
    return Comparison({k: np.array(v) for k, v in rates.items()}, tuning, best, runs, scores)


def _best(label: str, rates: list[float], scores: Array) -> float:
    """The rate of least score; of scores that differ by less than a thousandth, between which rounding decides, the middle one."""
    least = np.flatnonzero(scores <= scores.min() + 1e-3 * abs(scores.min()))
    best = rates[least[(len(least) - 1) // 2]]
    if np.isfinite(scores.min()) and best in (min(rates), max(rates)):
        found = ", ".join(f"{lr:.4g}: {score:.4g}" for lr, score in zip(rates, scores, strict=True))
        raise EdgeOfGrid(
            f"the best rate for {label}, {best:.4g}, is at the edge of those tried, so a better one may lie beyond it "
            f"(median scores {found}). Give rates on both sides of the best, at least three in all."
        )
    return best


def _surviving(experiment: Callable[..., Trace], *arguments: float) -> Trace:
    try:
        return experiment(*arguments)
    except DivergenceError as error:
        return error.trace
