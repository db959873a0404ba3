"""What the chapter "NAdam, RAdam, Adafactor, Muon" says, measured."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import cache, partial
from typing import Any

import numpy as np

from course_lib.descent import Trace, batches
from course_lib.experiments import Comparison, compare, run
from course_lib.experiments.claims.claim import SEEDS, Measured, Numbers, Seeds, claim
from course_lib.lr_scheduler import LinearLR
from course_lib.optim import Adafactor, Adam, AdamW, Muon, NAdam, Optimizer, Parameter, RAdam
from course_lib.optim.muon import newton_schulz
from course_lib.problems import MLP, Quadratic, digits
from course_lib.validation import Array

COEFFICIENTS = (3.4445, -4.7750, 2.0315)
PAIR: dict[str, Callable[..., Optimizer]] = {"adam": Adam, "nadam": NAdam}


def steps(optimizer: Callable[[list], Optimizer], gradients: Array) -> Array:
    """The steps that an optimizer makes on a parameter whose gradients are given, one a row."""
    w = Parameter(np.zeros_like(gradients[0]))
    minimizer, path = optimizer([w]), [w.data.copy()]
    for g in gradients:
        w.grad = g.copy()
        minimizer.step()
        path.append(w.data.copy())
    return np.diff(path, axis=0)


class ByLayer:
    """One optimizer for the weight matrices of a network, one for the biases and the last layer, behind the interface of one.

    A matrix lies in the vector of all parameters as a view, so that changing the one changes the other.
    """

    def __init__(
        self, params: list, network: MLP, hidden: Callable[[list], Any], rest: Callable[[list], Any] | None = None
    ) -> None:
        (self.vector,) = params
        self.network = network
        self.parameters = [Parameter(layer) for layer in network.layers(self.vector.data)]
        matrices = [p for p in self.parameters if p.data.ndim == 2]
        if rest is None:
            self.optimizers = [hidden(self.parameters)]
        else:
            others = [p for p in self.parameters if p.data.ndim == 1] + matrices[-1:]
            self.optimizers = [hidden(matrices[:-1]), rest(others)]
        self.param_groups = [group for optimizer in self.optimizers for group in optimizer.param_groups]

    def zero_grad(self) -> None:
        self.vector.grad = None

    def step(self) -> None:
        for p, g in zip(self.parameters, self.network.layers(self.vector.grad), strict=True):
            p.grad = g
        for optimizer in self.optimizers:
            optimizer.step()


@cache
def network(hidden: tuple[int, ...] = (64, 64)) -> tuple[MLP, MLP]:
    """A network with two hidden layers on 1200 digits, and the same on 597 others."""
    split = digits(0, test_fraction=597 / 1797)
    return MLP(split.x, split.y, hidden), MLP(split.x_test, split.y_test, hidden)


# -- NAdam -------------------------------------------------------------------------------------------------------


@claim(
    "newer-methods/turns-sooner",
    "After 50 noisy gradients around 1 the sign turned. Adam went on in the old direction for {adam} updates, NAdam for {nadam}.",
)
def turns_sooner(seed: int) -> dict[str, int]:
    noise = 0.2 * np.random.default_rng(seed).normal(size=(100, 1))
    gradients = np.where(np.arange(100)[:, None] < 50, 1.0, -1.0) + noise
    # a descent goes against the gradient: up to the turn the steps are negative
    wrong = {name: int(np.argmax(steps(partial(o, lr=0.1), gradients)[50:, 0] > 0)) for name, o in PAIR.items()}
    assert wrong["nadam"] < wrong["adam"]
    return wrong


@claim(
    "newer-methods/first-steps",
    "On a constant gradient the first step was {first:.0%} longer than Adam's, the tenth {tenth:.0%} shorter, and the thousandth differed by less than a thousandth.",
)
def first_steps() -> dict[str, float]:
    gradients = np.ones((1000, 1))
    ratio = steps(partial(NAdam, lr=0.1), gradients)[:, 0] / steps(partial(Adam, lr=0.1), gradients)[:, 0] - 1
    assert ratio[0] > 0.02 and ratio[9] < -0.05 and abs(ratio[-1]) < 1e-3
    return {"first": ratio[0], "tenth": -ratio[9]}


def on_a_bowl(optimizer: Callable[..., Any], start: float, label: str = "") -> Trace:
    """A descent on a bowl of one parameter at the rate 0.1."""
    return run(Quadratic([1.0]), partial(optimizer, lr=0.1), [start], epochs=120, label=label)


@claim(
    "newer-methods/overshoot",
    "From random starts on a bowl, both at 0.1, Adam ran past the minimum by {adam:.0%} of the way it had come, NAdam by {nadam:.0%}.",
)
def overshoot(seed: int) -> dict[str, float]:
    start = float(np.random.default_rng(seed).uniform(1, 3))
    past = {name: float(-on_a_bowl(o, start).params.min() / start) for name, o in PAIR.items()}
    assert 0 < past["nadam"] < past["adam"] / 2
    return past


# -- RAdam -------------------------------------------------------------------------------------------------------


def denominators(seed: int, t: int, draws: int = 4000, beta2: float = 0.999) -> Array:
    """Adam's 1/√v̂ after t gradients drawn from a normal distribution, many times."""
    g = np.random.default_rng(seed).normal(size=(t, draws))
    weights = (1 - beta2) * beta2 ** np.arange(t)[::-1] / (1 - beta2**t)
    return 1 / np.sqrt(weights @ g**2)


