"""Verdicts for tests: on answers to the course's questions, and to questions made for one test."""

import json
from pathlib import Path

from course_lib.checks.collecting import collect
from course_lib.checks.declaration import Question
from course_lib.checks.drawing import FreshDraw
from course_lib.checks.judging import judge
from course_lib.checks.keys import Keys

KEYS = Keys.read(Path(__file__).parents[1] / "solutions")


def question(name):
    return KEYS.question(name)


def made(cases=lambda rng: [{"x": 1.0}], reference=lambda x: x, **more):
    """A question that only one test asks."""
    asked = Question(cases=cases, reference=reference, **more)
    asked.name = "any/question"
    return asked


def evidence_of(asked, answer, seed=5, student=""):
    """The evidence as it comes from a notebook, on a draw that nobody else uses."""
    draw = FreshDraw(asked, seed, student)
    return draw, json.loads(json.dumps(collect(draw.inputs, answer, student)))


def verdict_on(asked, answer, seed=5, student=None, claimed=""):
    """The verdict on an answer to a question, given by name or itself; `claimed` is the student for whom the notebook asked."""
    asked = question(asked) if isinstance(asked, str) else asked
    _, evidence = evidence_of(asked, answer, seed, claimed)
    student = claimed if student is None else student
    return judge(FreshDraw(asked, seed, student), evidence, student)
