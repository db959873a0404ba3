"""The two error rates of every check: each mistake is caught and named, no right answer is turned away."""

from pathlib import Path

import pytest
from verdicts import KEYS, question

from course_lib.checks.error_rates import Row, measure, table, table_line

QUESTIONS = [name for assignment in KEYS.assignments() for name in KEYS.questions(assignment)]
IN_THE_GUIDE = (Path(__file__).parents[2] / "book" / "_tables" / "check-matrix.txt").read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("name", QUESTIONS)
def test_every_mistake_is_caught_and_named_and_no_right_answer_is_turned_away(name):
    row = measure(question(name), KEYS.right_answers(name))
    assert row.good_enough, row.complaints
    assert table_line(row) in IN_THE_GUIDE, "the instructor's guide has other numbers: run `make mutants`"


def test_the_guide_lists_no_question_that_is_gone():
    assert len(IN_THE_GUIDE) == len(QUESTIONS) + 3


@pytest.mark.parametrize("name", QUESTIONS)
def test_enough_is_declared(name):
    asked = question(name)
    assert len(asked.misconceptions) >= 3
    assert len({asked.named(mistake) for mistake in asked.misconceptions} | {p.__name__ for p in asked.properties}) >= 3
    assert len(KEYS.right_answers(name)) >= 3
    assert len(asked.hints) >= 2
    assert asked.reading


def test_the_checks_know_more_than_a_thousand_mistakes():
    """As the students' guide says."""
    assert sum(len(question(name).misconceptions) for name in QUESTIONS) > 1000


def test_a_weak_check_shows_in_the_table():
    row = measure(question("gradient-descent/cost"), KEYS.right_answers("gradient-descent/cost"), seeds=range(2))
    assert (row.trials, row.right_trials) == (16, 8)
    shown = table([row, row])
    assert "| gradient-descent/cost | 8 | 100.0 % | 100.0 % | 4 | 100.0 % |" in shown
    assert "| **all 2 questions** | 16 |" in shown


@pytest.mark.parametrize(
    ("caught", "named", "accepted", "enough"),
    [(100, 95, 60, True), (99, 99, 60, False), (100, 94, 60, False), (100, 100, 59, False)],
)
def test_what_is_good_enough(caught, named, accepted, enough):
    row = Row("a/b", 5, 100, caught=caught, named=named, right=3, right_trials=60, accepted=accepted, complaints=("one",))
    assert row.good_enough is enough
