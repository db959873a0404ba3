"""What the chapter "Stochastic gradient descent" says, measured."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np

from course_lib.descent import (
    Trace,
    batches,
    descend,
    gradient_descent,
    stochastic_gradient_descent,
    stopping,
)
from course_lib.descent.analysis import batch_gradient_variance, noise_floor
from course_lib.experiments import Comparison, compare, worked_examples
from course_lib.experiments.claims.claim import SEEDS, Measured, Numbers, Seeds, claim
from course_lib.problems import LinearRegression, Problem, Saddle
from course_lib.problems.problem import Batch
from course_lib.validation import Array


def noisy_line(seed: int, n: int = 100, noise: float = 1.0) -> LinearRegression:
    """Points around the line y = 2x + 1, with inputs of mean 0 and deviation 1."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=n)
    return LinearRegression(x, 2 * x + 1 + noise * rng.normal(size=n))


def example_gradients(problem: Problem, w: Array) -> Array:
    """The gradient of every example's loss at `w`, shape (n, d)."""
    return np.array([problem.gradient(w, np.array([i])) for i in range(problem.n)])


def gap(problem: LinearRegression, trace: Trace) -> Array:
    """How far the loss lies above the lowest possible, at every recorded moment."""
    return trace.loss - problem.loss(problem.minimum)


class TiltedSaddle(Problem):
    """The saddle as a mean of examples: each is tilted in a direction of its own, and the tilts cancel."""

    d, n = 2, 64

    def __init__(self, rng: np.random.Generator, tilt: float = 0.3) -> None:
        self.saddle = Saddle()
        self.tilts = tilt * rng.normal(size=(self.n, 2))
        self.tilts -= self.tilts.mean(axis=0)

    def loss(self, w: Array, batch: Batch = None) -> float:
        return self.saddle.loss(w) + float(self._tilt(batch) @ w)

    def gradient(self, w: Array, batch: Batch = None) -> Array:
        return self.saddle.gradient(w) + self._tilt(batch)

    def _tilt(self, batch: Batch) -> Array:
        return np.zeros(2) if batch is None else self.tilts[batch].mean(axis=0)


# -- the estimate ------------------------------------------------------------------------------------------------


@claim(
    "stochastic-gradient-descent/unbiased",
    "At random parameters, the mean of the {n} gradients of single examples was the gradient of the loss to {digits} digits.",
)
def unbiased(seed: int) -> dict[str, float]:
    problem = noisy_line(seed)
    w, digits = np.random.default_rng(seed).normal(size=2), 12
    each, whole = example_gradients(problem, w), problem.gradient(w)
    assert np.linalg.norm(each.mean(axis=0) - whole) < 10.0**-digits * np.linalg.norm(whole)
    return {"n": problem.n, "digits": digits}


@claim(
    "stochastic-gradient-descent/wrong-way",
    "Far from the minimum, at $(0, -5)$, the gradients of {far:.0%} of the examples point uphill with the whole gradient. "
    "At a distance of 0.1 only {near:.0%} do: the others, followed exactly, would raise the loss.",
)
def wrong_way(seed: int) -> dict[str, float]:
    problem = noisy_line(seed)

    def agreeing(w: Array) -> float:
        return float(np.mean(example_gradients(problem, w) @ problem.gradient(w) > 0))

    direction = np.random.default_rng(seed).normal(size=2)
    near = problem.minimum + 0.1 * direction / np.linalg.norm(direction)
    shares = {"far": agreeing(np.array([0.0, -5.0])), "near": agreeing(near)}
    assert shares["far"] > 0.9 and shares["near"] < 0.75
    return shares


@claim(
    "stochastic-gradient-descent/unequal-draws",
    "When examples with $x > 0$ were drawn four times as often as the others, runs with a decreasing rate came to rest within "
    "{own:.2f} of the line that fits the examples so weighted, and {off:.2f} from the line that fits all alike.",
)
def unequal_draws(seed: int) -> dict[str, float]:
    rng = np.random.default_rng(seed)
    x = rng.uniform(-1, 1, size=100)
    # a curve, so that no line fits both halves
    problem = LinearRegression(x, x**2 + 0.1 * rng.normal(size=100))
    weight = np.where(x > 0, 4.0, 1.0)
    weight /= weight.sum()

    def unequal(n: int, rng: np.random.Generator):
        for i in rng.choice(n, size=n, p=weight):
            yield np.array([i])

    run = descend(
        problem, [0.0, 0.0], lr=lambda t: 0.3 / (1 + t / 100), epochs=160, batches=unequal, rng=rng, record_every=10_000
    )
    root = np.sqrt(weight)[:, None]
    weighted = np.linalg.lstsq(root * problem.X, root[:, 0] * problem.y, rcond=None)[0]
    own, off = (float(np.linalg.norm(run.params[-1] - goal)) for goal in (weighted, problem.minimum))
    assert own < off / 2
    return {"own": own, "off": off}


