"""Momentum and root-mean-square scaling, both corrected for starting from zero."""

from __future__ import annotations

from typing import Any

import numpy as np

from course_lib.optim.limits import decay_rates, learning_rate, nonnegative
from course_lib.optim.optimizer import Optimizer, Params, State
from course_lib.validation import Array


class Adam(Optimizer):
    r"""Adam: moving averages of the gradient and of its square, corrected for having started from zero.

    .. math::

        g &\leftarrow g + \mathrm{weight\_decay} \; p
            \qquad \text{(decoupled: } p \leftarrow (1 - \mathrm{lr} \; \mathrm{weight\_decay}) \, p \text{)} \\
        m &\leftarrow \beta_1 m + (1 - \beta_1) \, g \\
        v &\leftarrow \beta_2 v + (1 - \beta_2) \, g^2 \\
        p &\leftarrow p - \frac{\mathrm{lr}}{1 - \beta_1^t} \;
            \frac{m}{\sqrt{v} / \sqrt{1 - \beta_2^t} + \epsilon}

    With `amsgrad`, the largest :math:`v` so far takes its place in the last line.

    Parameters
    ----------
    params : iterable of Parameter, or of dict
        The parameters, or groups of them: dicts with the key "params" and options of their own.
    lr : float, at least 0
        The learning rate: about the length of a step, in every entry, while the gradients agree.
    betas : pair of float in [0, 1)
        The weights of the past in the averages, :math:`(\beta_1, \beta_2)`.
    eps : float, at least 0
        Keeps the division finite, :math:`\epsilon`. It is added outside the root.
    weight_decay : float, at least 0
        The factor of the penalty ``(p**2).sum() / 2``. Its gradient is added to `g` and so passes through the
        averages, unless `decoupled_weight_decay`.
    amsgrad : bool
        Whether the denominator may only grow.
    maximize : bool
        Whether to climb instead of descend.
    decoupled_weight_decay : bool
        Whether to shrink `p` directly instead, past the averages. This is AdamW.

    Raises
    ------
    ValueError
        If an option lies outside its range.

    Notes
    -----
    State: "exp_avg", :math:`m`, and "exp_avg_sq", :math:`v`, of the shape of :math:`p`; "max_exp_avg_sq", the
    largest :math:`v`, if `amsgrad`; and "step", :math:`t`. As in torch, `amsgrad` cannot be switched on after the
    first step: that raises a KeyError.

    References
    ----------
    D. P. Kingma, J. Ba (2015). Adam: a method for stochastic optimization. ICLR, arXiv:1412.6980.

    S. J. Reddi, S. Kale, S. Kumar (2018). On the convergence of Adam and beyond. ICLR. (AMSGrad.)

    Examples
    --------
    The first step has the length of the learning rate, whatever the gradient:

    >>> import numpy as np
    >>> from course_lib.optim import Adam, Parameter
    >>> w = Parameter(np.array([1.0, 1.0]))
    >>> w.grad = np.array([100.0, -0.01])
    >>> Adam([w], lr=0.1).step()
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
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        amsgrad: bool = False,
        *,
        maximize: bool = False,
        decoupled_weight_decay: bool = False,
    ) -> None:
        super().__init__(
            params,
            dict(
                lr=lr,
                betas=betas,
                eps=eps,
                weight_decay=weight_decay,
                amsgrad=amsgrad,
                maximize=maximize,
                decoupled_weight_decay=decoupled_weight_decay,
            ),
        )
        if not all(isinstance(beta, float) for beta in betas):  # torch asks for it here, not in its other optimizers
            raise ValueError(f"betas must be two floats, got {betas}. Write 0.0 for 0.")

    def initial_state(self, p: Array, **options: Any) -> State:
        state: State = {"step": 0, "exp_avg": np.zeros_like(p), "exp_avg_sq": np.zeros_like(p)}
        if options["amsgrad"]:
            state["max_exp_avg_sq"] = np.zeros_like(p)
        return state

    def update(
        self, p: Array, g: Array, state: State, lr: float, betas: tuple[float, float], eps: float,
        weight_decay: float, amsgrad: bool, decoupled_weight_decay: bool,
    ) -> None:  # fmt: skip
        t = state["step"] = state["step"] + 1
        if decoupled_weight_decay:
            p *= 1 - lr * weight_decay
        elif weight_decay:
            g = g + weight_decay * p
        (beta1, beta2), m, v = betas, state["exp_avg"], state["exp_avg_sq"]
        m *= beta1
        m += (1 - beta1) * g
        v *= beta2
        v += (1 - beta2) * g * g
        if amsgrad:
            v = np.maximum(state["max_exp_avg_sq"], v, out=state["max_exp_avg_sq"])
        p -= lr / (1 - beta1**t) * m / (np.sqrt(v) / (1 - beta2**t) ** 0.5 + eps)
