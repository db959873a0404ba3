"""The chain rule, step by step, through the error of one example."""

from __future__ import annotations

import numpy as np

from course_lib.checks.declaration import Case, Question

from ._differentiation import DIFFERENTIATION, parameters


def draw(rng: np.random.Generator) -> list[Case]:
    # Liu's data first: x = 1, 2, 3 and y = 2x, at the weight 1
    known = [{"w": 1.0, "x": x, "y": 2 * x} for x in (2.0, 3.0)]
    return known + [dict(zip("wxy", map(float, rng.normal(0, 2, 3)))) for _ in range(5)]


def chain_reference(w, x, y):
    (w,) = parameters(w)
    z = w * x
    e = z - y
    loss = e**2
    z.retain_grad()
    e.retain_grad()
    loss.backward()
    return loss.item(), e.grad, z.grad, w.grad


question = Question(
    cases=draw,
    reference=chain_reference,
    reading="backpropagation#the-chain-rule",
    forbidden=DIFFERENTIATION,
    hints=[
        "Forward first: z, then e, then the loss. Keep the values, the way back needs them.",
        "Backward: the derivative by a node is the derivative by its result, times the local derivative between the two.",
        "Three local derivatives: of e² by e, of z - y by z, of w·x by w.",
    ],
)


@question.misconception
def local_derivatives_only(w, x, y):
    """These are the local derivatives, each taken by itself. The derivative of the loss by z is the local one times what came from e, and so
    on: multiply along the way back."""
    e = w * x - y
    return e**2, 2 * e, 1.0, x


@question.misconception
def added_along_the_way(w, x, y):
    """You add along the chain. Along one path the local derivatives multiply; adding is for several paths that meet."""
    e = w * x - y
    return e**2, 2 * e, 2 * e + 1, 2 * e + 1 + x


@question.misconception
def missing_factor_two(w, x, y):
    """The factor 2 is missing: the derivative of e² by e is 2e."""
    e = w * x - y
    return e**2, e, e, e * x


@question.misconception
def squared_error_sent_back(w, x, y):
    """You send the loss itself back. What goes back from e² is its derivative by e."""
    e = w * x - y
    return e**2, e**2, e**2, e**2 * x


@question.misconception
def own_factor(w, x, y):
    """Your derivative by w is multiplied by w. When w moves, z = w·x moves x times as much."""
    e = w * x - y
    return e**2, 2 * e, 2 * e, 2 * e * w


@question.misconception
def stops_at_z(w, x, y):
    """Your derivative by w equals the one by z: the local derivative of the last step, z = w·x, is missing."""
    e = w * x - y
    return e**2, 2 * e, 2 * e, 2 * e


@question.misconception
def minus_for_the_target(w, x, y):
    """You change the sign between e and z. In e = z - y the minus belongs to y; when z grows, e grows."""
    e = w * x - y
    return e**2, 2 * e, -2 * e, -2 * e * x


@question.misconception
def target_minus_prediction(w, x, y):
    """All your derivatives have the opposite sign: the error here is e = z - y, prediction minus target."""
    e = y - w * x
    return e**2, 2 * e, 2 * e, 2 * e * x


@question.misconception
def wrong_way_round(w, x, y):
    """Your derivatives are right, but in the order of the way forward. Return them in the order of the way back: by e, by z, by w."""
    e = w * x - y
    return e**2, 2 * e * x, 2 * e, 2 * e
