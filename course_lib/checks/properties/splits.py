"""Properties of a split of the examples into three parts."""

from __future__ import annotations

import numpy as np

from course_lib.checks.properties.chance import of_the_result
from course_lib.driving.calls import Case


def _sets(output: dict) -> list[set[int]]:
    return [set(map(int, part)) for part in output["split"]]


@of_the_result
def three_arrays(case: Case, output: dict) -> bool:
    """Return three arrays (or lists) of example numbers: those to train with, those to validate with, those to test with."""
    parts = output["split"]
    return len(parts) == 3 and all(np.ndim(part) == 1 and all(float(i).is_integer() for i in part) for part in parts)


@of_the_result
def sizes_as_asked(case: Case, output: dict) -> bool:
    """Your parts do not have the sizes asked for: first the training examples, n - validation - test of them, then `validation`,
    then `test`."""
    sizes = [case["n"] - case["validation"] - case["test"], case["validation"], case["test"]]
    return [len(part) for part in output["split"]] == sizes


@of_the_result
def numbers_of_examples(case: Case, output: dict) -> bool:
    """Your parts hold numbers that no example has: the n examples have the numbers 0 to n - 1."""
    return set().union(*_sets(output)) <= set(range(case["n"]))


@of_the_result
def nothing_in_two_parts(case: Case, output: dict) -> bool:
    """Some examples are in two of your parts. What a network was trained on, or chosen by, tells nothing about how it does on new
    examples."""
    training, validation, test = _sets(output)
    return not (training & validation or training & test or validation & test)


@of_the_result
def nothing_twice_in_a_part(case: Case, output: dict) -> bool:
    """Some example is twice in a part, so another is in none: draw without replacement."""
    return sum(map(len, _sets(output))) == case["n"]


@of_the_result
def drawn_at_random(case: Case, output: dict) -> bool:
    """Your parts are blocks of the data as they are stored. Data are often stored in an order, here class by class: then some
    classes are missing from the training, and others from the test."""
    return all(set(part) != set(range(min(part), max(part) + 1)) for part in output["split"])


@of_the_result
def other_random_numbers_give_another_split(case: Case, output: dict) -> bool:
    """Your split is always the same, whatever rng it is given: use rng instead of a generator with a fixed seed."""
    return _sets(output) != [set(map(int, part)) for part in output["with other random numbers"]]
