"""Right answers in other styles."""

import numpy as np


def cut_to_what_is_left(n, batch_size, budget, rng):
    while budget > 0:
        order = rng.permutation(n)
        for start in range(0, n, batch_size):
            batch = order[start : start + batch_size][:budget]
            if batch.size:
                yield batch
            budget -= len(batch)


def list_of_batches(n, batch_size, budget, rng):
    result = []
    while budget > 0:
        epoch = rng.permutation(n)[:budget]
        budget -= len(epoch)
        result += np.split(epoch, range(batch_size, len(epoch), batch_size))
    return result


def one_example_at_a_time(n, batch_size, budget, rng):
    batch, left = [], []
    for _ in range(budget):
        if not left:
            if batch:
                yield batch
                batch = []
            left = rng.permutation(n).tolist()
        batch.append(left.pop())
        if len(batch) == batch_size:
            yield batch
            batch = []
    if batch:
        yield batch
