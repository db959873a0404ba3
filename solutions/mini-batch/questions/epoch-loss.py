"""The mean loss over the examples of an epoch, from the losses of its batches."""

from __future__ import annotations

import numpy as np

from course_lib.checks.declaration import Case, Question


def draw(rng: np.random.Generator) -> list[Case]:
    cases = []
    for full, count, rest in ((4, 3, 1), (32, 5, 7), (5, 2, 0), (10, 1, 3), (8, 4, 2)):
        sizes = [full] * count + [rest] * (rest > 0)
        cases.append({"losses": rng.uniform(0.5, 5, len(sizes)), "sizes": np.array(sizes)})
    return cases


question = Question(
    cases=draw,
    reference=lambda losses, sizes: np.average(losses, weights=sizes),
    reading="mini-batch#the-loss-of-an-epoch",
    hints=[
        "What is the sum of the losses of the examples in one batch, if their mean and their number are given?",
        "Add these sums up over the batches, and divide by the number of all examples.",
    ],
)


@question.misconception
def every_batch_alike(losses, sizes):
    """You average over the batches as if they were equally large. The examples of the small last batch then count more than the others: weigh each
    batch by its size."""
    return np.mean(losses)


@question.misconception
def sum_of_the_losses(losses, sizes):
    """You added the batches' losses up. The sum grows with the number of batches; what is asked is a mean over the examples."""
    return np.sum(losses)


@question.misconception
def sum_over_the_examples(losses, sizes):
    """This is the sum of the losses of all examples: divide by how many there are."""
    return np.sum(losses * sizes)


@question.misconception
def divided_by_the_number_of_batches(losses, sizes):
    """You weigh by the sizes but divide by the number of batches. The weights add up to the number of examples: divide by that."""
    return np.sum(losses * sizes) / len(losses)


@question.misconception
def divided_as_if_all_were_full(losses, sizes):
    """You divide by the number of batches times the full batch size. The last batch may be smaller, so there are fewer examples than that."""
    return np.sum(losses * sizes) / (len(losses) * sizes[0])


@question.misconception
def sum_divided_by_examples(losses, sizes):
    """You add up the batches' mean losses and divide by the number of examples: that divides twice. Multiply each by its batch's size first."""
    return np.sum(losses) / np.sum(sizes)


@question.misconception
def last_batch_only(losses, sizes):
    """This is the loss of the last batch. The loss of the epoch takes all batches together."""
    return losses[-1]


@question.misconception
def last_batch_left_out(losses, sizes):
    """You leave the last batch out. Its examples belong to the epoch as well."""
    return np.sum(losses[:-1] * sizes[:-1]) / np.sum(sizes[:-1])
