"""Adam with Nesterov's look ahead."""

from __future__ import annotations

from typing import Any

import numpy as np

from course_lib.optim.limits import decay_rates, learning_rate, nonnegative
from course_lib.optim.optimizer import Optimizer, Params, State
from course_lib.validation import Array


class NAdam(Optimizer):
    r"""NAdam: Adam whose momentum looks one step ahead, as Nesterov's does.

    .. math::

        g &\leftarrow g + \mathrm{weight\_decay} \; p
            \qquad \text{(decoupled: } p \leftarrow (1 - \mathrm{lr} \; \mathrm{weight\_decay}) \, p \text{)} \\
        \mu_t &= \beta_1 \, (1 - \tfrac{1}{2} \, 0.96^{\, t \; \mathrm{momentum\_decay}}),
            \qquad \pi \leftarrow \pi \, \mu_t \\
        m &\leftarrow \beta_1 m + (1 - \beta_1) \, g \\
        v &\leftarrow \beta_2 v + (1 - \beta_2) \, g^2 \\
        d &= \sqrt{v / (1 - \beta_2^t)} + \epsilon \\
        p &\leftarrow p - \mathrm{lr} \, \frac{1 - \mu_t}{1 - \pi} \, \frac{g}{d}
            - \mathrm{lr} \, \frac{\mu_{t+1}}{1 - \pi \, \mu_{t+1}} \, \frac{m}{d}

    The weight :math:`\mu_t` of the past grows from about :math:`\beta_1 / 2` to :math:`\beta_1`; :math:`\pi` is the
    product of all so far.

    Parameters
    ----------
    params : iterable of Parameter, or of dict
        The parameters, or groups of them: dicts with the key "params" and options of their own.
    lr : float, at least 0
        The learning rate.
    betas : pair of float in [0, 1)
        The weights of the past in the averages, :math:`(\beta_1, \beta_2)`.
    eps : float, at least 0
        Keeps the division finite, :math:`\epsilon`. It is added outside the root.
    weight_decay : float, at least 0
        The factor of the penalty ``(p**2).sum() / 2``, whose gradient is added to `g`, unless
        `decoupled_weight_decay`.
    momentum_decay : float, at least 0
        How fast :math:`\mu_t` grows.
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
    State: "exp_avg", :math:`m`, and "exp_avg_sq", :math:`v`, of the shape of :math:`p`; "mu_product", :math:`\pi`;
    and "step", :math:`t`.

    References
    ----------
    T. Dozat (2016). Incorporating Nesterov momentum into Adam. ICLR workshop.

    Examples
    --------
    The first step is a little longer than Adam's, by what is expected of the next:

    >>> import numpy as np
    >>> from course_lib.optim import NAdam, Parameter
    >>> w = Parameter(np.array([1.0, 1.0]))
    >>> w.grad = np.array([100.0, -0.01])
    >>> NAdam([w], lr=0.1).step()
    >>> w.data.round(4)
    array([0.8944, 1.1056])
    """

    elementwise = True
    limits = {
        "lr": learning_rate,
        "betas": decay_rates,
        "eps": nonnegative,
        "weight_decay": nonnegative,
        "momentum_decay": nonnegative,
    }

    def __init__(
        self,
        params: Params,
        lr: float = 2e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        momentum_decay: float = 4e-3,
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
                momentum_decay=momentum_decay,
                decoupled_weight_decay=decoupled_weight_decay,
                maximize=maximize,
            ),
        )

    def initial_state(self, p: Array, **options: Any) -> State:
        return {"step": 0, "mu_product": 1.0, "exp_avg": np.zeros_like(p), "exp_avg_sq": np.zeros_like(p)}

    def update(
        self, p: Array, g: Array, state: State, lr: float, betas: tuple[float, float], eps: float,
        weight_decay: float, momentum_decay: float, decoupled_weight_decay: bool,
    ) -> None:  # fmt: skip
        t = state["step"] = state["step"] + 1
        if decoupled_weight_decay:
            p *= 1 - lr * weight_decay
        elif weight_decay:
            g = g + weight_decay * p
        (beta1, beta2), m, v = betas, state["exp_avg"], state["exp_avg_sq"]
        mu, mu_next = (beta1 * (1 - 0.5 * 0.96 ** (s * momentum_decay)) for s in (t, t + 1))
        product = state["mu_product"] = state["mu_product"] * mu
        m *= beta1
        m += (1 - beta1) * g
        v *= beta2
        v += (1 - beta2) * g * g
        d = np.sqrt(v / (1 - beta2**t)) + eps
        p -= lr * (1 - mu) / (1 - product) * g / d
        p -= lr * mu_next / (1 - product * mu_next) * m / d
