"""What comes of grading: marks for other programs, and feedback for students."""

from __future__ import annotations

import csv
import hashlib
import json
import os
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.converters import GenerateFeedback, NbGraderException
from nbgrader.plugins import ExportPlugin
from traitlets.config import Config

from course_lib.grading.course import Course
from course_lib.grading.gradebook import NotRecorded, OneStudent
from course_lib.grading.records import forget, printable
from course_lib.grading.release import read_assignment
from course_lib.grading.submissions import choose
from course_lib.outcomes.report import NothingGraded

Row = dict[str, Any]
FORMATS = ("nbgrader", "canvas", "moodle")


class CsvExport(ExportPlugin):
    """nbgrader's CSV file, quoted: a name may hold a comma or a quotation mark."""

    def export(self, gradebook: Gradebook) -> None:
        """Write the file that ``--to`` names, by default ``grades.csv``."""
        rows = _rows(gradebook, set(map(str, self.assignment)), set(map(str, self.student)))
        write_csv(self.to or "grades.csv", list(rows))


def export(
    to: str | os.PathLike = "grades.csv",
    course_dir: str | os.PathLike = ".",
    *,
    assignment: str | None = None,
    students: Iterable[str] | None = None,
    format: str = "nbgrader",
) -> Path:
    """Write the marks as a CSV file.

    Parameters
    ----------
    to : path
        The file.
    course_dir : path
    assignment : str, optional
        By default all assignments.
    students : iterable of str, optional
        By default all in the gradebook.
    format : str
        "nbgrader": a row for each student and assignment with the columns of ``nbgrader export``; "canvas" or "moodle": a row for
        each student with the columns that Canvas and Moodle import.

    Raises
    ------
    ValueError
        If there is no such format.
    UnknownAssignment
        If it was not released.
    NothingGraded
        If there are no marks; then no file is written.
    """
    if format not in FORMATS:
        raise ValueError(f"there is no format {format!r}; there are {', '.join(FORMATS)}.")
    course = Course(course_dir)
    if assignment is not None:
        read_assignment(course.release_directory(), assignment)
    with course.gradebook() as gradebook:
        rows = list(_rows(gradebook, {assignment} if assignment else set(), set(students or ())))
    if not rows:
        of = f"the assignment {assignment}" if assignment else "any assignment"
        raise NothingGraded(
            f"the gradebook of {course.root} has no student's marks for {of}, so {to} was not written: run `course grade` first."
        )
    if format == "canvas":
        rows = _canvas(rows)
    elif format == "moodle":
        rows = _moodle(rows)
    write_csv(to, rows)
    return Path(to)


def write_csv(path: str | os.PathLike, rows: list[Row]) -> None:
    """Write rows with the same keys; without rows the file is empty."""
    with open(path, "w", newline="", encoding="utf-8") as file:
        if rows:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows({key: _harmless(value) for key, value in row.items()} for row in rows)


