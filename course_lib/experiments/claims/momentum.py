"""What the chapter "Momentum and Nesterov" says, measured."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from typing import Any

import numpy as np

from course_lib.descent import (
    average_form,
    batches,
    best_learning_rate,
    best_momentum,
    look_ahead,
    momentum_factor,
    momentum_limit,
    momentum_noise_floor,
    noise_floor,
    velocity_form,
)
from course_lib.experiments import Comparison, compare, first_below, run
from course_lib.experiments.claims.claim import SEEDS, Numbers, Seeds, claim
from course_lib.optim import SGD, Parameter
from course_lib.problems import MLP, Ditch, LogisticRegression, Quadratic, Ravine, digits
from course_lib.trace import DivergenceError, Trace
from course_lib.validation import Array


def turned(rng: np.random.Generator, curvatures: Array) -> Quadratic:
    """A bowl with these curvatures along random axes."""
    turn = np.linalg.qr(rng.normal(size=(len(curvatures), len(curvatures))))[0]
    A = turn @ np.diag(curvatures) @ turn.T
    return Quadratic((A + A.T) / 2)


def path(gradient: Callable[[Array], Array], start: Array, rates: list[float], **options: Any) -> Array:
    """Where SGD is after each update if the rate changes as given; shape (len(rates) + 1, d)."""
    w = Parameter(np.array(start, dtype=float))
    optimizer, points = SGD([w], **options), [w.data.copy()]
    for rate in rates:
        optimizer.param_groups[0]["lr"] = rate
        w.grad = gradient(w.data)
        optimizer.step()
        points.append(w.data.copy())
    return np.array(points)


# -- the update --------------------------------------------------------------------------------------------------


PLAIN, CLASSICAL, NESTEROV = "plain", "momentum", "Nesterov"
OPTIONS: dict[str, dict[str, Any]] = {PLAIN: {}, CLASSICAL: {"momentum": 0.9}, NESTEROV: {"momentum": 0.9, "nesterov": True}}


@cache
def in_the_ravine(seeds: Seeds = SEEDS) -> Comparison:
    """Plain descent, momentum and Nesterov's in a ravine, each at the best of seven rates, until a millionth is left."""
    ravine = Ravine(200)

    def method(label: str) -> Callable[[float, int], Trace]:
        def once(lr: float, seed: int) -> Trace:
            angle = np.random.default_rng(seed).uniform(0, 2 * np.pi)
            start = 2.6 * np.array([np.cos(angle), np.sin(angle)])
            return run(ravine, partial(SGD, lr=lr, **OPTIONS[label]), start, epochs=1200, label=label)

        return once

    def updates(trace: Trace) -> float:
        return first_below(trace, 1e-6 * trace.loss[0])

    rates = [0.000625, 0.00125, 0.0025, 0.005, 0.0075, 0.0095, 0.0125]
    return compare({label: method(label) for label in OPTIONS}, rates, seeds=seeds, score=updates)


@claim(
    "momentum/ravine",
    "Each at the best of {rates} rates for it: until a millionth of the loss was left, plain descent took {plain:.0f} updates, momentum 0.9 {momentum:.0f} "
    "and Nesterov's {nesterov:.0f}.",
)
def ravine(seeds: Seeds) -> Numbers:
    found = in_the_ravine(seeds)
    plain, momentum, nesterov = (found.scores[label] for label in OPTIONS)
    # a start on the steep side of the ravine is quick for all, and it is chance which starts are
    assert max(np.median(momentum), np.median(nesterov)) < np.median(plain) / 1.5 and np.all(np.isfinite(plain))
    return {"rates": len(found.lrs[PLAIN]), "plain": plain, "momentum": momentum, "nesterov": nesterov}


