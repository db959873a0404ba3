"""Answers of several parts earn the share that is right."""

import numpy as np
import pytest

from course_lib.checks import judge, question
from course_lib.checks.collecting import collect
from course_lib.checks.parts import entries


def verdict_on(name, answer):
    return judge(name, 3, collect(question(name), answer, 3))


@pytest.mark.parametrize(
    ("result", "observed"),
    [
        ((1, 2), {"one": 1, "two": 2}),
        (np.array([1, 2]), {"one": 1, "two": 2}),
        (1, {"one": 1}),
        ([1, 2, 3], {"one": 1, "two": 2, "result 3": 3}),
        (None, None),
    ],
)
def test_the_entries_of_a_result_get_names(result, observed):
    assert entries("one", "two")(lambda: result, {}) == observed


def test_one_of_two_numbers_earns_half():
    name = "stochastic-gradient-descent/passes"
    assert verdict_on(name, lambda n, updates: (updates / n, n * (1 - 1 / n) ** updates)).score == 1
    assert verdict_on(name, lambda n, updates: (updates / n, 0.0)).score == 0.5
    short = verdict_on(name, lambda n, updates: updates / n)
    assert short.score == 0 and "unseen" in short.message
