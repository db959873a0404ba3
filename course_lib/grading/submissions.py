"""What students handed in: who did, what there is to grade, and whether it is as it was when it was graded before."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from course_lib.grading.executors import library
from course_lib.grading.rebuild import MalformedNotebook, read_bytes
from course_lib.grading.records import printable
from course_lib.grading.release import Assignment
from course_lib.grading.worker import Submission
from course_lib.running.limits import Limits

if TYPE_CHECKING:
    from course_lib.grading.course import Course


class UnknownStudent(LookupError):
    """A student has not submitted; the message lists those who have."""


class NothingSubmitted(LookupError):
    """Nobody has submitted an assignment; the message says where it was looked for."""


def submitters(course: Course, assignment: str) -> list[str]:
    """The students who submitted.

    Raises
    ------
    NothingSubmitted
        If there is none.
    """
    found = course.submitted(assignment)
    if not found:
        where = course.path("submitted", "*", assignment)
        raise NothingSubmitted(f"nobody has submitted {assignment}: there is no folder {where}, where * is a student.")
    return found


def choose(available: list[str], students: Iterable[str] | None, what: str) -> list[str]:
    """The students to work on: those asked for, or all there are.

    Raises
    ------
    UnknownStudent
        If one of those asked for is not there.
    """
    if students is None:
        return available
    chosen = list(dict.fromkeys(students))
    unknown = [student for student in chosen if student not in available]
    if unknown:
        listed = ", ".join(available[:30]) + (", ..." if len(available) > 30 else "") or "nobody"
        raise UnknownStudent(printable(f"there is no {what} by {', '.join(unknown)}. There is one by: {listed}."))
    return chosen


def read_submission(directory: Path, student: str, assignment: Assignment, limits: Limits) -> Submission:
    """Read a submission.

    Raises
    ------
    MalformedNotebook
        If there is no notebook in it that could be graded.
    """
    expected = list(assignment.notebooks)
    found: dict[str, bytes] = {}
    problems = []
    for name in expected:
        path = directory / f"{name}.ipynb"
        if not os.path.lexists(path):
            continue
        try:
            found[name] = read_bytes(path, limits.notebook_bytes)
        except MalformedNotebook as error:
            problems.append(str(error))
    if not found:
        others = sorted(path.name for path in directory.iterdir() if path.name != "timestamp.txt")
        wanted = " and ".join(f"{name}.ipynb" for name in expected)
        if problems:
            raise MalformedNotebook(" ".join(problems))
        if not others:
            raise MalformedNotebook(f"the submission is empty; expected {wanted}.")
        raise MalformedNotebook(f"there is no {wanted} in the submission, only {', '.join(others[:5])}. Was it renamed?")
    return Submission(student, found)


def fingerprint_of(assignment: Assignment, limits: Limits) -> bytes:
    """Of all that is the same for a class: the library, the release, the keys and the limits."""
    digest = hashlib.sha256(library())
    for files in (assignment.notebooks, assignment.files, assignment.keys):
        for name, data in sorted(files.items()):
            digest.update(f"{name}\0{len(data)}\0".encode() + data)
    digest.update(json.dumps(limits.to_json(), sort_keys=True).encode())
    return digest.digest()


def fingerprint(directory: Path, base: bytes, limits: Limits) -> str:
    """Of a submission as it is now, and of what it is graded by: while it is the same, there is nothing to grade again."""
    digest = hashlib.sha256(base)
    for path in sorted(directory.rglob("*")):
        digest.update(f"{path.relative_to(directory)}\0{path.is_symlink()}\0".encode(errors="surrogateescape"))
        if path.is_file() and not path.is_symlink():
            status = path.stat()
            if status.st_size <= limits.notebook_bytes:
                with suppress(OSError):
                    digest.update(hashlib.sha256(path.read_bytes()).digest())
            else:
                digest.update(f"{status.st_size} {status.st_mtime_ns}".encode())
    return digest.hexdigest()
