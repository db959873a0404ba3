from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_lib.optim import Parameter, ScheduleFreeAdamW, ScheduleFreeSGD

from .parity import LONG, assert_follows, assert_resumes_bit_for_bit, problems

OPTIONS = st.fixed_dictionaries(
    {},
    optional={
        "lr": st.sampled_from([1.0, 0.1, 0.0, 0.0123]),
        "momentum": st.sampled_from([0.0, 0.5, 0.9, 1.0]),
        "weight_decay": st.sampled_from([0, 0.01, 0.5]),
        "warmup_steps": st.sampled_from([0, 1, 7, 100]),
        "maximize": st.booleans(),
    },
)


def paper(x, gradients, lrs, momentum=0.9, weight_decay=0, warmup_steps=0, lr=None):
    """Algorithm 1 of the paper, without the lines that make it Adam."""
    z, y, gammas = x, x, []
    for t, (g, gamma) in enumerate(zip(gradients, lrs, strict=True), start=1):
        gammas.append(gamma * min(1, t / max(warmup_steps, 1)))
        z = z - gammas[-1] * g - gammas[-1] * weight_decay * y
        c = gammas[-1] ** 2 / sum(a**2 for a in gammas) if any(gammas) else 0
        x = (1 - c) * x + c * z
        y = (1 - momentum) * z + momentum * x
    return {"data": y, "x": x, "z": z}


@LONG
@given(problems(OPTIONS))
def test_does_what_the_paper_says(problem):
    assert_follows("ScheduleFreeSGD", problem, paper, default_lr=1.0)


@LONG
@given(problems(OPTIONS))
def test_saved_and_resumed(problem):
    assert_resumes_bit_for_bit("ScheduleFreeSGD", problem)


def test_with_a_constant_rate_x_is_the_average_of_all_z():
    p = Parameter(np.array([1.0]))
    optimizer = ScheduleFreeSGD([p], lr=0.1)
    zs = []
    for t in range(20):
        p.grad = np.array([float(t)])
        optimizer.step()
        zs.append(optimizer.state[p]["z"].copy())
    np.testing.assert_allclose(optimizer.state[p]["x"], np.mean(zs), rtol=1e-12)


@pytest.mark.parametrize("kind", [ScheduleFreeSGD, ScheduleFreeAdamW])
class TestModes:
    def trained(self, kind, steps=5):
        params = [Parameter(np.array([1.0, -2.0])), Parameter(np.ones((2, 2))), Parameter(np.zeros(3))]
        optimizer = kind(params, lr=0.1)
        self.go_on(optimizer, params, steps)
        return optimizer, params

    def go_on(self, optimizer, params, steps):
        for t in range(steps):
            for p in params[:2]:  # the last one never has a gradient
                p.grad = np.cos(p.data + t)
            optimizer.step()

    def test_to_evaluate_and_back(self, kind):
        optimizer, params = self.trained(kind)
        before = [p.data.copy() for p in params]
        for _ in range(2):  # twice is as good as once
            optimizer.eval()
        for p in params[:2]:
            np.testing.assert_array_equal(p.data, optimizer.state[p]["x"])
            assert (p.data != before[params.index(p)]).all()
        for _ in range(2):
            optimizer.train()
        for p, y in zip(params, before, strict=True):
            np.testing.assert_array_equal(p.data, y)
        self.go_on(optimizer, params, 3)

    def test_no_steps_from_x(self, kind):
        optimizer, params = self.trained(kind)
        optimizer.eval()
        before = params[0].data.copy()
        with pytest.raises(RuntimeError, match=r"call train\(\) first"):
            optimizer.step()
        np.testing.assert_array_equal(params[0].data, before)

    def test_saved_while_evaluating(self, kind):
        optimizer, params = self.trained(kind)
        optimizer.eval()
        copies = [Parameter(p.data.copy()) for p in params]
        resumed = kind(copies)
        resumed.load_state_dict(optimizer.state_dict())
        for each, of in ((optimizer, params), (resumed, copies)):
            each.train()
            self.go_on(each, of, 4)
        for p, q in zip(params, copies, strict=True):
            np.testing.assert_array_equal(p.data, q.data)

    def test_before_the_first_step_there_is_nothing_to_do(self, kind):
        p = Parameter(np.ones(2))
        optimizer = kind([p])
        optimizer.eval()
        optimizer.train()
        np.testing.assert_array_equal(p.data, [1.0, 1.0])


@pytest.mark.parametrize(
    ("option", "value"), [("lr", -0.1), ("momentum", 1.5), ("weight_decay", -1), ("warmup_steps", -1), ("lr", float("inf"))]
)
def test_rejects(option, value):
    with pytest.raises(ValueError, match=option):
        ScheduleFreeSGD([Parameter(np.ones(1))], **{option: value})
