"""What the chapter "Learning-rate decay" says, measured."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable
from functools import cache, partial
from typing import Any, Literal

import numpy as np

from course_lib.descent import Trace, batches, gradient_descent
from course_lib.descent.analysis import batch_gradient_variance, noise_floor
from course_lib.experiments import Comparison, compare, run
from course_lib.experiments.claims.claim import SEEDS, Numbers, Seeds, claim
from course_lib.experiments.claims.stochastic_gradient_descent import averaging, example_gradients, gap, noisy_line
from course_lib.lr_scheduler import (
    CosineAnnealingLR,
    CosineAnnealingWarmRestarts,
    ExponentialLR,
    LambdaLR,
    LinearLR,
    MultiplicativeLR,
    MultiStepLR,
    OneCycleLR,
    ReduceLROnPlateau,
    SequentialLR,
    StepLR,
)
from course_lib.optim import SGD, Parameter
from course_lib.problems import DoubleWell, LinearRegression, Quadratic
from course_lib.trace import DivergenceError
from course_lib.validation import Array

UPDATES = 300


def consumed(schedule: Callable[[Any], Any], lr: float, updates: int, steps_first: bool = False) -> Array:
    """The rate that each update uses if the schedule takes a step after every update, or wrongly before."""
    optimizer = SGD([Parameter(np.zeros(1))], lr=lr)
    scheduler, rates = schedule(optimizer), []
    # the optimizer's step is no part of this; it marks the place, and keeps the schedule from warning
    optimizer.step()
    for _ in range(updates):
        if steps_first:
            scheduler.step()
        rates.append(optimizer.param_groups[0]["lr"])
        if not steps_first:
            scheduler.step()
    return np.array(rates)


def squared_distances(seed: int, rates: Iterable[float], start: float = 10.0, batch_size: int = 10, runs: int = 400) -> Array:
    """Mean squared distance to the mean of some numbers, after each update, over many descents on random batches of them."""
    problem, rng = averaging(seed), np.random.default_rng(seed)
    w, squares = problem.minimum[0] + np.full(runs, start), []
    for lr in rates:
        w -= lr * 2 * (w - rng.choice(problem.y, size=(batch_size, runs)).mean(axis=0))
        squares.append(np.mean((w - problem.minimum[0]) ** 2))
    return np.array(squares)


def floor(seed: int, lr: float, batch_size: int = 10) -> float:
    """The noise floor of `squared_distances` at a constant rate, by the formula."""
    problem = averaging(seed)
    sigma2 = batch_gradient_variance(example_gradients(problem, problem.minimum), batch_size)
    return noise_floor(lr, 2.0, sigma2)


# -- why ---------------------------------------------------------------------------------------------------------


@claim(
    "learning-rate-decay/does-not-settle",
    "At a constant rate of {lr}, the mean squared distance in the last {last} of {updates} updates was {constant:.4f}. The "
    "formula of the noise floor gives {formula:.4f}, "
    "however long the run. A rate that was divided by {divided} after a third and again after two thirds ended at {decayed:.5f}.",
)
def does_not_settle(seed: int) -> dict[str, float]:
    lr, last = 0.1, 50
    constant = float(squared_distances(seed, np.full(UPDATES, lr))[-last:].mean())
    steps = consumed(lambda o: StepLR(o, UPDATES // 3, gamma=0.1), lr, UPDATES)
    decayed, formula = float(squared_distances(seed, steps)[-last:].mean()), floor(seed, lr)
    assert 0.8 < constant / formula < 1.25 and decayed < constant / 5
    return {
        "lr": lr,
        "last": last,
        "updates": UPDATES,
        "divided": 10,
        "constant": constant,
        "decayed": decayed,
        "formula": formula,
    }


@claim(
    "learning-rate-decay/small-from-the-start",
    "From the same start, {lr} all the time was at a mean squared distance of {small:.2f} after {updates} updates; the "
    "schedule that began {times} times larger and fell to the same rate, "
    "at {decayed:.5f}.",
)
def small_from_the_start(seed: int) -> dict[str, float]:
    lr, times = 0.001, 100
    steps = consumed(lambda o: StepLR(o, UPDATES // 3, gamma=0.1), lr * times, UPDATES)
    small = float(squared_distances(seed, np.full(UPDATES, lr))[-1])
    decayed = float(squared_distances(seed, steps)[-1])
    assert np.isclose(steps[-1], lr) and small > 100 * decayed
    return {"lr": lr, "times": times, "updates": UPDATES, "small": small, "decayed": decayed}


@claim(
    "learning-rate-decay/kink",
    "On $|x|$ from $x = {start}$, without any noise, a rate of {lr} jumps between {left:.2f} and {right:.2f} for ever. With "
    "the rate multiplied by {gamma} after each update, "
    "the distance after {updates} updates was {decayed:.0e}.",
)
def kink() -> dict[str, float]:
    start, lr, gamma, updates = 0.93, 0.2, 0.95, 100
    constant, decayed = start, start
    seen = []
    for t in range(updates):
        constant -= lr * np.sign(constant)
        decayed -= lr * gamma**t * np.sign(decayed)
        seen.append(constant)
    late = np.array(seen[-20:])
    # two places, taken in turn
    assert np.allclose(late[::2], late[0]) and np.allclose(late[1::2], late[1]) and late[0] * late[1] < 0
    assert abs(decayed) < min(abs(late)) / 5
    return {
        "start": start, "lr": lr, "gamma": gamma, "updates": updates, "left": late.min(), "right": late.max(), "decayed": abs(decayed),
    }  # fmt: skip


# -- schedules ---------------------------------------------------------------------------------------------------


@claim(
    "learning-rate-decay/torch",
    "Each of {count} schedules of `course_lib` gave the rates of its namesake in `torch.optim.lr_scheduler` over {epochs} "
    "epochs, to {digits} digits.",
)
def same_as_torch() -> dict[str, float]:
    import torch

    epochs, digits = 40, 12
    schedules: dict[str, dict[str, Any]] = {
        "ExponentialLR": {"gamma": 0.9},
        "StepLR": {"step_size": 7, "gamma": 0.3},
        "MultiStepLR": {"milestones": [5, 20, 21], "gamma": 0.5},
        "CosineAnnealingLR": {"T_max": 15, "eta_min": 0.01},
        "CosineAnnealingWarmRestarts": {"T_0": 5, "T_mult": 2},
        "LinearLR": {"total_iters": 6},
        "LambdaLR": {"lr_lambda": lambda t: 1 / (1 + t)},
        "MultiplicativeLR": {"lr_lambda": lambda t: 0.95},
        "OneCycleLR": {"max_lr": 0.3, "total_steps": epochs + 1, "cycle_momentum": False},
    }
    from course_lib import lr_scheduler as ours

    for name, options in schedules.items():
        rates = consumed(partial(getattr(ours, name), **options), 0.1, epochs)
        optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.1)
        scheduler, theirs = getattr(torch.optim.lr_scheduler, name)(optimizer, **options), []
        for _ in range(epochs):
            theirs.append(optimizer.param_groups[0]["lr"])
            optimizer.step()
            scheduler.step()
        np.testing.assert_allclose(rates, theirs, rtol=10.0**-digits, atol=10.0**-digits)
    return {"count": len(schedules), "epochs": epochs, "digits": digits}


@claim(
    "learning-rate-decay/drop",
    "The rate was divided by {divided} after update {drop}. Over the {window} updates before, the mean squared distance was "
    "{before:.4f}; within {after} updates after it, it was below half of that, "
    "and over the last {window} it was {end:.5f}.",
)
def drop(seed: int) -> dict[str, float]:
    at, after, window = 150, 100, 50
    squares = squared_distances(seed, consumed(lambda o: MultiStepLR(o, [at], gamma=0.1), 0.2, UPDATES))
    before, end = float(squares[at - window : at].mean()), float(squares[-window:].mean())
    assert squares[at : at + after].min() < before / 2 and end < before / 5
    return {"divided": 10, "drop": at, "window": window, "after": after, "before": before, "end": end}


@claim(
    "learning-rate-decay/past-the-end",
    "A cosine with `T_max={T}` had a mean squared distance of {down:.5f} at update {T}. The run went on. At update {twice}, "
    "back at the full rate, it was {up:.4f}.",
)
def past_the_end(seed: int) -> dict[str, float]:
    T = UPDATES // 2
    rates = consumed(lambda o: CosineAnnealingLR(o, T), 0.1, UPDATES + 1)
    squares = squared_distances(seed, rates)
    down, up = float(squares[T]), float(squares[-1])
    assert np.isclose(rates[-1], 0.1) and rates[T] < 1e-12 and up > 3 * down
    return {"T": T, "twice": UPDATES, "down": down, "up": up}


@claim(
    "learning-rate-decay/restart",
    "With periods of {first} and {second} updates, the mean squared distance was {low:.5f} at the end of the first period. "
    "{later} updates after the restart it was {high:.4f}, and {end:.5f} at the end of the "
    "second. Cut off in the middle of the second period, the run would have ended at {cut:.4f}.",
)
def restart(seed: int) -> dict[str, float]:
    first, later = 60, 30
    rates = consumed(lambda o: CosineAnnealingWarmRestarts(o, T_0=first, T_mult=4), 0.1, UPDATES)
    squares = squared_distances(seed, rates)
    low, high, cut, end = (float(squares[t]) for t in (first - 1, first + later, (first + UPDATES) // 2, -1))
    assert high > 2 * low and cut > 3 * end
    return {"first": first, "second": UPDATES - first, "later": later, "low": low, "high": high, "end": end, "cut": cut}


# -- warm-up -----------------------------------------------------------------------------------------------------


RATES = tuple(0.5 * 0.5**k for k in range(12))


def survives(start: float, lr: float, warmup: int) -> bool:
    """Whether descent on the double well ends in a minimum, the first `warmup` updates with a rising rate."""
    factor = (lambda t: min(1.0, (t + 1) / warmup)) if warmup else (lambda t: 1.0)
    try:
        trace = gradient_descent(DoubleWell(), [start], lr=lambda t: lr * factor(t), epochs=200)
    except DivergenceError:
        return False
    return bool(np.abs(DoubleWell().gradient(trace.params[-1])).max() < 1e-6)


@claim(
    "learning-rate-decay/warm-up",
    "Descent on the double well from starts between {start.low:.1f} and {start.high:.1f}, at {tried} rates, each half of the one before: "
    "the largest that came "
    "to rest in a minimum was {cold:.4f} without warm-up and {warm:.4f} with "
    "one of {warmup} updates.",
)
def warm_up(seed: int) -> dict[str, float]:
    start, warmup = 3 + 2 * np.random.default_rng(seed).random(), 50
    largest = {w: max((lr for lr in RATES if survives(start, lr, w)), default=0.0) for w in (0, warmup)}
    assert largest[warmup] >= 2 * largest[0] > 0
    return {"start": start, "tried": len(RATES), "cold": largest[0], "warm": largest[warmup], "warmup": warmup}


@claim(
    "learning-rate-decay/one-cycle-momentum",
    "`torch.optim.SGD` without momentum, under `OneCycleLR` with its defaults: the first update had a momentum of {first:.2f}, that at the peak of the rate, after {rise:.0%} of {updates} updates, {peak:.2f}, and the last {last:.2f}. With `cycle_momentum=False` it was 0 throughout.",
)
def one_cycle_momentum() -> dict[str, float]:
    import torch

    updates = 101

    def used(**options: Any) -> Array:
        """Rate and momentum of each update; shape (updates, 2)."""
        optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.1)
        scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.1, total_steps=updates + 1, **options)
        rows = []
        for _ in range(updates):
            rows.append([optimizer.param_groups[0][name] for name in ("lr", "momentum")])
            optimizer.step()
            scheduler.step()
        return np.array(rows)

    rates, momenta = used().T
    peak = int(np.argmax(rates))
    assert momenta[0] > 0.94 and momenta[-1] > 0.94 and momenta[peak] < 0.86 and not used(cycle_momentum=False)[:, 1].any()
    return {
        "updates": updates, "first": momenta[0], "peak": momenta[peak], "last": momenta[-1], "rise": peak / updates,
    }  # fmt: skip


# -- functions and plateaus --------------------------------------------------------------------------------------


@claim(
    "learning-rate-decay/warm-up-in-torch",
    "With `total_iters` $W - 1$ torch's rates were those of the formula to {digits} digits, for {tried} choices of $W$ and $T$ drawn at random. With $W$, the last update of the warm-up had {late:.3f} times the full rate.",
)
def warm_up_in_torch(seed: int) -> dict[str, float]:
    import torch

    rng, tried, digits, late = np.random.default_rng(seed), 5, 12, []

    def rates(warmup: int, total: int, iters: int) -> Array:
        optimizer = torch.optim.SGD([torch.zeros(1)], lr=0.1)
        rise = torch.optim.lr_scheduler.LinearLR(optimizer, start_factor=1 / warmup, total_iters=iters)
        fall = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, total - warmup)
        schedule = torch.optim.lr_scheduler.SequentialLR(optimizer, [rise, fall], milestones=[warmup])
        used = []
        with warnings.catch_warnings():
            # SequentialLR passes an epoch to its schedules, which torch itself calls deprecated
            warnings.simplefilter("ignore")
            for _ in range(total):
                used.append(optimizer.param_groups[0]["lr"])
                optimizer.step()
                schedule.step()
        return np.array(used)

    for _ in range(tried):
        warmup, rest = (int(k) for k in rng.integers(5, 50, size=2))
        t = np.arange(warmup + rest)
        f = np.where(t < warmup, (t + 1) / warmup, (1 + np.cos(np.pi * (t - warmup) / rest)) / 2)
        assert np.allclose(rates(warmup, warmup + rest, warmup - 1), 0.1 * f, rtol=10.0**-digits, atol=1e-15)
        late.append(rates(warmup, warmup + rest, warmup)[warmup - 1] / 0.1)
    assert max(late) < 0.99
    return {"digits": digits, "tried": tried, "late": min(late)}


@claim(
    "learning-rate-decay/compounding",
    "With $\\lambda(t) = 1/(1+t)$ and a first rate of {lr}, epoch {t} has the rate {function:.4f} under `LambdaLR` and "
    "{compound:.1e} under `MultiplicativeLR`.",
)
def compounding() -> dict[str, float]:
    lr, t = 0.1, 9
    function = consumed(lambda o: LambdaLR(o, lambda t: 1 / (1 + t)), lr, t + 1)[t]
    compound = consumed(lambda o: MultiplicativeLR(o, lambda t: 1 / (1 + t)), lr, t + 1)[t]
    assert np.isclose(function, lr / 10) and np.isclose(compound * 3628800, lr)
    return {"lr": lr, "t": t, "function": function, "compound": compound}


def on_plateau(seed: int, watch: Literal["all", "batch"], epochs: int = 30, patience: int = 2) -> tuple[LinearRegression, Trace]:
    """A run on a noisy line whose rate falls on a plateau of the loss over all examples, or of each epoch's last batch."""
    problem = noisy_line(seed, n=200)
    last: list[Array | None] = [None]

    def scheduler(optimizer: SGD) -> Any:
        plateau = ReduceLROnPlateau(optimizer, factor=0.3, patience=patience, threshold=1e-3)
        if watch == "all":
            return plateau

        class OnTheBatch:
            def step(self, metrics: float) -> None:
                plateau.step(problem.loss(optimizer.param_groups[0]["params"][0].data, last[0]))

        return OnTheBatch()

    def shuffled(n: int, rng: np.random.Generator) -> Iterable[Array | None]:
        for batch in batches.shuffled(10)(n, rng):
            last[0] = batch
            yield batch

    trace = run(
        problem, partial(SGD, lr=0.01), [-4.0, 4.0], epochs=epochs, batches=shuffled, scheduler=scheduler, rng=seed,  # type: ignore[arg-type]
        record_every=20, label=f"watching {watch}",
    )  # fmt: skip
    return problem, trace


