"""What the chapter "Curvature: Newton and L-BFGS" says, measured."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from functools import cache, partial
from typing import Any

import numpy as np

from course_lib.descent import Trace, batches, best_learning_rate, classify_stationary_point, gradient_descent, newton
from course_lib.experiments import Comparison, compare, first_below, run
from course_lib.experiments.claims.claim import SEEDS, Numbers, Seeds, claim
from course_lib.optim import LBFGS, SGD, Adam, Parameter
from course_lib.optim.lbfgs import remember, two_loop_recursion
from course_lib.problems import MLP, Function, Himmelblau, LinearRegression, Quadratic, Rosenbrock, Saddle, digits
from course_lib.trace import DivergenceError
from course_lib.validation import Array


def bowl(rng: np.random.Generator, d: int, kappa: float) -> Quadratic:
    """A bowl in d directions, turned at random, with curvatures from 1 to kappa in equal ratios."""
    turn = np.linalg.qr(rng.normal(size=(d, d)))[0]
    A = turn @ np.diag(np.geomspace(1, kappa, d)) @ turn.T
    return Quadratic((A + A.T) / 2, rng.normal(size=d))


class Funnel(Function):
    r"""A bowl with straight walls, :math:`f(w) = \sqrt{1 + w^2}`: curved upwards everywhere, and less and less."""

    d = 1
    minima = np.array([[0.0]])
    box = [(-3.0, 3.0)]
    start = np.array([0.8])

    def value(self, w: Array) -> Array:
        return np.sqrt(1 + w[0] ** 2)

    def slope(self, w: Array) -> Array:
        return w / np.sqrt(1 + w**2)

    def curvature(self, w: Array) -> Array:
        return np.atleast_2d((1 + w**2) ** -1.5)


# -- Newton ------------------------------------------------------------------------------------------------------


@claim(
    "curvature/one-step",
    "On bowls of condition 10 to $10^6$, one Newton step shrank the distance to the minimum to {left.high:.0e} of what it was or less. Gradient descent, at its best rate, shrank it to {descent:.0%} in a step on the bowl of condition 100.",
)
def one_step(seed: int) -> dict[str, float]:
    rng, left = np.random.default_rng(seed), []
    for kappa in (1e1, 1e2, 1e4, 1e6):
        problem = bowl(rng, 10, kappa)
        start = problem.minimum + rng.normal(size=10)
        end = newton(problem, start, updates=1).params[-1]
        left.append(np.linalg.norm(end - problem.minimum) / np.linalg.norm(start - problem.minimum))
    # rounding in the gradient grows with the condition
    assert max(left) < 1e-6
    problem = bowl(rng, 10, 100)
    trace = gradient_descent(problem, problem.minimum + rng.normal(size=10), lr=best_learning_rate(problem.A), epochs=400)
    off = np.linalg.norm(trace.params - problem.minimum, axis=1)
    rate = float((off[400] / off[300]) ** 0.01)
    assert rate > 0.9
    return {"left": float(max(left)), "descent": rate}


@claim(
    "curvature/digits-double",
    "On Himmelblau's function, from a start at a distance of {start:.2f} from a minimum, the distances after one to four steps were {first:.0e}, {second:.0e}, {third:.0e} and {fourth:.0e} (medians over five starts).",
)
def digits_double(seeds: Seeds) -> Numbers:
    problem, paths = Himmelblau(), []
    for seed in seeds:
        turn = np.random.default_rng(seed).uniform(0, 2 * np.pi)
        start = problem.minima[0] + 0.3 * np.array([np.cos(turn), np.sin(turn)])
        off = np.linalg.norm(newton(problem, start, updates=4).params - problem.minima[0], axis=1)
        # quadratic convergence: each distance at most a constant times the square of the one before
        assert all(after <= 2 * before**2 + 1e-14 for before, after in zip(off, off[1:], strict=False))
        paths.append(off)
    middle = np.median(paths, axis=0)
    assert middle[4] < 1e-7
    return dict(zip(("start", "first", "second", "third", "fourth"), middle, strict=True))


@cache
def himmelblau_runs(seed: int) -> dict[str, list[str]]:
    """Where 60 runs from random starts in the window end: at a minimum, a saddle, a maximum or nowhere."""
    problem, rng = Himmelblau(), np.random.default_rng(seed)
    ends: dict[str, list[str]] = {"newton": [], "downhill": []}
    for start in rng.uniform(-5, 5, size=(60, 2)):
        for name in ends:
            try:
                w = newton(problem, start, updates=60, downhill=name == "downhill").params[-1]
            except DivergenceError:
                ends[name].append("nowhere")
                continue
            arrived = np.linalg.norm(problem.gradient(w)) < 1e-6
            ends[name].append(classify_stationary_point(problem.hessian(w)) if arrived else "nowhere")
    return ends


@claim(
    "curvature/where-it-ends",
    "From 60 random starts on Himmelblau's function, Newton's method ended in a minimum {minimum:.0%} of the time, at a saddle {saddle:.0%}, and on the hilltop {maximum:.0%}. With the curvatures' absolute values, it ended in a minimum {downhill:.0%} of the time.",
)
def where_it_ends(seed: int) -> dict[str, float]:
    ends = himmelblau_runs(seed)
    share = {kind: ends["newton"].count(kind) / 60 for kind in ("minimum", "saddle", "maximum")}
    downhill = ends["downhill"].count("minimum") / 60
    assert share["saddle"] > 0.1 and downhill > share["minimum"] + 0.2
    return {**share, "downhill": downhill}


@claim(
    "curvature/not-positive",
    "At random places of the window the Hessian was not positive definite in {share:.0%} of all cases, and there the full Newton step led uphill at first in {uphill:.0%}.",
)
def not_positive(seed: int) -> dict[str, float]:
    problem, rng, uphill, lowest = Himmelblau(), np.random.default_rng(seed), [], []
    for w in rng.uniform(-5, 5, size=(400, 2)):
        g, H = problem.gradient(w), problem.hessian(w)
        lowest.append(np.linalg.eigvalsh(H)[0])
        uphill.append(g @ np.linalg.solve(H, g) < 0)
    bent = np.array(lowest) < 0
    assert bent.mean() > 0.2 and not np.any(np.array(uphill)[~bent])
    return {"share": float(bent.mean()), "uphill": float(np.mean(np.array(uphill)[bent]))}


@claim(
    "curvature/to-the-saddle",
    "From {runs} random starts around the saddle, Newton's method went to the saddle in {newton:.0%} of the cases, gradient descent in {descent:.0%}.",
)
def to_the_saddle(seed: int) -> dict[str, float]:
    problem, rng, runs = Saddle(), np.random.default_rng(seed), 40
    ended: dict[str, list[bool]] = {"newton": [], "descent": []}
    for start in rng.uniform(-0.4, 0.4, size=(runs, 2)):
        ended["newton"].append(bool(np.linalg.norm(newton(problem, start, updates=30).params[-1]) < 1e-6))
        ended["descent"].append(
            bool(np.linalg.norm(gradient_descent(problem, start, lr=0.2, epochs=200, record_every=200).params[-1]) < 1e-3)
        )
    shares = {name: float(np.mean(there)) for name, there in ended.items()}
    assert shares["newton"] == 1 and shares["descent"] == 0
    return {**shares, "runs": runs}


@claim(
    "curvature/too-far",
    "From ten random starts between −0.9 and 0.9, Newton's method was within {inside:.0e} of the minimum after 6 steps. From ten between 1.2 and 3 it diverged every time; gradient descent at a rate of 1 came within {descent:.0e} in 60 steps.",
)
def too_far(seed: int) -> dict[str, float]:
    problem, rng = Funnel(), np.random.default_rng(seed)
    inside = max(abs(newton(problem, [w], updates=6).params[-1, 0]) for w in rng.uniform(-0.9, 0.9, 10))
    descent = []
    for w in rng.uniform(1.2, 3, 10):
        with suppress(DivergenceError):
            assert abs(newton(problem, [w], updates=12).params[-1, 0]) > 1e6
        descent.append(abs(gradient_descent(problem, [w], lr=1.0, epochs=60).params[-1, 0]))
    assert inside < 1e-8 and max(descent) < 1e-8
    return {"inside": max(inside, 1e-16), "descent": max(descent + [1e-16])}


@claim(
    "curvature/cost",
    "The network of 2410 parameters has a Hessian of {entries:.1f} million numbers. On the machine that built this book, solving {d:,d} equations took {times:.0f} times as long as multiplying by the inverse that L-BFGS keeps as {pairs} pairs.",
)
def cost() -> dict[str, float]:
    rng, d, pairs = np.random.default_rng(0), 1000, 10
    A = rng.normal(size=(d, d))
    A = A @ A.T + np.eye(d)
    g = rng.normal(size=d)
    state: dict[str, Any] = {"old_dirs": [], "old_stps": [], "ro": [], "H_diag": 1.0}
    for _ in range(pairs):
        s = rng.normal(size=d)
        remember(state, s, A @ s, 100)
    solving = fastest(lambda: np.linalg.solve(A, g), 5)
    recursion = fastest(lambda: two_loop_recursion(state, g), 20)
    assert solving > 10 * recursion
    return {"entries": 2410**2 / 1e6, "d": d, "times": solving / recursion, "pairs": pairs}


def fastest(action: Callable[[], Any], repeats: int) -> float:
    """The shortest of several times, in seconds: what disturbs a measurement only makes it longer."""
    times = []
    for _ in range(repeats):
        began = time.perf_counter()
        action()
        times.append(time.perf_counter() - began)
    return min(times)


# -- secants and L-BFGS ------------------------------------------------------------------------------------------


@claim(
    "curvature/secant",
    "To come within $10^{{-12}}$ of the minimum of $\\cosh w$, Newton's method took {newton} steps and the secant method {secant}, without a second derivative.",
)
def secant(seed: int) -> dict[str, float]:
    start = float(np.random.default_rng(seed).uniform(0.6, 1.0))
    w, newton_steps = start, 0
    while abs(w) > 1e-12:
        w, newton_steps = w - np.tanh(w), newton_steps + 1
    before, w, secant_steps = start, start - 0.5 * np.sinh(start), 1
    while abs(w) > 1e-12:
        curvature = (np.sinh(w) - np.sinh(before)) / (w - before)
        before, w, secant_steps = w, w - np.sinh(w) / curvature, secant_steps + 1
    assert newton_steps <= secant_steps <= newton_steps + 5
    return {"newton": newton_steps, "secant": secant_steps}


@claim(
    "curvature/two-loops",
    "With random pairs, the two loops gave the same as the matrix $B$ written out, to {error.high:.0e}, and $By = s$ held for the newest pair to {newest.high:.0e}. For older pairs it need not hold: there it was off by up to {older.high:.0%}.",
)
def two_loops(seed: int) -> dict[str, float]:
    rng, d = np.random.default_rng(seed), 12
    A = bowl(rng, d, 100).A
    state: dict[str, Any] = {"old_dirs": [], "old_stps": [], "ro": [], "H_diag": 1.0}
    for _ in range(5):
        s = rng.normal(size=d)
        remember(state, s, A @ s, 100)
    B = state["H_diag"] * np.eye(d)
    for s, y, rho in zip(state["old_stps"], state["old_dirs"], state["ro"], strict=True):
        left = np.eye(d) - rho * np.outer(s, y)
        B = left @ B @ left.T + rho * np.outer(s, s)
    g = rng.normal(size=d)
    error = float(np.linalg.norm(two_loop_recursion(state, g) - B @ g) / np.linalg.norm(B @ g))
    offs = [
        float(np.linalg.norm(two_loop_recursion(state, y) - s) / np.linalg.norm(s))
        for s, y in zip(state["old_stps"], state["old_dirs"], strict=True)
    ]
    assert error < 1e-9 and offs[-1] < 1e-9 and max(offs[:-1]) > 0.01
    return {"error": error, "newest": max(offs[-1], 1e-16), "older": max(offs[:-1])}


def evaluations(problem: Function, optimizer: Callable[..., Any], start: Array, loss: float, most: int = 400) -> float:
    """How many gradients it takes L-BFGS to bring the loss below `loss`; infinite if it does not."""
    trace = run(problem, optimizer, start, epochs=most, closure=True)
    return first_below(trace, loss)


def stepwise(**options: Any) -> Callable[..., Any]:
    """L-BFGS with the strong Wolfe search, one iteration a step, so that a run records each."""
    return partial(LBFGS, max_iter=1, max_eval=25, line_search_fn="strong_wolfe", tolerance_grad=0, tolerance_change=0, **options)


@claim(
    "curvature/memory-helps",
    "On a bowl with 50 parameters of condition 1000, down to $10^{{-8}}$ of the first loss: {one} gradients with one pair, {five} with 5, {twenty} with 20, {all} with 100. Gradient descent at its best rate took {descent:,d}.",
)
def memory_helps(seed: int) -> dict[str, float]:
    rng = np.random.default_rng(seed)
    problem = bowl(rng, 50, 1000)
    start = problem.minimum + rng.normal(size=50)
    goal = 1e-8 * problem.loss(start)
    needed = {
        name: evaluations(problem, stepwise(history_size=size), start, goal)
        for name, size in {"one": 1, "five": 5, "twenty": 20, "all": 100}.items()
    }
    descent = first_below(gradient_descent(problem, start, lr=best_learning_rate(problem.A), epochs=12000, record_every=10), goal)
    assert needed["all"] < needed["twenty"] < needed["one"] < descent / 5
    return {**needed, "descent": descent}


@claim(
    "curvature/wolfe",
    "On Rosenbrock's function from 20 random starts, L-BFGS with the strong Wolfe search never raised the loss, and arrived in {arrived} of 20 runs. With full steps and no search, {rose} of 20 runs went above ten times their first loss on the way, the worst to {worst:.0e} "
    "times.",
)
def wolfe(seed: int) -> dict[str, float]:
    problem, rng = Rosenbrock(), np.random.default_rng(seed)
    arrived, rose, worst = 0, 0, 1.0
    for start in rng.uniform([-2, -1], [2, 3], size=(20, 2)):
        searched = surviving_run(problem, stepwise(), start, 60)
        assert np.all(np.diff(searched.loss) < 1e-12)
        arrived += bool(np.linalg.norm(searched.params[-1] - 1) < 1e-6)
        full = surviving_run(problem, partial(LBFGS, max_iter=1, tolerance_grad=0, tolerance_change=0), start, 60)
        rose += bool(full.loss.max() > 10 * full.loss[0])
        worst = max(worst, full.loss.max() / full.loss[0])
    assert arrived == 20 and rose >= 1
    return {"arrived": arrived, "rose": rose, "worst": worst}


def surviving_run(problem: Function, optimizer: Callable[..., Any], start: Array, steps: int) -> Trace:
    """A run with a closure, as far as it got."""
    try:
        return run(problem, optimizer, start, epochs=steps, closure=True)
    except DivergenceError as error:
        return error.trace


# -- closures ----------------------------------------------------------------------------------------------------


@claim(
    "curvature/usual-loop",
    "With `torch.optim.LBFGS`, `optimizer.step()` raised a TypeError. With a closure that does not clear the gradients, {updates} steps ended at a distance of {forgetful:.1e} from the minimum; with one that does, {right:.0e}.",
)
def usual_loop(seed: int) -> dict[str, float]:
    import torch

    rng = np.random.default_rng(seed)
    x, y = torch.tensor(rng.normal(size=(60, 4))), torch.tensor(rng.normal(size=60))
    best = torch.linalg.lstsq(x, y).solution
    off = {}
    for name in ("forgetful", "right"):
        w = torch.zeros(4, dtype=torch.float64, requires_grad=True)
        optimizer = torch.optim.LBFGS([w])
        try:
            optimizer.step()  # type: ignore[call-arg]
            raise AssertionError("step() ran without a closure")
        except TypeError:
            pass

        def closure(name: str = name, optimizer: Any = optimizer, w: Any = w) -> Any:
            if name == "right":
                optimizer.zero_grad()
            loss = ((x @ w - y) ** 2).mean()
            loss.backward()
            return loss

        for _ in range(5):
            optimizer.step(closure)
        off[name] = float(torch.linalg.norm(w.detach() - best))
    assert off["right"] < 1e-4 and not off["forgetful"] < 0.01
    return {**off, "updates": 5}


@claim(
    "curvature/evaluations",
    "On Rosenbrock's function from 20 random starts, one `step` of `torch.optim.LBFGS` with default settings evaluated loss and gradient {default.high:.0f} times at most. With the strong Wolfe search {more.low:.0f} or more of the 20 starts took more than 20, up to {searched.high:.0f}.",
)
def evaluations_of_a_step(seed: int) -> dict[str, float]:
    import torch

    def evaluated(start: Array, **options: Any) -> int:
        w, count = torch.tensor(start, requires_grad=True), 0
        optimizer = torch.optim.LBFGS([w], **options)

        def closure() -> Any:
            nonlocal count
            count += 1
            optimizer.zero_grad()
            loss = (1 - w[0]) ** 2 + 100 * (w[1] - w[0] ** 2) ** 2
            loss.backward()
            return loss

        optimizer.step(closure)
        return count

    starts = np.random.default_rng(seed).uniform([-2, -1], [2, 3], size=(20, 2))
    default = [evaluated(start) for start in starts]
    searched = [evaluated(start, line_search_fn="strong_wolfe") for start in starts]
    more = sum(count > 20 for count in searched)
    # max_eval is asked for between iterations, and the search of one may take 25
    assert max(default) == 20 and 20 < max(searched) < 25 + 25 and more >= 5
    return {"default": max(default), "searched": max(searched), "more": more}


# -- noise -------------------------------------------------------------------------------------------------------


def noisy_plane(seed: int, n: int = 400, d: int = 10) -> LinearRegression:
    """A regression on ten inputs of different size, with noise."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, d)) * np.geomspace(1, 0.2, d)
    return LinearRegression(x, x @ rng.normal(size=d) + rng.normal(size=n))


