"""Mistakes declared as what they are: the right code with one thing wrong."""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from course_lib.checks.declaration import Question


def mistakes_in(original: Callable, asked: Question) -> Callable[..., Callable]:
    """A way to declare misconceptions of a question as edits of `original`, where writing each of them out would hide the one line that
    matters.

    Parameters
    ----------
    original : function or class
        It must stand on its own: as in a notebook, it may use its arguments, NumPy as ``np``, and what it imports itself.
    asked : Question

    Returns
    -------
    callable
        ``declare(name, explanation, (old, new), ...)`` declares the misconception that `original` becomes when each `old` in its source
        is replaced by `new`. It raises a ValueError unless `old` occurs exactly once.

    Examples
    --------
    >>> def step(w, g, lr):
    ...     return w - lr * g
    >>> mistake = mistakes_in(step, asked)  # doctest: +SKIP
    >>> mistake("ascent", "You walk uphill.", ("w - lr", "w + lr"))  # doctest: +SKIP
    """

    def declare(name: str, explanation: str, *edits: tuple[str, str]) -> Callable:
        return asked.misconception(edited(original, name, explanation, *edits))

    return declare


def edited(original: Callable, name: str, explanation: str, *edits: tuple[str, str]) -> Callable:
    """`original` under another `name`, with the replacements `edits` made in its source, which it keeps as its attribute `source`."""
    source = source_of(original)
    for old, new in edits:
        if source.count(old) != 1:
            raise ValueError(f"{name}: {old!r} occurs {source.count(old)} times in {original.__name__}, expected once")
        source = source.replace(old, new)
    namespace: dict[str, Any] = {"np": np, "__name__": __name__}
    exec(source, namespace)
    mistake = namespace[original.__name__]
    mistake.__name__, mistake.__doc__, mistake.source = name, explanation, source
    return mistake


@cache  # finding a class in its file parses the whole of it, which took seconds with a hundred mistakes of a few originals
def source_of(original: Callable) -> str:
    """The source of a function or class, as it would stand at the top of a file."""
    return textwrap.dedent(inspect.getsource(original))
