"""What the chapter "Why optimization, and the cost curve" says, measured."""

from __future__ import annotations

import numpy as np

from course_lib.descent import exhaustive_search, gradient_descent, stopping
from course_lib.experiments.claims.claim import Measured, claim
from course_lib.experiments.claims.gradient_descent import random_quadratic
from course_lib.problems import MLP, LinearRegression, Problem, Quadratic, diabetes
from course_lib.validation import Array


def disease_from_weight(seed: int) -> LinearRegression:
    """Each patient's body mass index and how far the disease had gone a year later, both standardized."""
    split = diabetes(seed)
    return LinearRegression(split.x[:, 2], split.y, fit_intercept=False)


# -- the cost ----------------------------------------------------------------------------------------------------


@claim(
    "why-optimization/best-line",
    "The best weight for the patients' body mass is $w$ = {best:.2f}, at a cost of {cost:.2f}. Predicting the mean for everybody, $w = 0$, costs {nothing:.0f}.",
)
def best_line(seed: int) -> dict[str, float]:
    problem = disease_from_weight(seed)
    found = exhaustive_search(problem, np.linspace(-2, 2, 401))
    assert abs(found.best[0] - problem.minimum[0]) < 0.011
    nothing = problem.loss([0.0])
    assert found.best_loss < 0.8 * nothing
    return {"n": problem.n, "best": found.best[0], "cost": found.best_loss, "nothing": nothing}


@claim(
    "why-optimization/digits",
    "Search among 41, 401 and 4001 values from −2 to 2 missed the best weight by at most {a:.2f}, {b:.3f} and {c:.4f}. Gradient descent at a rate of 0.2 was as near after "
    "{da:.0f}, {db:.0f} and {dc:.0f} updates.",
)
def digits(seed: int) -> dict[str, float]:
    problem = disease_from_weight(seed)
    path = np.abs(gradient_descent(problem, [-2.0], lr=0.2, epochs=60).params[:, 0] - problem.minimum[0])
    missed, updates = [], []
    for values in (41, 401, 4001):
        axis = np.linspace(-2, 2, values)
        # the worst that can happen is a minimum half way between two values
        missed.append((axis[1] - axis[0]) / 2)
        assert abs(exhaustive_search(problem, axis).best[0] - problem.minimum[0]) <= missed[-1] + 1e-12
        updates.append(int(np.argmax(path <= missed[-1])))
    # ten times the values for a digit, against the same few updates for each
    assert 0 < updates[2] - updates[1] <= 6 and updates[0] > 0
    return dict(zip(("a", "b", "c", "da", "db", "dc"), [*missed, *updates], strict=True))


# -- dimensions --------------------------------------------------------------------------------------------------


DIMENSIONS = range(1, 6)
METHODS = ("search on a grid", "search at random", "descent, slope measured", "descent, slope by formula")


def first_good_grid(problem: Quadratic, target: float) -> int:
    """How many points the coarsest grid has whose best point costs less than `target`."""
    for values in range(2, 40):
        axes = np.meshgrid(*[np.linspace(-2, 2, values)] * problem.d, indexing="ij")
        if problem.value(np.array(axes)).min() < target:
            return values**problem.d
    raise AssertionError("no grid was fine enough")


def first_good_draw(problem: Quadratic, target: float, rng: np.random.Generator, limit: int = 5) -> int:
    """How many points drawn at random it takes until one costs less than `target`; after 500,000 we count these and give up."""
    block = 100_000
    for k in range(limit):
        below = np.flatnonzero(problem.value(rng.uniform(-2, 2, size=(problem.d, block))) < target)
        if below.size:
            return k * block + int(below[0]) + 1
    return limit * block


def updates_of_descent(problem: Quadratic, target: float) -> int:
    # half of 1/L: at 1/L a bowl with one parameter would be done in one update, which says nothing of others
    stop = stopping.loss_below(target)
    return gradient_descent(problem, np.full(problem.d, 2.0), lr=0.5 / problem.L, epochs=1000, stop=stop).updates


def prices(seed: int, bowls: int = 5) -> dict[str, list[float]]:
    """For each method, and each number of parameters in `DIMENSIONS`: costs computed until one is 1/300 of that at the start.

    The problems are bowls turned at random, their minimum anywhere near the middle; given is the median over several. A measured slope takes two
    costs for each parameter. One by a formula is about as much work as two costs, and is counted so.
    """
    rng = np.random.default_rng(seed)
    spent: dict[str, list[float]] = {method: [] for method in METHODS}
    for d in DIMENSIONS:
        counts = []
        for _ in range(bowls):
            problem = random_quadratic(rng, d, condition_number=5)
            target = problem.loss(np.full(d, 2.0)) / 300
            updates = updates_of_descent(problem, target)
            counts.append((first_good_grid(problem, target), first_good_draw(problem, target, rng), 2 * d * updates, 2 * updates))
        for method, middle in zip(METHODS, np.median(counts, axis=0), strict=True):
            spent[method].append(float(middle))
    return spent


