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
        "lambd": st.sampled_from([1e-4, 0.1, 0.0]),
        "alpha": st.sampled_from([0.75, 0.5, 1.0, 0]),
        "t0": st.sampled_from([1e6, 0, 3, 50.0]),
        "weight_decay": st.sampled_from([0, 0.01, 0.5]),
        "maximize": st.booleans(),
    },
)


@LONG
@given(problems(OPTIONS))
def test_parity_with_torch(problem):
    assert_parity("ASGD", problem)


@SHORT
@given(problems(OPTIONS))
def test_float32(problem):
    assert_float32_parity("ASGD", problem)


@SHORT
@given(problems(OPTIONS))
def test_saved_and_resumed(problem):
    assert_resumes("ASGD", problem)


@pytest.mark.parametrize(
    ("argument", "value"),
    [
        ("lr", -0.1),
        ("lr", "0.1"),
        ("lr", None),
        ("lr", float("nan")),
        ("weight_decay", -0.1),
    ],
)
def test_rejects_what_torch_rejects(argument, value):
    assert_rejected("ASGD", argument, **{argument: value})


@pytest.mark.parametrize(
    ("argument", "value", "error"),
    [
        ("lr", float("inf"), ValueError),
        ("lr", True, TypeError),
        ("lambd", -0.1, ValueError),
        ("t0", float("nan"), ValueError),
    ],
)
def test_rejects_mistakes_that_torch_lets_through(argument, value, error):
    assert_rejected_by_ours("ASGD", argument, error, **{argument: value})
