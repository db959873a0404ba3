"""The way back through a linear layer."""

from __future__ import annotations

import numpy as np

from course_lib.checks.declaration import Case, Question

from ._differentiation import DIFFERENTIATION, parameters


def draw(rng: np.random.Generator) -> list[Case]:
    # examples, inputs, outputs; square where a missing transpose raises no error
    shapes = ((4, 3, 2), (3, 3, 3), (1, 2, 4), (5, 1, 1), (2, 2, 2), (6, 2, 5))
    return [
        {"upstream": rng.normal(size=(n, k)), "x": rng.normal(size=(n, d)), "W": rng.normal(size=(k, d)), "b": rng.normal(size=k)}
        for n, d, k in shapes
    ]


def linear_backward_reference(upstream, x, W, b):
    x, W, b = parameters(x, W, b)
    (x @ W.T + b).backward(upstream)
    return x.grad, W.grad, b.grad


question = Question(
    cases=draw,
    reference=linear_backward_reference,
    reading="backpropagation#a-linear-layer-and-relu",
    forbidden=DIFFERENTIATION,
    hints=[
        "A gradient has the shape of what it belongs to: dx that of x, dW that of W, db that of b. Often only one product of the arrays at hand "
        "has that shape.",
        "For one example i and one output j: z_ij = Σ_k x_ik W_jk + b_j. By which number does a nudge of W_jk move z_ij? Then add up over all "
        "i that W_jk influences.",
        "b is used once for each example. Where a variable is used several times, the contributions add up.",
    ],
)


@question.misconception
def not_transposed_for_x(upstream, x, W, b):
    """In dx the weights are the wrong way round. It shows only where W is square, or elsewhere as an error of shapes: z_ij depends on x_ik through
    W_jk, so dx_ik adds up over j."""
    return upstream @ (W.T if W.shape[0] == W.shape[1] else W), upstream.T @ x, upstream.sum(axis=0)


@question.misconception
def weights_transposed(upstream, x, W, b):
    """Your dW is the transpose of what it should be: its shape is (d, k), but W, and so dW, has the shape (k, d)."""
    return upstream @ W, x.T @ upstream, upstream.sum(axis=0)


@question.misconception
def square_weights_transposed(upstream, x, W, b):
    """Where W is square, your dW is transposed. Reshaping an array does not transpose it, and equal shapes do not prove a formula: entry (j, k)
    belongs to output j and input k."""
    return upstream @ W, (x.T @ upstream).reshape(W.shape), upstream.sum(axis=0)


@question.misconception
def bias_not_summed(upstream, x, W, b):
    """Your db has one row for each example. All of them were given the same b, so their contributions add up, and db has the shape of b."""
    return upstream @ W, upstream.T @ x, upstream


@question.misconception
def bias_averaged(upstream, x, W, b):
    """You averaged over the examples in db. If the loss is a mean, its 1/n is already in the upstream gradient; here contributions add up."""
    return upstream @ W, upstream.T @ x, upstream.mean(axis=0)


@question.misconception
def bias_over_the_wrong_axis(upstream, x, W, b):
    """In db you added up over the outputs. Add up over the examples, the rows, so that each output keeps its own."""
    return upstream @ W, upstream.T @ x, upstream.sum(axis=1)


@question.misconception
def bias_ones(upstream, x, W, b):
    """Your db holds the local derivative alone. Multiply by the upstream gradient, and add up over the examples."""
    return upstream @ W, upstream.T @ x, np.ones_like(b)


@question.misconception
def averaged(upstream, x, W, b):
    """You divide dW and db by the number of examples. If the loss is a mean, its 1/n is already in the upstream gradient; dividing again makes the
    gradients too small."""
    return upstream @ W, upstream.T @ x / len(x), upstream.mean(axis=0)


@question.misconception
def weights_averaged(upstream, x, W, b):
    """You divide dW by the number of examples. If the loss is a mean, its 1/n is already in the upstream gradient."""
    return upstream @ W, upstream.T @ x / len(x), upstream.sum(axis=0)


@question.misconception
def upstream_forgotten(upstream, x, W, b):
    """You return local derivatives: nothing of the upstream gradient is in them."""
    return np.ones_like(upstream) @ W, np.ones_like(upstream).T @ x, np.full_like(b, len(x))


@question.misconception
def wrong_order(upstream, x, W, b):
    """Your three gradients are right, but in another order. Return (dx, dW, db)."""
    return upstream.T @ x, upstream.sum(axis=0), upstream @ W
