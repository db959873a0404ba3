"""Answers with chance in them must draw from the generator that they are given: only then can a run be repeated."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from course_lib.checks.collecting import RESULT, SAME_AGAIN
from course_lib.driving.calls import Case


def of_the_result(holds: Callable[[Case, Any], bool]) -> Callable[[Case, dict], bool]:
    """Decorate a property of what one run gave: where answers are run twice, it is given the first result."""

    @wraps(holds)
    def holds_of_the_result(case: Case, output: dict) -> bool:
        return holds(case, output[RESULT])

    return holds_of_the_result


def same_random_numbers_give_the_same(case: Case, output: dict) -> bool:
    """The same rng in the same state gave two different results, so no run can be repeated. Draw only from the rng that you are
    handed: not from np.random, and not from a generator of your own."""
    return output[SAME_AGAIN]
