"""What the chapter "Mini-batch" says, measured."""

from __future__ import annotations

from collections.abc import Callable
from timeit import repeat
from typing import Any

import numpy as np

from course_lib.descent import batches, descend
from course_lib.descent.analysis import batch_gradient_variance, noise_floor
from course_lib.experiments import worked_examples
from course_lib.experiments.claims.claim import Measured, claim
from course_lib.experiments.claims.stochastic_gradient_descent import averaging, example_gradients, gap, noisy_line
from course_lib.problems import LinearRegression
from course_lib.validation import Array

BATCH_SIZES = (1, 2, 5, 10, 25, 50, 100)


def measured_variance(
    gradients: Array, batch_size: int, rng: np.random.Generator, *, replacement: bool, draws: int = 4000
) -> float:
    """Mean squared distance between the gradient of a drawn batch and that of all examples, over many draws."""
    n = len(gradients)
    if replacement:
        drawn = rng.integers(n, size=(draws, batch_size))
    else:
        # the first entries of a random order are distinct
        drawn = rng.random((draws, n)).argsort(axis=1)[:, :batch_size]
    errors = gradients[drawn].mean(axis=1) - gradients.mean(axis=0)
    return float(np.mean(np.sum(errors**2, axis=1)))


def variances(seed: int, *, replacement: bool) -> tuple[list[float], list[float]]:
    """For each of `BATCH_SIZES`, on 100 examples: the variance as measured and as the formula has it."""
    problem, rng = noisy_line(seed), np.random.default_rng(seed)
    gradients = example_gradients(problem, rng.normal(size=2))
    measured = [measured_variance(gradients, b, rng, replacement=replacement) for b in BATCH_SIZES]
    theory = [batch_gradient_variance(gradients, b, replacement=replacement) for b in BATCH_SIZES]
    return measured, theory


# -- variance ----------------------------------------------------------------------------------------------------


@claim(
    "mini-batch/variance",
    "For batches of 1 to {n} out of {n} examples, the measured variance was between {low.low:.2f} and {high.high:.2f} times $\\sigma^2/b$ with replacement and, without, "
    "as near to the corrected formula. For the batch of all examples it was {last}.",
)
def variance(seed: int) -> dict[str, float]:
    ratios = []
    for replacement in (True, False):
        measured, theory = variances(seed, replacement=replacement)
        if not replacement:
            last = measured.pop()
            assert last < 1e-20 and theory.pop() == 0
        ratios += [m / t for m, t in zip(measured, theory, strict=True)]
    assert 0.9 < min(ratios) and max(ratios) < 1.1
    return {"n": 100, "low": min(ratios), "high": max(ratios), "last": round(last, 12)}


@claim(
    "mini-batch/confidence",
    "From the examples of one batch of {b} one can estimate each derivative and how sure one is of it. The interval of two standard errors around "
    "the estimate held the derivative over all examples in {weight:.0%} of {draws:,d} batches for the weight, and in {intercept:.0%} for the intercept. The "
    "intervals from batches of {larger} were {narrower:.1f} times narrower.",
)
def confidence(seed: int) -> dict[str, float]:
    problem, rng, draws = noisy_line(seed, n=1000), np.random.default_rng(seed), 2000
    each = example_gradients(problem, np.array([1.0, 0.0]))
    widths, held = {}, {}
    for b in (32, 128):
        drawn = each[rng.integers(problem.n, size=(draws, b))]
        error = drawn.std(axis=1, ddof=1) / np.sqrt(b)
        held[b] = np.mean(np.abs(drawn.mean(axis=1) - each.mean(axis=0)) < 2 * error, axis=0)
        widths[b] = error.mean(axis=0)
    narrower = widths[32] / widths[128]
    # the products in the derivative of the weight have long tails, which small batches underrate
    assert min(held[32]) > 0.84 and max(held[32]) < 0.98 and 1.8 < min(narrower) and max(narrower) < 2.15
    weight, intercept = map(float, held[32])
    return {"b": 32, "larger": 128, "draws": draws, "weight": weight, "intercept": intercept, "narrower": float(narrower.mean())}


@confidence.over_seeds
def _(weight: Measured, intercept: Measured) -> None:
    assert weight.median < intercept.median - 0.01 and weight.median < 0.945


@claim(
    "mini-batch/floor",
    "At a rate of {lr}, batches of {b} draws with replacement came to rest at a mean squared distance {times:.1f} times smaller than single examples did.",
)
def floor(seed: int) -> dict[str, float]:
    problem, rng, lr, b = averaging(seed), np.random.default_rng(seed), 0.1, 10
    sigma2 = batch_gradient_variance(example_gradients(problem, problem.minimum))
    rest = {}
    for size in (1, b):
        w, squares = np.full(400, problem.minimum[0]), []
        for t in range(300):
            w -= lr * 2 * (w - rng.choice(problem.y, size=(size, w.size)).mean(axis=0))
            if t >= 60:
                squares.append(np.mean((w - problem.minimum[0]) ** 2))
        rest[size] = float(np.mean(squares))
        assert 0.9 < rest[size] / noise_floor(lr, 2.0, sigma2 / size) < 1.1
    return {"lr": lr, "b": b, "times": rest[1] / rest[b]}


