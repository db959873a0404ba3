from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import strategies as st

from course_lib.optim import Parameter, RMSprop

from .parity import (
    against_torch,
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


TestAgainstTorch = against_torch(
    "RMSprop",
    OPTIONS,
    rejected=[
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
    rejected_by_ours=[
        ("lr", float("inf"), ValueError),
        ("lr", True, TypeError),
        ("alpha", 1.5, ValueError),
    ],
)


def long_run(dtype, gradients, alpha, steps):
    """Centered RMSprop, ours and torch's, for many steps; after each, our state and parameters, and torch's."""
    p, tensor = Parameter(np.zeros_like(gradients(0))), torch.zeros(gradients(0).shape, dtype=dtype, requires_grad=True)
    ours = RMSprop([p], lr=1e-4, alpha=alpha, centered=True)
    theirs = torch.optim.RMSprop([tensor], lr=1e-4, alpha=alpha, centered=True, foreach=False)
    for t in range(steps):
        p.grad = gradients(t)
        tensor.grad = torch.from_numpy(p.grad.copy())
        ours.step()
        theirs.step()
        yield {"data": p.data, **ours.state[p]}, {"data": tensor.detach().numpy(), **theirs.state[tensor]}


DTYPES = pytest.mark.parametrize("dtype", [torch.float32, torch.float64])


@DTYPES
@pytest.mark.parametrize("alpha", [0.5, 0.9, 0.99])
def test_constant_gradients_for_thousands_of_steps(dtype, alpha):
    """Here v - a**2 falls to 0. Where rounding makes it negative, torch's parameters become NaN; ours must not."""
    constant = np.concatenate([[0.1, 1.0, 0.3, -0.7, 1e-3, 100.0, 0.0], np.random.default_rng(0).normal(size=57)])
    constant = torch.tensor(constant, dtype=dtype).numpy()
    eps = np.finfo(constant.dtype).eps
    rounding = 8 * eps / (1 - alpha)  # what an average of roundings amounts to, relative to the gradient
    for t, (ours, theirs) in enumerate(long_run(dtype, lambda t: constant, alpha, 6000), start=1):
        assert np.isfinite(ours["data"]).all()
        if t in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1202, 6000):
            np.testing.assert_allclose(ours["grad_avg"], theirs["grad_avg"], rtol=rounding)
            np.testing.assert_allclose(ours["square_avg"], theirs["square_avg"], rtol=rounding)
            # the variance is alpha^t (1 - alpha^t) g^2: as long as it stands out from rounding, the steps are torch's
            variance = alpha**t * (1 - alpha**t)
            if rounding < 1e-2 * variance:
                share = float(rounding) / variance
                np.testing.assert_allclose(ours["data"], theirs["data"], rtol=2 * share)


@DTYPES
@pytest.mark.parametrize("alpha", [0.9, 0.99])
def test_noisy_gradients_for_thousands_of_steps_are_torchs(dtype, alpha):
    rng = np.random.default_rng(1)
    kind = torch.zeros(1, dtype=dtype).numpy().dtype
    eps = float(np.finfo(kind).eps)
    noise = (np.linspace(-1, 1, 64) + rng.normal(size=(997, 64))).astype(kind)
    *_, (ours, theirs) = long_run(dtype, lambda t: noise[t % 997], alpha, 6000)
    np.testing.assert_allclose(ours["square_avg"], theirs["square_avg"], rtol=16 * eps / (1 - alpha))
    np.testing.assert_allclose(ours["grad_avg"], theirs["grad_avg"], atol=16 * eps / (1 - alpha))
    # 6,000 steps, each off by some units in its last place
    np.testing.assert_allclose(ours["data"], theirs["data"], atol=6000 * 64 * eps * 1e-4)


@pytest.mark.parametrize("momentum", [0, 0.9])
def test_a_variance_that_rounds_below_zero_is_zero(momentum):
    """What is left of the denominator is eps."""
    p = Parameter(np.zeros(1))
    optimizer = RMSprop([p], lr=1e-10, alpha=0.5, eps=1e-3, centered=True, momentum=momentum)
    p.grad = np.array([0.1])
    optimizer.step()
    optimizer.state[p]["square_avg"][...] = 0.1**2 * (1 - 1e-15)
    optimizer.state[p]["grad_avg"][...] = 0.1
    if momentum:
        optimizer.state[p]["momentum_buffer"][...] = 0
    p.data[...] = 0
    optimizer.step()
    np.testing.assert_allclose(p.data, -1e-10 * 0.1 / 1e-3, rtol=1e-4)
