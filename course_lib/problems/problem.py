"""What every problem of the course offers to an algorithm."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from course_lib.autodiff.finite_differences import central_differences
from course_lib.validation import Array

Batch: TypeAlias = "np.ndarray | slice | None"


class Problem(ABC):
    r"""A loss to minimize: the mean of `n` terms, one for each example.

    .. math:: f(w) = \frac{1}{n} \sum_{i=1}^{n} \ell_i(w)

    The gradient of the mean is the mean of the gradients, so a gradient over any `batch` of examples is an
    estimate of the whole. A plain function is the case `n = 1`.

    Attributes
    ----------
    n : int
        Number of examples.
    d : int
        Number of parameters.
    """

    n: int
    d: int

    @abstractmethod
    def loss(self, w: Array, batch: Batch = None) -> float:
        """Mean loss over the examples `batch` (indices or a slice; all of them if None) at `w` of shape (d,)."""

    @abstractmethod
    def gradient(self, w: Array, batch: Batch = None) -> Array:
        """Gradient of `loss` with respect to `w`, shape (d,)."""


def constant(values: ArrayLike) -> Array:
    """A copy of `values` that cannot be written to: an optimizer works in place, and would move what a problem knows of itself."""
    array = np.array(values, dtype=float)
    array.flags.writeable = False
    return array


def numerical_gradient(problem: Problem, w: Array, batch: Batch = None, h: float | None = None) -> Array:
    r"""Gradient by central differences, to check a formula with.

    .. math:: \frac{\partial f}{\partial w_j} \approx \frac{f(w + h e_j) - f(w - h e_j)}{2h}

    The error of the formula shrinks like h², that of rounding grows like 1/h; they meet near the cube root of
    the machine precision, times the size of the parameter, which is what `h` is if you do not give it.

    Parameters
    ----------
    problem : Problem
    w : array of shape (d,)
    batch : indices, slice or None
        The examples to use; all of them if None.
    h : float, optional
        The step.

    Returns
    -------
    array of shape (d,)
    """
    w = np.array(w, dtype=float)
    return central_differences(lambda: problem.loss(w, batch), w, h)