# -- cost --------------------------------------------------------------------------------------------------------


@claim(
    "mini-batch/time",
    "On the machine that built this book, with {features} features the gradient of {b} examples took {times:.1f} times as long as that of one, not {b} times.",
)
def time_of_a_gradient() -> dict[str, float]:
    rng = np.random.default_rng(0)
    n, features, b = 1024, 50, 64
    problem = LinearRegression(rng.normal(size=(n, features)), rng.normal(size=n))

    def seconds(size: int) -> float:
        batch = rng.integers(n, size=size)
        # the least of many short repetitions: whatever else the machine does only adds
        return min(repeat(lambda: problem.gradient(problem.minimum, batch), number=20, repeat=50))

    times = seconds(b) / seconds(1)
    assert times < b / 4
    return {"features": features, "b": b, "times": times}


# -- drawing -----------------------------------------------------------------------------------------------------


def sorted_line(seed: int, n: int = 200) -> LinearRegression:
    """Points around a curve, sorted by their input, so that neighbors are alike."""
    rng = np.random.default_rng(seed)
    x = np.sort(rng.uniform(-1.5, 1.5, size=n))
    return LinearRegression(x, x + 0.5 * x**2 + 0.2 * rng.normal(size=n))


@claim(
    "mini-batch/slices",
    "On data sorted by $x$, at the same rate {lr} and batch size {b}, slices in the order of the data stayed {slices:.1e} above the lowest loss, averaged over the "
    "last {last} epochs; shuffled batches {shuffled:.1e}. The run with slices was the same, to the last bit, for every seed.",
)
def slices(seed: int) -> dict[str, float]:
    problem, lr, b, last = sorted_line(seed), 0.05, 20, 20
    gaps = {}
    for name, scheme in {"slices": batches.contiguous(b), "shuffled": batches.shuffled(b)}.items():
        run = descend(problem, [0.0, 0.0], lr=lr, epochs=60, batches=scheme, rng=seed, record_every=problem.n // b)
        gaps[name] = float(gap(problem, run)[-last:].mean())
        if name == "slices":
            again = descend(problem, [0.0, 0.0], lr=lr, epochs=60, batches=scheme, rng=seed + 1, record_every=problem.n // b)
            assert (again.params == run.params).all()
    assert gaps["slices"] > 3 * gaps["shuffled"]
    return {**gaps, "lr": lr, "b": b, "last": last}


@claim(
    "mini-batch/twenty-steps",
    "After one pass, {half} updates, the source's slices had left the line at a distance of {slices_half:.2f} from the best one; shuffled batches, {shuffled_half:.2f}. After "
    "{updates} updates it was {slices:.2f} and {shuffled:.2f}.",
)
def twenty_steps(seed: int) -> dict[str, float]:
    found = {}
    for name, scheme in {"slices": None, "shuffled": batches.shuffled(20)}.items():
        example = worked_examples.standardized_slices(seed, scheme)
        distance = np.linalg.norm(example.trace.params - example.problem.minimum, axis=1)
        found[name], found[f"{name}_half"] = float(distance[-1]), float(distance[10])
        assert example.trace.updates == 20 and distance[-1] < distance[0] / 20
    # the inputs of a slice lie close together, so a slice tells the slope badly
    assert found["slices_half"] > 1.5 * found["shuffled_half"]
    return {**found, "half": 10, "updates": 20}


# -- the last batch, the loss of an epoch, accumulation ----------------------------------------------------------


@claim(
    "mini-batch/epoch-loss",
    "With {n} examples in batches of {b}, the last batch holds {last}. At fixed parameters the plain mean of the batch losses was off from the loss over all "
    "examples by {off:.1%} in the middle, and by {worst:.0%} at the worst, of {epochs} epochs. Weighted by batch size it was exact.",
)
def epoch_loss(seed: int) -> dict[str, float]:
    n, b, epochs = 105, 25, 200
    problem, rng = noisy_line(seed, n=n), np.random.default_rng(seed)
    w = np.array([1.0, 0.0])
    whole, off = problem.loss(w), []
    for _ in range(epochs):
        drawn = [np.asarray(batch) for batch in batches.shuffled(b)(n, rng)]
        losses, sizes = [problem.loss(w, batch) for batch in drawn], [len(batch) for batch in drawn]
        assert np.isclose(np.average(losses, weights=sizes), whole)
        off.append(abs(np.mean(losses) - whole) / whole)
    assert np.median(off) > 0.01
    return {"n": n, "b": b, "last": n % b, "epochs": epochs, "off": float(np.median(off)), "worst": float(max(off))}


@claim(
    "mini-batch/accumulation",
    "Gradients of {k} batches of {b}, weighted by their sizes and added, were the gradient of the batch of {large} to {digits} digits; added without weights they were "
    "{times:.0f} times as long.",
)
def accumulation(seed: int) -> dict[str, float]:
    problem, rng = noisy_line(seed), np.random.default_rng(seed)
    w, k, b, digits = rng.normal(size=2), 4, 8, 12
    large = rng.permutation(problem.n)[: k * b]
    small = [problem.gradient(w, part) for part in np.split(large, k)]
    whole = problem.gradient(w, large)
    assert np.linalg.norm(sum(g * b for g in small) / (k * b) - whole) < 10.0**-digits * np.linalg.norm(whole)
    return {"k": k, "b": b, "large": k * b, "digits": digits, "times": float(np.linalg.norm(sum(small)) / np.linalg.norm(whole))}


@claim(
    "mini-batch/short-last-group",
    "In a last group of {rest} batches of {b} where the others have {k}, weights of $1/{rest}$ gave the gradient of its {examples} examples to {digits} digits, weights of "
    "$1/{k}$ one that was {share:.0%} as long.",
)
def short_last_group(seed: int) -> dict[str, float]:
    problem, rng = noisy_line(seed), np.random.default_rng(seed)
    w, k, rest, b, digits = rng.normal(size=2), 4, 2, 8, 12
    last = rng.permutation(problem.n)[: rest * b]
    total, whole = sum(problem.gradient(w, part) for part in np.split(last, rest)), problem.gradient(w, last)
    length = np.linalg.norm(whole)
    assert np.linalg.norm(total / rest - whole) < 10.0**-digits * length
    share = float(np.linalg.norm(total / k) / length)
    assert np.isclose(share, rest / k)
    return {"rest": rest, "b": b, "k": k, "examples": rest * b, "digits": digits, "share": share}


# -- what goes wrong ---------------------------------------------------------------------------------------------


@claim(
    "mini-batch/batch-loss",
    "In the second half of a run of {updates} updates with batches of {b}, the loss of the batch rose at {rises:.0%} of the updates and varied by a factor of {factor:.0f}. "
    "The loss over all examples stayed within {steady:.0%} of its mean.",
)
def batch_loss(seed: int) -> dict[str, float]:
    problem, b, seen = noisy_line(seed, n=200), 5, []
    run = descend(
        problem, [-4.0, 4.0], lr=0.02, epochs=10, batches=batches.shuffled(b), rng=seed,
        stop=lambda progress: seen.append(progress.batch_loss),
    )  # fmt: skip
    half = run.updates // 2
    late, whole = np.array(seen[half:]), run.loss[half + 1 :]
    result = {"rises": float(np.mean(np.diff(late) > 0)), "factor": late.max() / late.min()}
    steady = float(np.abs(whole / whole.mean() - 1).max())
    assert 0.4 < result["rises"] < 0.6 and result["factor"] > 5 and steady < 0.3
    return {**result, "steady": steady, "updates": run.updates, "b": b}


@claim(
    "mini-batch/first-pair-for-ever",
    "With noise of deviation 20 in $y$, {updates:,d} updates on the first pair drawn ended at {stuck:.2f} times the lowest loss in the middle of {runs} runs, and at {worst:.1f} times at "
    "the worst. With a fresh pair for every update it was {fresh:.2f} times in the middle.",
)
def first_pair_for_ever(seed: int) -> dict[str, float]:
    exact, rng, runs = worked_examples.doubling_line(), np.random.default_rng(seed), 31
    noisy = LinearRegression(exact.X[:, 0], exact.y + 20 * rng.normal(size=exact.n), fit_intercept=False)
    lowest = noisy.loss(noisy.minimum)
    schemes: dict[str, Callable[[], batches.Scheme]] = {
        "stuck": worked_examples.first_pair_for_ever,
        "fresh": lambda: batches.distinct(2),
    }
    # as many updates as the notes make: an epoch of 199 examples has 100 batches
    settings: dict[str, Any] = {"lr": 1e-5, "epochs": 10, "record_every": 1000}
    ends: dict[str, list[float]] = {name: [] for name in schemes}
    for _ in range(runs):
        for name, scheme in schemes.items():
            run = descend(noisy, [1.0], batches=scheme(), rng=rng, **settings)
            assert run.updates == 1000
            ends[name].append(run.loss[-1] / lowest)
    middle = {name: float(np.median(values)) for name, values in ends.items()}
    return {**middle, "worst": max(ends["stuck"]), "updates": 1000, "runs": runs}


@first_pair_for_ever.over_seeds
def _(stuck: Measured, fresh: Measured) -> None:
    assert stuck.median - 1 > 2 * (fresh.median - 1)


@claim(
    "mini-batch/first-pair-on-the-notes-data",
    "On the notes' own data, without noise, the first pair for ever reached a loss of {stuck:.0e}: the mistake cannot be seen.",
)
def first_pair_on_the_notes_data(seed: int) -> dict[str, float]:
    trace = worked_examples.two_examples_as_written(seed).trace
    assert trace.loss[-1] < 1e-3
    return {"stuck": trace.loss[-1]}
