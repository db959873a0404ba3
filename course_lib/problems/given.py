"""A problem made of functions that somebody hands over."""

from __future__ import annotations

from collections.abc import Callable

from course_lib.problems.problem import Batch, Problem
from course_lib.validation import Array


class Given(Problem):
    """A problem of which only a loss, or only a gradient, or both are known.

    Parameters
    ----------
    d : int
        Number of parameters.
    loss : callable, optional
        ``loss(w)`` of an array of shape (d,); without it the loss is 0 everywhere, which says nothing.
    gradient : callable, optional
        ``gradient(w)``; if there are several examples, ``gradient(w, batch)``.
    n : int, optional
        Number of examples, of which each batch is an array of indices.
    """

    def __init__(
        self,
        d: int,
        *,
        loss: Callable[[Array], float] = lambda w: 0.0,
        gradient: Callable[..., Array] | None = None,
        n: int | None = None,
    ) -> None:
        self.d, self.n = d, n or 1
        self._loss, self._gradient, self._of_examples = loss, gradient, n is not None

    def loss(self, w: Array, batch: Batch = None) -> float:
        """The loss that was given, whatever the batch."""
        return self._loss(w)

    def gradient(self, w: Array, batch: Batch = None) -> Array:
        """The gradient that was given.

        Raises
        ------
        TypeError
            If none was.
        """
        if self._gradient is None:
            raise TypeError("this problem was given without a gradient.")
        # a copy: the function is not ours, and may keep or change what it gets
        return self._gradient(w.copy(), batch) if self._of_examples else self._gradient(w.copy())
