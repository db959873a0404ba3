"""Schedules that begin with a smaller rate, while large steps would do harm."""

from __future__ import annotations

from course_lib.lr_scheduler.arguments import epochs, number
from course_lib.lr_scheduler.scheduler import FactorLR, Optimizer


class ConstantLR(FactorLR):
    r"""Keep the rate at a fraction of itself for the first epochs.

    .. math::

        \eta_t = \begin{cases}
            \mathrm{factor} \; \eta_0 & t < \mathrm{total\_iters} \\
            \eta_0 & \text{from then on}
        \end{cases}

    Parameters
    ----------
    optimizer : object with `param_groups`
        The optimizer whose learning rates are set.
    factor : float, from 0 to 1
        The fraction.
    total_iters : int
        The number of epochs for which it holds.
    last_epoch : int
        -1 to start, otherwise the epoch to resume after; see `LRScheduler`.

    Raises
    ------
    TypeError
        If `optimizer` has no `param_groups`, or an argument is not a number.
    ValueError
        If `factor` is not between 0 and 1.
    ZeroDivisionError
        At epoch `total_iters`, if `factor` is 0: dividing by it cannot bring the rate back.

    References
    ----------
    P. Goyal et al. (2017). Accurate, large minibatch SGD: training ImageNet in 1 hour. arXiv:1706.02677. (Section 2.2,
    constant warm-up.)

    Examples
    --------
    >>> import numpy as np
    >>> from course_lib.lr_scheduler import ConstantLR
    >>> from course_lib.optim import SGD, Parameter
    >>> optimizer = SGD([Parameter(np.ones(2))], lr=0.8)
    >>> scheduler = ConstantLR(optimizer, factor=0.25, total_iters=3)
    >>> rates = []
    >>> for epoch in range(6):
    ...     rates += scheduler.get_last_lr()
    ...     optimizer.step()
    ...     scheduler.step()
    >>> np.array(rates).round(3)
    array([0.2, 0.2, 0.2, 0.8, 0.8, 0.8])
    """

    def __init__(self, optimizer: Optimizer, factor: float = 1.0 / 3, total_iters: int = 5, last_epoch: int = -1) -> None:
        factor = number("factor", factor)
        if factor > 1.0 or factor < 0:
            raise ValueError(f"factor must be between 0 and 1, got {factor}.")
        self.factor = factor
        self.total_iters = epochs("total_iters", total_iters)
        super().__init__(optimizer, last_epoch)

    def _ratio(self, t: int) -> float:
        if t == 0:
            return self.factor
        if t != self.total_iters:
            return 1.0
        if self.factor == 0:
            raise ZeroDivisionError(
                f"factor=0 has made every rate 0, and no division brings it back at epoch total_iters={t}. "
                f"Use a small factor instead, such as 1e-3."
            )
        return 1.0 / self.factor

    def _factor(self, t: int) -> float:
        return self.factor if t < self.total_iters else 1.0


class LinearLR(FactorLR):
    r"""Let the rate grow (or fall) in equal steps from one fraction of itself to another.

    .. math::

        \eta_t = \eta_0 \left(\mathrm{start\_factor}
            + (\mathrm{end\_factor} - \mathrm{start\_factor}) \frac{\min(t, T)}{T}\right),
            \qquad T = \mathrm{total\_iters}

    Parameters
    ----------
    optimizer : object with `param_groups`
        The optimizer whose learning rates are set.
    start_factor : float, above 0 and at most 1
        The fraction at the start.
    end_factor : float, from 0 to 1
        The fraction from epoch `total_iters` on.
    total_iters : int
        The number of epochs from one to the other.
    last_epoch : int
        -1 to start, otherwise the epoch to resume after; see `LRScheduler`.

    Raises
    ------
    TypeError
        If `optimizer` has no `param_groups`, or an argument is not a number.
    ValueError
        If a factor lies outside its range.

    References
    ----------
    P. Goyal et al. (2017). Accurate, large minibatch SGD: training ImageNet in 1 hour. arXiv:1706.02677. (Section 2.2,
    gradual warm-up.)

    Examples
    --------
    >>> import numpy as np
    >>> from course_lib.lr_scheduler import LinearLR
    >>> from course_lib.optim import SGD, Parameter
    >>> optimizer = SGD([Parameter(np.ones(2))], lr=0.8)
    >>> scheduler = LinearLR(optimizer, start_factor=0.25, total_iters=3)
    >>> rates = []
    >>> for epoch in range(6):
    ...     rates += scheduler.get_last_lr()
    ...     optimizer.step()
    ...     scheduler.step()
    >>> np.array(rates).round(3)
    array([0.2, 0.4, 0.6, 0.8, 0.8, 0.8])
    """

    def __init__(
        self,
        optimizer: Optimizer,
        start_factor: float = 1.0 / 3,
        end_factor: float = 1.0,
        total_iters: int = 5,
        last_epoch: int = -1,
    ) -> None:
        start_factor, end_factor = number("start_factor", start_factor), number("end_factor", end_factor)
        if start_factor > 1.0 or start_factor <= 0:
            raise ValueError(
                f"start_factor must be greater than 0 and at most 1, got {start_factor}. From a rate of 0 no factor leads back."
            )
        if end_factor > 1.0 or end_factor < 0:
            raise ValueError(f"end_factor must be between 0 and 1, got {end_factor}.")
        self.start_factor = start_factor
        self.end_factor = end_factor
        self.total_iters = epochs("total_iters", total_iters)
        super().__init__(optimizer, last_epoch)

    def _ratio(self, t: int) -> float:
        if t == 0:
            return self.start_factor
        if self._is_initial or t > self.total_iters:
            return 1.0
        rise = self.end_factor - self.start_factor
        return 1.0 + rise / (self.total_iters * self.start_factor + (t - 1) * rise)

    def _factor(self, t: int) -> float:
        rise = self.end_factor - self.start_factor
        return self.start_factor + rise * min(t, self.total_iters) / self.total_iters