@claim(
    "momentum/over-the-ditch",
    "From {runs} random starts on the right, plain descent was held by the ditch {held:.0f} times. With momentum 0.9 and the same rate it was held "
    "{momentum:.0f} times.",
)
def over_the_ditch(seed: int) -> dict[str, float]:
    ditch, runs = Ditch(), 8
    held = {}
    for label, mu in {"held": 0.0, "momentum": 0.9}.items():
        ends = [
            run(ditch, partial(SGD, lr=0.01, momentum=mu), [start], epochs=800, record_every=800).params[-1, 0]
            for start in np.random.default_rng(seed).uniform(2.6, 3.4, size=runs)
        ]
        held[label] = float(np.sum(np.abs(ends - ditch.minima[1]) < 0.1))
    assert held["held"] == runs and held["momentum"] <= 1
    return {"runs": runs, **held}


# -- the oscillator ----------------------------------------------------------------------------------------------


@claim(
    "momentum/oscillator",
    "At rates and momenta drawn at random, the error shrank by {shrink:.3f} times $\\sqrt{{\\mu}}$ in each update, and a full swing took {period:.3f} times as many "
    "updates as the formula says.",
)
def oscillator(seed: int) -> dict[str, float]:
    rng = np.random.default_rng(seed)
    mu, curvature = rng.uniform(0.8, 0.95), rng.uniform(0.5, 5)
    lr = rng.uniform(0.1, 0.5) / curvature
    e = path(lambda w: curvature * w, np.ones(1), [lr] * 400, momentum=mu)[:, 0]
    tops = np.flatnonzero((e[1:-1] > e[:-2]) & (e[1:-1] > e[2:])) + 1
    # a sampled top is not quite the top, so take the first and the last of many
    gap = tops[-1] - tops[0]
    period = float(gap / (len(tops) - 1))
    expected = 2 * np.pi / np.arccos((1 + mu - lr * curvature) / (2 * np.sqrt(mu)))
    shrink = float((e[tops[-1]] / e[tops[0]]) ** (1 / gap) / np.sqrt(mu))
    assert abs(shrink - 1) < 0.01 and abs(period / expected - 1) < 0.01
    return {"shrink": shrink, "period": period / expected}


def largest_stable_rate(problem: Quadratic, start: Array, **options: Any) -> float:
    """By bisection on runs: the largest rate at which the error does not grow."""
    low, high = 0.0, 8 / problem.L

    def grows(lr: float) -> bool:
        try:
            points = run(problem, partial(SGD, lr=lr, **options), start, epochs=1000, record_every=500).loss
        except DivergenceError:
            return True
        return bool(points[-1] > points[1])

    for _ in range(10):
        middle = (low + high) / 2
        low, high = (low, middle) if grows(middle) else (middle, high)
    return low


@claim(
    "momentum/stability",
    "On bowls and momenta drawn at random, runs stopped converging at {classical:.3f} times $2(1 + \\mu)/L$. With Nesterov's momentum it was {nesterov:.3f} times "
    "that over $1 + 2\\mu$.",
)
def stability(seed: int) -> dict[str, float]:
    rng = np.random.default_rng(seed)
    problem, mu = turned(rng, rng.uniform(0.5, 5, size=3)), rng.uniform(0.2, 0.9)
    start = rng.normal(size=3)
    ratios = {}
    for name, nesterov in {"classical": False, "nesterov": True}.items():
        found = largest_stable_rate(problem, start, momentum=mu, nesterov=nesterov)
        ratios[name] = found / momentum_limit(problem.L, mu, nesterov)
        assert abs(ratios[name] - 1) < 0.01
    return ratios


# -- the best pair -----------------------------------------------------------------------------------------------


