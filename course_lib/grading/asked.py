"""What a released notebook asks and imports, read from its text: the one notebook that is to be believed."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

from nbformat import NotebookNode

from course_lib.checks.keys import Keys, UnknownQuestion
from course_lib.grading.rebuild import grade_id, is_autograded

_MAGIC = re.compile(r"^\s*[%!].*$", re.MULTILINE)


class ReleaseError(ValueError):
    """The released notebook cannot be judged; this is the instructor's to mend."""


def asked_questions(release: NotebookNode, keys: Keys) -> dict[str, list[str]]:
    """The questions of each test cell of a released notebook, by the cell's grade_id.

    Raises
    ------
    ReleaseError
        If a test cell does not name a question there is.
    """
    asked = {}
    for cell_id, names in asked_names(release).items():
        asked[cell_id] = list(dict.fromkeys(names))
        for name in asked[cell_id]:
            try:
                keys.question(name)
            except UnknownQuestion as error:
                raise ReleaseError(f"the released test cell {cell_id!r}: {error}") from error
    return asked


def asked_names(release: NotebookNode) -> dict[str, list[str]]:
    """What the test cells of a released notebook ask, by the cell's grade_id: a name for each call of ``check``.

    Raises
    ------
    ReleaseError
        If a test cell is not Python, or does not name its questions literally.
    """
    return {str(grade_id(cell)): list(_checks(cell.source, str(grade_id(cell)))) for cell in release.cells if is_autograded(cell)}


def checked_names(source: str, cell: str) -> list[str]:
    """The questions that a test cell asks: the first arguments of its calls of ``check``.

    Raises
    ------
    ReleaseError
        If the source is not Python, or the argument is not a literal string.
    """
    return list(dict.fromkeys(_checks(source, cell)))


def _checks(source: str, cell: str) -> Iterator[str]:
    try:
        tree = ast.parse(source)
    except SyntaxError as error:
        raise ReleaseError(f"the released test cell {cell!r} is not plain Python: {error}.") from error
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", None)
        if called != "check":
            continue
        first = node.args[0] if node.args else next((k.value for k in node.keywords if k.arg == "name"), None)
        if not (isinstance(first, ast.Constant) and isinstance(first.value, str)):
            raise ReleaseError(
                f"the released test cell {cell!r} must call check with a literal string: the grader reads its question from the text."
            )
        yield first.value


def course_imports(sources: Iterable[str]) -> dict[str, ast.Import | ast.ImportFrom]:
    """The import statements in pieces of code that name course_lib, each once: what a notebook's process needs of the library."""
    found = {}
    for source in sources:
        for node in ast.walk(parsed(source)):
            if isinstance(node, ast.ImportFrom):
                modules = [node.module or ""]
            elif isinstance(node, ast.Import):
                modules = [alias.name for alias in node.names]
            else:
                continue
            if any(module.partition(".")[0] == "course_lib" for module in modules):
                found[ast.unparse(node)] = node
    return found


def parsed(source: str) -> ast.Module:
    """The code of a cell, but for lines in IPython's own language; nothing, where the rest is not Python."""
    try:
        return ast.parse(without_magic(source))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ast.Module([], [])


def without_magic(source: str) -> str:
    """The code of a cell without lines in IPython's own language."""
    return _MAGIC.sub("", source)


def code_of(notebook: NotebookNode) -> list[str]:
    """The sources of the code cells."""
    return [cell.source for cell in notebook.cells if cell.cell_type == "code"]