@claim(
    "learning-rate-decay/watching-a-batch",
    "Patience {patience}, {epochs} epochs. The schedule that was told the loss over all examples lowered the rate for the "
    "first time after {all_first:.0f} epochs; told the loss of the epoch's last batch, after {batch_first:.0f}. "
    "By then the loss was still at least {early.low:.1f} times as far above the lowest as with the other at its first drop "
    "(medians of {runs} runs).",
)
def watching_a_batch(seed: int) -> dict[str, float]:
    first: dict[str, list[float]] = {"all": [], "batch": []}
    above: dict[str, list[float]] = {"all": [], "batch": []}
    for s in range(3):
        for watch in ("all", "batch"):
            problem, trace = on_plateau(10 * seed + s, watch)  # type: ignore[arg-type]
            dropped = np.flatnonzero(trace.lr < trace.lr[0])
            epoch = int(dropped[0]) // 20 if dropped.size else 30
            first[watch].append(epoch)
            above[watch].append(float(gap(problem, trace)[epoch]))
    early = float(np.median(above["batch"]) / np.median(above["all"]))
    assert np.median(first["batch"]) < np.median(first["all"]) and early > 1
    return {
        "patience": 2, "epochs": 30, "all_first": float(np.median(first["all"])), "batch_first": float(np.median(first["batch"])),
        "early": early, "runs": 3,
    }  # fmt: skip


