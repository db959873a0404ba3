"""A class to try the grader on: students who are right in several ways, every known mistake, and every kind of trouble.

The submissions are made from what the checks declare, so a new misconception has a student at once: right answers and
misconceptions are put into the released notebook as the source code a student would have written.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from itertools import count, islice
from pathlib import Path
from typing import Any

import nbformat
import numpy as np

from course_lib.checks import questions
from course_lib.checks.answers import as_student, right_answers
from course_lib.checks.declaration import question
from course_lib.checks.matrix import try_answer

Notebook = dict[str, Any]

DUE = datetime(2026, 10, 1, 23, 59)

NAMES = [
    "amara",
    "bjorn",
    "carmen",
    "dmitri",
    "elif",
    "farid",
    "greta",
    "hiro",
    "ines",
    "jonas",
    "kofi",
    "leila",
    "mateo",
    "nadia",
    "oscar",
    "priya",
    "quentin",
    "rosa",
    "samir",
    "tomas",
    "uma",
    "victor",
    "wanda",
    "xavier",
    "yuki",
    "zofia",
]

ESSAY = (
    "It is batch gradient descent: every step uses the mean gradient over all examples, nothing is drawn at random. "
    "With x ten times larger the curvature is a hundred times larger, so the same learning rate makes it diverge."
)


@dataclass
class SampleStudent:
    """One submission of the sample class.

    Attributes
    ----------
    id : str
    story : str
        What is special about it.
    files : dict from file name to bytes
        What is submitted.
    points : dict from question to points, or None
        What the autograder should give; None if there is no notebook to grade.
    mistakes : dict from question to misconception
        The known mistakes the answers make.
    submitted : datetime
    """

    id: str
    story: str
    files: dict[str, bytes]
    points: dict[str, float] | None
    mistakes: dict[str, str] = field(default_factory=dict)
    submitted: datetime = DUE - timedelta(days=1)


@dataclass(frozen=True)
class _Slot:
    """Where in the notebook a question is answered, and under which name."""

    question: str
    cell: int
    function: str
    points: float


def _grade_id(cell: dict) -> str:
    return cell["metadata"].get("nbgrader", {}).get("grade_id", "")


def _slots(release: Notebook) -> Iterator[_Slot]:
    """For each test cell ``check("question", function)`` of the release: the solution cell that defines the function."""
    cells = release["cells"]
    for i, cell in enumerate(cells):
        nbgrader = cell["metadata"].get("nbgrader", {})
        if not (nbgrader.get("grade") and not nbgrader.get("solution")):
            continue
        for node in ast.walk(ast.parse(cell["source"])):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "check":
                question, function = ast.literal_eval(node.args[0]), ast.unparse(node.args[1])
                solution = next(j for j in range(i - 1, -1, -1) if cells[j]["metadata"].get("nbgrader", {}).get("solution"))
                yield _Slot(question, solution, function, float(nbgrader["points"]))


def _names() -> Iterator[str]:
    """amara, ..., zofia, amara-2, ..."""
    yield from NAMES
    for number in count(2):
        yield from (f"{name}-{number}" for name in NAMES)


class SampleClass:
    """The submissions to one assignment.

    Parameters
    ----------
    assignment : str
    release : dict
        The released notebook, as JSON data with sources as strings.
    mistaken : sequence of str, optional
        The ids of the students who make the mistakes; more than any question has misconceptions, since nobody makes two mistakes in
        one question. By default `NAMES`, or as many as that takes.
    """

    def __init__(self, assignment: str, release: Notebook, mistaken: Sequence[str] | None = None) -> None:
        self.assignment, self.release = assignment, release
        self.slots = list(_slots(release))
        most = 1 + max(len(question(slot.question).misconceptions) for slot in self.slots)
        self.mistaken = list(mistaken or islice(_names(), max(most, len(NAMES))))
        if len(self.mistaken) < most:
            raise ValueError(f"{assignment} needs {most} students to make its mistakes, got {len(self.mistaken)}.")
        self.full = {slot.question: slot.points for slot in self.slots}
        self.zero = dict.fromkeys(self.full, 0.0)

    def students(self) -> list[SampleStudent]:
        """The whole class."""
        return [*self.right_students(), *self.mistaken_students(), *self.students_in_trouble()]

    def notebook(self, id: str, answer: Callable[[_Slot], Callable]) -> Notebook:
        """The released notebook as the student `id` hands it in, with what `answer` gives for each question."""
        notebook = deepcopy(self.release)
        for slot in self.slots:
            notebook["cells"][slot.cell]["source"] = self.source(slot, answer(slot), id)
        for cell in notebook["cells"]:
            nbgrader = cell["metadata"].get("nbgrader", {})
            if nbgrader.get("solution") and cell["cell_type"] == "markdown":
                cell["source"] = ESSAY
            elif nbgrader.get("solution") and cell["source"].startswith('student_id = ""'):
                cell["source"] = f"student_id = {id!r}"
        return notebook

    def source(self, slot: _Slot, answer: Callable, id: str) -> str:
        """What the student `id` writes into the cell of `slot`: the function `answer`, or the value it computes where one is asked for."""
        asked = question(slot.question)
        if not asked.value:
            return as_student(answer, slot.function)
        return f"{slot.function} = {_literal(answer(**asked.draw_cases(0, id)[0]))!r}"

    def right(self, slot: _Slot, style: int = 0) -> Callable:
        """A right answer to the question of `slot`."""
        declared = right_answers(slot.question)
        return declared[style % len(declared)]

    def _submission(self, id: str, story: str, notebook: Notebook, points: dict[str, float], **more: Any) -> SampleStudent:
        return SampleStudent(id, story, {f"{self.assignment}.ipynb": json.dumps(notebook, indent=1).encode()}, points, **more)

    def right_students(self) -> Iterator[SampleStudent]:
        for style, (id, story) in enumerate(
            [
                ("ada", "right, in the first style"),
                ("ben", "right, with loops"),
                ("chen", "right, another way"),
            ]
        ):
            yield self._submission(id, story, self.notebook(id, partial(self.right, style=style)), self.full)

        def torch_where_it_serves(slot: _Slot) -> Callable:
            declared = {answer.__name__: answer for answer in right_answers(slot.question)}
            return declared.get("with_torch", self.right(slot))

        yield self._submission("dana", "right, with torch", self.notebook("dana", torch_where_it_serves), self.full)

    def mistaken_students(self) -> Iterator[SampleStudent]:
        """Every misconception of every question at least once, and never two in one question."""
        # some students make one mistake, others many, as in a real class
        weight = {id: 1 + i % 7 for i, id in enumerate(self.mistaken)}
        made: dict[str, dict[str, Callable]] = {id: {} for id in self.mistaken}
        for slot in self.slots:
            declared = questions(self.assignment)[slot.question].misconceptions
            # the first mistake declared for a question stands for the one most often made
            for mistake in [*declared, declared[0]]:
                free = [id for id in self.mistaken if slot.question not in made[id]]
                made[min(free, key=lambda id: len(made[id]) / weight[id])][slot.question] = mistake
        for id, mine in made.items():

            def answer(slot: _Slot, mine: dict = mine) -> Callable:
                return mine.get(slot.question, self.right(slot))

            points = {
                name: points * (share_of(name, mine[name], id) if name in mine else 1) for name, points in self.full.items()
            }
            named = {name: question(name).named(mistake) for name, mistake in mine.items()}
            yield self._submission(
                id, f"mistakes: {', '.join(named.values())}", self.notebook(id, answer), points, mistakes=named
            )

    def students_in_trouble(self) -> Iterator[SampleStudent]:
        first, second = [slot for slot in self.slots if not question(slot.question).value][:2]

        def all_right(id: str) -> Notebook:
            return self.notebook(id, self.right)

        def but(id: str, slot: _Slot, source: str) -> Notebook:
            notebook = all_right(id)
            notebook["cells"][slot.cell]["source"] = source
            return notebook

        def without(*slots: _Slot) -> dict[str, float]:
            return {**self.full, **{slot.question: 0.0 for slot in slots}}

        def test_cell(notebook: Notebook, slot: _Slot) -> int:
            return next(i for i, cell in enumerate(notebook["cells"]) if f'check("{slot.question}"' in cell["source"])

        yield self._submission("t-empty", "nothing filled in", deepcopy(self.release), self.zero)
        yield self._submission(
            "t-late", "right, but two days late", all_right("t-late"), self.full, submitted=DUE + timedelta(days=2)
        )
        yield self._submission(
            "t-syntax",
            "a syntax error in the first answer",
            but("t-syntax", first, f"def {first.function}(:\n    return"),
            without(first),
        )
        yield self._submission(
            "t-endless",
            "an answer that never returns",
            but("t-endless", first, f"def {first.function}(*args):\n    while True:\n        pass"),
            without(first),
        )
        yield self._submission(
            "t-loop",
            "an endless loop outside any function",
            but("t-loop", first, "while True:\n    pass"),
            without(first),
        )
        yield self._submission(
            "t-printing",
            "prints 50 MB",
            but(
                "t-printing",
                second,
                f"{self.source(second, self.right(second), 't-printing')}\nfor _ in range(50):\n    print('x' * 1_000_000)",
            ),
            self.full,
        )
        yield self._submission(
            "t-exit",
            "leaves the kernel in the second answer",
            but("t-exit", second, "import os\nos._exit(0)"),
            {name: points if place < self.slots.index(second) else 0.0 for place, (name, points) in enumerate(self.full.items())},
        )

        deleted = all_right("t-deleted")
        del deleted["cells"][test_cell(deleted, first)]
        yield self._submission("t-deleted", "right, with a test cell deleted", deleted, self.full)

        edited = but("t-edited", first, f"def {first.function}(*args):\n    return None")
        edited["cells"][test_cell(edited, first)]["source"] = "print('all tests passed')"
        yield self._submission("t-edited", "a wrong answer, and its test cell replaced", edited, without(first))

        duplicated = all_right("t-duplicated")
        duplicated["cells"].insert(second.cell + 1, deepcopy(duplicated["cells"][second.cell]))
        yield self._submission("t-duplicated", "right, with a cell pasted twice", duplicated, self.full)

        kernel = all_right("t-kernel")
        kernel["metadata"]["kernelspec"] = {
            "name": "my-own-env",
            "display_name": "My own env",
            "language": "python",
        }
        yield self._submission("t-kernel", "right, with the name of a kernel nobody else has", kernel, self.full)

        name = f"{self.assignment}.ipynb"
        yield SampleStudent(
            "t-text",
            "an essay saved as a notebook",
            {name: b"Dear teacher, my notebook did not open.\n"},
            None,
        )
        yield SampleStudent(
            "t-cut", "a notebook cut off in the middle", {name: json.dumps(all_right("t-cut")).encode()[:2000]}, None
        )
        yield SampleStudent("t-nothing", "a submission without a notebook", {"notes.txt": b"coming soon\n"}, None)

    def write(self, submitted: Path, students: Iterable[SampleStudent]) -> None:
        """Write the submissions of `students` below nbgrader's directory of submitted assignments."""
        for student in students:
            folder = submitted / student.id / self.assignment
            folder.mkdir(parents=True)
            for name, content in student.files.items():
                (folder / name).write_bytes(content)
            (folder / "timestamp.txt").write_text(student.submitted.strftime("%Y-%m-%d %H:%M:%S UTC\n"), encoding="utf-8")


def share_of(name: str, mistake: Callable, student: str) -> float:
    """The share of a question's points that is right in spite of a student's mistake; nothing, unless the question has parts."""
    return try_answer(question(name), mistake, 0, student).score if question(name).parts else 0.0


def _literal(value: Any) -> Any:
    """A value as a student would type it: numbers, not NumPy's."""
    if isinstance(value, dict):
        return {key: _literal(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(map(_literal, value))
    return value.tolist() if isinstance(value, (np.ndarray, np.generic)) else value


def make_course(course_dir: Path, assignment: str) -> list[SampleStudent]:
    """Hand in the sample class to an assignment that was released in `course_dir`, and set the date it was due.

    Returns
    -------
    list of SampleStudent
    """
    from course_lib.grading.course import Course

    notebook = course_dir / "exercises" / assignment / f"{assignment}.ipynb"
    release = nbformat.read(notebook, as_version=4)
    with Course(course_dir).gradebook() as gradebook:
        gradebook.update_or_create_assignment(assignment, duedate=DUE)
    class_ = SampleClass(assignment, release)
    students = class_.students()
    class_.write(course_dir / "submitted", students)
    return students
