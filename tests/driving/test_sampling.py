"""What is noted of answers that draw examples."""

import numpy as np

from course_lib.driving.sampling import DRAWS, EPOCHS, batches_of_a_budget, many_draws, many_epochs, two_splits


def case(**more):
    return {"n": 6, **more, "rng": np.random.default_rng(1)}


def test_many_draws_come_from_one_generator():
    drawn = many_draws(lambda n, rng: rng.integers(n), case())
    assert drawn.shape == (DRAWS,)
    assert set(drawn) == set(range(6))


def test_of_draws_that_are_no_numbers_a_few_are_enough():
    assert many_draws(lambda n, rng: [n], case()) == [[6], [6], [6]]


def test_many_epochs_are_the_rows_of_a_table():
    orders = many_epochs(lambda n, rng: rng.permutation(n), case())
    assert orders.shape == (EPOCHS, 6)
    assert len(np.unique(orders, axis=0)) > 1


def test_of_epochs_that_are_no_orders_a_few_are_enough():
    assert many_epochs(lambda n, rng: None, case()) == [None, None, None]
    lengths = iter(range(EPOCHS))
    assert many_epochs(lambda n, rng: [1] * next(lengths), case()) == [[], [1], [1, 1]]


def test_a_split_is_drawn_twice_from_other_random_numbers():
    seen = two_splits(lambda n, validation, test, rng: rng.permutation(n), case(validation=1, test=1))
    assert not np.array_equal(seen["split"], seen["with other random numbers"])


def test_batches_that_never_end_are_cut():
    def endless(n, batch_size, budget, rng):
        while True:
            yield np.array([0])

    asked = case(batch_size=1, budget=4)
    assert batches_of_a_budget(endless, asked) == 12 * [[0]]
    assert batches_of_a_budget(lambda n, batch_size, budget, rng: [np.array([1, 2]), 3], asked) == [[1, 2], 3]
    assert batches_of_a_budget(lambda n, batch_size, budget, rng: None, asked) is None
