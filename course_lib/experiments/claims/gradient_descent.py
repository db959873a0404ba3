"""What the chapter "Gradient descent" says, measured."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from course_lib.descent import (
    DivergenceError,
    Trace,
    descend,
    exhaustive_search,
    gradient_descent,
    stochastic_gradient_descent,
    stopping,
)
from course_lib.descent.batches import Scheme, contiguous, whole
from course_lib.experiments import worked_examples
from course_lib.experiments.claims.claim import claim
from course_lib.problems import (
    DoubleWell,
    LinearRegression,
    LogisticRegression,
    Problem,
    Quadratic,
    Ravine,
    Saddle,
    numerical_gradient,
)
from course_lib.validation import Array


def random_quadratic(rng: np.random.Generator, d: int, condition_number: float) -> Quadratic:
    """A bowl turned at random, with eigenvalues from 1 to `condition_number`, equally spaced in the logarithm."""
    turn, _ = np.linalg.qr(rng.normal(size=(d, d)))
    eigenvalues = np.geomspace(1, condition_number, d) if d > 1 else np.ones(1)
    A = turn @ np.diag(eigenvalues) @ turn.T
    return Quadratic((A + A.T) / 2, minimum=rng.uniform(-0.5, 0.5, size=d))


def extreme_start(problem: Quadratic) -> Array:
    """A start as far from the minimum along the steepest direction as along the flattest."""
    directions = np.linalg.eigh(problem.A)[1]
    return problem.minimum + directions[:, 0] + directions[:, -1]


def updates_to(problem: Problem, start: Array, lr: float, loss: float, limit: int = 100_000) -> int:
    """How many updates of gradient descent bring the loss below `loss`."""
    run = gradient_descent(problem, start, lr=lr, epochs=limit, stop=stopping.loss_below(loss), record_every=limit)
    assert run.loss[-1] < loss, f"not reached in {limit} updates"
    return run.updates


def until_divergence(problem: Problem, start: Array, lr: float, epochs: int) -> Trace:
    try:
        return gradient_descent(problem, start, lr=lr, epochs=epochs)
    except DivergenceError as error:
        return error.trace


# -- search ------------------------------------------------------------------------------------------------------


@claim(
    "gradient-descent/search",
    "Trying {tried} values of $w$ from 0 to 4 on the points (1, 2), (2, 4), (3, 6) finds $w$ = "
    "{best:.1f}; if the slope is {slope:.3f} instead, the same values still answer {rounded:.1f}.",
)
def search() -> dict[str, float]:
    x, axis = np.array([1.0, 2.0, 3.0]), np.linspace(0, 4, 41)
    found = exhaustive_search(LinearRegression(x, 2 * x, fit_intercept=False), axis)
    assert np.isclose(found.best[0], 2)
    slope = 1.237
    missed = exhaustive_search(LinearRegression(x, slope * x, fit_intercept=False), axis)
    assert missed.best_loss > 0 and abs(missed.best[0] - slope) <= 0.05
    return {"tried": found.evaluations, "best": found.best[0], "slope": slope, "rounded": missed.best[0]}


# -- the gradient ------------------------------------------------------------------------------------------------


@claim(
    "gradient-descent/central-differences",
    "For linear and logistic regression on random data, at random parameters, the formula and the central "
    "difference agreed in at least {digits:.0f} digits.",
)
def central_differences(seed: int) -> dict[str, float]:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(40, 3))
    y = x @ rng.normal(size=3) + rng.normal(size=40)
    digits = 7
    for problem in (LinearRegression(x, y), LogisticRegression(x, (y > 0).astype(float))):
        w = rng.normal(size=problem.d)
        gradient = problem.gradient(w)
        error = np.linalg.norm(numerical_gradient(problem, w) - gradient) / np.linalg.norm(gradient)
        assert error < 10.0**-digits
        # and a slip is seen: half the gradient is far off
        assert np.linalg.norm(numerical_gradient(problem, w) - gradient / 2) > 0.4 * np.linalg.norm(gradient)
    return {"digits": digits}


# -- the worked examples -----------------------------------------------------------------------------------------


@claim(
    "gradient-descent/line-through-the-origin",
    "From $w = 1$ the first gradient is {gradient:,.0f}, so at a rate of {lr:.0e} the first step is "
    "{step:.3f}. Each update multiplies the error by {factor:.3f}. The cost falls from {first_cost:,.0f} "
    "below {tolerance:.0e} in {epochs} epochs; the prediction at $x = 400$ goes from {before:.0f} to "
    "{after:.2f}. The limit $2/L$ is {limit:.2e}: the rate is {percent:.0f} percent of it.",
)
def line_through_the_origin() -> dict[str, float]:
    example = worked_examples.full_batch()
    trace, lr = example.trace, 1e-5
    L = float(example.problem.hessian[0, 0])
    error = trace.params[:, 0] - 2
    assert np.allclose(error[1:] / error[:-1], 1 - lr * L, rtol=1e-6)
    assert trace.stopped == "loss below 1e-05"
    return {
        "gradient": example.problem.gradient([1.0])[0],
        "lr": lr,
        "step": trace.params[1, 0] - trace.params[0, 0],
        "factor": 1 - lr * L,
        "first_cost": trace.loss[0],
        "tolerance": 1e-5,
        "epochs": trace.updates,
        "before": example.predict(400, moment=0),
        "after": example.predict(400),
        "L": L,
        "limit": 2 / L,
        "percent": 100 * lr * L / 2,
    }


@claim(
    "gradient-descent/one-step",
    "On the same data the rate $1/L$ = {lr:.2e} reaches $w = 2$ in {updates} update.",
)
def one_step() -> dict[str, float]:
    problem = worked_examples.doubling_line()
    lr = 1 / float(problem.hessian[0, 0])
    trace = gradient_descent(problem, [1.0], lr=lr, epochs=1)
    assert abs(trace.params[-1, 0] - 2) < 1e-12
    return {"lr": lr, "updates": trace.updates}


@claim(
    "gradient-descent/sum-instead-of-mean",
    "With the sum of the {n} losses in place of their mean, the limit is {limit:.1e}. The rate of "
    "{lr:.0e} then multiplies the error by {factor:.1f} at every update and overflows after {updates}.",
)
def sum_instead_of_mean() -> dict[str, float]:
    problem, lr = worked_examples.doubling_line(), 1e-5
    L = problem.n * float(problem.hessian[0, 0])
    # the gradient of the sum is n times that of the mean
    trace = until_divergence(problem, np.array([1.0]), lr=problem.n * lr, epochs=1000)
    assert trace.stopped.startswith("diverged") and np.all(np.diff(trace.loss) > 0)
    return {"n": problem.n, "limit": 2 / L, "lr": lr, "factor": 1 - lr * L, "updates": trace.updates}


@claim(
    "gradient-descent/line-with-intercept",
    "The curvatures are {L:.1f} and {mu:.2f}. After {early} updates $w$ is within {early_w:.2f} of 2 "
    "while $b$ is still {early_b:.2f} off; after {epochs} epochs $w$ is {w:.3f}, $b$ is {b:.3f}, the loss "
    "{loss:.1e}, and the prediction at $x = 6$ is {prediction:.2f}.",
)
def line_with_intercept() -> dict[str, float]:
    example = worked_examples.line_with_intercept()
    w, b = example.trace.params.T
    mu, L = np.linalg.eigvalsh(example.problem.hessian)
    lr, early = float(example.trace.lr[0]), 10
    # in the directions of the eigenvectors each coordinate shrinks by a factor of its own
    directions = np.linalg.eigh(example.problem.hessian)[1]
    coordinates = (example.trace.params - example.problem.minimum) @ directions
    assert np.allclose(coordinates[200, 0] / coordinates[199, 0], 1 - lr * mu)
    assert np.allclose(coordinates[5, 1] / coordinates[4, 1], 1 - lr * L, rtol=1e-6)
    # from early on w is nearer to its goal than b
    assert np.all(np.abs(w[early:] - 2) < np.abs(b[early:]))
    return {
        "L": L,
        "mu": mu,
        "condition_number": L / mu,
        "fast_factor": 1 - lr * L,
        "slow_factor": 1 - lr * mu,
        "limit": 2 / L,
        "lr": lr,
        "early": early,
        "early_w": abs(w[early] - 2),
        "early_b": abs(b[early]),
        "epochs": example.trace.updates,
        "w": w[-1],
        "b": b[-1],
        "loss": example.trace.loss[-1],
        "prediction": example.predict(6),
    }


@claim(
    "gradient-descent/faster-line",
    "At the best constant rate $2/(L + \\mu)$ = {best:.4f} the same loss takes {updates} epochs instead of {before}.",
)
def faster_line() -> dict[str, float]:
    example = worked_examples.line_with_intercept()
    mu, L = np.linalg.eigvalsh(example.problem.hessian)
    best = 2 / (L + mu)
    updates = updates_to(example.problem, np.zeros(2), best, float(example.trace.loss[-1]))
    assert updates < example.trace.updates / 3
    return {"best": best, "updates": updates, "before": example.trace.updates}


# -- the learning rate -------------------------------------------------------------------------------------------


@claim(
    "gradient-descent/four-behaviors",
    "On a parabola of curvature $L$, {updates} updates leave {crawl:.0%} of the error at a rate of "
    "${crawl_rate}/L$. At ${converge_rate}/L$ they leave {converge:.0e} of it, always on the same side; "
    "at ${oscillate_rate}/L$ they leave {oscillate:.1%} and change sides at every update; at "
    "${diverge_rate}/L$ the error is {diverge:.0f} times what it was.",
)
def four_behaviors(seed: int) -> dict[str, float]:
    rng = np.random.default_rng(seed)
    L, start, updates = rng.uniform(0.1, 50), rng.uniform(1, 5), 20
    parabola = Quadratic([L])
    rates = {"crawl": 0.02, "converge": 0.5, "oscillate": 1.8, "diverge": 2.2}
    error = {name: gradient_descent(parabola, [start], lr=r / L, epochs=updates).params[:, 0] for name, r in rates.items()}
    for name, same_side in {"crawl": True, "converge": True, "oscillate": False, "diverge": False}.items():
        sides = np.sign(error[name][1:] * error[name][:-1])
        assert np.all(sides == (1 if same_side else -1)), name
        assert np.allclose(error[name], start * (1 - rates[name]) ** np.arange(updates + 1)), name
        shrinks = np.abs(error[name][-1]) < start
        assert shrinks == (name != "diverge"), name
    left = {name: abs(path[-1]) / start for name, path in error.items()}
    return {"updates": updates, **left, **{f"{name}_rate": r for name, r in rates.items()}}


@claim(
    "gradient-descent/limit",
    "On quadratics of {d} parameters turned at random, every run at {below} times $2/L$ converged and "
    "every run at {above} times $2/L$ diverged, in the direction of largest curvature: more than "
    "{percent} percent of the last step lay along it.",
)
def limit(seed: int) -> dict[str, float]:
    rng = np.random.default_rng(seed)
    d, below, above = 5, 0.95, 1.05
    problem = random_quadratic(rng, d, condition_number=20)
    start = problem.minimum + rng.normal(size=d)
    good = gradient_descent(problem, start, lr=below * 2 / problem.L, epochs=1000)
    assert good.loss[-1] < 1e-12 * good.loss[0]
    bad = gradient_descent(problem, start, lr=above * 2 / problem.L, epochs=100)
    assert bad.loss[-1] > 1e3 * bad.loss[0]
    step = bad.params[-1] - bad.params[-2]
    steepest = np.linalg.eigh(problem.A)[1][:, -1]
    aligned = abs(step @ steepest) / float(np.linalg.norm(step))
    assert aligned > 0.99
    return {"d": d, "below": below, "above": above, "percent": 99}


@claim(
    "gradient-descent/limit-on-data",
    "The same limit, computed from the inputs alone, parts convergence from divergence in a linear "
    "regression on {n} examples with {features} features.",
)
def limit_on_data(seed: int) -> dict[str, float]:
    rng = np.random.default_rng(seed)
    n, features = 100, 4
    x = rng.normal(size=(n, features))
    problem = LinearRegression(x, x @ rng.normal(size=features) + rng.normal(size=n))
    L = np.linalg.eigvalsh(problem.hessian)[-1]
    lowest = problem.loss(problem.minimum)
    good = gradient_descent(problem, np.zeros(problem.d), lr=0.95 * 2 / L, epochs=1000)
    assert good.loss[-1] - lowest < 1e-9
    bad = gradient_descent(problem, np.zeros(problem.d), lr=1.05 * 2 / L, epochs=200)
    assert bad.loss[-1] > bad.loss[0]
    return {"n": n, "features": features, "limit": 2 / L}


@claim(
    "gradient-descent/always-falls",
    "On logistic regression, runs of {updates} updates at 0.1, 0.5 and 0.99 times $2/L$ lowered the loss at every single update.",
)
def always_falls(seed: int) -> dict[str, float]:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(60, 2))
    problem = LogisticRegression(x, (x @ [1.0, -2.0] + rng.logistic(size=60) > 0).astype(float), alpha=0.1)
    updates = 50
    for share in (0.1, 0.5, 0.99):
        run = gradient_descent(problem, 3 * rng.normal(size=3), lr=share * 2 / logistic_limit(problem), epochs=updates)
        # at the bottom only rounding is left
        assert np.all(np.diff(run.loss)[run.loss[:-1] - run.loss[-1] > 1e-12] < 0), share
    return {"updates": updates}


def logistic_limit(problem: LogisticRegression) -> float:
    """The largest curvature the loss can have anywhere: a quarter of that of the mean square, and the penalty's."""
    return float(np.linalg.eigvalsh(problem.X.T @ problem.X / problem.n)[-1]) / 4 + problem.alpha


