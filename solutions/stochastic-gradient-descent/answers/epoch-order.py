"""Right answers in other styles."""

import numpy as np


def permutation(n, rng):
    return rng.permutation(n)


def shuffled_in_place(n, rng):
    order = list(range(n))
    rng.shuffle(order)
    return order


def sorted_by_random_keys(n, rng):
    return np.argsort(rng.random(n))


def drawn_from_an_urn(n, rng):
    urn, order = list(range(n)), []
    while urn:
        order.append(urn.pop(rng.integers(len(urn))))
    return order


def choice_without_replacement(n, rng):
    return rng.choice(n, size=n, replace=False)