@claim(
    "curvature/noise-in-the-pair",
    "On a regression with noise, near the minimum: with $y$ from two different batches of {b}, its error was {different:.0f} times as large as $y$ itself, and in {negative:.0%} of the cases $y^\\top s$ was negative, on a bowl. With the same batch at both ends the "
    "error was {same:.0%} of $y$, and $y^\\top s$ never negative.",
)
def noise_in_the_pair(seed: int) -> dict[str, float]:
    problem, rng, b = noisy_plane(seed), np.random.default_rng(seed), 20
    w = problem.minimum + 0.1 * rng.normal(size=problem.d)
    # a step as gradient descent would make it, downhill
    s = -0.1 * problem.gradient(w)
    y = problem.gradient(w + s) - problem.gradient(w)
    errors: dict[str, list[float]] = {"different": [], "same": []}
    negative: dict[str, list[bool]] = {"different": [], "same": []}
    for _ in range(400):
        first, second = (rng.choice(problem.n, b, replace=False) for _ in range(2))
        for name, later in {"different": second, "same": first}.items():
            seen = problem.gradient(w + s, later) - problem.gradient(w, first)
            errors[name].append(float(np.linalg.norm(seen - y) / np.linalg.norm(y)))
            negative[name].append(bool(seen @ s < 0))
    different, same = np.median(errors["different"]), np.median(errors["same"])
    assert different > 3 and same < 0.7 and np.mean(negative["different"]) > 0.25 and not any(negative["same"])
    return {"b": b, "different": different, "same": same, "negative": float(np.mean(negative["different"]))}


