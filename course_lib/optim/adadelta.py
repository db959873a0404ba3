"""Steps as long as the recent ones, in the units of the parameter."""

from __future__ import annotations

from typing import Any

import numpy as np

from course_lib.optim.limits import decay_rate, learning_rate, nonnegative
from course_lib.optim.optimizer import Optimizer, Params, State
from course_lib.validation import Array


class Adadelta(Optimizer):
    r"""Adadelta: the ratio of two moving averages takes the place of the learning rate.

    .. math::

        g &\leftarrow g + \mathrm{weight\_decay} \; p \\
        v &\leftarrow \rho v + (1 - \rho) \, g^2 \\
        d &= \frac{\sqrt{u + \epsilon}}{\sqrt{v + \epsilon}} \; g \\
        u &\leftarrow \rho u + (1 - \rho) \, d^2 \\
        p &\leftarrow p - \mathrm{lr} \; d

    The step :math:`d` has the units of :math:`p`, since :math:`\sqrt{u}` has them and :math:`g / \sqrt{v}` has
    none.

    Parameters
    ----------
    params : iterable of Parameter, or of dict
        The parameters, or groups of them: dicts with the key "params" and options of their own.
    lr : float, at least 0
        A factor of the step; the paper has none, which is lr = 1.
    rho : float in [0, 1]
        The weight of the past in the averages, :math:`\rho`.
    eps : float, at least 0
        Keeps the division finite, :math:`\epsilon`, and sets the length of the first steps. It is added inside
        the roots.
    weight_decay : float, at least 0
        The factor of the penalty ``(p**2).sum() / 2``, whose gradient is added to `g`.
    maximize : bool
        Whether to climb instead of descend.

    Raises
    ------
    ValueError
        If an option lies outside its range.

    Notes
    -----
    State, of the shape of :math:`p`: "square_avg", :math:`v`, and "acc_delta", :math:`u`; and "step".

    References
    ----------
    M. D. Zeiler (2012). ADADELTA: an adaptive learning rate method. arXiv:1212.5701.

    Examples
    --------
    The first step is :math:`\sqrt{\epsilon / (1 - \rho)}`, about 0.003, whatever the gradient:

    >>> import numpy as np
    >>> from course_lib.optim import Adadelta, Parameter
    >>> w = Parameter(np.array([1.0, 1.0]))
    >>> w.grad = np.array([100.0, -1.0])
    >>> Adadelta([w]).step()
    >>> w.data.round(4)
    array([0.9968, 1.0032])
    """

    elementwise = True
    limits = {
        "lr": learning_rate,
        "rho": decay_rate,
        "eps": nonnegative,
        "weight_decay": nonnegative,
    }

    def __init__(
        self,
        params: Params,
        lr: float = 1.0,
        rho: float = 0.9,
        eps: float = 1e-6,
        weight_decay: float = 0,
        *,
        maximize: bool = False,
    ) -> None:
        super().__init__(params, dict(lr=lr, rho=rho, eps=eps, weight_decay=weight_decay, maximize=maximize))

    def initial_state(self, p: Array, **options: Any) -> State:
        return {"step": 0, "square_avg": np.zeros_like(p), "acc_delta": np.zeros_like(p)}

    def update(self, p: Array, g: Array, state: State, lr: float, rho: float, eps: float, weight_decay: float) -> None:
        state["step"] += 1
        if weight_decay:
            g = g + weight_decay * p
        v, u = state["square_avg"], state["acc_delta"]
        v *= rho
        v += (1 - rho) * g * g
        d = np.sqrt(u + eps) / np.sqrt(v + eps) * g
        u *= rho
        u += (1 - rho) * d * d
        p -= lr * d
