"""Stochastic gradient descent, with momentum."""

from __future__ import annotations

from typing import Any

import numpy as np

from course_lib.optim.limits import learning_rate, nonnegative, number
from course_lib.optim.optimizer import Optimizer, Params, State
from course_lib.validation import Array


class SGD(Optimizer):
    r"""Stochastic gradient descent, with momentum if asked for.

    .. math::

        g &\leftarrow g + \mathrm{weight\_decay} \; p \\
        b &\leftarrow \mathrm{momentum} \; b + (1 - \mathrm{dampening}) \, g
            \qquad \text{(the first time } b \leftarrow g \text{)} \\
        g &\leftarrow b
            \qquad \text{(with nesterov } g \leftarrow g + \mathrm{momentum} \; b \text{)} \\
        p &\leftarrow p - \mathrm{lr} \; g

    Parameters
    ----------
    params : iterable of Parameter, or of dict
        The parameters, or groups of them: dicts with the key "params" and options of their own.
    lr : float, at least 0
        The learning rate.
    momentum : float, at least 0
        The weight of the past in the buffer :math:`b`. A steady gradient is amplified up to
        1 / (1 - momentum) times.
    dampening : float
        Taken from the weight of the new gradient, except the first time.
    weight_decay : float, at least 0
        The factor of the penalty ``(p**2).sum() / 2``, whose gradient is added to `g`.
    nesterov : bool
        Whether to look ahead along the new buffer. Needs momentum and no dampening.
    maximize : bool
        Whether to climb instead of descend.

    Raises
    ------
    ValueError
        If an option lies outside its range, or `nesterov` comes without momentum or with dampening.

    Notes
    -----
    State: "momentum_buffer", :math:`b`, if momentum is not 0.

    As in torch, the learning rate multiplies the buffer on its way into `p`. In the papers it multiplies the
    gradient on its way into the buffer, so that a change of the learning rate makes itself felt more slowly.

    References
    ----------
    H. Robbins, S. Monro (1951). A stochastic approximation method. Annals of Mathematical Statistics 22(3).

    B. T. Polyak (1964). Some methods of speeding up the convergence of iteration methods. USSR Computational
    Mathematics and Mathematical Physics 4(5).

    I. Sutskever, J. Martens, G. Dahl, G. Hinton (2013). On the importance of initialization and momentum in
    deep learning. ICML.

    Examples
    --------
    >>> import numpy as np
    >>> from course_lib.optim import SGD, Parameter
    >>> w = Parameter(np.array([1.0, -2.0]))
    >>> optimizer = SGD([w], lr=0.1, momentum=0.9)
    >>> for _ in range(2):
    ...     w.grad = 2 * w.data  # of the squared length
    ...     optimizer.step()
    >>> w.data
    array([ 0.46, -0.92])
    """

    elementwise = True
    limits = {
        "lr": learning_rate,
        "momentum": nonnegative,
        "dampening": number,
        "weight_decay": nonnegative,
    }

    def __init__(
        self,
        params: Params,
        lr: float = 1e-3,
        momentum: float = 0,
        dampening: float = 0,
        weight_decay: float = 0,
        nesterov: bool = False,
        *,
        maximize: bool = False,
    ) -> None:
        super().__init__(
            params,
            dict(
                lr=lr,
                momentum=momentum,
                dampening=dampening,
                weight_decay=weight_decay,
                nesterov=nesterov,
                maximize=maximize,
            ),
        )

    def check(self, options: dict[str, Any]) -> None:
        super().check(options)
        if options["nesterov"] and (options["momentum"] == 0 or options["dampening"] != 0):
            raise ValueError(
                f"nesterov needs momentum > 0 and dampening = 0, "
                f"got momentum={options['momentum']} and dampening={options['dampening']}."
            )

    def update(
        self, p: Array, g: Array, state: State, lr: float, momentum: float, dampening: float,
        weight_decay: float, nesterov: bool,
    ) -> None:  # fmt: skip
        if weight_decay:
            g = g + weight_decay * p
        if momentum:
            b = state.get("momentum_buffer")
            if b is None:
                b = state["momentum_buffer"] = np.array(g)
            else:
                b *= momentum
                b += (1 - dampening) * g
            g = g + momentum * b if nesterov else b
        p -= lr * g
