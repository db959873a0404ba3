"""What the capstone expects, a network trained on real data within a budget, and the mistakes it knows."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from contextlib import suppress

from functools import cache

from itertools import islice

import numpy as np

from course_lib.autodiff import Tensor, cross_entropy

from course_lib.checks.chance import of_the_result, repeated, requires_the_same_again

from course_lib.checks.collecting import Supplied

from course_lib.checks.declaration import Case, Question

from course_lib.checks.mutating import edited, mistakes_in

from course_lib.validation import Array


def lacks_of(asked: Question, original: Callable) -> Callable[..., None]:
    """A way to declare the mistakes that `original` becomes by edits, each with the first property that it lacks."""

    def lacks(holds: Callable, name: str, *edits: tuple[str, str]) -> None:
        asked.violates(holds)(edited(original, name, "", *edits))

    return lacks


def standardized(train, validation, test):
    center, deviation = train.mean(axis=0), train.std(axis=0)
    deviation = np.where(deviation > 0, deviation, 1.0)
    return (train - center) / deviation, (validation - center) / deviation, (test - center) / deviation


def network(layers, X, y):
    W1, b1, W2, b2 = layers
    hidden = np.maximum(0, X @ W1 + b1)
    scores = hidden @ W2 + b2
    scores = scores - scores.max(axis=1, keepdims=True)
    log_p = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
    loss = -np.mean(log_p[np.arange(len(y)), y])
    d_scores = np.exp(log_p)
    d_scores[np.arange(len(y)), y] -= 1
    d_scores = d_scores / len(y)
    d_hidden = d_scores @ W2.T * (hidden > 0)
    return loss, [X.T @ d_hidden, d_hidden.sum(axis=0), hidden.T @ d_scores, d_scores.sum(axis=0)]
