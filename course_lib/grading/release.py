"""Reading what was released, and the keys by which it is judged."""

from __future__ import annotations

import fnmatch
import json
import os
from collections.abc import Collection
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from course_lib.checks.at_hand import SOLUTIONS, NoKeys, at_hand
from course_lib.checks.keys import ABOUT, ANSWERS, QUESTIONS, Keys
from course_lib.grading.asked import asked_names, code_of, course_imports
from course_lib.running.limits import MB

# nbgrader's configuration keeps back the same files; where it did not, they stay out of a notebook's process nevertheless
KEPT_BACK = (QUESTIONS, ANSWERS, ABOUT)
IGNORED = (".ipynb_checkpoints", "__pycache__", "*.pyc", ".*", "*.ipynb", "timestamp.txt", "feedback", *KEPT_BACK)
MAX_FILES, MAX_BYTES = 200, 64 * MB


class UnknownAssignment(LookupError):
    """There is no such assignment; the message lists those there are."""


class UnknownCourse(LookupError):
    """There is no course in a folder."""


class ReleaseChanged(RuntimeError):
    """An assignment has other graded cells than the gradebook knows."""


@dataclass(frozen=True)
class Assignment:
    """What the students were given, and what their answers are judged by: all that a worker needs.

    Attributes
    ----------
    name : str
    notebooks : dict from str to bytes
        The released notebooks by name, without ``.ipynb``.
    files : dict from str to bytes
        What is released beside them, by relative path.
    imports : tuple of str
        The statements by which these import from course_lib.
    keys : dict from str to bytes
        The sources of the questions that they ask, as `Keys` takes them. Never for the process of a notebook.
    """

    name: str
    notebooks: dict[str, bytes]
    files: dict[str, bytes] = field(default_factory=dict)
    imports: tuple[str, ...] = ()
    keys: dict[str, bytes] = field(default_factory=dict)


def read_assignment(release: str | Path, name: str, solutions: str | Path | None = None) -> Assignment:
    """The released notebooks and files of an assignment.

    Parameters
    ----------
    release : path
        nbgrader's release directory, with a folder for each assignment.
    name : str
    solutions : path, optional
        nbgrader's source directory, where the keys are; without it there are none, and nothing can be judged.

    Raises
    ------
    UnknownAssignment
        If it was not released.
    ReleaseError
        If a test cell does not name its questions.
    """
    directory = Path(release) / name
    notebooks = {path.stem: path.read_bytes() for path in sorted(directory.glob("*.ipynb"))} if name else {}
    if not notebooks:
        released = sorted({path.parent.name for path in Path(release).glob("*/*.ipynb")})
        listed = (
            f"Released are: {', '.join(released)}." if released else "None is released yet: run `nbgrader generate_assignment`."
        )
        raise UnknownAssignment(f"there is no assignment {name!r} in {release}. {listed}")
    files = read_files(directory)
    parsed = [parse_release(data) for data in notebooks.values()]
    modules = [data.decode(errors="replace") for path, data in files.items() if path.endswith(".py")]
    imports = course_imports([source for notebook in parsed for source in code_of(notebook)] + modules)
    asked = {question for notebook in parsed for names in asked_names(notebook).values() for question in names}
    keys = read_keys(solutions, {question.partition("/")[0] for question in asked}) if solutions else {}
    return Assignment(name, notebooks, files, tuple(imports), keys)


@lru_cache(maxsize=16)
def parse_release(data: bytes) -> NotebookNode:
    """A released notebook; kept, since a class has the same one."""
    return nbformat.reads(data.decode(), as_version=4)


def read_keys(solutions: str | Path, assignments: Collection[str]) -> dict[str, bytes]:
    """The sources of the questions of some assignments, without right answers in other styles, which nobody is judged by."""
    kept = {}
    for path, text in Keys.read(solutions).sources.items():
        assignment, _, inside = path.partition("/")
        if assignment in assignments and not inside.startswith(f"{ANSWERS}/"):
            kept[path] = _tests_of(text) if path.endswith(".ipynb") else text
    return kept


def _tests_of(notebook: bytes) -> bytes:
    """The test cells, which order the questions: when the rest of a source notebook changes, nothing need be judged anew."""
    cells = [{"source": cell["source"]} for cell in json.loads(notebook)["cells"] if "check(" in "".join(cell["source"])]
    return json.dumps({"cells": cells}).encode()


def keys_of(assignment: Assignment) -> Keys:
    """The keys of an assignment, the same object for the same files: what its questions compute is computed once for a class."""
    return _keys(tuple(sorted(assignment.keys.items())))


@lru_cache(maxsize=8)
def _keys(sources: tuple[tuple[str, bytes], ...]) -> Keys:
    return Keys(dict(sources))


@lru_cache(maxsize=8)
def absent_from(keys: Keys) -> tuple[str, ...]:
    """The modules of course_lib in which stands what the questions ask to write: no notebook finds them unless it was given out with them."""
    questions = [question for assignment in keys.assignments() for question in keys.questions(assignment).values()]
    return tuple(sorted({name for question in questions for name in question.forbidden if name.startswith("course_lib.")}))


def keys_beside() -> dict[str, bytes]:
    """The keys at hand as files beside a student's own notebook, which judges itself; none where they are sealed in the library.

    Of a checkout its process sees the library alone.
    """
    try:
        keys = at_hand()
    except NoKeys:
        # each check says so
        return {}
    return {f"{SOLUTIONS}/{path}": text for path, text in keys.sources.items()} if isinstance(keys, Keys) else {}


def read_files(directory: str | Path) -> dict[str, bytes]:
    """What lies beside a notebook, by relative path: data and modules, but no notebooks, keys, links or hidden files.

    Raises
    ------
    ValueError
        If there is far more than belongs to an assignment.
    """
    files: dict[str, bytes] = {}
    size = 0
    for folder, folders, names in os.walk(directory):
        folders[:] = sorted(name for name in folders if not _ignored(name))
        for name in sorted(names):
            path = Path(folder) / name
            if _ignored(name) or path.is_symlink() or not path.is_file():
                continue
            size += path.stat().st_size
            if len(files) == MAX_FILES or size > MAX_BYTES:
                most = f"{MAX_FILES} files or {MAX_BYTES // MB} MB"
                raise ValueError(f"beside the notebook in {directory} lie more than {most}; move what it does not need.")
            files[path.relative_to(directory).as_posix()] = path.read_bytes()
    return files


def _ignored(name: str) -> bool:
    return any(fnmatch.fnmatch(name, pattern) for pattern in IGNORED)
