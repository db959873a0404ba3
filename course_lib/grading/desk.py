"""Where the process of a notebook asks for what it needs of the keys: the inputs of a question, a student's own data. Nothing else is given."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from typing import Any

from nbformat import NotebookNode

from course_lib.asking import Refused
from course_lib.checks.declaration import student_key
from course_lib.checks.drawing import FreshDraw, draw_for
from course_lib.checks.keeping import answer_call
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
        # what was handed out last of a question, and what was used up since of the objects that stay here
        self._given: dict[str, tuple[FreshDraw, Counter]] = {}

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
                if self._is_expected(name, cell) or name not in self._given:
                    self._given[name] = draw, Counter()
                return _sent(draw)
            case {"personal": str(name)}:
                draw = self._draw(name, claimed)
                if not draw.question.personal:
                    raise Refused(f"the data of {name} are nobody's own.")
                self._given.setdefault(name, (draw, Counter()))
                return _sent(draw)["cases"][0]
            case {"call": str(name)} if name in self._given:
                draw, spent = self._given[name]
                return answer_call(draw, request, spent)
        raise Refused("the grader gives the inputs of a question and a student's own data, nothing else.")

    def _draw(self, name: str, claimed: str) -> FreshDraw:
        if name not in self._names:
            raise Refused(f"this notebook has no question {name!r}; it has: {', '.join(sorted(self._names)) or 'none'}.")
        question = self._keys.question(name)
        if question.personal and student_key(claimed) not in ("", student_key(self._student)):
            self._note(f"The notebook asked for the data of {claimed[:80]!r}, but {self._student!r} handed it in.")
        return draw_for(question, self._seed, claimed)

    def _is_expected(self, name: str, cell: NotebookNode | None) -> bool:
        """Whether the released notebook asks for these inputs here and now; noted, if it does not."""
        place = (grade_id(cell) or "") if cell is not None else ""
        if self._expected[place, name]:
            self._expected[place, name] -= 1
            return True
        if (place, name) in self._expected:
            self._note(f"The inputs of {name} were asked for more often than its test cell does.")
        else:
            where = f"the cell {place!r}" if place else "an added cell"
            self._note(f"The inputs of {name} were asked for in {where}, which is not its test cell.")
        return False

    def _note(self, sentence: str) -> None:
        if sentence not in self.notes and len(self.notes) < MOST_NOTES:
            self.notes.append(sentence)


@lru_cache(maxsize=64)
def _sent(draw: FreshDraw) -> dict[str, Any]:
    return draw.inputs.to_json(keep=True)
