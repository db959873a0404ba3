"""Right answers in other styles."""

import numpy as np


def integers(n, rng):
    return rng.integers(n)


def floor_of_a_fraction(n, rng):
    return int(n * rng.random())


def choice(n, rng):
    return rng.choice(np.arange(n))


def end_included_on_purpose(n, rng):
    return int(rng.integers(0, n - 1, endpoint=True))


def first_of_a_shuffle(n, rng):
    return rng.permutation(n)[0]


def with_the_standard_library(n, rng):
    import random

    return random.Random(int(rng.integers(2**32))).randrange(n)
