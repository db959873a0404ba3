"""A class to try the grader on: students who are right in several ways, every known mistake, and every kind of trouble.

The submissions are made from what the keys declare, so a new misconception has a student at once.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import nbformat

from course_lib.checks.keys import Keys
from course_lib.grading.course import Course
from course_lib.sample_class.answering import mistaken_students, right_students
from course_lib.sample_class.blank import Blank
from course_lib.sample_class.student import DUE, SampleStudent
from course_lib.sample_class.trouble import students_in_trouble

__all__ = [
    "DUE",
    "Blank",
    "SampleStudent",
    "make_course",
    "mistaken_students",
    "right_students",
    "students_in_trouble",
    "whole_class",
    "write",
]


def write(submitted: Path, assignment: str, students: Iterable[SampleStudent]) -> None:
    """Write the submissions of `students` below nbgrader's directory of submitted assignments."""
    for student in students:
        folder = submitted / student.id / assignment
        folder.mkdir(parents=True)
        for name, content in student.files.items():
            (folder / name).write_bytes(content)
        (folder / "timestamp.txt").write_text(student.submitted.strftime("%Y-%m-%d %H:%M:%S UTC\n"), encoding="utf-8")


def whole_class(blank: Blank) -> list[SampleStudent]:
    """Everybody who hands in the notebook."""
    return [*right_students(blank), *mistaken_students(blank), *students_in_trouble(blank)]


def make_course(course_dir: Path, assignment: str) -> list[SampleStudent]:
    """Hand in the sample class to an assignment that was released in `course_dir`, and set the date it was due.

    Returns
    -------
    list of SampleStudent
    """
    release = nbformat.read(course_dir / "exercises" / assignment / f"{assignment}.ipynb", as_version=4)
    with Course(course_dir).gradebook() as gradebook:
        gradebook.update_or_create_assignment(assignment, duedate=DUE)
    blank = Blank(assignment, release, Keys.read(course_dir / "solutions"))
    students = whole_class(blank)
    write(course_dir / "submitted", assignment, students)
    return students