@claim(
    "momentum/best-pair",
    "On a bowl with $\\kappa = 100$, of {tried} pairs of rate and momentum the one that left least after {updates} updates had a rate {lr:.2f} times and a $1 - \\mu$ {away:.2f} times "
    "that of the formula.",
)
def best_pair(seed: int) -> dict[str, float]:
    problem, updates = turned(np.random.default_rng(seed), np.geomspace(1, 100, 5)), 120
    lr, mu = best_momentum(problem.A)
    start = np.random.default_rng(seed).normal(size=5)
    steps = np.geomspace(0.25, 4, 9)
    pairs = [(lr * a, 1 - (1 - mu) * b) for a in steps for b in steps if (1 - mu) * b < 1]

    def left(pair: tuple[float, float]) -> float:
        points = path(problem.slope, start, [pair[0]] * updates, momentum=pair[1])
        # over a swing, so that none wins by passing the minimum at the right moment
        with np.errstate(over="ignore", invalid="ignore"):
            size = float(np.linalg.norm(points[-20:]))
        return size if np.isfinite(size) else np.inf

    best = min(pairs, key=left)
    assert 0.6 < best[0] / lr < 1.7 and 0.6 < (1 - best[1]) / (1 - mu) < 1.7
    return {"tried": len(pairs), "updates": updates, "lr": best[0] / lr, "away": (1 - best[1]) / (1 - mu)}


KAPPAS = (10, 30, 100, 300, 1000)


def best_nesterov(m: float, L: float) -> dict[str, float]:
    """The rate and momentum with which Nesterov's shrinks the slowest direction of a bowl most, for curvatures from m to L."""
    root = np.sqrt(3 * L / m + 1)
    return {"lr": 4 / (3 * L + m), "momentum": float((root - 2) / (root + 2))}


def worst_factor(lr: float, momentum: float, m: float, L: float) -> float:
    """By what Nesterov's multiplies the error in the slowest of the directions of curvature m to L."""
    return float(momentum_factor(lr, np.linspace(m, L, 200), momentum, nesterov=True).max())


@claim(
    "momentum/nesterov-best-pair",
    "On bowls with condition numbers drawn from 10 to 1000, none of {tried:,d} pairs around the best one shrank the error faster: the closest had {others:.4f} times its factor. "
    "The usual pair needed {usual:.2f} times as many updates.",
)
def nesterov_best_pair(seed: int) -> dict[str, float]:
    kappa = float(np.exp(np.random.default_rng(seed).uniform(np.log(10), np.log(1000))))
    best, root = best_nesterov(1.0, kappa), np.sqrt(kappa)
    factor = worst_factor(best["lr"], best["momentum"], 1.0, kappa)
    assert np.isclose(factor, 1 - 2 / np.sqrt(3 * kappa + 1))
    around = np.delete(np.geomspace(0.5, 2, 21), 10)
    others = [
        worst_factor(best["lr"] * a, 1 - (1 - best["momentum"]) * b, 1.0, kappa)
        for a in around
        for b in around
        if (1 - best["momentum"]) * b < 1
    ]
    assert min(others) > factor
    usual = worst_factor(1 / kappa, (root - 1) / (root + 1), 1.0, kappa)
    assert usual > factor
    return {"tried": len(others), "others": min(others) / factor, "usual": float(np.log(factor) / np.log(usual))}


def updates_needed(kappa: float, seed: int, rest: float = 1e-6) -> dict[str, float]:
    """Updates until `rest` of the distance is left, each method with the rate and momentum that theory gives it."""
    rng = np.random.default_rng(seed)
    problem = turned(rng, np.geomspace(1, kappa, 5))
    lr, mu = best_momentum(problem.A)
    settings: dict[str, dict[str, Any]] = {
        PLAIN: {"lr": best_learning_rate(problem.A)},
        CLASSICAL: {"lr": lr, "momentum": mu},
        NESTEROV: {**best_nesterov(1.0, kappa), "nesterov": True},
    }
    start, needed = rng.normal(size=5), {}
    for label, options in settings.items():
        w = Parameter(start.copy())
        optimizer, updates = SGD([w], **options), 0
        while np.linalg.norm(w.data) > rest * np.linalg.norm(start):
            w.grad = problem.slope(w.data)
            optimizer.step()
            updates += 1
        needed[label] = float(updates)
    return needed