# -- conditioning ------------------------------------------------------------------------------------------------


@claim(
    "gradient-descent/condition-number",
    "To divide the loss by a million at the rate $1/L$ takes {ten} updates at condition number 10, {hundred} at 100, "
    "{thousand:,d} at 1000.",
)
def condition_number(seed: int) -> dict[str, float]:
    rng = np.random.default_rng(seed)
    needed = {}
    for kappa in (10, 100, 1000):
        problem = random_quadratic(rng, 4, kappa)
        start = extreme_start(problem)
        needed[kappa] = updates_to(problem, start, 1 / problem.L, 1e-6 * problem.loss(start))
    # less than ten times as many: where the bowl is long, more of the loss at the start lies across it and is gone at once
    assert 6 < needed[100] / needed[10] < 13 and 6 < needed[1000] / needed[100] < 13
    return {"ten": needed[10], "hundred": needed[100], "thousand": needed[1000]}


@claim(
    "gradient-descent/best-rate",
    "Among {tried} rates between 0 and $2/L$, the one that needs the fewest updates on a quadratic of "
    "condition number {kappa} is {best_over_theory:.2f} times $2/(L + \\mu)$. It needs {share:.2f} times "
    "the updates that $1/L$ needs.",
)
def best_rate(seed: int) -> dict[str, float]:
    rng = np.random.default_rng(seed)
    kappa, tried = 30, 100
    problem = random_quadratic(rng, 4, kappa)
    start, target = extreme_start(problem), 1e-10
    rates = np.linspace(0, 2 / problem.L, tried + 2)[1:-1]
    # the slowest rates could not win; leaving them out saves most of the time
    rates = rates[rates > 0.5 / problem.L]
    needed = [updates_to(problem, start, lr, target) for lr in rates]
    theory = 2 / (problem.L + problem.eigenvalues[0])
    best = rates[int(np.argmin(needed))]
    assert abs(best - theory) < 0.02 * theory
    share = updates_to(problem, start, theory, target) / updates_to(problem, start, 1 / problem.L, target)
    assert 0.4 < share < 0.65
    return {"tried": tried, "kappa": kappa, "best_over_theory": best / theory, "share": share}


