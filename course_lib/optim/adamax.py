"""Adam with the largest recent gradient in place of the root mean square."""

from __future__ import annotations

from typing import Any

import numpy as np

from course_lib.optim.limits import decay_rates, learning_rate, nonnegative
from course_lib.optim.optimizer import Optimizer, Params, State
from course_lib.validation import Array


class Adamax(Optimizer):
    r"""Adamax: Adam with a decaying maximum in place of the root mean square.

    .. math::

        g &\leftarrow g + \mathrm{weight\_decay} \; p \\
        m &\leftarrow \beta_1 m + (1 - \beta_1) \, g \\
        u &\leftarrow \max(\beta_2 u, \; |g| + \epsilon) \\
        p &\leftarrow p - \frac{\mathrm{lr}}{1 - \beta_1^t} \; \frac{m}{u}

    The maximum is the limit of Adam's average when the square becomes an ever higher power. Starting from zero
    does not bias it, so that it needs no correction.

    Parameters
    ----------
    params : iterable of Parameter, or of dict
        The parameters, or groups of them: dicts with the key "params" and options of their own.
    lr : float, at least 0
        The learning rate: no step is much longer.
    betas : pair of float in [0, 1)
        The weights of the past, :math:`(\beta_1, \beta_2)`, in the average and in the maximum.
    eps : float, at least 0
        Keeps the division finite, :math:`\epsilon`.
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
    State: "exp_avg", :math:`m`, and "exp_inf", :math:`u`, of the shape of :math:`p`; and "step", :math:`t`.

    References
    ----------
    D. P. Kingma, J. Ba (2015). Adam: a method for stochastic optimization. ICLR, arXiv:1412.6980. (Section 7.1.)

    Examples
    --------
    >>> import numpy as np
    >>> from course_lib.optim import Adamax, Parameter
    >>> w = Parameter(np.array([1.0, 1.0]))
    >>> w.grad = np.array([100.0, -0.01])
    >>> Adamax([w], lr=0.1).step()
    >>> w.data.round(6)
    array([0.9, 1.1])
    """

    elementwise = True
    limits = {
        "lr": learning_rate,
        "betas": decay_rates,
        "eps": nonnegative,
        "weight_decay": nonnegative,
    }

    def __init__(
        self,
        params: Params,
        lr: float = 2e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        *,
        maximize: bool = False,
    ) -> None:
        super().__init__(params, dict(lr=lr, betas=betas, eps=eps, weight_decay=weight_decay, maximize=maximize))

    def initial_state(self, p: Array, **options: Any) -> State:
        return {"step": 0, "exp_avg": np.zeros_like(p), "exp_inf": np.zeros_like(p)}

    def update(
        self, p: Array, g: Array, state: State,
        lr: float, betas: tuple[float, float], eps: float, weight_decay: float,
    ) -> None:  # fmt: skip
        t = state["step"] = state["step"] + 1
        if weight_decay:
            g = g + weight_decay * p
        (beta1, beta2), m, u = betas, state["exp_avg"], state["exp_inf"]
        m *= beta1
        m += (1 - beta1) * g
        np.maximum(beta2 * u, np.abs(g) + eps, out=u)
        p -= lr / (1 - beta1**t) * m / u
