"""Digests tell what a comparison tells, of values that are not there."""

import copy

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_lib.checks import digesting
from course_lib.checks.comparing import compare
from course_lib.checks.digesting import CELLS, Digests, blank, restored, right_places

TOLERANCES = st.sampled_from([(5e-5, 1e-5), (1e-2, 0.0), (5e-3, 0.0), (5e-5, 1e-10)])
NUMBERS = st.floats(-1e6, 1e6).filter(lambda x: x == 0 or abs(x) > 1e-6)
ODD = [None, True, "healthy", "", [], [1.0], {"A": 2.0}, np.array([1.0, 2.0]), np.nan, np.inf, 10**350, 3]


@pytest.fixture(autouse=True)
def fast(monkeypatch):
    monkeypatch.setattr(digesting, "ROUNDS", 1)


def places(digests, kept, answer, number=0):
    return right_places(kept, number, digests.seen(answer, set(kept["tags"])))


@given(TOLERANCES, NUMBERS, st.floats(-3, 3))
def test_the_tolerance_is_that_of_a_comparison(tolerance, expected, off):
    rtol, atol = tolerance
    digests = Digests("a/b 1", rtol, atol)
    kept = digests.seal(expected, 0, b"secret")
    answer = expected + off * (atol + rtol * abs(expected))
    right = bool(places(digests, kept, answer))
    if abs(off) < 1 - 1e-6:
        assert right and compare(answer, expected, rtol, atol) is None
    if abs(off) > 1 + 1 / CELLS + 2 * rtol:
        assert not right and compare(answer, expected, rtol, atol) is not None


VALUES = st.one_of(
    NUMBERS,
    st.lists(NUMBERS, min_size=1, max_size=3),
    st.lists(NUMBERS, min_size=1, max_size=3).map(np.array),
    st.dictionaries(
        st.sampled_from("ABC"), st.one_of(st.sampled_from(["healthy", "ill", ""]), NUMBERS, st.booleans()), min_size=1
    ),
)


@given(VALUES, st.data())
def test_what_is_restored_compares_as_what_was_expected(expected, data):
    rtol, atol = 5e-5, 1e-5
    digests = Digests("a/b 1", rtol, atol)
    kept = digests.seal(expected, 0, b"secret")
    answer = copy.deepcopy(expected)
    if isinstance(expected, float) or data.draw(st.booleans()):
        answer = data.draw(st.one_of(VALUES, st.sampled_from(ODD)))
    else:
        at = data.draw(st.sampled_from([*expected] if isinstance(expected, dict) else range(len(expected))))
        if isinstance(answer, np.ndarray):
            answer[at] = data.draw(st.one_of(NUMBERS, st.sampled_from([np.nan, np.inf])))
        else:
            answer[at] = data.draw(st.one_of(NUMBERS, st.sampled_from(ODD)))
    known = restored(blank(expected), answer, places(digests, kept, answer))
    one, other = compare(answer, expected, rtol, atol), compare(answer, known, rtol, atol)
    assert (one is None) == (other is None)
    if one and other:
        assert (one.where, one.form) == (other.where, other.form)
        # a sentence about the form says nothing of the numbers; others are not shown
        assert not one.form or one.sentence == other.sentence


def test_nothing_of_the_value_is_left():
    assert blank({"A": "healthy", "B": 3.5, "C": [True, 2], "D": np.array([4.0])}) == {
        "A": "",
        "B": 0.0,
        "C": [False, 0.0],
        "D": [0.0],
    }


def test_that_two_values_share_a_number_cannot_be_seen():
    digests = Digests("a/b 1", 5e-5, 1e-5)
    one, other = (digests.seal([1.0, 2.0], number, b"secret")["tags"] for number in (0, 1))
    assert not set(one.values()) & set(other.values())


def test_each_student_has_other_digests():
    one, other = (Digests(f"a/b {variant}", 5e-5, 1e-5).seal(1.0, 0, b"secret")["tags"] for variant in (0, 1))
    assert one != other


def test_a_mistake_is_known_by_all_of_its_places():
    digests = Digests("a/b 1", 5e-5, 1e-5)
    kept = digests.seal([1.0, 2.0], 3, b"secret")
    assert places(digests, kept, [1.0, 2.0], 3) == set(kept["tags"])
    assert len(places(digests, kept, [1.0, 2.1], 3)) == 1
    assert not places(digests, kept, [1.0, 2.0], 4)