@claim(
    "gradient-descent/zigzag",
    "In a ravine of condition number {kappa:.0f} the path at a rate of ${rate}/L$ crosses the valley "
    "floor at each of its first {updates} updates and is {detour:.1f} times as long as the straight line "
    "to where it ends.",
)
def zigzag() -> dict[str, float]:
    problem, rate, updates = Ravine(), 1.9, 20
    trace = gradient_descent(problem, problem.start, lr=rate / problem.L, epochs=updates)
    across = (trace.params - problem.minimum) @ np.linalg.eigh(problem.A)[1][:, -1]
    assert np.all(across[1:] * across[:-1] < 0)
    length = np.linalg.norm(np.diff(trace.params, axis=0), axis=1).sum()
    straight = np.linalg.norm(trace.params[-1] - trace.params[0])
    assert length > 2 * straight
    return {"kappa": problem.condition_number, "rate": rate, "updates": updates, "detour": length / straight}


def two_units(rng: np.random.Generator) -> tuple[Array, Array]:
    """A regression whose two inputs come in units of very different size, and its targets."""
    rooms, area = rng.integers(1, 7, size=80), rng.uniform(30, 200, size=80)
    price = 20 * rooms + 3 * area + rng.normal(scale=10, size=80)
    return np.column_stack([rooms, area]).astype(float), price


