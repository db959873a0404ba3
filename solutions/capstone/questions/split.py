"""split"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from contextlib import suppress

from functools import cache

from itertools import islice

import numpy as np

from course_lib.autodiff import Tensor, cross_entropy

from course_lib.checks.chance import of_the_result, repeated, requires_the_same_again

from course_lib.checks.collecting import Supplied

from course_lib.checks.declaration import Case, Question

from course_lib.checks.mutating import edited, mistakes_in

from course_lib.validation import Array

from ._shared import lacks_of


def split_cases(rng: np.random.Generator) -> list[Case]:
    return [
        {"n": n, "validation": validation, "test": test, "rng": rng.spawn(1)[0]}
        for n, validation, test in ((40, 8, 10), (57, 13, 9), (30, 10, 10))
    ]


def observe_split(answer, case: Case) -> dict:
    """A split, and one from other random numbers."""
    first, second = (np.random.default_rng(seed) for seed in case["rng"].integers(2**32, size=2))
    sizes = case["n"], case["validation"], case["test"]
    return {"split": answer(*sizes, first), "with other random numbers": answer(*sizes, second)}


def three_parts(n, validation, test, rng):
    order = rng.permutation(n)
    return order[validation + test :], order[:validation], order[validation : validation + test]


question = Question(
    cases=split_cases,
    reference=three_parts,
    observe=repeated(observe_split),
    reading="training#splitting-the-data",
    hints=[
        "Put the numbers 0 to n - 1 into one random order, and cut it into three pieces.",
        "Pieces of one order cannot share an example. Three separate draws can.",
    ],
)

requires = of_the_result(question)


def _sets(output: dict) -> list[set[int]]:
    return [set(map(int, part)) for part in output["split"]]


@requires
def three_arrays(case, output):
    """Return three arrays (or lists) of example numbers: those to train with, those to validate with, those to test with."""
    parts = output["split"]
    return len(parts) == 3 and all(np.ndim(part) == 1 and all(float(i).is_integer() for i in part) for part in parts)


@requires
def sizes_as_asked(case, output):
    """Your parts do not have the sizes asked for: first the training examples, n - validation - test of them, then `validation`,
    then `test`."""
    sizes = [case["n"] - case["validation"] - case["test"], case["validation"], case["test"]]
    return [len(part) for part in output["split"]] == sizes


@requires
def numbers_of_examples(case, output):
    """Your parts hold numbers that no example has: the n examples have the numbers 0 to n - 1."""
    return set().union(*_sets(output)) <= set(range(case["n"]))


@requires
def nothing_in_two_parts(case, output):
    """Some examples are in two of your parts. What a network was trained on, or chosen by, tells nothing about how it does on new
    examples."""
    training, validation, test = _sets(output)
    return not (training & validation or training & test or validation & test)


@requires
def nothing_twice_in_a_part(case, output):
    """Some example is twice in a part, so another is in none: draw without replacement."""
    return sum(map(len, _sets(output))) == case["n"]


@requires
def drawn_at_random(case, output):
    """Your parts are blocks of the data as they are stored. Data are often stored in an order, here class by class: then some
    classes are missing from the training, and others from the test."""
    return all(set(part) != set(range(min(part), max(part) + 1)) for part in output["split"])


@requires
def other_random_numbers_give_another_split(case, output):
    """Your split is always the same, whatever rng it is given: use rng instead of a generator with a fixed seed."""
    return _sets(output) != [set(map(int, part)) for part in output["with other random numbers"]]


same_again = requires_the_same_again(question)

lacks = lacks_of(split, three_parts)

lacks(
    three_arrays, "two_parts", ("return order[validation + test :], order[:validation], ", "return order[validation + test :], ")
)

lacks(
    three_arrays,
    "masks_joined",
    ("return order[validation + test :], order[:validation], order[validation : validation + test]", "return order"),
)

lacks(
    sizes_as_asked,
    "training_last",
    (
        "order[validation + test :], order[:validation], order[validation : validation + test]",
        "order[:validation], order[validation : validation + test], order[validation + test :]",
    ),
)

lacks(
    sizes_as_asked,
    "validation_and_test_swapped",
    ("order[:validation], order[validation : validation + test]", "order[: test + 1][1:], order[:validation]"),
)

lacks(sizes_as_asked, "all_examples_for_training", ("order[validation + test :]", "order"))

lacks(numbers_of_examples, "counted_from_one", ("rng.permutation(n)", "rng.permutation(n) + 1"))

lacks(
    nothing_in_two_parts,
    "drawn_separately",
    ("order[:validation]", "rng.permutation(n)[:validation]"),
    ("order[validation : validation + test]", "rng.permutation(n)[:test]"),
)

lacks(nothing_in_two_parts, "test_from_the_training_examples", ("order[validation : validation + test]", "order[-test:]"))

lacks(
    nothing_in_two_parts,
    "test_is_the_validation",
    ("order[:validation], order[validation : validation + test]", "order[:validation], order[:test]"),
)

lacks(nothing_in_two_parts, "with_replacement", ("rng.permutation(n)", "rng.integers(n, size=n)"))

lacks(drawn_at_random, "blocks_as_stored", ("rng.permutation(n)", "np.arange(n)[::-1]"))

lacks(
    other_random_numbers_give_another_split,
    "fixed_seed",
    ("rng.permutation(n)", "np.random.default_rng(0).permutation(n)"),
)

lacks(same_again, "global_random_numbers", ("rng.permutation(n)", "np.random.permutation(n)"))

lacks(same_again, "generator_of_its_own", ("rng.permutation(n)", "np.random.default_rng().permutation(n)"))
