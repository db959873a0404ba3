"""What the problem set on mini-batches expects, and the mistakes it knows."""

from __future__ import annotations

import math

import numpy as np

from course_lib import descent

from course_lib.checks.chance import of_the_result, repeated, requires_the_same_again

from course_lib.checks.declaration import Case, Question

from course_lib.problems import LinearRegression, Problem


def table(rng: np.random.Generator, n: int, d: int) -> tuple[np.ndarray, np.ndarray]:
    """Examples as rows, and targets that no weights fit exactly."""
    X = rng.uniform(-2, 2, size=(n, d))
    return X, X @ rng.normal(size=d) + rng.normal(0, 0.5, n)


def least_squares(X: np.ndarray, y: np.ndarray) -> LinearRegression:
    return LinearRegression(X, y, fit_intercept=False)


def these(epochs):
    """A scheme that uses the given batches, epoch after epoch."""
    left = iter(epochs)
    return lambda n, rng: iter(next(left))


def gradient_of(X: np.ndarray, y: np.ndarray):
    problem = least_squares(X, y)

    def gradient(w, batch):
        """a function gradient(w, batch), the mean gradient of the examples of a batch at w"""
        return problem.gradient(w, np.atleast_1d(np.asarray(batch, dtype=int)))

    return gradient


class _Batches(Problem):
    """The gradient of a batch given as a function, with a loss that says nothing."""

    def __init__(self, gradient, n: int, d: int) -> None:
        self.slope, self.n, self.d = gradient, n, d

    def loss(self, w, batch=None):
        return 0.0

    def gradient(self, w, batch=None):
        return self.slope(w.copy(), batch)
