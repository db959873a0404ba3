"""The mean squared error of a line through the origin."""

from __future__ import annotations

import numpy as np

from course_lib.checks.declaration import Case, Question
from course_lib.problems import LinearRegression

from ._examples import near_a_line


def draw(rng: np.random.Generator) -> list[Case]:
    cases = []
    for n in (1, 3, 4, 7, 12):
        x, y = near_a_line(rng, n)
        cases.append({"w": float(rng.normal(1, 2)), "x": x, "y": y})
    return cases


question = Question(
    cases=draw,
    reference=lambda w, x, y: LinearRegression(x, y, fit_intercept=False).loss([w]),
    reading="gradient-descent#the-cost-curve",
    hints=[
        "First compute all predictions at once: w times the array x.",
        "The error of each example is prediction minus target; square it.",
        "np.mean takes the mean over the examples.",
    ],
)


@question.misconception
def sum_instead_of_mean(w, x, y):
    """You added the squared errors up, but the cost is their mean: it should not grow because there are more examples."""
    return np.sum((w * x - y) ** 2)


@question.misconception
def half_the_mean(w, x, y):
    """Your cost is half of what is asked. Some texts put a factor 1/2 in front, to cancel the 2 of the derivative; the formula
    here has none."""
    return np.mean((w * x - y) ** 2) / 2


@question.misconception
def not_squared(w, x, y):
    """You took the mean of the errors without squaring them, so errors above and below the line cancel."""
    return np.mean(w * x - y)


@question.misconception
def absolute_error(w, x, y):
    """You took the absolute value of the errors; the formula squares them."""
    return np.mean(np.abs(w * x - y))


@question.misconception
def square_of_the_mean(w, x, y):
    """You squared the mean error, but the cost is the mean of the squared errors: square first, then average."""
    return np.mean(w * x - y) ** 2


@question.misconception
def root_of_the_mean(w, x, y):
    """You took the square root at the end. That is the root mean squared error; the cost here is without the root."""
    return np.sqrt(np.mean((w * x - y) ** 2))


@question.misconception
def divided_by_n_minus_one(w, x, y):
    """You divided by n - 1, as for a sample variance. The cost is a plain mean over the n examples."""
    return np.sum((w * x - y) ** 2) / (len(x) - 1)


@question.misconception
def all_pairs(w, x, y):
    """Your predictions and your targets have different shapes, (n, 1) and (n,), so the subtraction compared every prediction with
    every target, an (n, n) table. Both should have shape (n,)."""
    return np.mean((w * x[:, None] - y) ** 2)
