"""Answers with chance in them must draw from the generator that they are given: only then can a run be repeated."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from course_lib.checks.collecting import RESULT, SAME_AGAIN
from course_lib.driving.calls import Case


def of_the_result(holds: Callable[[Case, Any], bool]) -> Callable[[Case, Any], bool]:
    """A property of the result alone, for a question that runs an answer twice."""

    @wraps(holds)
    def holds_of_the_result(case: Case, output: Any) -> bool:
        return holds(case, output[RESULT])

    return holds_of_the_result


def same_random_numbers_give_the_same(case: Case, output: Any) -> bool:
    """The same rng in the same state gave two different results, so no run can be repeated. Draw only from the rng that you are
    handed: not from np.random, and not from a generator of your own."""
    return output[SAME_AGAIN]
