"""What an answer reaches for: the names in its code by which a right output can be had without computing it.

In the notebook's process nothing can be kept from code that wants it: not the functions that the checks compare with, nor the profiler
that notices their calls. Whoever uses them has to name them, and a person should read what names them. Code that hides the
names well is not found; the output of an honest answer never depends on any of them.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from course_lib.checks import UnknownQuestion, question
from course_lib.grading.judge import ReleaseError, checked_names
from course_lib.grading.rebuild import is_autograded, is_solution

MOST = 5  # names in a sentence
# what notebooks are given of the checks
_GIVEN = ("check", "hint", "personal_case", "CheckFailed")
_PRIVATE = ("course_lib.checks", "course_lib.grading")
# of the process of the check, wherever they stand
_NAMES = frozenset(
    (
        *("setprofile", "settrace", "setprofile_all_threads", "settrace_all_threads", "_getframe", "f_back", "f_globals"),
        *("f_locals", "__globals__", "__closure__", "cell_contents", "getclosurevars", "get_objects", "get_referrers"),
        *("get_referents", "right_answers", "COURSE_SEED"),
    )
)
# of a question, and of a function that a case hands over: past what counts its calls
_ATTRIBUTES = frozenset(("reference", "misconceptions", "function", "task"))
_MAGIC = re.compile(r"^\s*[%!].*$", re.MULTILINE)


def reached(notebook: Mapping[str, Any]) -> set[str]:
    """The names in a notebook's code, but for its read-only cells, that an honest answer has no use for."""
    found: set[str] = set()
    open_answers: list[str] = []
    for cell in notebook["cells"]:
        if cell["cell_type"] != "code":
            continue
        source = "".join(cell["source"])
        if is_autograded(cell):
            forbidden = _forbidden(source)
            found |= {name for answer in open_answers for name in _named(answer) if _lies_in(name, forbidden)}
            open_answers = []
        elif not cell["metadata"].get("nbgrader", {}).get("locked"):
            found |= set(filter(_is_odd, _named(source)))
            if is_solution(cell):
                open_answers.append(source)
    names = {name.removeprefix(".") for name in found}
    # with what it is of, where that is known
    return {name for name in names if not any(other.endswith(f".{name}") for other in names)}


def sentence(found: Iterable[str]) -> str:
    """What an instructor is told."""
    names = sorted(name if len(name) <= 60 else f"{name[:57]}..." for name in found)
    more = f" and {len(names) - MOST} more" if len(names) > MOST else ""
    return f"Its code names {', '.join(names[:MOST])}{more}, by which right outputs can be had without computing them."


def _is_odd(name: str) -> bool:
    if _lies_in(name, _PRIVATE):
        return name not in _PRIVATE and name.split(".")[2] not in _GIVEN
    last = name.rpartition(".")[2]
    return last in _NAMES or (name.startswith(".") and last in _ATTRIBUTES) or name.startswith("application/vnd.course.")


def _forbidden(test: str) -> tuple[str, ...]:
    """What the questions of a test cell forbid to call."""
    try:
        return tuple(name for asked in checked_names(test, "") for name in question(asked).forbidden)
    except (ReleaseError, UnknownQuestion):
        return ()


def _lies_in(name: str, modules: Iterable[str]) -> bool:
    return any(name == module or name.startswith(f"{module}.") for module in modules)


def _named(source: str) -> Iterator[str]:
    """The names of a piece of code: modules as they are imported, attributes with what they are of, or with a dot, and short texts."""
    try:
        tree = ast.parse(_MAGIC.sub("", source))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        # it does not run either, unless it is IPython's own language
        yield from re.findall(r"[\w.]+", source)
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Attribute):
            yield f".{node.attr}"
            if dotted := _dotted(node):
                yield dotted
        elif isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and len(node.value) < 200:
            yield node.value
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("getattr", "attrgetter"):
            yield from (f".{part.value}" for part in node.args if isinstance(part, ast.Constant) and isinstance(part.value, str))


def _dotted(node: ast.expr) -> str:
    """``a.b.c``, or nothing if it does not begin with a name."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) else ""
