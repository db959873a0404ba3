"""batches"""

from __future__ import annotations

import math

import numpy as np

from course_lib import descent

from course_lib.checks.chance import of_the_result, repeated, requires_the_same_again

from course_lib.checks.declaration import Case, Question

from course_lib.problems import LinearRegression, Problem


EPOCHS = 40


def many_epochs(answer, case):
    """The batches of many epochs drawn with one generator."""
    epochs = []
    for _ in range(EPOCHS):
        epoch = answer(case["n"], case["batch_size"], case["rng"])
        epochs.append(list(epoch) if hasattr(epoch, "__iter__") and not isinstance(epoch, (str, dict)) else epoch)
    return epochs


question = Question(
    cases=lambda rng: [
        {"n": n, "batch_size": b, "rng": np.random.default_rng(rng.integers(2**32))}
        for n, b in ((10, 4), (12, 3), (7, 2), (6, 1), (5, 8), (9, 9))
    ],
    reference=lambda n, batch_size, rng: list(descent.batches.shuffled(batch_size)(n, rng)),
    observe=repeated(many_epochs),
    reading="mini-batch#drawing-batches",
    hints=[
        "First one random order of all n indices. Then cut it into pieces.",
        "The pieces begin at 0, batch_size, 2·batch_size, ... below n. range has a third argument for that.",
        "A slice that reaches beyond the end of an array simply ends there: order[8:12] of ten entries has two.",
    ],
)

requires = of_the_result(question)


def _sizes(epoch: list) -> list[int]:
    return [len(batch) for batch in epoch]


def _joined(epoch: list) -> np.ndarray:
    return np.concatenate([np.asarray(batch) for batch in epoch])


@requires
def batches_of_indices(case, output):
    """Return a list of batches (or yield them one after the other); each batch is an array or list of whole numbers, the indices of its examples."""
    arrays = [np.asarray(batch) for epoch in output for batch in epoch]
    return all(epoch for epoch in output) and all(a.ndim == 1 and (a.dtype.kind in "iu" or not a.size) for a in arrays)


@requires
def no_empty_batch(case, output):
    """One of your batches is empty. Where the batch size divides the number of examples nothing is left over: do not begin a batch at n."""
    return all(min(_sizes(epoch)) > 0 for epoch in output)


@requires
def within_the_examples(case, output):
    """A batch holds an index that no example has. With n examples the indices run from 0 to n - 1."""
    return all(_joined(epoch).min() >= 0 and _joined(epoch).max() < case["n"] for epoch in output)


@requires
def no_batch_too_large(case, output):
    """One of your batches is larger than the batch size. What does not fill a batch makes a smaller one at the end; and a list that is filled
    for every batch must be emptied, or made anew, before the next."""
    return all(max(_sizes(epoch)) <= case["batch_size"] for epoch in output)


@requires
def none_twice(case, output):
    """Some example comes twice in an epoch. Batches that are drawn independently of each other do that, and so does a last batch that is filled up.
    Shuffle all indices once for the epoch and cut that order into pieces."""
    return all(len(np.unique(_joined(epoch))) == sum(_sizes(epoch)) for epoch in output)


@requires
def none_dropped(case, output):
    """Some examples do not come in an epoch. Where the batch size does not divide n, the last batch is smaller, and its examples count as
    well."""
    return all(sum(_sizes(epoch)) == case["n"] for epoch in output)


@requires
def all_full_but_the_last(case, output):
    """A batch that is not the last one is smaller than the batch size. All batches have the size that was asked for, only the last takes
    what is left."""
    return all(size == case["batch_size"] for epoch in output for size in _sizes(epoch)[:-1])


@requires
def not_the_order_of_the_data(case, output):
    """Your batches are slices of the data in its own order: nothing is shuffled."""
    return any((_joined(epoch) != np.arange(case["n"])).any() for epoch in output)


@requires
def others_each_epoch(case, output):
    """Every epoch has the same batches. Draw from the rng that you are handed: a generator made anew with a fixed seed begins at the same point each
    time."""
    return any((_joined(epoch) != _joined(output[0])).any() for epoch in output)