@claim(
    "newer-methods/variance",
    "Gradients of deviation 1, drawn thousands of times. After one gradient, nine of ten values of $1/\\sqrt{{\\hat v}}$ lay within a factor of {one:.0f}; after 6 gradients, of {six:.1f}; after 100, of {hundred:.2f}.",
)
def variance(seed: int) -> dict[str, float]:
    spread = {}
    for name, t in {"one": 1, "six": 6, "hundred": 100}.items():
        low, high = np.quantile(denominators(seed, t), [0.05, 0.95])
        spread[name] = float(high / low)
    assert spread["one"] > 10 > 3 > spread["six"] > spread["hundred"]
    return spread


def rectification(t: int, beta2: float = 0.999) -> float:
    """RAdam's step divided by Adam's, on the same gradients, at update t."""
    gradients = np.ones((t, 1))
    radam, adam = (steps(partial(o, lr=1.0, betas=(0.9, beta2)), gradients)[-1, 0] for o in (RAdam, Adam))
    return float(radam / adam)


@claim(
    "newer-methods/rectification",
    "On the same gradients, the sixth step was {six:.1%} of Adam's, the hundredth {hundred:.0%}, the thousandth {thousand:.0%}.",
)
def rectified() -> dict[str, float]:
    factors = {name: rectification(t) for name, t in {"six": 6, "hundred": 100, "thousand": 1000}.items()}
    assert 0 < factors["six"] < 0.05 < factors["hundred"] < factors["thousand"] < 1
    return factors


@claim(
    "newer-methods/first-five",
    "With gradients a thousand times as large, Adam's first five steps were as long as before, to {adam.high:.0e}. RAdam's were {radam:,.0f} times as long.",
)
def first_five(seed: int) -> dict[str, float]:
    gradients = np.random.default_rng(seed).normal(size=(5, 20))
    ratio = {}
    for name, optimizer in {"adam": Adam, "radam": RAdam}.items():
        small, large = (np.linalg.norm(steps(partial(optimizer, lr=0.01), scale * gradients)) for scale in (1, 1000))
        ratio[name] = float(large / small)
    assert abs(ratio["adam"] - 1) < 1e-4 and ratio["radam"] > 900
    return {"adam": abs(ratio["adam"] - 1), "radam": ratio["radam"]}


@claim(
    "newer-methods/scaled-loss",
    "The network trained on the loss times 1000, at the rate 0.01: the largest loss on the way was {adam:.1f} times the first with Adam, and {radam:,.0f} times with RAdam.",
)
def scaled_loss(seed: int) -> dict[str, float]:
    problem, _ = network((32,))
    highest = {}
    for name, optimizer in {"adam": Adam, "radam": RAdam}.items():
        w, rng = Parameter(problem.initial(seed)), np.random.default_rng(seed)
        minimizer, losses = optimizer([w], lr=0.01), [problem.loss(w.data)]
        for batch in batches.shuffled(32)(problem.n, rng):
            w.grad = 1000 * problem.gradient(w.data, batch)
            minimizer.step()
            losses.append(problem.loss(w.data, slice(0, 200)))
        highest[name] = max(losses) / losses[0]
    assert highest["radam"] > 10 * highest["adam"]
    return highest


@cache
def warming(kind: str, seed: int, updates: int = 20) -> Trace:
    """The first updates of the network at a large rate, 0.1: Adam, Adam with a warm-up of 200 updates, RAdam."""
    problem, _ = network()
    options: dict[str, Any] = {}
    if kind == "Adam with warm-up":
        options = {"scheduler": lambda optimizer: LinearLR(optimizer, start_factor=0.01, total_iters=200), "schedule": "update"}
    rng = np.random.default_rng(seed)
    return run(
        problem, partial(RAdam if kind == "RAdam" else Adam, lr=0.1), problem.initial(rng), epochs=1, batches=batches.shuffled(32), rng=rng,
        label=kind, stop=lambda progress: "enough" if progress.update == updates else None, **options,
    )  # fmt: skip


