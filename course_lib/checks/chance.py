"""Answers with chance in them must draw from the generator that they are given: only then can a run be repeated."""

from __future__ import annotations

import copy
from collections.abc import Callable
from functools import wraps
from typing import Any

from course_lib.checks.declaration import Case, Question
from course_lib.checks.evidence import encode

RESULT, SAME_AGAIN = "result", "the same again with the same random numbers"


def repeated(observe: Callable[[Callable, Case], Any]) -> Callable[[Callable, Case], dict]:
    """`observe`, followed by a second run from the same random numbers: what the first gave, and whether the second gave it again."""

    def observe_twice(answer: Callable, case: Case) -> dict:
        # all of the case, for an answer may change the start in place
        again = copy.deepcopy(case)
        result = observe(answer, case)
        return {RESULT: result, SAME_AGAIN: encode(observe(answer, again)) == encode(result)}

    return observe_twice


def of_the_result(asked: Question) -> Callable[[Callable], Callable]:
    """The decorator ``requires`` of a question whose ``observe`` is `repeated`, for properties of what the first run gave."""

    def requires(holds: Callable) -> Callable:
        @wraps(holds)
        def holds_of_the_result(case: Case, output: dict) -> bool:
            return holds(case, output[RESULT])

        return asked.requires(holds_of_the_result)

    return requires


def requires_the_same_again(asked: Question) -> Callable:
    """Declare, after all others, the property that the same random numbers give the same result."""

    @asked.requires
    def same_random_numbers_give_the_same(case: Case, output: dict) -> bool:
        """The same rng in the same state gave two different results, so no run can be repeated. Draw only from the rng that you are
        handed: not from np.random, and not from a generator of your own."""
        return output[SAME_AGAIN]

    return same_random_numbers_give_the_same
