"""epoch-order"""

from __future__ import annotations

import math

import numpy as np

from course_lib import descent

from course_lib.checks.chance import of_the_result, repeated, requires_the_same_again

from course_lib.checks.declaration import Case, Question

from course_lib.checks.gradient_descent import examples

from course_lib.checks.parts import entries

from course_lib.problems import LinearRegression, Problem


EPOCHS = 300


def many_epochs(answer, case):
    """The orders of many epochs drawn with one generator: rows of an array if they have the same length, else the first few."""
    orders = [answer(case["n"], case["rng"]) for _ in range(EPOCHS)]
    try:
        table = np.array(orders)
    except ValueError:
        return orders[:3]
    return table if table.dtype.kind in "iu" else orders[:3]


question = Question(
    cases=lambda rng: [{"n": n, "rng": np.random.default_rng(rng.integers(2**32))} for n in (6, 4, 9)],
    reference=lambda n, rng: np.concatenate(list(descent.batches.shuffled(1)(n, rng))),
    observe=repeated(many_epochs),
    reading="stochastic-gradient-descent#drawing-an-example",
    hints=[
        "Think of a deck of n cards: shuffled, then dealt to the end. No card comes twice, none is left over.",
        "rng.permutation gives a new shuffled array; rng.shuffle shuffles an array in place and returns None.",
    ],
)

requires = of_the_result(question)


@requires
def n_indices(case, output):
    """Return an array (or list) of n whole numbers, the indices of the examples in the order in which they are visited."""
    return isinstance(output, np.ndarray) and output.shape == (EPOCHS, case["n"])


@requires
def within_the_examples(case, output):
    """Your order holds an index that no example has. With n examples the indices run from 0 to n - 1."""
    return output.min() >= 0 and output.max() < case["n"]


@requires
def every_example_once(case, output):
    """Some example comes twice in an epoch, and another not at all. Drawing n times with replacement is not an epoch: an epoch visits every
    example exactly once."""
    return bool((np.sort(output, axis=1) == np.arange(case["n"])).all())


@requires
def not_the_order_of_the_data(case, output):
    """Every epoch goes through the examples in the order of the data: nothing is shuffled."""
    return bool((output != np.arange(case["n"])).any())


@requires
def another_order_each_epoch(case, output):
    """Every epoch has the same order. Draw from the rng that you are handed: a generator made anew with a fixed seed begins at the same point each
    time."""
    return bool((output != output[0]).any())


@requires
def every_example_anywhere(case, output):
    """Some example comes first far more often than others, beyond what chance explains. In a shuffled epoch every example is equally likely at every
    place."""
    n = case["n"]
    counts = np.array([np.bincount(column, minlength=n) for column in output.T])
    # eight standard deviations: chance alone exceeds them less than once in a hundred million checks
    return np.abs(counts - EPOCHS / n).max() <= 8 * math.sqrt(EPOCHS / n * (1 - 1 / n))


@requires
def any_order_at_all(case, output):
    """Over many epochs only a few of the possible orders ever come, as when the data is cut like a deck of cards and not shuffled. After an example
    any other should be able to follow."""
    return len(np.unique(output, axis=0)) >= min(EPOCHS, math.factorial(case["n"])) / 2


same_again = requires_the_same_again(question)


@question.violates(n_indices)
def shuffle_returned(n, rng):
    order = np.arange(n)
    return rng.shuffle(order)


@question.violates(n_indices)
def last_left_out(n, rng):
    return rng.permutation(n - 1)


@question.violates(n_indices)
def one_index(n, rng):
    return rng.integers(n)


@question.violates(within_the_examples)
def counted_from_one(n, rng):
    return rng.permutation(n) + 1


@question.violates(every_example_once)
def with_replacement(n, rng):
    return rng.integers(n, size=n)


@question.violates(every_example_once)
def choice_without_its_option(n, rng):
    return rng.choice(n, n)


@question.violates(not_the_order_of_the_data)
def not_shuffled(n, rng):
    return np.arange(n)


@question.violates(not_the_order_of_the_data)
def shuffled_copy_thrown_away(n, rng):
    order = list(range(n))
    rng.permutation(order)
    return order


@question.violates(another_order_each_epoch)
def fixed_seed(n, rng):
    return np.random.default_rng(42).permutation(n)


@question.violates(every_example_anywhere)
def first_stays_first(n, rng):
    return np.concatenate([[0], 1 + rng.permutation(n - 1)])


@question.violates(every_example_anywhere)
def one_pair_swapped(n, rng):
    order = np.arange(n)
    i, j = rng.integers(n, size=2)
    order[i], order[j] = order[j], order[i]
    return order


@question.violates(any_order_at_all)
def cut_like_cards(n, rng):
    return np.roll(np.arange(n), rng.integers(n))


@question.violates(same_again)
def generator_of_its_own(n, rng):
    return np.random.default_rng().permutation(n)


@question.violates(same_again)
def global_random_numbers(n, rng):
    order = np.arange(n)
    np.random.shuffle(order)
    return order