@claim(
    "momentum/square-root",
    "From $\\kappa = {first}$ to {last}, the updates needed grew like $\\kappa$ to the power {plain:.2f} with plain descent, {momentum:.2f} with momentum and {nesterov:.2f} with "
    "Nesterov's, each at its best rate and momentum.",
)
def square_root(seed: int) -> dict[str, float]:
    needed = [updates_needed(kappa, seed) for kappa in KAPPAS]
    powers = {label: float(np.polyfit(np.log(KAPPAS), np.log([each[label] for each in needed]), 1)[0]) for label in OPTIONS}
    assert 0.9 < powers[PLAIN] < 1.1 and 0.4 < powers[CLASSICAL] < 0.65 and 0.4 < powers[NESTEROV] < 0.65
    return {
        "first": KAPPAS[0], "last": KAPPAS[-1],
        "plain": powers[PLAIN], "momentum": powers[CLASSICAL], "nesterov": powers[NESTEROV],
    }  # fmt: skip


@claim(
    "momentum/thousand",
    "At $\\kappa = {kappa}$ plain descent needed {plain:,.0f} updates, momentum {momentum:.0f}, Nesterov's {nesterov:.0f}.",
)
def thousand(seed: int) -> dict[str, float]:
    needed = updates_needed(KAPPAS[-1], seed)
    assert needed[CLASSICAL] < needed[PLAIN] / 10 and needed[NESTEROV] < needed[PLAIN] / 10
    return {"kappa": KAPPAS[-1], "plain": needed[PLAIN], "momentum": needed[CLASSICAL], "nesterov": needed[NESTEROV]}


# -- Nesterov ----------------------------------------------------------------------------------------------------


