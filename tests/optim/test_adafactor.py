from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_lib.optim import Adafactor, Parameter

from .parity import (
    LONG,
    SHAPES,
    SHORT,
    assert_float32_parity,
    assert_parity,
    assert_rejected,
    assert_rejected_by_ours,
    assert_resumes,
    problems,
)

OPTIONS = st.fixed_dictionaries(
    {},
    optional={
        "lr": st.sampled_from([1e-2, 0.1, 1.0, 0.0, 0.0123]),
        "beta2_decay": st.sampled_from([-0.8, -0.5, -1.0, 0.0, -3.0]),
        "eps": st.sampled_from([(None, 1e-3), (1e-30, 1e-3), (1e-3, 0.1), (1.0, 0.0), (None, 10.0)]),
        "d": st.sampled_from([1.0, 1.5, 100.0]),
        "weight_decay": st.sampled_from([0.0, 0.01, 0.5]),
        "maximize": st.booleans(),
    },
)
# torch divides by zero at an empty parameter
NOT_EMPTY = [shape for shape in [*SHAPES, (4, 3), (1, 6), (6, 1)] if 0 not in shape]


@LONG
@given(problems(OPTIONS, shapes=NOT_EMPTY))
def test_parity_with_torch(problem):
    assert_parity("Adafactor", problem)


@SHORT
@given(problems(OPTIONS, shapes=NOT_EMPTY))
def test_float32(problem):
    assert_float32_parity("Adafactor", problem)


@SHORT
@given(problems(OPTIONS, shapes=NOT_EMPTY))
def test_saved_and_resumed(problem):
    assert_resumes("Adafactor", problem)


@pytest.mark.parametrize("shape", [(0,), (3, 0), (0, 3), (2, 0, 3)])
def test_empty_parameter_is_left_alone(shape):
    p, other = Parameter(np.zeros(shape)), Parameter(np.ones(2))
    p.grad, other.grad = np.zeros(shape), np.ones(2)
    with np.errstate(all="raise"):
        Adafactor([p, other]).step()
    assert (other.data < 1).all()


def test_memory_is_a_row_and_a_column():
    p = Parameter(np.ones((5, 30, 20)))
    p.grad = np.ones((5, 30, 20))
    optimizer = Adafactor([p])
    optimizer.step()
    assert sum(np.size(value) for value in optimizer.state[p].values()) == 1 + 5 * (30 + 20)


def test_second_moment_is_exact_for_a_column_times_a_row():
    rng = np.random.default_rng(0)
    g = np.outer(rng.uniform(0.5, 2, 4), rng.uniform(0.5, 2, 3)) * rng.choice([-1, 1], (4, 3))
    matrix, vector = Parameter(np.ones((4, 3))), Parameter(np.ones(12))
    matrix.grad, vector.grad = g, g.ravel()
    optimizer = Adafactor([matrix, vector], lr=0.1)
    for _ in range(5):
        optimizer.step()
    np.testing.assert_allclose(matrix.data.ravel(), vector.data, rtol=1e-14)


def test_each_parameter_has_the_precision_of_its_own():
    # torch takes that of the first one in a group for all of them
    single, double = Parameter(np.ones(1, np.float32)), Parameter(np.ones(1))
    for p in (single, double):
        p.grad = np.full(1, 1e-10, p.data.dtype)
    Adafactor([single, double], lr=0.1).step()
    assert double.data == pytest.approx(0.9, rel=1e-12)
    assert 1 - single.data == pytest.approx(0.1 * 1e-10 / np.finfo(np.float32).eps, rel=1e-3)


@pytest.mark.parametrize(
    ("argument", "value"),
    [
        ("lr", -0.1),
        ("lr", "0.1"),
        ("lr", None),
        ("lr", float("nan")),
        ("beta2_decay", 0.1),
        ("eps", (-1e-3, 1e-3)),
        ("eps", (1e-3, -1e-3)),
        ("d", 0.5),
        ("weight_decay", -0.1),
    ],
)
def test_rejects_what_torch_rejects(argument, value):
    assert_rejected("Adafactor", argument, **{argument: value})


@pytest.mark.parametrize(
    ("argument", "value", "error"),
    [
        ("lr", float("inf"), ValueError),
        ("lr", True, TypeError),
        ("eps", (1e-3, 1e-3, 1e-3), ValueError),
        ("beta2_decay", -float("inf"), ValueError),
    ],
)
def test_rejects_mistakes_that_torch_lets_through(argument, value, error):
    assert_rejected_by_ours("Adafactor", argument, error, **{argument: value})


def test_eps_that_is_no_pair():
    with pytest.raises(TypeError, match=r"eps must be two numbers.*got float: 0\.001"):
        Adafactor([Parameter(np.zeros(2))], eps=1e-3)
    with pytest.raises(TypeError, match=r"eps\[1\] must be a number, got NoneType"):
        Adafactor([Parameter(np.zeros(2))], eps=(None, None))
