"""Checks of arguments, written once so that every error says what was given, expected and what to do."""

from __future__ import annotations

import math
from numbers import Real

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.floating]


def positive(name: str, value: object, advice: str = "") -> float:
    """`value` as a float; it must be a finite number above zero."""
    # bool is a Real in Python, but lr=True is always a slip
    if not isinstance(value, Real) or isinstance(value, bool):
        raise TypeError(f"{name} must be a number, got {type(value).__name__}: {value!r}. {advice}".strip())
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number) or number <= 0:
        raise ValueError(f"{name} must be finite and greater than 0, got {number!r}. {advice}".strip())
    return number


def learning_rate(value: object) -> float:
    """`value` as a learning rate, finite and positive."""
    return positive("lr", value, "Start with a small rate such as 0.01, and raise it while the loss still falls.")


def count(name: str, value: object, minimum: int = 1) -> int:
    """`value` as a whole number, at least `minimum`."""
    if not isinstance(value, (int, np.integer)) or isinstance(value, bool):
        raise TypeError(f"{name} must be a whole number, got {type(value).__name__}: {value!r}.")
    if value < minimum:
        raise ValueError(f"{name} must be at least {minimum}, got {value}.")
    return int(value)


def finite_array(name: str, value: ArrayLike, ndim: int | tuple[int, ...] | None = None) -> Array:
    """`value` as a float64 array: not empty, all entries finite, of one of the allowed numbers of dimensions."""
    try:
        array = np.asarray(value, dtype=float)
    except (TypeError, ValueError) as error:
        raise TypeError(f"{name} must be an array of numbers, got {type(value).__name__}: {error}.") from error
    allowed = (ndim,) if isinstance(ndim, int) else ndim
    if allowed is not None and array.ndim not in allowed:
        expected = " or ".join(map(str, allowed))
        raise ValueError(f"{name} must have {expected} dimension(s), got {array.ndim} (shape {array.shape}).")
    if array.size == 0:
        raise ValueError(f"{name} is empty (shape {array.shape}). Give at least one number.")
    if not np.isfinite(array).all():
        bad = tuple(map(int, np.argwhere(~np.isfinite(array))[0]))
        where = f"at index {bad[0] if len(bad) == 1 else bad} " if bad else ""
        raise ValueError(f"{name} holds {array[bad]} {where}: remove or replace entries that are not finite.")
    return array
