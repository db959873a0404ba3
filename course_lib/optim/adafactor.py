"""Root-mean-square scaling in the memory of a row and a column."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from course_lib.optim.limits import learning_rate, nonnegative, number
from course_lib.optim.optimizer import Optimizer, Params, State
from course_lib.validation import Array


def decay_exponent(name: str, value: Any) -> None:
    """A number of at most 0: the weight of the newest gradient may not grow beyond 1."""
    if number(name, value) > 0:
        raise ValueError(f"{name} must be at most 0, for example -0.8, got {value}.")


def epsilons(name: str, value: Any) -> None:
    """A number or None, and a number."""
    expected = "two numbers of at least 0, the first of which may be None, for example (None, 1e-3)"
    if not isinstance(value, (tuple, list)):
        raise TypeError(f"{name} must be {expected}, got {type(value).__name__}: {value!r}.")
    if len(value) != 2:
        raise ValueError(f"{name} must be {expected}, got {len(value)} of them: {value!r}.")
    for i, epsilon in enumerate(value):
        if epsilon is not None or i == 1:
            nonnegative(f"{name}[{i}]", epsilon)


def threshold(name: str, value: Any) -> None:
    """A number of at least 1."""
    if number(name, value) < 1:
        raise ValueError(f"{name} must be at least 1, got {value}. It bounds the root mean square of an update.")


class Adafactor(Optimizer):
    r"""Adafactor: scaling by root mean squares, with row and column means in place of one mean for each entry.

    .. math::

        \beta &\leftarrow 1 - t^{\mathrm{beta2\_decay}} \\
        \alpha &\leftarrow \max(\epsilon_2, \operatorname{rms}(p)) \, \min(\mathrm{lr}, 1 / \sqrt{t}) \\
        p &\leftarrow (1 - \mathrm{lr} \; \mathrm{weight\_decay}) \, p \\
        R &\leftarrow \beta R + (1 - \beta) \operatorname{mean}_\mathrm{row}(g^2), \qquad
        C \leftarrow \beta C + (1 - \beta) \operatorname{mean}_\mathrm{column}(g^2) \\
        V &\leftarrow \frac{R \, C}{\max(\operatorname{mean}(R), \epsilon_1)} \\
        u &\leftarrow \frac{g}{\sqrt{\max(V, \epsilon_1^2)}} \\
        p &\leftarrow p - \alpha \frac{u}{\max(1, \operatorname{rms}(u) / d)}

    For n rows and m columns that is n + m numbers of memory instead of Adam's n m. V is exact if :math:`g^2` is a
    column times a row. A vector keeps a mean V for each entry, :math:`V \leftarrow \beta V + (1 - \beta) g^2`;
    more than two axes are a stack of matrices in the last two.

    Steps are relative: :math:`\alpha` grows with the parameter, whose root mean square (`rms`) is what a step of
    `lr` is a fraction of.

    Parameters
    ----------
    params : iterable of Parameter, or of dict
        The parameters, or groups of them: dicts with the key "params" and options of their own.
    lr : float, at least 0
        The largest relative step; it is 0.01 in the paper. From :math:`t = 1 / \mathrm{lr}^2` on, steps shrink.
    beta2_decay : float, at most 0
        How fast the means become long ones: the newest gradient has the weight :math:`t^\mathrm{beta2\_decay}`.
    eps : pair (float or None, float), at least 0
        :math:`\epsilon_1`, the smallest root of V (None: the precision of the parameter's dtype), and
        :math:`\epsilon_2`, the size that a parameter is taken to have at least, so that 0 can be left.
    d : float, at least 1
        The largest root mean square of :math:`u`; a larger :math:`u` is scaled down to it.
    weight_decay : float, at least 0
        The part of `p` that `lr` takes away in each step, as in AdamW.
    maximize : bool
        Whether to climb instead of descend.

    Raises
    ------
    ValueError
        If an option lies outside its range.

    Notes
    -----
    State: "row_var", R, of shape (..., n, 1), and "col_var", C, of shape (..., 1, m), or, for vectors and numbers,
    "variance", V; and "step", :math:`t`. As in torch, and unlike in the paper, `lr` is an option and
    :math:`\epsilon_1` bounds V from below instead of being added to :math:`g^2`. Where torch applies the precision
    of a group's first parameter to all of them, here each has its own.

    References
    ----------
    N. Shazeer, M. Stern (2018). Adafactor: adaptive learning rates with sublinear memory cost. ICML,
    arXiv:1804.04235.

    Examples
    --------
    A first step of 1 % of the parameter's size, whatever the gradient's:

    >>> import numpy as np
    >>> from course_lib.optim import Adafactor, Parameter
    >>> w = Parameter(np.full((2, 3), 5.0))
    >>> w.grad = np.full((2, 3), 1e-6)
    >>> optimizer = Adafactor([w], lr=0.01)
    >>> optimizer.step()
    >>> w.data.round(6)
    array([[4.95, 4.95, 4.95],
           [4.95, 4.95, 4.95]])
    >>> optimizer.state[w]["row_var"].shape, optimizer.state[w]["col_var"].shape
    ((2, 1), (1, 3))
    """

    limits = {
        "lr": learning_rate,
        "beta2_decay": decay_exponent,
        "eps": epsilons,
        "d": threshold,
        "weight_decay": nonnegative,
    }

    def __init__(
        self,
        params: Params,
        lr: float = 1e-2,
        beta2_decay: float = -0.8,
        eps: tuple[float | None, float] = (None, 1e-3),
        d: float = 1.0,
        weight_decay: float = 0.0,
        *,
        maximize: bool = False,
    ) -> None:
        super().__init__(
            params,
            dict(lr=lr, beta2_decay=beta2_decay, eps=eps, d=d, weight_decay=weight_decay, maximize=maximize),
        )

    def initial_state(self, p: Array, **options: Any) -> State:
        if p.ndim < 2:
            return {"step": 0, "variance": np.zeros_like(p)}
        return {"step": 0, "row_var": np.zeros_like(p[..., :1]), "col_var": np.zeros_like(p[..., :1, :])}

    def update(
        self, p: Array, g: Array, state: State, lr: float, beta2_decay: float,
        eps: tuple[float | None, float], d: float, weight_decay: float,
    ) -> None:  # fmt: skip
        if not p.size:
            return  # a mean over nothing
        t = state["step"] = state["step"] + 1
        newest = t**beta2_decay
        eps1 = float(np.finfo(p.dtype).eps) if eps[0] is None else eps[0]
        alpha = max(eps[1], rms(p)) * min(lr, 1 / math.sqrt(t))
        p *= 1 - lr * weight_decay
        u = np.square(g, out=np.empty_like(p))  # the one array of p's size that is needed; it becomes the update
        if p.ndim < 2:
            v = average(state["variance"], u, newest)
        else:
            r = average(state["row_var"], u.mean(axis=-1, keepdims=True), newest)
            c = average(state["col_var"], u.mean(axis=-2, keepdims=True), newest)
            v = np.multiply(r, c, out=u)
            v /= np.maximum(r.mean(axis=-2, keepdims=True), eps1)
        np.sqrt(np.maximum(v, eps1 * eps1, out=u), out=u)
        np.divide(g, u, out=u)
        u *= alpha / max(1.0, rms(u) / d)
        p -= u


def average(mean: Array, value: Array, newest: float) -> Array:
    """`mean`, after `value` has been taken into it, in place, with the weight `newest`."""
    mean *= 1 - newest
    mean += newest * value
    return mean


def rms(x: Array) -> float:
    """Root mean square of all entries."""
    return float(np.linalg.norm(x)) / math.sqrt(x.size)
