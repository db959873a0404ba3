"""What the chapter "GD, SGD and mini-batch compared" says, measured."""

from __future__ import annotations

import time
import tracemalloc
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from functools import cache, partial
from statistics import fmean
from timeit import repeat

import numpy as np

from course_lib.descent import Trace, batches, descend, gradient_descent, stochastic_gradient_descent, stopping
from course_lib.descent.analysis import batch_gradient_variance
from course_lib.descent.batches import Scheme
from course_lib.descent.stopping import Progress, Stop
from course_lib.experiments import Comparison, compare, first_below
from course_lib.experiments.claims.claim import SEEDS, Numbers, Seeds, claim
from course_lib.problems import DoubleWell, LinearRegression, diabetes, photograph
from course_lib.validation import Array

METHODS: dict[str, Scheme] = {
    "GD": batches.whole,
    "b = 100": batches.shuffled(100),
    "b = 10": batches.shuffled(10),
    "SGD": batches.shuffled(1),
}


@cache
def pixels(seed: int) -> LinearRegression:
    """Predict a pixel from its neighbors; each seed draws its own 20,000 pixels."""
    return LinearRegression(*photograph(seed))


@cache
def patients(seed: int) -> LinearRegression:
    """Predict a disease's course; each seed draws its own 332 of the 442 patients."""
    split = diabetes(seed)
    return LinearRegression(split.x, split.y)


def target(problem: LinearRegression) -> float:
    """The loss all methods are to reach: one percent above the lowest."""
    return 1.01 * problem.loss(problem.minimum)


def looking_every(updates: int, loss: float) -> Stop:
    """Stop when the loss over all examples is below `loss`, looking only now and then because looking is dear."""

    def stop(progress: Progress) -> str | None:
        return f"loss below {loss:g}" if progress.update % updates == 0 and progress.loss < loss else None

    return stop


def staying_below(loss: float, looks: int, updates: int) -> Stop:
    """Stop when a look found the loss over all examples below `loss`, and the next `looks` too on average.

    A noisy run dips below a loss long before it stays there.
    """
    seen: deque[float] = deque(maxlen=looks + 1)

    def stop(progress: Progress) -> str | None:
        if progress.update % updates:
            return None
        seen.append(progress.loss)
        return f"loss stays below {loss:g}" if len(seen) > looks and seen[0] < loss and fmean(seen) < loss else None

    return stop


def updates_in_an_epoch(label: str, n: int) -> int:
    """How many updates a method makes of `n` examples."""
    return sum(1 for _ in METHODS[label](n, np.random.default_rng(0)))


