"""Mini-batch gradient descent whose list is never cleared, mended."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from course_lib import descent
from course_lib.checks.declaration import Case, Question
from course_lib.checks.mutating import edited
from course_lib.checks.properties import chance, epochs_of_batches
from course_lib.driving.batches import noting_the_examples
from course_lib.driving.clinic import BatchGradient
from course_lib.problems import Given


def draw(rng: np.random.Generator) -> list[Case]:
    cases = []
    for n, batch_size, epochs in ((14, 4, 3), (13, 1, 2), (15, 5, 4), (12, 7, 2)):
        X, y = rng.normal(size=(n, 2)), rng.normal(size=n)
        cases.append(
            {
                "gradient": BatchGradient(X, y),
                "w": rng.normal(size=2),
                "n": n,
                "lr": float(rng.uniform(0.02, 0.1)),
                "batch_size": batch_size,
                "epochs": epochs,
                "rng": rng.spawn(1)[0],
            }
        )
    return cases


question = Question(
    cases=draw,
    reference=lambda gradient, w, n, lr, batch_size, epochs, rng: descent.minibatch_gradient_descent(
        Given(len(w), gradient=gradient, n=n), w, lr=lr, epochs=epochs, batch_size=batch_size, rng=rng
    ).params[-1],
    observe=noting_the_examples,
    repeated=True,
    properties=[
        epochs_of_batches.returns_the_parameters,
        epochs_of_batches.asks_for_gradients,
        epochs_of_batches.not_all_at_once,
        epochs_of_batches.batches_do_not_grow,
        epochs_of_batches.batches_change,
        epochs_of_batches.an_epoch_is_not_an_update,
        epochs_of_batches.no_example_left_out,
        epochs_of_batches.as_many_epochs_as_asked,
        epochs_of_batches.each_example_once_an_epoch,
        epochs_of_batches.shuffled,
        epochs_of_batches.shuffled_anew_each_epoch,
        epochs_of_batches.cut_into_batches,
        epochs_of_batches.each_update_follows_its_batch,
        chance.same_random_numbers_give_the_same,
    ],
    reading="mini-batch#a-batch-that-never-changes",
    hints=[
        "What is in the list after two rounds, and which of it is read?",
        "An epoch goes through all examples once: it needs a loop over batches inside the loop over epochs.",
        "One shuffled order for each epoch, cut into slices of batch_size, gives batches without any list that has to be "
        "cleared.",
    ],
)


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


lacks(epochs_of_batches.returns_the_parameters, "return_forgotten", ("    return w", "    pass"))

lacks(epochs_of_batches.asks_for_gradients, "no_epoch_at_all", ("range(epochs)", "range(0)"))

lacks(
    epochs_of_batches.batches_do_not_grow,
    "list_never_cleared",
    ("for _ in range(epochs):", "batch = []\n    for _ in range(epochs):"),
    ("batch = order[start : start + batch_size]", "batch.extend(order[start : start + batch_size])"),
)

lacks(
    epochs_of_batches.batches_change,
    "first_entries_of_a_list_never_cleared",
    ("for _ in range(epochs):", "drawn = []\n    for _ in range(epochs):"),
    (
        "batch = order[start : start + batch_size]",
        "drawn.extend(order[start : start + batch_size])\n            batch = drawn[:batch_size]",
    ),
)

lacks(epochs_of_batches.batches_change, "first_batch_again", ("order[start : start + batch_size]", "list(range(batch_size))"))

lacks(epochs_of_batches.an_epoch_is_not_an_update, "one_update_an_epoch", ("range(0, n, batch_size)", "[0]"))

lacks(
    epochs_of_batches.not_all_at_once,
    "all_examples_at_once",
    ("range(0, n, batch_size)", "range(0, n, n)"),
    ("start + batch_size", "n"),
)

lacks(
    epochs_of_batches.no_example_left_out,
    "last_batch_left_out",
    ("range(0, n, batch_size)", "range(0, n - batch_size + 1, batch_size)"),
)

lacks(
    epochs_of_batches.no_example_left_out,
    "rounded_number_of_batches",
    ("range(0, n, batch_size)", "range(0, n // batch_size * batch_size, batch_size)"),
)

lacks(epochs_of_batches.as_many_epochs_as_asked, "one_epoch_too_many", ("range(epochs)", "range(epochs + 1)"))

lacks(epochs_of_batches.each_example_once_an_epoch, "with_replacement", ("rng.permutation(n)", "rng.integers(n, size=n)"))

lacks(
    epochs_of_batches.each_example_once_an_epoch,
    "shuffled_for_each_batch",
    ("order = rng.permutation(n)\n        ", ""),
    ("batch = order[", "batch = rng.permutation(n)["),
)

lacks(epochs_of_batches.shuffled, "not_shuffled", ("rng.permutation(n)", "np.arange(n)"))

lacks(
    epochs_of_batches.shuffled_anew_each_epoch,
    "shuffled_once",
    ("for _ in range(epochs):\n        order = rng.permutation(n)", "order = rng.permutation(n)\n    for _ in range(epochs):"),
)

lacks(
    epochs_of_batches.cut_into_batches,
    "single_examples",
    ("range(0, n, batch_size)", "range(n)"),
    ("start + batch_size", "start + 1"),
)

lacks(epochs_of_batches.each_update_follows_its_batch, "ascent", ("w - lr", "w + lr"))

lacks(epochs_of_batches.each_update_follows_its_batch, "divided_again", ("gradient(w, batch)", "gradient(w, batch) / batch_size"))

lacks(epochs_of_batches.each_update_follows_its_batch, "rate_forgotten", ("w - lr *", "w -"))

lacks(epochs_of_batches.each_update_follows_its_batch, "never_moves", ("w = w -", "new = w -"))

lacks(
    epochs_of_batches.each_update_follows_its_batch,
    "gradients_add_up",
    ("for _ in range(epochs):", "g = 0\n    for _ in range(epochs):"),
    ("w = w - lr * gradient(w, batch)", "g = g + gradient(w, batch)\n            w = w - lr * g"),
)

lacks(
    chance.same_random_numbers_give_the_same,
    "generator_of_its_own",
    ("for _ in range(epochs):", "rng = np.random.default_rng()\n    for _ in range(epochs):"),
)

lacks(chance.same_random_numbers_give_the_same, "global_random_numbers", ("rng.permutation(n)", "np.random.permutation(n)"))