PASSES = 20


@cache
def small_batches(seeds: Seeds = SEEDS) -> tuple[LinearRegression, Comparison]:
    """Twenty passes over the data by L-BFGS on all examples, by L-BFGS on batches of 20, and by descent on batches of 20."""
    problem = noisy_plane(0)
    start = problem.minimum + 2.0
    rates = [0.03, 0.1, 0.3, 1.0, 3.0]

    def lbfgs(scheme: batches.Scheme, label: str, lr: float, seed: int) -> Trace:
        optimizer = partial(LBFGS, lr=lr, max_iter=1, max_eval=2, tolerance_change=0, tolerance_grad=0)
        return run(
            problem,
            optimizer,
            start,
            epochs=PASSES,
            batches=scheme,
            closure=True,
            rng=seed,
            record_every=10 if label[-1] == "0" else 1,
            label=label,
        )

    def sgd(lr: float, seed: int) -> Trace:
        return run(
            problem,
            partial(SGD, lr=lr),
            start,
            epochs=PASSES,
            batches=batches.shuffled(20),
            rng=seed,
            record_every=10,
            label="SGD, batches of 20",
        )

    methods: dict[str, Callable[[float, int], Trace]] = {
        "L-BFGS, all examples": partial(lbfgs, batches.whole, "L-BFGS, all examples"),
        "L-BFGS, batches of 20": partial(lbfgs, batches.shuffled(20), "L-BFGS, batches of 20"),
        "SGD, batches of 20": sgd,
    }
    lowest = problem.loss(problem.minimum)
    found = compare(methods, rates, seeds=seeds, score=lambda trace: float(trace.loss[-1]) - lowest)
    return problem, found