@unequal_draws.over_seeds
def _(own: Measured, off: Measured) -> None:
    assert own.median < off.median / 4


# -- cheap updates -----------------------------------------------------------------------------------------------


MANY = 40


@cache
def against_batch(seeds: Seeds = SEEDS) -> tuple[LinearRegression, dict[str, Comparison]]:
    """One pass and several of batch and stochastic descent, each at the best of five rates for that."""
    rng = np.random.default_rng(0)
    # four inputs of different size, so that no single step of batch descent can solve it
    x = rng.normal(size=(200, 4)) * [1.0, 0.7, 0.5, 0.3]
    problem = LinearRegression(x, x @ [1.0, -2.0, 3.0, -4.0] + 0.5 * rng.normal(size=200))
    start = np.zeros(problem.d)
    rates = {"batch": [0.3, 0.6, 0.9, 1.2, 1.5], "stochastic": [0.0005, 0.002, 0.01, 0.05, 0.25]}

    def batch(lr: float, seed: int) -> Trace:
        return gradient_descent(problem, start, lr=lr, epochs=MANY, label="batch")

    def stochastic(lr: float, seed: int) -> Trace:
        every = problem.n // 4
        return stochastic_gradient_descent(problem, start, lr=lr, epochs=MANY, rng=seed, record_every=every, label="stochastic")

    def after_one_epoch(trace: Trace) -> float:
        return float(gap(problem, trace)[np.searchsorted(trace.epoch, 1)])

    methods = {"batch": batch, "stochastic": stochastic}
    tuned = {
        "one": compare(methods, rates, score=after_one_epoch, seeds=seeds, tuning_seeds=2),
        "many": compare(methods, rates, seeds=seeds, tuning_seeds=2),
    }
    return problem, tuned


@claim(
    "stochastic-gradient-descent/first-epoch",
    "Each at the best of {rates} rates for it: after one pass over {n} examples, batch descent was {batch:.2f} above the lowest loss, "
    "stochastic descent {stochastic:.3f}.",
)
def first_epoch(seeds: Seeds) -> Numbers:
    problem, tuned = against_batch(seeds)
    gaps = tuned["one"].scores
    assert np.median(gaps["stochastic"]) < np.median(gaps["batch"]) / 3
    return {**gaps, "n": problem.n, "rates": len(tuned["one"].lrs["batch"])}


@claim(
    "stochastic-gradient-descent/last-epoch",
    "After {epochs} passes, each at its best rate for that, batch descent was {batch:.0e} above the lowest loss, stochastic descent {stochastic:.0e}.",
)
def last_epoch(seeds: Seeds) -> Numbers:
    problem, tuned = against_batch(seeds)
    gaps = {label: [float(gap(problem, run)[-1]) for run in runs] for label, runs in tuned["many"].runs.items()}
    assert np.median(gaps["batch"]) < np.median(gaps["stochastic"]) / 10
    return {**gaps, "epochs": MANY}


@claim(
    "stochastic-gradient-descent/hardware",
    "On the machine that built this book, a pass over {n} examples with {features} features took {times:.0f} times as long one by one as in one "
    "matrix product, though the number of multiplications is the same.",
)
def hardware() -> dict[str, float]:
    rng = np.random.default_rng(0)
    n, features = 1000, 50
    problem = LinearRegression(rng.normal(size=(n, features)), rng.normal(size=n))
    start, options = np.zeros(problem.d), {"lr": 1e-4, "record_every": 10**6}
    one_by_one = min(stochastic_gradient_descent(problem, start, epochs=1, **options).seconds[-1] for _ in range(3))
    together = min(gradient_descent(problem, start, epochs=1, **options).seconds[-1] for _ in range(5))
    assert one_by_one > 5 * together
    return {"n": n, "features": features, "times": one_by_one / together}


# -- drawing -----------------------------------------------------------------------------------------------------


