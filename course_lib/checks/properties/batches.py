"""Many epochs, each of them all examples cut into batches."""

from __future__ import annotations

from typing import Any

import numpy as np

from course_lib.checks.properties.chance import of_the_result
from course_lib.driving.calls import Case


def _sizes(epoch: list) -> list[int]:
    return [len(batch) for batch in epoch]


def _joined(epoch: list) -> np.ndarray:
    return np.concatenate([np.asarray(batch) for batch in epoch])


@of_the_result
def batches_of_indices(case: Case, output: Any) -> bool:
    """Return a list of batches (or yield them one after the other); each batch is an array or list of whole numbers, the indices of its examples."""
    arrays = [np.asarray(batch) for epoch in output for batch in epoch]
    return all(epoch for epoch in output) and all(a.ndim == 1 and (a.dtype.kind in "iu" or not a.size) for a in arrays)


@of_the_result
def no_empty_batch(case: Case, output: Any) -> bool:
    """One of your batches is empty. Where the batch size divides the number of examples nothing is left over: do not begin a batch at n."""
    return all(min(_sizes(epoch)) > 0 for epoch in output)


@of_the_result
def within_the_examples(case: Case, output: Any) -> bool:
    """A batch holds an index that no example has. With n examples the indices run from 0 to n - 1."""
    return all(_joined(epoch).min() >= 0 and _joined(epoch).max() < case["n"] for epoch in output)


@of_the_result
def no_batch_too_large(case: Case, output: Any) -> bool:
    """One of your batches is larger than the batch size. What does not fill a batch makes a smaller one at the end; and a list that is filled
    for every batch must be emptied, or made anew, before the next."""
    return all(max(_sizes(epoch)) <= case["batch_size"] for epoch in output)


@of_the_result
def none_twice(case: Case, output: Any) -> bool:
    """Some example comes twice in an epoch. Batches that are drawn independently of each other do that, and so does a last batch that is filled up.
    Shuffle all indices once for the epoch and cut that order into pieces."""
    return all(len(np.unique(_joined(epoch))) == sum(_sizes(epoch)) for epoch in output)


@of_the_result
def none_dropped(case: Case, output: Any) -> bool:
    """Some examples do not come in an epoch. Where the batch size does not divide n, the last batch is smaller, and its examples count as
    well."""
    return all(sum(_sizes(epoch)) == case["n"] for epoch in output)


@of_the_result
def all_full_but_the_last(case: Case, output: Any) -> bool:
    """A batch that is not the last one is smaller than the batch size. All batches have the size that was asked for, only the last takes
    what is left."""
    return all(size == case["batch_size"] for epoch in output for size in _sizes(epoch)[:-1])


@of_the_result
def not_the_order_of_the_data(case: Case, output: Any) -> bool:
    """Your batches are slices of the data in its own order: nothing is shuffled."""
    return any((_joined(epoch) != np.arange(case["n"])).any() for epoch in output)


@of_the_result
def others_each_epoch(case: Case, output: Any) -> bool:
    """Every epoch has the same batches. Draw from the rng that you are handed: a generator made anew with a fixed seed begins at the same point each
    time."""
    return any((_joined(epoch) != _joined(output[0])).any() for epoch in output)


@of_the_result
def examples_mix(case: Case, output: Any) -> bool:
    """The same examples always share a batch: you shuffle the batches, not the examples. Shuffle the indices before you cut them."""
    if not 1 < case["batch_size"] < case["n"]:
        return True
    # over 40 epochs hundreds of different batches are to be expected
    return len({tuple(sorted(map(int, batch))) for epoch in output for batch in epoch}) > 2 * len(output[0])
