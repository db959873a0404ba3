"""What a classifier or a regression is trained with: log_softmax, cross_entropy and mse_loss."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from course_lib.autodiff.tensor import Tensor, check_axis, largest, numbers

Reduction = Literal["mean", "sum", "none"]


def log_softmax(input: Tensor, axis: int) -> Tensor:
    r"""Logarithm of the softmax along an axis.

    .. math::
        \ell_i = x_i - \log \sum_j e^{x_j}, \qquad
        \bar x_i = \bar \ell_i - e^{\ell_i} \sum_j \bar \ell_j

    Subtracting the largest entry from all of them changes nothing in exact arithmetic and keeps every
    exponential at most 1, so that nothing overflows; the logarithm of a probability too small for a float is
    still exact.

    Parameters
    ----------
    input : Tensor
        Scores of any size ("logits").
    axis : int
        The axis of the classes.

    Returns
    -------
    Tensor of the shape of `input`
    """
    _require_tensor("log_softmax", input)
    check_axis(axis, input.ndim)
    x = input.data
    shifted = x - largest(x, axis)
    out = shifted - np.log(np.exp(shifted).sum(axis, keepdims=True))
    return input._record("log_softmax", out, (input, lambda g: g - np.exp(out) * g.sum(axis, keepdims=True)))


def cross_entropy(input: Tensor, target: ArrayLike | Tensor, reduction: Reduction = "mean") -> Tensor:
    r"""Negative log-likelihood of the right classes under softmax.

    .. math:: L_n = -\log \frac{e^{x_{n, y_n}}}{\sum_c e^{x_{n, c}}}

    Parameters
    ----------
    input : Tensor of shape (N, C)
        Scores, not probabilities: the softmax is part of this loss.
    target : int array of shape (N,)
        The right classes, 0 to C - 1.
    reduction : {'mean', 'sum', 'none'}

    Returns
    -------
    Tensor
        A single number, or shape (N,) with reduction='none'.

    Raises
    ------
    TypeError
        If `input` is not a Tensor.
    RuntimeError
        If the shapes do not fit or the classes are not integers.
    IndexError
        If there is no such class.
    """
    _require_tensor("cross_entropy", input)
    labels = target.data if isinstance(target, Tensor) else numbers("target", target)
    if input.ndim != 2 or labels.shape != input.shape[:1]:
        raise RuntimeError(
            f"cross_entropy needs scores of shape (N, C) and classes of shape (N,), got {input.shape} and {labels.shape}."
        )
    if labels.dtype.kind not in "iu" and labels.size:
        raise RuntimeError(
            f"cross_entropy needs classes as integers, got dtype {labels.dtype}: for one-hot rows pass their .argmax(1)."
        )
    wrong = labels[(labels < 0) | (labels >= input.shape[1])]
    if wrong.size:
        raise IndexError(
            f"target holds class {wrong[0]}, but scores of shape {input.shape} have classes 0 to {input.shape[1] - 1}."
        )
    rows = np.arange(len(labels))
    return _reduce(-log_softmax(input, axis=1)[rows, labels.astype(int)], reduction)


def mse_loss(input: Tensor, target: ArrayLike | Tensor, reduction: Reduction = "mean") -> Tensor:
    r"""Squared error, :math:`(x - y)^2`, averaged over all entries.

    Parameters
    ----------
    input : Tensor
    target : array_like or Tensor of the same shape
        Where torch warns and broadcasts, a different shape is an error here: (N, 1) against (N,) would
        compare every prediction with every target.
    reduction : {'mean', 'sum', 'none'}

    Returns
    -------
    Tensor
        A single number, or the shape of `input` with reduction='none'.
    """
    _require_tensor("mse_loss", input)
    target = target if isinstance(target, Tensor) else Tensor(numbers("target", target).astype(input.dtype))
    if input.shape != target.shape:
        raise RuntimeError(f"mse_loss compares entry by entry, got shapes {input.shape} and {target.shape}: reshape one.")
    return _reduce((input - target) ** 2, reduction)


def _require_tensor(name: str, input: object) -> None:
    if not isinstance(input, Tensor):
        raise TypeError(f"{name} needs a Tensor as its input, got {type(input).__name__}: use Tensor(...) of it.")


def _reduce(losses: Tensor, reduction: Reduction) -> Tensor:
    if reduction == "none":
        return losses
    if reduction not in ("mean", "sum"):
        raise ValueError(f"reduction must be 'mean', 'sum' or 'none', got {reduction!r}.")
    return losses.mean() if reduction == "mean" else losses.sum()
