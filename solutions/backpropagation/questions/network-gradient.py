"""Loss and gradients of a network with one hidden layer."""

from __future__ import annotations

import numpy as np

from course_lib.autodiff import mse_loss
from course_lib.checks.declaration import Case, Question

from ._differentiation import DIFFERENTIATION, parameters


def draw(rng: np.random.Generator) -> list[Case]:
    cases = []
    # examples, inputs, hidden, outputs
    for n, d, h, k in ((5, 2, 4, 1), (4, 3, 3, 3), (1, 2, 5, 2), (7, 2, 2, 2), (6, 1, 6, 3)):
        x, W1, b1 = rng.normal(size=(n, d)), rng.normal(size=(h, d)), rng.normal(size=h)
        # about half of the hidden units on; the shift keeps any of them from standing at exactly zero
        b1 -= np.median(x @ W1.T + b1) + 0.01
        W2, b2 = rng.normal(size=(k, h)), rng.normal(size=k)
        cases.append({"x": x, "y": rng.normal(size=(n, k)), "W1": W1, "b1": b1, "W2": W2, "b2": b2})
    return cases


def network_gradient_reference(x, y, W1, b1, W2, b2):
    W1, b1, W2, b2 = parameters(W1, b1, W2, b2)
    loss = mse_loss((x @ W1.T + b1).relu() @ W2.T + b2, y)
    loss.backward()
    return loss.item(), W1.grad, b1.grad, W2.grad, b2.grad


question = Question(
    cases=draw,
    reference=network_gradient_reference,
    reading="backpropagation#a-linear-layer-and-relu",
    forbidden=DIFFERENTIATION,
    hints=[
        "Forward: z = x W1ᵀ + b1, h = ReLU(z), out = h W2ᵀ + b2, loss = mean of (out - y)². Keep z and h.",
        "The way back begins with the derivative of the loss by out: 2 (out - y), divided by how many entries the mean is over.",
        "Then your three functions in reverse: linear_backward with h and W2 gives dh, dW2, db2; relu_backward turns dh into dz; linear_backward "
        "with x and W1 gives the rest.",
    ],
)


@question.misconception
def relu_skipped_on_the_way_back(x, y, W1, b1, W2, b2):
    """On the way back you skip ReLU: hidden units that were off in an example pass a gradient on all the same."""
    z = x @ W1.T + b1
    h = np.maximum(z, 0)
    out = h @ W2.T + b2
    g = 2 * (out - y) / out.size
    dz = g @ W2
    return np.mean((out - y) ** 2), dz.T @ x, dz.sum(axis=0), g.T @ h, g.sum(axis=0)


@question.misconception
def relu_mask_from_the_gradient(x, y, W1, b1, W2, b2):
    """You apply ReLU to the gradient on the way back. Which units pass it on is decided by the sign of z on the way forward."""
    z = x @ W1.T + b1
    h = np.maximum(z, 0)
    out = h @ W2.T + b2
    g = 2 * (out - y) / out.size
    dz = np.maximum(g @ W2, 0)
    return np.mean((out - y) ** 2), dz.T @ x, dz.sum(axis=0), g.T @ h, g.sum(axis=0)


@question.misconception
def relu_after_the_output(x, y, W1, b1, W2, b2):
    """Your network has a ReLU after the second layer too. The output layer here is linear, so that it can predict negative numbers."""
    z = x @ W1.T + b1
    h = np.maximum(z, 0)
    o = h @ W2.T + b2
    out = np.maximum(o, 0)
    g = 2 * (out - y) / out.size * (o > 0)
    dz = g @ W2 * (z > 0)
    return np.mean((out - y) ** 2), dz.T @ x, dz.sum(axis=0), g.T @ h, g.sum(axis=0)


@question.misconception
def no_relu_at_all(x, y, W1, b1, W2, b2):
    """Your network has no ReLU, forward or backward. Two linear layers without one in between are a single linear layer."""
    h = x @ W1.T + b1
    out = h @ W2.T + b2
    g = 2 * (out - y) / out.size
    dz = g @ W2
    return np.mean((out - y) ** 2), dz.T @ x, dz.sum(axis=0), g.T @ h, g.sum(axis=0)


