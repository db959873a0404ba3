"""Which scheme drew the batches of some epochs."""

from __future__ import annotations

import numpy as np

from course_lib import descent
from course_lib.checks.declaration import Case, Question


def strictest(n, epochs):
    if all(np.array_equal(np.concatenate(epoch), np.arange(n)) for epoch in epochs):
        return "contiguous"
    if all(np.array_equal(np.sort(np.concatenate(epoch)), np.arange(n)) for epoch in epochs):
        return "shuffled"
    if all(len(np.unique(batch)) == len(batch) for epoch in epochs for batch in epoch):
        return "distinct"
    return "with replacement"


SCHEMES = {
    "contiguous": descent.batches.contiguous,
    "shuffled": descent.batches.shuffled,
    "distinct": descent.batches.distinct,
    "with replacement": descent.batches.with_replacement,
}


def draw(rng: np.random.Generator) -> list[Case]:
    def drawn(name: str, n: int, batch_size: int, first_epoch: str) -> Case:
        """Epochs of a scheme that show which one it is; the first of them by itself could be of the scheme `first_epoch`."""
        while True:
            epochs = [list(SCHEMES[name](batch_size)(n, rng)) for _ in range(5)]
            if strictest(n, epochs) == name and strictest(n, epochs[:1]) == first_epoch:
                return {"n": n, "epochs": epochs}

    cases = [
        drawn("contiguous", 10, 4, "contiguous"),
        drawn("contiguous", 9, 3, "contiguous"),
        drawn("shuffled", 11, 3, "shuffled"),
        drawn("shuffled", 8, 4, "shuffled"),
        drawn("distinct", 6, 3, "distinct"),
        drawn("distinct", 4, 2, "shuffled"),
        drawn("with replacement", 12, 4, "with replacement"),
        drawn("with replacement", 10, 2, "distinct"),
    ]
    return [cases[i] for i in rng.permutation(len(cases))]


question = Question(
    cases=draw,
    reference=strictest,
    reading="mini-batch#drawing-batches",
    hints=[
        "Go from the strictest to the loosest: what can only contiguous slices show? What do they and shuffled epochs have in common?",
        "np.concatenate(epoch) joins the batches of an epoch. Sorted, it is 0, 1, ..., n - 1 if every example came exactly once.",
        "Between the two that are left, a single batch that holds an example twice decides. Look at all epochs, not only the first.",
    ],
)


@question.misconception
def first_epoch_only(n, epochs):
    """You judge by the first epoch. By chance it may look tidier than the scheme is: look at all of them."""
    epoch = epochs[0]
    if np.array_equal(np.concatenate(epoch), np.arange(n)):
        return "contiguous"
    if np.array_equal(np.sort(np.concatenate(epoch)), np.arange(n)):
        return "shuffled"
    return "distinct" if all(len(set(batch.tolist())) == len(batch) for batch in epoch) else "with replacement"


@question.misconception
def any_for_all(n, epochs):
    """One epoch that fits is enough for you. A scheme must fit in every epoch and every batch."""
    if any(np.array_equal(np.concatenate(epoch), np.arange(n)) for epoch in epochs):
        return "contiguous"
    if any(np.array_equal(np.sort(np.concatenate(epoch)), np.arange(n)) for epoch in epochs):
        return "shuffled"
    return (
        "distinct" if any(len(set(batch.tolist())) == len(batch) for epoch in epochs for batch in epoch) else "with replacement"
    )


@question.misconception
def repeats_in_an_epoch(n, epochs):
    """You say "with replacement" wherever an example comes twice in an epoch. With distinct examples in each batch that happens too, in different
    batches: look within the batches."""
    if all(np.array_equal(np.concatenate(epoch), np.arange(n)) for epoch in epochs):
        return "contiguous"
    return "shuffled" if all(len(np.unique(np.concatenate(epoch))) == n for epoch in epochs) else "with replacement"


@question.misconception
def order_not_looked_at(n, epochs):
    """You take contiguous slices for shuffled ones: both visit every example once. What tells them apart is the order."""
    if all(np.array_equal(np.sort(np.concatenate(epoch)), np.arange(n)) for epoch in epochs):
        return "shuffled"
    return "distinct" if all(len(np.unique(batch)) == len(batch) for epoch in epochs for batch in epoch) else "with replacement"


@question.misconception
def distinct_before_shuffled(n, epochs):
    """You ask whether the batches hold an example twice before you ask whether the epochs do, so shuffled epochs come out as distinct. Ask
    for the stricter property first."""
    if all(np.array_equal(np.concatenate(epoch), np.arange(n)) for epoch in epochs):
        return "contiguous"
    if all(len(np.unique(batch)) == len(batch) for epoch in epochs for batch in epoch):
        return "distinct"
    return "with replacement"


@question.misconception
def distinct_and_with_replacement_swapped(n, epochs):
    """You have "distinct" and "with replacement" the wrong way round: drawing with replacement can put the same example into a batch twice."""
    if all(np.array_equal(np.concatenate(epoch), np.arange(n)) for epoch in epochs):
        return "contiguous"
    if all(np.array_equal(np.sort(np.concatenate(epoch)), np.arange(n)) for epoch in epochs):
        return "shuffled"
    return "with replacement" if all(len(np.unique(batch)) == len(batch) for epoch in epochs for batch in epoch) else "distinct"


@question.misconception
def by_the_number_of_examples(n, epochs):
    """You go by how many indices an epoch has. Whether these are all different is another matter."""
    if all(np.array_equal(np.concatenate(epoch), np.arange(n)) for epoch in epochs):
        return "contiguous"
    if all(sum(map(len, epoch)) == n for epoch in epochs) and n % len(epochs[0][0]):
        return "shuffled"
    return "distinct" if n % len(epochs[0][0]) == 0 else "with replacement"
