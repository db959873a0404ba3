"""Gradients of small batches, added up to the gradient of a large one."""

from __future__ import annotations

import numpy as np

from course_lib import descent
from course_lib.checks.declaration import Case, Question
from course_lib.driving.functions import LeastSquaresGradient
from course_lib.problems import Given

from ._examples import table, these

SHOWN = "a function gradient(w, batch), the mean gradient of the examples of one small batch at w"


def draw(rng: np.random.Generator) -> list[Case]:
    cases = []
    # examples, size of the small batches, how many make one update: with a smaller last batch, an incomplete last group, both, neither
    for n, size, k in ((11, 3, 2), (12, 2, 4), (14, 4, 3), (12, 3, 2), (7, 2, 1)):
        X, y = table(rng, n, 2)
        order = rng.permutation(n)
        cases.append(
            {
                "gradient": LeastSquaresGradient(X, y, SHOWN, largest=size),
                "w": rng.normal(size=2),
                "batches": [order[first : first + size] for first in range(0, n, size)],
                "k": k,
                "lr": float(rng.uniform(0.03, 0.1)),
            }
        )
    return cases


def accumulated(gradient, w, batches, k, lr):
    groups = [np.concatenate(batches[first : first + k]) for first in range(0, len(batches), k)]

    def of_the_group(w, group):
        return np.mean([gradient(w, [i]) for i in group], axis=0)

    problem = Given(len(w), gradient=of_the_group, n=sum(map(len, batches)))
    return descent.descend(problem, w, lr=lr, epochs=1, batches=these([groups])).params


question = Question(
    cases=draw,
    reference=accumulated,
    reading="mini-batch#gradient-accumulation",
    hints=[
        "Within a group w stands still. What has to be added up over its batches so that dividing at the end gives the mean over all its examples?",
        "A batch's gradient is a mean. Times the size of the batch it is a sum, and sums can be added.",
        "After the update begin again with a sum of zero. When the batches end in the middle of a group, that group makes an update too.",
    ],
)


@question.misconception
def not_divided(gradient, w, batches, k, lr):
    """You add the gradients of the k batches up without dividing, so the step is k times too long: the large batch's gradient is a mean as well."""
    path = [w]
    for first in range(0, len(batches), k):
        w = w - lr * sum(gradient(w, B) for B in batches[first : first + k])
        path.append(w)
    return path


@question.misconception
def every_batch_alike(gradient, w, batches, k, lr):
    """You average over the batches of a group as if they were equally large. The smaller last batch then counts too much: weigh each by its size."""
    path = [w]
    for first in range(0, len(batches), k):
        w = w - lr * np.mean([gradient(w, B) for B in batches[first : first + k]], axis=0)
        path.append(w)
    return path


@question.misconception
def always_divided_by_k(gradient, w, batches, k, lr):
    """You divide by k in every group. The last group may have fewer batches, and its last batch fewer examples: divide by what is there."""
    path = [w]
    for first in range(0, len(batches), k):
        w = w - lr * sum(gradient(w, B) for B in batches[first : first + k]) / k
        path.append(w)
    return path


@question.misconception
def divided_as_if_all_were_full(gradient, w, batches, k, lr):
    """You divide by k times the size of a full batch in every group. The last group may hold fewer examples."""
    path = [w]
    for first in range(0, len(batches), k):
        w = w - lr * sum(len(B) * gradient(w, B) for B in batches[first : first + k]) / (k * len(batches[0]))
        path.append(w)
    return path


@question.misconception
def incomplete_group_dropped(gradient, w, batches, k, lr):
    """Where the batches end in the middle of a group, you make no update for it, and its gradients are lost."""
    path = [w]
    for first in range(0, len(batches) - k + 1, k):
        group = batches[first : first + k]
        w = w - lr * sum(len(B) * gradient(w, B) for B in group) / sum(len(B) for B in group)
        path.append(w)
    return path


@question.misconception
def incomplete_group_dropped_and_every_batch_alike(gradient, w, batches, k, lr):
    """Where the batches end in the middle of a group, you make no update for it, and its gradients are lost. Besides, you weigh all
    batches alike, though the last may be smaller."""
    path = [w]
    for first in range(0, len(batches) - k + 1, k):
        w = w - lr * np.mean([gradient(w, B) for B in batches[first : first + k]], axis=0)
        path.append(w)
    return path


@question.misconception
def never_set_back(gradient, w, batches, k, lr):
    """You do not set the sum back after an update, so the gradients of earlier groups act again."""
    path, total, seen = [w], 0, 0
    for j, B in enumerate(batches):
        total, seen = total + len(B) * gradient(w, B), seen + len(B)
        if (j + 1) % k == 0 or j == len(batches) - 1:
            w = w - lr * total / seen
            path.append(w)
            seen = 0
    return path


@question.misconception
def update_after_every_batch(gradient, w, batches, k, lr):
    """You update after every small batch. Gather the gradients of k batches first, all at the same w."""
    path = [w]
    for B in batches:
        w = w - lr * gradient(w, B)
        path.append(w)
    return path


@question.misconception
def last_batch_of_the_group(gradient, w, batches, k, lr):
    """You use only the gradient of the last batch of each group: the earlier ones are overwritten instead of added up."""
    path = [w]
    for first in range(0, len(batches), k):
        w = w - lr * gradient(w, batches[first : first + k][-1])
        path.append(w)
    return path


@question.misconception
def moving_within_the_group(gradient, w, batches, k, lr):
    """You move w within a group, by a part of a step after each batch. In a large batch all examples see the same w."""
    path = [w]
    for first in range(0, len(batches), k):
        group = batches[first : first + k]
        for B in group:
            w = w - lr * len(B) * gradient(w, B) / sum(len(B) for B in group)
        path.append(w)
    return path


@question.misconception
def one_update_for_all(gradient, w, batches, k, lr):
    """You gather all batches into a single update. An update is due after every k of them."""
    return [w, w - lr * sum(len(B) * gradient(w, B) for B in batches) / sum(len(B) for B in batches)]


@question.misconception
def start_left_out(gradient, w, batches, k, lr):
    """Your path begins after the first update. The start belongs to it, as row 0."""
    path = []
    for first in range(0, len(batches), k):
        group = batches[first : first + k]
        w = w - lr * sum(len(B) * gradient(w, B) for B in group) / sum(len(B) for B in group)
        path.append(w)
    return path


@question.misconception
def ascent(gradient, w, batches, k, lr):
    """You walk uphill: the update subtracts the gradient."""
    path = [w]
    for first in range(0, len(batches), k):
        group = batches[first : first + k]
        w = w + lr * sum(len(B) * gradient(w, B) for B in group) / sum(len(B) for B in group)
        path.append(w)
    return path
