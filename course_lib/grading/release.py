"""Reading what was released."""

from __future__ import annotations

import fnmatch
import os
from pathlib import Path

from course_lib.running.limits import MB
from course_lib.grading.worker import Assignment

IGNORED = (".ipynb_checkpoints", "__pycache__", "*.pyc", ".*", "*.ipynb", "timestamp.txt", "feedback")
MAX_FILES, MAX_BYTES = 200, 64 * MB


class UnknownAssignment(LookupError):
    """There is no such assignment; the message lists those there are."""


class UnknownCourse(LookupError):
    """There is no course in a folder."""


class ReleaseChanged(RuntimeError):
    """An assignment has other graded cells than the gradebook knows."""


def read_assignment(release: str | Path, name: str) -> Assignment:
    """The released notebooks and files of an assignment.

    Parameters
    ----------
    release : path
        nbgrader's release directory, with a folder for each assignment.
    name : str

    Raises
    ------
    UnknownAssignment
        If it was not released.
    """
    directory = Path(release) / name
    notebooks = {path.stem: path.read_bytes() for path in sorted(directory.glob("*.ipynb"))} if name else {}
    if not notebooks:
        released = sorted({path.parent.name for path in Path(release).glob("*/*.ipynb")})
        listed = (
            f"Released are: {', '.join(released)}." if released else "None is released yet: run `nbgrader generate_assignment`."
        )
        raise UnknownAssignment(f"there is no assignment {name!r} in {release}. {listed}")
    return Assignment(name, notebooks, read_files(directory))


def read_files(directory: str | Path) -> dict[str, bytes]:
    """What lies beside a notebook, by relative path: data and modules, but no notebooks, links or hidden files.

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
