"""Steps divided by the root mean square of recent gradients."""

from __future__ import annotations

from typing import Any

import numpy as np

from course_lib.optim.limits import decay_rate, learning_rate, nonnegative
from course_lib.optim.optimizer import Optimizer, Params, State
from course_lib.validation import Array


class RMSprop(Optimizer):
    r"""RMSprop: the gradient is divided by the root of a moving average of its square.

    .. math::

        g &\leftarrow g + \mathrm{weight\_decay} \; p \\
        v &\leftarrow \alpha v + (1 - \alpha) \, g^2 \\
        a &\leftarrow a + (1 - \alpha) \, (g - a) \\
        d &= \sqrt{v} + \epsilon
            \qquad \text{(centered: } d = \sqrt{\max(v - a^2, 0)} + \epsilon \text{)} \\
        b &\leftarrow \mathrm{momentum} \; b + g / d \\
        p &\leftarrow p - \mathrm{lr} \; b

    Unlike Adagrad's sum, the average forgets, so that the steps need not shrink. Centered, it divides by an
    estimate of the standard deviation instead.

    Parameters
    ----------
    params : iterable of Parameter, or of dict
        The parameters, or groups of them: dicts with the key "params" and options of their own.
    lr : float, at least 0
        The learning rate.
    alpha : float in [0, 1]
        The weight of the past in the averages.
    eps : float, at least 0
        Keeps the division finite, :math:`\epsilon`. It is added outside the root.
    weight_decay : float, at least 0
        The factor of the penalty ``(p**2).sum() / 2``, whose gradient is added to `g`.
    momentum : float, at least 0
        The weight of the past in the buffer :math:`b`.
    centered : bool
        Whether to take the square of the average gradient :math:`a` from :math:`v`.
    maximize : bool
        Whether to climb instead of descend.

    Raises
    ------
    ValueError
        If an option lies outside its range.

    Notes
    -----
    State, each of the shape of :math:`p`: "square_avg", :math:`v`; "grad_avg", :math:`a`, if centered;
    "momentum_buffer", :math:`b`, if momentum is not 0; and "step". As in torch, neither `centered` nor
    `momentum` can be switched on after the first step: that raises a KeyError.

    While gradients stay the same, :math:`v - a^2` falls to 0, where rounding decides its sign. torch takes the root of it
    as it is, so that for some constant gradients the parameter becomes NaN sooner or later. Here a negative one counts as
    0, and :math:`d` is :math:`\epsilon`: the steps become long, as the formula says.

    References
    ----------
    T. Tieleman, G. Hinton (2012). Lecture 6.5, rmsprop: divide the gradient by a running average of its recent
    magnitude. COURSERA: Neural Networks for Machine Learning.

    A. Graves (2013). Generating sequences with recurrent neural networks. arXiv:1308.0850. (Centered.)

    Examples
    --------
    The average starts from zero and is not corrected for it, so that the first step is
    :math:`1 / \sqrt{1 - \alpha} = 10` times the learning rate, whatever the gradient:

    >>> import numpy as np
    >>> from course_lib.optim import Parameter, RMSprop
    >>> w = Parameter(np.array([1.0, 1.0]))
    >>> w.grad = np.array([100.0, -0.01])
    >>> RMSprop([w], lr=0.01).step()
    >>> w.data.round(4)
    array([0.9, 1.1])
    """

    elementwise = True
    limits = {
        "lr": learning_rate,
        "alpha": decay_rate,
        "eps": nonnegative,
        "weight_decay": nonnegative,
        "momentum": nonnegative,
    }

    def __init__(
        self,
        params: Params,
        lr: float = 1e-2,
        alpha: float = 0.99,
        eps: float = 1e-8,
        weight_decay: float = 0,
        momentum: float = 0,
        centered: bool = False,
        *,
        maximize: bool = False,
    ) -> None:
        super().__init__(
            params,
            dict(
                lr=lr,
                alpha=alpha,
                eps=eps,
                weight_decay=weight_decay,
                momentum=momentum,
                centered=centered,
                maximize=maximize,
            ),
        )

    def initial_state(self, p: Array, **options: Any) -> State:
        state: State = {"step": 0, "square_avg": np.zeros_like(p)}
        if options["momentum"]:
            state["momentum_buffer"] = np.zeros_like(p)
        if options["centered"]:
            state["grad_avg"] = np.zeros_like(p)
        return state

    def update(
        self, p: Array, g: Array, state: State,
        lr: float, alpha: float, eps: float, weight_decay: float, momentum: float, centered: bool,
    ) -> None:  # fmt: skip
        state["step"] += 1
        if weight_decay:
            g = g + weight_decay * p
        v = state["square_avg"]
        v *= alpha
        v += (1 - alpha) * g * g
        if centered:
            a = state["grad_avg"]
            a += (1 - alpha) * (g - a)
            v = np.maximum(v - a * a, 0)
        d = np.sqrt(v) + eps
        if momentum:
            b = state["momentum_buffer"]
            b *= momentum
            b += g / d
            p -= lr * b
        else:
            p -= lr * g / d
