"""mended"""

from __future__ import annotations

import math

import numpy as np

from course_lib import descent

from course_lib.checks.chance import of_the_result, repeated, requires_the_same_again

from course_lib.checks.declaration import Case, Question

from course_lib.problems import LinearRegression, Problem

from ._shared import _Batches, gradient_of, table


def mended_cases(rng: np.random.Generator) -> list[Case]:
    cases = []
    # so many updates that chance leaves out no example
    for n, batch_size, updates in ((8, 2, 100), (6, 3, 100), (9, 1, 200), (5, 4, 60)):
        cases.append(
            {
                "gradient": gradient_of(*table(rng, n, 2)),
                "start": rng.normal(size=2),
                "n": n,
                "batch_size": batch_size,
                "lr": float(rng.uniform(0.01, 0.03)),
                "updates": updates,
                "rng": np.random.default_rng(rng.integers(2**32)),
            }
        )
    return cases


def noting_the_calls(answer, case):
    """The end point, and for each call of gradient(w, batch) the batch and the point."""
    asked, points = [], []

    def gradient(w, batch):
        asked.append(np.array(batch))
        points.append(np.array(w, dtype=float))
        return case["gradient"](w, batch)

    end = answer(gradient, *list(case.values())[1:])
    return {"end": end, "batches": asked, "points": points}


def mended_reference(gradient, start, n, batch_size, lr, updates, rng):
    stop = descent.stopping.after_updates(updates)
    problem = _Batches(gradient, n, len(start))
    run = descent.descend(problem, start, lr=lr, epochs=updates, batches=descent.batches.distinct(batch_size), stop=stop, rng=rng)
    return run.params[-1]


question = Question(
    cases=mended_cases,
    reference=mended_reference,
    observe=repeated(noting_the_calls),
    reading="mini-batch#a-batch-that-never-changes",
    hints=[
        "Print `chosen` and `batch` in the first three updates of the broken version. Which of the two changes?",
        "The entries that are read are always the first ones, and nothing ever removes them. What should an update remember of the one before?",
        "Draw the batch of an update inside the loop and use it as it is; no list has to outlive the update.",
    ],
)

requires = of_the_result(question)


@requires
def batches_of_indices(case, output):
    """Call gradient(w, batch) with an array or list of indices from 0 to n - 1."""
    chosen = output["batches"]
    return bool(chosen) and all(a.ndim == 1 and a.dtype.kind in "iu" and a.min() >= 0 and a.max() < case["n"] for a in chosen)


@requires
def batches_do_not_grow(case, output):
    """Your batches grow from update to update: what earlier updates have drawn is still in the list. Begin each update with an empty one."""
    return len(output["batches"][-1]) <= max(len(output["batches"][0]), case["batch_size"])


@requires
def of_the_right_size(case, output):
    """Your batches do not have batch_size examples."""
    return all(len(batch) == case["batch_size"] for batch in output["batches"])


@requires
def one_gradient_an_update(case, output):
    """Call gradient once for each update, `updates` times in all."""
    return len(output["batches"]) == case["updates"]


@requires
def not_always_the_same(case, output):
    """All updates use the same batch, the one drawn first. The run then fits these few examples and has never seen the others."""
    return len({tuple(sorted(batch.tolist())) for batch in output["batches"]}) > 1


@requires
def distinct_in_a_batch(case, output):
    """Some batch holds an example twice. The examples of a batch are to be distinct: draw them without replacement."""
    return all(len(np.unique(batch)) == len(batch) for batch in output["batches"])


@requires
def every_example_now_and_then(case, output):
    """Some example was never in a batch, in far more updates than it takes. Draw from all n of them."""
    return len(np.unique(np.concatenate(output["batches"]))) == case["n"]


@requires
def any_batch_at_all(case, output):
    """Only a few of the possible batches ever come, so the same examples always meet, as when one walks through the data in slices. Draw
    each batch from all examples."""
    n, b = case["n"], case["batch_size"]
    different = len({tuple(sorted(batch.tolist())) for batch in output["batches"]})
    return different >= min(math.comb(n, b), case["updates"]) / 2


@requires
def each_update_from_the_one_before(case, output):
    """The batches are right, but your points are not: begin at `start`, and after gradient(w, batch) go to w - lr * gradient. The gradient
    that you are given is already a mean over the batch."""
    points, chosen = output["points"], output["batches"]
    after = [w - case["lr"] * case["gradient"](w, batch) for w, batch in zip(points, chosen)]
    end = np.asarray(output["end"], dtype=float)
    return np.allclose(points[0], case["start"]) and np.allclose(points[1:], after[:-1]) and np.allclose(end, after[-1])


