"""Properties of many draws of one example."""

from __future__ import annotations

import math

import numpy as np

from course_lib.checks.properties.chance import of_the_result
from course_lib.driving.calls import Case
from course_lib.driving.sampling import DRAWS


@of_the_result
def a_whole_number(case: Case, output: np.ndarray) -> bool:
    """Return one index, a whole number: not a fraction, not an array, not a list of indices."""
    return isinstance(output, np.ndarray) and output.shape == (DRAWS,) and output.dtype.kind in "iu"


@of_the_result
def within_the_examples(case: Case, output: np.ndarray) -> bool:
    """You drew an index that no example has. With n examples the indices run from 0 to n - 1."""
    return output.min() >= 0 and output.max() < case["n"]


@of_the_result
def not_always_the_same(case: Case, output: np.ndarray) -> bool:
    """Every call gives the same index. A generator that is made anew with a fixed seed inside the function begins at the same point each time:
    draw from the rng that you are handed."""
    return len(set(output.tolist())) > 1


@of_the_result
def none_left_out(case: Case, output: np.ndarray) -> bool:
    """In thousands of draws one index never came. Which does your range leave out? rng.integers(low, high) stops before high already."""
    return len(set(output.tolist())) == case["n"]


@of_the_result
def all_equally_likely(case: Case, output: np.ndarray) -> bool:
    """In thousands of draws some indices came far more often than others, beyond what chance explains. All should be equally likely: rounding, for
    instance, makes the first and the last half as likely as the rest."""
    counts, p = np.bincount(output, minlength=case["n"]), 1 / case["n"]
    # seven standard deviations: chance alone exceeds them less than once in a hundred million checks
    return np.abs(counts - DRAWS * p).max() <= 7 * math.sqrt(DRAWS * p * (1 - p))


@of_the_result
def independent_of_the_one_before(case: Case, output: np.ndarray) -> bool:
    """Whether an index comes depends on the one before: some index follows itself far too seldom or too often. Every draw
    begins afresh, with all examples in the urn."""
    repeats, p = np.count_nonzero(output[1:] == output[:-1]), 1 / case["n"]
    return abs(repeats - DRAWS * p) <= 7 * math.sqrt(DRAWS * p * (1 - p))
