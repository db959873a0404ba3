"""AdamW whose average takes the place of momentum and of a schedule."""

from __future__ import annotations

from typing import Any

import numpy as np

from course_lib.optim.limits import decay_rates, learning_rate, nonnegative
from course_lib.optim.optimizer import Optimizer, Params, State
from course_lib.optim.schedulefreesgd import ScheduleFreeSGD, average
from course_lib.validation import Array


class ScheduleFreeAdamW(ScheduleFreeSGD):
    r"""Schedule-Free AdamW: AdamW without momentum on z, averaged into x, with gradients taken between the two, at y.

    .. math::

        \gamma &= \mathrm{lr} \, \min(1, \, t / \mathrm{warmup\_steps}) \\
        v &\leftarrow \beta_2 v + (1 - \beta_2) \, g^2 \\
        z &\leftarrow z - \gamma \left( \frac{g}{\sqrt{v / (1 - \beta_2^t)} + \epsilon}
            + \mathrm{weight\_decay} \; y \right) \\
        c &= \gamma^2 / \textstyle\sum_{i \le t} \gamma_i^2 \\
        x &\leftarrow (1 - c) \, x + c \, z \\
        y &\leftarrow (1 - \beta_1) \, z + \beta_1 x

    The parameters hold y, where gradients are computed. What is to be used is x: call `eval` before the model is
    evaluated or saved for use, and `train` before training goes on.

    Parameters
    ----------
    params : iterable of Parameter, or of dict
        The parameters, or groups of them: dicts with the key "params" and options of their own.
    lr : float, at least 0
        The learning rate.
    betas : pair of float in [0, 1)
        How far from z towards x gradients are taken, :math:`\beta_1`, and the weight of the past in the average of
        squares, :math:`\beta_2`.
    eps : float, at least 0
        Keeps the division finite, :math:`\epsilon`. It is added outside the root.
    weight_decay : float, at least 0
        The share of y, times the learning rate, that z loses at each step.
    warmup_steps : int, at least 0
        For so many steps the rate rises from near 0 to `lr`, and steps weigh less in the average.
    maximize : bool
        Whether to climb instead of descend.

    Raises
    ------
    ValueError
        If an option lies outside its range.

    Notes
    -----
    State: as for `ScheduleFreeSGD`, and "exp_avg_sq", :math:`v`. torch.optim has no such method.

    References
    ----------
    A. Defazio, X. Yang, H. Mehta, K. Mishchenko, A. Khaled, A. Cutkosky (2024). The road less scheduled. NeurIPS,
    arXiv:2405.15682. (Algorithm 1.)

    Examples
    --------
    The first step has the length of the learning rate, whatever the gradient, and x goes along:

    >>> import numpy as np
    >>> from course_lib.optim import Parameter, ScheduleFreeAdamW
    >>> w = Parameter(np.array([1.0, 1.0]))
    >>> w.grad = np.array([100.0, -0.01])
    >>> ScheduleFreeAdamW([w], lr=0.1).step()
    >>> w.data.round(6)
    array([0.9, 1.1])
    """

    limits = {
        "lr": learning_rate,
        "betas": decay_rates,
        "eps": nonnegative,
        "weight_decay": nonnegative,
        "warmup_steps": nonnegative,
    }

    def __init__(
        self,
        params: Params,
        lr: float = 2.5e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        warmup_steps: int = 0,
        *,
        maximize: bool = False,
    ) -> None:
        defaults = dict(lr=lr, betas=betas, eps=eps, weight_decay=weight_decay, warmup_steps=warmup_steps, maximize=maximize)
        Optimizer.__init__(self, params, defaults)

    def initial_state(self, p: Array, **options: Any) -> State:
        return {**super().initial_state(p, **options), "exp_avg_sq": np.zeros_like(p)}

    def update(  # type: ignore[override]
        self, p: Array, g: Array, state: State,
        lr: float, betas: tuple[float, float], eps: float, weight_decay: float, warmup_steps: int,
    ) -> None:  # fmt: skip
        t = state["step"] = state["step"] + 1
        gamma = lr * min(1.0, t / warmup_steps) if warmup_steps else lr
        (beta1, beta2), v, z = betas, state["exp_avg_sq"], state["z"]
        v *= beta2
        v += (1 - beta2) * g * g
        z -= gamma * (g / (np.sqrt(v / (1 - beta2**t)) + eps) + weight_decay * p)
        average(p, state, gamma, beta1)
