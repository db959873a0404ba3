"""Gradient descent whose average takes the place of a schedule."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from course_lib.optim.limits import decay_rate, learning_rate, nonnegative
from course_lib.optim.optimizer import Optimizer, Params, State
from course_lib.validation import Array


class ScheduleFreeSGD(Optimizer):
    r"""Schedule-Free SGD: gradient descent on z, averaged into x, with gradients taken between the two, at y.

    .. math::

        \gamma &= \mathrm{lr} \, \min(1, \, t / \mathrm{warmup\_steps}) \\
        z &\leftarrow z - \gamma \, (g + \mathrm{weight\_decay} \; y) \\
        c &= \gamma^2 / \textstyle\sum_{i \le t} \gamma_i^2 \\
        x &\leftarrow (1 - c) \, x + c \, z \\
        y &\leftarrow (1 - \mathrm{momentum}) \, z + \mathrm{momentum} \; x

    With a constant rate, x is the average of all z: it settles while z goes on moving at the full rate, so that the rate
    need not fall and the number of steps need not be known beforehand.

    The parameters hold y, where gradients are computed. What is to be used is x: call `eval` before the model is
    evaluated or saved for use, and `train` before training goes on.

    Parameters
    ----------
    params : iterable of Parameter, or of dict
        The parameters, or groups of them: dicts with the key "params" and options of their own.
    lr : float, at least 0
        The learning rate. It can be larger than without averaging.
    momentum : float in [0, 1]
        How far from z towards x gradients are taken. At 0 this is Polyak's averaging, at 1 primal averaging.
    weight_decay : float, at least 0
        The factor of the penalty ``(y**2).sum() / 2``, whose gradient is added to `g`.
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
    State: "z" and "x", of the shape of :math:`p`; "weight_sum", the sum of the :math:`\gamma_i^2`; "step", :math:`t`; and
    after `eval` also "y". torch.optim has no such method. The authors' own code keeps y and z alone and works out x.

    References
    ----------
    A. Defazio, X. Yang, H. Mehta, K. Mishchenko, A. Khaled, A. Cutkosky (2024). The road less scheduled. NeurIPS,
    arXiv:2405.15682.

    Examples
    --------
    Down a slope of 1, z goes to -1, -2 and -3; x is their average:

    >>> import numpy as np
    >>> from course_lib.optim import Parameter, ScheduleFreeSGD
    >>> w = Parameter(np.zeros(1))
    >>> optimizer = ScheduleFreeSGD([w], lr=1.0, momentum=0.5)
    >>> for _ in range(3):
    ...     w.grad = np.ones(1)
    ...     optimizer.step()
    >>> w.data
    array([-2.5])
    >>> optimizer.eval()
    >>> w.data
    array([-2.])
    """

    elementwise = True
    limits = {
        "lr": learning_rate,
        "momentum": decay_rate,
        "weight_decay": nonnegative,
        "warmup_steps": nonnegative,
    }

    def __init__(
        self,
        params: Params,
        lr: float = 1.0,
        momentum: float = 0.9,
        weight_decay: float = 0,
        warmup_steps: int = 0,
        *,
        maximize: bool = False,
    ) -> None:
        super().__init__(
            params,
            dict(lr=lr, momentum=momentum, weight_decay=weight_decay, warmup_steps=warmup_steps, maximize=maximize),
        )

    def initial_state(self, p: Array, **options: Any) -> State:
        return {"step": 0, "weight_sum": 0.0, "z": p.copy(), "x": p.copy()}

    def update(
        self, p: Array, g: Array, state: State, lr: float, momentum: float, weight_decay: float, warmup_steps: int
    ) -> None:
        t = state["step"] = state["step"] + 1
        gamma = lr * min(1.0, t / warmup_steps) if warmup_steps else lr
        if weight_decay:
            g = g + weight_decay * p
        z = state["z"]
        z -= gamma * g
        average(p, state, gamma, momentum)

    def step(self, closure: Callable[[], float] | None = None) -> float | None:
        """Update every parameter that has a gradient, as `Optimizer.step` does.

        Raises
        ------
        RuntimeError
            Also after `eval`, because then the gradients are those at x.
        """
        if any("y" in state for state in self.state.values()):
            raise RuntimeError("after eval() the parameters hold x, and steps start from y: call train() first.")
        return super().step(closure)

    def eval(self) -> None:
        """Put the averages x into the parameters."""
        for p, state in self.state.items():
            if "x" in state and "y" not in state:
                state["y"] = p.data.copy()
                p.data[...] = state["x"]

    def train(self) -> None:
        """Put y back into the parameters, where the next gradients are to be computed."""
        for p, state in self.state.items():
            if "y" in state:
                p.data[...] = state.pop("y")


def average(p: Array, state: State, gamma: float, beta: float) -> None:
    """Take z into the average x with the weight of gamma squared, and go to the point of `p`, y, between the two."""
    x, z = state["x"], state["z"]
    total = state["weight_sum"] = state["weight_sum"] + gamma**2
    c = gamma**2 / total if total else 0.0
    x *= 1 - c
    x += c * z
    p[...] = (1 - beta) * z + beta * x