@claim(
    "curvature/small-batches",
    "{passes} passes, each method at the best of five rates, a mean of five seeds: L-BFGS on all examples ended {full:.0e} above the lowest loss, SGD on batches of 20 {sgd:.3f}, L-BFGS on the same batches {small:.3f}.",
)
def lbfgs_on_small_batches(seeds: Seeds) -> Numbers:
    found = small_batches(seeds)[1]
    full, small, sgd = (float(np.mean(found.scores[label])) for label in found.scores)
    assert full < sgd / 1000 and small > sgd
    return {"passes": PASSES, "full": full, "small": small, "sgd": sgd}


@claim(
    "curvature/fits-the-batch",
    "With 20 iterations for each batch of 20, as torch's defaults have it, a step brought the batch's own loss to {batch:.2f} times what the best parameters of all examples have on it, and the loss on all examples to {whole:.1f} times the lowest.",
)
def fits_the_batch(seed: int) -> dict[str, float]:
    problem, rng = noisy_plane(seed), np.random.default_rng(seed)
    own, whole = [], []
    for _ in range(10):
        batch = rng.choice(problem.n, 20, replace=False)
        w = Parameter(problem.minimum.copy())
        optimizer = LBFGS([w], line_search_fn="strong_wolfe")

        def closure(w: Parameter = w, batch: np.ndarray = batch) -> float:
            w.grad = problem.gradient(w.data, batch)
            return problem.loss(w.data, batch)

        optimizer.step(closure)
        own.append(problem.loss(w.data, batch) / problem.loss(problem.minimum, batch))
        whole.append(problem.loss(w.data) / problem.loss(problem.minimum))
    assert np.median(own) < 0.8 and np.median(whole) > 1.3
    return {"batch": float(np.median(own)), "whole": float(np.median(whole))}


