"""Functions that a case hands to an answer: a cost to search, a gradient to follow. Each is a formula with settings, so it travels as data.

`shown` is what a message says in place of the function.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class Parabola:
    """level + factor (w - bottom)²"""

    level: float
    factor: float
    bottom: float
    shown: ClassVar[str] = "a function cost(w)"

    def __call__(self, w: float | Array) -> float | Array:
        return self.level + self.factor * (w - self.bottom) ** 2


@dataclass(frozen=True, eq=False)
class Slope:
    """curvature (w - bottom), the derivative of a parabola"""

    curvature: float
    bottom: float
    shown: ClassVar[str] = "a function gradient(w)"

    def __call__(self, w: float | Array) -> float | Array:
        return self.curvature * (w - self.bottom)


@dataclass(frozen=True, eq=False)
class BowlGradient:
    """A (w - minimum), the gradient of a quadratic bowl"""

    A: Array
    minimum: Array
    shown: ClassVar[str] = "a function gradient(w) that returns an array of the shape of w"

    def __call__(self, w: Array) -> Array:
        return self.A @ (w - self.minimum)


@dataclass(frozen=True, eq=False)
class CubicsAndSines:
    """Σ (aᵢ wᵢ³ + sin kᵢ wᵢ) + 0.3 (c·w)²

    Each variable enters in its own way and all of them together, so that none can stand in for another.
    """

    a: Array
    c: Array
    k: Array
    shown: ClassVar[str] = "a function f(w) of an array w"

    def __call__(self, w: Array) -> float:
        return float(np.sum(self.a * w**3 + np.sin(self.k * w)) + 0.3 * np.dot(self.c, w) ** 2)


@dataclass(frozen=True, eq=False)
class SinesAndCubes:
    """Σ (aᵢ sin kᵢ wᵢ + wᵢ³) + 0.5 (Σ wᵢ)²"""

    a: Array
    k: Array
    shown: ClassVar[str] = "a function f(w) of an array w"

    def __call__(self, w: Array) -> float:
        return float(np.sum(self.a * np.sin(self.k * w) + w**3) + 0.5 * np.sum(w) ** 2)


@dataclass(frozen=True, eq=False)
class LeastSquaresGradient:
    """2/|B| Σ (xᵢ·w - yᵢ) xᵢ over the examples i of a batch B; one index is a batch of one.

    Raises an IndexError for an example that is not there, and a MemoryError for a batch above `largest`.
    """

    X: Array
    y: Array
    shown: str = "a function gradient(w, batch), the mean gradient of the examples of a batch at w"
    largest: int | None = None

    def __call__(self, w: Array, batch: Array | int) -> Array:
        rows = np.atleast_1d(np.asarray(batch, dtype=int))
        if self.largest is not None and rows.size > self.largest:
            raise MemoryError(f"a batch of {rows.size} does not fit into memory; the small ones of {self.largest} do.")
        return 2 / rows.size * self.X[rows].T @ (self.X[rows] @ w - self.y[rows])