@requires
def examples_mix(case, output):
    """The same examples always share a batch: you shuffle the batches, not the examples. Shuffle the indices before you cut them."""
    if not 1 < case["batch_size"] < case["n"]:
        return True
    # over 40 epochs hundreds of different batches are to be expected
    return len({tuple(sorted(map(int, batch))) for epoch in output for batch in epoch}) > 2 * len(output[0])


same_again = requires_the_same_again(question)


@question.violates(batches_of_indices)
def one_batch_only(n, batch_size, rng):
    return rng.permutation(n)[:batch_size]


@question.violates(no_empty_batch)
def begins_a_batch_at_the_end(n, batch_size, rng):
    order = rng.permutation(n)
    return [order[k * batch_size : (k + 1) * batch_size] for k in range(n // batch_size + 1)]


@question.violates(within_the_examples)
def counted_from_one(n, batch_size, rng):
    order = rng.permutation(n) + 1
    return [order[k : k + batch_size] for k in range(0, n, batch_size)]


@question.violates(no_batch_too_large)
def never_emptied(n, batch_size, rng):
    result, batch = [], []
    for i in rng.permutation(n):
        batch.append(i)
        if len(batch) % batch_size == 0:
            result.append(list(batch))
    return result


@question.violates(no_batch_too_large)
def rest_joined_to_the_last(n, batch_size, rng):
    order = rng.permutation(n)
    cuts = list(range(batch_size, n - n % batch_size, batch_size))
    return np.split(order, cuts)


@question.violates(none_twice)
def with_replacement(n, batch_size, rng):
    return [rng.integers(n, size=min(batch_size, n - k)) for k in range(0, n, batch_size)]


@question.violates(none_twice)
def each_batch_drawn_by_itself(n, batch_size, rng):
    return [rng.choice(n, size=min(batch_size, n - k), replace=False) for k in range(0, n, batch_size)]


@question.violates(none_twice)
def last_batch_filled_up(n, batch_size, rng):
    order = rng.permutation(n)
    return [np.take(order, range(k, k + batch_size), mode="wrap") for k in range(0, n, batch_size)]


@question.violates(none_dropped)
def last_batch_dropped(n, batch_size, rng):
    order = rng.permutation(n)
    return [order[k : k + batch_size] for k in range(0, n - batch_size + 1, batch_size)]


@question.violates(none_dropped)
def slices_one_too_short(n, batch_size, rng):
    order = rng.permutation(n)
    return [order[k : k + batch_size - 1] for k in range(0, n, batch_size)]


@question.violates(all_full_but_the_last)
def evenly_spread(n, batch_size, rng):
    return np.array_split(rng.permutation(n), -(-n // batch_size))


@question.violates(all_full_but_the_last)
def small_one_first(n, batch_size, rng):
    return np.split(rng.permutation(n), list(range(n % batch_size or batch_size, n, batch_size)))


@question.violates(not_the_order_of_the_data)
def not_shuffled(n, batch_size, rng):
    return [np.arange(k, min(k + batch_size, n)) for k in range(0, n, batch_size)]


@question.violates(others_each_epoch)
def fixed_seed(n, batch_size, rng):
    order = np.random.default_rng(0).permutation(n)
    return [order[k : k + batch_size] for k in range(0, n, batch_size)]


@question.violates(examples_mix)
def batches_shuffled(n, batch_size, rng):
    slices = [np.arange(k, min(k + batch_size, n)) for k in range(0, n, batch_size)]
    full, rest = slices[: n // batch_size], slices[n // batch_size :]
    return [full[k] for k in rng.permutation(len(full))] + rest


@question.violates(same_again)
def generator_of_its_own(n, batch_size, rng):
    order = np.random.default_rng().permutation(n)
    return [order[k : k + batch_size] for k in range(0, n, batch_size)]


@question.violates(same_again)
def global_random_numbers(n, batch_size, rng):
    order = np.random.permutation(n)
    return [order[k : k + batch_size] for k in range(0, n, batch_size)]
