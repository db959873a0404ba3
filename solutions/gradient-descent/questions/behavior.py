"""What gradient descent does on a parabola, from rate and curvature."""

from __future__ import annotations

import numpy as np

from course_lib import descent
from course_lib.checks.declaration import Case, Question


def draw(rng: np.random.Generator) -> list[Case]:
    products = np.concatenate(
        [rng.uniform(0.05, 0.95, 3), rng.uniform(1.05, 1.95, 3), rng.uniform(2.05, 6, 3), rng.uniform(0.85, 0.95, 1)]
    )
    # curvatures far below and above 1, so that neither factor alone decides, and one for which lr and lr / curvature differ in kind
    curvatures = np.concatenate([10.0 ** (rng.choice([-1, 1], 9) * rng.uniform(0.3, 2, 9)), rng.uniform(0.52, 0.6, 1)])
    cases = [{"lr": float(p / c), "curvature": float(c)} for p, c in zip(products, curvatures, strict=True)]
    return [cases[i] for i in rng.permutation(len(cases))]


question = Question(
    cases=draw,
    reference=descent.behavior,
    reading="gradient-descent#the-limit-2-l",
    hints=[
        "For f(w) = (λ/2) w² write the update: w - lr·λ·w = (1 - lr·λ) w.",
        "The sign of the factor 1 - lr·λ tells whether w jumps across the minimum, its size whether it comes nearer.",
    ],
)


@question.misconception
def diverges_beyond_one(lr, curvature):
    """You call everything with lr·curvature above 1 diverging. Between 1 and 2 the point jumps across the minimum at each step, but lands
    nearer each time: it oscillates and converges."""
    return "monotone" if lr * curvature <= 1 else "diverges"


@question.misconception
def no_oscillation(lr, curvature):
    """You call everything below the limit monotone. Where 1 - lr·curvature is negative, the point changes sides at each step."""
    return "monotone" if lr * curvature < 2 else "diverges"


@question.misconception
def learning_rate_alone(lr, curvature):
    """You look at the learning rate alone. What counts is its product with the curvature: the same rate crawls in a flat bowl and diverges
    in a steep one."""
    return "monotone" if lr <= 1 else "oscillates" if lr < 2 else "diverges"


@question.misconception
def divided_by_curvature(lr, curvature):
    """You divide the learning rate by the curvature; the step is lr·curvature·w, so they multiply."""
    product = lr / curvature
    return "monotone" if product <= 1 else "oscillates" if product < 2 else "diverges"


@question.misconception
def converging_and_diverging_swapped(lr, curvature):
    """You have it the wrong way round: a large product lr·curvature diverges, a small one is monotone."""
    product = lr * curvature
    return "diverges" if product <= 1 else "oscillates" if product < 2 else "monotone"


@question.misconception
def oscillation_and_divergence_swapped(lr, curvature):
    """You have oscillating and diverging the wrong way round: between 1 and 2 the factor 1 - lr·curvature is negative but smaller than 1 in
    size."""
    product = lr * curvature
    return "monotone" if product <= 1 else "diverges" if product < 2 else "oscillates"
