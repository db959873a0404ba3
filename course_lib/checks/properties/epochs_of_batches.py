"""Runs whose epochs each go through all examples in shuffled batches: end point, and batch and point of every gradient."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np

from course_lib.checks.properties.chance import of_the_result
from course_lib.driving.calls import Case


def _epochs(case: Case, output: dict) -> list[list[int]]:
    """The examples in the order in which they were seen, cut into epochs."""
    seen = [i for batch in output["batches"] for i in batch]
    return [seen[first : first + case["n"]] for first in range(0, len(seen), case["n"])]


@of_the_result
def returns_the_parameters(case: Case, output: Any) -> bool:
    """Your function should return w after the last update, an array of the shape of the w that it is given. Is a return
    missing?"""
    return np.shape(output["w"]) == case["w"].shape


@of_the_result
def asks_for_gradients(case: Case, output: Any) -> bool:
    """Your function never calls gradient, so w stays where it was."""
    return len(output["batches"]) > 0


@of_the_result
def not_all_at_once(case: Case, output: Any) -> bool:
    """Every update uses all n examples. That is batch gradient descent; here each update has batch_size of them."""
    return any(len(batch) < case["n"] for batch in output["batches"])


@of_the_result
def batches_do_not_grow(case: Case, output: Any) -> bool:
    """Your batches are larger than batch_size, and grow: what was drawn before is still in the list. Begin each batch with an
    empty one."""
    return all(len(batch) <= case["batch_size"] for batch in output["batches"])


@of_the_result
def batches_change(case: Case, output: Any) -> bool:
    """Every update sees the very same examples. What was drawn first still stands at the beginning of the list, and that is where
    you read: begin each batch with an empty list."""
    return len({tuple(sorted(batch)) for batch in output["batches"]}) > 1


@of_the_result
def an_epoch_is_not_an_update(case: Case, output: Any) -> bool:
    """You make one update an epoch. An epoch has gone by when all n examples were used once, whatever the number of updates that
    takes."""
    return len(output["batches"]) != case["epochs"]


@of_the_result
def no_example_left_out(case: Case, output: Any) -> bool:
    """Your epochs use fewer than n examples. Where batch_size does not divide n, the last batch is smaller; it must not be left
    out."""
    return sum(map(len, output["batches"])) >= case["n"] * case["epochs"]


@of_the_result
def as_many_epochs_as_asked(case: Case, output: Any) -> bool:
    """You go through the data more often than `epochs` times, or your last batch is filled up with examples that were used
    already."""
    return sum(map(len, output["batches"])) == case["n"] * case["epochs"]


@of_the_result
def each_example_once_an_epoch(case: Case, output: Any) -> bool:
    """Within an epoch some examples come twice and others not at all. That is drawing with replacement, or shuffling again before
    the epoch is over: draw one order for each epoch, and go through it."""
    return all(sorted(epoch) == list(range(case["n"])) for epoch in _epochs(case, output))


@of_the_result
def shuffled(case: Case, output: Any) -> bool:
    """You go through the examples in the order in which they are stored. Use rng to put them into a random order."""
    return all(epoch != sorted(epoch) for epoch in _epochs(case, output))


@of_the_result
def shuffled_anew_each_epoch(case: Case, output: Any) -> bool:
    """Every epoch goes through the examples in the same order. Draw a new one for each epoch."""
    epochs = _epochs(case, output)
    return all(one != other for one, other in pairwise(epochs))


@of_the_result
def cut_into_batches(case: Case, output: Any) -> bool:
    """Your batches are not of the size asked for: each has batch_size examples, only the last of an epoch may have fewer."""
    sizes = [min(case["batch_size"], case["n"] - first) for first in range(0, case["n"], case["batch_size"])]
    return [len(batch) for batch in output["batches"]] == sizes * case["epochs"]


@of_the_result
def each_update_follows_its_batch(case: Case, output: Any) -> bool:
    """The batches are right, but w does not go where they send it: each update starts where the last one ended and subtracts lr
    times the gradient of its batch, taken at that point."""
    ends = [*output["points"][1:], output["w"]]
    return np.allclose(output["points"][0], case["w"], rtol=1e-9) and all(
        np.allclose(end, w - case["lr"] * case["gradient"](w, batch), rtol=1e-9)
        for w, batch, end in zip(output["points"], output["batches"], ends, strict=True)
    )
