from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_lib.optim import Lion, Parameter

from .parity import LONG, assert_follows, assert_resumes_bit_for_bit, problems

BETA = st.sampled_from([0.0, 0.5, 0.9, 0.95, 0.99])
OPTIONS = st.fixed_dictionaries(
    {},
    optional={
        "lr": st.sampled_from([1e-4, 0.1, 0.0, 0.0123]),
        "betas": st.tuples(BETA, BETA),
        "weight_decay": st.sampled_from([0, 0.01, 0.5]),
        "maximize": st.booleans(),
    },
)


def paper(w, gradients, lrs, betas=(0.9, 0.99), weight_decay=0, lr=None):
    """Algorithm 2 of the paper, line by line."""
    beta1, beta2 = betas
    m = 0 * w
    for g, eta in zip(gradients, lrs, strict=True):
        u = np.sign(beta1 * m + (1 - beta1) * g)
        m = beta2 * m + (1 - beta2) * g
        w = w - eta * (u + weight_decay * w)
    return {"data": w, "exp_avg": m}


@LONG
@given(problems(OPTIONS))
def test_does_what_the_paper_says(problem):
    assert_follows("Lion", problem, paper, default_lr=1e-4)


@LONG
@given(problems(OPTIONS))
def test_saved_and_resumed(problem):
    assert_resumes_bit_for_bit("Lion", problem)


def test_an_entry_without_a_gradient_stays():
    p = Parameter(np.ones(2))
    p.grad = np.array([0.0, 1e-300])
    Lion([p], lr=0.25).step()
    np.testing.assert_array_equal(p.data, [1.0, 0.75])


@pytest.mark.parametrize(
    ("option", "value"), [("lr", -0.1), ("lr", float("nan")), ("betas", (1.0, 0.9)), ("betas", (0.9,)), ("weight_decay", -1)]
)
def test_rejects(option, value):
    with pytest.raises(ValueError, match=option):
        Lion([Parameter(np.ones(1))], **{option: value})