def curved(seed: int) -> tuple[LogisticRegression, Array]:
    """A loss that is no parabola, and a start."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(60, 3))
    y = (x @ [1.0, -2.0, 0.5] + rng.normal(size=60) > 0).astype(float)
    return LogisticRegression(x, y, alpha=0.01), rng.normal(size=4)


@claim(
    "momentum/two-forms",
    "Over {updates} updates of a logistic regression, torch's point was the point ahead of the textbook's form to {digits} digits. The positions themselves "
    "were {apart:.2f} apart where they differed most.",
)
def two_forms(seed: int) -> dict[str, float]:
    import torch

    (problem, start), updates, digits = curved(seed), 200, 12
    positions, ahead = look_ahead(problem.gradient, start, lr=0.5, momentum=0.9, updates=updates)
    optimizer = partial(torch.optim.SGD, lr=0.5, momentum=0.9, nesterov=True)
    torchs = run(problem, optimizer, start, epochs=updates, torch=True).params
    assert np.abs(torchs - ahead).max() < 10.0**-digits * np.abs(ahead).max()
    apart = float(np.linalg.norm(torchs - positions, axis=1).max())
    assert apart > 0.05
    return {"updates": updates, "digits": digits, "apart": apart}


@claim(
    "momentum/nesterov-damps",
    "Along a direction with $\\eta\\lambda = 0.9$, momentum 0.9 left {classical:.2f} of the error after {updates} updates, Nesterov's {nesterov:.0e}.",
)
def nesterov_damps(seed: int) -> dict[str, float]:
    start, updates = np.random.default_rng(seed).uniform(1, 2, size=1), 40
    left = {}
    for name, nesterov in {"classical": False, "nesterov": True}.items():
        points = path(lambda w: 0.9 * w, start, [1.0] * updates, momentum=0.9, nesterov=nesterov)
        left[name] = float(np.abs(points[-4:]).max() / start[0])
    assert left["nesterov"] < left["classical"] / 100
    return {"updates": updates, **left}


# -- conventions -------------------------------------------------------------------------------------------------


@claim(
    "momentum/three-forms",
    "At a constant rate the sum, the velocity and the average (at a rate $1/(1 - \\mu)$ times as large) walked the same path to {digits} digits over {updates} updates.",
)
def three_forms(seed: int) -> dict[str, float]:
    (problem, start), lr, mu, updates, digits = curved(seed), 0.3, 0.9, 100, 12
    summed = path(problem.gradient, start, [lr] * updates, momentum=mu)
    velocity = velocity_form(problem.gradient, start, lr=lr, momentum=mu, updates=updates)
    average = average_form(problem.gradient, start, lr=lr / (1 - mu), momentum=mu, updates=updates)
    for other in (velocity, average):
        assert np.abs(other - summed).max() < 10.0**-digits * np.abs(summed).max()
    assert np.abs(average_form(problem.gradient, start, lr=lr, momentum=mu, updates=updates) - summed).max() > 0.01
    return {"updates": updates, "digits": digits}


def step_lengths(form: str, rates: list[float], mu: float = 0.9) -> Array:
    """How long each step is while the gradient is 1 and the rate changes as given."""

    def gradient(w: Array) -> Array:
        return np.ones(1)

    if form == "sum":
        points = path(gradient, np.zeros(1), rates, momentum=mu)
    else:
        points = velocity_form(gradient, np.zeros(1), lr=lambda t: rates[t], momentum=mu, updates=len(rates))
    return -np.diff(points[:, 0])


@claim(
    "momentum/rate-falls",
    "When the rate fell to a tenth in a steady run with momentum 0.9, PyTorch's next step was {sum:.2f} times as long as the one before, that of the velocity form {velocity:.2f} times. "
    "It took {late} updates until the velocity form was within a tenth of the new length.",
)
def rate_falls() -> dict[str, float]:
    rates = [1.0] * 200 + [0.1] * 200
    lengths = {form: step_lengths(form, rates) for form in ("sum", "velocity")}
    ratio = {form: float(length[200] / length[199]) for form, length in lengths.items()}
    late = int(np.argmax(lengths["velocity"][200:] < 1.1 * lengths["velocity"][-1])) + 1
    assert np.isclose(ratio["sum"], 0.1, rtol=1e-6) and ratio["velocity"] > 0.9 and late > 30
    return {**ratio, "late": late}


@claim(
    "momentum/rate-falls-in-training",
    "In a descent on noisy gradients whose rate fell to a hundredth, the loss {after} updates later was {sum:.2f} above the lowest in PyTorch's form and {velocity:.2f} in the velocity form.",
)
def rate_falls_in_training(seed: int) -> dict[str, float]:
    rng, before, after, copies, mu = np.random.default_rng(seed), 200, 10, 400, 0.9
    noise = rng.normal(size=(before + after, copies))
    rates = [0.1] * before + [0.001] * after

    def gradients() -> Callable[[Array], Array]:
        each = iter(noise)
        return lambda w: w + next(each)

    ends = {
        "sum": path(gradients(), np.zeros(copies), rates, momentum=mu)[-1],
        "velocity": velocity_form(gradients(), np.zeros(copies), lr=lambda t: rates[t], momentum=mu, updates=len(rates))[-1],
    }
    losses = {form: float(np.mean(end**2) / 2) for form, end in ends.items()}
    assert losses["sum"] < losses["velocity"] / 2
    return {"after": after, **losses}


@claim(
    "momentum/converted",
    "With the old velocity multiplied by $\\eta_t / \\eta_{{t-1}}$, the velocity form followed PyTorch's through {changes} changes of the rate to {digits} digits.",
)
def converted(seed: int) -> dict[str, float]:
    rng, (problem, start) = np.random.default_rng(seed), curved(seed)
    updates, mu, digits = 60, 0.9, 12
    rates = [float(rate) for rate in np.exp(rng.normal(-2, 0.5, size=updates))]
    expected = path(problem.gradient, start, rates, momentum=mu)
    w, v = start.copy(), np.zeros_like(start)
    for t, rate in enumerate(rates):
        v = mu * rate / rates[max(t - 1, 0)] * v - rate * problem.gradient(w)
        w = w + v
    assert np.abs(w - expected[-1]).max() < 10.0**-digits * np.abs(expected).max()
    unconverted = velocity_form(problem.gradient, start, lr=lambda t: rates[t], momentum=mu, updates=updates)
    assert np.abs(unconverted - expected).max() > 0.01
    return {"changes": updates - 1, "digits": digits}


@claim(
    "momentum/dampening",
    "While the gradient stayed the same, the steps of SGD with dampening 0.9 and momentum 0.9 were all {damped:.2f} times rate times gradient, from the first on. Those of "
    "an average that starts from zero began at {average:.2f}.",
)
def dampening() -> dict[str, float]:
    def gradient(w: Array) -> Array:
        return np.ones(1)

    damped = -np.diff(path(gradient, np.zeros(1), [1.0] * 50, momentum=0.9, dampening=0.9)[:, 0])
    average = -np.diff(average_form(gradient, [0.0], lr=1.0, momentum=0.9, updates=50)[:, 0])
    assert np.allclose(damped, 1) and np.isclose(average[0], 0.1) and average[-1] > 0.99
    return {"damped": damped[0], "average": average[0]}


# -- noise -------------------------------------------------------------------------------------------------------


@claim(
    "momentum/noise-floor",
    "On noisy gradients, at a rate of {lr}, momentum 0.9 stayed at a mean squared distance of {distance:.2f}: {ratio:.2f} times what the formula says, and "
    "{plain:.1f} times the floor of plain descent at that rate.",
)
def floor(seed: int) -> dict[str, float]:
    rng, lr, mu, copies = np.random.default_rng(seed), 0.05, 0.9, 1000
    points = path(lambda w: w + rng.normal(size=copies), np.zeros(copies), [lr] * 400, momentum=mu)
    distance = float(np.mean(points[150:] ** 2))
    ratio, plain = distance / momentum_noise_floor(lr, 1.0, 1.0, mu), distance / noise_floor(lr, 1.0, 1.0)
    assert abs(ratio - 1) < 0.05 and plain > 8
    return {"lr": lr, "distance": distance, "ratio": ratio, "plain": plain}


@cache
def on_digits(seeds: Seeds = SEEDS) -> Comparison:
    """A small network on the digits in batches of 16, four epochs, each method at the best of the same seven rates."""
    split = digits()
    network = MLP(split.x, split.y, hidden=(16,))

    def method(label: str) -> Callable[[float, int], Trace]:
        def once(lr: float, seed: int) -> Trace:
            start = network.initial(seed)
            optimizer = partial(SGD, lr=lr, **OPTIONS[label])
            return run(network, optimizer, start, epochs=4, batches=batches.shuffled(16), rng=seed, record_every=84, label=label)

        return once

    # the same for all: with grids of their own, the grids would say how far apart the best rates are
    rates = list(np.geomspace(0.001, 1.0, 7))
    return compare({label: method(label) for label in OPTIONS}, rates, seeds=seeds, tuning_seeds=3)


@claim(
    "momentum/small-batches",
    "On handwritten digits in batches of 16, four epochs, each at the best of {rates} rates from {lowest} to {highest}, over five seeds: plain descent ended with a median loss of {plain:.3f}, "
    "momentum 0.9 with {momentum:.3f}, Nesterov's with {nesterov:.3f}. The best rates were {plain_lr:.2f}, {momentum_lr:.3f} and {nesterov_lr:.3f}.",
)
def small_batches(seeds: Seeds) -> Numbers:
    found = on_digits(seeds)
    ends = {
        name: float(np.median(found.scores[label]))
        for name, label in zip(("plain", "momentum", "nesterov"), OPTIONS, strict=True)
    }
    best = {f"{name}_lr": found.best[label] for name, label in zip(ends, OPTIONS, strict=True)}
    assert max(ends.values()) < 2.5 * min(ends.values())
    # ten, or one place of the grid from it
    assert all(3 < best["plain_lr"] / best[name] < 33 for name in ("momentum_lr", "nesterov_lr"))
    rates = found.lrs[PLAIN]
    return {"rates": len(rates), "lowest": rates[0], "highest": rates[-1], **ends, **best}