# -- the order of the calls --------------------------------------------------------------------------------------


@claim(
    "learning-rate-decay/order",
    "A warm-up from {first:.2f} to {full} in {updates} updates: with the scheduler's step after the optimizer's the first "
    "updates used {right_0:.2f}, {right_1:.2f}, {right_2:.2f}; with it before, {wrong_0:.2f}, {wrong_1:.2f}, {wrong_2:.2f}. "
    "The first planned rate was never used.",
)
def order() -> dict[str, float]:
    def schedule(optimizer: Any) -> LinearLR:
        return LinearLR(optimizer, start_factor=0.2, total_iters=4)

    right, wrong = consumed(schedule, 0.5, 10), consumed(schedule, 0.5, 10, steps_first=True)
    assert np.allclose(wrong[:-1], right[1:]) and not np.isclose(wrong, right[0]).any()
    rates = {f"{name}_{i}": float(r[i]) for name, r in (("right", right), ("wrong", wrong)) for i in range(3)}
    return {"first": right[0], "full": 0.5, "updates": 4, **rates}


def milestones_run(seed: int, schedule: Literal["epoch", "update"]) -> tuple[LinearRegression, Trace]:
    """A run of 30 epochs of 20 updates with milestones 10 and 20, counted in epochs or in updates."""
    problem = four_inputs()
    scheduler = partial(MultiStepLR, milestones=[10, 20], gamma=0.1)
    trace = run(
        problem, partial(SGD, lr=0.1), np.zeros(problem.d), epochs=30, batches=batches.shuffled(10), scheduler=scheduler,
        schedule=schedule, rng=seed, record_every=20, label=f"a step every {schedule}",
    )  # fmt: skip
    return problem, trace


