"""Where the process of a notebook asks for what it needs of the keys: the inputs of a question, a student's own data. Nothing else is given."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from typing import Any

from nbformat import NotebookNode

from course_lib.asking import Refused
from course_lib.checks.declaration import student_key
from course_lib.checks.drawing import FreshDraw, draw_for
from course_lib.checks.inputs import encode_input
from course_lib.checks.keys import Keys
from course_lib.grading.asked import asked_names
from course_lib.grading.rebuild import grade_id

MOST_NOTES = 20


class Desk:
    """Answers what one notebook asks while it runs.

    The inputs of a question are the same at every asking, and the same for a whole class unless they are personal. Each test cell is
    expected to ask for those of its own questions, once; what else is asked is answered too, and noted.

    Parameters
    ----------
    keys : Keys
    seed : int
        From which the inputs of the class are drawn.
    student : str
        Who handed the notebook in.
    release : NotebookNode
        What it asks is read here.

    Attributes
    ----------
    notes : list of str
        What was asked otherwise than the released notebook does.
    """

    def __init__(self, keys: Keys, seed: int, student: str, release: NotebookNode) -> None:
        self.notes: list[str] = []
        self._keys, self._seed, self._student = keys, seed, student
        self._expected = Counter((cell, name) for cell, names in asked_names(release).items() for name in names)
        self._names = {name for _, name in self._expected}

    def __call__(self, request: dict[str, Any], cell: NotebookNode | None) -> Any:
        """What a notebook gets that asks `request` in `cell`.

        Raises
        ------
        Refused
            If it is none of what the released notebook may ask; the message says what.
        """
        claimed = str(request.get("student", ""))
        match request:
            case {"inputs": str(name)}:
                draw = self._draw(name, claimed)
                self._count(name, cell)
                return _inputs_of(draw)
            case {"personal": str(name)}:
                draw = self._draw(name, claimed)
                if not draw.question.personal:
                    raise Refused(f"the data of {name} are nobody's own.")
                return encode_input(draw.cases[0])
            case {"call": str(name)}:
                from course_lib.checks.keeping import answer_call

                return answer_call(self._draw(name, claimed), request)
        raise Refused("the grader gives the inputs of a question and a student's own data, nothing else.")

    def _draw(self, name: str, claimed: str) -> FreshDraw:
        if name not in self._names:
            raise Refused(f"this notebook has no question {name!r}; it has: {', '.join(sorted(self._names)) or 'none'}.")
        question = self._keys.question(name)
        if question.personal and student_key(claimed) not in ("", student_key(self._student)):
            self._note(f"The notebook asked for the data of {claimed[:80]!r}, but {self._student!r} handed it in.")
        return draw_for(question, self._seed, claimed)

    def _count(self, name: str, cell: NotebookNode | None) -> None:
        """Note an asking that the released notebook does not do."""
        place = (grade_id(cell) or "") if cell is not None else ""
        if self._expected[place, name]:
            self._expected[place, name] -= 1
        elif (place, name) in self._expected:
            self._note(f"The inputs of {name} were asked for more often than its test cell does.")
        else:
            where = f"the cell {place!r}" if place else "an added cell"
            self._note(f"The inputs of {name} were asked for in {where}, which is not its test cell.")

    def _note(self, sentence: str) -> None:
        if sentence not in self.notes and len(self.notes) < MOST_NOTES:
            self.notes.append(sentence)


@lru_cache(maxsize=64)
def _inputs_of(draw: FreshDraw) -> dict[str, Any]:
    return draw.inputs.to_json()