# -- a network ---------------------------------------------------------------------------------------------------

NETWORK_PASSES = 40


@cache
def network_runs(seeds: Seeds = SEEDS) -> tuple[MLP, Comparison]:
    """A small network on digits: about forty passes of L-BFGS, of gradient descent and of Adam in small batches."""
    split = digits(0)
    problem = MLP(split.x[:400], split.y[:400], hidden=(16,))

    def lbfgs(lr: float, seed: int) -> Trace:
        optimizer = partial(
            LBFGS,
            lr=lr,
            max_iter=1,
            max_eval=10,
            history_size=20,
            line_search_fn="strong_wolfe",
            tolerance_change=0,
            tolerance_grad=0,
        )
        # recorded after every iteration, a step evaluates its start again: two gradients or more
        return run(
            problem, optimizer, problem.initial(seed), epochs=NETWORK_PASSES // 2, closure=True, label="L-BFGS, all examples"
        )

    def descent(lr: float, seed: int) -> Trace:
        return gradient_descent(
            problem, problem.initial(seed), lr=lr, epochs=NETWORK_PASSES, label="gradient descent, all examples"
        )

    def adam(lr: float, seed: int) -> Trace:
        return run(
            problem, partial(Adam, lr=lr), problem.initial(seed), epochs=NETWORK_PASSES, batches=batches.shuffled(20), rng=seed,
            record_every=20, label="Adam, batches of 20",
        )  # fmt: skip

    methods = {"L-BFGS, all examples": lbfgs, "gradient descent, all examples": descent, "Adam, batches of 20": adam}
    rates = {
        "L-BFGS, all examples": [0.1, 0.3, 1.0, 3.0, 10.0],
        "gradient descent, all examples": [0.1, 0.3, 1.0, 3.0, 10.0],
        "Adam, batches of 20": [0.01, 0.02, 0.04, 0.08, 0.16],
    }
    return problem, compare(methods, rates, seeds=seeds, score=after_budget(problem))