def standardized(x: Array) -> Array:
    """Every column moved to mean 0 and scaled to standard deviation 1."""
    return (x - x.mean(axis=0)) / x.std(axis=0)


@claim(
    "gradient-descent/standardize",
    "With the inputs as they come, the condition number is {before:,.0f}, and {epochs:,d} epochs at the "
    "rate $1/L$ leave a loss {raw_gap:.0f} above the lowest. With standardized inputs it is {after:.1f}, "
    "and {updates} epochs come within {tolerance:.0e} of it.",
)
def standardize(seed: int) -> dict[str, float]:
    x, y = two_units(np.random.default_rng(seed))
    (rooms, area), (rooms_squared, area_squared) = x.mean(axis=0), (x**2).mean(axis=0)
    raw, scaled = LinearRegression(x, y), LinearRegression(standardized(x), y)
    (mu_raw, *_, L_raw), (mu, *_, L) = np.linalg.eigvalsh(raw.hessian), np.linalg.eigvalsh(scaled.hessian)
    lowest = raw.loss(raw.minimum)
    # the model is the same: only its parameters are measured in other units
    assert np.isclose(lowest, scaled.loss(scaled.minimum))
    epochs, tolerance = 2000, 1e-6
    slow = gradient_descent(raw, np.zeros(3), lr=1 / L_raw, epochs=epochs, record_every=epochs)
    updates = updates_to(scaled, np.zeros(3), 1 / L, lowest + tolerance)
    assert slow.loss[-1] - lowest > 1 and updates < 50
    return {
        "before": L_raw / mu_raw,
        "after": L / mu,
        "epochs": epochs,
        "raw_gap": slow.loss[-1] - lowest,
        "updates": updates,
        "tolerance": tolerance,
        "size": area / rooms,
        "squares": area_squared / rooms_squared,
    }