@claim(
    "stochastic-gradient-descent/never-seen",
    "In {n} draws from {n} examples with replacement, {share:.1%} of the examples were never drawn.",
)
def never_seen(seed: int) -> dict[str, float]:
    n = 2000
    drawn = np.concatenate(list(batches.with_replacement(1)(n, np.random.default_rng(seed))))
    share = 1 - len(np.unique(drawn)) / n
    # (1 - 1/n)^n is 1/e; the deviation of the share is about 0.007
    assert abs(share - np.exp(-1)) < 0.03
    return {"n": n, "share": share}


@claim(
    "stochastic-gradient-descent/shuffling",
    "At the same rate of {lr}, averaged over the last {last} of {epochs} epochs, the loss at the end of an epoch was {replacement:.1e} above the lowest with "
    "replacement and {shuffled:.1e} with a fresh order each epoch.",
)
def shuffling(seed: int) -> dict[str, float]:
    problem, lr, epochs, last = noisy_line(seed), 0.01, 30, 25
    gaps = {}
    for name, scheme in {"shuffled": batches.shuffled(1), "replacement": batches.with_replacement(1)}.items():
        run = descend(problem, problem.minimum, lr=lr, epochs=epochs, batches=scheme, rng=seed, record_every=problem.n)
        gaps[name] = float(gap(problem, run)[-last:].mean())
    assert gaps["shuffled"] < gaps["replacement"] / 2
    return {**gaps, "lr": lr, "epochs": epochs, "last": last}


# -- epochs, stopping, noise -------------------------------------------------------------------------------------


@claim(
    "stochastic-gradient-descent/so-called-epochs",
    "The notes' {updates:,d} “epochs” on {n} examples are {epochs:.1f} epochs.",
)
def so_called_epochs() -> dict[str, float]:
    problem, updates = worked_examples.doubling_line(), 1000
    run = descend(
        problem, [1.0], lr=1e-5, epochs=updates, batches=batches.with_replacement(1), rng=0, record_every=updates,
        stop=stopping.after_updates(updates),
    )  # fmt: skip
    # each of the notes' "epochs" computes the gradient of a single example
    assert run.updates == run.gradient_evaluations[-1] == updates
    assert 5 < run.epoch[-1] < 5.1
    return {"updates": updates, "n": problem.n, "epochs": run.epoch[-1]}


@claim(
    "stochastic-gradient-descent/passes-used",
    "The notes' stochastic run stopped after {updates:.0f} updates, which is {passes:.2f} of a pass over the data, the batch run after {batch:.0f} passes: "
    "{times:.0f} times as many.",
)
def passes_used(seed: int) -> dict[str, float]:
    stochastic, batch = worked_examples.one_example_as_written(seed).trace, worked_examples.full_batch().trace
    # both end by their criterion and not by their limit
    assert stochastic.stopped.startswith("batch loss") and batch.stopped.startswith("loss below")
    passes = stochastic.gradient_evaluations[-1] / worked_examples.doubling_line().n
    assert batch.epoch[-1] > 50 * passes
    return {"updates": stochastic.updates, "passes": passes, "batch": batch.epoch[-1], "times": batch.epoch[-1] / passes}


@claim(
    "stochastic-gradient-descent/one-example-fits",
    "With noise in the data, {runs} of {runs} runs stopped on a single example's loss below {tolerance}, after {updates:.0f} updates in the middle. The "
    "loss over all examples was then {times:.1f} times the lowest possible.",
)
def one_example_fits(seed: int) -> dict[str, float]:
    runs, tolerance, updates, times = 20, 1e-3, [], []
    for k in range(runs):
        problem = noisy_line(1000 * seed + k)
        run = stochastic_gradient_descent(
            problem, [-4.0, 4.0], lr=0.01, epochs=10, rng=k, stop=stopping.batch_loss_below(tolerance), record_every=10_000
        )
        assert run.stopped.startswith("batch loss")
        updates.append(run.updates)
        times.append(run.loss[-1] / problem.loss(problem.minimum))
    assert np.median(times) > 1.5
    return {"runs": runs, "tolerance": tolerance, "updates": float(np.median(updates)), "times": float(np.median(times))}