def after_budget(problem: MLP, passes: int = NETWORK_PASSES) -> Callable[[Trace], float]:
    """The loss when the gradients of so many passes were spent."""
    return lambda trace: float(trace.loss[trace.gradient_evaluations <= passes * problem.n][-1])


@claim(
    "curvature/network",
    "Training loss of a small network on 400 digits, each method at the best of {rates} rates, medians of five seeds. With the gradients of {few} passes: {adam_few:.2f} with Adam in batches of 20, {lbfgs_few:.1f} with L-BFGS on all examples. With those of {passes} passes: {lbfgs.median:.0e} with L-BFGS and {descent:.2f} with gradient descent on all examples. By then L-BFGS was everywhere below {most:.0e}, while the runs of Adam had come to anything between {adam.low:.0e} and {adam.high:.0e}.",
)
def network(seeds: Seeds) -> Numbers:
    problem, found = network_runs(seeds)
    few = 4
    early = {label: np.median([after_budget(problem, few)(run) for run in runs]) for label, runs in found.runs.items()}
    late = {label: float(np.median(scores)) for label, scores in found.scores.items()}
    lbfgs, descent, adam = late
    # nothing is said about Adam and L-BFGS at the end: near 1e-5 seed, tuning and rounding decide which is lower
    assert early[adam] < early[lbfgs] / 5 and late[lbfgs] < late[descent] / 50 and found.scores[lbfgs].max() < 1e-3
    return {
        "few": few, "adam_few": early[adam], "lbfgs_few": early[lbfgs], "passes": NETWORK_PASSES, "adam": found.scores[adam],
        "lbfgs": found.scores[lbfgs], "descent": late[descent], "most": 1e-3, "rates": len(found.lrs[adam]),
    }  # fmt: skip


