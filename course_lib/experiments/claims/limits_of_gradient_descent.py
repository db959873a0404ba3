"""What the chapter "What plain gradient descent cannot do" says, measured."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from typing import Any

import numpy as np

from course_lib.descent import DivergenceError, Trace, gradient_descent
from course_lib.descent.stopping import Progress, Stop
from course_lib.experiments import Comparison, compare, run
from course_lib.experiments.claims.claim import SEEDS, Numbers, Seeds, claim
from course_lib.optim import SGD, Adam, RMSprop
from course_lib.problems import Cliff, Ditch, Function, Plateau, Problem, Quadratic, Ravine, Saddle, Shelf
from course_lib.problems.problem import Batch
from course_lib.validation import Array


def momentum(problem: Problem, start: Any, *, lr: float, epochs: int, **options: Any) -> Trace:
    """Gradient descent with momentum 0.9."""
    return run(problem, partial(SGD, lr=lr, momentum=0.9), start, epochs=epochs, **options)


def reaching(condition: Callable[[Array], bool]) -> Stop:
    return lambda progress: "there" if condition(progress.w) else None


# -- one: it stops where the slope vanishes ----------------------------------------------------------------------


@claim(
    "limits-of-gradient-descent/shelf",
    "At a rate of 0.1, gradient descent was {near:.2f} before the shelf after 1000 updates and {nearer:.3f} before it after 10,000. It never crossed. Momentum was "
    "beyond it after {momentum:.0f}.",
)
def shelf(seed: int) -> dict[str, float]:
    start = [-1 + 0.2 * np.random.default_rng(seed).uniform(-1, 1)]
    path = gradient_descent(Shelf(), start, lr=0.1, epochs=10_000, record_every=1000).params[:, 0]
    # about 1 / (0.1 T) is left after T updates, so ten times the updates leave a tenth
    assert (path < 0).all() and 8 < path[1] / path[-1] < 12
    heavy = momentum(Shelf(), start, lr=0.1, epochs=1000, stop=reaching(lambda w: w[0] > 0.5))
    assert heavy.stopped == "there"
    return {"near": -path[1], "nearer": -path[-1], "momentum": heavy.updates}


def leaving_the_saddle(beside: float, lr: float = 0.1) -> int:
    """Updates until a descent that starts `beside` the ridge is half way to one of the minima."""
    gone = gradient_descent(Saddle(), [1.8, beside], lr=lr, epochs=2000, stop=reaching(lambda w: abs(w[1]) > 0.5))
    assert gone.stopped == "there"
    return gone.updates


@claim(
    "limits-of-gradient-descent/saddle",
    "Beginning 0.01 beside the ridge that leads into the saddle, the descent had left it after {first:.0f} updates. Each further digit, 0.001, 0.0001 and so on, "
    "cost {digit:.0f} more.",
)
def saddle(seed: int) -> dict[str, float]:
    scale = np.random.default_rng(seed).uniform(0.8, 1.2)
    waits = [leaving_the_saddle(scale * 10.0**-digits) for digits in range(2, 9)]
    per_digit = np.diff(waits)
    # away from the ridge the distance grows by the factor 1 + lr in each update
    assert np.abs(per_digit - np.log(10) / np.log(1.1)).max() < 1.5
    return {"first": waits[0], "digit": float(np.mean(per_digit))}


# -- two: it does not get faster ---------------------------------------------------------------------------------


class Incline(Problem):
    """The same slope everywhere."""

    n, d = 1, 1

    def __init__(self, slope: float) -> None:
        self.slope = slope

    def loss(self, w: Array, batch: Batch = None) -> float:
        return self.slope * float(w[0])

    def gradient(self, w: Array, batch: Batch = None) -> Array:
        return np.array([self.slope])


@claim(
    "limits-of-gradient-descent/incline",
    "On a slope of {slope} at a rate of {lr}, one update moved $w$ by {step:.0e}, the first as well as the last. Ten units took {updates:,d} updates, with momentum "
    "{momentum:,d}.",
)
def incline() -> dict[str, float]:
    slope, lr = 0.001, 0.1
    arrived = reaching(lambda w: bool(w[0] <= 1e-9))
    plain = gradient_descent(Incline(slope), [10.0], lr=lr, epochs=120_000, stop=arrived, record_every=10_000)
    heavy = momentum(Incline(slope), [10.0], lr=lr, epochs=20_000, stop=arrived, record_every=10_000)
    assert np.allclose(np.diff(plain.params[:-1, 0]), -1)
    assert abs(plain.updates - 10 / (lr * slope)) <= 1 and heavy.updates < plain.updates / 9
    return {"slope": slope, "lr": lr, "step": lr * slope, "updates": plain.updates, "momentum": heavy.updates}


@claim(
    "limits-of-gradient-descent/plateau",
    "From {start:.1f}, at a rate of 0.1, gradient descent needed {far:,.0f} updates for the first unit of its way and {near:.0f} for the next.",
)
def plateau(seed: int) -> dict[str, float]:
    start = 4 + 0.1 * np.random.default_rng(seed).uniform(-1, 1)
    path = gradient_descent(Plateau(), [start], lr=0.1, epochs=8000).params[:, 0]
    far = int(np.argmax(path < start - 1))
    near = int(np.argmax(path < start - 2)) - far
    assert far > 10 * near > 0
    return {"start": start, "far": far, "near": near}


# -- three: a ditch holds it -------------------------------------------------------------------------------------


@claim(
    "limits-of-gradient-descent/ditch",
    "From {runs} random starts between 2.2 and 3.5, at a rate of 0.05, gradient descent ended in the ditch {held:.0f} times, at a loss of {loss:.2f}. With momentum "
    "{through:.0f} of them reached the bottom, at a loss of 0.",
)
def ditch(seed: int) -> dict[str, float]:
    problem, starts = Ditch(), np.random.default_rng(seed).uniform(2.2, 3.5, size=10)
    ends: dict[str, list[float]] = {"plain": [], "heavy": []}
    for start in starts:
        ends["plain"].append(gradient_descent(problem, [start], lr=0.05, epochs=200, record_every=200).params[-1, 0])
        ends["heavy"].append(momentum(problem, [start], lr=0.05, epochs=400, record_every=400).params[-1, 0])
    held = np.isclose(ends["plain"], problem.minima[1, 0], atol=1e-3)
    through = np.isclose(ends["heavy"], 0, atol=1e-3)
    assert held.all() and through.sum() >= 7
    return {"runs": len(starts), "held": held.sum(), "loss": problem.loss(problem.minima[1]), "through": through.sum()}


# -- four: cliffs ------------------------------------------------------------------------------------------------


def over_the_cliff(start: float, lr: float | Callable[[int], float], epochs: int = 400) -> Trace:
    return gradient_descent(Cliff(), [start], lr=lr, epochs=epochs)


@claim(
    "limits-of-gradient-descent/cliff",
    "At a rate of 3, runs of 400 updates were thrown back {jumps:.0f} times by more than one unit, the farthest by {farthest:.1f}. With the same rate divided by "
    "$1 + t/20$ they ended at the minimum, to {digits} digits.",
)
def cliff(seed: int) -> dict[str, float]:
    start, minimum, digits = np.random.default_rng(seed).uniform(2, 4), Cliff().minima[0, 0], 3
    moves = np.diff(over_the_cliff(start, 3.0).params[:, 0])
    settled = over_the_cliff(start, lambda t: 3 / (1 + t / 20)).params[-1, 0]
    assert (moves > 1).sum() >= 10 and abs(settled - minimum) < 10.0**-digits
    return {"jumps": (moves > 1).sum(), "farthest": moves.max(), "digits": digits}


@claim(
    "limits-of-gradient-descent/one-step-from-the-wall",
    "A single update from {inside:.1f} beyond the edge went {ratio:.0f} times as far as one on the plain, in the opposite direction.",
)
def one_step_from_the_wall() -> dict[str, float]:
    problem = Cliff()
    ratio = -problem.gradient([-0.3])[0] / problem.gradient([2.0])[0]
    assert ratio > 100
    return {"inside": 0.3, "ratio": ratio}


# -- five: it oscillates -----------------------------------------------------------------------------------------


@claim(
    "limits-of-gradient-descent/ravine",
    "In a ravine of condition number 50, at $1.9/L$, {across:.0%} of the way that gradient descent went in {updates} updates led across the valley. It went {times:.1f} times as "
    "far as the straight line between its ends.",
)
def ravine(seed: int) -> dict[str, float]:
    problem = Ravine()
    along, across = np.linalg.eigh(problem.A)[1].T
    sides = np.random.default_rng(seed).uniform([2, 0.3], [3, 0.7])
    path = gradient_descent(problem, sides[0] * along + sides[1] * across, lr=1.9 / problem.L, epochs=60).params
    steps = np.diff(path, axis=0)
    lengths = np.abs(steps @ np.column_stack([along, across])).sum(axis=0)
    times = np.linalg.norm(steps, axis=1).sum() / np.linalg.norm(path[-1] - path[0])
    assert lengths[1] > 2 * lengths[0] and times > 2
    return {"across": lengths[1] / lengths.sum(), "updates": len(steps), "times": times}


# -- six: one rate -----------------------------------------------------------------------------------------------


@claim(
    "limits-of-gradient-descent/one-rate",
    "Two parameters with curvatures 1 and {ratio:,d}. Each alone is done in one update at a rate that suits it. Together, at the best common rate, they took "
    "{updates:,.0f} updates until the distance was a hundredth. With two rates it was one again.",
)
def one_rate(seed: int) -> dict[str, float]:
    ratio = 1000
    problem = Quadratic([1.0, float(ratio)])
    start = np.random.default_rng(seed).uniform(1, 2, size=2)
    near = reaching(lambda w: bool(np.linalg.norm(w) < 0.01 * np.linalg.norm(start)))
    together = gradient_descent(problem, start, lr=2 / (1 + ratio), epochs=5000, stop=near, record_every=5000)
    assert together.stopped == "there"
    for curvature, first in zip((1.0, ratio), start, strict=True):
        assert gradient_descent(Quadratic([curvature]), [first], lr=1 / curvature, epochs=1).loss[-1] < 1e-20
    apart = start - np.array([1.0, 1 / ratio]) * problem.gradient(start)
    assert np.allclose(apart, 0)
    return {"ratio": ratio, "updates": together.updates}


# -- a larger rate -----------------------------------------------------------------------------------------------


def updates_at(rate: float, problem: Problem, start: list[float], goal: float) -> float:
    """Updates of gradient descent until the loss is below `goal`; infinite if not in 2000 or if it diverges."""
    try:
        found = gradient_descent(
            problem, start, lr=rate, epochs=2000, record_every=2000,
            stop=lambda progress: "there" if progress.loss < goal else None,
        )  # fmt: skip
    except DivergenceError:
        return np.inf
    return found.updates if found.stopped == "there" else np.inf


@claim(
    "limits-of-gradient-descent/larger-rate",
    "At a rate of 1, gradient descent is within 0.001 of the lowest loss behind the shelf after {shelf:.0f} updates, and past the ditch after {ditch:.0f}. "
    "With one more parameter, along which the loss is a bowl of curvature 100, it diverges at that rate, and below the limit of 0.02 neither is reached in {limit:,d}.",
)
def larger_rate(seed: int) -> dict[str, float]:
    start, found, limit = np.random.default_rng(seed).uniform(0.9, 1.1), {}, 2000
    for name, (function, place) in {"shelf": (Shelf(), -1.0), "ditch": (Ditch(), 3.2)}.items():
        goal = function.loss(function.minima[0]) + 1e-3
        found[name] = updates_at(1.0, function, [start * place], goal)
        assert found[name] < 10
        steep = WithSteepDirection(function)
        with np.errstate(over="ignore", invalid="ignore"):
            assert not np.isfinite(updates_at(1.0, steep, [start * place, 1.0], goal))
        for rate in (0.005, 0.01, 0.019):
            assert not np.isfinite(updates_at(rate, steep, [start * place, 1.0], goal))
    return {**found, "limit": limit}


# -- ways out ----------------------------------------------------------------------------------------------------


class WithSteepDirection(Problem):
    """A function with one parameter more, along which it is a narrow bowl, so that large rates diverge."""

    n = 1

    def __init__(self, function: Function, curvature: float = 100.0) -> None:
        self.function, self.curvature, self.d = function, curvature, function.d + 1

    def loss(self, w: Array, batch: Batch = None) -> float:
        return self.function.loss(w[:-1]) + float(self.curvature / 2 * w[-1] ** 2)

    def gradient(self, w: Array, batch: Batch = None) -> Array:
        return np.append(self.function.gradient(w[:-1]), self.curvature * w[-1])


TROUBLES: dict[str, tuple[Function, tuple[float, ...]]] = {
    "shelf": (Shelf(), (-1.0,)),
    "saddle": (Saddle(), (1.8, 1e-6)),
    "plateau": (Plateau(), (4.6,)),
    "ditch": (Ditch(), (3.2,)),
    "cliff": (Cliff(), (3.0,)),
    "ravine": (Ravine(), tuple(Ravine().start)),
}
WAYS: dict[str, Callable[..., Any]] = {"GD": SGD, "momentum": partial(SGD, momentum=0.9), "RMSprop": RMSprop, "Adam": Adam}
# as many rates for each, where it needs them: GD diverges above 0.02 beside a steep bowl and above 0.04 in the ravine
RATES: dict[str, list[float]] = {
    "GD": [0.005, 0.01, 0.015, 0.019, 0.025, 0.03, 0.035, 0.039, 0.045],
    "momentum": [0.002, 0.004, 0.008, 0.016, 0.02, 0.025, 0.03, 0.036, 0.05],
    "RMSprop": [0.03, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 4.0, 8.0],
    "Adam": [0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0, 2.0, 4.0],
}
LIMIT = 600


@cache
def ways_out(trouble: str, seeds: Seeds = SEEDS) -> Comparison:
    """Updates of each method to within 0.001 of the lowest loss, at the best of nine rates; infinite if not in 600."""
    function, start = TROUBLES[trouble]
    problem: Problem = function if trouble == "ravine" else WithSteepDirection(function)
    goal = function.loss(function.minima[0]) + 1e-3

    def reached(progress: Progress) -> str | None:
        return "there" if progress.loss < goal else None

    def go(method: str, lr: float, seed: int) -> Trace:
        rng = np.random.default_rng(seed)
        begin = np.array(start) * rng.uniform(0.9, 1.1, size=len(start))
        if problem is not function:
            begin = np.append(begin, rng.uniform(0.5, 1.5))
        return run(problem, partial(WAYS[method], lr=lr), begin, epochs=LIMIT, stop=reached, record_every=LIMIT)

    def score(trace: Trace) -> float:
        return trace.updates if trace.stopped == "there" else np.inf

    methods = {method: partial(go, method) for method in WAYS}
    return compare(methods, RATES, seeds=seeds, tuning_seeds=2, score=score)


def arrivals(trouble: str, method: str, seeds: Seeds = SEEDS) -> tuple[int, float]:
    """How many of the runs arrived, and the median number of updates of those."""
    scores = ways_out(trouble, seeds).scores[method]
    arrived = scores[np.isfinite(scores)]
    return len(arrived), float(np.median(arrived)) if len(arrived) else 0.0


@claim(
    "limits-of-gradient-descent/ways-out",
    "Each method at the best of {rates} rates of its own, at most {limit} updates. On the first five troubles gradient descent arrived in none of {runs} runs, momentum in all of them but "
    "those on the plateau, RMSprop and Adam in all.",
)
def all_ways_out(seeds: Seeds) -> Numbers:
    numbers: dict[str, float] = {"rates": len(RATES["GD"]), "limit": LIMIT, "runs": 5 * len(seeds)}
    for trouble in TROUBLES:
        for method in WAYS:
            count, middle = arrivals(trouble, method, seeds)
            fails = (method == "GD" and trouble != "ravine") or (method == "momentum" and trouble == "plateau")
            assert count == (0 if fails else len(seeds)), f"{method} on the {trouble}: {count} arrived"
            numbers[f"{trouble}_{method}"] = middle
    # the ravine lies askew to the axes, which rates along the axes cannot mend as momentum does
    assert max(numbers["ravine_momentum"], numbers["ravine_Adam"]) < 0.9 * min(numbers["ravine_RMSprop"], numbers["ravine_GD"])
    assert 0.8 < numbers["ravine_RMSprop"] / numbers["ravine_GD"] < 1.25
    assert ways_out("ravine", seeds).best["GD"] > 0.9 * 2 / Ravine().L
    assert all(
        numbers[f"{trouble}_RMSprop"] < numbers[f"{trouble}_momentum"] for trouble in ("shelf", "saddle", "ditch", "cliff")
    )
    return numbers
