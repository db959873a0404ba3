from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_lib.optim import Parameter, ScheduleFreeAdamW

from .parity import LONG, assert_follows, assert_resumes_bit_for_bit, problems

OPTIONS = st.fixed_dictionaries(
    {},
    optional={
        "lr": st.sampled_from([1e-3, 0.1, 0.0, 0.0123]),
        "betas": st.tuples(st.sampled_from([0.0, 0.5, 0.9, 0.95]), st.sampled_from([0.4, 0.9, 0.99, 0.999])),
        "eps": st.sampled_from([1e-8, 1e-3, 1.0]),
        "weight_decay": st.sampled_from([0, 0.01, 0.5]),
        "warmup_steps": st.sampled_from([0, 1, 7, 100]),
        "maximize": st.booleans(),
    },
)


def paper(x, gradients, lrs, betas=(0.9, 0.999), eps=1e-8, weight_decay=0, warmup_steps=0, lr=None):
    """Algorithm 1 of the paper, line by line."""
    beta1, beta2 = betas
    z, y, v, gammas = x, x, 0 * x, []
    for t, (g, gamma) in enumerate(zip(gradients, lrs, strict=True), start=1):
        v = beta2 * v + (1 - beta2) * g**2
        gammas.append(gamma * min(1, t / max(warmup_steps, 1)))
        z = z - gammas[-1] * g / (np.sqrt(v / (1 - beta2**t)) + eps) - gammas[-1] * weight_decay * y
        c = gammas[-1] ** 2 / sum(a**2 for a in gammas) if any(gammas) else 0
        x = (1 - c) * x + c * z
        y = (1 - beta1) * z + beta1 * x
    return {"data": y, "x": x, "z": z, "exp_avg_sq": v}


@LONG
@given(problems(OPTIONS))
def test_does_what_the_paper_says(problem):
    assert_follows("ScheduleFreeAdamW", problem, paper, default_lr=2.5e-3)


@LONG
@given(problems(OPTIONS))
def test_saved_and_resumed(problem):
    assert_resumes_bit_for_bit("ScheduleFreeAdamW", problem)


@pytest.mark.parametrize(
    ("option", "value"),
    [("lr", -0.1), ("betas", (1.0, 0.9)), ("eps", -1e-8), ("weight_decay", -1), ("warmup_steps", float("nan"))],
)
def test_rejects(option, value):
    with pytest.raises(ValueError, match=option):
        ScheduleFreeAdamW([Parameter(np.ones(1))], **{option: value})
