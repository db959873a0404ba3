"""The mean squared distance at which a run with a constant rate settles."""

from __future__ import annotations

import numpy as np

from course_lib import descent
from course_lib.checks.declaration import Case, Question


def draw(rng: np.random.Generator) -> list[Case]:
    cases = []
    for product in (0.01, 0.3, 1.0, 1.5, 1.9):
        curvature = float(rng.uniform(0.3, 4))
        cases.append({"lr": product / curvature, "curvature": curvature, "variance": float(rng.uniform(0.2, 5))})
    return cases


question = Question(
    cases=draw,
    reference=descent.noise_floor,
    reading="stochastic-gradient-descent#the-noise-floor",
    hints=[
        "At the floor an update changes nothing on average: put D on both sides of the equation.",
        "Bring the D to one side: D · (1 - (1 - lr·curvature)²) = lr² · variance.",
        "1 - (1 - z)² = z (2 - z), which cancels one lr.",
    ],
)


@question.misconception
def small_rate_only(lr, curvature, variance):
    """Your formula is the limit for small learning rates, lr·variance / (2·curvature). The question asks for the exact value: keep the square of the
    factor (1 - lr·curvature) whole."""
    return lr * variance / (2 * curvature)


@question.misconception
def factor_not_squared(lr, curvature, variance):
    """You multiply the squared distance by the factor itself. The distance shrinks by 1 - lr·curvature, so its square shrinks by the square of
    that."""
    return lr * variance / curvature


@question.misconception
def noise_of_one_update(lr, curvature, variance):
    """This is the noise that a single update adds. It piles up: what earlier updates added is shrunk, but not gone, when the next is added."""
    return lr**2 * variance


@question.misconception
def learning_rate_not_squared(lr, curvature, variance):
    """You add lr·variance in each update. The noise is multiplied by lr, so its square is multiplied by lr²."""
    return variance / (curvature * (2 - lr * curvature))


@question.misconception
def noise_not_scaled(lr, curvature, variance):
    """You add the variance of the gradient as it is. The gradient is multiplied by lr before it moves anything."""
    return variance / (lr * curvature * (2 - lr * curvature))


@question.misconception
def square_root(lr, curvature, variance):
    """You took a root at the end. The question asks for the mean squared distance."""
    return np.sqrt(lr * variance / (curvature * (2 - lr * curvature)))


@question.misconception
def goes_to_zero(lr, curvature, variance):
    """You expect the run to settle in the minimum. It would, if the gradients had no noise; with a constant learning rate each update adds
    some again."""
    return 0.0


@question.misconception
def curvature_forgotten(lr, curvature, variance):
    """The curvature is missing in your denominator: a steeper bowl pulls back more strongly."""
    return lr * variance / (2 - lr * curvature)


@question.misconception
def wrong_sign_in_the_denominator(lr, curvature, variance):
    """The sign in your denominator is wrong: the closer the learning rate comes to 2/curvature, the higher the floor rises."""
    return lr * variance / (curvature * (2 + lr * curvature))
