"""The gradient of a single example."""

from __future__ import annotations

import numpy as np

from course_lib.checks.declaration import Case, Question
from course_lib.problems import LinearRegression

from ._examples import near_a_line


def draw(rng: np.random.Generator) -> list[Case]:
    cases = []
    for n, i in ((4, 2), (5, 0), (3, 2), (8, 5), (6, 1)):
        x, y = near_a_line(rng, n)
        cases.append({"w": float(rng.normal(0, 2)), "b": float(rng.normal(0, 2)), "x": x, "y": y, "i": i})
    return cases


question = Question(
    cases=draw,
    reference=lambda w, b, x, y, i: tuple(LinearRegression(x, y).gradient([w, b], np.array([i]))),
    reading="stochastic-gradient-descent#one-example-at-a-time",
    hints=[
        "Only x[i] and y[i] take part. What is the error of this one example?",
        "Differentiate the square of that error by w and by b. There is no mean: nothing is added up or divided.",
    ],
)


@question.misconception
def whole_gradient(w, b, x, y, i):
    """This is the gradient over all examples, so every update would cost as much as in batch gradient descent. Use example i alone."""
    e = w * x + b - y
    return 2 * np.mean(e * x), 2 * np.mean(e)


@question.misconception
def summed_gradient(w, b, x, y, i):
    """You added the gradients of all examples up. Use example i alone."""
    e = w * x + b - y
    return 2 * np.sum(e * x), 2 * np.sum(e)


@question.misconception
def divided_by_n(w, b, x, y, i):
    """You divided by the number of examples. That would be example i's share of the full gradient; its own gradient is not divided, or the mean over
    the examples would be n times too small."""
    e = w * x[i] + b - y[i]
    return 2 * e * x[i] / len(x), 2 * e / len(x)


@question.misconception
def counted_from_one(w, b, x, y, i):
    """You took the example before: indices count from 0, so example i is x[i]."""
    e = w * x[i - 1] + b - y[i - 1]
    return 2 * e * x[i - 1], 2 * e


@question.misconception
def everything_up_to_i(w, b, x, y, i):
    """You use all examples up to number i. Use example i alone."""
    e = w * x[: i + 1] + b - y[: i + 1]
    return 2 * np.mean(e * x[: i + 1]), 2 * np.mean(e)


@question.misconception
def missing_factor_two(w, b, x, y, i):
    """The factor 2 is missing: the derivative of e² is 2e times the derivative of e."""
    e = w * x[i] + b - y[i]
    return e * x[i], e


@question.misconception
def opposite_sign(w, b, x, y, i):
    """Your gradient has the opposite sign: the error is prediction minus target."""
    e = y[i] - w * x[i] - b
    return 2 * e * x[i], 2 * e


@question.misconception
def x_forgotten(w, b, x, y, i):
    """In the derivative by w the inner derivative is missing: w x + b changes by x when w changes by 1."""
    e = w * x[i] + b - y[i]
    return 2 * e, 2 * e


@question.misconception
def swapped(w, b, x, y, i):
    """Your two derivatives are swapped: return (dw, db), the one by w first."""
    e = w * x[i] + b - y[i]
    return 2 * e, 2 * e * x[i]


@question.misconception
def intercept_left_out(w, b, x, y, i):
    """Your error leaves the intercept b out: the prediction is w x + b."""
    e = w * x[i] - y[i]
    return 2 * e * x[i], 2 * e