@claim(
    "gradient-descent/standardize-correlated",
    "Two inputs of mean 0 and deviation 1, with a correlation of {r}, gave {n} examples a condition number of {before:,.0f}. Standardized, it "
    "was {after:,.0f}.",
)
def standardize_correlated(seed: int) -> dict[str, float]:
    rng, n, r = np.random.default_rng(seed), 200, 0.999
    first, other = rng.normal(size=(2, n))
    x = np.column_stack([first, r * first + np.sqrt(1 - r**2) * other])
    number = {}
    for name, inputs in {"before": x, "after": standardized(x)}.items():
        mu, *_, L = np.linalg.eigvalsh(LinearRegression(inputs, first).hessian)
        number[name] = L / mu
    # two standardized inputs have the curvatures 2 (1 + r) and 2 (1 - r), with r as it is in the sample
    sample = np.corrcoef(x.T)[0, 1]
    assert np.isclose(number["after"], (1 + sample) / (1 - sample))
    assert number["after"] > 1000 and 0.5 < number["after"] / number["before"] < 2
    return {"r": r, "n": n, **number}


# -- where it ends -----------------------------------------------------------------------------------------------


@claim(
    "gradient-descent/two-valleys",
    "On the double well {starts} starts all ended in the valley on their own side of the hilltop: at a "
    "loss of {global_loss:.2f} from the left, of {local_loss:.2f} from the right.",
)
def two_valleys(seed: int) -> dict[str, float]:
    rng = np.random.default_rng(seed)
    well, starts = DoubleWell(), 20
    left, right = well.minima[:, 0]
    for start in rng.uniform(-1.6, 1.6, size=starts):
        end = gradient_descent(well, [start], lr=0.05, epochs=500, record_every=500).params[-1, 0]
        assert np.isclose(end, left if start < well.hilltop[0] else right, atol=1e-6), start
    return {"starts": starts, "global_loss": well.loss([left]), "local_loss": well.loss([right])}


