"""A draw of a question: inputs, what a right answer computes on them, and by what each known mistake is recognized.

A class being graded is judged by fresh draws, made here of the question in ``solutions/``; a student's notebook by sealed ones, which hold
the same as numbers and texts.
"""

from __future__ import annotations

import contextlib
import copy
from collections.abc import Callable, Sequence
from functools import cached_property, lru_cache
from typing import Any, Protocol

import numpy as np

from course_lib.checks.collecting import MAX_MESSAGE, observed
from course_lib.checks.comparing import Difference, compare
from course_lib.checks.declaration import Mistake, Question, student_key
from course_lib.checks.evidence import Opaque, Raised, decode, encode
from course_lib.checks.inputs import Inputs
from course_lib.checks.sketching import Sketch, sketch
from course_lib.driving.calls import Case


class Key(Protocol):
    """What judging needs to know of a question besides a draw: the attributes of `Question` of the same names."""

    name: str
    reading: str
    hints: Sequence[str]
    properties: Sequence[Callable]
    rtol: float
    atol: float
    value: bool
    parts: bool
    personal: bool

    @property
    def mistakes(self) -> Sequence[Mistake]: ...


class Draw:
    """One draw, with the outputs of a right answer as they are."""

    key: Key
    inputs: Inputs

    @property
    def cases(self) -> list[Case]:
        return self.inputs.cases

    @property
    def expected(self) -> list[Any]:
        """What a right answer computes, case by case, in the form that evidence has."""
        raise NotImplementedError

    def sketches(self, mistake: int) -> list[Sketch]:
        """The sketches of what a mistake computes, case by case."""
        raise NotImplementedError

    def compared_with(self, outputs: list) -> list[Any]:
        """What is expected, as far as it is needed to compare it with these outputs."""
        return self.expected

    def differences(self, outputs: list) -> list[Difference | None]:
        """For each case where an output parts from the expected one."""
        expected = self.compared_with(outputs)
        return [compare(a, e, self.key.rtol, self.key.atol) for a, e in zip(outputs, expected, strict=True)]

    def right_parts(self, outputs: list) -> list | None:
        """The parts that are right on every case, or None if an output does not have the parts that are asked for."""
        key, expected = self.key, self.compared_with(outputs)
        if any(
            not isinstance(output, dict) or set(output) != set(parts) for output, parts in zip(outputs, expected, strict=True)
        ):
            return None
        return [
            part
            for part in expected[0]
            if all(compare(a[part], e[part], key.rtol, key.atol) is None for a, e in zip(outputs, expected, strict=True))
        ]

    def mistake(self, outputs: list) -> Mistake | None:
        """The first known mistake that computes these outputs, on every case."""
        if any(map(_holds_opaque, outputs)):
            return None
        computes = self.recognizer(outputs)
        return next((mistake for number, mistake in enumerate(self.key.mistakes) if computes(number)), None)

    def recognizer(self, outputs: list) -> Callable[[int], bool]:
        """A function that tells whether it is mistake number n that computes these outputs."""
        seen = [sketch(output, self.key.rtol, self.key.atol) for output in outputs]
        return lambda number: all(known.fits(own) for known, own in zip(self.sketches(number), seen, strict=True))


class FreshDraw(Draw):
    """A draw made of a question, each of whose functions is run once, when it is needed: a class is judged by the same."""

    def __init__(self, question: Question, seed: int, student: str = "") -> None:
        self.key, self.question = question, question
        self._full = question.draw_cases(seed, student)
        self.inputs = question.inputs_of(self._full)
        self._sketches: dict[int, list[Sketch]] = {}

    @cached_property
    def expected(self) -> list[Any]:
        return self.computed_by(self.question.reference)

    def sketches(self, mistake: int) -> list[Sketch]:
        if mistake not in self._sketches:
            outputs = self.computed_by(self.question.misconceptions[mistake])
            self._sketches[mistake] = [sketch(output, self.question.rtol, self.question.atol) for output in outputs]
        return self._sketches[mistake]

    def computed_by(self, function: Callable) -> list[Any]:
        """What one of our own functions computes, case by case."""
        return [output_of(self.question, function, case) for case in self._full]


@lru_cache(maxsize=256)
def fresh(question: Question, seed: int, student: str = "") -> FreshDraw:
    """The draw of a seed; of a student, if the question is personal."""
    return FreshDraw(question, seed, student)


def draw_for(question: Question, seed: int, student: str = "") -> FreshDraw:
    """The draw by which an answer is judged: the same for a whole class, unless the question is personal."""
    return fresh(question, 0, student_key(student)) if question.personal else fresh(question, seed)


def output_of(question: Question, function: Callable, case: Case) -> Any:
    """What one of our own functions does on a case, in the form that evidence has."""
    if question.value:
        return decode(encode(function(**copy.deepcopy(case))))
    try:
        with np.errstate(all="ignore"), contextlib.redirect_stdout(None):
            output = observed(question.observe, question.repeated, function, copy.deepcopy(case))
    except Exception as error:
        output = Raised(type(error).__name__, str(error)[:MAX_MESSAGE])
    return decode(encode(output))


def _holds_opaque(value: Any) -> bool:
    if isinstance(value, (list, tuple)):
        return any(map(_holds_opaque, value))
    return any(map(_holds_opaque, value.values())) if isinstance(value, dict) else isinstance(value, Opaque)
