"""The gradient of the mean squared error of a line."""

from __future__ import annotations

import numpy as np

from course_lib.checks.declaration import Case, Question
from course_lib.problems import LinearRegression

from ._examples import near_a_line


def draw(rng: np.random.Generator) -> list[Case]:
    cases = []
    for n in (1, 3, 5, 8, 12):
        x, y = near_a_line(rng, n)
        cases.append({"w": float(rng.normal(0, 2)), "b": float(rng.normal(0, 2)), "x": x, "y": y})
    return cases


question = Question(
    cases=draw,
    reference=lambda w, b, x, y: tuple(LinearRegression(x, y).gradient([w, b])),
    reading="gradient-descent#the-gradient",
    hints=[
        "Write the error of one example, e = w x + b - y, and differentiate e² by w and by b with the chain rule.",
        "de/dw is x, de/db is 1; both derivatives carry the factor 2 of the square.",
        "Return the mean over the examples, as a pair (dw, db).",
    ],
)


@question.misconception
def opposite_sign(w, b, x, y):
    """Your gradient has the opposite sign: it points downhill. The gradient points uphill, which is why the update subtracts it."""
    e = w * x + b - y
    return -2 * np.mean(e * x), -2 * np.mean(e)


@question.misconception
def missing_factor_two(w, b, x, y):
    """The factor 2 is missing: the derivative of e² is 2e times the derivative of e."""
    e = w * x + b - y
    return np.mean(e * x), np.mean(e)


@question.misconception
def sum_instead_of_mean(w, b, x, y):
    """You added the gradients of the examples up; the cost is a mean, so its gradient is the mean of theirs."""
    e = w * x + b - y
    return 2 * np.sum(e * x), 2 * np.sum(e)


@question.misconception
def mean_taken_twice(w, b, x, y):
    """You divided by the number of examples twice: np.mean already divides once."""
    e = w * x + b - y
    return 2 * np.mean(e * x) / len(x), 2 * np.mean(e) / len(x)


@question.misconception
def x_forgotten(w, b, x, y):
    """In the derivative by w the inner derivative is missing: w x + b changes by x when w changes by 1."""
    e = w * x + b - y
    return 2 * np.mean(e), 2 * np.mean(e)


@question.misconception
def x_in_both(w, b, x, y):
    """The derivative by b carries a factor x that does not belong there: w x + b changes by 1 when b changes by 1."""
    e = w * x + b - y
    return 2 * np.mean(e * x), 2 * np.mean(e * x)


@question.misconception
def swapped(w, b, x, y):
    """Your two derivatives are swapped: return (dw, db), the one by w first."""
    e = w * x + b - y
    return 2 * np.mean(e), 2 * np.mean(e * x)


@question.misconception
def product_of_means(w, b, x, y):
    """You multiplied the mean error by the mean of x. The mean of a product is not the product of the means: multiply example by
    example, then take the mean."""
    e = w * x + b - y
    return 2 * np.mean(e) * np.mean(x), 2 * np.mean(e)


@question.misconception
def intercept_left_out(w, b, x, y):
    """Your errors leave the intercept b out: the prediction is w x + b."""
    e = w * x - y
    return 2 * np.mean(e * x), 2 * np.mean(e)
