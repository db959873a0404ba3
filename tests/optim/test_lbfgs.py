from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from torch.optim import lbfgs as torch_lbfgs

from course_lib.optim import LBFGS, Parameter
from course_lib.optim.lbfgs import Point, cubic_minimum, strong_wolfe, two_loop_recursion

from .parity import SHORT, assert_rejected, assert_rejected_by_ours, to_arrays, to_tensors

Objective = Callable[[np.ndarray], tuple[float, np.ndarray]]
Shapes = list[tuple[int, ...]]
EPS = float(np.finfo(float).eps)

# -- losses with their gradients, on NumPy for both sides: what differs is the algorithm's rounding alone ------


def quadratic(rng: np.random.Generator, d: int) -> Objective:
    q = np.linalg.qr(rng.normal(size=(d, d)))[0]
    a, b = q * np.geomspace(1, 10 ** rng.uniform(0, 3), d) @ q.T, rng.normal(size=d)
    return lambda x: (0.5 * float(x @ a @ x) - float(b @ x), a @ x - b)


def rosenbrock(rng: np.random.Generator, d: int) -> Objective:
    def f(x):
        u, v, g = x[:-1], x[1:], np.zeros_like(x)
        g[:-1] = -400 * u * (v - u**2) - 2 * (1 - u)
        g[1:] += 200 * (v - u**2)
        return float((100 * (v - u**2) ** 2 + (1 - u) ** 2).sum()), g

    return f


def logistic(rng: np.random.Generator, d: int) -> Objective:
    features = rng.normal(size=(30, d))
    z = features * np.where(features @ rng.normal(size=d) + rng.normal(size=30) > 0, 1.0, -1.0)[:, None]

    def f(w):
        margin = z @ w
        loss = np.logaddexp(0, -margin).mean() + 0.01 * w @ w
        return float(loss), -z.T @ (1 / (1 + np.exp(margin))) / 30 + 0.02 * w

    return f


LOSSES = {"quadratic": quadratic, "rosenbrock": rosenbrock, "logistic": logistic}


