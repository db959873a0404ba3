"""The way back through ReLU."""

from __future__ import annotations

import numpy as np

from course_lib.checks.declaration import Case, Question

from ._differentiation import DIFFERENTIATION, parameters


def draw(rng: np.random.Generator) -> list[Case]:
    cases = []
    for shape in ((5,), (3, 4), (1,), (2, 6), (8,)):
        z = rng.normal(size=shape)
        # exact zeros, as after a ReLU or with a weight of zero
        z.flat[0] = 0.0
        cases.append({"upstream": rng.normal(size=shape), "z": z})
    return cases


def relu_backward_reference(upstream, z):
    (z,) = parameters(z)
    z.relu().backward(upstream)
    return z.grad


question = Question(
    cases=draw,
    reference=relu_backward_reference,
    reading="backpropagation#a-linear-layer-and-relu",
    forbidden=DIFFERENTIATION,
    hints=[
        "ReLU's slope is 1 where z is above zero and 0 where it is below; at zero take 0.",
        "Multiply the upstream gradient by the slope, entry by entry. (z > 0) is an array of True and False, which multiply as 1 and 0.",
    ],
)


@question.misconception
def relu_of_the_gradient(upstream, z):
    """You applied ReLU to the gradient. Whether a gradient passes is decided by the sign of z on the way forward; a negative gradient may
    well pass."""
    return np.maximum(upstream, 0)


@question.misconception
def relu_of_the_gradient_as_well(upstream, z):
    """You let pass only positive gradients where z is positive. The sign of z alone decides; negative gradients pass too."""
    return np.maximum(upstream, 0) * (z > 0)


@question.misconception
def slope_only(upstream, z):
    """You return the slope of ReLU, 0 or 1. Multiply it by what comes back from above."""
    return (z > 0).astype(float)


@question.misconception
def passes_at_zero(upstream, z):
    """At exactly zero you let the gradient pass. There is no derivative there; the convention, and the question, takes 0."""
    return upstream * (z >= 0)


@question.misconception
def times_the_output(upstream, z):
    """You multiply by the output of ReLU. Its slope where z is positive is 1, however large z is."""
    return upstream * np.maximum(z, 0)


@question.misconception
def everything_passes(upstream, z):
    """You let every gradient pass. Where z is negative the output does not move with z, so nothing comes back."""
    return upstream.copy()


@question.misconception
def wrong_side(upstream, z):
    """You let the gradient pass where z is negative and stop it where z is positive: the other way round."""
    return upstream * (z < 0)


@question.misconception
def sign_as_slope(upstream, z):
    """You multiply by the sign of z, which is -1 below zero. That is the slope of |z|; ReLU is flat there."""
    return upstream * np.sign(z)
