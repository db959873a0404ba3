"""One epoch cut into batches of a shuffled order."""

from __future__ import annotations

import numpy as np

from course_lib import descent
from course_lib.checks.declaration import Question
from course_lib.checks.properties import batches, chance
from course_lib.driving.batches import many_epochs

question = Question(
    cases=lambda rng: [
        {"n": n, "batch_size": b, "rng": np.random.default_rng(rng.integers(2**32))}
        for n, b in ((10, 4), (12, 3), (7, 2), (6, 1), (5, 8), (9, 9))
    ],
    reference=lambda n, batch_size, rng: list(descent.batches.shuffled(batch_size)(n, rng)),
    observe=many_epochs,
    repeated=True,
    properties=[
        batches.batches_of_indices,
        batches.no_empty_batch,
        batches.within_the_examples,
        batches.no_batch_too_large,
        batches.none_twice,
        batches.none_dropped,
        batches.all_full_but_the_last,
        batches.not_the_order_of_the_data,
        batches.others_each_epoch,
        batches.examples_mix,
        chance.same_random_numbers_give_the_same,
    ],
    reading="mini-batch#drawing-batches",
    hints=[
        "First one random order of all n indices. Then cut it into pieces.",
        "The pieces begin at 0, batch_size, 2·batch_size, ... below n. range has a third argument for that.",
        "A slice that reaches beyond the end of an array simply ends there: order[8:12] of ten entries has two.",
    ],
)


@question.violates(batches.batches_of_indices)
def one_batch_only(n, batch_size, rng):
    return rng.permutation(n)[:batch_size]


@question.violates(batches.no_empty_batch)
def begins_a_batch_at_the_end(n, batch_size, rng):
    order = rng.permutation(n)
    return [order[k * batch_size : (k + 1) * batch_size] for k in range(n // batch_size + 1)]


@question.violates(batches.within_the_examples)
def counted_from_one(n, batch_size, rng):
    order = rng.permutation(n) + 1
    return [order[k : k + batch_size] for k in range(0, n, batch_size)]


@question.violates(batches.no_batch_too_large)
def never_emptied(n, batch_size, rng):
    result, batch = [], []
    for i in rng.permutation(n):
        batch.append(i)
        if len(batch) % batch_size == 0:
            result.append(list(batch))
    return result


@question.violates(batches.no_batch_too_large)
def rest_joined_to_the_last(n, batch_size, rng):
    order = rng.permutation(n)
    cuts = list(range(batch_size, n - n % batch_size, batch_size))
    return np.split(order, cuts)


@question.violates(batches.none_twice)
def with_replacement(n, batch_size, rng):
    return [rng.integers(n, size=min(batch_size, n - k)) for k in range(0, n, batch_size)]


@question.violates(batches.none_twice)
def each_batch_drawn_by_itself(n, batch_size, rng):
    return [rng.choice(n, size=min(batch_size, n - k), replace=False) for k in range(0, n, batch_size)]


@question.violates(batches.none_twice)
def last_batch_filled_up(n, batch_size, rng):
    order = rng.permutation(n)
    return [np.take(order, range(k, k + batch_size), mode="wrap") for k in range(0, n, batch_size)]


@question.violates(batches.none_dropped)
def last_batch_dropped(n, batch_size, rng):
    order = rng.permutation(n)
    return [order[k : k + batch_size] for k in range(0, n - batch_size + 1, batch_size)]


@question.violates(batches.none_dropped)
def slices_one_too_short(n, batch_size, rng):
    order = rng.permutation(n)
    return [order[k : k + batch_size - 1] for k in range(0, n, batch_size)]


@question.violates(batches.all_full_but_the_last)
def evenly_spread(n, batch_size, rng):
    return np.array_split(rng.permutation(n), -(-n // batch_size))


@question.violates(batches.all_full_but_the_last)
def small_one_first(n, batch_size, rng):
    return np.split(rng.permutation(n), list(range(n % batch_size or batch_size, n, batch_size)))


@question.violates(batches.not_the_order_of_the_data)
def not_shuffled(n, batch_size, rng):
    return [np.arange(k, min(k + batch_size, n)) for k in range(0, n, batch_size)]


@question.violates(batches.others_each_epoch)
def fixed_seed(n, batch_size, rng):
    order = np.random.default_rng(0).permutation(n)
    return [order[k : k + batch_size] for k in range(0, n, batch_size)]


@question.violates(batches.examples_mix)
def batches_shuffled(n, batch_size, rng):
    slices = [np.arange(k, min(k + batch_size, n)) for k in range(0, n, batch_size)]
    full, rest = slices[: n // batch_size], slices[n // batch_size :]
    return [full[k] for k in rng.permutation(len(full))] + rest


@question.violates(chance.same_random_numbers_give_the_same)
def generator_of_its_own(n, batch_size, rng):
    order = np.random.default_rng().permutation(n)
    return [order[k : k + batch_size] for k in range(0, n, batch_size)]


@question.violates(chance.same_random_numbers_give_the_same)
def global_random_numbers(n, batch_size, rng):
    order = np.random.permutation(n)
    return [order[k : k + batch_size] for k in range(0, n, batch_size)]
