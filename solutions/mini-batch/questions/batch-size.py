"""The smallest batch whose gradient strays no further than a tolerance."""

from __future__ import annotations

import numpy as np

from course_lib import descent
from course_lib.checks.declaration import Case, Question


def draw(rng: np.random.Generator) -> list[Case]:
    cases = []
    for n, d, b in ((12, 2, 5), (20, 3, 11), (9, 1, 9), (15, 2, 1), (40, 2, 13), (10, 2, 3)):
        gradients = rng.normal(1, 2, size=(n, d))
        least = descent.batch_gradient_variance(gradients, b, replacement=False)
        more = descent.batch_gradient_variance(gradients, b - 1, replacement=False) if b > 1 else 3 * least
        # halfway between what b examples reach and what one fewer does, so that rounding decides nothing
        cases.append({"gradients": gradients, "tolerance": float(np.sqrt((least + more) / 2))})
    return cases


def smallest(gradients, tolerance):
    sizes = range(1, len(gradients) + 1)
    return next(b for b in sizes if descent.batch_gradient_variance(gradients, b, replacement=False) <= tolerance**2)


question = Question(
    cases=draw,
    reference=smallest,
    reading="mini-batch#the-variance-of-a-batch",
    hints=[
        "Your function for the variance tells for each batch size how far its gradient strays. Try 1, 2, 3, ... in turn.",
        "The tolerance is a distance, the variance a squared distance: bring them to the same footing before you compare.",
        "A batch of all n examples does not stray at all, so the search always ends.",
    ],
)


@question.misconception
def no_correction(gradients, tolerance):
    """You use the formula for drawing with replacement. Distinct examples stray less, so a smaller batch does."""
    b = int(np.ceil(np.var(gradients, axis=0).sum() / tolerance**2))
    return min(max(b, 1), len(gradients))


@question.misconception
def no_correction_without_limit(gradients, tolerance):
    """You use the formula for drawing with replacement, and may even ask for more examples than there are. Distinct examples stray less,
    and all of them not at all."""
    return int(np.ceil(np.var(gradients, axis=0).sum() / tolerance**2))


@question.misconception
def tolerance_not_squared(gradients, tolerance):
    """You compare the variance, a squared distance, with the tolerance, a distance. Square the one or take the root of the other."""
    n, v = len(gradients), np.var(gradients, axis=0).sum()
    return next(b for b in range(1, n + 1) if v / b * (n - b) / (n - 1) <= tolerance)


@question.misconception
def one_too_small(gradients, tolerance):
    """Your batch is one example too small: its gradient still strays further than the tolerance allows."""
    n, v = len(gradients), np.var(gradients, axis=0).sum()
    return next(b for b in range(1, n + 1) if v / b * (n - b) / (n - 1) <= tolerance**2) - 1


@question.misconception
def one_too_large(gradients, tolerance):
    """Your batch is larger than it needs to be: one example fewer would do as well."""
    n, v = len(gradients), np.var(gradients, axis=0).sum()
    return next(b for b in range(1, n + 1) if v / b * (n - b) / (n - 1) <= tolerance**2) + 1


@question.misconception
def largest_that_does(gradients, tolerance):
    """You return the largest batch that is good enough, which is always all examples. The question asks for the smallest."""
    return len(gradients)


@question.misconception
def largest_that_does_not(gradients, tolerance):
    """You return the smallest batch size, 1, whatever the tolerance is: is the comparison turned round?"""
    return 1


@question.misconception
def shrinks_like_b(gradients, tolerance):
    """You let the distance shrink like b. It is the squared distance that does; the distance itself shrinks only like the root of b."""
    n, s = len(gradients), np.sqrt(np.var(gradients, axis=0).sum())
    return next(b for b in range(1, n + 1) if s / b * (n - b) / (n - 1) <= tolerance)


@question.misconception
def power_of_two(gradients, tolerance):
    """You round up to a power of two. That may suit the hardware, but the question asks for the smallest batch that is good enough."""
    n, v = len(gradients), np.var(gradients, axis=0).sum()
    return next(b for b in (1, 2, 4, 8, 16, 32, 64) if v / b * max(n - b, 0) / (n - 1) <= tolerance**2)
