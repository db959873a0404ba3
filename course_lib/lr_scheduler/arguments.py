"""Checks of what schedules are given. torch does not look, and then the rate becomes NaN, or the change never comes."""

from __future__ import annotations

import math
from typing import Any


def number(name: str, value: Any) -> Any:
    """`value`, which must be a finite number: Python's, NumPy's, or an array or tensor of one.

    NumPy's scalars are made Python's, because they would pass on their precision to the rate.

    Examples
    --------
    >>> import numpy as np
    >>> number("gamma", np.float64(0.5))
    0.5
    >>> number("gamma", "0.5")
    Traceback (most recent call last):
    ...
    TypeError: gamma must be a number, got str: '0.5'.
    """
    # Python reads numbers out of texts, too, which is never meant here
    readable = not isinstance(value, (str, bytes, bool))
    try:
        size = float(value) if readable else math.nan
    except OverflowError:
        size = math.inf
    except (TypeError, ValueError, RuntimeError):
        readable = False
    if not readable:
        raise TypeError(f"{name} must be a number, got {type(value).__name__}: {value!r}.")
    if not math.isfinite(size):
        raise ValueError(f"{name} must be finite, got {value!r}.")
    return value.item() if type(value).__module__ == "numpy" else value


def numbers(name: str, value: Any) -> Any:
    """`value`, which must be a number, or a list or tuple of numbers, one for each group."""
    if isinstance(value, (list, tuple)):
        return type(value)(number(f"{name}[{i}]", entry) for i, entry in enumerate(value))
    return number(name, value)


def at_least(minimum: float, name: str, value: Any) -> Any:
    """`value`, which must be a number not below `minimum`."""
    value = number(name, value)
    if value < minimum:
        raise ValueError(f"{name} must be at least {minimum:g}, got {value!r}.")
    return value


def epochs(name: str, value: Any, minimum: int = 0) -> int:
    """`value`, which must be a whole number of epochs; 30.0 is one."""
    value = at_least(minimum, name, value)
    if value != int(value):
        raise ValueError(f"{name} must be a whole number of epochs, got {value!r}.")
    return int(value)
