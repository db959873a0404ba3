"""Sketches recognize what a comparison recognizes, and nothing else."""

from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_lib.checks.comparing import compare
from course_lib.checks.drawing import FreshDraw
from course_lib.checks.evidence import Raised
from course_lib.checks.keys import Keys
from course_lib.checks.sketching import heights, sketch

KEYS = Keys.read(Path(__file__).parents[2] / "solutions")
QUESTIONS = [question for assignment in KEYS.assignments() for question in KEYS.questions(assignment).values()]
TOLERANCES = st.sampled_from([(1e-9, 1e-10), (1e-9, 1e-3), (1e-6, 1e-8), (5e-5, 1e-5), (1e-2, 0.0), (5e-3, 0.0)])
NUMBERS = st.floats(-1e100, 1e100).filter(lambda x: x == 0 or abs(x) > 1e-100)


@given(TOLERANCES, NUMBERS, st.floats(-2, 2))
def test_heights_are_one_apart_at_the_tolerance(tolerance, expected, off):
    rtol, atol = tolerance
    answer = expected + off * (atol + rtol * abs(expected))
    low, high = heights(np.array([expected, answer]), rtol, atol)
    # the last part is the rounding of numbers and of their heights
    slack = 2 * rtol + 1e-14 * abs(low)
    assert (abs(high - low) <= 1 + slack) or abs(off) > 1
    assert (abs(high - low) >= 1 - slack) or abs(off) < 1


@given(TOLERANCES, st.lists(NUMBERS, min_size=1, max_size=8), st.data())
def test_agreeing_values_fit_and_one_number_far_off_does_not(tolerance, expected, data):
    rtol, atol = tolerance
    expected = np.array(expected)
    allowed = atol + rtol * np.abs(expected)
    offs = data.draw(st.lists(st.floats(-0.999, 0.999), min_size=len(expected), max_size=len(expected)))
    answer = expected + np.array(offs) * allowed
    if compare(answer, expected, rtol, atol) is None:
        assert sketch(expected, rtol, atol).fits(sketch(answer, rtol, atol))
    # what agreeing numbers may add up to, all others together: beyond it one number alone is noticed
    index = data.draw(st.integers(0, len(expected) - 1))
    off = expected.copy()
    off[index] += np.sign(off[index] or 1) * 8 * len(expected) * (allowed[index] + 1e-13 * abs(off[index]) + 1e-150)
    assert not sketch(expected, rtol, atol).fits(sketch(off, rtol, atol))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (np.array([1.0, 2.0]), [1, 2]),
        (np.array([True, False]), [True, False]),
        ((1.0, [2.0]), [1.0, np.array([2.0])]),
        ({"a": 1, "b": 2.0}, {"b": 2, "a": 1.0}),
        (Raised("LookupError", "one"), Raised("LookupError", "one")),
    ],
)
def test_forms_that_compare_alike_are_alike(one, other):
    assert sketch(one, 1e-9, 1e-10).fits(sketch(other, 1e-9, 1e-10))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (np.array([1.0, 2.0]), np.array([[1.0, 2.0]])),
        (np.array([True]), np.array([1.0])),
        (1.0, [1.0]),
        (np.nan, np.inf),
        ("a", "b"),
        (None, 0.0),
        (10**350, 10**351),
        (10**350, 1.0),
    ],
)
def test_forms_that_differ_do(one, other):
    assert not sketch(one, 1e-9, 1e-10).fits(sketch(other, 1e-9, 1e-10))


@pytest.mark.parametrize(
    "question", [q for q in QUESTIONS if not q.properties and not q.value], ids=lambda question: question.name
)
def test_sketches_name_what_a_comparison_names(question):
    for seed in range(5):
        draw = FreshDraw(question, seed)
        outputs = [draw.computed_by(mistake) for mistake in question.misconceptions]
        for (i, one), (j, other) in combinations(enumerate(outputs), 2):
            pairs = list(zip(one, other, strict=True))
            fit = [a.fits(b) for a, b in zip(draw.sketches(i), draw.sketches(j), strict=True)]
            agree = [compare(a, b, question.rtol, question.atol) is None for a, b in pairs]
            # of errors of one type a sketch tells the messages apart, which a comparison does not
            raised = [isinstance(a, Raised) for a, _ in pairs]
            assert all(f or r or not a for f, a, r in zip(fit, agree, raised, strict=True)), (i, j, seed)
            assert all(fit) == all(agree) or any(raised), (i, j, seed)
            # in a single case the numbers that fit may be off by the tolerances of all of them together
            near = [sketch.reach for sketch in draw.sketches(i)]
            close = [compare(a, b, r * question.rtol, r * question.atol) is None for (a, b), r in zip(pairs, near, strict=True)]
            assert all(c or not f for c, f in zip(close, fit, strict=True)), (i, j, seed)
