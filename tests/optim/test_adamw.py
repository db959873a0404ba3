from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from .parity import (
    BETAS,
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
        "betas": BETAS,
        "eps": st.sampled_from([1e-8, 1e-3, 1.0, 0.0]),
        "weight_decay": st.sampled_from([0, 0.01, 0.5]),
        "amsgrad": st.booleans(),
        "maximize": st.booleans(),
    },
)


@LONG
@given(problems(OPTIONS))
def test_parity_with_torch(problem):
    assert_parity("AdamW", problem)


@SHORT
@given(problems(OPTIONS))
def test_float32(problem):
    assert_float32_parity("AdamW", problem)


@SHORT
@given(problems(OPTIONS))
def test_saved_and_resumed(problem):
    assert_resumes("AdamW", problem)


@pytest.mark.parametrize(
    ("argument", "value"),
    [
        ("lr", -0.1),
        ("lr", "0.1"),
        ("lr", None),
        ("lr", float("nan")),
        ("betas", (1.0, 0.999)),
        ("betas", (0.9, 1.0)),
        ("betas", (-0.1, 0.999)),
        ("betas", 0.9),
        ("eps", -1e-08),
        ("eps", float("nan")),
        ("weight_decay", -0.1),
    ],
)
def test_rejects_what_torch_rejects(argument, value):
    assert_rejected("AdamW", argument, **{argument: value})


@pytest.mark.parametrize(
    ("argument", "value", "error"),
    [
        ("lr", float("inf"), ValueError),
        ("lr", True, TypeError),
        ("betas", (0.9, 0.99, 0.999), ValueError),
    ],
)
def test_rejects_mistakes_that_torch_lets_through(argument, value, error):
    assert_rejected_by_ours("AdamW", argument, error, **{argument: value})