@claim(
    "gradient-descent/saddle",
    "Started exactly on the ridge, descent ends at the saddle, at a loss of {stuck:.0f}. Started "
    "{off:.0e} beside it, it spends {waiting} updates within {radius} of the saddle, then leaves and ends "
    "at {free:.2f}.",
)
def saddle(seed: int) -> dict[str, float]:
    rng = np.random.default_rng(seed)
    problem, lr, off = Saddle(), 0.1, 1e-6
    exact = gradient_descent(problem, [rng.uniform(1, 2), 0.0], lr=lr, epochs=500)
    assert np.abs(exact.params[-1]).max() < 1e-10
    side = rng.choice([-1.0, 1.0])
    beside = gradient_descent(problem, [rng.uniform(1, 2), side * off], lr=lr, epochs=500)
    assert np.allclose(beside.params[-1], [0, side], atol=1e-6)
    radius = 0.1
    near = np.linalg.norm(beside.params, axis=1) < radius
    assert near.sum() > 50
    return {"stuck": exact.loss[-1], "off": off, "radius": radius, "waiting": near.sum(), "free": beside.loss[-1]}


@claim(
    "gradient-descent/convex",
    "A logistic regression with a penalty is convex. From {starts} starts drawn at random, descent ended "
    "at the same parameters, no two of them more than {spread:.0e} apart.",
)
def convex(seed: int) -> dict[str, float]:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(60, 2))
    y = (x @ [1.0, -2.0] + 0.5 + rng.logistic(size=60) > 0).astype(float)
    problem, starts = LogisticRegression(x, y, alpha=0.1), 10
    ends = np.array([
        gradient_descent(problem, 5 * rng.normal(size=3), lr=1 / logistic_limit(problem), epochs=1000, record_every=1000).params[-1]
        for _ in range(starts)
    ])  # fmt: skip
    assert np.linalg.norm(ends[:, None] - ends, axis=-1).max() < 1e-8
    assert np.linalg.eigvalsh(problem.hessian(ends[0]))[0] > 0
    return {"starts": starts, "spread": 1e-8}


@claim(
    "gradient-descent/separable",
    "On {n} examples that a line separates, a logistic regression without a penalty had weights of length {early:.1f} and a loss of {early_loss:.4f} after "
    "{few:,d} epochs, of length {late:.1f} and a loss of {late_loss:.4f} after {many:,d}.",
)
def separable(seed: int) -> dict[str, float]:
    rng, n, few, many = np.random.default_rng(seed), 40, 1000, 10_000
    x = rng.normal(size=(n, 2))
    # a gap between the classes, so that a line parts them well
    x += np.sign(x @ [1.0, -1.0])[:, None] * [0.5, -0.5]
    problem = LogisticRegression(x, (x @ [1.0, -1.0] > 0).astype(float))
    run = gradient_descent(problem, np.zeros(3), lr=1 / logistic_limit(problem), epochs=many, record_every=few)
    length = np.linalg.norm(run.params, axis=1)
    assert np.all(np.diff(length) > 0) and np.all(np.diff(run.loss) < 0)
    assert length[-1] > 1.2 * length[1] and run.loss[-1] < run.loss[1] / 4
    return {
        "n": n, "few": few, "early": length[1], "early_loss": run.loss[1],
        "many": many, "late": length[-1], "late_loss": run.loss[-1],
    }  # fmt: skip


