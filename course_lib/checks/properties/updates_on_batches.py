"""Runs whose updates each draw a batch of distinct examples: end point, and batch and point of every gradient."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from course_lib.checks.properties.chance import of_the_result
from course_lib.driving.calls import Case


@of_the_result
def batches_of_indices(case: Case, output: Any) -> bool:
    """Call gradient(w, batch) with an array or list of indices from 0 to n - 1."""
    chosen = output["batches"]
    return bool(chosen) and all(a.ndim == 1 and a.dtype.kind in "iu" and a.min() >= 0 and a.max() < case["n"] for a in chosen)


@of_the_result
def batches_do_not_grow(case: Case, output: Any) -> bool:
    """Your batches grow from update to update: what earlier updates have drawn is still in the list. Begin each update with an empty one."""
    return len(output["batches"][-1]) <= max(len(output["batches"][0]), case["batch_size"])


@of_the_result
def of_the_right_size(case: Case, output: Any) -> bool:
    """Your batches do not have batch_size examples."""
    return all(len(batch) == case["batch_size"] for batch in output["batches"])


@of_the_result
def one_gradient_an_update(case: Case, output: Any) -> bool:
    """Call gradient once for each update, `updates` times in all."""
    return len(output["batches"]) == case["updates"]


@of_the_result
def not_always_the_same(case: Case, output: Any) -> bool:
    """All updates use the same batch, the one drawn first. The run then fits these few examples and has never seen the others."""
    return len({tuple(sorted(batch.tolist())) for batch in output["batches"]}) > 1


@of_the_result
def distinct_in_a_batch(case: Case, output: Any) -> bool:
    """Some batch holds an example twice. The examples of a batch are to be distinct: draw them without replacement."""
    return all(len(np.unique(batch)) == len(batch) for batch in output["batches"])


@of_the_result
def every_example_now_and_then(case: Case, output: Any) -> bool:
    """Some example was never in a batch, in far more updates than it takes. Draw from all n of them."""
    return len(np.unique(np.concatenate(output["batches"]))) == case["n"]


@of_the_result
def any_batch_at_all(case: Case, output: Any) -> bool:
    """Only a few of the possible batches ever come, so the same examples always meet, as when one walks through the data in slices. Draw
    each batch from all examples."""
    n, b = case["n"], case["batch_size"]
    different = len({tuple(sorted(batch.tolist())) for batch in output["batches"]})
    return different >= min(math.comb(n, b), case["updates"]) / 2


@of_the_result
def each_update_from_the_one_before(case: Case, output: Any) -> bool:
    """The batches are right, but your points are not: begin at `start`, and after gradient(w, batch) go to w - lr * gradient. The gradient
    that you are given is already a mean over the batch."""
    points, chosen = output["points"], output["batches"]
    after = [w - case["lr"] * case["gradient"](w, batch) for w, batch in zip(points, chosen, strict=True)]
    end = np.asarray(output["end"], dtype=float)
    return np.allclose(points[0], case["start"]) and np.allclose(points[1:], after[:-1]) and np.allclose(end, after[-1])