@question.misconception
def second_layer_sees_z(x, y, W1, b1, W2, b2):
    """In the gradient of W2 you use z, from before ReLU. The second layer was given h, so its gradient is made from h."""
    z = x @ W1.T + b1
    out = np.maximum(z, 0) @ W2.T + b2
    g = 2 * (out - y) / out.size
    dz = g @ W2 * (z > 0)
    return np.mean((out - y) ** 2), dz.T @ x, dz.sum(axis=0), g.T @ z, g.sum(axis=0)


@question.misconception
def missing_factor_two(x, y, W1, b1, W2, b2):
    """All your gradients are half of what they should be: the derivative of the square carries a factor 2."""
    z = x @ W1.T + b1
    h = np.maximum(z, 0)
    out = h @ W2.T + b2
    g = (out - y) / out.size
    dz = g @ W2 * (z > 0)
    return np.mean((out - y) ** 2), dz.T @ x, dz.sum(axis=0), g.T @ h, g.sum(axis=0)


@question.misconception
def divided_by_examples_only(x, y, W1, b1, W2, b2):
    """Your gradients are divided by the number of examples. The loss is the mean over all entries of out, examples times outputs, so that is what
    to divide by; with one output it is the same."""
    z = x @ W1.T + b1
    h = np.maximum(z, 0)
    out = h @ W2.T + b2
    g = 2 * (out - y) / len(x)
    dz = g @ W2 * (z > 0)
    return np.mean((out - y) ** 2), dz.T @ x, dz.sum(axis=0), g.T @ h, g.sum(axis=0)


@question.misconception
def loss_divided_by_examples_only(x, y, W1, b1, W2, b2):
    """You divide by the number of examples, in the loss and so in the gradients. The loss here is the mean over all entries of out, examples times
    outputs; with one output it is the same."""
    z = x @ W1.T + b1
    h = np.maximum(z, 0)
    out = h @ W2.T + b2
    g = 2 * (out - y) / len(x)
    dz = g @ W2 * (z > 0)
    return np.sum((out - y) ** 2) / len(x), dz.T @ x, dz.sum(axis=0), g.T @ h, g.sum(axis=0)


@question.misconception
def mean_forgotten_on_the_way_back(x, y, W1, b1, W2, b2):
    """Your loss is a mean, but your gradients are those of the sum: divide by the number of entries where the way back begins."""
    z = x @ W1.T + b1
    h = np.maximum(z, 0)
    out = h @ W2.T + b2
    g = 2 * (out - y)
    dz = g @ W2 * (z > 0)
    return np.mean((out - y) ** 2), dz.T @ x, dz.sum(axis=0), g.T @ h, g.sum(axis=0)


@question.misconception
def sum_instead_of_mean(x, y, W1, b1, W2, b2):
    """Your loss is the sum of the squared errors, and your gradients belong to it. The question asks for the mean over all entries."""
    z = x @ W1.T + b1
    h = np.maximum(z, 0)
    out = h @ W2.T + b2
    g = 2 * (out - y)
    dz = g @ W2 * (z > 0)
    return np.sum((out - y) ** 2), dz.T @ x, dz.sum(axis=0), g.T @ h, g.sum(axis=0)


@question.misconception
def opposite_sign(x, y, W1, b1, W2, b2):
    """All your gradients have the opposite sign: the error is output minus target."""
    z = x @ W1.T + b1
    h = np.maximum(z, 0)
    out = h @ W2.T + b2
    g = 2 * (y - out) / out.size
    dz = g @ W2 * (z > 0)
    return np.mean((out - y) ** 2), dz.T @ x, dz.sum(axis=0), g.T @ h, g.sum(axis=0)


@question.misconception
def biases_averaged(x, y, W1, b1, W2, b2):
    """The gradients of the biases are averaged over the examples. The 1/n of the mean is already in what comes back from the loss, so they are
    summed."""
    z = x @ W1.T + b1
    h = np.maximum(z, 0)
    out = h @ W2.T + b2
    g = 2 * (out - y) / out.size
    dz = g @ W2 * (z > 0)
    return np.mean((out - y) ** 2), dz.T @ x, dz.mean(axis=0), g.T @ h, g.mean(axis=0)