def _harmless(value: Any) -> Any:
    """A spreadsheet must not take a name for a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")) else value


def _rows(gradebook: Gradebook, assignments: set[str], students: set[str]) -> Iterable[Row]:
    """A row for each assignment and student; who did not submit has no points."""
    for assignment in gradebook.assignments:
        if assignments and assignment.name not in assignments:
            continue
        for student in gradebook.students:
            if students and student.id not in students:
                continue
            try:
                submission = gradebook.find_submission(assignment.name, student.id)
                points, penalty, timestamp = submission.score, submission.late_submission_penalty, submission.timestamp
            except MissingEntry:
                points, penalty, timestamp = 0.0, 0.0, None
            yield {
                "assignment": assignment.name,
                "duedate": _text(assignment.duedate),
                "timestamp": _text(timestamp),
                "student_id": student.id,
                "last_name": _text(student.last_name),
                "first_name": _text(student.first_name),
                "email": _text(student.email),
                "raw_score": points,
                "late_submission_penalty": penalty,
                "score": max(0.0, points - penalty),
                "max_score": assignment.max_score,
            }


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _by_student(rows: list[Row]) -> dict[str, list[Row]]:
    students: dict[str, list[Row]] = {}
    for row in rows:
        students.setdefault(row["student_id"], []).append(row)
    return students


def _canvas(rows: list[Row]) -> list[Row]:
    """Canvas wants the possible points in a second row, and finds students by their login."""
    possible = {row["assignment"]: row["max_score"] for row in rows}
    empty = {"Student": "Points Possible", "ID": "", "SIS User ID": "", "SIS Login ID": "", "Section": ""}
    table = [empty | possible]
    for student, own in _by_student(rows).items():
        name = ", ".join(filter(None, [own[0]["last_name"], own[0]["first_name"]])) or student
        who = {"Student": name, "ID": "", "SIS User ID": student, "SIS Login ID": student, "Section": ""}
        table.append(who | {row["assignment"]: row["score"] for row in own})
    return table


def _moodle(rows: list[Row]) -> list[Row]:
    return [
        {
            "Username": student,
            "First name": own[0]["first_name"],
            "Last name": own[0]["last_name"],
            "Email address": own[0]["email"],
        }
        | {row["assignment"]: row["score"] for row in own}
        for student, own in _by_student(rows).items()
    ]


def feedback(
    assignment: str,
    course_dir: str | os.PathLike = ".",
    *,
    students: Iterable[str] | None = None,
    force: bool = False,
    say: Callable[[str], None] = print,
) -> dict[str, Path]:
    """Write the feedback of graded submissions, as HTML.

    Parameters
    ----------
    assignment : str
    course_dir : path
    students : iterable of str, optional
        By default all whose submissions were graded.
    force : bool
        Also where neither the notebook nor a mark nor a comment has changed since the feedback was written.
    say : callable
        Called with a line for each student whose feedback could not be written.

    Returns
    -------
    dict from str to Path
        The folder with the feedback of each student, whether written now or before.

    Raises
    ------
    UnknownAssignment, UnknownStudent
        If one does not exist; the message lists those that do.
    NothingGraded
        If nobody's submission was graded.
    """
    course = Course(course_dir)
    read_assignment(course.release_directory(), assignment)
    forget(course, assignment)
    autograded = course.autograded(assignment)
    if not autograded:
        where = course.path("autograded", "*", assignment)
        raise NothingGraded(
            f"nobody's {assignment} was graded: there is no folder {where}. Run `course grade {assignment}` first."
        )
    chosen = choose(autograded, students, f"graded submission of {assignment}")
    writer = _Pages(course, assignment)
    kept = course.root / "reports" / assignment / "feedback.json"
    before = _read_json(kept)
    written: dict[str, Path] = {}
    for student in chosen:
        directory = course.path("feedback", student, assignment)
        now = _fingerprint(course, assignment, student)
        try:
            if force or before.get(student) != now or not directory.is_dir():
                writer.write(student)
        except NotRecorded as error:
            say(printable(f"{student}: no feedback. {error}"))
            continue
        before[student] = now
        written[student] = directory
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_text(json.dumps(before, indent=1))
    return written


class _Pages(OneStudent, GenerateFeedback):
    """nbgrader's feedback, for one student after the other, on a page that loads nothing."""

    def __init__(self, course: Course, assignment: str) -> None:
        super().__init__(coursedir=course.coursedir, parent=course.app)
        page = {"template_name": "course_feedback", "extra_template_basedirs": [str(Path(__file__).parent / "templates")]}
        self.update_config(Config({"HTMLExporter": page}))
        self.coursedir.assignment_id = assignment
        self.force = True

    def write(self, student: str) -> None:
        """Write the feedback of one student.

        Raises
        ------
        NotRecorded
            If nbgrader cannot.
        """
        self.student, self.failure = student, None
        try:
            self.start()
        except NbGraderException as error:
            raise NotRecorded(f"{type(self.failure).__name__}: {self.failure}" if self.failure else str(error)) from error

    def convert_single_notebook(self, notebook_filename: str) -> None:
        with self.remember_failure():
            super().convert_single_notebook(notebook_filename)


def _read_json(path: Path) -> dict[str, str]:
    try:
        content = json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def _fingerprint(course: Course, assignment: str, student: str) -> str:
    """Of all that feedback shows: the graded notebooks, points and comments."""
    digest = hashlib.sha256()
    for path in sorted(course.path("autograded", student, assignment).rglob("*.ipynb")):
        digest.update(path.read_bytes())
    with course.gradebook() as gradebook, suppress(MissingEntry):
        submission = gradebook.find_submission(assignment, student)
        for notebook in sorted(submission.notebooks, key=lambda notebook: notebook.name):
            marks = sorted((g.name, g.auto_score, g.manual_score, g.extra_credit) for g in notebook.grades)
            comments = sorted((c.name, c.comment or "") for c in notebook.comments)
            digest.update(repr((notebook.name, marks, comments, notebook.late_submission_penalty)).encode())
    return digest.hexdigest()
