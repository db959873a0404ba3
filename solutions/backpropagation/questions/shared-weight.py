"""The derivative by a weight that is used twice."""

from __future__ import annotations

import numpy as np

from course_lib.checks.declaration import Case, Question

from ._differentiation import DIFFERENTIATION, parameters


def draw(rng: np.random.Generator) -> list[Case]:
    return [dict(zip(("w", "h0", "x1", "x2", "y"), map(float, rng.normal(0, 1.5, 5)))) for _ in range(6)]


def shared_weight_reference(w, h0, x1, x2, y):
    (w,) = parameters(w)
    ((w * (w * h0 + x1) + x2 - y) ** 2).backward()
    return w.grad


question = Question(
    cases=draw,
    reference=shared_weight_reference,
    reading="backpropagation#where-paths-meet",
    forbidden=DIFFERENTIATION,
    hints=[
        "Draw the graph. From the loss to w there are two ways: into the second multiplication directly, and through h1.",
        "Find the derivative along each way by itself, as if the other w were another variable.",
        "Along the first way w is multiplied by h1. Along the second, what comes from h2 reaches h1 multiplied by w, and in h1 the weight is "
        "multiplied by h0.",
    ],
)


@question.misconception
def direct_path_only(w, h0, x1, x2, y):
    """You treat h1 as a constant. It was computed from w too, so a second contribution comes back through it."""
    h1 = w * h0 + x1
    return 2 * (w * h1 + x2 - y) * h1


@question.misconception
def path_through_h1_only(w, h0, x1, x2, y):
    """You follow the way through h1 only. In h2 = w·h1 + x2 the weight also appears directly."""
    h1 = w * h0 + x1
    return 2 * (w * h1 + x2 - y) * w * h0


@question.misconception
def not_through_the_second_weight(w, h0, x1, x2, y):
    """On the way through h1 the second multiplication is left out: what comes from h2 reaches h1 multiplied by w."""
    h1 = w * h0 + x1
    return 2 * (w * h1 + x2 - y) * (h1 + h0)


@question.misconception
def input_in_place_of_the_state(w, h0, x1, x2, y):
    """On the way through h1 you multiply by the input x1. In h1 = w·h0 + x1 the weight is multiplied by h0; x1 is only added."""
    h1 = w * h0 + x1
    return 2 * (w * h1 + x2 - y) * (h1 + w * x1)


@question.misconception
def paths_multiplied(w, h0, x1, x2, y):
    """You multiplied the contributions of the two ways. Along a way derivatives multiply; where ways meet they add."""
    h1 = w * h0 + x1
    return 2 * (w * h1 + x2 - y) * h1 * w * h0


@question.misconception
def paths_averaged(w, h0, x1, x2, y):
    """Your derivative is half of what it should be. Is the factor 2 of the square there? And if you took the mean of the two ways: a nudge of w acts
    along both at the same time, so they add."""
    h1 = w * h0 + x1
    return 2 * (w * h1 + x2 - y) * (h1 + w * h0) / 2


@question.misconception
def squared_error_sent_back(w, h0, x1, x2, y):
    """You send the loss itself back. What goes back from e² is its derivative by e."""
    h1 = w * h0 + x1
    return (w * h1 + x2 - y) ** 2 * (h1 + w * h0)


@question.misconception
def opposite_sign(w, h0, x1, x2, y):
    """Your derivative has the opposite sign: the error is h2 - y."""
    h1 = w * h0 + x1
    return 2 * (y - w * h1 - x2) * (h1 + w * h0)
