"""When to stop: each criterion looks at the run so far and answers with a reason, or None to go on."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TypeAlias

import numpy as np

from course_lib.problems import Batch, Problem
from course_lib.validation import Array, count, positive


class Progress:
    """Where a run stands after an update; what costs an evaluation is computed only if asked for.

    Attributes
    ----------
    w : array of shape (d,)
    batch : the examples of the last update
    update : int
        Updates made so far.
    loss, gradient : float, array of shape (d,)
        Over all examples, at `w`.
    batch_loss : float
        Over the examples of the last update only, at `w`.
    """

    def __init__(self, problem: Problem, w: Array, batch: Batch, update: int) -> None:
        self.problem, self.w, self.batch, self.update = problem, w, batch, update

    @cached_property
    def loss(self) -> float:
        return self.problem.loss(self.w)

    @cached_property
    def gradient(self) -> Array:
        return self.problem.gradient(self.w)

    @cached_property
    def batch_loss(self) -> float:
        return self.problem.loss(self.w, self.batch)


Stop: TypeAlias = Callable[[Progress], "str | None"]


def never(progress: Progress) -> None:
    """Go on until the epochs are done."""


def loss_below(tolerance: float) -> Stop:
    """Stop when the loss over all examples is below `tolerance`."""
    tolerance = positive("tolerance", tolerance)
    return lambda progress: f"loss below {tolerance:g}" if progress.loss < tolerance else None


def gradient_below(tolerance: float) -> Stop:
    """Stop when no component of the gradient over all examples exceeds `tolerance` in size."""
    tolerance = positive("tolerance", tolerance)
    return lambda progress: f"gradient below {tolerance:g}" if np.abs(progress.gradient).max() < tolerance else None


def loss_change_below(tolerance: float, start_loss: float = np.inf) -> Stop:
    """Stop when an update changes the loss over all examples by less than `tolerance`, up or down.

    Give the loss at the start as `start_loss` if the first update is to be tested as well.
    """
    tolerance = positive("tolerance", tolerance)
    previous = start_loss

    def stop(progress: Progress) -> str | None:
        nonlocal previous
        # a criterion with a memory must forget it when a new run begins
        before = previous if progress.update > 1 else start_loss
        previous = progress.loss
        return f"change of loss below {tolerance:g}" if abs(progress.loss - before) < tolerance else None

    return stop


def batch_loss_below(tolerance: float) -> Stop:
    """Stop when the loss over the examples of *one* update is below `tolerance`.

    A poor test, kept because it is common: a single example that happens to fit says nothing of the others.
    """
    tolerance = positive("tolerance", tolerance)
    return lambda progress: f"batch loss below {tolerance:g}" if progress.batch_loss < tolerance else None


def after_updates(limit: int) -> Stop:
    """Stop after `limit` updates, wherever in an epoch that is."""
    limit = count("limit", limit)
    return lambda progress: f"{limit} updates" if progress.update >= limit else None


def any_of(*criteria: Stop) -> Stop:
    """Stop as soon as one of `criteria` says so."""

    def stop(progress: Progress) -> str | None:
        # every criterion is asked, because one with a memory must see every update
        reasons = [criterion(progress) for criterion in criteria]
        return next((reason for reason in reasons if reason), None)

    return stop
