"""The report on a class: one HTML page for the instructor, with nothing loaded from anywhere."""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

import nbformat
import numpy as np
from nbformat import NotebookNode

from course_lib.checks.checking import VERDICT_TYPE
from course_lib.checks.explaining import message_html
from course_lib.checks.keys import Keys
from course_lib.grading.asked import asked_questions
from course_lib.grading.reaching import reached, sentence
from course_lib.grading.records import Record, forget
from course_lib.outcomes.copies import Alike, answers, find_alike, reference_sources

if TYPE_CHECKING:
    from course_lib.grading.course import Course

BINS = 10


class NothingGraded(LookupError):
    """There is nothing to report on yet."""


@dataclass
class Student:
    """A row of the report.

    Attributes
    ----------
    id : str
    graded : bool
    score, max_score : float
        As the gradebook has them, manual marks and late penalties included.
    late : str
        By how much the submission was late; empty if it was not.
    by_hand : bool
        Something waits to be marked by a person.
    verdicts : dict from question to verdict
        The verdicts of the checks, as JSON data.
    times : dict from question to float
        The seconds that the cell with the check ran.
    answers : list of str
        The code of the answer cells.
    reasons : list of str
        Why the instructor should look at it.
    seconds : float
    """

    id: str
    graded: bool = False
    score: float = 0.0
    max_score: float = 0.0
    late: str = ""
    by_hand: bool = False
    verdicts: dict[str, dict[str, Any]] = field(default_factory=dict)
    times: dict[str, float] = field(default_factory=dict)
    answers: list[str] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    seconds: float = 0.0


@dataclass
class Item:
    """How a question did.

    Attributes
    ----------
    question : str
    points : float
    passed, tried, answered : int
        Students who pass, who were graded, and who wrote anything.
    discrimination : float or None
        Correlation of passing it with the points for all other questions: near 0, the question does not tell who is good; below 0,
        look at the question. None where everybody or nobody passes.
    mistakes : list of (str, int)
        The known mistakes, the most frequent first.
    seconds : float or None
        The median time of the check; None if no time was recorded.
    """

    question: str
    points: float
    passed: int
    tried: int
    answered: int
    discrimination: float | None
    mistakes: list[tuple[str, int]]
    seconds: float | None

    @property
    def success(self) -> float:
        """The part of the graded students who pass."""
        return self.passed / self.tried if self.tried else 0.0


@dataclass
class Mistake:
    """A misconception and who showed it."""

    question: str
    name: str
    message: str
    students: list[str]


@dataclass
class Report:
    """What the page shows."""

    assignment: str
    students: list[Student]
    items: list[Item]
    mistakes: list[Mistake]
    alike: list[Alike]
    isolation: list[tuple[str, int]]
    made: str

    @property
    def graded(self) -> list[Student]:
        """The students in the gradebook."""
        return [student for student in self.students if student.graded]

    @property
    def to_look_at(self) -> list[Student]:
        """The students whose submissions a person should look at, those without a mark first."""
        return sorted((s for s in self.students if s.reasons), key=lambda s: (s.graded, s.id))

    @property
    def max_score(self) -> float:
        return max((student.max_score for student in self.graded), default=0.0)

    def distribution(self) -> list[tuple[str, int]]:
        """How many students have how many points, in ranges of equal width."""
        width = self.max_score / BINS
        if not width:
            return []
        counts = Counter(min(BINS - 1, int(student.score / width)) for student in self.graded)
        return [(f"{i * width:g} to {(i + 1) * width:g}", counts[i]) for i in range(BINS)]

    def statistics(self) -> dict[str, float]:
        """Mean and median of the scores."""
        scores = [student.score for student in self.graded]
        return {"mean": float(np.mean(scores)), "median": float(np.median(scores))} if scores else {}


def make_report(assignment: str, course_dir: str | os.PathLike = ".") -> Report:
    """Collect what is known about an assignment of a class.

    Raises
    ------
    NothingGraded
        If it was never graded.
    UnknownCourse
        If `course_dir` holds no course.
    """
    from course_lib.grading.course import Course

    course = Course(course_dir)
    records = forget(course, assignment)
    if not records:
        raise NothingGraded(f"{assignment} was not graded yet: run `course grade {assignment}` first.")
    released = _notebooks(course.path("release", ".", assignment))
    keys = Keys.read(course.source_directory())
    given = {name for notebook in released for name in reached(notebook, keys)}
    students = [_student(course, assignment, record, given, keys) for record in records.values()]
    _add_marks(course, assignment, {student.id: student for student in students})
    isolation = Counter(layer for record in records.values() for layer in record.isolation)
    return Report(
        assignment=assignment,
        students=students,
        items=_items(students),
        mistakes=_mistakes(students),
        alike=find_alike(
            {student.id: student.answers for student in students if student.answers},
            given=[source for notebook in released for source in answers(notebook)],
            reference=[
                *(source for notebook in _notebooks(course.path("source", ".", assignment)) for source in answers(notebook)),
                *reference_sources(
                    keys.question(name)
                    for notebook in released
                    for names in asked_questions(notebook, keys).values()
                    for name in names
                ),
            ],
        ),
        isolation=isolation.most_common(),
        made=datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
    )