@claim(
    "curvature/memory",
    "After {steps} steps on {d:,d} parameters, the optimizers kept {sgd:.0f} (SGD), {momentum:.0f} (with momentum), {adam:.0f} (Adam) and {lbfgs:.0f} (L-BFGS, default history) numbers for each parameter.",
)
def memory(seed: int) -> dict[str, float]:
    rng, d, steps = np.random.default_rng(seed), 500, 120
    problem = bowl(rng, d, 10)
    kept = {}
    cases: dict[str, tuple[Callable[..., Any], bool]] = {
        "sgd": (partial(SGD, lr=0.01), False),
        "momentum": (partial(SGD, lr=0.01, momentum=0.9), False),
        "adam": (partial(Adam, lr=0.01), False),
        "lbfgs": (partial(LBFGS, lr=0.02, max_iter=1, tolerance_change=0, tolerance_grad=0), True),
    }
    for name, (make, needs_closure) in cases.items():
        w = Parameter(problem.minimum + rng.normal(size=d))
        optimizer = make([w])

        def closure(w: Parameter = w) -> float:
            w.grad = problem.gradient(w.data)
            return problem.loss(w.data)

        for _ in range(steps):
            if needs_closure:
                optimizer.step(closure)
            else:
                closure()
                optimizer.step()
        kept[name] = sum(numbers(value) for value in optimizer.state[w].values()) / d
    assert kept["sgd"] < 0.1 and 1.9 < kept["adam"] < 2.1 and kept["lbfgs"] > 190
    return {**kept, "steps": steps, "d": d}


def numbers(value: Any) -> int:
    """How many numbers an entry of the state holds, those in lists of arrays included."""
    return sum(map(numbers, value)) if isinstance(value, list) else int(np.size(value)) if isinstance(value, np.ndarray) else 0
