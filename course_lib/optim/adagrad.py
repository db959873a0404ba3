"""Steps that shrink with all the gradients a parameter has seen."""

from __future__ import annotations

from typing import Any

import numpy as np

from course_lib.optim.limits import learning_rate, nonnegative
from course_lib.optim.optimizer import Optimizer, Params, State
from course_lib.validation import Array


class Adagrad(Optimizer):
    r"""Adagrad: each entry has a learning rate of its own, which falls as its gradients add up.

    .. math::

        g &\leftarrow g + \mathrm{weight\_decay} \; p \\
        s &\leftarrow s + g^2 \\
        p &\leftarrow p - \frac{\mathrm{lr}}{1 + (t - 1) \, \mathrm{lr\_decay}} \; \frac{g}{\sqrt{s} + \epsilon}

    Entries whose gradients are rare or small keep large steps, which suits sparse features. Because :math:`s`
    only grows, all steps shrink for good.

    Parameters
    ----------
    params : iterable of Parameter, or of dict
        The parameters, or groups of them: dicts with the key "params" and options of their own.
    lr : float, at least 0
        The learning rate, before it is divided by the root of the sum.
    lr_decay : float, at least 0
        How fast the learning rate falls besides, with the number of steps :math:`t`.
    weight_decay : float, at least 0
        The factor of the penalty ``(p**2).sum() / 2``, whose gradient is added to `g`.
    initial_accumulator_value : float, at least 0
        What the sum :math:`s` starts from. As in torch, it holds for all groups: one that sets its own is not
        heard.
    eps : float, at least 0
        Keeps the division finite, :math:`\epsilon`.
    maximize : bool
        Whether to climb instead of descend.

    Raises
    ------
    ValueError
        If an option lies outside its range.

    Notes
    -----
    State: "sum", :math:`s`, of the shape of :math:`p`, and "step", :math:`t`. As in torch, it is there before
    the first step.

    References
    ----------
    J. Duchi, E. Hazan, Y. Singer (2011). Adaptive subgradient methods for online learning and stochastic
    optimization. Journal of Machine Learning Research 12.

    Examples
    --------
    The first step has the length of the learning rate, whatever the gradient:

    >>> import numpy as np
    >>> from course_lib.optim import Adagrad, Parameter
    >>> w = Parameter(np.array([1.0, 1.0]))
    >>> w.grad = np.array([100.0, -0.01])
    >>> Adagrad([w], lr=0.5).step()
    >>> w.data.round(6)
    array([0.5, 1.5])
    """

    elementwise = True
    limits = {
        "lr": learning_rate,
        "lr_decay": nonnegative,
        "weight_decay": nonnegative,
        "initial_accumulator_value": nonnegative,
        "eps": nonnegative,
    }

    def __init__(
        self,
        params: Params,
        lr: float = 1e-2,
        lr_decay: float = 0,
        weight_decay: float = 0,
        initial_accumulator_value: float = 0,
        eps: float = 1e-10,
        *,
        maximize: bool = False,
    ) -> None:
        super().__init__(
            params,
            dict(
                lr=lr,
                lr_decay=lr_decay,
                weight_decay=weight_decay,
                initial_accumulator_value=initial_accumulator_value,
                eps=eps,
                maximize=maximize,
            ),
        )
        for group in self.param_groups:
            for p in group["params"]:
                self.state_of(p, self.options(group))

    def initial_state(self, p: Array, **options: Any) -> State:
        return {"step": 0, "sum": np.full_like(p, self.defaults["initial_accumulator_value"])}

    def update(
        self, p: Array, g: Array, state: State,
        lr: float, lr_decay: float, weight_decay: float, eps: float, **_: object,
    ) -> None:  # fmt: skip
        t = state["step"] = state["step"] + 1
        if weight_decay:
            g = g + weight_decay * p
        s = state["sum"]
        s += g * g
        p -= lr / (1 + (t - 1) * lr_decay) * g / (np.sqrt(s) + eps)
