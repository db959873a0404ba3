"""Words for what a picture shows, from the same numbers it is drawn from."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike


def number(value: float) -> str:
    """Three digits, as one would read them out."""
    if 1000 <= abs(value) < 1e7:
        return f"{value:,.0f}"
    return f"{float(value):.3g}".replace("e-0", "e-").replace("e+0", "e+")


def point(w: ArrayLike) -> str:
    """A point by its coordinates."""
    # a coordinate of 1e-16 is a zero that was computed; adding 0 turns -0 into 0
    coordinates = [number(round(float(v), 10) + 0.0) for v in np.atleast_1d(w)]
    return coordinates[0] if len(coordinates) == 1 else f"({', '.join(coordinates)})"


def course(y: ArrayLike) -> str:
    """How a sequence of numbers goes from its first to its last."""
    y = np.asarray(y, dtype=float)
    change = np.diff(y[np.isfinite(y)])
    if not change.size or np.all(change == 0):
        return "unchanged"
    if np.all(change <= 0):
        return "falling all the way"
    if np.all(change >= 0):
        return "rising all the way"
    turns = int(np.sum(change[1:] * change[:-1] < 0))
    return f"turning between falling and rising {'once' if turns == 1 else f'{turns} times'}"


def from_to(y: ArrayLike) -> str:
    """A sequence of numbers by its ends and its course."""
    y = np.asarray(y, dtype=float)
    return f"from {number(y[0])} to {number(y[-1])}, {course(y)}"


def span(values: Sequence[float]) -> str:
    """What several numbers lie between, or the number that all of them are."""
    low, high = number(min(values)), number(max(values))
    return low if low == high else f"between {low} and {high}"


def named(labels: Sequence[str]) -> list[str]:
    """`labels`, with a number in place of those that are empty."""
    return [label or f"run {i}" for i, label in enumerate(labels, start=1)]
