"""Checks that know what went wrong: `check("assignment/question", your_function)` in a notebook."""

from course_lib.checks.checking import CheckFailed, check, hint
from course_lib.checks.declaration import Question, UnknownQuestion, personal_case, question, questions
from course_lib.checks.judging import Verdict, judge

__all__ = [
    "CheckFailed",
    "Question",
    "UnknownQuestion",
    "Verdict",
    "check",
    "hint",
    "judge",
    "personal_case",
    "question",
    "questions",
]
