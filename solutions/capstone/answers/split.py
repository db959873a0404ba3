"""Right answers in other styles."""

import numpy as np


def slices_of_an_order(n, validation, test, rng):
    order = rng.permutation(n)
    return order[: n - validation - test], order[n - validation - test : n - test], order[n - test :]


def shuffled_list(n, validation, test, rng):
    numbers = list(range(n))
    rng.shuffle(numbers)
    return numbers[test + validation :], numbers[test : test + validation], numbers[:test]


def draws_without_replacement(n, validation, test, rng):
    held_out = rng.choice(n, size=validation + test, replace=False)
    train = np.setdiff1d(np.arange(n), held_out)
    return [train, held_out[:validation], held_out[validation:]]


def with_scikit_learn(n, validation, test, rng):
    from sklearn.model_selection import train_test_split

    rest, test = train_test_split(np.arange(n), test_size=test, random_state=int(rng.integers(2**31)))
    train, validation = train_test_split(rest, test_size=validation, random_state=int(rng.integers(2**31)))
    return train, validation, test
