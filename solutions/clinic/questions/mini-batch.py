"""mini-batch"""

from __future__ import annotations

from collections.abc import Callable

from itertools import combinations

from typing import Any

import numpy as np

from course_lib import descent

from course_lib.autodiff import Tensor, mse_loss

from course_lib.checks.chance import of_the_result, repeated, requires_the_same_again

from course_lib.checks.declaration import Case, Question

from course_lib.checks.mutating import edited, mistakes_in

from course_lib.checks.patients import CODE, CURVES, curve, diagnosis

from course_lib.optim import SGD

from course_lib.problems import LinearRegression, Problem

from course_lib.validation import Array

from ._shared import _existing


class Given(Problem):
    """A problem of which only the gradient is known."""

    def __init__(self, slope: Callable, n: int, d: int) -> None:
        self.slope, self.n, self.d = slope, n, d

    def loss(self, w, batch=None):
        return 0.0

    def gradient(self, w, batch=None):
        return self.slope(w, batch)


def batch_cases(rng: np.random.Generator) -> list[Case]:
    cases = []
    for n, batch_size, epochs in ((14, 4, 3), (13, 1, 2), (15, 5, 4), (12, 7, 2)):
        X, y = rng.normal(size=(n, 2)), rng.normal(size=n)

        def gradient(w, batch, X=X, y=y):
            """a function gradient(w, batch), the mean gradient over the examples of a batch"""
            batch = [_existing(int(i), len(y)) for i in batch]
            return 2 / len(batch) * X[batch].T @ (X[batch] @ w - y[batch])

        cases.append(
            {
                "gradient": gradient,
                "w": rng.normal(size=2),
                "n": n,
                "lr": float(rng.uniform(0.02, 0.1)),
                "batch_size": batch_size,
                "epochs": epochs,
                "rng": rng.spawn(1)[0],
            }
        )
    return cases


def observe_batches(answer, case: Case) -> dict:
    """Which examples each update saw, at which point, and where the run ended."""
    batches, points = [], []

    def gradient(w, batch):
        points.append(np.array(w))
        batches.append([int(i) for i in batch])
        return case["gradient"](w, batch)

    end = answer(gradient, case["w"], case["n"], case["lr"], case["batch_size"], case["epochs"], case["rng"])
    return {"batches": batches, "points": points, "w": end}


question = Question(
    cases=batch_cases,
    reference=lambda gradient, w, n, lr, batch_size, epochs, rng: descent.minibatch_gradient_descent(
        Given(gradient, n, len(w)), w, lr=lr, epochs=epochs, batch_size=batch_size, rng=rng
    ).params[-1],
    observe=repeated(observe_batches),
    reading="mini-batch#a-batch-that-never-changes",
    hints=[
        "What is in the list after two rounds, and which of it is read?",
        "An epoch goes through all examples once: it needs a loop over batches inside the loop over epochs.",
        "One shuffled order for each epoch, cut into slices of batch_size, gives batches without any list that has to be "
        "cleared.",
    ],
)

requires = of_the_result(question)


def _epochs(case: Case, output: dict) -> list[list[int]]:
    """The examples in the order in which they were seen, cut into epochs."""
    seen = [i for batch in output["batches"] for i in batch]
    return [seen[first : first + case["n"]] for first in range(0, len(seen), case["n"])]


@requires
def returns_the_parameters(case, output):
    """Your function should return w after the last update, an array of the shape of the w that it is given. Is a return
    missing?"""
    return np.shape(output["w"]) == case["w"].shape


@requires
def asks_for_gradients(case, output):
    """Your function never calls gradient, so w stays where it was."""
    return len(output["batches"]) > 0


@requires
def not_all_at_once(case, output):
    """Every update uses all n examples. That is batch gradient descent; here each update has batch_size of them."""
    return any(len(batch) < case["n"] for batch in output["batches"])


@requires
def batches_do_not_grow(case, output):
    """Your batches are larger than batch_size, and grow: what was drawn before is still in the list. Begin each batch with an
    empty one."""
    return all(len(batch) <= case["batch_size"] for batch in output["batches"])


@requires
def batches_change(case, output):
    """Every update sees the very same examples. What was drawn first still stands at the beginning of the list, and that is where
    you read: begin each batch with an empty list."""
    return len({tuple(sorted(batch)) for batch in output["batches"]}) > 1


@requires
def an_epoch_is_not_an_update(case, output):
    """You make one update an epoch. An epoch has gone by when all n examples were used once, whatever the number of updates that
    takes."""
    return len(output["batches"]) != case["epochs"]


@requires
def no_example_left_out(case, output):
    """Your epochs use fewer than n examples. Where batch_size does not divide n, the last batch is smaller; it must not be left
    out."""
    return sum(map(len, output["batches"])) >= case["n"] * case["epochs"]


@requires
def as_many_epochs_as_asked(case, output):
    """You go through the data more often than `epochs` times, or your last batch is filled up with examples that were used
    already."""
    return sum(map(len, output["batches"])) == case["n"] * case["epochs"]


@requires
def each_example_once_an_epoch(case, output):
    """Within an epoch some examples come twice and others not at all. That is drawing with replacement, or shuffling again before
    the epoch is over: draw one order for each epoch, and go through it."""
    return all(sorted(epoch) == list(range(case["n"])) for epoch in _epochs(case, output))


