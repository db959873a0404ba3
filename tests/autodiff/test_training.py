"""A multilayer perceptron trained with this package, step by step beside the same one in torch."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from course_lib import optim
from course_lib.autodiff import Tensor, cross_entropy, mse_loss, no_grad

SIZES = (5, 8, 6, 3)


def start(seed: int, dtype: type = np.float64) -> list[np.ndarray]:
    rng = np.random.default_rng(seed)
    layers = zip(SIZES[:-1], SIZES[1:], strict=True)
    return [a.astype(dtype) for m, n in layers for a in (rng.standard_normal((m, n)) / np.sqrt(m), np.zeros(n))]


def data(seed: int, n: int = 40) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((n, SIZES[0]))
    return x, np.argmax(x[:, : SIZES[-1]] + 0.1 * rng.standard_normal((n, SIZES[-1])), axis=1)


def forward(parameters, x, activation):
    *hidden, last = zip(parameters[::2], parameters[1::2], strict=True)
    for w, b in hidden:
        x = getattr(x @ w + b, activation)()
    return x @ last[0] + last[1]


LOSSES = {
    "cross_entropy": (cross_entropy, F.cross_entropy, lambda y: y),
    "mse_loss": (mse_loss, F.mse_loss, lambda y: np.eye(SIZES[-1])[y]),
}


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("activation", ["relu", "tanh", "sigmoid"])
def test_training_is_torchs_step_by_step(activation, loss):
    ours_loss, theirs_loss, target = LOSSES[loss]
    x, y = data(0)
    y = target(y)
    ours = [Tensor(a, requires_grad=True) for a in start(1)]
    theirs = [torch.tensor(a, requires_grad=True) for a in start(1)]
    our_optimizer = optim.SGD(ours, lr=0.1, momentum=0.9)
    their_optimizer = torch.optim.SGD(theirs, lr=0.1, momentum=0.9)
    losses = []
    for step in range(60):
        batch = np.arange(8) + 8 * (step % 5)
        our_optimizer.zero_grad()
        our_value = ours_loss(forward(ours, Tensor(x[batch]), activation), y[batch])
        our_value.backward()
        our_optimizer.step()

        their_optimizer.zero_grad()
        their_value = theirs_loss(forward(theirs, torch.tensor(x[batch]), activation), torch.tensor(y[batch]))
        their_value.backward()
        their_optimizer.step()

        # 60 steps carry each other's rounding errors along; at the first, equality is to 1e-14
        rtol = 1e-14 if step == 0 else 1e-11
        assert our_value.item() == pytest.approx(their_value.item(), rel=rtol)
        for a, b in zip(ours, theirs, strict=True):
            np.testing.assert_allclose(a.data, b.detach().numpy(), rtol=rtol, atol=rtol)
        losses.append(our_value.item())
    assert np.mean(losses[-5:]) < np.mean(losses[:5])  # and it is training that was compared


def test_training_without_an_optimizer():
    x, y = data(2)
    parameters = [Tensor(a, requires_grad=True) for a in start(3)]
    for _ in range(300):
        loss = cross_entropy(forward(parameters, Tensor(x), "tanh"), y)
        loss.backward()
        with no_grad():
            for p in parameters:
                p -= 0.5 * p.grad
                p.grad = None
    with no_grad():
        right = (forward(parameters, Tensor(x), "tanh").numpy().argmax(axis=1) == y).mean()
    assert right > 0.95


def test_single_precision_stays_single():
    x, y = data(0)
    parameters = [Tensor(a, requires_grad=True) for a in start(1, np.float32)]
    loss = cross_entropy(forward(parameters, Tensor(x.astype(np.float32)), "relu"), y)
    loss.backward()
    assert loss.dtype == np.float32
    assert {p.grad.dtype for p in parameters} == {np.dtype(np.float32)}
