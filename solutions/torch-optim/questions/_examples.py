"""What the cases are made of: weights of small networks, and examples that they can learn in part."""

from __future__ import annotations

import itertools

import numpy as np


def weights(rng: np.random.Generator, *sizes: int) -> list[np.ndarray]:
    """Weights and biases of the linear layers between so many units."""
    shapes = [shape for inputs, outputs in itertools.pairwise(sizes) for shape in ((outputs, inputs), (outputs,))]
    return [rng.uniform(-1, 1, shape) for shape in shapes]


def data(rng: np.random.Generator, n: int, d: int) -> tuple[np.ndarray, np.ndarray]:
    """Examples whose targets a small network can learn in part."""
    X = rng.normal(size=(n, d))
    return X, np.sin(X.sum(axis=1, keepdims=True)) + rng.normal(0, 0.3, (n, 1)) + rng.uniform(0.5, 1.5)