@requires
def shuffled(case, output):
    """You go through the examples in the order in which they are stored. Use rng to put them into a random order."""
    return all(epoch != sorted(epoch) for epoch in _epochs(case, output))


@requires
def shuffled_anew_each_epoch(case, output):
    """Every epoch goes through the examples in the same order. Draw a new one for each epoch."""
    epochs = _epochs(case, output)
    return all(one != other for one, other in zip(epochs, epochs[1:]))


@requires
def cut_into_batches(case, output):
    """Your batches are not of the size asked for: each has batch_size examples, only the last of an epoch may have fewer."""
    sizes = [min(case["batch_size"], case["n"] - first) for first in range(0, case["n"], case["batch_size"])]
    return [len(batch) for batch in output["batches"]] == sizes * case["epochs"]


@requires
def each_update_follows_its_batch(case, output):
    """The batches are right, but w does not go where they send it: each update starts where the last one ended and subtracts lr
    times the gradient of its batch, taken at that point."""
    ends = [*output["points"][1:], output["w"]]
    return np.allclose(output["points"][0], case["w"], rtol=1e-9) and all(
        np.allclose(end, w - case["lr"] * case["gradient"](w, batch), rtol=1e-9)
        for w, batch, end in zip(output["points"], output["batches"], ends, strict=True)
    )


same_again = requires_the_same_again(question)


def mended(gradient, w, n, lr, batch_size, epochs, rng):
    for _ in range(epochs):
        order = rng.permutation(n)
        for start in range(0, n, batch_size):
            batch = order[start : start + batch_size]
            w = w - lr * gradient(w, batch)
    return w


def lacks(holds: Callable, name: str, *edits: tuple[str, str]) -> None:
    """Declare the mistake that mended code becomes by `edits`, and the first property that it lacks."""
    question.violates(holds)(edited(mended, name, "", *edits))


lacks(returns_the_parameters, "return_forgotten", ("    return w", "    pass"))

lacks(asks_for_gradients, "no_epoch_at_all", ("range(epochs)", "range(0)"))

lacks(
    batches_do_not_grow,
    "list_never_cleared",
    ("for _ in range(epochs):", "batch = []\n    for _ in range(epochs):"),
    ("batch = order[start : start + batch_size]", "batch.extend(order[start : start + batch_size])"),
)

lacks(
    batches_change,
    "first_entries_of_a_list_never_cleared",
    ("for _ in range(epochs):", "drawn = []\n    for _ in range(epochs):"),
    (
        "batch = order[start : start + batch_size]",
        "drawn.extend(order[start : start + batch_size])\n            batch = drawn[:batch_size]",
    ),
)

lacks(batches_change, "first_batch_again", ("order[start : start + batch_size]", "list(range(batch_size))"))

lacks(an_epoch_is_not_an_update, "one_update_an_epoch", ("range(0, n, batch_size)", "[0]"))

lacks(not_all_at_once, "all_examples_at_once", ("range(0, n, batch_size)", "range(0, n, n)"), ("start + batch_size", "n"))

lacks(no_example_left_out, "last_batch_left_out", ("range(0, n, batch_size)", "range(0, n - batch_size + 1, batch_size)"))

lacks(
    no_example_left_out,
    "rounded_number_of_batches",
    ("range(0, n, batch_size)", "range(0, n // batch_size * batch_size, batch_size)"),
)

lacks(as_many_epochs_as_asked, "one_epoch_too_many", ("range(epochs)", "range(epochs + 1)"))

lacks(each_example_once_an_epoch, "with_replacement", ("rng.permutation(n)", "rng.integers(n, size=n)"))

lacks(
    each_example_once_an_epoch,
    "shuffled_for_each_batch",
    ("order = rng.permutation(n)\n        ", ""),
    ("batch = order[", "batch = rng.permutation(n)["),
)

lacks(shuffled, "not_shuffled", ("rng.permutation(n)", "np.arange(n)"))

lacks(
    shuffled_anew_each_epoch,
    "shuffled_once",
    ("for _ in range(epochs):\n        order = rng.permutation(n)", "order = rng.permutation(n)\n    for _ in range(epochs):"),
)

lacks(cut_into_batches, "single_examples", ("range(0, n, batch_size)", "range(n)"), ("start + batch_size", "start + 1"))

lacks(each_update_follows_its_batch, "ascent", ("w - lr", "w + lr"))

lacks(each_update_follows_its_batch, "divided_again", ("gradient(w, batch)", "gradient(w, batch) / batch_size"))

lacks(each_update_follows_its_batch, "rate_forgotten", ("w - lr *", "w -"))

lacks(each_update_follows_its_batch, "never_moves", ("w = w -", "new = w -"))

lacks(
    each_update_follows_its_batch,
    "gradients_add_up",
    ("for _ in range(epochs):", "g = 0\n    for _ in range(epochs):"),
    ("w = w - lr * gradient(w, batch)", "g = g + gradient(w, batch)\n            w = w - lr * g"),
)

lacks(
    same_again, "generator_of_its_own", ("for _ in range(epochs):", "rng = np.random.default_rng()\n    for _ in range(epochs):")
)

lacks(same_again, "global_random_numbers", ("rng.permutation(n)", "np.random.permutation(n)"))