# -- all the examples at once ------------------------------------------------------------------------------------


@claim(
    "gradient-descent/mean-of-gradients",
    "For linear and logistic regression on {n} random examples, the gradient of the loss and the mean of "
    "the {n} gradients of single examples agree to {digits} digits.",
)
def mean_of_gradients(seed: int) -> dict[str, float]:
    rng = np.random.default_rng(seed)
    n, digits = 50, 12
    x, noise = rng.normal(size=(n, 3)), rng.normal(size=n)
    y = x @ [1.0, 2.0, 3.0] + noise
    for problem in (LinearRegression(x, y), LogisticRegression(x, (y > 0).astype(float))):
        w = rng.normal(size=problem.d)
        single = np.mean([problem.gradient(w, np.array([i])) for i in range(n)], axis=0)
        assert np.allclose(single, problem.gradient(w), rtol=10.0**-digits, atol=10.0**-digits)
    return {"n": n, "digits": digits}


@claim(
    "gradient-descent/matrix-form",
    "On {n:,d} examples the matrix form took less than 1/{times} of the time of a loop over the examples.",
)
def matrix_form(seed: int) -> dict[str, float]:
    rng = np.random.default_rng(seed)
    n, times = 2000, 10
    x = rng.normal(size=(n, 5))
    problem, w = LinearRegression(x, rng.normal(size=n)), rng.normal(size=6)

    def seconds(work: Callable[[], object], repetitions: int) -> float:
        # the fastest of several: whatever else the computer does can only add time
        spent = []
        for _ in range(repetitions):
            began = time.perf_counter()
            work()
            spent.append(time.perf_counter() - began)
        return min(spent)

    loop = seconds(lambda: np.mean([problem.gradient(w, slice(i, i + 1)) for i in range(n)], axis=0), 3)
    matrix = seconds(lambda: problem.gradient(w), 20)
    assert matrix < loop / times
    return {"n": n, "times": times}


@claim(
    "gradient-descent/repeated-examples",
    "Every example written {copies} times over gives the same gradient, and the same path, for {copies} "
    "times the work: {more:,d} gradients of single examples instead of {once:,d}.",
)
def repeated_examples(seed: int) -> dict[str, float]:
    rng = np.random.default_rng(seed)
    copies, x = 10, rng.normal(size=30)
    y = 2 * x + rng.normal(size=30)
    once = gradient_descent(LinearRegression(x, y), [0.0, 0.0], lr=0.1, epochs=50)
    more = gradient_descent(LinearRegression(np.tile(x, copies), np.tile(y, copies)), [0.0, 0.0], lr=0.1, epochs=50)
    assert np.allclose(once.params, more.params, rtol=1e-10, atol=1e-12)
    assert more.gradient_evaluations[-1] == copies * once.gradient_evaluations[-1]
    return {"copies": copies, "once": once.gradient_evaluations[-1], "more": more.gradient_evaluations[-1]}


# -- what the sources call by the wrong name ---------------------------------------------------------------------


@claim(
    "gradient-descent/called-sgd",
    "The function called sgd makes {batch:,d} updates in {epochs:,d} epochs and ends at a loss of "
    "{batch_loss:.1e}; stochastic descent makes {stochastic:,d} and ends at {stochastic_loss:.0e}.",
)
def called_sgd(seed: int) -> dict[str, float]:
    batch = worked_examples.line_with_intercept().trace
    stochastic = worked_examples.line_with_intercept_one_by_one(seed).trace
    assert stochastic.epoch[-1] == batch.epoch[-1]
    assert stochastic.updates == 5 * batch.updates
    assert stochastic.loss[-1] < 1e-6 * batch.loss[-1]
    return {
        "epochs": batch.epoch[-1],
        "batch": batch.updates,
        "batch_loss": batch.loss[-1],
        "stochastic": stochastic.updates,
        "stochastic_loss": stochastic.loss[-1],
    }


