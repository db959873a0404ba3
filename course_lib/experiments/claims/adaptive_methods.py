"""What the chapter "Adaptive methods" says, measured."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache, partial
from typing import Any

import numpy as np

from course_lib.descent import batches
from course_lib.experiments import Comparison, compare, first_below, run
from course_lib.experiments.claims.claim import SEEDS, Numbers, Seeds, claim
from course_lib.optim import SGD, Adadelta, Adagrad, Adam, AdamW, Optimizer, Parameter, RMSprop
from course_lib.problems import MLP, LinearRegression, Quadratic, digits
from course_lib.trace import Trace
from course_lib.validation import Array

Method = Callable[..., Optimizer]
METHODS: dict[str, Method] = {
    "SGD": SGD,
    "momentum": partial(SGD, momentum=0.9),
    "Adagrad": Adagrad,
    "RMSprop": RMSprop,
    "Adam": Adam,
}


def path(
    optimizer: Callable[[list[Parameter]], Optimizer],
    start: Array,
    gradients: Iterable[Array] | Callable[[Array], Array],
    updates: int = 0,
) -> Array:
    """Where an optimizer is after each update, for gradients given one by one or as a function; shape (updates + 1, d)."""
    w = Parameter(np.array(start, dtype=float))
    minimizer, points = optimizer([w]), [w.data.copy()]
    fixed = None if callable(gradients) else iter(gradients)
    function = gradients if callable(gradients) else lambda _: next(fixed)  # type: ignore[arg-type]
    for _ in range(updates or len(gradients)):  # type: ignore[arg-type]
        w.grad = function(w.data)
        minimizer.step()
        points.append(w.data.copy())
    return np.array(points)


def step_lengths(optimizer: Callable[[list[Parameter]], Optimizer], updates: int, gradient: float = 1.0) -> Array:
    """How long each step is while the gradient stays the same."""
    return -np.diff(path(optimizer, np.zeros(1), np.full((updates, 1), gradient))[:, 0])


# -- what they have in common ------------------------------------------------------------------------------------


@claim(
    "adaptive-methods/scale",
    "With the loss multiplied by 1000, Adagrad, RMSprop and Adam walked the same path to {digits} digits. SGD's limit on the rate is then 1000 times lower: "
    "it was more than {times.low:.0e} times as far away as at the start after {updates} updates.",
)
def scale(seed: int) -> dict[str, float]:
    rng, updates, digits = np.random.default_rng(seed), 40, 3
    bowl, start = Quadratic(rng.uniform(0.5, 2, size=3)), rng.normal(size=3)

    def times_loss(factor: float) -> Callable[[Array], Array]:
        return lambda w: factor * bowl.slope(w)

    for method in (Adagrad, RMSprop, Adam):
        # without eps the scale would drop out exactly
        walked = [path(partial(method, lr=0.1), start, times_loss(factor), updates) for factor in (1.0, 1000.0)]
        assert np.abs(walked[0] - walked[1]).max() < 10.0**-digits
    far = path(partial(SGD, lr=0.1), start, times_loss(1000), updates)[-1]
    times = float(np.linalg.norm(far) / np.linalg.norm(start))
    assert times > 1e6
    return {"digits": digits, "updates": updates, "times": 10.0 ** np.floor(np.log10(times))}


# -- Adagrad -----------------------------------------------------------------------------------------------------


@cache
def dense_and_rare(seed: int) -> LinearRegression:
    """Twenty features that every example has, and a hundred that one example in a hundred has."""
    rng = np.random.default_rng(seed)
    n, dense, rare = 1000, 20, 100
    x = np.hstack([rng.normal(size=(n, dense)), (rng.random((n, rare)) < 0.01).astype(float)])
    return LinearRegression(x, x @ rng.normal(size=dense + rare) + 0.1 * rng.normal(size=n), fit_intercept=False)


@cache
def on_rare_features(seeds: Seeds = SEEDS) -> Comparison:
    """Five epochs in batches of ten, each method at the best of seven rates."""

    def method(label: str) -> Callable[[float, int], Trace]:
        def once(lr: float, seed: int) -> Trace:
            problem = dense_and_rare(seed)
            return run(
                problem, partial(METHODS[label], lr=lr), np.zeros(problem.d), epochs=5, batches=batches.shuffled(10), rng=seed,
                record_every=50, label=label,
            )  # fmt: skip

        return once

    ends = {"SGD": (0.01, 0.6), "momentum": (0.001, 0.06), "Adagrad": (0.03, 3.0), "RMSprop": (0.003, 0.3), "Adam": (0.003, 0.3)}
    return compare(
        {label: method(label) for label in METHODS},
        {k: list(np.geomspace(*v, 7)) for k, v in ends.items()},
        seeds=seeds,
        tuning_seeds=2,
    )


@claim(
    "adaptive-methods/rare-features",
    "Each at the best of {rates} rates: after five epochs the loss was {sgd:.3f} with SGD, {momentum:.3f} with momentum, {adagrad:.3f} with Adagrad, {rmsprop:.3f} with RMSprop, "
    "{adam:.3f} with Adam.",
)
def rare_features(seeds: Seeds) -> Numbers:
    found = on_rare_features(seeds)
    ends = {label.lower(): found.scores[label] for label in METHODS}
    middle = {label: float(np.median(scores)) for label, scores in ends.items()}
    assert middle["adagrad"] < min(middle["sgd"], middle["momentum"]) / 2
    assert middle["adagrad"] < middle["rmsprop"]
    return {**ends, "rates": len(found.lrs["SGD"])}


@claim(
    "adaptive-methods/adagrad-decays",
    "While the gradient stayed the same, Adagrad's step number {late:,d} was {ratio:.3f} times as long as its first; RMSprop's was as long as its learning rate to {digits} digits.",
)
def adagrad_decays() -> dict[str, float]:
    late, digits = 10_000, 3
    adagrad, rmsprop = (step_lengths(partial(method, lr=0.1), late) for method in (Adagrad, RMSprop))
    ratio = float(adagrad[-1] / adagrad[0])
    assert np.isclose(ratio, late**-0.5, rtol=1e-3) and abs(rmsprop[-1] / 0.1 - 1) < 10.0**-digits
    return {"late": late, "ratio": ratio, "digits": digits}


def way_back(method: Method, moved: int, seed: int, lr: float = 0.1) -> float:
    """Updates to come half way to a minimum that moves by 5 after `moved` noisy updates."""
    rng = np.random.default_rng(seed)
    goal, w = np.zeros(20), Parameter(np.zeros(20))
    minimizer = method([w], lr=lr)
    for t in range(moved + 2000):
        if t == moved:
            goal = goal + 5 * rng.choice([-1, 1], size=20)
        if t >= moved and np.abs(w.data - goal).mean() < 2.5:
            return float(t - moved)
        w.grad = w.data - goal + rng.normal(size=20)
        minimizer.step()
    return np.inf


@claim(
    "adaptive-methods/moving-minimum",
    "A minimum moved by 5. If it did so after {early} updates, Adagrad was half way there {adagrad_early:.0f} updates later; if after {late:,d}, {adagrad_late:.0f} updates later. "
    "RMSprop took {rmsprop_early:.0f} and {rmsprop_late:.0f}.",
)
def moving_minimum(seed: int) -> dict[str, float]:
    moments = {"early": 100, "late": 3000}
    needed = {
        f"{method.__name__.lower()}_{name}": way_back(method, moved, seed)
        for method in (Adagrad, RMSprop)
        for name, moved in moments.items()
    }
    assert needed["adagrad_late"] > 1.5 * needed["adagrad_early"] and needed["rmsprop_late"] < 1.5 * needed["rmsprop_early"]
    return {**moments, **needed}


# -- RMSprop and Adadelta ----------------------------------------------------------------------------------------


@claim(
    "adaptive-methods/rmsprop-bounces",
    "On a bowl without any noise, RMSprop at a rate of {lr} went on moving: over its last 1000 updates it was up to {rmsprop:.1e} away. SGD at the same rate was {sgd.high:.0e} away at most.",
)
def rmsprop_bounces(seed: int) -> dict[str, float]:
    rng, lr, updates = np.random.default_rng(seed), 0.01, 5000
    bowl, start = Quadratic(rng.uniform(0.5, 2, size=3)), rng.normal(size=3)
    far = {}
    for name, method in {"rmsprop": RMSprop, "sgd": SGD}.items():
        points = path(partial(method, lr=lr), start, bowl.slope, updates)
        far[name] = float(np.abs(points[-1000:]).max())
    assert far["sgd"] < 1e-6 and far["rmsprop"] > lr / 10
    return {"lr": lr, **far}


@claim(
    "adaptive-methods/adadelta-starts",
    "From a distance of 10, Adadelta needed {default:,.0f} updates to come half way with its default $\\epsilon = 10^{{-6}}$, {large:,.0f} with $10^{{-4}}$ and {small:,.0f} with $10^{{-8}}$.",
)
def adadelta_starts(seed: int) -> dict[str, float]:
    curvature, needed = np.random.default_rng(seed).uniform(0.5, 2), {}
    for name, eps in {"default": 1e-6, "large": 1e-4, "small": 1e-8}.items():
        w = path(partial(Adadelta, eps=eps), np.full(1, 10.0), lambda w: curvature * w, 6000)[:, 0]
        needed[name] = float(np.argmax(w < 5))
        assert needed[name] > 0
    assert 3 * needed["large"] < needed["default"] < needed["small"] / 3
    return needed


# -- Adam --------------------------------------------------------------------------------------------------------


class Uncorrected(Adam):
    """Adam without its correction: an Adam that believes it has been running for ever."""

    def initial_state(self, p: Array, **options: Any) -> dict[str, Any]:
        return {**super().initial_state(p, **options), "step": 10**6}


@claim(
    "adaptive-methods/bias-correction",
    "While the gradient stayed the same, all of Adam's steps had the length of the learning rate, to {digits} digits. Without the correction the first was {first:.2f} times as long, "
    "number {longest:.0f} was the longest with {most:.2f} times, and number 1000 had still {late:.2f} times.",
)
def bias_correction() -> dict[str, float]:
    digits = 6
    corrected, uncorrected = (step_lengths(partial(method, lr=0.1), 1000) / 0.1 for method in (Adam, Uncorrected))
    assert np.abs(corrected - 1).max() < 10.0**-digits
    assert np.isclose(uncorrected[0], 0.1 / np.sqrt(0.001)) and uncorrected.max() > 4 and uncorrected[-1] > 1.2
    return {
        "digits": digits, "first": uncorrected[0], "longest": int(np.argmax(uncorrected)) + 1,
        "most": uncorrected.max(), "late": uncorrected[-1],
    }  # fmt: skip


@claim(
    "adaptive-methods/signal-and-noise",
    "Where the gradient was 1 without noise, Adam's steps were on average {clear:.2f} times the learning rate long. With noise of deviation 10 on top they were {noisy:.2f} times that in the right direction.",
)
def signal_and_noise(seed: int) -> dict[str, float]:
    rng, updates, copies = np.random.default_rng(seed), 400, 200
    ends = {}
    for name, noise in {"clear": 0.0, "noisy": 10.0}.items():
        gradients = 1 + noise * rng.normal(size=(updates, copies))
        ends[name] = float(-path(partial(Adam, lr=0.01), np.zeros(copies), gradients)[-1].mean() / (0.01 * updates))
    assert abs(ends["clear"] - 1) < 0.01 and 0.05 < ends["noisy"] < 0.2
    return ends


@cache
def on_a_bowl(turned: bool, seeds: Seeds = SEEDS) -> Comparison:
    """Updates until a ten thousandth of the loss is left, on a bowl along the axes or turned, at the best of nine rates."""
    curvatures = np.geomspace(1, 200, 8)

    def method(label: str) -> Callable[[float, int], Trace]:
        def once(lr: float, seed: int) -> Trace:
            rng = np.random.default_rng(seed)
            turn = np.linalg.qr(rng.normal(size=(8, 8)))[0] if turned else np.eye(8)
            A = turn @ np.diag(curvatures) @ turn.T
            start = turn @ rng.normal(size=8)
            return run(Quadratic((A + A.T) / 2), partial(METHODS[label], lr=lr), start, epochs=600, label=label)

        return once

    def updates(trace: Trace) -> float:
        # beyond the run counts as twice the run, so that a median can be taken
        return min(first_below(trace, 1e-4 * trace.loss[0]), 2.0 * trace.updates)

    ends = {"SGD": (1e-3, 0.02), "momentum": (1e-3, 0.03), "Adagrad": (0.1, 1e4), "Adam": (0.003, 1.5)}
    return compare(
        {label: method(label) for label in ends}, {k: list(np.geomspace(*v, 9)) for k, v in ends.items()},
        seeds=seeds, tuning_seeds=2, score=updates,
    )  # fmt: skip


@claim(
    "adaptive-methods/axes",
    "On a bowl with $\\kappa = 200$ along the axes, each at the best of {rates} rates, Adagrad needed {aligned:.0f} updates, at a rate of {adagrad_rate:,.0f}, and SGD {aligned_sgd:.0f}. On the same bowl turned, Adagrad needed {turned:.0f} and SGD {turned_sgd:.0f}.",
)
def axes(seeds: Seeds) -> Numbers:
    aligned, turned = on_a_bowl(False, seeds), on_a_bowl(True, seeds)
    numbers = {
        "aligned": aligned.scores["Adagrad"], "aligned_sgd": aligned.scores["SGD"],
        "turned": turned.scores["Adagrad"], "turned_sgd": turned.scores["SGD"],
    }  # fmt: skip
    middle = {name: float(np.median(updates)) for name, updates in numbers.items()}
    assert middle["aligned"] < middle["aligned_sgd"] / 5 and middle["turned"] > 5 * middle["aligned"]
    assert aligned.best["Adagrad"] > 50
    return {**numbers, "rates": len(aligned.lrs["SGD"]), "adagrad_rate": aligned.best["Adagrad"]}


@claim(
    "adaptive-methods/leap",
    "Adagrad at a rate of {lr:,d} on that bowl, the distance to the minimum as a multiple of that at the start: {first:,.0f} after one update, {second:.2f} after two, {third:.4f} after three.",
)
def leap(seed: int) -> dict[str, float]:
    lr, curvatures = 1000, np.geomspace(1, 200, 8)
    start = np.random.default_rng(seed).normal(size=8)
    points = path(partial(Adagrad, lr=lr), start, lambda w: curvatures * w, 3)
    first, second, third = np.linalg.norm(points[1:], axis=1) / np.linalg.norm(start)
    assert first > 100 and abs(second - 1) < 0.02 and third < 0.02
    return {"lr": lr, "first": first, "second": second, "third": third}


@claim(
    "adaptive-methods/no-faster-than-momentum",
    "Along the axes Adam needed {adam:.0f} updates and momentum {momentum:.0f}; turned, {adam_turned:.0f} and {momentum_turned:.0f} (medians of five starts, each at the best of {rates} rates).",
)
def no_faster_than_momentum(seeds: Seeds) -> Numbers:
    numbers = {
        f"{label.lower()}{'_turned' if turned else ''}": float(np.median(on_a_bowl(turned, seeds).scores[label]))
        for label in ("Adam", "momentum")
        for turned in (False, True)
    }
    for end in ("", "_turned"):
        assert 0.75 < numbers[f"adam{end}"] / numbers[f"momentum{end}"] < 1.5
    return {**numbers, "rates": len(on_a_bowl(False, seeds).lrs["Adam"])}


@cache
def on_digits(seeds: Seeds = SEEDS) -> Comparison:
    """A small network on the digits, three epochs in batches of 32, each method at the best of the same eight rates."""
    split = digits()
    network = MLP(split.x, split.y, hidden=(16,))

    def method(label: str) -> Callable[[float, int], Trace]:
        def once(lr: float, seed: int) -> Trace:
            optimizer = partial(METHODS[label], lr=lr)
            return run(
                network,
                optimizer,
                network.initial(seed),
                epochs=3,
                batches=batches.shuffled(32),
                rng=seed,
                # an epoch is 42 updates
                record_every=6,
                label=label,
            )

        return once

    # the same for all: with grids of their own, the grids would say how far apart the best rates are
    rates = list(np.geomspace(0.001, 3.0, 8))
    return compare({label: method(label) for label in ("SGD", "momentum", "Adagrad", "Adam")}, rates, seeds=seeds, tuning_seeds=2)


@claim(
    "adaptive-methods/digits",
    "On handwritten digits, three epochs in batches of 32, each at the best of {rates} rates, the same for all, over five seeds: the median loss was {sgd:.3f} with SGD, {momentum:.3f} with momentum, {adagrad:.3f} with Adagrad, {adam:.3f} with Adam. The best rate of SGD was {times:.0f} times that of Adam.",
)
def on_handwritten_digits(seeds: Seeds) -> Numbers:
    found = on_digits(seeds)
    ends = {label.lower(): float(np.median(scores)) for label, scores in found.scores.items()}
    times = found.best["SGD"] / found.best["Adam"]
    assert ends["adam"] < min(ends["sgd"], ends["momentum"]) and ends["adagrad"] < ends["sgd"] and times > 3
    return {**ends, "rates": len(found.lrs["SGD"]), "times": times}


@cache
def more_parameters_than_examples(seeds: Seeds = SEEDS) -> Comparison:
    """Forty examples, eighty weights; the score is the error on new inputs, which tuning may look at, too."""

    def method(label: str) -> Callable[[float, int], Trace]:
        def once(lr: float, seed: int) -> Trace:
            rng = np.random.default_rng(seed)
            x, w = rng.normal(size=(40, 80)), rng.normal(size=80) / np.sqrt(80)
            problem = LinearRegression(x, x @ w, fit_intercept=False)
            trace = run(problem, partial(METHODS[label], lr=lr), np.zeros(80), epochs=1200, record_every=1200, label=label)
            truths[id(trace)] = w
            kept.append(trace)
            return trace

        return once

    truths: dict[int, Array] = {}
    kept: list[Trace] = []  # so that no id is used twice

    def test_error(trace: Trace) -> float:
        # inputs are independent with variance 1, so the expected squared error is this; runs that do not fit fail
        fits = trace.loss[-1] < 1e-6 * trace.loss[0]
        return float(np.sum((trace.params[-1] - truths[id(trace)]) ** 2)) if fits else np.inf

    ends = {"SGD": (0.002, 0.2), "momentum": (0.001, 0.05), "Adagrad": (0.003, 0.3), "Adam": (0.0001, 0.1)}
    return compare(
        {label: method(label) for label in ends}, {k: list(np.geomspace(*v, 5)) for k, v in ends.items()},
        seeds=[20 * seed + k for seed in seeds for k in range(4)], tuning_seeds=range(100_000 + seeds[0], 100_005 + seeds[0]), score=test_error,
    )  # fmt: skip


@claim(
    "adaptive-methods/another-solution",
    "With 40 examples and 80 weights all four can fit the examples. On new inputs, over {problems} problems, SGD was wrong by {sgd:.2f} in the median, momentum by {momentum:.2f}, Adagrad by {adagrad:.2f} and Adam by {adam:.2f} "
    "(mean squared error, each at the best of {rates} rates for it). SGD was better than Adam on {wins} of them.",
)
def another_solution(seeds: Seeds) -> Numbers:
    found = more_parameters_than_examples(seeds)
    ends = {label.lower(): float(np.median(scores)) for label, scores in found.scores.items()}
    wins, problems = int(np.sum(found.scores["SGD"] < found.scores["Adam"])), len(found.scores["SGD"])
    assert ends["sgd"] < 0.95 * min(ends["adam"], ends["adagrad"]) and wins > 0.7 * problems
    return {**ends, "wins": wins, "problems": problems, "rates": len(found.lrs["SGD"])}


# -- where Adam does not converge --------------------------------------------------------------------------------


def reddi(amsgrad: bool, large: float = 3.0, updates: int = 3000, start: float = 0.0, beta2: float | None = None) -> Array:
    """Adam on the losses ``large * x, -x, -x, large * x, ...`` for x from -1 to 1, rates falling like the root of time.

    In three updates the losses add up to ``(large - 2) x``, so that x = -1 is best. With beta2 = 1 / (1 + large²) Adam moves to 1.

    References
    ----------
    S. J. Reddi, S. Kale, S. Kumar, "On the convergence of Adam and beyond", ICLR (2018), theorem 1.
    """
    x = Parameter(np.full(1, start))
    beta2 = 1 / (1 + large**2) if beta2 is None else beta2
    optimizer, points = Adam([x], lr=1.0, betas=(0.0, beta2), amsgrad=amsgrad), [start]
    for t in range(updates):
        optimizer.param_groups[0]["lr"] = 0.5 / np.sqrt(t + 1)
        x.grad = np.full(1, large if t % 3 == 0 else -1.0)
        optimizer.step()
        x.data[:] = np.clip(x.data, -1, 1)
        points.append(float(x.data[0]))
    return np.array(points)


@claim(
    "adaptive-methods/amsgrad",
    "On losses whose sum is lowest at $-1$, from random starts, Adam ended at {adam:.2f} and AMSGrad at {amsgrad:.2f}. Adam with $\\beta_2 = 0.999$ ended at {long:.2f}.",
)
def amsgrad(seed: int) -> dict[str, float]:
    rng = np.random.default_rng(seed)
    large, start = rng.uniform(2.5, 4), rng.uniform(-1, 1)
    # the last cycle of three, as x goes on moving within a cycle
    ends = {
        "adam": reddi(False, large, start=start)[-3:].mean(),
        "amsgrad": reddi(True, large, start=start)[-3:].mean(),
        "long": reddi(False, large, start=start, beta2=0.999)[-3:].mean(),
    }
    assert ends["adam"] > 0.9 and ends["amsgrad"] < -0.9 and ends["long"] < -0.9
    return {name: float(end) for name, end in ends.items()}


# -- weight decay ------------------------------------------------------------------------------------------------


def left_after_decay(method: Method, size: float, seed: int, updates: int = 1000, decay: float = 0.1, lr: float = 0.01) -> float:
    """The share of weights of 1 that is left if their gradients are noise of the given size around zero."""
    rng, copies = np.random.default_rng(seed), 400
    gradients = size * rng.normal(size=(updates, copies))
    # the same noise with and without decay: what differs is the decay
    ends = [path(partial(method, lr=lr, weight_decay=each), np.ones(copies), gradients)[-1].mean() for each in (decay, 0.0)]
    return float(1 + ends[0] - ends[1])


@claim(
    "adaptive-methods/decay-and-gradients",
    "Weights with gradients of size 0.1, 1 and 10 around zero: after {updates:,d} updates with `weight_decay` {decay}, Adam had left {adam_small:.2f}, {adam:.2f} and {adam_large:.2f} of them, AdamW {adamw_small:.2f}, {adamw:.2f} and {adamw_large:.2f}.",
)
def decay_and_gradients(seed: int) -> dict[str, float]:
    sizes, updates, decay = {"small": 0.1, "": 1.0, "large": 10.0}, 1000, 0.1
    left = {
        f"{method.__name__.lower()}_{name}".rstrip("_"): left_after_decay(method, size, seed, updates, decay)
        for method in (Adam, AdamW)
        for name, size in sizes.items()
    }
    assert left["adam_large"] > 0.85 and left["adam_small"] < 0.2
    assert all(abs(left[name] - (1 - 0.01 * decay) ** updates) < 0.02 for name in ("adamw_small", "adamw", "adamw_large"))
    return {**left, "updates": updates, "decay": decay}


DECAYING: dict[str, Method] = {
    "SGD": SGD, "momentum": METHODS["momentum"], "Adagrad": Adagrad, "RMSprop": RMSprop, "Adadelta": Adadelta, "Adam": Adam, "AdamW": AdamW,
}  # fmt: skip


def lost_by_decay(method: Method, size: float, lr: float = 0.01, decay: float = 0.1, updates: int = 200, seed: int = 0) -> float:
    """What decay alone took from a weight of 1, as a multiple of what ``w *= 1 - lr * decay`` takes."""
    left = left_after_decay(method, size, seed, updates, decay, lr)
    return (1 - left) / (1 - (1 - lr * decay) ** updates)


@claim(
    "adaptive-methods/what-decay-means",
    "When gradients were 10 times as large, weights lost as much to decay as before in SGD and AdamW ({sgd:.2f} and {adamw:.2f} times as much), but a tenth in Adagrad ({adagrad:.2f}), RMSprop ({rmsprop:.2f}) and Adam ({adam:.2f}).",
)
def what_decay_means(seed: int) -> dict[str, float]:
    ratios = {
        name.lower(): lost_by_decay(DECAYING[name], 10.0, seed=seed) / lost_by_decay(DECAYING[name], 1.0, seed=seed)
        for name in ("SGD", "Adagrad", "RMSprop", "Adam", "AdamW")
    }
    for name, ratio in ratios.items():
        assert abs(ratio - 1) < 0.1 if name in ("sgd", "adamw") else ratio < 0.15
    return ratios
