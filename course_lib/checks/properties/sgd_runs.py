"""Properties of a run of stochastic gradient descent, seen by its calls of the gradient."""

from __future__ import annotations

import numpy as np

from course_lib.checks.properties.chance import of_the_result
from course_lib.driving.calls import Case


def _epochs_of(case: Case, output: dict) -> np.ndarray:
    return np.array(output["examples"]).reshape(case["epochs"], case["n"])


def _after(case: Case, output: dict, call: int) -> np.ndarray:
    """Where the update after the given call leads."""
    point = output["points"][call]
    return point - case["lr"] * case["gradient"](point, output["examples"][call])


@of_the_result
def one_example_a_call(case: Case, output: dict) -> bool:
    """Call gradient(w, i) with w, an array like start, and one index i from 0 to n - 1."""
    indices = output["examples"]
    whole = all(isinstance(i, int) and not isinstance(i, bool) for i in indices)
    return bool(indices) and whole and min(indices) >= 0 and max(indices) < case["n"]


@of_the_result
def an_epoch_is_n_updates(case: Case, output: dict) -> bool:
    """You make one update an epoch. An epoch is once through all examples, n updates; counting single updates as epochs makes a run look n times as
    long as it is."""
    return len(output["examples"]) != case["epochs"]


@of_the_result
def one_gradient_an_update(case: Case, output: dict) -> bool:
    """You call gradient too often. Every update needs the gradient of one example only; taking the mean over all examples for each update is batch
    gradient descent."""
    return len(output["examples"]) <= case["n"] * case["epochs"]


@of_the_result
def all_updates_made(case: Case, output: dict) -> bool:
    """You call gradient too seldom: `epochs` epochs of n examples make n · epochs updates. Is an example left out, or an epoch?"""
    return len(output["examples"]) == case["n"] * case["epochs"]


@of_the_result
def every_example_once_an_epoch(case: Case, output: dict) -> bool:
    """Within an epoch some examples come twice and others not at all. Drawing with replacement, or shuffling again in the middle of an epoch, does
    that. Draw one order for each epoch and go through it to the end."""
    return bool((np.sort(_epochs_of(case, output), axis=1) == np.arange(case["n"])).all())


@of_the_result
def not_the_order_of_the_data(case: Case, output: dict) -> bool:
    """Every epoch goes through the examples in the order of the data: nothing is shuffled."""
    return case["epochs"] == 1 or bool((_epochs_of(case, output) != np.arange(case["n"])).any())


@of_the_result
def another_order_each_epoch(case: Case, output: dict) -> bool:
    """Every epoch has the same order: you shuffle once, before the loop over the epochs. Shuffle anew for each epoch."""
    orders = _epochs_of(case, output)
    return case["epochs"] == 1 or bool((orders != orders[0]).any())


@of_the_result
def begins_at_the_start(case: Case, output: dict) -> bool:
    """The first gradient is not taken at `start`."""
    return np.allclose(output["points"][0], case["start"])


@of_the_result
def moves(case: Case, output: dict) -> bool:
    """The point at which you take the gradient never changes. A new value that is not kept, or a w - lr * g that stands alone, moves nothing."""
    return any(not np.array_equal(point, case["start"]) for point in output["points"])


@of_the_result
def each_update_from_the_one_before(case: Case, output: dict) -> bool:
    """Your gradients are not taken where the update before led. After gradient(w, i) the next call should be at w - lr * gradient(w, i): check the
    sign, the learning rate, and that every example is followed by an update."""
    return all(np.allclose(output["points"][k + 1], _after(case, output, k)) for k in range(len(output["points"]) - 1))


@of_the_result
def ends_after_the_last_update(case: Case, output: dict) -> bool:
    """The steps are right, but you do not return the point after the last update, an array like `start`."""
    end = np.asarray(output["end"], dtype=float)
    return end.shape == case["start"].shape and np.allclose(end, _after(case, output, -1))
