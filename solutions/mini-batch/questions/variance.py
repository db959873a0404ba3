"""How far the gradient of a batch strays in the mean square, with and without replacement."""

from __future__ import annotations

import numpy as np

from course_lib import descent
from course_lib.checks.declaration import Case, Question


def draw(rng: np.random.Generator) -> list[Case]:
    cases = []
    for n, d, b, replacement in (
        (6, 2, 2, True),
        (6, 2, 2, False),
        (10, 3, 4, False),
        (5, 1, 5, False),
        (5, 2, 5, True),
        (8, 2, 1, False),
    ):
        # far from zero in the mean, as before a run has converged
        cases.append({"gradients": rng.normal(1, 2, size=(n, d)), "batch_size": b, "replacement": replacement})
    return cases


question = Question(
    cases=draw,
    reference=lambda gradients, batch_size, replacement: descent.batch_gradient_variance(
        gradients, batch_size, replacement=replacement
    ),
    reading="mini-batch#the-variance-of-a-batch",
    hints=[
        "Begin with one example: the mean squared distance of a row of gradients from the mean of all rows.",
        "The mean of b independent draws has a b-th of the variance of one.",
        "Distinct examples vary less, by the factor (n - b)/(n - 1). Check it at b = 1 and at b = n.",
    ],
)


@question.misconception
def no_correction(gradients, batch_size, replacement):
    """You ignore whether the examples are distinct. Drawn without replacement, a batch of all n examples gives the full gradient: its
    variance is zero, not an n-th."""
    return np.var(gradients, axis=0).sum() / batch_size


@question.misconception
def always_corrected(gradients, batch_size, replacement):
    """You apply the factor (n - b)/(n - 1) also with replacement. There the draws are independent, and nothing is to be corrected."""
    n = len(gradients)
    return np.var(gradients, axis=0).sum() / batch_size * (n - batch_size) / (n - 1)


@question.misconception
def corrected_the_wrong_one(gradients, batch_size, replacement):
    """You have the two the wrong way round: the factor (n - b)/(n - 1) belongs to drawing *without* replacement."""
    n = len(gradients)
    return np.var(gradients, axis=0).sum() / batch_size * ((n - batch_size) / (n - 1) if replacement else 1)


@question.misconception
def n_in_the_denominator(gradients, batch_size, replacement):
    """Your factor is (n - b)/n. At b = 1 it would make drawing one example without replacement differ from drawing one with: the
    denominator is n - 1."""
    n = len(gradients)
    return np.var(gradients, axis=0).sum() / batch_size * (1 if replacement else (n - batch_size) / n)


@question.misconception
def sample_variance(gradients, batch_size, replacement):
    """You divided by n - 1 in the variance of the examples. They are all the examples there are, not a sample of more: divide by n."""
    n = len(gradients)
    return np.var(gradients, axis=0, ddof=1).sum() / batch_size * (1 if replacement else (n - batch_size) / (n - 1))


@question.misconception
def divided_by_the_square(gradients, batch_size, replacement):
    """You divided by b². The sum of b independent draws has b times the variance of one, and dividing by b divides that by b²: one b is left."""
    n = len(gradients)
    return np.var(gradients, axis=0).sum() / batch_size**2 * (1 if replacement else (n - batch_size) / (n - 1))


@question.misconception
def divided_by_the_root(gradients, batch_size, replacement):
    """You divided by the root of b. That is how the standard deviation shrinks; the variance shrinks like b."""
    n = len(gradients)
    return np.var(gradients, axis=0).sum() / np.sqrt(batch_size) * (1 if replacement else (n - batch_size) / (n - 1))


@question.misconception
def square_root(gradients, batch_size, replacement):
    """You took a root at the end: that is the root mean squared distance. The question asks for the mean squared one."""
    n = len(gradients)
    return np.sqrt(np.var(gradients, axis=0).sum() / batch_size * (1 if replacement else (n - batch_size) / (n - 1)))


@question.misconception
def mean_not_subtracted(gradients, batch_size, replacement):
    """You average the squared lengths of the gradients. Their distance from the full gradient is what counts: subtract the mean first."""
    n = len(gradients)
    return np.mean(np.sum(gradients**2, axis=1)) / batch_size * (1 if replacement else (n - batch_size) / (n - 1))


@question.misconception
def averaged_over_parameters(gradients, batch_size, replacement):
    """You averaged over the parameters as well. A squared distance adds up over the coordinates."""
    n = len(gradients)
    return np.var(gradients, axis=0).mean() / batch_size * (1 if replacement else (n - batch_size) / (n - 1))


@question.misconception
def all_entries_around_one_mean(gradients, batch_size, replacement):
    """You took one mean over all entries. Each parameter has a mean of its own: average over the rows only."""
    n = len(gradients)
    return np.var(gradients) * gradients.shape[1] / batch_size * (1 if replacement else (n - batch_size) / (n - 1))


@question.misconception
def batch_size_forgotten(gradients, batch_size, replacement):
    """Your result does not become smaller with the batch: it is the variance of one example's gradient."""
    return np.var(gradients, axis=0).sum()