def write_report(assignment: str, course_dir: str | os.PathLike = ".", path: str | os.PathLike | None = None) -> Path:
    """Write the report as an HTML page; by default to ``reports/<assignment>/report.html`` in the course.

    Returns
    -------
    Path
        Where it is.
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    report = make_report(assignment, course_dir)
    environment = Environment(
        loader=PackageLoader("course_lib.outcomes"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    environment.filters["as_html"] = lambda message: Markup(message_html(message))
    page = environment.get_template("report.html.j2").render(report=report)
    target = Path(path) if path else Path(course_dir) / "reports" / assignment / "report.html"
    target.parent.mkdir(parents=True, exist_ok=True)
    # the name of a folder may be no text
    target.write_text(page, encoding="utf-8", errors="backslashreplace")
    return target


def _student(course: Course, assignment: str, record: Record, given: set[str], keys: Keys) -> Student:
    student = Student(record.student, graded=record.status == "graded", seconds=record.seconds)
    student.reasons = [*filter(None, [record.reason]), *record.notes, *record.repairs]
    if student.graded:
        for path in sorted(course.path("autograded", record.student, assignment).glob("*.ipynb")):
            notebook = nbformat.read(path, as_version=4)
            student.answers += answers(notebook)
            if found := reached(notebook, keys) - given:
                student.reasons.append(sentence(found))
            for cell in notebook.cells:
                for output in cell.get("outputs", []):
                    if VERDICT_TYPE in output.get("data", {}):
                        verdict = output.data[VERDICT_TYPE]
                        student.verdicts[verdict["question"]] = verdict
                        if seconds := _seconds(cell):
                            student.times[verdict["question"]] = seconds
    return student


def _seconds(cell: Mapping[str, Any]) -> float:
    """How long a cell ran; 0 if that was not recorded."""
    times = cell["metadata"].get("execution", {})
    try:
        begun, ended = (datetime.fromisoformat(times[key]) for key in ("iopub.execute_input", "shell.execute_reply"))
    except (KeyError, ValueError, TypeError):
        return 0.0
    return (ended - begun).total_seconds()


def _notebooks(folder: Path) -> list[NotebookNode]:
    return [nbformat.read(path, as_version=4) for path in sorted(folder.glob("*.ipynb"))]


def _add_marks(course: Course, assignment: str, students: dict[str, Student]) -> None:
    with course.gradebook() as gradebook:
        for submission in gradebook.assignment_submissions(assignment):
            student = students.get(submission.student_id)
            if student is None:
                continue
            student.score, student.max_score = float(submission.score), float(submission.max_score)
            student.by_hand = bool(submission.needs_manual_grade)
            if submission.total_seconds_late > 0:
                student.late = _duration(submission.total_seconds_late)
                student.reasons.append(f"Handed in {student.late} late.")


def _duration(seconds: float) -> str:
    for unit, size in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if seconds >= size:
            count = round(seconds / size)
            return f"{count} {unit}{'s' if count != 1 else ''}"
    return f"{seconds:.0f} seconds"


def _items(students: Sequence[Student]) -> list[Item]:
    graded = [student for student in students if student.verdicts]
    names = list(dict.fromkeys(name for student in graded for name in student.verdicts))
    earned = np.array([[student.verdicts.get(name, {}).get("points", 0.0) for name in names] for student in graded], dtype=float)
    items = []
    for column, name in enumerate(names):
        verdicts = [student.verdicts[name] for student in graded if name in student.verdicts]
        times = [student.times[name] for student in graded if name in student.times]
        mistakes = Counter(verdict["misconception"] for verdict in verdicts if verdict.get("misconception"))
        items.append(
            Item(
                question=name,
                points=max((verdict.get("max_points", 0.0) for verdict in verdicts), default=0.0),
                passed=sum(bool(verdict["passed"]) for verdict in verdicts),
                tried=len(graded),
                answered=sum(verdict["kind"] != "no answer" for verdict in verdicts),
                discrimination=_discrimination(earned[:, column], earned.sum(axis=1) - earned[:, column]),
                mistakes=mistakes.most_common(),
                seconds=median(times) if times else None,
            )
        )
    return items


def _discrimination(item: np.ndarray, rest: np.ndarray) -> float | None:
    if len(item) < 3 or item.std() == 0 or rest.std() == 0:
        return None
    return float(np.corrcoef(item, rest)[0, 1])


def _mistakes(students: Sequence[Student]) -> list[Mistake]:
    shown: dict[tuple[str, str], list[Student]] = defaultdict(list)
    for student in students:
        for name, verdict in student.verdicts.items():
            if verdict.get("misconception"):
                shown[name, verdict["misconception"]].append(student)
    mistakes = [
        Mistake(name, mistake, who[0].verdicts[name]["message"], [student.id for student in who])
        for (name, mistake), who in shown.items()
    ]
    return sorted(mistakes, key=lambda mistake: (-len(mistake.students), mistake.question, mistake.name))
