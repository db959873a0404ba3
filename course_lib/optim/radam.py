"""Adam that trusts its denominator only when enough gradients stand behind it."""

from __future__ import annotations

from typing import Any

import numpy as np

from course_lib.optim.limits import decay_rates, learning_rate, nonnegative
from course_lib.optim.optimizer import Optimizer, Params, State
from course_lib.validation import Array


class RAdam(Optimizer):
    r"""RAdam: Adam that warms up by itself, as far as its denominator can be trusted.

    .. math::

        g &\leftarrow g + \mathrm{weight\_decay} \; p
            \qquad \text{(decoupled: } p \leftarrow (1 - \mathrm{lr} \; \mathrm{weight\_decay}) \, p \text{)} \\
        m &\leftarrow \beta_1 m + (1 - \beta_1) \, g \\
        v &\leftarrow \beta_2 v + (1 - \beta_2) \, g^2 \\
        \rho_\infty &= \frac{2}{1 - \beta_2} - 1,
            \qquad \rho = \rho_\infty - \frac{2 \, t \, \beta_2^t}{1 - \beta_2^t} \\
        d &= \mathrm{lr} \, \frac{m}{1 - \beta_1^t} \\
        d &\leftarrow d \; \frac{\sqrt{1 - \beta_2^t}}{\sqrt{v} + \epsilon} \;
            \sqrt{\frac{(\rho - 4)(\rho - 2) \, \rho_\infty}{(\rho_\infty - 4)(\rho_\infty - 2) \, \rho}}
            \qquad \text{if } \rho > 5 \\
        p &\leftarrow p - d

    :math:`\rho` is the number of gradients that :math:`v` is in effect the average of. While it is small, the
    variance of :math:`1 / \sqrt{v}` is large: the rule starts as gradient descent with momentum, then scales the
    step back by what the variance is too large.

    Parameters
    ----------
    params : iterable of Parameter, or of dict
        The parameters, or groups of them: dicts with the key "params" and options of their own.
    lr : float, at least 0
        The learning rate.
    betas : pair of float in [0, 1)
        The weights of the past in the averages, :math:`(\beta_1, \beta_2)`.
    eps : float, at least 0
        Keeps the division finite, :math:`\epsilon`. It is added outside the root, and before the correction.
    weight_decay : float, at least 0
        The factor of the penalty ``(p**2).sum() / 2``, whose gradient is added to `g`, unless
        `decoupled_weight_decay`.
    decoupled_weight_decay : bool
        Whether to shrink `p` directly instead, as AdamW does.
    maximize : bool
        Whether to climb instead of descend.

    Raises
    ------
    ValueError
        If an option lies outside its range.

    Notes
    -----
    State: "exp_avg", :math:`m`, and "exp_avg_sq", :math:`v`, of the shape of :math:`p`; and "step", :math:`t`.

    References
    ----------
    L. Liu, H. Jiang, P. He, W. Chen, X. Liu, J. Gao, J. Han (2020). On the variance of the adaptive learning
    rate and beyond. ICLR, arXiv:1908.03265.

    Examples
    --------
    At first the length of a step depends on the gradient, later it does not:

    >>> import numpy as np
    >>> from course_lib.optim import Parameter, RAdam
    >>> w = Parameter(np.array([1.0, 1.0]))
    >>> optimizer = RAdam([w], lr=0.001)
    >>> for t in range(1, 7):
    ...     w.grad, before = np.array([100.0, -0.01]), w.data.copy()
    ...     optimizer.step()
    ...     if t in (1, 6):
    ...         print((w.data - before).round(6))
    [-1.e-01  1.e-05]
    [-2.6e-05  2.6e-05]
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
        decoupled_weight_decay: bool = False,
        *,
        maximize: bool = False,
    ) -> None:
        super().__init__(
            params,
            dict(
                lr=lr,
                betas=betas,
                eps=eps,
                weight_decay=weight_decay,
                decoupled_weight_decay=decoupled_weight_decay,
                maximize=maximize,
            ),
        )

    def initial_state(self, p: Array, **options: Any) -> State:
        return {"step": 0, "exp_avg": np.zeros_like(p), "exp_avg_sq": np.zeros_like(p)}

    def update(
        self, p: Array, g: Array, state: State, lr: float, betas: tuple[float, float], eps: float,
        weight_decay: float, decoupled_weight_decay: bool,
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
        rho_inf = 2 / (1 - beta2) - 1
        rho = rho_inf - 2 * t * beta2**t / (1 - beta2**t)
        d = lr * (m / (1 - beta1**t))
        if rho > 5:
            rectification = (rho - 4) * (rho - 2) * rho_inf / ((rho_inf - 4) * (rho_inf - 2) * rho)
            d *= (1 - beta2**t) ** 0.5 / (np.sqrt(v) + eps) * rectification**0.5
        p -= d