@claim(
    "gradient-descent/called-sgd-with-noise",
    "With noise of spread {noise} in $y$, the batch runs end within {batch_gap:.0e} of the lowest loss. "
    "Stochastic descent at the same rate does not settle: over its last {tail} epochs its loss is on "
    "average {gap:.1e} above the lowest.",
)
def called_sgd_with_noise(seed: int) -> dict[str, float]:
    rng = np.random.default_rng(seed)
    x, noise, tail = np.arange(1.0, 6.0), 0.5, 200
    problem = LinearRegression(x, 2 * x + noise * rng.normal(size=5))
    lowest = problem.loss(problem.minimum)
    batch = gradient_descent(problem, [0.0, 0.0], lr=0.01, epochs=4000)
    stochastic = stochastic_gradient_descent(problem, [0.0, 0.0], lr=0.01, epochs=4000, rng=rng, record_every=5)
    assert batch.loss[-1] - lowest < 1e-8
    gap = float(np.mean(stochastic.loss[-tail:])) - lowest
    assert gap > 100 * (batch.loss[-1] - lowest)
    return {"noise": noise, "batch_gap": 1e-8, "tail": tail, "gap": gap}


@claim(
    "gradient-descent/called-batch",
    "On the data without noise, batch descent needs {batch} epochs. The pseudo-code, which updates at "
    "every example, is done after {loop} epoch, with {updates} updates.",
)
def called_batch() -> dict[str, float]:
    batch, loop = worked_examples.full_batch().trace, worked_examples.full_batch_as_written().trace
    assert loop.stopped == batch.stopped
    assert loop.epoch[-1] < batch.epoch[-1]
    return {"batch": batch.epoch[-1], "loop": loop.epoch[-1], "updates": loop.updates}


@claim(
    "gradient-descent/called-batch-with-noise",
    "With noise in $y$ the same code ends {forward:.3f} from the best slope, and with the same data in "
    "reverse order {backward:.3f}; batch descent ends less than {batch:.0e} from it, in any order.",
)
def called_batch_with_noise(seed: int) -> dict[str, float]:
    rng = np.random.default_rng(seed)
    x = np.arange(1.0, 200.0)
    y = 2 * x + 20 * rng.normal(size=199)
    problem, backwards = LinearRegression(x, y, fit_intercept=False), LinearRegression(x[::-1], y[::-1], fit_intercept=False)
    best = problem.minimum[0]

    def off(problem: LinearRegression, scheme: Scheme, epochs: int) -> float:
        run = descend(problem, [1.0], lr=1e-5, epochs=epochs, batches=scheme, record_every=epochs)
        return abs(float(run.params[-1, 0]) - best)

    assert max(off(problem, whole, 100), off(backwards, whole, 100)) < 1e-9
    forward, backward = off(problem, contiguous(1), 5), off(backwards, contiguous(1), 5)
    # more epochs do not help
    assert abs(off(problem, contiguous(1), 10) - forward) < 1e-9
    assert forward > 1e-6 and backward > 1e-6 and not np.isclose(forward, backward, rtol=0.01)
    return {"forward": forward, "backward": backward, "batch": 1e-9}


@claim(
    "gradient-descent/stopping-too-early",
    "Descent at a rate of {lr:.0e} that stops when the loss changes by less than {tolerance:.0e} stops "
    "after {updates} updates at a loss of {loss:.2f}. The lowest is 0.",
)
def stopping_too_early() -> dict[str, float]:
    problem, lr, tolerance = worked_examples.line_with_intercept().problem, 1e-3, 1e-4
    stop = stopping.loss_change_below(tolerance)
    trace = gradient_descent(problem, [0.0, 0.0], lr=lr, epochs=100_000, stop=stop)
    assert trace.stopped.startswith("change of loss") and trace.loss[-1] > 100 * tolerance
    return {"lr": lr, "tolerance": tolerance, "updates": trace.updates, "loss": trace.loss[-1]}