@claim(
    "learning-rate-decay/epoch-or-update",
    "Milestones 10 and 20, meant in epochs, {epochs} epochs of {per_epoch} updates. With `scheduler.step()` in the loop over "
    "the batches, {share:.0%} of all updates used a hundredth of the rate, and the run ended {update:.2f} above the lowest "
    "loss; "
    "with it in the loop over the epochs, {epoch:.0e}.",
)
def epoch_or_update(seed: int) -> dict[str, float]:
    ends, share = {}, 0.0
    for schedule in ("epoch", "update"):
        problem, trace = milestones_run(seed, schedule)  # type: ignore[arg-type]
        ends[schedule] = float(gap(problem, trace)[-1])
        share = float(np.mean(trace.lr < 0.1 * 0.05))
    assert share > 0.9 and ends["update"] > 100 * ends["epoch"]
    return {**ends, "share": share, "epochs": 30, "per_epoch": 20}


@claim(
    "learning-rate-decay/resume",
    "A run with drops at epochs 30 and 60 is stopped after epoch 40. Resumed with the states of optimizer and scheduler, it "
    "drops again at epoch {right}; with a scheduler built anew, at epoch {wrong}.",
)
def resume() -> dict[str, float]:
    def build() -> tuple[SGD, MultiStepLR]:
        optimizer = SGD([Parameter(np.zeros(1))], lr=0.1)
        return optimizer, MultiStepLR(optimizer, [30, 60], gamma=0.1)

    optimizer, scheduler = build()
    for _ in range(40):
        optimizer.step()
        scheduler.step()
    saved, drops = (optimizer.state_dict(), scheduler.state_dict()), {}
    for name in ("right", "wrong"):
        optimizer, scheduler = build()
        optimizer.load_state_dict(saved[0])
        if name == "right":
            scheduler.load_state_dict(saved[1])
        before = optimizer.param_groups[0]["lr"]
        assert np.isclose(before, 0.01)
        for epoch in range(41, 90):
            optimizer.step()
            scheduler.step()
            if optimizer.param_groups[0]["lr"] < before / 2:
                drops[name] = epoch
                break
    assert drops == {"right": 60, "wrong": 70}
    return {name: float(epoch) for name, epoch in drops.items()}


