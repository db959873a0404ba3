"""The order in which an epoch visits the examples."""

from __future__ import annotations

import numpy as np

from course_lib import descent
from course_lib.checks.declaration import Case, Question
from course_lib.checks.properties import chance, epoch_orders
from course_lib.driving import sampling


def draw(rng: np.random.Generator) -> list[Case]:
    return [{"n": n, "rng": np.random.default_rng(rng.integers(2**32))} for n in (6, 4, 9)]


question = Question(
    cases=draw,
    reference=lambda n, rng: np.concatenate(list(descent.batches.shuffled(1)(n, rng))),
    observe=sampling.many_epochs,
    repeated=True,
    properties=[
        epoch_orders.n_indices,
        epoch_orders.within_the_examples,
        epoch_orders.every_example_once,
        epoch_orders.not_the_order_of_the_data,
        epoch_orders.another_order_each_epoch,
        epoch_orders.every_example_anywhere,
        epoch_orders.any_order_at_all,
        chance.same_random_numbers_give_the_same,
    ],
    reading="stochastic-gradient-descent#drawing-an-example",
    hints=[
        "Think of a deck of n cards: shuffled, then dealt to the end. No card comes twice, none is left over.",
        "rng.permutation gives a new shuffled array; rng.shuffle shuffles an array in place and returns None.",
    ],
)


@question.violates(epoch_orders.n_indices)
def shuffle_returned(n, rng):
    order = np.arange(n)
    return rng.shuffle(order)


@question.violates(epoch_orders.n_indices)
def last_left_out(n, rng):
    return rng.permutation(n - 1)


@question.violates(epoch_orders.n_indices)
def one_index(n, rng):
    return rng.integers(n)


@question.violates(epoch_orders.within_the_examples)
def counted_from_one(n, rng):
    return rng.permutation(n) + 1


@question.violates(epoch_orders.every_example_once)
def with_replacement(n, rng):
    return rng.integers(n, size=n)


@question.violates(epoch_orders.every_example_once)
def choice_without_its_option(n, rng):
    return rng.choice(n, n)


@question.violates(epoch_orders.not_the_order_of_the_data)
def not_shuffled(n, rng):
    return np.arange(n)


@question.violates(epoch_orders.not_the_order_of_the_data)
def shuffled_copy_thrown_away(n, rng):
    order = list(range(n))
    rng.permutation(order)
    return order


@question.violates(epoch_orders.another_order_each_epoch)
def fixed_seed(n, rng):
    return np.random.default_rng(42).permutation(n)


@question.violates(epoch_orders.every_example_anywhere)
def first_stays_first(n, rng):
    return np.concatenate([[0], 1 + rng.permutation(n - 1)])


@question.violates(epoch_orders.every_example_anywhere)
def one_pair_swapped(n, rng):
    order = np.arange(n)
    i, j = rng.integers(n, size=2)
    order[i], order[j] = order[j], order[i]
    return order


@question.violates(epoch_orders.any_order_at_all)
def cut_like_cards(n, rng):
    return np.roll(np.arange(n), rng.integers(n))


@question.violates(chance.same_random_numbers_give_the_same)
def generator_of_its_own(n, rng):
    return np.random.default_rng().permutation(n)


@question.violates(chance.same_random_numbers_give_the_same)
def global_random_numbers(n, rng):
    order = np.arange(n)
    np.random.shuffle(order)
    return order
