"""Minimizing by trying: the method before gradient descent, and why it does not scale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import ArrayLike

from course_lib.problems import Problem
from course_lib.validation import Array, finite_array


@dataclass(frozen=True)
class SearchResult:
    """What an exhaustive search found.

    Attributes
    ----------
    best : array of shape (d,)
        The candidate of least loss; the first of them where several tie.
    best_loss : float
    candidates : array of shape (k, d)
        Everything that was tried, in order.
    loss : array of shape (k,)
        The loss of each candidate.
    """

    best: Array
    best_loss: float
    candidates: Array
    loss: Array

    @property
    def evaluations(self) -> int:
        """How many losses were computed."""
        return len(self.loss)


LARGEST_SEARCH = 10_000_000


def exhaustive_search(problem: Problem, *axes: ArrayLike) -> SearchResult:
    r"""Compute the loss of every candidate and keep the best.

    With k values for each of d parameters that is :math:`k^d` losses, which is why nobody trains a network so.

    Parameters
    ----------
    problem : Problem
    *axes : arrays of shape (k_1,), ..., (k_d,)
        The values to try for each parameter.

    Returns
    -------
    SearchResult

    Raises
    ------
    ValueError
        If there is not one axis for each parameter, an axis is empty or not finite, or the candidates are more
        than ten million.

    Examples
    --------
    >>> from course_lib.problems import LinearRegression
    >>> line = LinearRegression([1, 2, 3], [2, 4, 6], fit_intercept=False)
    >>> exhaustive_search(line, np.linspace(0, 4, 41)).best
    array([2.])
    """
    if len(axes) != problem.d:
        raise ValueError(f"give one axis of candidate values for each of the {problem.d} parameter(s), got {len(axes)}.")
    grids: Sequence[Array] = [finite_array(f"axis {j}", axis, ndim=1) for j, axis in enumerate(axes)]
    total = int(np.prod([len(grid) for grid in grids], dtype=object))
    if total > LARGEST_SEARCH:
        raise ValueError(
            f"{' x '.join(str(len(grid)) for grid in grids)} = {total:,} candidates are more than {LARGEST_SEARCH:,}. "
            "Try fewer values on each axis, or gradient descent, which needs no grid."
        )
    candidates = np.array(list(product(*grids)))
    loss = np.array([problem.loss(w) for w in candidates])
    best = int(np.argmin(loss))
    return SearchResult(candidates[best], float(loss[best]), candidates, loss)
