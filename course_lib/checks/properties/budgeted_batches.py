"""Properties of batches that cost a budget together."""

from __future__ import annotations

from itertools import pairwise

from course_lib.checks.properties.chance import of_the_result
from course_lib.driving.calls import Case


def _passes(case: Case, output: list) -> list[list[int]]:
    seen = [i for batch in output for i in batch]
    return [seen[first : first + case["n"]] for first in range(0, len(seen), case["n"])]


@of_the_result
def yields_batches(case: Case, output: list) -> bool:
    """Your generator yields nothing, or something other than arrays of example numbers from 0 to n - 1."""
    return len(output) > 0 and all(0 <= i < case["n"] for batch in output for i in batch)


@of_the_result
def no_empty_batch(case: Case, output: list) -> bool:
    """Your generator yields an empty batch, from which no gradient can be computed."""
    return all(len(batch) > 0 for batch in output)


@of_the_result
def budget_kept(case: Case, output: list) -> bool:
    """Your batches cost more than the budget. An update costs as many gradient evaluations as its batch has examples; cut the
    last batch to what is left."""
    return sum(map(len, output)) <= case["budget"]


@of_the_result
def budget_used_up(case: Case, output: list) -> bool:
    """Your batches stop before the budget is used up. What is left is enough for another, smaller batch, or for the beginning of
    another epoch."""
    return sum(map(len, output)) == case["budget"]


@of_the_result
def every_example_once_an_epoch(case: Case, output: list) -> bool:
    """Within an epoch some examples come twice and others not at all: draw one order for each epoch, and go through it."""
    passes = _passes(case, output)
    return all(len(set(seen)) == len(seen) for seen in passes)


@of_the_result
def right_sizes(case: Case, output: list) -> bool:
    """Your batches are not of the size asked for. Each has batch_size examples; only the last of an epoch may have fewer, and the
    last of all."""
    n, left, sizes = case["n"], case["budget"], []
    while left > 0:
        for first in range(0, min(n, left), case["batch_size"]):
            sizes.append(min(case["batch_size"], n - first, left - first))
        left -= min(n, left)
    return [len(batch) for batch in output] == sizes


@of_the_result
def random_order(case: Case, output: list) -> bool:
    """Your batches go through the examples in the order in which they are stored: shuffle them with rng."""
    return all(seen != sorted(seen) for seen in _passes(case, output) if len(seen) > 8)


@of_the_result
def new_order_each_epoch(case: Case, output: list) -> bool:
    """Every epoch goes through the examples in the same order. Draw a new one for each."""
    passes = _passes(case, output)
    return all(one[: len(other)] != other for one, other in pairwise(passes) if len(other) > 4)
