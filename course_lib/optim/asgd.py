"""Gradient descent whose result is the average of its path."""

from __future__ import annotations

from typing import Any

import numpy as np

from course_lib.optim.limits import learning_rate, nonnegative, number
from course_lib.optim.optimizer import Optimizer, Params, State
from course_lib.validation import Array


class ASGD(Optimizer):
    r"""Averaged stochastic gradient descent: steps that shrink slowly, and an average of the path.

    .. math::

        g &\leftarrow g + \mathrm{weight\_decay} \; p \\
        p &\leftarrow (1 - \mathrm{lambd} \; \eta) \, p - \eta \, g \\
        a &\leftarrow (1 - \mu) \, a + \mu \, p \\
        \eta &\leftarrow \frac{\mathrm{lr}}{(1 + \mathrm{lambd} \; \mathrm{lr} \; t)^{\alpha}},
            \qquad \mu \leftarrow \frac{1}{\max(1, \; t - t_0)}

    The noise of the gradients keeps :math:`p` wandering about the minimum; the average :math:`a` settles there. It
    is found in the state: ``optimizer.state[w]["ax"]``.

    Parameters
    ----------
    params : iterable of Parameter, or of dict
        The parameters, or groups of them: dicts with the key "params" and options of their own.
    lr : float, at least 0
        The learning rate of the first step. A change takes effect a step late, as in torch, because :math:`\eta`
        is computed for the next step.
    lambd : float, at least 0
        How fast the learning rate falls; also the rate at which `p` shrinks.
    alpha : float
        The power with which the learning rate falls, :math:`\alpha`. The theory asks for 1/2 to 1.
    t0 : float
        The number of steps after which averaging begins, :math:`t_0`; until then :math:`a = p`.
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
    State: "ax", :math:`a`, of the shape of :math:`p`; "eta", :math:`\eta`, "mu", :math:`\mu` and "step", :math:`t`.

    References
    ----------
    B. T. Polyak, A. B. Juditsky (1992). Acceleration of stochastic approximation by averaging. SIAM Journal on
    Control and Optimization 30(4).

    Examples
    --------
    >>> import numpy as np
    >>> from course_lib.optim import ASGD, Parameter
    >>> w, noise = Parameter(np.array([1.0])), np.random.default_rng(0)
    >>> optimizer = ASGD([w], lr=0.2, t0=100)
    >>> for _ in range(1000):
    ...     w.grad = 2 * w.data + noise.normal(size=1)
    ...     optimizer.step()
    >>> abs(optimizer.state[w]["ax"]) < 0.05
    array([ True])
    """

    elementwise = True
    limits = {
        "lr": learning_rate,
        "lambd": nonnegative,
        "alpha": number,
        "t0": number,
        "weight_decay": nonnegative,
    }

    def __init__(
        self,
        params: Params,
        lr: float = 1e-2,
        lambd: float = 1e-4,
        alpha: float = 0.75,
        t0: float = 1e6,
        weight_decay: float = 0,
        *,
        maximize: bool = False,
    ) -> None:
        super().__init__(
            params,
            dict(lr=lr, lambd=lambd, alpha=alpha, t0=t0, weight_decay=weight_decay, maximize=maximize),
        )

    def initial_state(self, p: Array, **options: Any) -> State:
        return {"step": 0, "eta": float(options["lr"]), "mu": 1.0, "ax": np.zeros_like(p)}

    def update(
        self, p: Array, g: Array, state: State,
        lr: float, lambd: float, alpha: float, t0: float, weight_decay: float,
    ) -> None:  # fmt: skip
        t = state["step"] = state["step"] + 1
        if weight_decay:
            g = g + weight_decay * p
        eta, mu, a = state["eta"], state["mu"], state["ax"]
        p *= 1 - lambd * eta
        p -= eta * g
        a *= 1 - mu
        a += mu * p
        state["eta"] = lr / (1 + lambd * lr * t) ** alpha
        state["mu"] = 1 / max(1, t - t0)