# -- layers ------------------------------------------------------------------------------------------------------


@claim(
    "learning-rate-decay/groups",
    "Two parameters with curvatures {steep} and {flat}. With the best single rate, {one:.3f}, the distance after {updates} "
    "updates was {single:.2f} of that at the start; with a rate for each group, one over its curvature, {both}.",
)
def groups() -> dict[str, float]:
    steep, flat, updates = 100.0, 1.0, 20
    bowl, one = Quadratic([steep, flat]), 2 / (steep + flat)
    left = {}
    for name, rates in {"single": (one, one), "both": (1 / steep, 1 / flat)}.items():
        parameters = [Parameter(np.ones(1)), Parameter(np.ones(1))]
        optimizer = SGD([{"params": [p], "lr": lr} for p, lr in zip(parameters, rates, strict=True)], lr=one)
        for _ in range(updates):
            gradient = bowl.gradient(np.concatenate([p.data for p in parameters]))
            for p, g in zip(parameters, gradient, strict=True):
                p.grad = np.array([g])
            optimizer.step()
        left[name] = float(np.linalg.norm(np.concatenate([p.data for p in parameters])) / np.sqrt(2))
    assert np.isclose(left["single"], ((steep - flat) / (steep + flat)) ** updates) and left["both"] < 1e-12
    return {"steep": steep, "flat": flat, "updates": updates, "one": one, **left}


