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
        "lr_decay": st.sampled_from([0, 0.1, 1e-3]),
        "weight_decay": st.sampled_from([0, 0.01, 0.5]),
        "initial_accumulator_value": st.sampled_from([0, 0.1, 3.0]),
        "eps": st.sampled_from([1e-10, 1e-3, 1.0, 0.0]),
        "maximize": st.booleans(),
    },
)


@LONG
@given(problems(OPTIONS))
def test_parity_with_torch(problem):
    assert_parity("Adagrad", problem)


@SHORT
@given(problems(OPTIONS))
def test_float32(problem):
    assert_float32_parity("Adagrad", problem)


@SHORT
@given(problems(OPTIONS))
def test_saved_and_resumed(problem):
    assert_resumes("Adagrad", problem)


@pytest.mark.parametrize(
    ("argument", "value"),
    [
        ("lr", -0.1),
        ("lr", "0.1"),
        ("lr", None),
        ("lr", float("nan")),
        ("lr_decay", -0.1),
        ("weight_decay", -0.1),
        ("initial_accumulator_value", -1.0),
        ("eps", -1e-08),
        ("eps", float("nan")),
    ],
)
def test_rejects_what_torch_rejects(argument, value):
    assert_rejected("Adagrad", argument, **{argument: value})


@pytest.mark.parametrize(
    ("argument", "value", "error"),
    [
        ("lr", float("inf"), ValueError),
        ("lr", True, TypeError),
    ],
)
def test_rejects_mistakes_that_torch_lets_through(argument, value, error):
    assert_rejected_by_ours("Adagrad", argument, error, **{argument: value})
