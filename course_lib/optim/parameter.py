"""What is optimized: arrays, each with the gradient of the objective there."""

from __future__ import annotations

from typing import Any

import numpy as np

from course_lib.validation import Array


class Parameter:
    """An array to be optimized, and the gradient of the objective there.

    Optimizers update `data` in place and leave `grad` alone.

    Parameters
    ----------
    array : array of floats, any shape
        The starting point. It is not copied: whoever else holds this array sees the updates.

    Attributes
    ----------
    data : array
        The current value.
    grad : array of the same shape and dtype, or None
        The gradient at `data`. `Optimizer.step` skips a parameter whose `grad` is None.

    Raises
    ------
    TypeError
        If `array` is not a NumPy array of floating-point numbers.
    ValueError
        If `array` is read-only.

    Examples
    --------
    >>> w = Parameter(np.array([3.0, 4.0]))
    >>> w.grad = 2 * w.data
    >>> w
    Parameter(array([3., 4.]), grad=array([6., 8.]))
    """

    __slots__ = ("data", "grad")  # so that a slip such as w.gard = ... is an AttributeError

    def __init__(self, array: Array) -> None:
        self.data = require_float_array(array)
        self.grad: Array | None = None

    def __repr__(self) -> str:
        grad = "" if self.grad is None else f", grad={self.grad!r}"
        return f"Parameter({self.data!r}{grad})"


def is_parameter(value: Any) -> bool:
    """Whether `value` is a `Parameter` or can stand for one."""
    return isinstance(getattr(value, "data", None), np.ndarray) and hasattr(value, "grad")


def require_float_array(array: Any) -> Array:
    """`array`, if it can be updated in place."""
    if not isinstance(array, np.ndarray):
        raise TypeError(f"a parameter's data must be a NumPy array, got {describe(array)}. Use np.array(..., dtype=float).")
    if not np.issubdtype(array.dtype, np.floating):
        raise TypeError(
            f"a parameter's data must be floats, got {describe(array)}, in which small steps would be lost. "
            f"Use array.astype(float)."
        )
    if not array.flags.writeable:
        raise ValueError("a parameter's data is updated in place, but this array is read-only. Use a copy.")
    return array


def describe(value: Any) -> str:
    """A short name of what was given in place of what was expected."""
    if isinstance(value, np.ndarray):
        return f"an array of {value.dtype} of shape {value.shape}"
    text, kind = repr(value), type(value)
    # torch has a Parameter, too
    name = f"{kind.__module__}.Parameter" if kind.__name__ == "Parameter" and kind is not Parameter else kind.__name__
    return name + (f" ({text})" if len(text) <= 40 else "")