@claim(
    "stochastic-gradient-descent/without-noise",
    "On the notes' data, $y = 2x$ exactly, {updates:,d} updates at the notes' rate left a loss below {exact:.0e}. With noise of deviation 20 in $y$, the "
    "same run moved about the minimum: over its last 500 updates the loss was on average {floor:.0f} above the lowest.",
)
def without_noise(seed: int) -> dict[str, float]:
    exact, rng = worked_examples.doubling_line(), np.random.default_rng(seed)
    noisy = LinearRegression(exact.X[:, 0], exact.y + 20 * rng.normal(size=exact.n), fit_intercept=False)
    runs = {}
    for name, problem in {"exact": exact, "noisy": noisy}.items():
        runs[name] = descend(
            problem, [1.0], lr=1e-5, epochs=10, batches=batches.with_replacement(1), rng=seed, stop=stopping.after_updates(1000)
        )
    floor = float(gap(noisy, runs["noisy"])[-500:].mean())
    assert runs["exact"].loss[-1] < 1e-12 and floor > 1
    return {"updates": 1000, "exact": 1e-12, "floor": floor}


def averaging(seed: int, n: int = 500) -> LinearRegression:
    """The simplest problem with noise: fit one number to many, so the curvature is 2 and the noise the same everywhere."""
    y = np.random.default_rng(seed).normal(3, 1, size=n)
    return LinearRegression(np.ones(n), y, fit_intercept=False)


@claim(
    "stochastic-gradient-descent/noise-floor",
    "At rates of {large} and {small}, long runs with replacement had a mean squared distance from the minimum of {at_large:.3f} and "
    "{at_small:.3f}, which is {ratio_large:.2f} and {ratio_small:.2f} times what the formula says.",
)
def floor_of_noise(seed: int) -> dict[str, float]:
    problem, rng = averaging(seed), np.random.default_rng(seed)
    variance = batch_gradient_variance(example_gradients(problem, problem.minimum))
    measured = {}
    for name, lr in {"large": 0.1, "small": 0.05}.items():
        # many runs side by side: every column of `w` is one
        w, squares = np.full(400, problem.minimum[0]), []
        for t in range(400):
            w -= lr * 2 * (w - rng.choice(problem.y, size=w.size))
            if t >= 100:
                squares.append(np.mean((w - problem.minimum[0]) ** 2))
        measured[f"at_{name}"] = float(np.mean(squares))
        measured[f"ratio_{name}"] = measured[f"at_{name}"] / noise_floor(lr, 2.0, variance)
        assert 0.9 < measured[f"ratio_{name}"] < 1.1
    return {**measured, "large": 0.1, "small": 0.05}


@claim(
    "stochastic-gradient-descent/halving",
    "From a rate of {large} to one of {small}, the mean squared distance from the minimum was divided by {replacement:.1f} with replacement. In shuffled "
    "epochs it was divided by {shuffled:.1f}, averaged over all updates, and by {ends:.1f} at the ends of epochs.",
)
def halving(seed: int) -> dict[str, float]:
    problem, rates, epochs = noisy_line(seed), (0.01, 0.005), 60
    squares: dict[str, list[float]] = {"replacement": [], "shuffled": [], "ends": []}
    for name, scheme in {"shuffled": batches.shuffled(1), "replacement": batches.with_replacement(1)}.items():
        for lr in rates:
            run = descend(problem, problem.minimum, lr=lr, epochs=epochs, batches=scheme, rng=seed)
            square = np.sum((run.params - problem.minimum) ** 2, axis=1)
            # the first epochs are those in which a run that begins at the minimum has not yet forgotten it
            squares[name].append(float(square[10 * problem.n :].mean()))
            if name == "shuffled":
                squares["ends"].append(float(square[10 * problem.n :: problem.n].mean()))
    divided = {name: large / small for name, (large, small) in squares.items()}
    assert 1.6 < divided["replacement"] < 2.5 and 2.6 < divided["shuffled"] < divided["ends"]
    return {"large": rates[0], "small": rates[1], **divided}


@halving.over_seeds
def _(replacement: Measured, shuffled: Measured, ends: Measured) -> None:
    assert 1.8 < replacement.median < 2.3 and shuffled.median > 1.3 * replacement.median and ends.median > 1.3 * shuffled.median


