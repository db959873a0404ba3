"""Steps of one length, in the direction of the sign of a momentum."""

from __future__ import annotations

from typing import Any

import numpy as np

from course_lib.optim.limits import decay_rates, learning_rate, nonnegative
from course_lib.optim.optimizer import Optimizer, Params, State
from course_lib.validation import Array


class Lion(Optimizer):
    r"""Lion ("evolved sign momentum"): every entry moves by the learning rate, only the sign is computed.

    .. math::

        c &= \beta_1 m + (1 - \beta_1) \, g \\
        p &\leftarrow p - \mathrm{lr} \, (\operatorname{sign}(c) + \mathrm{weight\_decay} \; p) \\
        m &\leftarrow \beta_2 m + (1 - \beta_2) \, g

    With :math:`\beta_1 < \beta_2` the newest gradient counts more in the step than in what is remembered of it. One
    average is kept where Adam keeps two. The rule was found by a search over programs.

    Parameters
    ----------
    params : iterable of Parameter, or of dict
        The parameters, or groups of them: dicts with the key "params" and options of their own.
    lr : float, at least 0
        The learning rate: the length of every step, in every entry. The paper takes a third to a tenth of AdamW's.
    betas : pair of float in [0, 1)
        The weights of the past in the step and in the average, :math:`(\beta_1, \beta_2)`.
    weight_decay : float, at least 0
        The share of `p`, times the learning rate, that is lost at each step. With a smaller rate it has to be larger.
    maximize : bool
        Whether to climb instead of descend.

    Raises
    ------
    ValueError
        If an option lies outside its range.

    Notes
    -----
    State: "exp_avg", :math:`m`, of the shape of :math:`p`. torch.optim has no Lion.

    References
    ----------
    X. Chen, C. Liang, D. Huang, E. Real, K. Wang, H. Pham, X. Dong, T. Luong, C.-J. Hsieh, Y. Lu, Q. V. Le (2023).
    Symbolic discovery of optimization algorithms. NeurIPS, arXiv:2302.06675.

    Examples
    --------
    >>> import numpy as np
    >>> from course_lib.optim import Lion, Parameter
    >>> w = Parameter(np.array([1.0, 1.0, 1.0]))
    >>> w.grad = np.array([100.0, -0.01, 0.0])
    >>> Lion([w], lr=0.1).step()
    >>> w.data
    array([0.9, 1.1, 1. ])
    """

    elementwise = True
    limits = {
        "lr": learning_rate,
        "betas": decay_rates,
        "weight_decay": nonnegative,
    }

    def __init__(
        self,
        params: Params,
        lr: float = 1e-4,
        betas: tuple[float, float] = (0.9, 0.99),
        weight_decay: float = 0,
        *,
        maximize: bool = False,
    ) -> None:
        super().__init__(params, dict(lr=lr, betas=betas, weight_decay=weight_decay, maximize=maximize))

    def initial_state(self, p: Array, **options: Any) -> State:
        return {"exp_avg": np.zeros_like(p)}

    def update(self, p: Array, g: Array, state: State, lr: float, betas: tuple[float, float], weight_decay: float) -> None:
        (beta1, beta2), m = betas, state["exp_avg"]
        p *= 1 - lr * weight_decay
        p -= lr * np.sign(beta1 * m + (1 - beta1) * g)
        m *= beta2
        m += (1 - beta2) * g
