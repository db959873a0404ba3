"""Right answers in other styles."""

import numpy as np


def slices(n, batch_size, rng):
    order = rng.permutation(n)
    return [order[first : first + batch_size] for first in range(0, n, batch_size)]


def generator(n, batch_size, rng):
    order = np.arange(n)
    rng.shuffle(order)
    while len(order):
        yield order[:batch_size]
        order = order[batch_size:]


def filled_one_by_one(n, batch_size, rng):
    result, batch = [], []
    for i in rng.permutation(n).tolist():
        batch.append(i)
        if len(batch) == batch_size:
            result.append(batch)
            batch = []
    if batch:
        result.append(batch)
    return result


def split_at_the_cuts(n, batch_size, rng):
    return np.split(rng.permutation(n), range(batch_size, n, batch_size))


def drawn_from_an_urn(n, batch_size, rng):
    urn, result = set(range(n)), []
    while urn:
        batch = rng.choice(sorted(urn), size=min(batch_size, len(urn)), replace=False)
        urn -= set(batch.tolist())
        result.append(batch)
    return result


def with_torch(n, batch_size, rng):
    import torch

    generator = torch.Generator().manual_seed(int(rng.integers(2**32)))
    return [part.numpy() for part in torch.randperm(n, generator=generator).split(batch_size)]
