"""Turning whatever an answer returns into plain JSON and back, without losing a bit and without running anything.

Evidence comes from a kernel that cannot be trusted, so `decode` builds numbers, strings, arrays and containers of them, and
nothing else. What is none of these is kept as a description (`Opaque`), enough to tell a student what was returned.
"""

from __future__ import annotations

import base64
import math
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from numbers import Real
from typing import Any

import numpy as np

MAX_ELEMENTS = 200_000
MAX_DEPTH = 20
# in place of the line of an exception that arose in what a question does with a result
AFTERWARDS = "after your answer returned"


class MalformedEvidence(ValueError):
    """The evidence is not what `encode` writes."""


@dataclass(frozen=True)
class Opaque:
    """Something that an answer returned and no question asks for: a torch tensor, a class, a generator, ...

    Attributes
    ----------
    type : str
        Its type, e.g. ``torch.Tensor``; of an array of other things than numbers, ``array of dtype object``.
    text : str
        The beginning of its repr.
    """

    type: str
    text: str


@dataclass(frozen=True)
class Raised:
    """An exception that left the answer.

    Attributes
    ----------
    type, message : str
    line : str
        The line of the student's code at which it arose, or `AFTERWARDS`.
    """

    type: str
    message: str
    line: str = ""


def encode(value: Any, special: Callable[[Any], Any] = lambda value: None) -> Any:
    """`value` as JSON data. What is too large or too deep becomes a description.

    `special` may give a form of its own, a dict, to what has none here.
    """
    return _encode(value, [MAX_ELEMENTS], 0, special)


def _encode(value: Any, budget: list[int], depth: int, special: Callable[[Any], Any]) -> Any:
    budget[0] -= 1
    if budget[0] < 0 or depth > MAX_DEPTH:
        return _opaque(value, "too large: ")
    if value is None or isinstance(value, (bool, str)):
        return value if not isinstance(value, str) else value[:10_000]
    if isinstance(value, np.bool_):
        return bool(value)
    if isinstance(value, (int, np.integer)):
        return {"int": str(int(value))} if abs(int(value)) < 10**400 else _opaque(value, "too large: ")
    if isinstance(value, (float, np.floating)):
        return {"float": float(value).hex()}
    if isinstance(value, (Real, Decimal)):
        # fractions and the like, also such as do not fit into a float
        try:
            return {"float": float(value).hex()}
        except Exception:
            return _opaque(value)
    if isinstance(value, np.ndarray):
        if value.dtype.kind not in "biuf":
            return _opaque(value, kind=f"array of dtype {value.dtype}")
        if value.size > budget[0]:
            return _opaque(value, "too large: ")
        budget[0] -= value.size
        data = np.ascontiguousarray(value, dtype=value.dtype.newbyteorder("<"))
        return {
            "array": base64.b64encode(data.tobytes()).decode(),
            "dtype": data.dtype.str,
            "shape": list(value.shape),
        }
    if isinstance(value, (list, tuple)):
        kind = "list" if isinstance(value, list) else "tuple"
        return {kind: [_encode(item, budget, depth + 1, special) for item in value]}
    if isinstance(value, dict):
        return {"dict": [[_encode(part, budget, depth + 1, special) for part in pair] for pair in value.items()]}
    if isinstance(value, Raised):
        return {"raised": [value.type, value.message, value.line]}
    return special(value) or _opaque(value)


def _opaque(value: Any, prefix: str = "", kind: str = "") -> dict[str, list[str]]:
    try:
        text = repr(value)
    except Exception as error:
        text = f"(its repr raises {type(error).__name__})"
    return {"opaque": [kind or f"{type(value).__module__}.{type(value).__qualname__}", prefix + text[:200]]}


def decode(data: Any, special: Callable[[dict], Any] | None = None) -> Any:
    """The value that `encode` was given, or a description of it; `special` reads forms that are not its own.

    Raises
    ------
    MalformedEvidence
        If `data` is not the work of `encode`.
    """
    try:
        return _decode(data, 0, special)
    except MalformedEvidence:
        raise
    except Exception as error:
        raise MalformedEvidence(f"{type(error).__name__}: {error}") from error


def _decode(data: Any, depth: int, special: Callable[[dict], Any] | None) -> Any:
    if data is None or isinstance(data, (bool, str)):
        return data
    if not isinstance(data, dict) or depth > MAX_DEPTH + 1:
        raise MalformedEvidence(f"expected one of encode's forms, got {type(data).__name__}")
    match data:
        case {"int": str(digits)} if len(digits) < 500:
            return int(digits)
        case {"float": str(digits)}:
            return float.fromhex(digits)
        case {"array": str(data64), "dtype": str(dtype), "shape": list(shape)}:
            kind = np.dtype(dtype)
            if kind.kind not in "biuf" or not all(type(n) is int and n >= 0 for n in shape):
                raise MalformedEvidence(f"an array of dtype {dtype!r} and shape {shape}")
            if math.prod(shape) > MAX_ELEMENTS:
                raise MalformedEvidence(f"an array of shape {shape}, more than {MAX_ELEMENTS} elements")
            return np.frombuffer(base64.b64decode(data64, validate=True), kind).reshape(shape)
        case {"list": list(items)}:
            return [_decode(item, depth + 1, special) for item in items]
        case {"tuple": list(items)}:
            return tuple(_decode(item, depth + 1, special) for item in items)
        case {"dict": list(pairs)}:
            return {_decode(key, depth + 1, special): _decode(value, depth + 1, special) for key, value in pairs}
        case {"raised": [str(kind), str(message), str(line)]}:
            return Raised(kind, message, line)
        case {"opaque": [str(kind), str(text)]}:
            return Opaque(kind, text)
    if special:
        return special(data)
    raise MalformedEvidence(f"expected one of encode's forms, got the keys {sorted(map(str, data))[:5]}")


def writable(value: Any) -> Any:
    """`value` with arrays that can be written to, which those read from bytes cannot, but an answer may work in them."""
    if isinstance(value, np.ndarray):
        return value.copy()
    if isinstance(value, (list, tuple)):
        return type(value)(map(writable, value))
    return {key: writable(item) for key, item in value.items()} if isinstance(value, dict) else value