# -- choosing ----------------------------------------------------------------------------------------------------


def four_inputs() -> LinearRegression:
    """200 noisy examples with four inputs of different size, the problem on which the schedules are compared."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(200, 4)) * [1.0, 0.7, 0.5, 0.3]
    return LinearRegression(x, x @ [1.0, -2.0, 3.0, -4.0] + 0.5 * rng.normal(size=200))


def warmup_cosine(optimizer: Any) -> SequentialLR:
    """A tenth of the run linearly up, the rest down along half a cosine."""
    warmup = UPDATES // 10
    # the update before the cosine begins has the full rate
    rise = LinearLR(optimizer, start_factor=1 / warmup, total_iters=warmup - 1)
    return SequentialLR(optimizer, [rise, CosineAnnealingLR(optimizer, UPDATES - warmup)], milestones=[warmup])


SCHEDULES: dict[str, Callable[[Any], Any] | None] = {
    "constant": None,
    "step": lambda o: StepLR(o, UPDATES // 3, gamma=0.1),
    "exponential": lambda o: ExponentialLR(o, gamma=0.01 ** (1 / UPDATES)),
    "cosine": lambda o: CosineAnnealingLR(o, UPDATES),
    "warm-up, cosine": warmup_cosine,
    "one cycle": lambda o: OneCycleLR(o, o.param_groups[0]["lr"], total_steps=UPDATES + 1, cycle_momentum=False),
}


@cache
def compared(seeds: Seeds = SEEDS) -> tuple[LinearRegression, Comparison]:
    """15 epochs of 20 updates under each of `SCHEDULES`, all with the same six rates to choose from."""
    problem = four_inputs()

    def method(label: str) -> Callable[[float, int], Trace]:
        return lambda lr, seed: run(
            problem, partial(SGD, lr=lr), np.zeros(problem.d), epochs=15, batches=batches.shuffled(10), rng=seed, record_every=20,
            scheduler=SCHEDULES[label], schedule="update", label=label,
        )  # fmt: skip

    rates = [0.05, 0.1, 0.2, 0.4, 0.8, 1.6]
    methods = {label: method(label) for label in SCHEDULES}
    return problem, compare(methods, rates, seeds=seeds, tuning_seeds=2, score=lambda trace: float(gap(problem, trace)[-1]))


@claim(
    "learning-rate-decay/compared",
    "Each at the best of {rates} rates for it, the loss after {epochs} epochs lay above the lowest by: constant "
    "{constant:.1e}; step {step:.1e}; exponential {exponential:.1e}; cosine {cosine:.1e}; "
    "warm-up and cosine {warmup_cosine:.1e}; one cycle {one_cycle:.1e} (the medians of {seeds} seeds).",
)
def schedules_compared(seeds: Seeds) -> Numbers:
    _, comparison = compared(seeds)
    middle = {label: float(np.median(scores)) for label, scores in comparison.scores.items()}
    for label, value in middle.items():
        assert label == "constant" or value < middle["constant"] / 3, label
    names = {label: label.replace(", ", "_").replace("-", "").replace(" ", "_") for label in middle}
    return {**{names[k]: v for k, v in middle.items()}, "rates": 6, "epochs": 15, "seeds": len(seeds)}


@claim(
    "learning-rate-decay/best-first-rate",
    "The constant run was best at a rate of {constant}, the cosine at {cosine}.",
)
def best_first_rate(seeds: Seeds) -> Numbers:
    _, comparison = compared(seeds)
    best = comparison.best
    assert best["cosine"] >= 2 * best["constant"]
    return {"constant": best["constant"], "cosine": best["cosine"]}