@claim(
    "why-optimization/dimensions",
    "With one parameter a grid needed {grid_one:,.0f} costs to come down to 1/300 of the cost at the start, with five {grid_five:,.0f}; points drawn at random {random_one:,.0f} and {random_five:,.0f}. "
    "Descent that has to measure its slopes needed {measured_one:.0f} and {measured_five:.0f}.",
)
def dimensions(seed: int) -> dict[str, float]:
    spent = prices(seed)
    grid, drawn, measured, _ = (spent[method] for method in METHODS)
    assert min(grid[-1], drawn[-1]) > 30 * measured[-1]
    assert min(grid[-1] / grid[0], drawn[-1] / drawn[0]) > 300 and measured[-1] / measured[0] < 50
    return {
        "grid_one": grid[0], "grid_five": grid[-1], "random_one": drawn[0], "random_five": drawn[-1],
        "measured_one": measured[0], "measured_five": measured[-1],
    }  # fmt: skip


@claim(
    "why-optimization/hundreds-of-parameters",
    "With {d} parameters, gradient descent came down to 1/300 in {updates:.0f} updates. With slopes that it had to measure, these are {measured:,.0f} costs. A search with "
    "only two values for each parameter has 2 · 2 · 2 ⋯ combinations, {d} factors, a number with {digits} digits.",
)
def hundreds_of_parameters(seed: int) -> dict[str, float]:
    d = 200
    problem = random_quadratic(np.random.default_rng(seed), d, condition_number=5)
    updates = updates_of_descent(problem, problem.loss(np.full(d, 2.0)) / 300)
    assert updates < 100
    return {"d": d, "updates": updates, "measured": 2 * d * updates, "digits": len(str(2**d))}


@claim(
    "why-optimization/stretched",
    "On bowls with {d} parameters, descent came down to 1/300 in {round:.0f} updates where the largest curvature is 5 times the smallest, and in {stretched:.0f} where it is 500 times (medians over {bowls} bowls).",
)
def stretched(seed: int) -> dict[str, float]:
    rng, d, bowls, updates = np.random.default_rng(seed), 50, 5, {}
    for name, kappa in {"round": 5.0, "stretched": 500.0}.items():
        problems = [random_quadratic(rng, d, condition_number=kappa) for _ in range(bowls)]
        updates[name] = float(np.median([updates_of_descent(p, p.loss(np.full(d, 2.0)) / 300) for p in problems]))
    assert updates["stretched"] > 5 * updates["round"]
    return {"d": d, "bowls": bowls, **updates}


# -- other cost curves -------------------------------------------------------------------------------------------


def along_a_line(problem: Problem, a: Array, b: Array, where: Array) -> Array:
    """The cost at places on the line through `a` (where = 0) and `b` (where = 1)."""
    return np.array([problem.loss(a + t * (b - a)) for t in where])


WHERE = np.linspace(-0.3, 1.3, 81)


def trained_network(seed: int, hidden: int = 8) -> tuple[MLP, Array]:
    """A network that predicts the same from all ten measurements, and the parameters it has learned."""
    split = diabetes(seed)
    problem = MLP(split.x, split.y, hidden=(hidden,))
    return problem, gradient_descent(problem, problem.initial(seed), lr=0.05, epochs=300, record_every=300).params[-1]


def units_reversed(problem: MLP, w: Array) -> Array:
    """The same network with its hidden units in reverse order."""
    first, bias, second, last = problem.layers(w)
    return np.concatenate([first[:, ::-1].ravel(), bias[::-1], second[::-1].ravel(), last])


def network_curve(seed: int) -> Array:
    """The cost of the trained network on the line from its parameters to the same with the units reversed."""
    problem, w = trained_network(seed)
    return along_a_line(problem, w, units_reversed(problem, w), WHERE)


@claim(
    "why-optimization/trough",
    "With the body mass index written down twice, the cost has no single lowest point: {tried} pairs of weights with the same sum had the same lowest cost, to {digits} digits. Between any two of "
    "them there was no hill.",
)
def trough(seed: int) -> dict[str, float]:
    once, rng, digits, tried = disease_from_weight(seed), np.random.default_rng(seed), 12, 10
    twice = LinearRegression(np.repeat(once.X, 2, axis=1), once.y, fit_intercept=False)
    first = 3 * rng.normal(size=tried)
    lowest = np.column_stack([first, once.minimum[0] - first])
    costs = [twice.loss(w) for w in lowest]
    between = np.concatenate([along_a_line(twice, lowest[0], w, WHERE) for w in lowest[1:]])
    assert np.allclose([*costs, *between], once.loss(once.minimum), rtol=10.0**-digits, atol=0)
    return {"tried": tried, "digits": digits}


@claim(
    "why-optimization/two-valleys",
    "A network with {d} parameters, trained on the patients, had a cost of {low:.2f}. With its hidden units in reverse order it had the same, to {digits} digits. Half way between the two the cost "
    "was {high:.2f}. On a line through two random places, the cost of the linear model bent upwards everywhere.",
)
def two_valleys(seed: int) -> dict[str, float]:
    split, rng, digits = diabetes(seed), np.random.default_rng(seed), 10
    linear, (network, w) = LinearRegression(split.x, split.y), trained_network(seed)
    straight = along_a_line(linear, rng.normal(size=linear.d), rng.normal(size=linear.d), WHERE)
    assert (np.diff(straight, 2) > 0).all()
    other = units_reversed(network, w)
    low, mirrored, high = network.loss(w), network.loss(other), network.loss((w + other) / 2)
    assert abs(low - mirrored) < 10.0**-digits and high > low
    return {"d": network.d, "low": low, "digits": digits, "high": high}


@two_valleys.over_seeds
def _(low: Measured, high: Measured) -> None:
    assert high.median > 1.2 * low.median
