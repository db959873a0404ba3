"""The values that each kind of hyperparameter may take, and what to say when one is given another."""

from __future__ import annotations

import math
from numbers import Real
from typing import Any

import numpy as np


def number(name: str, value: Any, advice: str = "") -> float:
    """A finite number."""
    if type(value) is not float and (isinstance(value, bool) or not isinstance(value, Real)):
        # an array may be right in kind and wrong in size; torch calls that a ValueError
        error = ValueError if isinstance(value, np.ndarray) else TypeError
        raise error(f"{name} must be a number, got {type(value).__name__}: {value!r}. {advice}".rstrip())
    try:
        value = float(value)
    except OverflowError as error:
        raise ValueError(f"{name} must be finite, got one too large for a float. {advice}".rstrip()) from error
    if not math.isfinite(value):
        raise ValueError(f"{name} must be finite, got {value}. {advice}".rstrip())
    return value


def nonnegative(name: str, value: Any, advice: str = "") -> None:
    """A number of at least 0."""
    if number(name, value, advice) < 0:
        raise ValueError(f"{name} must be at least 0, got {value}. {advice}".rstrip())


def learning_rate(name: str, value: Any) -> None:
    """A number of at least 0: the sign belongs to the direction, not to the step."""
    # a schedule that falls to 0 may end a rounding error below
    if -1e-15 < number(name, value) < 0:
        return
    nonnegative(name, value, "To climb instead of descend, use maximize=True where the algorithm has it.")


def decay_rate(name: str, value: Any) -> None:
    """A number from 0 (only the newest value counts) to 1 (the average never moves)."""
    if not 0 <= number(name, value) <= 1:
        raise ValueError(f"{name} must lie in [0, 1], got {value}: it is the weight of the past.")


def pair(name: str, value: Any, expected: str) -> tuple[float, float]:
    """Two numbers."""
    if not isinstance(value, (tuple, list)):
        raise TypeError(f"{name} must be {expected}, got {type(value).__name__}: {value!r}.")
    if len(value) != 2:
        raise ValueError(f"{name} must be {expected}, got {len(value)} of them: {value!r}.")
    first, second = (number(f"{name}[{i}]", x) for i, x in enumerate(value))
    return first, second


def decay_rates(name: str, value: Any) -> None:
    """Two numbers in [0, 1): at 1 the bias correction would divide by zero."""
    expected = "two numbers in [0, 1), for example (0.9, 0.999)"
    for i, beta in enumerate(pair(name, value, expected)):
        if not 0 <= beta < 1:
            raise ValueError(f"{name} must be {expected}, got {name}[{i}] = {beta}.")
