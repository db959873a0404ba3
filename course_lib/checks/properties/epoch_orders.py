"""Properties of the orders of many epochs."""

from __future__ import annotations

import math

import numpy as np

from course_lib.checks.properties.chance import of_the_result
from course_lib.driving.calls import Case
from course_lib.driving.sampling import EPOCHS


@of_the_result
def n_indices(case: Case, output: np.ndarray) -> bool:
    """Return an array (or list) of n whole numbers, the indices of the examples in the order in which they are visited."""
    return isinstance(output, np.ndarray) and output.shape == (EPOCHS, case["n"])


@of_the_result
def within_the_examples(case: Case, output: np.ndarray) -> bool:
    """Your order holds an index that no example has. With n examples the indices run from 0 to n - 1."""
    return output.min() >= 0 and output.max() < case["n"]


@of_the_result
def every_example_once(case: Case, output: np.ndarray) -> bool:
    """Some example comes twice in an epoch, and another not at all. Drawing n times with replacement is not an epoch: an epoch visits every
    example exactly once."""
    return bool((np.sort(output, axis=1) == np.arange(case["n"])).all())


@of_the_result
def not_the_order_of_the_data(case: Case, output: np.ndarray) -> bool:
    """Every epoch goes through the examples in the order of the data: nothing is shuffled."""
    return bool((output != np.arange(case["n"])).any())


@of_the_result
def another_order_each_epoch(case: Case, output: np.ndarray) -> bool:
    """Every epoch has the same order. Draw from the rng that you are handed: a generator made anew with a fixed seed begins at the same point each
    time."""
    return bool((output != output[0]).any())


@of_the_result
def every_example_anywhere(case: Case, output: np.ndarray) -> bool:
    """Some example comes first far more often than others, beyond what chance explains. In a shuffled epoch every example is equally likely at every
    place."""
    n = case["n"]
    counts = np.array([np.bincount(column, minlength=n) for column in output.T])
    # eight standard deviations: chance alone exceeds them less than once in a hundred million checks
    return np.abs(counts - EPOCHS / n).max() <= 8 * math.sqrt(EPOCHS / n * (1 - 1 / n))


@of_the_result
def any_order_at_all(case: Case, output: np.ndarray) -> bool:
    """Over many epochs only a few of the possible orders ever come, as when the data is cut like a deck of cards and not shuffled. After an example
    any other should be able to follow."""
    return len(np.unique(output, axis=0)) >= min(EPOCHS, math.factorial(case["n"])) / 2