class Ours:
    """LBFGS on a loss of one vector, spread over parameters of several shapes.

    If `shake` is not 0, there is a relative error of one unit in the last place in all that it computes with: each loss,
    gradient and parameter, and the state. The number chooses the signs.
    """

    def __init__(self, f: Objective, start: np.ndarray, shapes: Shapes, options: dict[str, Any], shake: int = 0) -> None:
        self.f, self.noise, self.rng = f, EPS * bool(shake), np.random.default_rng(shake)
        self.params = [Parameter(array) for array in parts(start, shapes)]
        self.optimizer = LBFGS(self.params, **options)
        self.first_loss = self.highest_loss = f(start)[0]

    def closure(self) -> float:
        loss, g = map(self.inexact, self.f(self.inexact(self.position())))
        for p, part in zip(self.params, parts(g, [p.data.shape for p in self.params]), strict=True):
            p.grad = part
        self.highest_loss = max(self.highest_loss, float(loss))
        return float(loss)

    def inexact(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {key: self.inexact(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self.inexact(item) for item in value]
        if isinstance(value, (float, np.ndarray)):
            return value * (1 + self.noise * self.rng.choice([-1, 1], np.shape(value)))
        return value

    def step(self) -> float:
        if self.noise:
            saved = self.optimizer.state_dict()
            self.optimizer.load_state_dict({**saved, "state": self.inexact(saved["state"])})
            for p in self.params:
                p.data[...] = self.inexact(p.data)
        return self.optimizer.step(self.closure)

    def position(self) -> np.ndarray:
        return np.concatenate([p.data.ravel() for p in self.params])

    def state(self) -> dict[str, Any]:
        return {name: value for name, value in self.optimizer.state[self.params[0]].items() if name != "al"}


class Theirs:
    """The same with torch's."""

    def __init__(self, f: Objective, start: np.ndarray, shapes: Shapes, options: dict[str, Any]) -> None:
        self.f = f
        self.params = [torch.tensor(array, requires_grad=True) for array in parts(start, shapes)]
        self.optimizer = torch.optim.LBFGS(self.params, **options)

    def closure(self) -> torch.Tensor:
        loss, g = self.f(self.position())
        for p, part in zip(self.params, parts(g, [tuple(p.shape) for p in self.params]), strict=True):
            p.grad = torch.tensor(part)
        return torch.tensor(loss, dtype=torch.float64)

    def step(self) -> float:
        return float(self.optimizer.step(self.closure))

    def position(self) -> np.ndarray:
        return np.concatenate([p.detach().numpy().ravel() for p in self.params])

    def state(self) -> dict[str, Any]:
        # torch leaves there, as "al", an intermediate result of the two loops
        return {name: value for name, value in to_arrays(self.optimizer.state[self.params[0]]).items() if name != "al"}


def parts(x: np.ndarray, shapes: Shapes) -> list[np.ndarray]:
    """The entries of a vector as arrays, copies, of these shapes."""
    ends = np.cumsum([int(np.prod(shape)) for shape in shapes])
    return [part.reshape(shape).copy() for part, shape in zip(np.split(x, ends)[:-1], shapes, strict=True)]


def distances(run: Ours | Theirs, reference: Ours | Theirs) -> dict[str, float]:
    """Between the parameters and between the entries of state, relative to those of the reference."""
    a, b = run.state(), reference.state()
    assert a.keys() == b.keys()
    return {"params": distance(run.position(), reference.position())} | {name: distance(a[name], b[name]) for name in b}


def distance(a: Any, b: Any) -> float:
    """Of two vectors or numbers; of histories, of the pair that is farthest apart."""
    if isinstance(b, list):
        return max(map(distance, a, b), default=0.0) if len(a) == len(b) else np.nan
    difference, size = float(np.linalg.norm(np.asarray(a) - b)), float(np.linalg.norm(b))
    return 0.0 if not difference else difference / size if size else np.nan


def assert_as_close_as_rounding_allows(ours: Ours, theirs: Theirs, shaken: list[Ours]) -> bool:
    """Assert that ours is not much farther from torch's than from copies of ours that are shaken by rounding errors.

    What rounding errors do depends on the run: they weigh more the less the gradient changes, and a long history multiplies
    them. No one bound holds for all runs that is not far too wide for most. So the same run is made with more errors. Torch's
    is one more sample of what they do: it may be 100 times as far away as the farthest of five, where a mistake in a
    formula would take it a million times as far. Where the errors make the line search take another turn, rounding decides,
    and False is returned: there is nothing to compare. It is also returned when a run without line search has gone astray,
    after which steps cancel that are far larger than where they lead.
    """
    reach = [distances(run, ours) for run in shaken]
    astray = ours.highest_loss > 10 * abs(ours.first_loss)
    counts = [(run.state()["n_iter"], run.state()["func_evals"]) for run in (ours, *shaken)]
    if astray or len(set(counts)) > 1 or not np.max([[*d.values()] for d in reach]) < 1e-3:
        return False
    assert counts[0] == (theirs.state()["n_iter"], theirs.state()["func_evals"])
    for name, found in distances(theirs, ours).items():
        allowed = 1e-12 + 100 * max(d[name] for d in reach)
        assert found <= allowed, f"{name}: {found} from torch's, {allowed} allowed"
    return True


def spread(draw: st.DrawFn, d: int) -> Shapes:
    """Shapes with d entries together."""
    shapes: Shapes = []
    while d:
        n = draw(st.integers(1, d))
        shapes.append(draw(st.sampled_from([(n,), (1, n), (n, 1)] + [()] * (n == 1))))
        d -= n
    return shapes


@st.composite
def problems(draw: st.DrawFn, **fixed: Any) -> tuple[Objective, np.ndarray, Shapes, dict[str, Any]]:
    """A loss, where to start, the shapes of the parameters, and options."""
    options = {
        "lr": st.sampled_from([1, 0.5, 0.1, 3.0]),
        "max_iter": st.sampled_from([20, 1, 2, 5]),
        "max_eval": st.sampled_from([None, 1, 3, 10]),
        "tolerance_grad": st.sampled_from([1e-7, 0, 1e-2]),
        "tolerance_change": st.sampled_from([1e-9, 0, 1e-3]),
        "history_size": st.sampled_from([100, 1, 2, 5]),
        "line_search_fn": st.sampled_from(["strong_wolfe", None]),
    }
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    name, d = draw(st.sampled_from(sorted(LOSSES))), draw(st.integers(2, 8))
    chosen = draw(st.fixed_dictionaries({}, optional=options)) | fixed
    return LOSSES[name](rng, d), rng.normal(size=d), spread(draw, d), chosen


# -- parity ---------------------------------------------------------------------------------------------------


@SHORT
@given(problems(max_iter=1))
def test_each_iteration_is_torchs(problem):
    """From where torch is, with its state, an iteration ends where torch's ends, with the same state."""
    ours, theirs = Ours(*problem), Theirs(*problem)
    shaken = [Ours(*problem, shake=i) for i in range(1, 6)]
    for _ in range(20):
        saved = to_arrays(theirs.optimizer.state_dict())
        for run in (ours, *shaken):
            for p, t in zip(run.params, theirs.params, strict=True):
                p.data[...] = t.detach().numpy()
            run.optimizer.load_state_dict(saved)
        with np.errstate(all="ignore"):
            assert ours.step() == theirs.step()
            for run in shaken:
                run.step()
        if not assert_as_close_as_rounding_allows(ours, theirs, shaken):
            break


@SHORT
@given(problems())
def test_runs_are_torchs(problem):
    """Left alone, steps of many iterations stay with torch's."""
    ours, theirs = Ours(*problem), Theirs(*problem)
    shaken = [Ours(*problem, shake=i) for i in range(1, 6)]
    for _ in range(10):
        with np.errstate(all="ignore"):
            for run in (ours, theirs, *shaken):
                run.step()
        if not assert_as_close_as_rounding_allows(ours, theirs, shaken):
            break


@SHORT
@given(problems(), st.integers(1, 3))
def test_saved_and_resumed(problem, steps):
    """A run that is saved and loaded goes on bit for bit as one that is not; so does torch from our state."""
    with np.errstate(all="ignore"):
        run = Ours(*problem)
        for _ in range(steps):
            run.step()
        saved, there = run.optimizer.state_dict(), run.position()
        f, start, shapes, options = problem
        resumed, theirs = Ours(f, there, shapes, options), Theirs(f, there, shapes, options)
        resumed.optimizer.load_state_dict(saved)
        theirs.optimizer.load_state_dict(to_tensors(saved))
        shaken = [Ours(f, there, shapes, options, shake=i) for i in range(1, 6)]
        for other in shaken:
            other.optimizer.load_state_dict(saved)
        compared = True
        for _ in range(3):
            for other in (run, resumed, theirs, *shaken):
                other.step()
            np.testing.assert_array_equal(resumed.position(), run.position())
            assert set(distances(resumed, run).values()) <= {0.0} or not np.isfinite(run.position()).all()
            compared = compared and assert_as_close_as_rounding_allows(run, theirs, shaken)


def test_snapshot_is_a_copy():
    run = Ours(quadratic(np.random.default_rng(0), 3), np.zeros(3), [(3,)], {"max_iter": 3, "max_eval": 10, "lr": 0.1})
    run.step()
    saved = run.optimizer.state_dict()["state"][0]
    run.step()
    for name in ("old_dirs", "old_stps", "ro"):
        assert len(saved[name]) == 2
        assert len(run.state()[name]) == 5


def test_parameter_without_gradient_stays():
    frozen, p = Parameter(np.array([5.0, 6.0])), Parameter(np.array([1.0]))
    t_frozen, t = (torch.tensor(q.data, requires_grad=True) for q in (frozen, p))

    def closure():
        p.grad = 2 * p.data
        return float(p.data[0] ** 2)

    def their_closure():
        t.grad = None
        loss = (t**2).sum()
        loss.backward()
        return loss

    LBFGS([frozen, p], max_iter=3).step(closure)
    torch.optim.LBFGS([t_frozen, t], max_iter=3).step(their_closure)
    np.testing.assert_array_equal(frozen.data, [5.0, 6.0])
    np.testing.assert_allclose(p.data, t.detach().numpy(), atol=1e-15)


@pytest.mark.parametrize(("make", "line_search_fn"), [(logistic, "strong_wolfe"), (logistic, None), (quadratic, "strong_wolfe")])
@pytest.mark.parametrize("seed", range(12))
def test_float32_stays_float32_and_within_a_few_ulp_a_step_of_torch(make, line_search_fn, seed):
    # torch computes in float32 also the step and the slopes, which here are Python's floats. Without a line search the
    # quadratics overshoot, and what they overshoot by multiplies that difference
    n, few = 2 + seed % 8, 4
    f = make(np.random.default_rng(seed), n)
    p = Parameter(np.zeros(n, np.float32))
    t = torch.zeros(n, requires_grad=True)

    def closure():
        loss, g = f(p.data.astype(float))
        p.grad = g.astype(np.float32)
        return loss

    def their_closure():
        loss, g = f(t.detach().numpy().astype(float))
        t.grad = torch.tensor(g.astype(np.float32))
        return torch.tensor(loss, dtype=torch.float64)

    ours = LBFGS([p], max_iter=1, line_search_fn=line_search_fn)
    theirs = torch.optim.LBFGS([t], max_iter=1, line_search_fn=line_search_fn)
    for step in range(1, 9):
        ours.step(closure)
        theirs.step(their_closure)
        expected = t.detach().numpy()
        ulp = np.spacing(np.abs(expected).max())
        np.testing.assert_allclose(p.data, expected, rtol=0, atol=few * step * ulp)
    assert p.data.dtype == np.float32
    assert {array.dtype for name in ("d", "old_dirs", "old_stps") for array in (*ours.state[p][name],)} == {np.dtype("f4")}


def test_returns_what_the_closure_returned_first():
    p, returned = Parameter(np.array([3.0])), []

    def closure():
        p.grad = 2 * p.data
        returned.append(np.array(p.data[0] ** 2))
        return returned[-1]

    optimizer = LBFGS([p])
    assert optimizer.step(closure) is returned[0]
    assert optimizer.state[p]["func_evals"] == len(returned) > 1


def test_at_the_minimum_one_evaluation_is_enough():
    run = Ours(quadratic(np.random.default_rng(0), 3), np.zeros(3), [(3,)], {"tolerance_grad": 1e9})
    run.step()
    assert run.state() == {"func_evals": 1, "n_iter": 0}
    np.testing.assert_array_equal(run.position(), 0)


@pytest.mark.parametrize("max_eval", [1, 2, 7])
@pytest.mark.parametrize("search", [None, "strong_wolfe"])
def test_evaluations_are_bounded(max_eval, search):
    options = {"max_eval": max_eval, "max_iter": 50, "line_search_fn": search, "lr": 0.1}
    run = Ours(rosenbrock(np.random.default_rng(0), 4), np.full(4, -1.0), [(4,)], options)
    run.step()
    # the bound is looked at between iterations, of which the last one makes one evaluation or more
    assert max_eval <= run.state()["func_evals"] <= max_eval + 1


@pytest.mark.parametrize(
    ("scale", "options"),
    [
        (1e-3, {"tolerance_grad": 1e-4, "tolerance_change": 0.0}),
        (1e6, {"tolerance_grad": 0.0, "tolerance_change": 1e-3}),
        (1e-3, {"tolerance_grad": 0.0, "tolerance_change": 1e-5}),
        (1.0, {"max_eval": 9}),
        (1.0, {"max_iter": 9}),
    ],
)
@pytest.mark.parametrize("search", [None, "strong_wolfe"])
def test_each_reason_to_stop_is_torchs(scale, options, search):
    rng = np.random.default_rng(0)
    f = quadratic(rng, 6)
    problem = (
        lambda x: tuple(scale * value for value in f(x)),
        rng.normal(size=6),
        [(6,)],
        {"max_iter": 60, "lr": 1 if search else 0.5, "line_search_fn": search, **options},
    )
    ours, theirs = Ours(*problem), Theirs(*problem)
    ours.step()
    theirs.step()
    a, b = ours.state(), theirs.state()
    assert (a["n_iter"], a["func_evals"]) == (b["n_iter"], b["func_evals"])
    assert 1 < a["n_iter"] < 60


@pytest.mark.parametrize("scale", [1e-2, 1.0, 1e3])
def test_line_search_at_a_kink_stops_when_parameters_hardly_change(scale):
    problem = (
        lambda x: (scale * float(np.abs(x).sum()), scale * np.sign(x)),
        np.array([0.3]),
        [(1,)],
        {"line_search_fn": "strong_wolfe", "max_iter": 1, "max_eval": 100, "tolerance_change": 1e-4},
    )
    ours, theirs = Ours(*problem), Theirs(*problem)
    ours.step()
    theirs.step()
    assert ours.state()["func_evals"] == theirs.state()["func_evals"] > 5
    np.testing.assert_allclose(ours.position(), theirs.position(), atol=1e-12)


# -- the mathematics ------------------------------------------------------------------------------------------


@SHORT
@given(st.integers(1, 6), st.integers(0, 8), st.integers(0, 2**32 - 1))
def test_two_loops_multiply_by_the_matrix_of_bfgs(d, pairs, seed):
    rng = np.random.default_rng(seed)
    a = rng.normal(size=(d, d))
    hessian = a @ a.T + np.eye(d)
    steps = list(rng.normal(size=(pairs, d)))
    changes = [hessian @ s for s in steps]
    state = {"old_stps": steps, "old_dirs": changes, "ro": [1 / (s @ y) for s, y in zip(steps, changes, strict=True)]}
    h = 0.3 * np.eye(d)
    for s, y in zip(steps, changes, strict=True):
        v = np.eye(d) - np.outer(y, s) / (y @ s)
        h = v.T @ h @ v + np.outer(s, s) / (y @ s)
    g = rng.normal(size=d)
    np.testing.assert_allclose(two_loop_recursion({**state, "H_diag": 0.3}, g), h @ g, rtol=1e-6, atol=1e-8)
    if pairs:  # the secant equation
        np.testing.assert_allclose(two_loop_recursion({**state, "H_diag": 0.3}, changes[-1]), steps[-1], rtol=1e-6)


@SHORT
@given(st.lists(st.floats(-3, 3), min_size=4, max_size=4), st.floats(0, 1), st.floats(1.5, 3))
def test_cubic_minimum_of_a_cubic(c, left, right):
    cubic, slope = np.polynomial.Polynomial(c), np.polynomial.Polynomial(c).deriv()
    points = [Point(t, float(cubic(t)), np.zeros(0), float(slope(t))) for t in (left, right)]
    t = cubic_minimum(*points, (left, right))
    assert left <= t <= right
    # of a leading coefficient near zero, NumPy cannot tell the roots
    if abs(c[3]) > 1e-3:
        minima = [r.real for r in slope.roots() if not r.imag and slope.deriv()(r.real) > 1e-3 and left < r.real < right]
        assert not minima or t == pytest.approx(minima[0], abs=1e-5)


@settings(deadline=None, max_examples=200)
@given(st.tuples(*[st.floats(-3, 3)] * 4), st.floats(0, 1), st.floats(1.5, 3), st.sampled_from([None, (3.03, 30.0)]))
def test_cubic_minimum_is_torchs(values, t1, t2, bounds):
    f1, g1, f2, g2 = values
    left, right = Point(t1, f1, np.zeros(0), g1), Point(t2, f2, np.zeros(0), g2)
    d1 = g1 + g2 - 3 * (f1 - f2) / (t1 - t2)
    square = d1**2 - g1 * g2
    # neither the root nor the divisor may be a difference of nearly equal numbers, which multiplies rounding errors
    assume(abs(square) > 1e-3 and abs(g2 - g1 + 2 * abs(square) ** 0.5) > 1e-3)
    slopes = [torch.tensor(g, dtype=torch.float64) for g in (g1, g2)]
    for order in (1, -1):
        first, second = [(t1, f1, slopes[0]), (t2, f2, slopes[1])][::order]
        theirs = float(torch_lbfgs._cubic_interpolate(*first, *second, bounds=bounds))
        assert cubic_minimum(left, right, bounds or (t1, t2)) == pytest.approx(theirs, rel=1e-9)


def test_cubic_minimum_without_a_minimum():
    def at(t: float, loss: float, slope: float) -> Point:
        return Point(t, loss, np.zeros(0), slope)

    assert cubic_minimum(at(0, 0.0, -1.0), at(1, -1.0, -1.0), (1.01, 10.0)) == 10.0  # a straight line down
    assert cubic_minimum(at(0, 0.0, -1.0), at(1, -2 / 3, -1.0), (1.0, 10.0)) == 5.5  # no turning point
    assert cubic_minimum(at(1, 0.0, -1.0), at(1, 0.0, -1.0), (1.0, 1.0)) == 1.0
    for loss in (np.inf, np.nan, 1e300):
        assert cubic_minimum(at(0, 0.0, -1.0), at(1, loss, 1.0), (0.0, 1.0)) == 0.5


LINES = {
    "parabola": lambda t: ((t - 3) ** 2, 2 * (t - 3)),
    "far": lambda t: ((t - 300) ** 2, 2 * (t - 300)),
    "near": lambda t: ((1e4 * t - 3) ** 2, 2e4 * (1e4 * t - 3)),
    "flat, then steep": lambda t: (np.exp(5 * t) - 10 * t, 5 * np.exp(5 * t) - 10),
    "wavy": lambda t: (np.cos(9 * t) / 9 - 0.3 * t + 0.01 * t**2, -np.sin(9 * t) - 0.3 + 0.02 * t),
    "quartic": lambda t: (t**4 - 4 * t, 4 * t**3 - 4),
}


@pytest.mark.parametrize("first", [1e-3, 0.1, 1.0, 10.0])
@pytest.mark.parametrize("name", LINES)
def test_line_search_ends_where_both_conditions_hold(name, first):
    evaluations = []

    def along(t: float) -> Point:
        evaluations.append(t)
        loss, slope = LINES[name](t)
        return Point(t, float(loss), np.array([slope]), float(slope))

    start = along(0.0)
    end, count = strong_wolfe(along, start, first, 1.0, 25)
    assert count == len(evaluations) - 1 <= 26
    assert end.loss <= start.loss + 1e-4 * end.t * start.slope
    assert abs(end.slope) <= 0.9 * abs(start.slope)
    assert end.t > 0


# few values, so that losses tie and slopes vanish
SCRIPTED = st.sampled_from([-3.0, -1.0, -0.5, -1e-3, 0.0, 1e-3, 0.25, 1.0, 3.0]) | st.floats(-5, 5)


@settings(deadline=None, max_examples=600)
@given(
    st.lists(st.tuples(SCRIPTED, SCRIPTED), min_size=40, max_size=40),
    st.sampled_from([1.0, 1e-3, 0.3, 20.0]),
    st.sampled_from([-1.0, -1e-2, -7.5]),
    st.integers(0, 30),
    st.sampled_from([1e-9, 0.0, 0.1]),
    st.sampled_from([1.0, 0.125, 1024.0]),
)
def test_line_search_asks_and_answers_as_torchs(answers, first, slope, max_ls, tolerance_change, size):
    """Told the same losses and slopes, consistent or not, both ask at the same places and end at the same one.

    Torch's search is given our interpolation (which has a test of its own), so that both compute with the same digits, and must
    decide alike, ties and all.
    """

    def interpolate(x1, f1, g1, x2, f2, g2, bounds=None):
        ends = Point(x1, f1, np.zeros(0), float(g1)), Point(x2, f2, np.zeros(0), float(g2))
        left, right = sorted(ends, key=lambda end: end.t)
        return cubic_minimum(left, right, bounds or (left.t, right.t))

    def ours() -> tuple[Point, int, list[float]]:
        asked: list[float] = []

        def along(t: float) -> Point:
            asked.append(t)
            loss, slope = answers[len(asked) - 1]
            return Point(t, loss, np.array([slope / size]), slope)

        start = Point(0.0, 0.0, np.array([slope / size]), slope)
        return *strong_wolfe(along, start, first, size, max_ls, tolerance_change=tolerance_change), asked

    def theirs() -> tuple[float, np.ndarray, float, int, list[float]]:
        asked: list[float] = []

        def objective(x, t, d):
            asked.append(float(t))
            loss, slope = answers[len(asked) - 1]
            return loss, torch.tensor([slope / size], dtype=torch.float64)

        d, g = torch.tensor([size], dtype=torch.float64), torch.tensor([slope / size], dtype=torch.float64)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(torch_lbfgs, "_cubic_interpolate", interpolate)
            found = torch_lbfgs._strong_wolfe(
                objective, None, first, d, 0.0, g, g.dot(d), tolerance_change=tolerance_change, max_ls=max_ls
            )
        return *found, asked

    loss, gradient, t, count, places = theirs()
    end, our_count, our_places = ours()
    assert our_places == places
    assert (end.t, end.loss, end.gradient, our_count) == (float(t), loss, gradient.numpy(), count)


def test_line_search_comes_back_from_an_overflow():
    def f(x):
        with np.errstate(over="ignore"):
            return float(np.exp(x**2).sum()), 2 * x * np.exp(x**2)

    problem = f, np.array([3.0, -3.0]), [(2,)], {"lr": 1e4, "line_search_fn": "strong_wolfe", "max_eval": 1000}
    ours, theirs = Ours(*problem), Theirs(*problem)
    with np.errstate(invalid="ignore"):
        ours.step()
        theirs.step()
    assert np.abs(ours.position()).max() < 1e-4
    assert np.isnan(theirs.position()).all()  # torch does not


def test_ill_conditioned_quadratic_is_solved_far_faster_than_by_gradient_descent():
    rng = np.random.default_rng(0)
    q = np.linalg.qr(rng.normal(size=(20, 20)))[0]
    a, x0 = q * np.geomspace(1, 1e4, 20) @ q.T, rng.normal(size=20)
    run = Ours(lambda x: (0.5 * x @ a @ x, a @ x), x0, [(20,)], {"max_iter": 150, "line_search_fn": "strong_wolfe"})
    run.step()
    x = x0
    for _ in range(run.state()["func_evals"]):
        x = x - 2 / (1e4 + 1) * (a @ x)  # the best fixed rate
    assert run.f(run.position())[0] < 1e-6 * run.f(x)[0]


# -- bad input ------------------------------------------------------------------------------------------------


def test_needs_a_closure():
    with pytest.raises(TypeError, match="closure"):
        torch.optim.LBFGS([torch.zeros(2, requires_grad=True)]).step()
    with pytest.raises(TypeError, match="evaluates the loss several times in a step.*returns the loss"):
        LBFGS([Parameter(np.zeros(2))]).step()


def test_closure_must_return_the_loss():
    p = Parameter(np.ones(1))
    p.grad = np.ones(1)
    with pytest.raises(TypeError, match="must return the loss, a number, got None"):
        LBFGS([p]).step(lambda: None)


def test_takes_one_group_only():
    def groups(make):
        return [{"params": [make()]}, {"params": [make()]}]

    with pytest.raises(ValueError):
        torch.optim.LBFGS(groups(lambda: torch.zeros(2, requires_grad=True)))
    with pytest.raises(ValueError, match="one parameter group only.*one list"):
        LBFGS(groups(lambda: Parameter(np.zeros(2))))
    optimizer = LBFGS([Parameter(np.zeros(2))])
    with pytest.raises(ValueError, match="one parameter group only"):
        optimizer.add_param_group({"params": [Parameter(np.zeros(2))]})
    assert len(optimizer.param_groups) == 1


def test_gradient_of_another_shape():
    p = Parameter(np.zeros(2))

    def closure():
        p.grad = np.ones(3)
        return 1.0

    with pytest.raises(RuntimeError, match=r"\(2,\).*\(3,\)"):
        LBFGS([p]).step(closure)


def test_no_parameters_at_all():
    assert LBFGS([{"params": []}]).step(lambda: 7.0) == 7.0


@pytest.mark.parametrize(("argument", "value"), [("lr", -0.1), ("lr", "0.1"), ("lr", None), ("lr", float("nan"))])
def test_rejects_what_torch_rejects(argument, value):
    assert_rejected("LBFGS", argument, **{argument: value})


def test_rejects_at_once_the_line_search_that_torch_rejects_in_the_first_step():
    run = Theirs(quadratic(np.random.default_rng(0), 2), np.ones(2), [(2,)], {"line_search_fn": "armijo"})
    with pytest.raises(RuntimeError):
        run.step()
    with pytest.raises(RuntimeError, match="line_search_fn must be None or 'strong_wolfe', got 'armijo'"):
        LBFGS([Parameter(np.zeros(2))], line_search_fn="armijo")


@pytest.mark.parametrize(
    ("argument", "value", "error"),
    [
        ("lr", float("inf"), ValueError),
        ("lr", True, TypeError),
        ("max_iter", 0, ValueError),
        ("max_iter", 2.5, TypeError),
        ("max_eval", 0, ValueError),
        ("history_size", 0, ValueError),
        ("tolerance_grad", -1e-7, ValueError),
        ("tolerance_change", float("nan"), ValueError),
    ],
)
def test_rejects_mistakes_that_torch_lets_through(argument, value, error):
    assert_rejected_by_ours("LBFGS", argument, error, **{argument: value})


@pytest.mark.parametrize("at", range(1, 12))
@pytest.mark.parametrize("line_search_fn", [None, "strong_wolfe"])
@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_a_step_that_fails_half_way_changes_nothing(at, line_search_fn, error):
    """Wherever it is that the closure fails or computes a gradient of the wrong shape, the next step makes up for it."""

    def run(fails):
        p = Parameter(np.array([-1.2, 1.0]))
        optimizer = LBFGS([p], lr=0.5, max_iter=6, line_search_fn=line_search_fn)
        calls = []

        def closure():
            x, y = p.data
            calls.append(p.data.copy())
            p.grad = np.array([-400 * x * (y - x * x) - 2 * (1 - x), 200 * (y - x * x)]) / 100
            if fails and len(calls) == at:
                if error is KeyboardInterrupt:
                    raise KeyboardInterrupt
                p.grad = np.zeros(3)
            return (100 * (y - x * x) ** 2 + (1 - x) ** 2) / 100

        for _ in range(3):
            before = p.data.copy()
            try:
                optimizer.step(closure)
            except error:
                np.testing.assert_array_equal(p.data, before)
                optimizer.step(closure)
        return p.data, optimizer.state[p]

    (expected, state), (found, state_found) = run(False), run(True)
    np.testing.assert_array_equal(found, expected)
    assert state_found["func_evals"] == state["func_evals"]
