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

# options that go together: nesterov asks for momentum and no dampening
COMMON = {
    "lr": st.sampled_from([1e-3, 0.1, 1.0, 0.0, 0.0123]),
    "weight_decay": st.sampled_from([0, 0.01, 0.5]),
    "maximize": st.booleans(),
}
PLAIN = st.fixed_dictionaries(
    {"nesterov": st.just(False)},
    optional={
        **COMMON,
        "momentum": st.sampled_from([0, 0.5, 0.9, 1.0]),
        "dampening": st.sampled_from([0, 0.1, 0.9, 1]),
    },
)
NESTEROV = st.fixed_dictionaries(
    {"nesterov": st.just(True), "momentum": st.sampled_from([0.5, 0.9]), "dampening": st.just(0)},
    optional=COMMON,
)
OPTIONS = PLAIN | NESTEROV


@LONG
@given(problems(OPTIONS))
def test_parity_with_torch(problem):
    assert_parity("SGD", problem)


@SHORT
@given(problems(OPTIONS))
def test_float32(problem):
    assert_float32_parity("SGD", problem)


@SHORT
@given(problems(OPTIONS))
def test_saved_and_resumed(problem):
    assert_resumes("SGD", problem)


@pytest.mark.parametrize(
    ("argument", "value"),
    [
        ("lr", -0.1),
        ("lr", "0.1"),
        ("lr", None),
        ("weight_decay", -0.1),
        ("momentum", -0.1),
    ],
)
def test_rejects_what_torch_rejects(argument, value):
    assert_rejected("SGD", argument, **{argument: value})


@pytest.mark.parametrize(
    ("argument", "value", "error"),
    [
        ("lr", float("nan"), ValueError),
        ("lr", float("inf"), ValueError),
        ("lr", True, TypeError),
        ("dampening", float("nan"), ValueError),
    ],
)
def test_rejects_mistakes_that_torch_lets_through(argument, value, error):
    assert_rejected_by_ours("SGD", argument, error, **{argument: value})