def race(
    problem: Callable[[int], LinearRegression],
    lrs: dict[str, list[float]],
    epochs: dict[str, int],
    every: dict[str, int],
    seeds: Seeds,
) -> Comparison:
    """All methods until they stay below the target for an epoch, each at the best of equally many rates for the gradients it needs.

    The traces end where the run arrived; the epoch after, which shows that it stays, is cut off.
    """

    def run(label: str, lr: float, seed: int) -> Trace:
        data = problem(seed)
        looks = -(-updates_in_an_epoch(label, data.n) // every[label])
        trace = descend(
            data, np.zeros(data.d), lr=lr, epochs=epochs[label], batches=METHODS[label], rng=seed, record_every=every[label],
            stop=staying_below(target(data), looks, every[label]), label=label,
        )  # fmt: skip
        if not trace.stopped.startswith("loss stays"):
            return trace
        rows = ("params", "loss", "update", "epoch", "gradient_evaluations", "seconds")
        arrived = {row: getattr(trace, row)[:-looks] for row in rows}
        return replace(trace, **arrived, lr=trace.lr[: arrived["update"][-1]])

    def score(trace: Trace) -> float:
        return float(trace.gradient_evaluations[-1]) if trace.stopped.startswith("loss stays") else np.inf

    methods = {label: partial(run, label) for label in METHODS}
    return compare(methods, lrs, seeds=seeds, tuning_seeds=2, score=score)


@cache
def pixel_race(seeds: Seeds = SEEDS) -> Comparison:
    lrs = {
        "GD": [0.02, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3],
        "b = 100": [0.03, 0.05, 0.08, 0.12, 0.18, 0.22, 0.28],
        "b = 10": [0.003, 0.005, 0.008, 0.012, 0.018, 0.03, 0.05],
        "SGD": [0.0003, 0.0005, 0.0008, 0.0012, 0.0018, 0.003, 0.005],
    }
    epochs = {"GD": 150, "b = 100": 6, "b = 10": 5, "SGD": 4}
    return race(pixels, lrs, epochs, {"GD": 1, "b = 100": 2, "b = 10": 20, "SGD": 200}, seeds)


@cache
def patient_race() -> Comparison:
    lrs = {
        "GD": [0.02, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3],
        "b = 100": [0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.25],
        "b = 10": [0.001, 0.002, 0.005, 0.01, 0.02, 0.03, 0.05],
        "SGD": [0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.003, 0.005],
    }
    epochs = {"GD": 300, "b = 100": 300, "b = 10": 200, "SGD": 150}
    return race(patients, lrs, epochs, {"GD": 1, "b = 100": 1, "b = 10": 5, "SGD": 20}, SEEDS)


def to_target(comparison: Comparison, label: str, axis: str) -> Array:
    """What each run of a method had cost when it reached the target."""
    traces = comparison.runs[label]
    assert all(trace.stopped.startswith("loss stays") for trace in traces)
    return np.array([float(getattr(trace, axis)[-1]) for trace in traces])


def figure_runs(label: str) -> list[Trace]:
    """Runs of a method at its best rate on the same pixels, in five orders; GD, for which there is no order, only to time it."""
    data, lr = pixels(0), pixel_race().best[label]
    epochs = {"GD": 80, "b = 100": 2, "b = 10": 2, "SGD": 2}[label]
    every = {"GD": 1, "b = 100": 4, "b = 10": 20, "SGD": 200}[label]
    return [
        descend(
            data, np.zeros(data.d), lr=lr, epochs=epochs, batches=METHODS[label], rng=seed, record_every=every, label=label
        )
        for seed in SEEDS
    ]  # fmt: skip


# -- the race ----------------------------------------------------------------------------------------------------


@claim(
    "comparison/examples",
    "On {n:,d} pixels, each method at the best of {rates} rates, the loss stayed below one percent above the lowest after {gd:,.0f} gradients of single examples with GD, "
    "{b100:,.0f} with $b = 100$, {b10:,.0f} with $b = 10$ and {sgd:,.0f} with SGD.",
)
def examples(seeds: Seeds) -> Numbers:
    comparison = pixel_race(seeds)
    gd, b100, b10, sgd = (to_target(comparison, label, "gradient_evaluations") for label in METHODS)
    middle = sorted(float(np.median(small)) for small in (b100, b10, sgd))
    assert middle[-1] < 3 * middle[0] and middle[-1] < np.median(gd) / 20
    rates = len(comparison.lrs["GD"])
    return {"n": pixels(seeds[0]).n, "rates": rates, "gd": gd, "b100": b100, "b10": b10, "sgd": sgd}


@claim(
    "comparison/epochs-to-target",
    "In epochs that is {gd:.0f} for GD, {b100:.1f} for $b = 100$ and {sgd:.1f} for SGD.",
)
def epochs_to_target(seeds: Seeds) -> Numbers:
    gd, b100, _, sgd = (to_target(pixel_race(seeds), label, "epoch") for label in METHODS)
    assert max(np.median(sgd), np.median(b100)) < 2 and np.all(gd > 20)
    return {"gd": gd, "b100": b100, "sgd": sgd}


@claim(
    "comparison/best-rates",
    "The best rates were {gd} for GD, {b100} for $b = 100$, {b10} for $b = 10$ and {sgd} for SGD.",
)
def best_rates(seeds: Seeds) -> Numbers:
    gd, b100, b10, sgd = (pixel_race(seeds).best[label] for label in METHODS)
    # below the limit for exact gradients, the rate has to fall with the batch to keep the noise floor where it is
    assert gd >= b100 and 3 < b100 / b10 < 30 and 3 < b10 / sgd < 30
    return {"gd": gd, "b100": b100, "b10": b10, "sgd": sgd}


@claim(
    "comparison/first-dip",
    "At a rate of {lr}, SGD dipped below one percent after {dip:,.0f} gradients. Over the second half of the epoch its loss was on average {above:.1%} above the lowest.",
)
def first_dip(seed: int) -> dict[str, float]:
    problem, lr, every = pixels(seed), 0.01, 100
    run = stochastic_gradient_descent(problem, np.zeros(problem.d), lr=lr, epochs=1, rng=seed, record_every=every)
    above = float(run.loss[len(run.loss) // 2 :].mean() / problem.loss(problem.minimum) - 1)
    dip = first_below(run, target(problem))
    assert dip < problem.n / 2 and above > 0.02
    return {"lr": lr, "dip": dip, "above": above}


@claim(
    "comparison/updates-to-target",
    "Updates, which have to be made one after the other: {gd:.0f} with GD, {b100:.0f} with $b = 100$, {b10:.0f} with $b = 10$, {sgd:,.0f} with SGD.",
)
def updates_to_target(seeds: Seeds) -> Numbers:
    gd, b100, b10, sgd = (to_target(pixel_race(seeds), label, "update") for label in METHODS)
    assert max(np.median(gd), np.median(b100)) < np.median(b10) < np.median(sgd)
    return {"gd": gd, "b100": b100, "b10": b10, "sgd": sgd}


def middle_seconds(problem: Callable[[int], LinearRegression], comparison: Comparison) -> dict[str, float]:
    """The median over the seeds of the time to the target: the runs again, undisturbed by looking at the loss.

    Each is timed three times and the least counts, because whatever else the machine does only adds.
    """
    middle = {}
    for label in METHODS:
        times = []
        for seed, updates in zip(SEEDS, to_target(comparison, label, "update"), strict=True):
            data = problem(seed)
            again = partial(
                descend, data, np.zeros(data.d), lr=comparison.best[label], epochs=300, batches=METHODS[label],
                stop=stopping.after_updates(int(updates)), rng=seed, record_every=10**6,
            )  # fmt: skip
            times.append(min(again().seconds[-1] for _ in range(3)))
        middle[label] = float(np.median(times))
    return middle


@claim(
    "comparison/seconds",
    "In time the order is another. In the middle of five runs on the machine that built this book, SGD took {sgd:.1f} times as long as GD. $b = 10$ took {b10:.0%} "
    "of the time of SGD, and $b = 100$ {b100:.0%} of the time of GD.",
)
def seconds() -> dict[str, float]:
    middle = middle_seconds(pixels, pixel_race())
    times = {
        "sgd": middle["SGD"] / middle["GD"],
        "b10": middle["b = 10"] / middle["SGD"],
        "b100": middle["b = 100"] / middle["GD"],
    }
    assert times["sgd"] > 1.2 and times["b10"] < 0.6 and times["b100"] < 0.7
    return times


@claim(
    "comparison/few-examples",
    "On {n} patients GD was first to stay below one percent: $b = 100$ took {b100:.1f} times as long, $b = 10$ {b10:.0f} times, SGD {sgd:.0f} times. The gradient of all {n} "
    "took only {update:.1f} times as long as that of one.",
)
def few_examples() -> dict[str, float]:
    middle, data = middle_seconds(patients, patient_race()), patients(0)
    times = {label: middle[label] / middle["GD"] for label in METHODS}
    assert times["b = 100"] > 1.2 and times["b = 10"] > 4 and times["SGD"] > 20
    update = seconds_of_gradient(data, data.n) / seconds_of_gradient(data, 1)
    assert update < 10
    return {"n": data.n, "b100": times["b = 100"], "b10": times["b = 10"], "sgd": times["SGD"], "update": update}


# -- the table ---------------------------------------------------------------------------------------------------


def near_the_end(problem: LinearRegression) -> Array:
    """The place where batch descent reaches the target."""
    stop = looking_every(1, target(problem))
    return gradient_descent(problem, np.zeros(problem.d), lr=0.2, epochs=200, stop=stop).params[-1]


@claim("comparison/updates", "An epoch of {n:,d} examples is {gd} update of GD, {sgd:,d} of SGD and {mini} with $b = 100$.")
def updates() -> dict[str, float]:
    data = pixels(0)
    made = {label: updates_in_an_epoch(label, data.n) for label in METHODS}
    assert made["GD"] == 1 and made["SGD"] == data.n and made["b = 100"] == data.n / 100
    # X w and its counterpart in the gradient: one multiplication each for every number in the rows used
    return {
        "n": data.n, "gd": made["GD"], "sgd": made["SGD"], "mini": made["b = 100"],
        "products": 2 * data.n * data.d, "products_mini": 2 * 100 * data.d, "products_sgd": 2 * data.d,
    }  # fmt: skip


@claim(
    "comparison/accuracy",
    "At the start the gradient of a single example is off by {sgd_start:.1f} times the length of the gradient over all examples, in the root mean square, and that of a "
    "batch of 100 by {mini_start:.2f}. Where the loss is one percent above the lowest it is {sgd:.0f} and {mini:.1f}.",
)
def accuracy(seed: int) -> dict[str, float]:
    problem = pixels(seed)

    def off(w: Array, batch_size: int) -> float:
        each = 2 * problem.X * (problem.X @ w - problem.y)[:, None]
        whole = np.linalg.norm(problem.gradient(w))
        return float(np.sqrt(batch_gradient_variance(each, batch_size, replacement=False)) / whole)

    start, end = np.zeros(problem.d), near_the_end(problem)
    assert off(end, problem.n) == 0 and 0.6 < off(start, 1) < 1.3 and off(start, 100) < 0.5 and off(end, 1) > 5 * off(start, 1)
    return {"sgd_start": off(start, 1), "mini_start": off(start, 100), "sgd": off(end, 1), "mini": off(end, 100)}


def seconds_of_gradient(problem: LinearRegression, batch_size: int) -> float:
    """The least time of many: whatever else the machine does only adds."""
    w = np.zeros(problem.d)
    batch = None if batch_size == problem.n else np.random.default_rng(0).integers(problem.n, size=batch_size)
    return min(repeat(lambda: problem.gradient(w, batch), number=10, repeat=60)) / 10


@claim(
    "comparison/cost-of-an-update",
    "The gradient of 100 examples took {mini:.1f} times as long as that of one, the gradient of all {n:,d} {gd:.0f} times.",
)
def cost_of_an_update() -> dict[str, float]:
    problem = pixels(0)
    one, mini, gd = (seconds_of_gradient(problem, b) for b in (1, 100, problem.n))
    # 100 examples do not fill the hardware: each of them takes longer than one of all
    assert mini < 10 * one and gd > 5 * one and mini / 100 > gd / problem.n
    return {
        "mini": mini / one,
        "gd": gd / one,
        "n": problem.n,
        "faster_mini": 100 * one / mini,
        "faster_gd": problem.n * one / gd,
    }


@claim(
    "comparison/full-hardware",
    "From 1 example to 50, fifty times the work, the time of a gradient grew by a factor of {small:.1f}. From {few:,d} to {n:,d}, the same again or less, it grew by a factor of "
    "{large:.0f}.",
)
def full_hardware() -> dict[str, float]:
    problem, few = pixels(0), 1000
    small = seconds_of_gradient(problem, 50) / seconds_of_gradient(problem, 1)
    # both with an index, so that both pay for the copy of the rows
    rows, w = np.random.default_rng(0).permutation(problem.n), np.zeros(problem.d)
    all_rows, few_rows = (min(repeat(partial(problem.gradient, w, r), number=5, repeat=40)) for r in (rows, rows[:few]))
    large = all_rows / few_rows
    assert small < 5 and large > 5
    return {"small": small, "large": large, "few": few, "n": problem.n}


@claim(
    "comparison/cost-of-an-epoch",
    "All need {n:,d} gradients for an epoch. With $b = 100$ the updates of an epoch took {mini:.0f} times as long as with GD, with SGD {sgd:,.0f} times.",
)
def cost_of_an_epoch() -> dict[str, float]:
    problem, spent = pixels(0), {}
    for label, updates in (("GD", 1), ("b = 100", 200), ("SGD", 20_000)):
        # a part of an epoch, many times: the longer a run, the likelier it is that something interrupts it
        part = min(updates, 200)
        runs = (
            descend(
                problem, np.zeros(problem.d), lr=0.01, epochs=1, batches=METHODS[label], rng=0,
                stop=stopping.after_updates(part), record_every=10**6,
            )
            for _ in range(20)
        )  # fmt: skip
        spent[label] = min(run.seconds[-1] for run in runs) * updates / part
    mini, sgd = spent["b = 100"] / spent["GD"], spent["SGD"] / spent["GD"]
    assert 2 < mini < sgd / 5
    return {"n": problem.n, "mini": mini, "sgd": sgd}


@claim(
    "comparison/memory",
    "Beside the data, the gradient over all examples needed {gd:,.0f} kilobytes for what it computes on the way, that of 100 examples {mini:.1f}, that of one {sgd:.2f}.",
)
def memory() -> dict[str, float]:
    problem = pixels(0)

    def kilobytes(batch_size: int) -> float:
        w = np.zeros(problem.d)
        batch = None if batch_size == problem.n else np.arange(batch_size)
        problem.gradient(w, batch)
        tracemalloc.start()
        problem.gradient(w, batch)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak / 1000

    sgd, mini, gd = kilobytes(1), kilobytes(100), kilobytes(problem.n)
    assert sgd < mini < gd / 20
    return {"sgd": sgd, "mini": mini, "gd": gd}


@claim(
    "comparison/path",
    "At the same rate of {lr} and over {updates} updates, {sgd:.0%} of the updates of SGD raised the loss over all examples, {mini:.0%} of those with $b = 100$ and none of GD. "
    "The path of SGD was {sgd_way:.0f} times as long as the straight line between its ends, with $b = 100$ {mini_way:.1f} times, with GD {gd_way:.1f} times.",
)
def path(seed: int) -> dict[str, float]:
    problem, lr, made = pixels(seed), 0.01, 600
    raised, way = {}, {}
    for label in ("GD", "b = 100", "SGD"):
        run = descend(
            problem, np.zeros(problem.d), lr=lr, epochs=made, batches=METHODS[label], rng=seed,
            stop=stopping.after_updates(made),
        )  # fmt: skip
        raised[label] = float(np.mean(np.diff(run.loss) > 0))
        steps = np.linalg.norm(np.diff(run.params, axis=0), axis=1)
        way[label] = float(steps.sum() / np.linalg.norm(run.params[-1] - run.params[0]))
    assert raised["GD"] == 0 < raised["b = 100"] < raised["SGD"]
    assert way["GD"] < way["b = 100"] < way["SGD"] / 2
    return {
        "updates": made, "lr": lr, "sgd": raised["SGD"], "mini": raised["b = 100"],
        "sgd_way": way["SGD"], "mini_way": way["b = 100"], "gd_way": way["GD"],
    }  # fmt: skip


def leaving(seed: int, batch_size: int, well: int, runs: int = 400, updates: int = 1000) -> tuple[float, float]:
    """The shares of `runs` descents that ever leave a valley of the double well, and that are outside it at the end.

    The well is the mean of 64 tilted examples. The tilts cancel in the mean, so the loss over all examples is the well itself.
    A run has left when it comes beyond the minimum of the other valley.
    """
    problem, rng, n = DoubleWell(), np.random.default_rng(seed), 64
    tilts = rng.uniform(-7, 7, size=n)
    tilts -= tilts.mean()
    home, other = problem.minima[well, 0], problem.minima[1 - well, 0]
    away = np.sign(other - home)
    w, left = np.full(runs, home), np.zeros(runs, dtype=bool)
    for _ in range(updates):
        tilt = tilts[rng.integers(n, size=(batch_size, runs))].mean(axis=0) if batch_size < n else 0.0
        w -= 0.08 * (problem.slope(w) + tilt)
        left |= away * (w - other) > 0
    return float(left.mean()), float(np.mean(away * (w - problem.hilltop[0]) > 0))


@claim(
    "comparison/leaving",
    "Started in the shallower of two valleys, {sgd:.0%} of SGD's runs crossed the hill within 1000 updates, {mini:.0%} with batches of 4, and none of GD's. Started in the "
    "deeper one, {sgd_back:.0%} and {mini_back:.0%} crossed it. At the end {sgd_end:.0%} of SGD's runs from the shallower valley were in the deeper one, and {sgd_stayed:.0%} of those "
    "from the deeper one.",
)
def leaves_a_minimum(seed: int) -> dict[str, float]:
    (sgd, sgd_end), (mini, mini_end), (gd, _) = (leaving(seed, b, well=1) for b in (1, 4, 64))
    (sgd_back, sgd_gone), (mini_back, _), (gd_back, _) = (leaving(seed, b, well=0) for b in (1, 4, 64))
    assert gd == gd_back == 0 and min(sgd, sgd_back) > 0.8 and mini_back < mini / 3
    # SGD has forgotten where it began: what is left is how long it stays in each valley
    assert sgd_end > 0.55 and abs(sgd_end - (1 - sgd_gone)) < 0.15
    return {
        "sgd": sgd, "mini": mini, "sgd_back": sgd_back, "mini_back": mini_back,
        "sgd_end": sgd_end, "mini_end": mini_end, "sgd_stayed": 1 - sgd_gone,
    }  # fmt: skip


# -- measuring time ----------------------------------------------------------------------------------------------


@claim(
    "comparison/evaluations-in-the-time",
    "One thousand updates of SGD, with the loss over all {n:,d} examples noted after each: with the clock running all the time it took {times:.0f} times as long as the updates "
    "themselves. For GD the factor was {gd:.1f}.",
)
def evaluations_in_the_time() -> dict[str, float]:
    problem, start, factors = pixels(0), np.zeros(5), {}
    for label, lr, epochs in (("SGD", 0.01, 1), ("GD", 0.2, 50)):
        all_the_time, updates_only = [], []
        for _ in range(5):
            began = time.perf_counter()
            run = descend(problem, start, lr=lr, epochs=epochs, batches=METHODS[label], rng=0, stop=stopping.after_updates(1000))
            all_the_time.append(time.perf_counter() - began)
            updates_only.append(run.seconds[-1])
        # the least of each, because whatever else the machine does only adds
        factors[label] = min(all_the_time) / min(updates_only)
    assert factors["SGD"] > 3 and factors["SGD"] > 1.5 * factors["GD"]
    return {"n": problem.n, "times": factors["SGD"], "gd": factors["GD"]}


@claim(
    "comparison/same-counts",
    "The same run, with the same seed, five times: it took the same {evaluations:,d} gradients to the same parameters, to the last bit, every time. The slowest took {spread:.2f} times as long as the "
    "quickest.",
)
def same_counts() -> dict[str, float]:
    problem = pixels(0)
    runs = [
        stochastic_gradient_descent(problem, np.zeros(problem.d), lr=0.01, epochs=1, rng=0, record_every=10**6,
                                    stop=stopping.after_updates(2000))
        for _ in range(5)
    ]  # fmt: skip
    assert all((run.params == runs[0].params).all() for run in runs)
    assert len({int(run.gradient_evaluations[-1]) for run in runs}) == 1
    spent = [run.seconds[-1] for run in runs]
    assert max(spent) > min(spent)
    return {"evaluations": runs[0].gradient_evaluations[-1], "spread": max(spent) / min(spent)}


@claim(
    "comparison/one-guess",
    "Give GD {rates} rates to choose from and $b = 100$ a single guess, {guess}: then GD needs {gd:.0f} updates to the one percent, and $b = 100$ {mini:,.0f}. At its own best rate it was {tuned:.0f}.",
)
def one_guess(seeds: Seeds) -> Numbers:
    guess, comparison, mini = 0.001, pixel_race(seeds), []
    for seed in seeds:
        problem = pixels(seed)
        run = descend(
            problem, np.zeros(problem.d), lr=guess, epochs=300, batches=METHODS["b = 100"], rng=seed,
            stop=looking_every(50, target(problem)), record_every=10**6,
        )  # fmt: skip
        assert run.stopped.startswith("loss below")
        mini.append(run.updates)
    gd, tuned = (to_target(comparison, label, "update") for label in ("GD", "b = 100"))
    assert np.median(mini) > 20 * np.median(tuned)
    return {"rates": len(comparison.lrs["GD"]), "guess": guess, "gd": gd, "mini": mini, "tuned": tuned}
