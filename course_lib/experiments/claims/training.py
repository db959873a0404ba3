"""What the chapter "Training a network for real" says, measured."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from typing import Any

import numpy as np

from course_lib.autodiff import Tensor, mse_loss
from course_lib.descent import batches
from course_lib.experiments import Comparison, compare, run
from course_lib.experiments.claims.claim import SEEDS, Measured, Numbers, Seeds, claim
from course_lib.lr_scheduler import LambdaLR
from course_lib.optim import SGD, Adam, AdamW, RMSprop
from course_lib.problems import MLP, LinearRegression, digits
from course_lib.trace import Trace
from course_lib.validation import Array


@dataclass(frozen=True)
class Task:
    """The digits in three parts, prepared by what is known of the first: 1200 to train, 300 to choose, 297 to measure.

    Attributes
    ----------
    network, validation, test : MLP
        The same network on each part, so that each has a loss and an accuracy.
    """

    network: MLP
    validation: MLP
    test: MLP

    def accuracy(self, w: Array) -> float:
        """The part of the validation digits that are read rightly."""
        return self.validation.accuracy(w, self.validation.x, self.validation.y)

    def test_accuracy(self, w: Array) -> float:
        """The same of the test digits, for the end."""
        return self.test.accuracy(w, self.test.x, self.test.y)


@cache
def task(seed: int) -> Task:
    """A split of the digits that depends on the seed."""
    split = digits(seed, test_fraction=597 / 1797)
    return Task(
        MLP(split.x, split.y),
        MLP(split.x_test[:300], split.y_test[:300]),
        MLP(split.x_test[300:], split.y_test[300:]),
    )


def train(
    optimizer: Callable[..., Any], lr: float, seed: int, epochs: int = 4, batch_size: int = 32, every: int = 10**6, **options: Any
) -> Trace:
    """One training from a split, a start and an order of examples that all depend on the seed."""
    network, rng = task(seed).network, np.random.default_rng(seed)
    return run(
        network,
        partial(optimizer, lr=lr),
        network.initial(rng),
        epochs=epochs,
        batches=batches.shuffled(batch_size),
        rng=rng,
        record_every=every,
        **options,
    )


# -- three parts -------------------------------------------------------------------------------------------------


@claim(
    "training/by-heart",
    "With the labels of {n} digits replaced by random ones, the network read {seen:.0%} of them “rightly” after {epochs} epochs, and {new:.0%} of other digits.",
)
def by_heart(seed: int) -> dict[str, float]:
    whole, rng, n, epochs = task(seed).network, np.random.default_rng(seed), 200, 40
    network = MLP(whole.x[:n], rng.integers(10, size=n))
    trace = run(
        network,
        partial(Adam, lr=0.01),
        network.initial(rng),
        epochs=epochs,
        batches=batches.shuffled(32),
        rng=rng,
        record_every=10**6,
    )
    w = trace.params[-1]
    seen, new = network.accuracy(w, network.x, network.y), network.accuracy(w, whole.x[n:], whole.y[n:])
    assert seen > 0.97 and new < 0.25
    return {"n": n, "epochs": epochs, "seen": seen, "new": new}


@claim(
    "training/stored-by-class",
    "When the digits, stored class by class, were cut without shuffling, the network read {blocks:.0%} of the digits held out; cut from a random order, {random:.0%}.",
)
def stored_by_class(seed: int) -> dict[str, float]:
    parts = task(seed).network, task(seed).validation, task(seed).test
    x, y = np.concatenate([p.x for p in parts]), np.concatenate([p.y for p in parts])
    accuracy = {}
    for name, order in {"random": np.arange(len(y)), "blocks": np.argsort(y, kind="stable")}.items():
        kept, out = order[:1200], order[1200:]
        # the tenth class must have its output even where the training examples do not show it
        network = MLP(x[kept], np.append(y[kept][:-1], 9))
        rng = np.random.default_rng(seed)
        trace = run(
            network,
            partial(Adam, lr=0.01),
            network.initial(rng),
            epochs=4,
            batches=batches.shuffled(32),
            rng=rng,
            record_every=10**6,
        )
        accuracy[name] = network.accuracy(trace.params[-1], x[out], y[out])
    assert accuracy["blocks"] < 0.3 < 0.88 < accuracy["random"]
    return accuracy


# -- the same scale ----------------------------------------------------------------------------------------------


def scaled(x: Array, by: Array, epsilon: float = 0.0) -> Array:
    """`x`, with the columns centered and divided as the columns of `by` ask; a constant one is only centered, or divided by epsilon."""
    deviation = by.std(axis=0)
    return (x - by.mean(axis=0)) / (deviation + epsilon if epsilon else np.where(deviation > 0, deviation, 1.0))


@claim(
    "training/scale",
    "A pixel measured in another unit, 100 times as large: of {rates} rates from $10^{{-4}}$ to 1 the best brought the training loss to {raw:.2f} in four epochs. Standardized, "
    "to {standardized:.3f}.",
)
def scale(seed: int) -> dict[str, float]:
    network, rates = task(seed).network, [1e-4, 1e-3, 1e-2, 1e-1, 1.0]
    # a pixel in the middle, which varies in every split
    x = network.x.copy()
    x[:, 28] *= 100

    def lowest(inputs: Array) -> float:
        problem, losses = MLP(inputs, network.y), []
        for lr in rates:
            rng = np.random.default_rng(seed)
            with np.errstate(all="ignore"):
                w = problem.initial(rng)
                for _ in range(4):
                    for batch in batches.shuffled(32)(problem.n, rng):
                        w -= lr * problem.gradient(w, batch)
                losses.append(problem.loss(w))
        return float(np.nanmin(losses))

    losses = {"raw": lowest(x), "standardized": lowest(scaled(x, x))}
    assert losses["raw"] > 2 * losses["standardized"]
    return {**losses, "rates": len(rates)}


@claim(
    "training/small-leak",
    "With means and deviations taken from all digits instead of the {n} to train with, the deviation of the median pixel changed by {change:.1%}, and the validation accuracy by {points:.1f} points.",
)
def small_leak(seed: int) -> dict[str, float]:
    parts = task(seed)
    everything = np.concatenate([parts.network.x, parts.validation.x, parts.test.x])
    honest = parts.validation.x
    leaky = scaled(honest, everything)
    results = []
    for x, x_validation in ((parts.network.x, honest), (scaled(parts.network.x, everything), leaky)):
        network, rng = MLP(x, parts.network.y), np.random.default_rng(seed)
        trace = run(
            network,
            partial(Adam, lr=0.01),
            network.initial(rng),
            epochs=4,
            batches=batches.shuffled(32),
            rng=rng,
            record_every=10**6,
        )
        results.append(network.accuracy(trace.params[-1], x_validation, parts.validation.y))
    change = float(np.median(np.abs(everything.std(axis=0)[parts.network.x.std(axis=0) > 0] - 1)))
    assert change < 0.1 and abs(results[1] - results[0]) < 0.03
    return {"n": parts.network.n, "change": change, "points": 100 * (results[1] - results[0])}


@claim(
    "training/large-leak",
    "Labels drawn by a coin, {features:,d} random inputs, {n} examples. With the {kept} inputs that go best with the labels of *all* examples, a linear model was right on {leaky:.0%} "
    "of the examples it had not been fitted to. With those chosen by the training examples alone: {honest:.0%}.",
)
def large_leak(seed: int) -> dict[str, float]:
    rng, n, features, kept, repeats = np.random.default_rng(seed), 100, 2000, 10, 20
    right: dict[str, list[float]] = {"leaky": [], "honest": []}
    for _ in range(repeats):
        x, y = rng.normal(size=(n, features)), rng.choice([-1.0, 1.0], n)
        fitted, held = slice(0, n // 2), slice(n // 2, n)
        for name, looks_at in {"leaky": slice(0, n), "honest": fitted}.items():
            best = np.argsort(-np.abs(x[looks_at].T @ y[looks_at]))[:kept]
            w = np.linalg.lstsq(x[fitted][:, best], y[fitted], rcond=None)[0]
            right[name].append(float(np.mean(np.sign(x[held][:, best] @ w) == y[held])))
    leaky, honest = np.mean(right["leaky"]), np.mean(right["honest"])
    assert leaky > 0.65 and 0.42 < honest < 0.58
    return {"features": features, "n": n, "kept": kept, "leaky": float(leaky), "honest": float(honest)}


@claim(
    "training/almost-zero",
    "Among {splits} splits, {found} had a pixel that was blank in all training digits but not in all validation digits. Divided by a deviation of $10^{{-8}}$ instead of being only centered, it "
    "became as large as {largest:.0e}.",
)
def almost_zero(seed: int) -> dict[str, float]:
    from sklearn.datasets import load_digits

    x, rng, splits = load_digits(return_X_y=True)[0], np.random.default_rng(seed), 20
    found, largest = 0, 0.0
    for _ in range(splits):
        order = rng.permutation(len(x))
        kept, out = x[order[:1200]], x[order[1200:1500]]
        pixels = (kept.std(axis=0) == 0) & (out.std(axis=0) > 0)
        found += bool(pixels.any())
        if pixels.any():
            largest = max(largest, float(np.abs(scaled(out, kept, 1e-8)).max()))
            assert np.abs(scaled(out, kept)).max() < 1e3
    assert found >= 1 and largest > 1e7
    return {"splits": splits, "found": found, "largest": largest}


# -- the loop ----------------------------------------------------------------------------------------------------


@claim(
    "training/first-loss",
    "Before the first update the loss on the training digits was {loss:.2f}, that of a network with outputs scaled to a tenth {small:.2f}, and {chance:.2f} is $\\ln 10$.",
)
def first_loss(seed: int) -> dict[str, float]:
    network = task(seed).network
    w = network.initial(seed)
    small = w.copy()
    network.layers(small)[2][:] *= 0.1
    losses = {"loss": network.loss(w), "small": network.loss(small), "chance": float(np.log(10))}
    assert abs(losses["small"] - losses["chance"]) < 0.1 < losses["loss"] - losses["chance"]
    return losses


@claim(
    "training/one-batch",
    "Trained on the same {n} digits again and again, the network read all of them rightly after {updates} updates of Adam.",
)
def one_batch(seed: int) -> dict[str, float]:
    whole, n = task(seed).network, 32
    network = MLP(whole.x[:n], np.append(whole.y[: n - 1], 9))
    trace = run(network, partial(Adam, lr=0.01), network.initial(seed), epochs=60)
    right = [network.accuracy(w, network.x, network.y) == 1 for w in trace.params]
    assert right[-1]
    return {"n": n, "updates": int(np.argmax(right))}


@claim(
    "training/mean-of-means",
    "On 100 examples in batches of 33, the last batch is one example. If all four batches count alike, an epoch's mean loss was wrong by {worst:.0%} at worst; the median error over {epochs} epochs was {median:.0%}.",
)
def mean_of_means(seed: int) -> dict[str, float]:
    rng, epochs = np.random.default_rng(seed), 100
    losses, errors = rng.exponential(size=100), []
    for _ in range(epochs):
        parts = [losses[batch] for batch in batches.shuffled(33)(100, rng)]
        errors.append(abs(float(np.mean([p.mean() for p in parts])) / losses.mean() - 1))
    assert max(errors) > 0.3
    return {"worst": max(errors), "median": float(np.median(errors)), "epochs": epochs}


@claim(
    "training/graphs-kept",
    "After {batches} batches, a total of loss tensors held on to {kept} nodes of computation; a single loss is {one} nodes, and a total of numbers holds none.",
)
def graphs_kept(seed: int) -> dict[str, float]:
    rng, many = np.random.default_rng(seed), 40
    w = Tensor(rng.normal(size=3), requires_grad=True)

    def loss() -> Tensor:
        return mse_loss(Tensor(rng.normal(size=(4, 3))) @ w, rng.normal(size=4))

    total: Any = 0.0
    for _ in range(many):
        total = total + loss()
    kept, one = ancestors(total), ancestors(loss())
    assert kept > many * (one - 2)
    return {"batches": many, "kept": kept, "one": one}


def ancestors(tensor: Tensor) -> int:
    """How many tensors one holds on to, itself included."""
    seen: set[int] = set()
    waiting = [tensor]
    while waiting:
        node = waiting.pop()
        if id(node) not in seen:
            seen.add(id(node))
            waiting.extend(node.operands)
    return len(seen)


# -- how sure ----------------------------------------------------------------------------------------------------


@claim(
    "training/standard-error",
    "Of a network that reads {p:.1%} of 597 held-out digits, accuracies were measured on {draws:,d} random tests of {n} digits each. Their standard deviation was {measured:.2%}; the formula says {formula:.2%}.",
)
def standard_error(seed: int) -> dict[str, float]:
    parts, rng, n, draws = task(seed), np.random.default_rng(seed), 150, 2000
    w = train(Adam, 0.003, seed, epochs=2).params[-1]
    right = np.concatenate([part.predict(w, part.x) == part.y for part in (parts.validation, parts.test)])
    measured = float(rng.choice(right, size=(draws, n)).mean(axis=1).std())
    p = float(right.mean())
    formula = float(np.sqrt(p * (1 - p) / n))
    assert abs(measured / formula - 1) < 0.1
    return {"p": p, "draws": draws, "n": n, "measured": measured, "formula": formula}


@claim(
    "training/winner",
    "Twenty networks, all of them right on exactly {true:.0%} of all digits there could be. On 300 validation digits the best of them showed {best:.1%} on average; on 297 others the same one showed {again:.1%}.",
)
def winner(seed: int) -> dict[str, float]:
    rng, true = np.random.default_rng(seed), 0.95
    validation = rng.binomial(300, true, size=(2000, 20)) / 300
    best, again = float(validation.max(axis=1).mean()), float((rng.binomial(297, true, size=2000) / 297).mean())
    assert best > true + 0.015 and abs(again - true) < 0.005
    return {"true": true, "best": best, "again": again}


@claim(
    "training/paired",
    "Two networks from different starts, on the same {n} held-out digits: both right or both wrong on {agree:.0%} of them. The standard error of their difference was {paired:.1%}, where two separate tests of this size would "
    "have given {separate:.1%}.",
)
def paired(seed: int) -> dict[str, float]:
    parts, right = task(seed), []
    for start in (0, 1):
        rng = np.random.default_rng([seed, start])
        trace = run(
            parts.network,
            partial(Adam, lr=0.01),
            parts.network.initial(rng),
            epochs=4,
            batches=batches.shuffled(32),
            rng=rng,
            record_every=10**6,
        )
        right.append(
            np.concatenate([p.predict(trace.params[-1], p.x) == p.y for p in (parts.validation, parts.test)]).astype(float)
        )
    n = len(right[0])
    separate = float(np.sqrt(right[0].var() / n + right[1].var() / n))
    together = float((right[0] - right[1]).std() / np.sqrt(n))
    assert together < 0.9 * separate
    return {"n": n, "agree": float(np.mean(right[0] == right[1])), "paired": together, "separate": separate}


# -- the sweep ---------------------------------------------------------------------------------------------------

RATES = [1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 1e-1, 3e-1, 1.0]
OPTIMIZERS: dict[str, Callable[..., Any]] = {
    "SGD": SGD,
    "momentum 0.9": partial(SGD, momentum=0.9),
    "RMSprop": RMSprop,
    "Adam": Adam,
    "AdamW": AdamW,
}
EPOCHS = 3


def validation_loss(trace: Trace, seed: int) -> float:
    return task(seed).validation.loss(trace.params[-1])


@cache
def sweep(seeds: Seeds = SEEDS) -> Comparison:
    """Five optimizers, the same nine rates for each, the same seeds and epochs; less validation loss is better."""
    methods = {
        label: lambda lr, seed, label=label, optimizer=optimizer: _scored(
            train(optimizer, lr, seed, epochs=EPOCHS, label=label), seed
        )
        for label, optimizer in OPTIMIZERS.items()
    }
    return compare(methods, RATES, seeds=seeds, tuning_seeds=2, score=lambda trace: float(trace.loss[-1]))


def _scored(trace: Trace, seed: int) -> Trace:
    """The trace with the loss on the validation digits in place of that on the training digits."""
    return replace(trace, loss=np.array([task(seed).validation.loss(w) for w in trace.params]))


def accuracies(comparison: Comparison, label: str, seeds: Seeds = SEEDS) -> list[float]:
    """Validation accuracy of the judged runs, one for each seed."""
    return [task(seed).accuracy(trace.params[-1]) for seed, trace in zip(seeds, comparison.runs[label], strict=True)]


@claim(
    "training/best-rates",
    "The best of {rates} rates was {sgd} for SGD, {momentum} with momentum, {rmsprop} for RMSprop, {adam} for Adam. None lies at an end of the grid.",
)
def best_rates(seeds: Seeds) -> Numbers:
    found = sweep(seeds)
    assert found.best["SGD"] >= 3 * found.best["momentum 0.9"] and found.best["SGD"] >= 10 * found.best["Adam"]
    return {
        "rates": len(RATES),
        "sgd": found.best["SGD"],
        "momentum": found.best["momentum 0.9"],
        "rmsprop": found.best["RMSprop"],
        "adam": found.best["Adam"],
    }


@claim(
    "training/untuned",
    "With 0.001 for both, Adam read {adam_small:.0%} of the validation digits after four epochs and SGD {sgd_small:.0%}. With 1 for both, {adam_large:.0%} and {sgd_large:.0%}.",
)
def untuned(seed: int) -> dict[str, float]:
    shown = {}
    for size, lr in {"small": 0.001, "large": 1.0}.items():
        for name, optimizer in {"adam": Adam, "sgd": SGD}.items():
            shown[f"{name}_{size}"] = task(seed).accuracy(train(optimizer, lr, seed).params[-1])
    assert shown["adam_small"] > shown["sgd_small"] + 0.3
    return shown


@untuned.over_seeds
def _(sgd_large: Measured, adam_large: Measured) -> None:
    assert sgd_large.median > adam_large.median + 0.01


@claim(
    "training/tuned",
    "Each at its own best rate, the five optimizers read {low:.1%} to {high:.1%} of the validation digits (each a mean of five seeds). The standard error of one such measurement on 300 digits is about {error:.1%}.",
)
def tuned(seeds: Seeds) -> Numbers:
    means = [float(np.mean(accuracies(sweep(seeds), label, seeds))) for label in OPTIMIZERS]
    low, high = min(means), max(means)
    assert low > 0.9 and high - low < 0.03
    return {"low": low, "high": high, "error": float(np.sqrt(high * (1 - high) / 300))}


def chosen(seeds: Seeds = SEEDS) -> str:
    """The optimizer that wins the sweep: at its best rate it has the least mean validation loss."""
    scores = sweep(seeds).scores
    return min(scores, key=lambda label: float(np.mean(scores[label])))


@claim(
    "training/test-once",
    "The winner of the sweep, trained at its best rate on five splits, read {validation:.1%} of the validation digits and {test:.1%} of the test digits. "
    "One measurement on {n} test digits has a standard error of about {error:.1%}.",
)
def test_once(seeds: Seeds) -> Numbers:
    found, winner = sweep(seeds), chosen(seeds)
    validation = float(np.mean(accuracies(found, winner, seeds)))
    runs = zip(seeds, found.runs[winner], strict=True)
    test = float(np.mean([task(seed).test_accuracy(trace.params[-1]) for seed, trace in runs]))
    n = task(seeds[0]).test.n
    error = float(np.sqrt(test * (1 - test) / n))
    assert test > 0.9 and abs(test - validation) < 2 * error
    return {"validation": validation, "test": test, "n": n, "error": error}


# -- a budget ----------------------------------------------------------------------------------------------------

TIGHT = 2
SIZES = {"batches of 16": 16, "batches of 200": 200}


@cache
def tight(seeds: Seeds = SEEDS) -> Comparison:
    """SGD with momentum within two epochs, in small and in large batches, each at the best of five rates."""

    def method(batch_size: int, lr: float, seed: int) -> Trace:
        trace = train(partial(SGD, momentum=0.9), lr, seed, epochs=TIGHT, batch_size=batch_size, every=-(-300 // batch_size))
        return _scored(replace(trace, label=f"batches of {batch_size}"), seed)

    rates = {"batches of 16": [0.004, 0.012, 0.03, 0.08, 0.2], "batches of 200": [0.03, 0.1, 0.2, 0.4, 0.8]}
    return compare({label: partial(method, size) for label, size in SIZES.items()}, rates, seeds=seeds, tuning_seeds=2)


@claim(
    "training/batch-under-budget",
    "Two epochs with momentum 0.9, each at the best of five rates, a mean of five seeds: batches of 16, {many} updates, ended with a validation loss of {small:.2f}; batches of 200, {few} updates, with {large:.2f}.",
)
def batch_under_budget(seeds: Seeds) -> Numbers:
    found = tight(seeds)
    small, large = (float(np.mean(found.scores[label])) for label in SIZES)
    assert small < 0.95 * large
    return {"many": TIGHT * -(-1200 // 16), "few": TIGHT * -(-1200 // 200), "small": small, "large": large}


def tight_accuracy(lr: float, seed: int, falls: bool) -> float:
    """Validation accuracy after two epochs in batches of 16, at a constant rate or one that falls to 0 along a line."""
    updates = TIGHT * -(-1200 // 16)
    options: dict[str, Any] = {}
    if falls:
        options = {"scheduler": lambda optimizer: LambdaLR(optimizer, lambda t: max(0.0, 1 - t / updates)), "schedule": "update"}
    trace = train(partial(SGD, momentum=0.9), lr, seed, epochs=TIGHT, batch_size=16, **options)
    return task(seed).accuracy(trace.params[-1])


@claim(
    "training/falling-rate",
    "Two epochs, batches of 16, momentum 0.9. At a constant rate of {best} the validation accuracy was {best_constant:.1%}; falling from there to 0, {best_falling:.1%}. At four times that rate: {large_constant:.0%} constant, "
    "{large_falling:.0%} falling.",
)
def falling_rate(seed: int) -> dict[str, float]:
    best = 0.03
    shown = {
        f"{size}_{kind}": tight_accuracy(lr, seed, kind == "falling")
        for size, lr in {"best": best, "large": 4 * best}.items()
        for kind in ("constant", "falling")
    }
    assert abs(shown["best_constant"] - shown["best_falling"]) < 0.03 < shown["large_falling"] - shown["large_constant"]
    return {**shown, "best": best}


# -- curves ------------------------------------------------------------------------------------------------------


def crooked_line(seed: int) -> LinearRegression:
    """Forty points, sorted by x, on a bow: one end of them pulls the line another way than the other."""
    rng = np.random.default_rng(seed)
    x = np.sort(rng.uniform(-1.7, 1.7, 40))
    return LinearRegression(x, 1.5 * x + 2 + 0.6 * x**2 + rng.normal(0, 0.3, 40))


def first_batch_again(n: int, rng: np.random.Generator) -> Sequence[np.ndarray]:
    """The same four examples in every update, from both ends and the middle."""
    return [np.array([1, 9, 22, 30])] * 10


SYMPTOMS: dict[str, dict[str, Any]] = {
    "healthy": {"lr": 0.1},
    "rate too large": {"lr": 1.15},
    "rate too small": {"lr": 0.002},
    # clearing nothing is momentum without friction
    "gradients add up": {"lr": 0.01, "momentum": 1.0},
    "same batch again": {"lr": 0.1, "batches": first_batch_again},
    "not shuffled": {"lr": 0.1, "batches": batches.contiguous(4)},
}


def symptom(name: str, seed: int) -> tuple[Array, float]:
    """The loss on all examples after each of 200 updates, an epoch being ten, and the least loss of any line."""
    problem, options = crooked_line(seed), dict(SYMPTOMS[name])
    scheme = options.pop("batches", batches.shuffled(4))
    trace = run(problem, partial(SGD, **options), [0.0, 0.0], epochs=20, batches=scheme, rng=seed)
    return trace.loss[1:], problem.loss(problem.minimum)


def batch_losses(seed: int) -> tuple[Array, float]:
    """What a healthy run shows that records the loss of each batch instead."""
    problem = crooked_line(seed)
    trace = run(problem, partial(SGD, lr=0.1), [0.0, 0.0], epochs=20, batches=batches.shuffled(4), rng=seed)
    rng = np.random.default_rng(seed)
    seen = [batch for _ in range(20) for batch in batches.shuffled(4)(problem.n, rng)]
    losses = [problem.loss(w, batch) for w, batch in zip(trace.params[1:], seen, strict=True)]
    return np.array(losses), problem.loss(problem.minimum)


@claim(
    "training/rate-symptoms",
    "Too large a rate multiplied the loss by {factor:.2f} with each update in the middle. Too small a rate let it fall in {falling:.0%} of the last 100 updates, and it still ended at {above:.0f} times the least loss.",
)
def rate_symptoms(seed: int) -> dict[str, float]:
    large, _ = symptom("rate too large", seed)
    small, least = symptom("rate too small", seed)
    factor, falling = float(np.median(large[1:] / large[:-1])), float(np.mean(np.diff(small[-101:]) < 0))
    assert factor > 1.1 and falling > 0.9 and small[-1] > 3 * least
    return {"factor": factor, "falling": falling, "above": small[-1] / least}


@claim(
    "training/swings",
    "With gradients that add up, the loss came down to {low:.1f} times the least and rose again to {high:.0f} times the least, in waves. The healthy run stayed below {healthy.high:.1f} times after its first five epochs.",
)
def swings(seed: int) -> dict[str, float]:
    losses, least = symptom("gradients add up", seed)
    healthy = np.ceil(10 * symptom("healthy", seed)[0][50:].max() / least) / 10
    lowest = int(np.argmin(losses[:100]))
    low, high = losses[lowest] / least, losses[lowest:].max() / least
    assert high > 3 * low and high > 3 * healthy
    return {"low": low, "high": high, "healthy": healthy}


@claim(
    "training/too-smooth",
    "On one batch for ever, the loss on all examples did not change any more in the last 50 updates, by {moves.high:.0e} of itself at most, at {above:.1f} times the least. The healthy run moved by {healthy:.0%} in one update, at its largest step.",
)
def too_smooth(seed: int) -> dict[str, float]:
    losses, least = symptom("same batch again", seed)
    well, _ = symptom("healthy", seed)
    moves, healthy = (float(np.abs(np.diff(x[-50:]) / x[-50:-1]).max()) for x in (losses, well))
    assert moves < 1e-2 < healthy and losses[-1] > 1.03 * least
    return {"moves": moves, "above": losses[-1] / least, "healthy": healthy}


@claim(
    "training/pattern",
    "Without shuffling, the curves of one epoch and the next had a correlation of {fixed:.2f} at the end; with it, {shuffled:.2f}.",
)
def pattern(seed: int) -> dict[str, float]:
    shown = {}
    for name, key in {"not shuffled": "fixed", "healthy": "shuffled"}.items():
        epochs = np.log(symptom(name, seed)[0].reshape(20, 10)[10:])
        shown[key] = float(np.mean([np.corrcoef(a, b)[0, 1] for a, b in zip(epochs, epochs[1:], strict=False)]))
    assert shown["fixed"] > 0.95 and shown["shuffled"] < 0.6
    return shown


@claim(
    "training/below-the-least",
    "Of the losses of single batches, {batch:.0%} lay below the least loss that any line has on all examples. Of the losses on all examples, none can.",
)
def below_the_least(seed: int) -> dict[str, float]:
    losses, least = batch_losses(seed)
    whole, _ = symptom("healthy", seed)
    below = float(np.mean(losses < least))
    assert below > 0.1 and not np.any(whole < least)
    return {"batch": below}


# -- code --------------------------------------------------------------------------------------------------------


@claim(
    "training/silent-faults",
    "After four epochs of Adam, the healthy loop read {healthy:.1%} of the validation digits. With an order that is never changed it was {ordered:.1%}, with batches drawn with replacement {replacement:.1%}.",
)
def silent_faults(seed: int) -> dict[str, float]:
    parts, shown = task(seed), {}
    for name, scheme in {
        "healthy": batches.shuffled(32),
        "ordered": batches.contiguous(32),
        "replacement": batches.with_replacement(32),
    }.items():
        rng = np.random.default_rng(seed)
        trace = run(
            parts.network,
            partial(Adam, lr=0.01),
            parts.network.initial(rng),
            epochs=4,
            batches=scheme,
            rng=rng,
            record_every=10**6,
        )
        shown[name] = parts.accuracy(trace.params[-1])
    assert max(abs(shown[name] - shown["healthy"]) for name in shown) < 0.05
    return shown


# -- the best ----------------------------------------------------------------------------------------------------


@cache
def long_run(seed: int) -> tuple[Trace, Array, Array]:
    """Forty epochs on 600 digits, a fifth of them labeled at random: the trace, validation loss and accuracy after every epoch."""
    parts, rng, n = task(seed), np.random.default_rng(seed), 600
    y = parts.network.y[:n].copy()
    careless = rng.random(n) < 0.2
    y[careless] = rng.integers(10, size=careless.sum())
    network = MLP(parts.network.x[:n], y)
    trace = run(
        network,
        partial(Adam, lr=0.01),
        network.initial(rng),
        epochs=40,
        batches=batches.shuffled(32),
        rng=rng,
        record_every=-(-n // 32),
        label="training",
    )
    losses = np.array([parts.validation.loss(w) for w in trace.params])
    return trace, losses, np.array([parts.accuracy(w) for w in trace.params])


@claim(
    "training/best-epoch",
    "The validation loss was lowest after {epoch:.0f} epochs, at {best:.2f}, with {then:.0%} of the validation digits read rightly. After 40 epochs it was {last:.2f}, with {end:.0%}, while the training loss, "
    "{training_then:.2f} before, had become {training:.2f}.",
)
def best_epoch(seed: int) -> dict[str, float]:
    trace, losses, right = long_run(seed)
    k = int(np.argmin(losses))
    assert 0 < k < 20 and losses[-1] > 1.3 * losses[k] and right[-1] < right[k] - 0.03 and trace.loss[-1] < trace.loss[k] / 4
    return {
        "epoch": k, "best": losses[k], "last": losses[-1], "then": right[k], "end": right[-1],
        "training_then": trace.loss[k], "training": trace.loss[-1],
    }  # fmt: skip


@claim(
    "training/a-name-is-no-copy",
    "Kept as `best = w`, the “best” parameters had a validation loss of {name:.2f}; kept as `best = w.copy()`, {copy:.2f}.",
)
def a_name_is_no_copy(seed: int) -> dict[str, float]:
    trace, _, _ = long_run(seed)
    validation = task(seed).validation
    w = trace.params[0].copy()
    named, copied, lowest = w, w.copy(), validation.loss(w)
    for params in trace.params[1:]:
        w[:] = params  # as an optimizer does
        loss = validation.loss(w)
        if loss < lowest:
            named, copied, lowest = w, w.copy(), loss
    losses = {"name": validation.loss(named), "copy": validation.loss(copied)}
    assert losses["copy"] == lowest < losses["name"]
    return losses
