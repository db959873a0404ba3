"""Stochastic gradient descent."""

from __future__ import annotations

import numpy as np

from course_lib import descent
from course_lib.checks.declaration import Case, Question
from course_lib.checks.properties import chance, sgd_runs
from course_lib.driving import gradient_calls
from course_lib.driving.functions import LeastSquaresGradient
from course_lib.problems import Given

from ._examples import near_a_line

SHOWN = "a function gradient(w, i), the gradient of example i's loss at w"


def draw(rng: np.random.Generator) -> list[Case]:
    cases = []
    # n and epochs large enough that chance does not give the same order in all epochs: (1/120)⁴ at most
    for n, epochs in ((5, 5), (8, 6), (6, 1), (12, 5)):
        x, y = near_a_line(rng, n)
        X = np.column_stack([x, np.ones(n)])
        cases.append(
            {
                "gradient": LeastSquaresGradient(X, y, shown=SHOWN),
                "start": rng.normal(size=2),
                "n": n,
                "lr": float(rng.uniform(0.01, 0.05)),
                "epochs": epochs,
                "rng": np.random.default_rng(rng.integers(2**32)),
            }
        )
    return cases


def sgd_reference(gradient, start, n, lr, epochs, rng):
    problem = Given(len(start), gradient=lambda w, batch: gradient(w, int(batch[0])), n=n)
    return descent.stochastic_gradient_descent(problem, start, lr=lr, epochs=epochs, rng=rng).params[-1]


question = Question(
    cases=draw,
    reference=sgd_reference,
    observe=gradient_calls.one_example_each,
    repeated=True,
    properties=[
        sgd_runs.one_example_a_call,
        sgd_runs.an_epoch_is_n_updates,
        sgd_runs.one_gradient_an_update,
        sgd_runs.all_updates_made,
        sgd_runs.every_example_once_an_epoch,
        sgd_runs.not_the_order_of_the_data,
        sgd_runs.another_order_each_epoch,
        sgd_runs.begins_at_the_start,
        sgd_runs.moves,
        sgd_runs.each_update_from_the_one_before,
        sgd_runs.ends_after_the_last_update,
        chance.same_random_numbers_give_the_same,
    ],
    reading="stochastic-gradient-descent#epochs-and-updates",
    hints=[
        "Two loops: the outer one over the epochs, the inner one over the examples in a shuffled order.",
        "Where must the shuffling stand, so that every epoch has an order of its own and none is disturbed in the middle?",
        "In the inner loop: w = w - lr * gradient(w, i), and nothing else.",
    ],
)


@question.violates(sgd_runs.one_example_a_call)
def whole_epoch_at_once(gradient, start, n, lr, epochs, rng):
    w = start
    for _ in range(epochs):
        w = w - lr * gradient(w, rng.permutation(n))
    return w


@question.violates(sgd_runs.an_epoch_is_n_updates)
def updates_counted_as_epochs(gradient, start, n, lr, epochs, rng):
    w = start
    for _ in range(epochs):
        w = w - lr * gradient(w, rng.integers(n))
    return w


@question.violates(sgd_runs.one_gradient_an_update)
def whole_gradient_each_time(gradient, start, n, lr, epochs, rng):
    w = start
    for _ in range(epochs):
        for _ in rng.permutation(n):
            w = w - lr * sum(gradient(w, j) for j in range(n)) / n
    return w


@question.violates(sgd_runs.all_updates_made)
def last_example_left_out(gradient, start, n, lr, epochs, rng):
    w = start
    for _ in range(epochs):
        order = rng.permutation(n)
        for k in range(n - 1):
            w = w - lr * gradient(w, order[k])
    return w


@question.violates(sgd_runs.every_example_once_an_epoch)
def with_replacement(gradient, start, n, lr, epochs, rng):
    w = start
    for _ in range(epochs):
        for _ in range(n):
            w = w - lr * gradient(w, rng.integers(n))
    return w


@question.violates(sgd_runs.every_example_once_an_epoch)
def shuffled_in_the_middle(gradient, start, n, lr, epochs, rng):
    w, order = start, np.arange(n)
    for _ in range(epochs):
        for k in range(n):
            rng.shuffle(order)
            w = w - lr * gradient(w, order[k])
    return w


@question.violates(sgd_runs.not_the_order_of_the_data)
def not_shuffled(gradient, start, n, lr, epochs, rng):
    w = start
    for _ in range(epochs):
        for i in range(n):
            w = w - lr * gradient(w, i)
    return w


@question.violates(sgd_runs.another_order_each_epoch)
def shuffled_once(gradient, start, n, lr, epochs, rng):
    w, order = start, rng.permutation(n)
    for _ in range(epochs):
        for i in order:
            w = w - lr * gradient(w, i)
    return w


@question.violates(sgd_runs.begins_at_the_start)
def begins_at_zero(gradient, start, n, lr, epochs, rng):
    w = np.zeros_like(start)
    for _ in range(epochs):
        for i in rng.permutation(n):
            w = w - lr * gradient(w, i)
    return w


@question.violates(sgd_runs.moves)
def new_value_not_kept(gradient, start, n, lr, epochs, rng):
    w = start
    for _ in range(epochs):
        for i in rng.permutation(n):
            new = w - lr * gradient(w, i)
    return new


@question.violates(sgd_runs.each_update_from_the_one_before)
def ascent(gradient, start, n, lr, epochs, rng):
    w = start
    for _ in range(epochs):
        for i in rng.permutation(n):
            w = w + lr * gradient(w, i)
    return w


@question.violates(sgd_runs.each_update_from_the_one_before)
def one_update_after_all_examples(gradient, start, n, lr, epochs, rng):
    w = start
    for _ in range(epochs):
        w = w - lr * sum(gradient(w, i) for i in rng.permutation(n)) / n
    return w


@question.violates(sgd_runs.each_update_from_the_one_before)
def learning_rate_forgotten(gradient, start, n, lr, epochs, rng):
    w = start
    for _ in range(epochs):
        for i in rng.permutation(n):
            w = w - gradient(w, i)
    return w


@question.violates(sgd_runs.ends_after_the_last_update)
def point_before_the_last_update(gradient, start, n, lr, epochs, rng):
    w = before = start
    for _ in range(epochs):
        for i in rng.permutation(n):
            before, w = w, w - lr * gradient(w, i)
    return before


@question.violates(sgd_runs.ends_after_the_last_update)
def mean_of_the_points(gradient, start, n, lr, epochs, rng):
    w, path = start, [start]
    for _ in range(epochs):
        for i in rng.permutation(n):
            w = w - lr * gradient(w, i)
            path.append(w)
    return np.mean(path, axis=0)


@question.violates(chance.same_random_numbers_give_the_same)
def generator_of_its_own(gradient, start, n, lr, epochs, rng):
    w, rng = start, np.random.default_rng()
    for _ in range(epochs):
        for i in rng.permutation(n):
            w = w - lr * gradient(w, i)
    return w


@question.violates(chance.same_random_numbers_give_the_same)
def global_random_numbers(gradient, start, n, lr, epochs, rng):
    w = start
    for _ in range(epochs):
        for i in np.random.permutation(n):
            w = w - lr * gradient(w, i)
    return w
