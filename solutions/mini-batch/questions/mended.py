"""Updates whose batch never changes, mended."""

from __future__ import annotations

import numpy as np

from course_lib import descent
from course_lib.checks.declaration import Case, Question
from course_lib.checks.properties import chance, updates_on_batches
from course_lib.driving.batches import noting_the_calls
from course_lib.driving.functions import LeastSquaresGradient
from course_lib.problems import Given

from ._examples import table


def draw(rng: np.random.Generator) -> list[Case]:
    cases = []
    # so many updates that chance leaves out no example
    for n, batch_size, updates in ((8, 2, 100), (6, 3, 100), (9, 1, 200), (5, 4, 60)):
        cases.append(
            {
                "gradient": LeastSquaresGradient(*table(rng, n, 2)),
                "start": rng.normal(size=2),
                "n": n,
                "batch_size": batch_size,
                "lr": float(rng.uniform(0.01, 0.03)),
                "updates": updates,
                "rng": np.random.default_rng(rng.integers(2**32)),
            }
        )
    return cases


def distinct_batches(gradient, start, n, batch_size, lr, updates, rng):
    stop = descent.stopping.after_updates(updates)
    problem = Given(len(start), gradient=gradient, n=n)
    run = descent.descend(problem, start, lr=lr, epochs=updates, batches=descent.batches.distinct(batch_size), stop=stop, rng=rng)
    return run.params[-1]


question = Question(
    cases=draw,
    reference=distinct_batches,
    observe=noting_the_calls,
    repeated=True,
    properties=[
        updates_on_batches.batches_of_indices,
        updates_on_batches.batches_do_not_grow,
        updates_on_batches.of_the_right_size,
        updates_on_batches.one_gradient_an_update,
        updates_on_batches.not_always_the_same,
        updates_on_batches.distinct_in_a_batch,
        updates_on_batches.every_example_now_and_then,
        updates_on_batches.any_batch_at_all,
        updates_on_batches.each_update_from_the_one_before,
        chance.same_random_numbers_give_the_same,
    ],
    reading="mini-batch#a-batch-that-never-changes",
    hints=[
        "Print `chosen` and `batch` in the first three updates of the broken version. Which of the two changes?",
        "The entries that are read are always the first ones, and nothing ever removes them. What should an update remember of the one before?",
        "Draw the batch of an update inside the loop and use it as it is; no list has to outlive the update.",
    ],
)


@question.violates(updates_on_batches.not_always_the_same)
def as_it_was(gradient, start, n, batch_size, lr, updates, rng):
    w, chosen = start, []
    for _ in range(updates):
        chosen.extend(rng.choice(n, size=batch_size, replace=False))
        batch = [chosen[k] for k in range(batch_size)]
        w = w - lr * gradient(w, batch)
    return w


@question.violates(updates_on_batches.not_always_the_same)
def drawn_before_the_loop(gradient, start, n, batch_size, lr, updates, rng):
    w, batch = start, rng.choice(n, size=batch_size, replace=False)
    for _ in range(updates):
        w = w - lr * gradient(w, batch)
    return w


@question.violates(updates_on_batches.not_always_the_same)
def generator_made_anew(gradient, start, n, batch_size, lr, updates, rng):
    w = start
    for _ in range(updates):
        batch = np.random.default_rng(0).choice(n, size=batch_size, replace=False)
        w = w - lr * gradient(w, batch)
    return w


@question.violates(updates_on_batches.batches_do_not_grow)
def all_that_was_ever_drawn(gradient, start, n, batch_size, lr, updates, rng):
    w, chosen = start, []
    for _ in range(updates):
        chosen.extend(rng.choice(n, size=batch_size, replace=False))
        w = w - lr * gradient(w, chosen)
    return w


@question.violates(updates_on_batches.of_the_right_size)
def one_example_too_few(gradient, start, n, batch_size, lr, updates, rng):
    w = start
    for _ in range(updates):
        batch = rng.choice(n, size=batch_size, replace=False)
        w = w - lr * gradient(w, batch[1:] if batch_size > 1 else batch)
    return w


@question.violates(updates_on_batches.of_the_right_size)
def all_examples(gradient, start, n, batch_size, lr, updates, rng):
    w = start
    for _ in range(updates):
        w = w - lr * gradient(w, rng.permutation(n))
    return w


@question.violates(updates_on_batches.distinct_in_a_batch)
def with_replacement(gradient, start, n, batch_size, lr, updates, rng):
    w = start
    for _ in range(updates):
        w = w - lr * gradient(w, rng.integers(n, size=batch_size))
    return w


@question.violates(updates_on_batches.every_example_now_and_then)
def last_example_left_out(gradient, start, n, batch_size, lr, updates, rng):
    w = start
    for _ in range(updates):
        w = w - lr * gradient(w, rng.choice(n - 1, size=batch_size, replace=False))
    return w


@question.violates(updates_on_batches.any_batch_at_all)
def slices_of_the_data(gradient, start, n, batch_size, lr, updates, rng):
    w = start
    for t in range(updates):
        w = w - lr * gradient(w, np.arange(t * batch_size, (t + 1) * batch_size) % n)
    return w


@question.violates(updates_on_batches.one_gradient_an_update)
def epochs_for_updates(gradient, start, n, batch_size, lr, updates, rng):
    w = start
    for _ in range(updates):
        for _ in range(n // batch_size):
            w = w - lr * gradient(w, rng.choice(n, size=batch_size, replace=False))
    return w


@question.violates(updates_on_batches.each_update_from_the_one_before)
def divided_once_more(gradient, start, n, batch_size, lr, updates, rng):
    w = start
    for _ in range(updates):
        w = w - lr * gradient(w, rng.choice(n, size=batch_size, replace=False)) / batch_size
    return w


@question.violates(updates_on_batches.each_update_from_the_one_before)
def ascent(gradient, start, n, batch_size, lr, updates, rng):
    w = start
    for _ in range(updates):
        w = w + lr * gradient(w, rng.choice(n, size=batch_size, replace=False))
    return w


@question.violates(updates_on_batches.each_update_from_the_one_before)
def never_moves(gradient, start, n, batch_size, lr, updates, rng):
    w = start
    for _ in range(updates):
        new = w - lr * gradient(w, rng.choice(n, size=batch_size, replace=False))
    return new


@question.violates(chance.same_random_numbers_give_the_same)
def generator_of_its_own(gradient, start, n, batch_size, lr, updates, rng):
    w, rng = start, np.random.default_rng()
    for _ in range(updates):
        w = w - lr * gradient(w, rng.choice(n, size=batch_size, replace=False))
    return w


@question.violates(chance.same_random_numbers_give_the_same)
def global_random_numbers(gradient, start, n, batch_size, lr, updates, rng):
    w = start
    for _ in range(updates):
        w = w - lr * gradient(w, np.random.choice(n, size=batch_size, replace=False))
    return w
