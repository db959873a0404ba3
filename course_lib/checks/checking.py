"""What a notebook calls: `check`, `hint` and `personal_case`."""

from __future__ import annotations

import contextlib
from collections import Counter
from typing import Any

import numpy as np

from course_lib import asking
from course_lib.checks.collecting import collect
from course_lib.checks.inputs import Inputs, decode_input
from course_lib.driving.calls import Case

VERDICT_TYPE = "application/vnd.course.verdict+json"
# the functions of NumPy as they were when the notebook began
NUMPY = {name: value for name, value in vars(np).items() if callable(value) and not name.startswith("_")}
_hints_shown: Counter[str] = Counter()


class CheckFailed(AssertionError):
    """An answer is not right yet; the message says what is wrong with it."""

    def _render_traceback_(self) -> list[str]:
        # a notebook would show the inside of the check, where there is nothing to learn
        return [f"CheckFailed: {self}"]


def check(name: str, answer: Any, student: str | int = "") -> None:
    """Check your answer to a question.

    Parameters
    ----------
    name : str
        The question, such as ``"gradient-descent/cost"``.
    answer : callable
        What you wrote, not the result of calling it; where a question asks for a value, the value.
    student : str or int
        Your id, for a question whose data are yours alone.

    Raises
    ------
    CheckFailed
        If the answer is not right; the message says which mistake it is, or on which inputs it differs.
    """
    student = _id(student)
    if asking.grader:
        # the grader has the key and judges; raising here would keep the checks that follow in the same cell from running
        evidence = collect(Inputs.from_json(asking.grader({"inputs": name, "student": student})), answer, student)
        _show({asking.EVIDENCE_TYPE: evidence, "text/plain": f"{name}: evidence collected"})
        return
    from course_lib.checks.at_hand import at_hand
    from course_lib.checks.judging import judge

    draw = at_hand().draw(name, student)
    evidence = collect(draw.inputs, answer, student)
    replaced = next((function for function, value in NUMPY.items() if vars(np).get(function) is not value), None)
    if replaced:
        # what is compared with uses NumPy as well: here its verdict would mean nothing
        raise CheckFailed(
            f"{name}: np.{replaced} is no longer NumPy's, a line such as np.{replaced} = ... has replaced it. Remove that line and restart "
            "the kernel."
        )
    verdict = judge(draw, evidence, student)
    _show({"text/plain": verdict.text(), "text/html": verdict.html(), VERDICT_TYPE: verdict.to_json()})
    if not verdict.passed:
        raise CheckFailed(f"{name}: {verdict.message}")


def hint(name: str) -> None:
    """Show the next hint for a question: each call goes one step further.

    Parameters
    ----------
    name : str
        The question, such as ``"gradient-descent/cost"``.
    """
    if asking.grader:
        print("(hints are not shown while a class is graded)")
        return
    from course_lib.checks.at_hand import at_hand
    from course_lib.checks.keys import UnknownQuestion

    try:
        hints = at_hand().question(name).hints
    except UnknownQuestion as error:
        print(f"{str(error)[:1].upper()}{str(error)[1:]}")
        return
    if not hints:
        print(f"There are no hints for {name}: read the section of the book that the check names.")
        return
    shown = min(_hints_shown[name], len(hints) - 1)
    _hints_shown[name] += 1
    more = "" if shown + 1 == len(hints) else "  (run it again for the next)"
    print(f"Hint {shown + 1} of {len(hints)}: {hints[shown]}{more}")


def personal_case(name: str, student: str | int) -> Case:
    """The data of one student for the personal question `name`: what a notebook shows before it asks.

    Parameters
    ----------
    name : str
    student : str or int
        The student's id, as the instructor has it; case and surrounding blanks do not matter.

    Raises
    ------
    ValueError
        If there is no id yet.
    """
    if not _id(student):
        raise ValueError(f"your id is missing, got {student!r}: set student_id in the cell that asks for it, and run that cell.")
    if asking.grader:
        return decode_input(asking.grader({"personal": name, "student": _id(student)}))
    from course_lib.checks.at_hand import at_hand

    return at_hand().draw(name, _id(student)).cases[0]


def _id(student: Any) -> str:
    """A student's id as it was given, blank where there is none yet."""
    with contextlib.suppress(Exception):
        return "" if student is None or student is ... or not str(student).strip() else str(student)
    return ""


def _show(data: dict[str, Any]) -> None:
    """Display in a notebook; print the plain text anywhere else."""
    try:
        from IPython import get_ipython
        from IPython.display import publish_display_data
    except ImportError:
        print(data["text/plain"])
        return
    if get_ipython() is None:
        print(data["text/plain"])
    else:
        publish_display_data(data)
