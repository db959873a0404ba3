"""Steps that depend on the signs of the gradient alone."""

from __future__ import annotations

from typing import Any

import numpy as np

from course_lib.optim.limits import learning_rate, pair
from course_lib.optim.optimizer import Optimizer, Params, State
from course_lib.validation import Array


def etas(name: str, value: Any) -> None:
    """Two numbers, one that shrinks and one that grows."""
    expected = "two numbers with 0 < etaminus < 1 < etaplus, for example (0.5, 1.2)"
    etaminus, etaplus = pair(name, value, expected)
    if not 0 < etaminus < 1 < etaplus:
        raise ValueError(f"{name} must be {expected}, got {value}.")


def step_sizes(name: str, value: Any) -> None:
    """The smallest and the largest step."""
    expected = "two numbers with 0 <= smallest <= largest, for example (1e-6, 50)"
    smallest, largest = pair(name, value, expected)
    if not 0 <= smallest <= largest:
        raise ValueError(f"{name} must be {expected}, got {value}.")


class Rprop(Optimizer):
    r"""Resilient backpropagation: each entry has a step size of its own, which only signs change.

    .. math::

        s &\leftarrow \begin{cases}
            \eta_+ \, s & \text{if } g \; g_\mathrm{prev} > 0 \\
            \eta_- \, s & \text{if } g \; g_\mathrm{prev} < 0 \\
            s & \text{otherwise}
        \end{cases}
        \qquad \text{within step\_sizes} \\
        g &\leftarrow 0 \qquad \text{where } g \; g_\mathrm{prev} < 0 \\
        p &\leftarrow p - \operatorname{sign}(g) \; s \\
        g_\mathrm{prev} &\leftarrow g

    While the sign stays, the step grows; when it changes, the minimum has been jumped over: the step shrinks, and
    this entry waits a turn. Meant for gradients of all the data: the noise of small batches turns signs too often.

    Parameters
    ----------
    params : iterable of Parameter, or of dict
        The parameters, or groups of them: dicts with the key "params" and options of their own.
    lr : float, at least 0
        The first step size.
    etas : pair of float
        The factors :math:`(\eta_-, \eta_+)` of the step size, with :math:`0 < \eta_- < 1 < \eta_+`.
    step_sizes : pair of float, at least 0
        The smallest and the largest step size.
    maximize : bool
        Whether to climb instead of descend.

    Raises
    ------
    ValueError
        If an option lies outside its range.

    Notes
    -----
    State: "prev", :math:`g_\mathrm{prev}`, and "step_size", :math:`s`, of the shape of :math:`p`; and "step".
    Products :math:`g \; g_\mathrm{prev}` that underflow count as 0.

    References
    ----------
    M. Riedmiller, H. Braun (1993). A direct adaptive method for faster backpropagation learning: the RPROP
    algorithm. IEEE International Conference on Neural Networks.

    Examples
    --------
    >>> import numpy as np
    >>> from course_lib.optim import Parameter, Rprop
    >>> w = Parameter(np.array([1.0, 1.0]))
    >>> optimizer = Rprop([w], lr=0.1)
    >>> for _ in range(2):
    ...     w.grad = np.array([100.0, -0.01])
    ...     optimizer.step()
    >>> w.data
    array([0.78, 1.22])
    """

    elementwise = True
    limits = {
        "lr": learning_rate,
        "etas": etas,
        "step_sizes": step_sizes,
    }

    def __init__(
        self,
        params: Params,
        lr: float = 1e-2,
        etas: tuple[float, float] = (0.5, 1.2),
        step_sizes: tuple[float, float] = (1e-6, 50),
        *,
        maximize: bool = False,
    ) -> None:
        super().__init__(params, dict(lr=lr, etas=etas, step_sizes=step_sizes, maximize=maximize))

    def initial_state(self, p: Array, **options: Any) -> State:
        return {"step": 0, "prev": np.zeros_like(p), "step_size": np.full_like(p, options["lr"])}

    def update(
        self, p: Array, g: Array, state: State,
        lr: float, etas: tuple[float, float], step_sizes: tuple[float, float],
    ) -> None:  # fmt: skip
        state["step"] += 1
        (etaminus, etaplus), s, prev = etas, state["step_size"], state["prev"]
        agreement = g * prev
        np.multiply(s, etaplus, out=s, where=agreement > 0)
        np.multiply(s, etaminus, out=s, where=agreement < 0)
        np.clip(s, *step_sizes, out=s)
        g = np.where(agreement < 0, 0, g)
        p -= np.sign(g) * s
        prev[...] = g