@claim(
    "newer-methods/warm-up",
    "The first {updates} updates of a network with two hidden layers at a rate of 0.1: with Adam the loss rose to {adam:.1f} times the first. With a linear warm-up, and with RAdam, it never rose above the first.",
)
def warm_up(seed: int) -> dict[str, float]:
    highest = {}
    for name, kind in {"adam": "Adam", "warm": "Adam with warm-up", "radam": "RAdam"}.items():
        trace = warming(kind, seed)
        highest[name] = float(trace.loss.max() / trace.loss[0])
    assert max(highest["radam"], highest["warm"]) <= 1 < 1.3 < highest["adam"]
    return {"adam": highest["adam"], "updates": 20}


@claim(
    "newer-methods/after-the-warm-up",
    "The same network over {epochs} epochs, at the same rate of 0.1. After the linear warm-up over {warming} updates the loss rose again: in the second half of the run it was {warm:.1f} (the median over its epochs). With RAdam, whose last step was {part:.0%} of Adam's on the same gradients, it was {radam:.1f}.",
)
def after_the_warm_up(seed: int) -> dict[str, float]:
    problem, _ = network()
    epochs, warming = 12, 200
    per_epoch = -(-problem.n // 32)

    def late(optimizer: Callable[..., Any], **options: Any) -> float:
        rng = np.random.default_rng(seed)
        trace = run(
            problem, partial(optimizer, lr=0.1), problem.initial(rng), epochs=epochs, batches=batches.shuffled(32), rng=rng,
            record_every=per_epoch, **options,
        )  # fmt: skip
        return float(np.median(trace.loss[-epochs // 2 :]))

    warm = late(Adam, scheduler=lambda o: LinearLR(o, start_factor=0.01, total_iters=warming), schedule="update")
    return {"epochs": epochs, "warming": warming, "warm": warm, "radam": late(RAdam), "part": rectification(epochs * per_epoch)}


@after_the_warm_up.over_seeds
def _(warm: Measured, radam: Measured) -> None:
    assert radam.median < warm.median / 1.5 and radam.below(warm) >= 0.8


# -- Adafactor ---------------------------------------------------------------------------------------------------


def kept(optimizer: Optimizer, p: Parameter) -> int:
    """How many numbers an optimizer remembers of a parameter."""
    return sum(value.size for value in optimizer.state[p].values() if isinstance(value, np.ndarray))


@claim(
    "newer-methods/factored-memory",
    "For a matrix of {rows} × {columns}, Adam keeps {adam:,d} numbers, Adafactor {adafactor:,d}: {share:.2%}.",
)
def factored_memory() -> dict[str, float]:
    rows, columns, memory = 512, 2048, {}
    for name, make in {"adam": Adam, "adafactor": Adafactor}.items():
        p = Parameter(np.ones((rows, columns)))
        p.grad = np.ones((rows, columns))
        optimizer = make([p])
        optimizer.step()
        memory[name] = kept(optimizer, p)
    assert memory["adam"] == 2 * rows * columns and memory["adafactor"] == rows + columns
    return {**memory, "rows": rows, "columns": columns, "share": memory["adafactor"] / memory["adam"]}


def second_moments(seed: int, layer: int = 2, count: int = 40) -> tuple[Array, Array]:
    """The mean of g² over some batches for a matrix of the network at its start, and what row and column means make of it."""
    problem, _ = network()
    rng = np.random.default_rng(seed)
    w = problem.initial(rng)
    squares = [problem.layers(problem.gradient(w, rng.choice(problem.n, 32, replace=False)))[layer] ** 2 for _ in range(count)]
    full = np.mean(squares, axis=0)
    rows, columns = full.mean(axis=1, keepdims=True), full.mean(axis=0, keepdims=True)
    return full, rows * columns / rows.mean()


@claim(
    "newer-methods/factored-error",
    "For the middle matrix of a network on digits, the factored mean of squares was within a factor of 2 of the full one for {within:.0%} of the entries. Of a matrix of independent random numbers in place of $g^2$, with as wide a spread, for {random:.0%}.",
)
def factored_error(seed: int) -> dict[str, float]:
    full, factored = second_moments(seed)
    used = full > 0
    within = float(np.mean(np.abs(np.log2(factored[used] / full[used])) < 1))
    shuffled = np.random.default_rng(seed).permutation(full.ravel()).reshape(full.shape)
    rows, columns = shuffled.mean(axis=1, keepdims=True), shuffled.mean(axis=0, keepdims=True)
    guess = rows * columns / rows.mean()
    used = shuffled > 0
    random = float(np.mean(np.abs(np.log2(guess[used] / shuffled[used])) < 1))
    assert within > random + 0.1
    return {"within": within, "random": random}


@claim(
    "newer-methods/relative-steps",
    "Two matrices, one with entries a hundred times as large. In the first step Adam, at 0.01, moved them by {adam_small:.1%} and {adam_large:.2%} of their size, Adafactor by {factor_small:.1%} and {factor_large:.1%}.",
)
def relative_steps(seed: int) -> dict[str, float]:
    rng, moved = np.random.default_rng(seed), {}
    start, g = rng.normal(size=(20, 30)), rng.normal(size=(20, 30))
    for name, optimizer in {"adam": Adam, "factor": Adafactor}.items():
        for size, scale in {"small": 1.0, "large": 100.0}.items():
            p = Parameter(scale * start)
            p.grad = g.copy()
            optimizer([p], lr=0.01).step()
            moved[f"{name}_{size}"] = float(np.linalg.norm(p.data - scale * start) / np.linalg.norm(scale * start))
    assert moved["adam_small"] > 50 * moved["adam_large"] and abs(moved["factor_small"] / moved["factor_large"] - 1) < 0.01
    return moved


# -- Muon --------------------------------------------------------------------------------------------------------


def spectra(seed: int, layer: int = 2) -> tuple[Array, Array]:
    """Singular values, the largest first, of a gradient of a matrix of the network after some training, relative to its
    length, and of what Muon makes of it."""
    problem, _ = network()
    rng = np.random.default_rng(seed)
    trace = run(
        problem, partial(Adam, lr=0.003), problem.initial(rng), epochs=1, batches=batches.shuffled(32), rng=rng, record_every=100
    )
    gradients = [
        problem.layers(problem.gradient(trace.params[-1], rng.choice(problem.n, 32, replace=False)))[layer] for _ in range(20)
    ]
    mean = np.mean(gradients, axis=0)
    before = np.linalg.svd(mean / np.linalg.norm(mean), compute_uv=False)
    after = np.linalg.svd(newton_schulz(mean, COEFFICIENTS, 5, 1e-7), compute_uv=False)
    return before, after


@claim(
    "newer-methods/spectrum",
    "For the middle matrix of a network, 64 × 64, the mean of 20 gradients had half of its squared length in {few} of 64 directions. After five iterations the singular values of all directions that began above 0.002 lay between {low.low:.2f} and {high.high:.2f}.",
)
def spectrum(seed: int) -> dict[str, float]:
    before, after = spectra(seed)
    few = int(np.searchsorted(np.cumsum(before**2) / np.sum(before**2), 0.5) + 1)
    reached = after[: np.sum(before > 0.002)]
    low, high = float(np.sort(after)[-len(reached) :].min()), float(after.max())
    assert few <= 10 and 0.65 < low and high < 1.25
    return {"few": few, "low": low, "high": high}


@claim(
    "newer-methods/orthogonal",
    "Random matrices of 30 × 50, five iterations: the cosine between the result and $UV^\\top$ was {cosine:.3f}. The cosine between the matrix itself and $UV^\\top$ was {before:.2f}.",
)
def orthogonal(seed: int) -> dict[str, float]:
    rng = np.random.default_rng(seed)
    matrix = rng.normal(size=(30, 50)) * np.geomspace(1, 0.01, 50)
    u, _, vt = np.linalg.svd(matrix, full_matrices=False)
    goal, result = u @ vt, newton_schulz(matrix, COEFFICIENTS, 5, 1e-7)

    def cosine(a: Array, b: Array) -> float:
        return float(np.sum(a * b) / np.linalg.norm(a) / np.linalg.norm(b))

    assert cosine(result, goal) > 0.95 > cosine(matrix, goal)
    return {"cosine": cosine(result, goal), "before": cosine(matrix, goal)}


@claim(
    "newer-methods/matrix-products",
    "On the machine that built this book, an update of a 256 × 256 matrix took Muon {times:.0f} times as long as Adam.",
)
def matrix_products() -> dict[str, float]:
    rng, seconds = np.random.default_rng(0), {}
    for name, optimizer in {"muon": Muon, "adam": Adam}.items():
        p = Parameter(rng.normal(size=(256, 256)))
        p.grad = rng.normal(size=(256, 256))
        minimizer, best = optimizer([p]), np.inf
        for _ in range(8):
            began = time.perf_counter()
            minimizer.step()
            best = min(best, time.perf_counter() - began)
        seconds[name] = best
    assert seconds["muon"] > 2 * seconds["adam"]
    return {"times": seconds["muon"] / seconds["adam"]}


# -- all together ------------------------------------------------------------------------------------------------

EPOCHS = 3
METHODS: dict[str, Callable[[MLP, float], Callable[[list], Any]]] = {
    "Adam": lambda problem, lr: partial(Adam, lr=lr),
    "NAdam": lambda problem, lr: partial(NAdam, lr=lr),
    "RAdam": lambda problem, lr: partial(RAdam, lr=lr),
    "Adafactor": lambda problem, lr: partial(ByLayer, network=problem, hidden=partial(Adafactor, lr=lr)),
    "Muon": lambda problem, lr: partial(
        ByLayer, network=problem, hidden=partial(Muon, lr=lr, adjust_lr_fn="match_rms_adamw"), rest=partial(AdamW, lr=lr)
    ),
}
RATES = {label: [0.001, 0.002, 0.005, 0.01, 0.02, 0.05] for label in METHODS} | {
    "RAdam": [0.005, 0.01, 0.02, 0.05, 0.1, 0.2],
    "Adafactor": [0.005, 0.01, 0.02, 0.05, 0.1, 0.2],
}


@cache
def tuned(seeds: Seeds = SEEDS) -> Comparison:
    """The four methods and Adam on a network with two hidden layers, each at the best of six rates, three epochs."""
    problem, _ = network()

    def train(label: str, lr: float, seed: int) -> Trace:
        rng = np.random.default_rng(seed)
        return run(
            problem, METHODS[label](problem, lr), problem.initial(rng), epochs=EPOCHS, batches=batches.shuffled(32), rng=rng,
            record_every=19, label=label,
        )  # fmt: skip

    return compare({label: partial(train, label) for label in METHODS}, RATES, seeds=seeds, tuning_seeds=2)


def accuracies(label: str, seeds: Seeds = SEEDS) -> list[float]:
    """The accuracy on digits held out of the judged runs, one for each seed."""
    _, held = network()
    return [held.accuracy(trace.params[-1], held.x, held.y) for trace in tuned(seeds).runs[label]]


@claim(
    "newer-methods/tuned",
    "Each at the best of six rates, three epochs, a mean of five seeds: the accuracy on 597 digits held out was {adam:.1%} with Adam, {nadam:.1%} with NAdam, {radam:.1%} with RAdam, {adafactor:.1%} with Adafactor and {muon:.1%} with Muon. The standard error of one such measurement is about {error:.1%}.",
)
def all_tuned(seeds: Seeds) -> Numbers:
    means = {label.lower(): float(np.mean(accuracies(label, seeds))) for label in METHODS}
    assert min(means.values()) > 0.9 and max(means.values()) - min(means.values()) < 0.03
    return {**means, "error": float(np.sqrt(means["adam"] * (1 - means["adam"]) / 597))}


@claim(
    "newer-methods/tuned-loss",
    "In the same runs the training loss, in the middle of five seeds, came to {adam:.3f} with Adam, {nadam:.3f} with NAdam, {radam:.3f} with RAdam, {adafactor:.3f} with Adafactor and {muon:.3f} with Muon. Adam, NAdam and Muon lay within a factor of {factor:.1f}; the runs with Adam alone ranged from {low:.3f} to {high:.3f}.",
)
def tuned_loss(seeds: Seeds) -> Numbers:
    scores = tuned(seeds).scores
    middle = {label.lower(): float(np.median(scores[label])) for label in METHODS}
    close = [middle[label] for label in ("adam", "nadam", "muon")]
    factor = max(close) / min(close)
    assert factor < 4 and middle["muon"] < middle["radam"]
    return {**middle, "factor": factor, "low": float(scores["Adam"].min()), "high": float(scores["Adam"].max())}


@claim(
    "newer-methods/other-rates",
    "The best rates were {adam} for Adam, {nadam} for NAdam, {radam} for RAdam, and {adafactor} for Adafactor. None lies at an end of its grid.",
)
def other_rates(seeds: Seeds) -> Numbers:
    found = tuned(seeds)
    assert 2 * max(found.best["Adam"], found.best["NAdam"]) < found.best["RAdam"]
    return {
        "adam": found.best["Adam"],
        "nadam": found.best["NAdam"],
        "radam": found.best["RAdam"],
        "adafactor": found.best["Adafactor"],
    }