@claim(
    "stochastic-gradient-descent/linear-without-noise",
    "On the notes' data, in the middle of {runs} runs at the notes' rate, the first ten updates divided the distance from the minimum by {first:.0f}, the next ten by "
    "{second:.0f}, and ten more by {third:.0f}.",
)
def linear_without_noise(seed: int) -> dict[str, float]:
    problem, rng, runs = worked_examples.doubling_line(), np.random.default_rng(seed), 1000
    # many runs side by side: every column of `error` is one
    error, middle = np.ones(runs), [1.0]
    for _ in range(3):
        for _ in range(10):
            error = error - 1e-5 * 2 * rng.choice(problem.X[:, 0], size=runs) ** 2 * error
        middle.append(float(np.median(np.abs(error))))
    first, second, third = (before / after for before, after in zip(middle, middle[1:], strict=False))
    assert min(first, second, third) > 5 and max(second, third) < 2 * min(second, third)
    return {"runs": runs, "first": first, "second": second, "third": third}


@claim(
    "stochastic-gradient-descent/decreasing-rate",
    "After {epochs} epochs the constant rate {lr} was {constant:.1e} above the lowest loss. Divided by $1 + t/n$, the same rate came within "
    "{decreasing:.1e}. Divided by $(1 + t/n)^2$, it was {stuck:.1f} above it, still at a distance of {distance:.1f} from the minimum, and had come only {last:.2f} "
    "nearer in the second half of the run.",
)
def decreasing_rate(seed: int) -> dict[str, float]:
    problem, lr, epochs = noisy_line(seed), 0.01, 40
    n, start = problem.n, [-4.0, 4.0]
    schedules: dict[str, float | Callable[[int], float]] = {
        "constant": lr,
        "decreasing": lambda t: lr / (1 + t / n),
        "stuck": lambda t: lr / (1 + t / n) ** 2,
    }
    runs = {
        name: stochastic_gradient_descent(problem, start, lr=rate, epochs=epochs, rng=seed, record_every=n)
        for name, rate in schedules.items()
    }
    tail = {name: float(gap(problem, run)[-10:].mean()) for name, run in runs.items()}
    distance = np.linalg.norm(runs["stuck"].params - problem.minimum, axis=1)
    last = float(distance[epochs // 2] - distance[-1])
    assert 0 < last < distance[-1] / 10
    return {"epochs": epochs, "lr": lr, **tail, "distance": distance[-1], "last": last}


@decreasing_rate.over_seeds
def _(constant: Measured, decreasing: Measured, stuck: Measured, distance: Measured) -> None:
    assert decreasing.median < constant.median / 2 and stuck.median > 25 * constant.median and distance.median > 0.5


@claim(
    "stochastic-gradient-descent/not-linear",
    "With the rate $1/(2 (t + 10))$ on this problem, the mean squared distance after {late:,d} updates was {ratio:.3f} times that after {early:,d}. "
    "Batch descent at a rate of 0.25 halves the distance in every update.",
)
def not_linear(seed: int) -> dict[str, float]:
    problem, rng = averaging(seed), np.random.default_rng(seed)
    early, late = 1000, 10_000
    w, squares = np.full(1000, problem.minimum[0] + 1), {}
    for t in range(late):
        w -= 1 / (2 * (t + 10)) * 2 * (w - rng.choice(problem.y, size=w.size))
        if t + 1 in (early, late):
            squares[t + 1] = float(np.mean((w - problem.minimum[0]) ** 2))
    ratio = squares[late] / squares[early]
    # ten times the work for a tenth of the squared distance
    assert 0.07 < ratio < 0.15
    path = gradient_descent(problem, [10.0], lr=0.25, epochs=20).params[:, 0] - problem.minimum[0]
    assert np.allclose(path[1:] / path[:-1], 0.5)
    return {"early": early, "late": late, "ratio": ratio}


@claim(
    "stochastic-gradient-descent/leaves-the-saddle",
    "From the same start on the line that leads into the saddle, batch descent ended at the saddle. Stochastic descent had left it for one of the minima "
    "in {runs} of {runs} runs.",
)
def leaves_the_saddle(seed: int) -> dict[str, float]:
    problem, runs = TiltedSaddle(np.random.default_rng(seed)), 5
    still = gradient_descent(problem, [1.8, 0.0], lr=0.05, epochs=400, record_every=400)
    assert np.allclose(still.params[-1], 0, atol=1e-6)
    for k in range(runs):
        run = stochastic_gradient_descent(problem, [1.8, 0.0], lr=0.05, epochs=8, rng=k, record_every=10**6)
        assert abs(abs(run.params[-1, 1]) - 1) < 0.5
    return {"runs": runs}
