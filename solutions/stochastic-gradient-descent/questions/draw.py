"""draw"""

from __future__ import annotations

import math

import numpy as np

from course_lib import descent

from course_lib.checks.chance import of_the_result, repeated, requires_the_same_again

from course_lib.checks.declaration import Case, Question

from course_lib.checks.gradient_descent import examples

from course_lib.checks.parts import entries

from course_lib.problems import LinearRegression, Problem


DRAWS = 1500


def many_draws(answer, case):
    """The results of many calls with one generator: an array if they are numbers, else the first few."""
    draws = [answer(case["n"], case["rng"]) for _ in range(DRAWS)]
    if all(isinstance(draw, (int, float, np.number)) for draw in draws):
        return np.array(draws)
    return draws[:3]


def drawn_index(n, rng):
    (batch,) = descent.batches.with_replacement(n)(n, rng)
    return batch[0]


question = Question(
    cases=lambda rng: [{"n": n, "rng": np.random.default_rng(rng.integers(2**32))} for n in (5, 2, 3, 20)],
    reference=lambda n, rng: drawn_index(n, rng),
    observe=repeated(many_draws),
    reading="stochastic-gradient-descent#drawing-an-example",
    hints=[
        "The generator has a method that draws whole numbers: rng.integers. Does it include its upper end?",
        "Every call must be able to give each of 0, 1, ..., n - 1, and must draw from the rng it was handed.",
    ],
)

requires = of_the_result(question)


@requires
def a_whole_number(case, output):
    """Return one index, a whole number: not a fraction, not an array, not a list of indices."""
    return isinstance(output, np.ndarray) and output.shape == (DRAWS,) and output.dtype.kind in "iu"


@requires
def within_the_examples(case, output):
    """You drew an index that no example has. With n examples the indices run from 0 to n - 1."""
    return output.min() >= 0 and output.max() < case["n"]


@requires
def not_always_the_same(case, output):
    """Every call gives the same index. A generator that is made anew with a fixed seed inside the function begins at the same point each time:
    draw from the rng that you are handed."""
    return len(set(output.tolist())) > 1


@requires
def none_left_out(case, output):
    """In thousands of draws one index never came. Which does your range leave out? rng.integers(low, high) stops before high already."""
    return len(set(output.tolist())) == case["n"]


@requires
def all_equally_likely(case, output):
    """In thousands of draws some indices came far more often than others, beyond what chance explains. All should be equally likely: rounding, for
    instance, makes the first and the last half as likely as the rest."""
    counts, p = np.bincount(output, minlength=case["n"]), 1 / case["n"]
    # seven standard deviations: chance alone exceeds them less than once in a hundred million checks
    return np.abs(counts - DRAWS * p).max() <= 7 * math.sqrt(DRAWS * p * (1 - p))


@requires
def independent_of_the_one_before(case, output):
    """Whether an index comes depends on the one before: some index follows itself far too seldom or too often. Every draw
    begins afresh, with all examples in the urn."""
    repeats, p = np.count_nonzero(output[1:] == output[:-1]), 1 / case["n"]
    return abs(repeats - DRAWS * p) <= 7 * math.sqrt(DRAWS * p * (1 - p))


same_again = requires_the_same_again(question)


@question.violates(a_whole_number)
def a_fraction(n, rng):
    return rng.random() * n


@question.violates(a_whole_number)
def an_array_of_one(n, rng):
    return rng.integers(n, size=1)


@question.violates(a_whole_number)
def a_whole_epoch(n, rng):
    return rng.permutation(n)


@question.violates(within_the_examples)
def counted_from_one(n, rng):
    return rng.integers(1, n + 1)


@question.violates(within_the_examples)
def end_included(n, rng):
    return rng.integers(0, n, endpoint=True)


@question.violates(not_always_the_same)
def fixed_seed(n, rng):
    return np.random.default_rng(0).integers(n)


@question.violates(none_left_out)
def last_left_out(n, rng):
    return rng.integers(0, n - 1)


@question.violates(none_left_out)
def first_left_out(n, rng):
    return rng.integers(1, n)


@question.violates(all_equally_likely)
def rounded(n, rng):
    return round(rng.random() * (n - 1))


@question.violates(all_equally_likely)
def mean_of_two(n, rng):
    return (rng.integers(n) + rng.integers(n)) // 2


@question.violates(independent_of_the_one_before)
def walks_through_the_data(n, rng, last=[-1]):  # noqa: B006
    last[0] += 1
    return last[0] % n


@question.violates(independent_of_the_one_before)
def deals_out_an_epoch(n, rng, left=[]):  # noqa: B006
    if not left:
        left.extend(rng.permutation(n))
    return left.pop()


@question.violates(same_again)
def generator_of_its_own(n, rng):
    return np.random.default_rng().integers(n)


@question.violates(same_again)
def global_random_numbers(n, rng):
    return np.random.randint(n)
