"""Is this value that value? And if not, how to say in one sentence where they part."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from course_lib.checks.evidence import AFTERWARDS, Opaque, Raised

# how the types that answers return by mistake are turned into the one asked for
REMEDIES = {
    "torch.Tensor": "Convert it: .item() for one number, .detach().numpy() for an array.",
    "builtins.ellipsis": "Put your answer in its place.",
    "builtins.generator": "Put what it yields into a list, or return a value instead of yielding.",
    "builtins.function": "Call it, and return what it gives.",
    "builtins.type": "Return an instance or a number, not the class.",
    "builtins.set": "A set has no order: return a list or an array.",
}


@dataclass(frozen=True)
class Difference:
    """Where two values part.

    Attributes
    ----------
    sentence : str
        For the student: what is not as expected.
    where : tuple of int or str
        The way into the value: indices and keys.
    form : bool
        Whether already the form (type, shape, length) differs, so that the numbers cannot be compared.
    """

    sentence: str
    where: tuple[int | str, ...] = ()
    form: bool = False


def compare(answer: Any, expected: Any, rtol: float, atol: float) -> Difference | None:
    """The first difference between `answer` and `expected`, or None if they agree.

    Numbers agree within ``atol + rtol * |expected|``. Where a number is expected, any kind of number will do, also an array
    of no dimensions; where an array is expected, a list of numbers will do. Shapes must be the same: (n,) is not (n, 1).
    """
    return _compare(answer, expected, rtol, atol, ())


def _compare(answer: Any, expected: Any, rtol: float, atol: float, where: tuple) -> Difference | None:
    place = f"{_place(where)} " if where else ""
    if isinstance(answer, Raised) or isinstance(expected, Raised):
        if isinstance(answer, Raised) and isinstance(expected, Raised) and answer.type == expected.type:
            return None
        if isinstance(expected, Raised):
            return Difference(f"your answer returned {describe(answer)}, but should have raised {expected.type}.", where)
        if answer.line == AFTERWARDS:
            return Difference(f"what your answer returned cannot be used: {answer.message}", where, form=True)
        line = f" ({answer.line})" if answer.line else ""
        return Difference(f"your answer raised {answer.type}: {answer.message}{line}", where, form=True)
    if answer is None and expected is not None:
        return Difference(f"{place or 'your answer '}is None. Is a return missing?", where, form=True)
    if isinstance(answer, Opaque):
        return Difference(
            f"{place or 'your answer '}is {kind(answer)}, but {kind(expected)} is expected. "
            f"{REMEDIES.get(answer.type, 'It began with ' + answer.text)}",
            where,
            form=True,
        )
    if isinstance(expected, (bool, str)) or expected is None:
        alike = type(answer) is type(expected)
        if alike and answer == expected:
            return None
        wanted = describe(expected) if alike else kind(expected)
        return Difference(f"{place or 'your answer '}is {describe(answer)}, but {wanted} is expected.", where, not alike)
    if isinstance(expected, dict):
        return _compare_dicts(answer, expected, rtol, atol, where)
    if isinstance(expected, (list, tuple)):
        return _compare_sequences(answer, expected, rtol, atol, where)
    return _compare_numbers(answer, expected, rtol, atol, where)


def _compare_dicts(answer: Any, expected: dict, rtol: float, atol: float, where: tuple) -> Difference | None:
    place = _place(where) if where else "your answer"
    if not isinstance(answer, dict):
        return Difference(f"{place} is {kind(answer)}, but a dict is expected.", where, form=True)
    # over the expected keys: an empty answer must not pass
    if set(answer) != set(expected):
        missing, extra = sorted(map(str, set(expected) - set(answer))), sorted(map(str, set(answer) - set(expected)))
        return Difference(f"{place}: missing keys {missing}, unexpected keys {extra}.", where, form=True)
    parts = (_compare(answer[key], value, rtol, atol, (*where, key)) for key, value in expected.items())
    return next((part for part in parts if part), None)


def _compare_sequences(answer: Any, expected: list | tuple, rtol: float, atol: float, where: tuple) -> Difference | None:
    place = _place(where) if where else "your answer"
    if isinstance(answer, np.ndarray) and answer.ndim:
        answer = list(answer)
    if not isinstance(answer, (list, tuple)):
        return Difference(f"{place} is {kind(answer)}, but {kind(expected)} is expected.", where, form=True)
    parts = (_compare(a, e, rtol, atol, (*where, i)) for i, (a, e) in enumerate(zip(answer, expected, strict=False)))
    first = next((part for part in parts if part), None)
    if len(answer) == len(expected):
        return first
    agree = "" if first else " As far as both go they agree."
    return Difference(f"{place} has {len(answer)} entries, but {len(expected)} are expected.{agree}", where, form=True)


def _compare_numbers(answer: Any, expected: Any, rtol: float, atol: float, where: tuple) -> Difference | None:
    place = _place(where) if where else "your answer"
    path, entry = next(_not_numbers(answer), ((), None))
    if path:
        want = np.asarray(expected)
        fitting = want[(0,) * len(path)] if want.size and want.ndim >= len(path) else 0.0
        return _compare(entry, fitting, rtol, atol, (*where, *path))
    try:
        got = np.asarray(answer)
    except ValueError:
        return Difference(f"{place} is a list of lists of different lengths, but {kind(expected)} is expected.", where, form=True)
    want = np.asarray(expected)
    if got.dtype.kind not in "biuf" or (got.dtype.kind == "b" and want.dtype.kind != "b"):
        return Difference(f"{place} is {kind(answer)}, but {kind(expected)} is expected.", where, form=True)
    if got.shape != want.shape:
        hint = ""
        if got.ndim == 2 and want.ndim == 1 and got.shape == want.shape * 2:
            hint = " An (n,) array against an (n, 1) array gives (n, n): look for arrays of these shapes."
        shape = f"has shape {got.shape}" if got.ndim else "is a single number"
        wanted = f"shape {want.shape}" if want.ndim else "a single number"
        return Difference(f"{place} {shape}, but {wanted} is expected.{hint}", where, form=True)
    with np.errstate(invalid="ignore", over="ignore"):
        close = np.isclose(got.astype(float), want.astype(float), rtol=rtol, atol=atol, equal_nan=True)
    if close.all():
        return None
    index = tuple(map(int, np.argwhere(~close)[0]))
    full = (*where, *index)
    value = float(got[index])
    spot = _place(full) if full else "your answer"
    if not np.isfinite(value):
        return Difference(f"{spot} is {value}: a division by zero, a logarithm of zero or an overflow.", full)
    return Difference(f"{spot} is {value:.10g}, but {float(want[index]):.10g} is expected.", full)


def _not_numbers(value: Any, path: tuple[int, ...] = ()) -> Iterator[tuple[tuple[int, ...], Any]]:
    """The entries of lists, however deep, that are no numbers, each with the way to it."""
    if isinstance(value, (list, tuple)):
        for i, entry in enumerate(value):
            yield from _not_numbers(entry, (*path, i))
    elif value is None or isinstance(value, (Opaque, Raised, str, dict)):
        yield path, value


def _place(where: tuple) -> str:
    return "entry " + "".join(f"[{part!r}]" for part in where) + " of your answer"


def kind(value: Any) -> str:
    """What kind of thing a value is, with an article."""
    if isinstance(value, bool):
        return "True or False"
    if isinstance(value, (int, float)) or (isinstance(value, np.ndarray) and value.ndim == 0):
        return "a number"
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape}"
    if isinstance(value, (list, tuple)):
        return f"a {type(value).__name__} of {len(value)}"
    if isinstance(value, Opaque):
        if value.type == "builtins.ellipsis":
            return "still ..."
        name = value.type.removeprefix("builtins.")
        return f"{'an' if name[0] in 'aeiou' else 'a'} {name}"
    return "None" if value is None else f"a {type(value).__name__}"


def describe(value: Any, limit: int = 160) -> str:
    """A value as a student would write it, shortened."""
    if isinstance(value, Opaque):
        return "..." if value.type == "builtins.ellipsis" else f"{kind(value)}: {value.text[:80]}"
    if isinstance(value, Raised):
        return f"{value.type}: {value.message}"
    if isinstance(value, np.ndarray) and value.ndim == 0:
        value = value[()]
    if isinstance(value, (float, np.floating)):
        return f"{float(value):.10g}"
    if isinstance(value, (bool, int, str, np.integer)) or value is None:
        return repr(value if not isinstance(value, np.integer) else int(value))[:limit]
    if isinstance(value, np.ndarray):
        text = np.array2string(value, precision=6, separator=", ", threshold=12, edgeitems=3)
        return f"{_shorten(text, limit)}" + (f"  (shape {value.shape})" if value.size > 6 or value.ndim > 1 else "")
    if isinstance(value, (list, tuple)):
        shown = [describe(item, limit) for item in value[:4]] + ([f"... {len(value)} in all"] if len(value) > 4 else [])
        opening, closing = "[]" if isinstance(value, list) else "()"
        return _shorten(f"{opening}{', '.join(shown)}{closing}", 2 * limit)
    if isinstance(value, dict):
        return _shorten("{" + ", ".join(f"{k!r}: {describe(v, limit)}" for k, v in value.items()) + "}", 2 * limit)
    if isinstance(getattr(value, "shown", None), str):
        # of course_lib.driving: something that an answer is handed
        return value.shown
    if callable(value):
        return getattr(value, "__name__", "a function")
    if isinstance(value, np.random.Generator):
        return "a random number generator"
    return _shorten(re.sub(r" at 0x[0-9A-Fa-f]+", "", repr(value)), limit)


def _shorten(text: str, limit: int) -> str:
    text = " ".join(text.split())
    return text if len(text) <= limit else text[: limit - 4] + " ..."
