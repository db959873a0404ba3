"""batches"""

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


def batches_cases(rng: np.random.Generator) -> list[Case]:
    # budgets that end within a batch, at the end of an epoch, between two batches, and within the first epoch
    return [
        {"n": n, "batch_size": batch_size, "budget": budget, "rng": rng.spawn(1)[0]}
        for n, batch_size, budget in ((17, 5, 45), (12, 4, 36), (15, 4, 38), (20, 6, 16))
    ]


def observe_batches(answer, case: Case) -> list | None:
    batches = answer(*case.values())
    if not isinstance(batches, Iterable):
        return None
    # one that never ends is stopped where its fault is plain
    return [list(map(int, batch)) if np.ndim(batch) == 1 else batch for batch in islice(batches, 3 * case["budget"])]


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
    cases=batches_cases,
    reference=within_the_budget,
    observe=repeated(observe_batches),
    reading="mini-batch#drawing-batches",
    hints=[
        "An epoch is one random order, cut into slices. Go on with a new order as long as something of the budget is left.",
        "What an update costs is the number of examples in its batch. Count that.",
        "Cut the last batch of all to what is left: batch[:left]. When nothing is left, return.",
    ],
)

requires = of_the_result(question)


def _passes(case: Case, output: list) -> list[list[int]]:
    seen = [i for batch in output for i in batch]
    return [seen[first : first + case["n"]] for first in range(0, len(seen), case["n"])]


@requires
def yields_batches(case, output):
    """Your generator yields nothing, or something other than arrays of example numbers from 0 to n - 1."""
    return len(output) > 0 and all(0 <= i < case["n"] for batch in output for i in batch)


@requires
def no_empty_batch(case, output):
    """Your generator yields an empty batch, from which no gradient can be computed."""
    return all(len(batch) > 0 for batch in output)


@requires
def budget_kept(case, output):
    """Your batches cost more than the budget. An update costs as many gradient evaluations as its batch has examples; cut the
    last batch to what is left."""
    return sum(map(len, output)) <= case["budget"]


@requires
def budget_used_up(case, output):
    """Your batches stop before the budget is used up. What is left is enough for another, smaller batch, or for the beginning of
    another epoch."""
    return sum(map(len, output)) == case["budget"]


@requires
def every_example_once_an_epoch(case, output):
    """Within an epoch some examples come twice and others not at all: draw one order for each epoch, and go through it."""
    passes = _passes(case, output)
    return all(len(set(seen)) == len(seen) for seen in passes)


@requires
def right_sizes(case, output):
    """Your batches are not of the size asked for. Each has batch_size examples; only the last of an epoch may have fewer, and the
    last of all."""
    n, left, sizes = case["n"], case["budget"], []
    while left > 0:
        for first in range(0, min(n, left), case["batch_size"]):
            sizes.append(min(case["batch_size"], n - first, left - first))
        left -= min(n, left)
    return [len(batch) for batch in output] == sizes


@requires
def random_order(case, output):
    """Your batches go through the examples in the order in which they are stored: shuffle them with rng."""
    return all(seen != sorted(seen) for seen in _passes(case, output) if len(seen) > 8)


@requires
def new_order_each_epoch(case, output):
    """Every epoch goes through the examples in the same order. Draw a new one for each."""
    passes = _passes(case, output)
    return all(one[: len(other)] != other for one, other in zip(passes, passes[1:]) if len(other) > 4)


same_again = requires_the_same_again(question)

lacks = lacks_of(batches, within_the_budget)

lacks(yields_batches, "nothing_at_all", ("while left > 0", "while left < 0"))

lacks(yields_batches, "counted_from_one", ("rng.permutation(n)", "1 + rng.permutation(n)"))

lacks(no_empty_batch, "empty_batches_at_the_end", ("            if len(batch) == 0:\n                return\n", ""))

lacks(budget_kept, "counts_updates", ("left -= len(batch)", "left -= 1"), ("[:left]", ""))

lacks(budget_kept, "last_batch_not_cut", ("[:left]", ""), ("if len(batch) == 0", "if left <= 0"))

lacks(budget_kept, "epochs_to_their_end", ("[:left]", ""))

lacks(budget_kept, "never_ends", ("[:left]", ""), ("while left > 0", "while True"))

lacks(budget_used_up, "only_whole_batches", ("[:left]", ""), ("if len(batch) == 0", "if len(batch) > left"))

lacks(budget_used_up, "only_whole_epochs", ("while left > 0", "while left >= n"))

lacks(budget_used_up, "one_epoch", ("            left -= len(batch)\n", "            left -= len(batch)\n        return\n"))

lacks(every_example_once_an_epoch, "with_replacement", ("rng.permutation(n)", "rng.integers(n, size=n)"))

lacks(
    every_example_once_an_epoch,
    "last_batch_left_out",
    ("range(0, n, batch_size)", "range(0, n - batch_size + 1, batch_size)"),
)

lacks(right_sizes, "single_examples", ("range(0, n, batch_size)", "range(n)"), ("start + batch_size", "start + 1"))

lacks(random_order, "not_shuffled", ("rng.permutation(n)", "np.arange(n)"))

lacks(
    new_order_each_epoch,
    "shuffled_once",
    ("    while left > 0:\n        order = rng.permutation(n)", "    order = rng.permutation(n)\n    while left > 0:"),
)

lacks(same_again, "global_random_numbers", ("rng.permutation(n)", "np.random.permutation(n)"))

lacks(same_again, "generator_of_its_own", ("rng.permutation(n)", "np.random.default_rng().permutation(n)"))
