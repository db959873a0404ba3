"""The released notebook, and how a student fills it in: with answers as the source code that a student would have written."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import numpy as np

from course_lib.checks.error_rates import try_answer
from course_lib.checks.keys import Keys
from course_lib.checks.mutating import as_student

Notebook = dict[str, Any]

ESSAY = (
    "It is batch gradient descent: every step uses the mean gradient over all examples, nothing is drawn at random. "
    "With x ten times larger the curvature is a hundred times larger, so the same learning rate makes it diverge."
)


@dataclass(frozen=True)
class Slot:
    """Where in the notebook a question is answered, and under which name."""

    question: str
    cell: int
    function: str
    points: float


def _slots(release: Notebook) -> Iterator[Slot]:
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
                yield Slot(question, solution, function, float(nbgrader["points"]))


class Blank:
    """A released notebook to be filled in.

    Parameters
    ----------
    assignment : str
    release : dict
        The released notebook, as JSON data with sources as strings.
    keys : Keys
    """

    def __init__(self, assignment: str, release: Notebook, keys: Keys) -> None:
        self.assignment, self.release, self.keys = assignment, release, keys
        self.slots = list(_slots(release))
        self.full = {slot.question: slot.points for slot in self.slots}
        self.zero = dict.fromkeys(self.full, 0.0)

    def filled_in(self, id: str, answer: Callable[[Slot], Callable]) -> Notebook:
        """The notebook as the student `id` hands it in, with what `answer` gives for each question."""
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

    def source(self, slot: Slot, answer: Callable, id: str) -> str:
        """What the student `id` writes into the cell of `slot`: the function `answer`, or the value it computes where one is asked for."""
        asked = self.keys.question(slot.question)
        if not asked.value:
            return as_student(answer, slot.function)
        return f"{slot.function} = {_literal(answer(**asked.draw_cases(0, id)[0]))!r}"

    def right(self, slot: Slot, style: int = 0) -> Callable:
        """A right answer to the question of `slot`."""
        declared = self.keys.right_answers(slot.question)
        return declared[style % len(declared)]

    def share_of(self, name: str, mistake: Callable, student: str) -> float:
        """The share of a question's points that is right in spite of a student's mistake; nothing, unless the question has parts."""
        asked = self.keys.question(name)
        return try_answer(asked, mistake, 0, student).score if asked.parts else 0.0


def _literal(value: Any) -> Any:
    """A value as a student would type it: numbers, not NumPy's."""
    if isinstance(value, dict):
        return {key: _literal(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(map(_literal, value))
    return value.tolist() if isinstance(value, (np.ndarray, np.generic)) else value
