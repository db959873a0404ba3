"""Data for several questions, and a way through them."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np


def near_a_line(rng: np.random.Generator, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Points near a line, never on it, so that no error is zero by chance."""
    x = rng.uniform(-3, 3, n)
    return x, rng.uniform(-2, 2) * x + rng.uniform(-2, 2) + rng.normal(0, 0.5, n)


def one_by_one(order: Iterable[int]) -> Callable:
    """A scheme that walks through the examples in a given order, one an update."""
    return lambda n, rng: (np.array([i]) for i in order)
