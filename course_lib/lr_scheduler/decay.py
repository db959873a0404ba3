"""Schedules that lower the rate step by step, exponentially, or along a polynomial."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable

from course_lib.lr_scheduler.arguments import epochs, number
from course_lib.lr_scheduler.scheduler import FactorLR, Optimizer


class StepLR(FactorLR):
    r"""Multiply the rate by gamma every `step_size` epochs.

    .. math::

        \eta_t = \eta_0 \, \mathrm{gamma}^{\lfloor t / \mathrm{step\_size} \rfloor}

    Parameters
    ----------
    optimizer : object with `param_groups`
        The optimizer whose learning rates are set.
    step_size : int
        The number of epochs from one change to the next.
    gamma : float
        The factor of each change.
    last_epoch : int
        -1 to start, otherwise the epoch to resume after; see `LRScheduler`.

    Raises
    ------
    TypeError
        If `optimizer` has no `param_groups`, or an argument is not a number.
    ValueError
        If an argument is not finite, or out of range.
    ZeroDivisionError
        If `step_size` is 0.

    References
    ----------
    A. Krizhevsky, I. Sutskever, G. Hinton (2012). ImageNet classification with deep convolutional neural networks.
    NeurIPS. (By hand: the rate was divided by 10 whenever the error stopped improving.)

    Examples
    --------
    >>> import numpy as np
    >>> from course_lib.lr_scheduler import StepLR
    >>> from course_lib.optim import SGD, Parameter
    >>> optimizer = SGD([Parameter(np.ones(2))], lr=0.8)
    >>> scheduler = StepLR(optimizer, step_size=2, gamma=0.5)
    >>> rates = []
    >>> for epoch in range(6):
    ...     rates += scheduler.get_last_lr()
    ...     optimizer.step()
    ...     scheduler.step()
    >>> np.array(rates).round(3)
    array([0.8, 0.8, 0.4, 0.4, 0.2, 0.2])
    """

    def __init__(self, optimizer: Optimizer, step_size: int, gamma: float = 0.1, last_epoch: int = -1) -> None:
        if number("step_size", step_size) == 0:
            raise ZeroDivisionError("step_size is the number of epochs between two changes: at least 1, got 0.")
        self.step_size = epochs("step_size", step_size, minimum=1)
        self.gamma = number("gamma", gamma)
        super().__init__(optimizer, last_epoch)

    def _ratio(self, t: int) -> float:
        return self.gamma if t != 0 and t % self.step_size == 0 else 1.0

    def _factor(self, t: int) -> float:
        return self.gamma ** (t // self.step_size)


class MultiStepLR(FactorLR):
    r"""Multiply the rate by gamma at each of the milestones.

    .. math::

        \eta_t = \eta_0 \, \mathrm{gamma}^{n_t}, \qquad n_t = |\{m \in \mathrm{milestones} : m \le t\}|

    Parameters
    ----------
    optimizer : object with `param_groups`
        The optimizer whose learning rates are set.
    milestones : iterable of int
        The epochs of the changes. One that is listed twice counts twice.
    gamma : float
        The factor of each change.
    last_epoch : int
        -1 to start, otherwise the epoch to resume after; see `LRScheduler`.

    Raises
    ------
    TypeError
        If `optimizer` has no `param_groups`, `milestones` is not iterable, or an argument is not a number.
    ValueError
        If an argument is not finite, or out of range.

    References
    ----------
    K. He, X. Zhang, S. Ren, J. Sun (2016). Deep residual learning for image recognition. CVPR. (Section 4.2: divided
    by 10 after 32000 and 48000 updates.)

    Examples
    --------
    >>> import numpy as np
    >>> from course_lib.lr_scheduler import MultiStepLR
    >>> from course_lib.optim import SGD, Parameter
    >>> optimizer = SGD([Parameter(np.ones(2))], lr=0.8)
    >>> scheduler = MultiStepLR(optimizer, milestones=[1, 4], gamma=0.5)
    >>> rates = []
    >>> for epoch in range(6):
    ...     rates += scheduler.get_last_lr()
    ...     optimizer.step()
    ...     scheduler.step()
    >>> np.array(rates).round(3)
    array([0.8, 0.4, 0.4, 0.4, 0.2, 0.2])
    """

    def __init__(self, optimizer: Optimizer, milestones: Iterable[int], gamma: float = 0.1, last_epoch: int = -1) -> None:
        if not isinstance(milestones, Iterable):
            raise TypeError(f"milestones must be a list of epochs, got {milestones!r}. Put a single one into a list.")
        self.milestones = Counter(epochs("a milestone", epoch) for epoch in milestones)
        self.gamma = number("gamma", gamma)
        super().__init__(optimizer, last_epoch)

    def _ratio(self, t: int) -> float:
        return self.gamma ** self.milestones[t]

    def _factor(self, t: int) -> float:
        return self.gamma ** bisect_right(sorted(self.milestones.elements()), t)


class ExponentialLR(FactorLR):
    r"""Multiply the rate by gamma every epoch.

    .. math::

        \eta_t = \eta_0 \, \mathrm{gamma}^t

    Parameters
    ----------
    optimizer : object with `param_groups`
        The optimizer whose learning rates are set.
    gamma : float
        The factor: below 1 to decay. Above 1 it is a range test, which finds the rate at which training breaks.
    last_epoch : int
        -1 to start, otherwise the epoch to resume after; see `LRScheduler`.

    Raises
    ------
    TypeError
        If `optimizer` has no `param_groups`, or an argument is not a number.
    ValueError
        If an argument is not finite, or out of range.

    References
    ----------
    A. Senior, G. Heigold, M. Ranzato, K. Yang (2013). An empirical study of learning rates in deep neural networks for
    speech recognition. ICASSP.

    Examples
    --------
    >>> import numpy as np
    >>> from course_lib.lr_scheduler import ExponentialLR
    >>> from course_lib.optim import SGD, Parameter
    >>> optimizer = SGD([Parameter(np.ones(2))], lr=0.8)
    >>> scheduler = ExponentialLR(optimizer, gamma=0.5)
    >>> rates = []
    >>> for epoch in range(5):
    ...     rates += scheduler.get_last_lr()
    ...     optimizer.step()
    ...     scheduler.step()
    >>> np.array(rates).round(3)
    array([0.8 , 0.4 , 0.2 , 0.1 , 0.05])
    """

    def __init__(self, optimizer: Optimizer, gamma: float, last_epoch: int = -1) -> None:
        self.gamma = number("gamma", gamma)
        super().__init__(optimizer, last_epoch)

    def _ratio(self, t: int) -> float:
        return 1.0 if self._is_initial else self.gamma

    def _factor(self, t: int) -> float:
        return self.gamma**t


class PolynomialLR(FactorLR):
    r"""Lower the rate to 0 within `total_iters` epochs, along a polynomial.

    .. math::

        \eta_t = \eta_0 \left(1 - \frac{\min(t, T)}{T}\right)^{\mathrm{power}}, \qquad T = \mathrm{total\_iters}

    Parameters
    ----------
    optimizer : object with `param_groups`
        The optimizer whose learning rates are set.
    total_iters : int
        The number of epochs until the rate is 0, where it stays.
    power : float
        1 for a straight line; above 1 the rate falls faster at first, below 1 faster at the end.
    last_epoch : int
        -1 to start, otherwise the epoch to resume after; see `LRScheduler`.

    Raises
    ------
    TypeError
        If `optimizer` has no `param_groups`, or an argument is not a number.
    ValueError
        If an argument is not finite, or out of range.

    References
    ----------
    L.-C. Chen, G. Papandreou, I. Kokkinos, K. Murphy, A. L. Yuille (2018). DeepLab: semantic image segmentation with
    deep convolutional nets, atrous convolution, and fully connected CRFs. IEEE TPAMI 40(4). (The "poly" policy.)

    Examples
    --------
    >>> import numpy as np
    >>> from course_lib.lr_scheduler import PolynomialLR
    >>> from course_lib.optim import SGD, Parameter
    >>> optimizer = SGD([Parameter(np.ones(2))], lr=0.8)
    >>> scheduler = PolynomialLR(optimizer, total_iters=4, power=2)
    >>> rates = []
    >>> for epoch in range(6):
    ...     rates += scheduler.get_last_lr()
    ...     optimizer.step()
    ...     scheduler.step()
    >>> np.array(rates).round(3)
    array([0.8 , 0.45, 0.2 , 0.05, 0.  , 0.  ])
    """

    def __init__(self, optimizer: Optimizer, total_iters: int = 5, power: float = 1.0, last_epoch: int = -1) -> None:
        self.total_iters = epochs("total_iters", total_iters)
        self.power = number("power", power)
        super().__init__(optimizer, last_epoch)

    def _ratio(self, t: int) -> float:
        if self._is_initial or t > self.total_iters:
            return 1.0
        return ((1.0 - t / self.total_iters) / (1.0 - (t - 1) / self.total_iters)) ** self.power

    def _factor(self, t: int) -> float:
        return (1.0 - min(t, self.total_iters) / self.total_iters) ** self.power
