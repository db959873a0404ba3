"""The gradient of least squares, in matrix form."""

from __future__ import annotations

import numpy as np

from course_lib.checks.declaration import Case, Question
from course_lib.problems import LinearRegression


def draw(rng: np.random.Generator) -> list[Case]:
    # one square X, where a missing transpose raises no error
    shapes = ((6, 2), (3, 3), (9, 1), (4, 5), (12, 3))
    return [{"w": rng.normal(size=d), "X": rng.normal(size=(n, d)), "y": rng.normal(size=n)} for n, d in shapes]


question = Question(
    cases=draw,
    reference=lambda w, X, y: LinearRegression(X, y, fit_intercept=False).gradient(w),
    reading="gradient-descent#all-examples-at-once",
    hints=[
        "X @ w holds the prediction of every example; its shape is (n,).",
        "The gradient of one example is 2 (x·w - y) x. Adding these up over the rows of X is a product with the transpose of X.",
        "Check the shapes: (d, n) @ (n,) gives (d,), the shape of w. How many examples are there to divide by?",
    ],
)


@question.misconception
def predictions_as_a_column(w, X, y):
    """Your predictions are a column of shape (n, 1), the targets an array of shape (n,). Their difference is an (n, n) table, of every
    prediction with every target: keep both to the shape (n,)."""
    return 2 / len(y) * X.T @ (X @ w[:, None] - y)


@question.misconception
def targets_as_a_column(w, X, y):
    """Your targets are a column of shape (n, 1), the predictions an array of shape (n,). Their difference is an (n, n) table, of every
    prediction with every target: keep both to the shape (n,)."""
    return 2 / len(y) * X.T @ (X @ w - y[:, None])


@question.misconception
def opposite_sign(w, X, y):
    """Your gradient has the opposite sign: the error is prediction minus target, X @ w - y."""
    return 2 / len(y) * X.T @ (y - X @ w)


@question.misconception
def sum_instead_of_mean(w, X, y):
    """You added the gradients of the examples up without dividing by their number n."""
    return 2 * X.T @ (X @ w - y)


@question.misconception
def missing_factor_two(w, X, y):
    """The factor 2 is missing: the derivative of a square is twice the base."""
    return X.T @ (X @ w - y) / len(y)


@question.misconception
def divided_by_parameters(w, X, y):
    """You divided by the number of parameters d; the mean is over the n examples, the rows of X."""
    return 2 / X.shape[1] * X.T @ (X @ w - y)


@question.misconception
def divided_by_all_entries(w, X, y):
    """You divided by X.size, which is n times d; the mean is over the n examples."""
    return 2 / X.size * X.T @ (X @ w - y)


@question.misconception
def mean_over_everything(w, X, y):
    """You took the mean over all entries, so one number came out for all parameters. Only the examples are averaged: each parameter keeps
    its own derivative."""
    return np.full(len(w), 2 * np.mean((X @ w - y)[:, None] * X))


@question.misconception
def mean_error_times_mean_input(w, X, y):
    """You multiplied the mean error by the mean of each column. The mean of a product is not the product of the means."""
    return 2 * np.mean(X @ w - y) * X.mean(axis=0)
