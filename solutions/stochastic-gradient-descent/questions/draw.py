"""Drawing one example at random."""

from __future__ import annotations

import numpy as np

from course_lib import descent
from course_lib.checks.declaration import Case, Question
from course_lib.checks.properties import chance, index_draws
from course_lib.driving import sampling


def draw(rng: np.random.Generator) -> list[Case]:
    return [{"n": n, "rng": np.random.default_rng(rng.integers(2**32))} for n in (5, 2, 3, 20)]


def drawn_index(n, rng):
    (batch,) = descent.batches.with_replacement(n)(n, rng)
    return batch[0]


question = Question(
    cases=draw,
    reference=drawn_index,
    observe=sampling.many_draws,
    repeated=True,
    properties=[
        index_draws.a_whole_number,
        index_draws.within_the_examples,
        index_draws.not_always_the_same,
        index_draws.none_left_out,
        index_draws.all_equally_likely,
        index_draws.independent_of_the_one_before,
        chance.same_random_numbers_give_the_same,
    ],
    reading="stochastic-gradient-descent#drawing-an-example",
    hints=[
        "The generator has a method that draws whole numbers: rng.integers. Does it include its upper end?",
        "Every call must be able to give each of 0, 1, ..., n - 1, and must draw from the rng it was handed.",
    ],
)


@question.violates(index_draws.a_whole_number)
def a_fraction(n, rng):
    return rng.random() * n


@question.violates(index_draws.a_whole_number)
def an_array_of_one(n, rng):
    return rng.integers(n, size=1)


@question.violates(index_draws.a_whole_number)
def a_whole_epoch(n, rng):
    return rng.permutation(n)


@question.violates(index_draws.within_the_examples)
def counted_from_one(n, rng):
    return rng.integers(1, n + 1)


@question.violates(index_draws.within_the_examples)
def end_included(n, rng):
    return rng.integers(0, n, endpoint=True)


@question.violates(index_draws.not_always_the_same)
def fixed_seed(n, rng):
    return np.random.default_rng(0).integers(n)


@question.violates(index_draws.none_left_out)
def last_left_out(n, rng):
    return rng.integers(0, n - 1)


@question.violates(index_draws.none_left_out)
def first_left_out(n, rng):
    return rng.integers(1, n)


@question.violates(index_draws.all_equally_likely)
def rounded(n, rng):
    return round(rng.random() * (n - 1))


@question.violates(index_draws.all_equally_likely)
def mean_of_two(n, rng):
    return (rng.integers(n) + rng.integers(n)) // 2


@question.violates(index_draws.independent_of_the_one_before)
def walks_through_the_data(n, rng, last=[-1]):  # noqa: B006
    last[0] += 1
    return last[0] % n


@question.violates(index_draws.independent_of_the_one_before)
def deals_out_an_epoch(n, rng, left=[]):  # noqa: B006
    if not left:
        left.extend(rng.permutation(n))
    return left.pop()


@question.violates(chance.same_random_numbers_give_the_same)
def generator_of_its_own(n, rng):
    return np.random.default_rng().integers(n)


@question.violates(chance.same_random_numbers_give_the_same)
def global_random_numbers(n, rng):
    return np.random.randint(n)