same_again = requires_the_same_again(question)


@question.violates(not_always_the_same)
def as_it_was(gradient, start, n, batch_size, lr, updates, rng):
    w, chosen = start, []
    for _ in range(updates):
        chosen.extend(rng.choice(n, size=batch_size, replace=False))
        batch = [chosen[k] for k in range(batch_size)]
        w = w - lr * gradient(w, batch)
    return w


@question.violates(not_always_the_same)
def drawn_before_the_loop(gradient, start, n, batch_size, lr, updates, rng):
    w, batch = start, rng.choice(n, size=batch_size, replace=False)
    for _ in range(updates):
        w = w - lr * gradient(w, batch)
    return w


@question.violates(not_always_the_same)
def generator_made_anew(gradient, start, n, batch_size, lr, updates, rng):
    w = start
    for _ in range(updates):
        batch = np.random.default_rng(0).choice(n, size=batch_size, replace=False)
        w = w - lr * gradient(w, batch)
    return w


@question.violates(batches_do_not_grow)
def all_that_was_ever_drawn(gradient, start, n, batch_size, lr, updates, rng):
    w, chosen = start, []
    for _ in range(updates):
        chosen.extend(rng.choice(n, size=batch_size, replace=False))
        w = w - lr * gradient(w, chosen)
    return w


@question.violates(of_the_right_size)
def one_example_too_few(gradient, start, n, batch_size, lr, updates, rng):
    w = start
    for _ in range(updates):
        batch = rng.choice(n, size=batch_size, replace=False)
        w = w - lr * gradient(w, batch[1:] if batch_size > 1 else batch)
    return w


@question.violates(of_the_right_size)
def all_examples(gradient, start, n, batch_size, lr, updates, rng):
    w = start
    for _ in range(updates):
        w = w - lr * gradient(w, rng.permutation(n))
    return w


@question.violates(distinct_in_a_batch)
def with_replacement(gradient, start, n, batch_size, lr, updates, rng):
    w = start
    for _ in range(updates):
        w = w - lr * gradient(w, rng.integers(n, size=batch_size))
    return w


@question.violates(every_example_now_and_then)
def last_example_left_out(gradient, start, n, batch_size, lr, updates, rng):
    w = start
    for _ in range(updates):
        w = w - lr * gradient(w, rng.choice(n - 1, size=batch_size, replace=False))
    return w


@question.violates(any_batch_at_all)
def slices_of_the_data(gradient, start, n, batch_size, lr, updates, rng):
    w = start
    for t in range(updates):
        w = w - lr * gradient(w, np.arange(t * batch_size, (t + 1) * batch_size) % n)
    return w


@question.violates(one_gradient_an_update)
def epochs_for_updates(gradient, start, n, batch_size, lr, updates, rng):
    w = start
    for _ in range(updates):
        for _ in range(n // batch_size):
            w = w - lr * gradient(w, rng.choice(n, size=batch_size, replace=False))
    return w


@question.violates(each_update_from_the_one_before)
def divided_once_more(gradient, start, n, batch_size, lr, updates, rng):
    w = start
    for _ in range(updates):
        w = w - lr * gradient(w, rng.choice(n, size=batch_size, replace=False)) / batch_size
    return w


@question.violates(each_update_from_the_one_before)
def ascent(gradient, start, n, batch_size, lr, updates, rng):
    w = start
    for _ in range(updates):
        w = w + lr * gradient(w, rng.choice(n, size=batch_size, replace=False))
    return w


@question.violates(each_update_from_the_one_before)
def never_moves(gradient, start, n, batch_size, lr, updates, rng):
    w = start
    for _ in range(updates):
        new = w - lr * gradient(w, rng.choice(n, size=batch_size, replace=False))
    return new


@question.violates(same_again)
def generator_of_its_own(gradient, start, n, batch_size, lr, updates, rng):
    w, rng = start, np.random.default_rng()
    for _ in range(updates):
        w = w - lr * gradient(w, rng.choice(n, size=batch_size, replace=False))
    return w


@question.violates(same_again)
def global_random_numbers(gradient, start, n, batch_size, lr, updates, rng):
    w = start
    for _ in range(updates):
        w = w - lr * gradient(w, np.random.choice(n, size=batch_size, replace=False))
    return w
