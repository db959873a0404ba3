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

COMMON = {
    "lr": st.sampled_from([1e-3, 0.1, 1.0, 0.0, 0.0123]),
    "eps": st.sampled_from([1e-8, 1e-3, 1.0, 0.0]),
    "weight_decay": st.sampled_from([0, 0.01, 0.5]),
    "momentum": st.sampled_from([0, 0.5, 0.9]),
    "maximize": st.booleans(),
}
UNCENTERED = st.fixed_dictionaries(
    {"centered": st.just(False)}, optional={**COMMON, "alpha": st.sampled_from([0.99, 0.9, 0.4, 0.0])}
)
# v - a**2 is a difference of nearly equal numbers if the gradients hardly change, in torch as in ours: digits are lost,
# by a factor of up to alpha**-t. With these alpha, the factor stays below 60 in 200 steps.
CENTERED = st.fixed_dictionaries({"centered": st.just(True), "alpha": st.sampled_from([0.98, 0.99, 0.999])}, optional=COMMON)
OPTIONS = UNCENTERED | CENTERED


@LONG
@given(problems(OPTIONS))
def test_parity_with_torch(problem):
    assert_parity("RMSprop", problem)


@SHORT
@given(problems(OPTIONS))
def test_float32(problem):
    assert_float32_parity("RMSprop", problem)


@SHORT
@given(problems(OPTIONS))
def test_saved_and_resumed(problem):
    assert_resumes("RMSprop", problem)


@pytest.mark.parametrize(
    ("argument", "value"),
    [
        ("lr", -0.1),
        ("lr", "0.1"),
        ("lr", None),
        ("lr", float("nan")),
        ("alpha", -0.1),
        ("eps", -1e-08),
        ("eps", float("nan")),
        ("weight_decay", -0.1),
        ("momentum", -0.1),
    ],
)
def test_rejects_what_torch_rejects(argument, value):
    assert_rejected("RMSprop", argument, **{argument: value})


@pytest.mark.parametrize(
    ("argument", "value", "error"),
    [
        ("lr", float("inf"), ValueError),
        ("lr", True, TypeError),
        ("alpha", 1.5, ValueError),
    ],
)
def test_rejects_mistakes_that_torch_lets_through(argument, value, error):
    assert_rejected_by_ours("RMSprop", argument, error, **{argument: value})
