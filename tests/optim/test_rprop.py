from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from .parity import (
    LONG,
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
        "lr": st.sampled_from([1e-3, 0.1, 1.0, 0.0, 0.0123]),
        "etas": st.sampled_from([(0.5, 1.2), (0.9, 2.0), (0.1, 1.001)]),
        "step_sizes": st.sampled_from([(1e-6, 50), (0.01, 0.2), (0.0, 1e3)]),
        "maximize": st.booleans(),
    },
)


@LONG
@given(problems(OPTIONS))
def test_parity_with_torch(problem):
    assert_parity("Rprop", problem)


@SHORT
@given(problems(OPTIONS))
def test_float32(problem):
    assert_float32_parity("Rprop", problem)


@SHORT
@given(problems(OPTIONS))
def test_saved_and_resumed(problem):
    assert_resumes("Rprop", problem)


@pytest.mark.parametrize(
    ("argument", "value"),
    [
        ("lr", -0.1),
        ("lr", "0.1"),
        ("lr", None),
        ("lr", float("nan")),
        ("etas", (1.2, 0.5)),
        ("etas", (0.0, 1.2)),
        ("etas", 0.5),
    ],
)
def test_rejects_what_torch_rejects(argument, value):
    assert_rejected("Rprop", argument, **{argument: value})


@pytest.mark.parametrize(
    ("argument", "value", "error"),
    [
        ("lr", float("inf"), ValueError),
        ("lr", True, TypeError),
        ("step_sizes", (50, 1e-6), ValueError),
    ],
)
def test_rejects_mistakes_that_torch_lets_through(argument, value, error):
    assert_rejected_by_ours("Rprop", argument, error, **{argument: value})
