"""Data for several questions, and batches of them that are given."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np

from course_lib.problems import LinearRegression


def table(rng: np.random.Generator, n: int, d: int) -> tuple[np.ndarray, np.ndarray]:
    """Examples as rows, and targets that no weights fit exactly."""
    X = rng.uniform(-2, 2, size=(n, d))
    return X, X @ rng.normal(size=d) + rng.normal(0, 0.5, n)


def least_squares(X: np.ndarray, y: np.ndarray) -> LinearRegression:
    return LinearRegression(X, y, fit_intercept=False)


def these(epochs: Iterable) -> Callable:
    """A scheme that uses the given batches, epoch after epoch."""
    left = iter(epochs)
    return lambda n, rng: iter(next(left))
