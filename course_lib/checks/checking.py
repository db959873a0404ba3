"""What a notebook calls: `check` and `hint`."""

from __future__ import annotations

import os
import secrets
from collections import Counter
from typing import Any

import numpy as np

from course_lib.checks.collecting import MIME_TYPE, collect
from course_lib.checks.declaration import question, student_key
from course_lib.checks.judging import judge

VERDICT_TYPE = "application/vnd.course.verdict+json"
SEED_VARIABLE = "COURSE_SEED"
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
    asked = question(name)
    graded = os.environ.get(SEED_VARIABLE)
    seed = int(graded) if graded else secrets.randbits(48)
    student = student_key(student) and str(student)
    evidence = collect(asked, answer, seed, student)
    if graded:
        # the grader judges; raising here would keep the checks that follow in the same cell from running
        _show({MIME_TYPE: evidence, "text/plain": f"{name}: evidence collected"})
        return
    replaced = next((function for function, value in NUMPY.items() if vars(np).get(function) is not value), None)
    if replaced:
        # what is compared with uses NumPy as well: here its verdict would mean nothing
        raise CheckFailed(
            f"{name}: np.{replaced} is no longer NumPy's, a line such as np.{replaced} = ... has replaced it. Remove that line and restart "
            "the kernel."
        )
    verdict = judge(name, seed, evidence, student)
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
    hints = question(name).hints
    if not hints:
        print(f"There are no hints for {name}: read the section of the book that the check names.")
        return
    shown = min(_hints_shown[name], len(hints) - 1)
    _hints_shown[name] += 1
    more = "" if shown + 1 == len(hints) else "  (run it again for the next)"
    print(f"Hint {shown + 1} of {len(hints)}: {hints[shown]}{more}")


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
