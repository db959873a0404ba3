from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.optim import Muon, Parameter
from course_lib.optim.muon import newton_schulz

from .parity import (
    LONG,
    SHORT,
    SideBySide,
    assert_parity,
    assert_resumes,
    problems,
    to_arrays,
)

OPTIONS = st.fixed_dictionaries(
    {},
    optional={
        "lr": st.sampled_from([1e-3, 0.1, 1.0, 0.0, 0.0123]),
        "weight_decay": st.sampled_from([0.1, 0, 0.5]),
        "momentum": st.sampled_from([0.95, 0.9, 0.5, 0.3, 0.0]),
        "nesterov": st.booleans(),
        "ns_coefficients": st.sampled_from([(3.4445, -4.7750, 2.0315), (1.5, -0.5, 0.0), (2.0, -1.5, 0.5)]),
        "eps": st.sampled_from([1e-7, 1e-3, 10.0]),
        "ns_steps": st.sampled_from([5, 0, 1, 3]),
        "adjust_lr_fn": st.sampled_from([None, "original", "match_rms_adamw"]),
    },
)
SHAPES = [(1, 1), (2, 3), (3, 2), (5, 5), (1, 7), (8, 1), (6, 20)]
PUBLISHED = (3.4445, -4.7750, 2.0315)


