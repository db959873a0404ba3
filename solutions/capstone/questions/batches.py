"""Batches that cost exactly a budget of gradient evaluations."""

from __future__ import annotations

import numpy as np

from course_lib.checks.declaration import Case, Question
from course_lib.checks.properties import budgeted_batches, chance
from course_lib.driving import sampling

from ._lacking import lacks_of


def draw(rng: np.random.Generator) -> list[Case]:
    # budgets that end within a batch, at the end of an epoch, between two batches, and within the first epoch
    return [
        {"n": n, "batch_size": batch_size, "budget": budget, "rng": rng.spawn(1)[0]}
        for n, batch_size, budget in ((17, 5, 45), (12, 4, 36), (15, 4, 38), (20, 6, 16))
    ]


def within_the_budget(n, batch_size, budget, rng):
    left = budget
    while left > 0:
        order = rng.permutation(n)
        for start in range(0, n, batch_size):
            batch = order[start : start + batch_size][:left]
            if len(batch) == 0:
                return
            yield batch
            left -= len(batch)


question = Question(
    cases=draw,
    reference=within_the_budget,
    observe=sampling.batches_of_a_budget,
    repeated=True,
    properties=[
        budgeted_batches.yields_batches,
        budgeted_batches.no_empty_batch,
        budgeted_batches.budget_kept,
        budgeted_batches.budget_used_up,
        budgeted_batches.every_example_once_an_epoch,
        budgeted_batches.right_sizes,
        budgeted_batches.random_order,
        budgeted_batches.new_order_each_epoch,
        chance.same_random_numbers_give_the_same,
    ],
    reading="mini-batch#drawing-batches",
    hints=[
        "An epoch is one random order, cut into slices. Go on with a new order as long as something of the budget is left.",
        "What an update costs is the number of examples in its batch. Count that.",
        "Cut the last batch of all to what is left: batch[:left]. When nothing is left, return.",
    ],
)


lacks = lacks_of(question, within_the_budget)

lacks(budgeted_batches.yields_batches, "nothing_at_all", ("while left > 0", "while left < 0"))

lacks(budgeted_batches.yields_batches, "counted_from_one", ("rng.permutation(n)", "1 + rng.permutation(n)"))

lacks(
    budgeted_batches.no_empty_batch, "empty_batches_at_the_end", ("            if len(batch) == 0:\n                return\n", "")
)

lacks(budgeted_batches.budget_kept, "counts_updates", ("left -= len(batch)", "left -= 1"), ("[:left]", ""))

lacks(budgeted_batches.budget_kept, "last_batch_not_cut", ("[:left]", ""), ("if len(batch) == 0", "if left <= 0"))

lacks(budgeted_batches.budget_kept, "epochs_to_their_end", ("[:left]", ""))

lacks(budgeted_batches.budget_kept, "never_ends", ("[:left]", ""), ("while left > 0", "while True"))

lacks(budgeted_batches.budget_used_up, "only_whole_batches", ("[:left]", ""), ("if len(batch) == 0", "if len(batch) > left"))

lacks(budgeted_batches.budget_used_up, "only_whole_epochs", ("while left > 0", "while left >= n"))

lacks(
    budgeted_batches.budget_used_up,
    "one_epoch",
    ("            left -= len(batch)\n", "            left -= len(batch)\n        return\n"),
)

lacks(budgeted_batches.every_example_once_an_epoch, "with_replacement", ("rng.permutation(n)", "rng.integers(n, size=n)"))

lacks(
    budgeted_batches.every_example_once_an_epoch,
    "last_batch_left_out",
    ("range(0, n, batch_size)", "range(0, n - batch_size + 1, batch_size)"),
)

lacks(
    budgeted_batches.right_sizes, "single_examples", ("range(0, n, batch_size)", "range(n)"), ("start + batch_size", "start + 1")
)

lacks(budgeted_batches.random_order, "not_shuffled", ("rng.permutation(n)", "np.arange(n)"))

lacks(
    budgeted_batches.new_order_each_epoch,
    "shuffled_once",
    ("    while left > 0:\n        order = rng.permutation(n)", "    order = rng.permutation(n)\n    while left > 0:"),
)

lacks(chance.same_random_numbers_give_the_same, "global_random_numbers", ("rng.permutation(n)", "np.random.permutation(n)"))

lacks(
    chance.same_random_numbers_give_the_same,
    "generator_of_its_own",
    ("rng.permutation(n)", "np.random.default_rng().permutation(n)"),
)
