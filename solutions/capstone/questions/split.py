"""A split of the examples into three parts."""

from __future__ import annotations

import numpy as np

from course_lib.checks.declaration import Case, Question
from course_lib.checks.properties import chance, splits
from course_lib.driving import sampling

from ._lacking import lacks_of


def draw(rng: np.random.Generator) -> list[Case]:
    return [
        {"n": n, "validation": validation, "test": test, "rng": rng.spawn(1)[0]}
        for n, validation, test in ((40, 8, 10), (57, 13, 9), (30, 10, 10))
    ]


def three_parts(n, validation, test, rng):
    order = rng.permutation(n)
    return order[validation + test :], order[:validation], order[validation : validation + test]


question = Question(
    cases=draw,
    reference=three_parts,
    observe=sampling.two_splits,
    repeated=True,
    properties=[
        splits.three_arrays,
        splits.sizes_as_asked,
        splits.numbers_of_examples,
        splits.nothing_in_two_parts,
        splits.nothing_twice_in_a_part,
        splits.drawn_at_random,
        splits.other_random_numbers_give_another_split,
        chance.same_random_numbers_give_the_same,
    ],
    reading="training#splitting-the-data",
    hints=[
        "Put the numbers 0 to n - 1 into one random order, and cut it into three pieces.",
        "Pieces of one order cannot share an example. Three separate draws can.",
    ],
)


lacks = lacks_of(question, three_parts)

lacks(
    splits.three_arrays,
    "two_parts",
    ("return order[validation + test :], order[:validation], ", "return order[validation + test :], "),
)

lacks(
    splits.three_arrays,
    "masks_joined",
    ("return order[validation + test :], order[:validation], order[validation : validation + test]", "return order"),
)

lacks(
    splits.sizes_as_asked,
    "training_last",
    (
        "order[validation + test :], order[:validation], order[validation : validation + test]",
        "order[:validation], order[validation : validation + test], order[validation + test :]",
    ),
)

lacks(
    splits.sizes_as_asked,
    "validation_and_test_swapped",
    ("order[:validation], order[validation : validation + test]", "order[: test + 1][1:], order[:validation]"),
)

lacks(splits.sizes_as_asked, "all_examples_for_training", ("order[validation + test :]", "order"))

lacks(splits.numbers_of_examples, "counted_from_one", ("rng.permutation(n)", "rng.permutation(n) + 1"))

lacks(
    splits.nothing_in_two_parts,
    "drawn_separately",
    ("order[:validation]", "rng.permutation(n)[:validation]"),
    ("order[validation : validation + test]", "rng.permutation(n)[:test]"),
)

lacks(splits.nothing_in_two_parts, "test_from_the_training_examples", ("order[validation : validation + test]", "order[-test:]"))

lacks(
    splits.nothing_in_two_parts,
    "test_is_the_validation",
    ("order[:validation], order[validation : validation + test]", "order[:validation], order[:test]"),
)

lacks(splits.nothing_in_two_parts, "with_replacement", ("rng.permutation(n)", "rng.integers(n, size=n)"))

lacks(splits.drawn_at_random, "blocks_as_stored", ("rng.permutation(n)", "np.arange(n)[::-1]"))

lacks(
    splits.other_random_numbers_give_another_split,
    "fixed_seed",
    ("rng.permutation(n)", "np.random.default_rng(0).permutation(n)"),
)

lacks(chance.same_random_numbers_give_the_same, "global_random_numbers", ("rng.permutation(n)", "np.random.permutation(n)"))

lacks(
    chance.same_random_numbers_give_the_same,
    "generator_of_its_own",
    ("rng.permutation(n)", "np.random.default_rng().permutation(n)"),
)