@pytest.fixture(scope="module")
def without_bfloat16():
    """torch's Muon with its one cast, to bfloat16, taken out: the same rule in the precision of the parameter."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(torch.Tensor, "bfloat16", torch.Tensor.clone)
        yield


# -- the rule, in float64 on both sides -----------------------------------------------------------------------


@LONG
@given(problems(OPTIONS, shapes=SHAPES))
def test_parity_with_torch_in_float64(without_bfloat16, problem):
    assert_parity("Muon", problem)


# A few units in the last place are too few for Muon: an iteration multiplies a small singular value by up to 3.4445, and so
# all that rounding did to it. Relative to the size of the update, five of them make of one rounding, 2^-24, this at most;
# in 2000 matrices it was less than a tenth of that, with torch's as with ours.
FLOAT32 = 2.0**-24 * PUBLISHED[0] ** 5


@settings(deadline=None, max_examples=100)
@given(st.integers(1, 10), st.integers(0, 10), st.integers(0, 2**32 - 1), st.booleans(), st.booleans())
def test_updates_in_float32(without_bfloat16, n, more, seed, tall, whole):
    rng = np.random.default_rng(seed)
    g = rng.normal(size=(n, n + more)) * 10.0 ** rng.integers(-3, 3)
    g = (np.round(g) if whole else g).astype(np.float32)
    exact = with_roundings(g.astype(float), rng, 0.0)
    if tall:
        g, exact = g.T, exact.T
    p, t = Parameter(np.zeros(g.shape, np.float32)), torch.zeros(g.shape, requires_grad=True)
    p.grad, t.grad = g, torch.tensor(g)
    options = {"lr": 1, "momentum": 0, "adjust_lr_fn": "original"}
    Muon([p], **options).step()
    torch.optim.Muon([t], **options).step()
    factor = np.sqrt(max(1, g.shape[0] / g.shape[1]))
    for update in (p.data, t.detach().numpy()):
        assert update.dtype == np.float32
        assert np.linalg.norm(-update / factor - exact) <= FLOAT32 * np.linalg.norm(exact)


@SHORT
@given(problems(OPTIONS, shapes=SHAPES))
def test_saved_and_resumed(without_bfloat16, problem):
    assert_resumes("Muon", problem)


# -- torch as it is, in bfloat16 ------------------------------------------------------------------------------

# A number in bfloat16 has 8 significant bits, so that a rounding moves it by up to u = 2^-9 of itself. torch rounds
# the matrix, X at the start, and in each iteration X X^T, the polynomial in it and the new X. How far that carries
# depends on the matrix: an iteration multiplies a small singular value by 3.4, and so all that rounding did to it.
# There is no bound for all matrices (a singular value of u may come out anywhere in [0, 1.2]), but for each one it
# can be measured how far random changes of that size, in those places, move the result of the exact iteration.
# The roundings are one more sample: in 4000 matrices they moved it at most 3.2 times as far as the farthest of 12.
U = 2.0**-9


def with_roundings(matrix: np.ndarray, rng: np.random.Generator, u: float) -> np.ndarray:
    """The published iteration, written down independently, with relative changes of size u where torch rounds."""

    def rounded(x: np.ndarray) -> np.ndarray:
        return x * (1 + u * rng.uniform(-1, 1, x.shape))

    a, b, c = PUBLISHED
    x = rounded(matrix)
    x = rounded(x / max(np.linalg.norm(x), 1e-7))
    for _ in range(5):
        gram = rounded(x @ x.T)
        x = rounded(a * x + rounded(b * gram + c * gram @ gram) @ x)
    return x


@settings(deadline=None, max_examples=100)
@given(st.integers(1, 10), st.integers(0, 10), st.integers(0, 2**32 - 1), st.booleans(), st.booleans())
def test_updates_are_torchs_as_far_as_its_roundings_allow(n, more, seed, tall, whole):
    rng = np.random.default_rng(seed)
    g = rng.normal(size=(n, n + more)) * 10.0 ** rng.integers(-3, 3)
    if whole:
        g = np.round(g)  # often of low rank, or zero
    exact = with_roundings(g, rng, 0.0)
    reach = max(np.linalg.norm(with_roundings(g, rng, U) - exact) for _ in range(20))
    if tall:
        g, exact = g.T, exact.T
    p, t = Parameter(np.zeros(g.shape)), torch.zeros(g.shape, dtype=torch.float64, requires_grad=True)
    p.grad, t.grad = g, torch.tensor(g)
    options = {"lr": 1, "momentum": 0, "adjust_lr_fn": "original"}
    Muon([p], **options).step()
    torch.optim.Muon([t], **options).step()
    factor = np.sqrt(max(1, g.shape[0] / g.shape[1]))
    np.testing.assert_allclose(-p.data / factor, exact, atol=1e-12)
    assert np.linalg.norm(-t.detach().numpy() / factor - exact) <= 8 * reach


@SHORT
@given(problems(OPTIONS, shapes=SHAPES))
def test_momentum_is_torchs_whatever_the_precision_of_the_iteration(problem):
    run = SideBySide("Muon", problem)
    for _ in range(30):
        run.step()
    for p, tensor in zip(run.params, run.tensors, strict=True):
        ours, theirs = run.ours.state.get(p, {}), to_arrays(run.theirs.state.get(tensor, {}))
        assert ours.keys() == theirs.keys()
        for name in ours:
            np.testing.assert_allclose(ours[name], theirs[name], rtol=1e-12, atol=1e-12 * np.abs(theirs[name]).max())


def test_float32_parameters_stay_float32():
    p = Parameter(np.ones((3, 2), np.float32))
    p.grad = np.ones((3, 2), np.float32)
    optimizer = Muon([p])
    optimizer.step()
    assert p.data.dtype == optimizer.state[p]["momentum_buffer"].dtype == np.float32


# -- what the iteration is for --------------------------------------------------------------------------------


def polynomial(x: np.ndarray, coefficients: tuple[float, float, float], steps: int) -> np.ndarray:
    """What becomes of singular values."""
    a, b, c = coefficients
    for _ in range(steps):
        x = a * x + b * x**3 + c * x**5
    return x


@settings(deadline=None, max_examples=100)
@given(st.integers(1, 12), st.integers(1, 12), st.integers(0, 2**32 - 1), st.integers(0, 6))
def test_singular_vectors_stay_and_values_follow_the_polynomial(n, m, seed, steps):
    matrix = np.random.default_rng(seed).normal(size=(n, m)) * 100
    u, s, vt = np.linalg.svd(matrix, full_matrices=False)
    expected = u * polynomial(s / np.linalg.norm(matrix), PUBLISHED, steps) @ vt
    np.testing.assert_allclose(newton_schulz(matrix, PUBLISHED, steps, 1e-7), expected, atol=1e-10)


@settings(deadline=None, max_examples=50)
@given(st.integers(1, 20), st.integers(1, 20), st.integers(0, 2**32 - 1))
def test_five_steps_bring_singular_values_into_the_documented_band(n, m, seed):
    rng = np.random.default_rng(seed)
    k = min(n, m)
    u, v = (np.linalg.qr(rng.normal(size=(size, k)))[0] for size in (n, m))
    s = np.sort(10 ** rng.uniform(-2.4, 0, k))  # from 0.004 to 1: relative to a norm of at most √20, some are below 0.002
    x = newton_schulz(u * s @ v.T, PUBLISHED, 5, 1e-7)
    after = np.diag(u.T @ x @ v)
    covered = s / np.linalg.norm(s) >= 0.002
    assert covered.any()
    assert (after[covered] >= 0.68).all() and (after[covered] <= 1.21).all()
    assert (after <= 1.21).all()


def test_the_documented_band_is_the_polynomials():
    x = polynomial(np.linspace(0, 1, 1_000_001), PUBLISHED, 5)
    assert x.max() <= 1.21
    assert x[2000:].min() >= 0.68
    assert x[1000:2000].min() < 0.68  # and not more is promised than holds


@pytest.mark.parametrize("shape", [(4, 4), (3, 6), (6, 3)])
def test_classical_coefficients_converge_to_an_orthogonal_matrix(shape):
    x = newton_schulz(np.random.default_rng(0).normal(size=shape), (1.5, -0.5, 0.0), 60, 1e-7)
    if shape[0] > shape[1]:
        x = x.T
    np.testing.assert_allclose(x @ x.T, np.eye(min(shape)), atol=1e-12)


def test_matrix_is_not_changed():
    matrix = np.ones((3, 2))
    newton_schulz(matrix, PUBLISHED, 5, 1e-7)
    np.testing.assert_array_equal(matrix, 1)


# -- bad input ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [(), (3,), (2, 3, 4)])
def test_rejects_what_is_no_matrix(shape):
    with pytest.raises(ValueError, match="2D"):
        torch.optim.Muon([torch.zeros(shape, requires_grad=True)])
    with pytest.raises(ValueError, match=r"matrices only.*AdamW") as error:
        Muon([Parameter(np.zeros(shape))])
    assert str(shape) in str(error.value)


def test_rejects_what_is_no_matrix_in_a_later_group_and_forgets_it():
    optimizer = Muon([Parameter(np.zeros((2, 2)))])
    with pytest.raises(ValueError, match="matrices only"):
        optimizer.add_param_group({"params": [Parameter(np.zeros((2, 2))), Parameter(np.zeros(2))]})
    assert len(optimizer.param_groups) == 1


@pytest.mark.parametrize("shape", [(0, 3), (3, 0), (0, 0)])
def test_empty_parameter_is_left_alone(shape):
    p = Parameter(np.zeros(shape))
    p.grad = np.zeros(shape)
    Muon([p]).step()


@pytest.mark.parametrize(
    ("argument", "value"),
    [
        ("lr", -0.1),
        ("lr", "0.1"),
        ("lr", None),
        ("lr", float("nan")),
        ("weight_decay", -0.1),
        ("momentum", -0.1),
        ("adjust_lr_fn", "adamw"),
    ],
)
def test_rejects_what_torch_rejects(argument, value):
    with pytest.raises((ValueError, TypeError)) as theirs:
        torch.optim.Muon([torch.zeros((2, 2), requires_grad=True)], **{argument: value})
    with pytest.raises(type(theirs.value), match=argument) as ours:
        Muon([Parameter(np.zeros((2, 2)))], **{argument: value})
    assert str(value) in str(ours.value)


@pytest.mark.parametrize(
    ("argument", "value"),
    [("ns_steps", 100), ("ns_coefficients", (1.0, 2.0))],
)
def test_rejects_at_once_what_torch_rejects_in_the_first_step(argument, value):
    t = torch.zeros((2, 2), requires_grad=True)
    t.grad = torch.ones((2, 2))
    with pytest.raises(ValueError):
        torch.optim.Muon([t], **{argument: value}).step()
    with pytest.raises(ValueError, match=argument):
        Muon([Parameter(np.zeros((2, 2)))], **{argument: value})


@pytest.mark.parametrize(
    ("argument", "value", "error"),
    [
        ("lr", float("inf"), ValueError),
        ("eps", -1e-7, ValueError),
        ("ns_steps", -1, ValueError),
        ("ns_steps", 2.5, TypeError),
        ("ns_coefficients", 3.0, TypeError),
        ("ns_coefficients", (1.0, 2.0, "3"), TypeError),
    ],
)
def test_rejects_mistakes_that_torch_lets_through(argument, value, error):
    torch.optim.Muon([torch.zeros((2, 2), requires_grad=True)], **{argument: value})
    with pytest.raises(error, match=argument):
        Muon([Parameter(np.zeros((2, 2)))], **{argument: value})
