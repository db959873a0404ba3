"""Mistakes declared as what they are: the right code with one thing wrong; and code as a student would have written it."""

from __future__ import annotations

import ast
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


def as_student(answer: Callable, name: str) -> str:
    """The source of `answer` as a student would have written it: under the name the notebook asks for, without docstring.

    Serves right answers and misconceptions alike; both use nothing but their arguments, NumPy as ``np`` and what they import.
    """
    # a mistake made by editing carries its source
    definition = ast.parse(getattr(answer, "source", None) or source_of(answer)).body[0]
    assert isinstance(definition, (ast.FunctionDef, ast.ClassDef))
    for node in ast.walk(definition):
        # a recursive answer calls itself by its name
        if isinstance(node, ast.Name) and node.id == definition.name:
            node.id = name
    definition.name, definition.decorator_list = name, []
    if ast.get_docstring(definition) is not None:
        definition.body = definition.body[1:]
    return ast.unparse(definition)
