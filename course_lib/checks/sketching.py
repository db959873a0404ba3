"""Recognizing a value without having it: three numbers and a digest in place of each output of a mistake.

A number x becomes its height g(x) = ±log(1 + |x|·rtol/atol) / -log(1 - rtol), whose slope is about 1/(atol + rtol·|x|): numbers that agree
within ``atol + rtol * |x|`` are at most 1 apart, others are not, up to a part rtol of it. What is kept of all n numbers of a value are three sums
Σ rᵢ·g(xᵢ) with fixed random weights 1 ≤ |rᵢ| ≤ 2 (Johnson and Lindenstrauss, 1984: such sums keep distances). Agreeing values have sums at most
Σ|rᵢ| apart; other values have not, but by a chance of about n·rtol. What is not a number, shapes and places of infinities go into a digest.
"""

from __future__ import annotations

import builtins
import hashlib
import math
import sys
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from course_lib.checks.evidence import Opaque, Raised

# with two, mistakes 10 to 20 tolerances apart in a few numbers were confused now and then
SUMS = 3
# of a question that allows no absolute error: 0 needs a height as well
_LEAST_ATOL = float(np.finfo(float).tiny)


@dataclass(frozen=True)
class Sketch:
    """What is kept of a value.

    Attributes
    ----------
    form : str
        A digest of everything about it but its finite numbers.
    sums : tuple of float
        Of its finite numbers.
    reach : float
        How far the sums of a value that agrees may be from these.
    """

    form: str
    sums: tuple[float, ...]
    reach: float

    def fits(self, other: Sketch) -> bool:
        """Whether both may be of values that agree."""
        return self.form == other.form and all(abs(a - b) <= self.reach for a, b in zip(self.sums, other.sums, strict=True))


def sketch(value: Any, rtol: float, atol: float) -> Sketch:
    """The sketch of a decoded value."""
    form: list[str] = []
    numbers: list[float] = []
    _walk(value, form, numbers)
    tall = heights(np.array(numbers, dtype=float), rtol, atol)
    weights = _weights(len(tall))
    # exact sums: rounding must not depend on the order in which a processor adds
    sums = tuple(math.fsum(row * tall) for row in weights)
    # heights are rounded to about 1e-16 of themselves, which large ones feel
    reach = float(np.abs(weights).sum(axis=1).max()) + 1e-15 * float(np.abs(tall).sum() + 1)
    return Sketch(hashlib.sha256("".join(form).encode()).hexdigest()[:16], sums, reach)


def heights(x: np.ndarray, rtol: float, atol: float) -> np.ndarray:
    """What finite numbers are compared by: those that agree have heights at most 1 apart."""
    with np.errstate(divide="ignore"):
        # log(1 + |x|·rtol/atol), where the fraction may be too large for a number
        sizes = np.logaddexp(0.0, np.log(np.abs(x)) + math.log(rtol) - math.log(max(atol, _LEAST_ATOL)))
    return np.sign(x) * sizes / -math.log1p(-rtol)


@lru_cache(maxsize=64)
def _weights(n: int) -> np.ndarray:
    rng = np.random.default_rng(n)
    return rng.choice([-1.0, 1.0], (SUMS, n)) * rng.uniform(1, 2, (SUMS, n))


def _walk(value: Any, form: list[str], numbers: list[float]) -> None:
    """Note the form of a value and its numbers: what `compare` takes for the same has the same form."""
    if isinstance(value, Raised):
        # the message tells slips of one type apart; the type of an error that a driver defines says it all
        form.append(f"!{value.type}:{value.message if hasattr(builtins, value.type) else ''}")
    elif isinstance(value, Opaque):
        form.append(f"?{value.type}:{value.text}")
    elif isinstance(value, (str, bool)) or value is None:
        form.append(repr(value))
    elif isinstance(value, dict):
        form.append("{")
        for key in sorted(value, key=repr):
            form.append(repr(key))
            _walk(value[key], form, numbers)
        form.append("}")
    elif isinstance(value, np.ndarray) and value.dtype.kind == "b":
        _walk(value.tolist(), form, numbers)
    elif isinstance(value, np.ndarray) and np.isfinite(value).all():
        # as below, without going through the numbers one by one
        form.append(_nested(value.shape))
        numbers.extend(value.ravel().tolist())
    elif isinstance(value, (list, tuple)) or (isinstance(value, np.ndarray) and value.ndim):
        form.append("[")
        for item in value:
            _walk(item, form, numbers)
        form.append("]")
    elif isinstance(value, int) and abs(value) > sys.float_info.max:
        form.append(str(value))
    elif math.isfinite(value):
        form.append("#")
        numbers.append(float(value))
    else:
        form.append(str(float(value)))


def _nested(shape: tuple[int, ...]) -> str:
    """The form of an array without infinities: that of the list of lists with its numbers."""
    return f"[{_nested(shape[1:]) * shape[0]}]" if shape else "#"
