"""Schedules along half a cosine wave, without and with restarts."""

from __future__ import annotations

from math import cos, floor, pi

from course_lib.lr_scheduler.arguments import at_least, number
from course_lib.lr_scheduler.scheduler import LRScheduler, Optimizer, group_values


class CosineAnnealingLR(LRScheduler):
    r"""Lower the rate from its start to `eta_min` along half a cosine wave.

    .. math::

        \eta_t = \eta_{\min} + (\eta_0 - \eta_{\min}) \, \frac{1 + \cos(\pi t / T_{\max})}{2}

    Parameters
    ----------
    optimizer : object with `param_groups`
        The optimizer whose learning rates are set.
    T_max : int
        The number of epochs until the rate is `eta_min`. Those who go on see it rise again, just as slowly.
    eta_min : float
        The rate at the end.
    last_epoch : int
        -1 to start, otherwise the epoch to resume after; see `LRScheduler`.

    Raises
    ------
    TypeError
        If `optimizer` has no `param_groups`, or an argument is not a number.
    ValueError
        If an argument is not finite, or out of range.
    ZeroDivisionError
        If `T_max` is 0.

    Notes
    -----
    Each step scales what the current rate has above `eta_min`, so that other schedules can be chained with this one:

    .. math::

        \eta_t = \eta_{\min} + (\eta_{t-1} - \eta_{\min}) \,
            \frac{1 + \cos(\pi t / T_{\max})}{1 + \cos(\pi (t-1) / T_{\max})}

    References
    ----------
    I. Loshchilov, F. Hutter (2017). SGDR: stochastic gradient descent with warm restarts. ICLR. (One period of it.)

    Examples
    --------
    >>> import numpy as np
    >>> from course_lib.lr_scheduler import CosineAnnealingLR
    >>> from course_lib.optim import SGD, Parameter
    >>> optimizer = SGD([Parameter(np.ones(2))], lr=0.8)
    >>> scheduler = CosineAnnealingLR(optimizer, T_max=4)
    >>> rates = []
    >>> for epoch in range(6):
    ...     rates += scheduler.get_last_lr()
    ...     optimizer.step()
    ...     scheduler.step()
    >>> np.array(rates).round(3)
    array([0.8  , 0.683, 0.4  , 0.117, 0.   , 0.117])
    """

    def __init__(self, optimizer: Optimizer, T_max: int, eta_min: float = 0.0, last_epoch: int = -1) -> None:
        if number("T_max", T_max) == 0:
            raise ZeroDivisionError("T_max is the number of epochs until the rate is eta_min: at least 1, got 0.")
        self.T_max = at_least(0, "T_max", T_max)
        self.eta_min = number("eta_min", eta_min)
        super().__init__(optimizer, last_epoch)

    def _next_lr(self) -> list[float]:
        t, T, low = self.last_epoch, self.T_max, self.eta_min
        lrs = group_values(self.optimizer, "lr")
        if self._is_initial:
            return lrs
        if (t - 1) % (2 * T) == T:  # from the minimum, where the ratio would be 0 / 0, the first step up
            first = 1 - cos(pi / T)
            return [lr + (base_lr - low) * first / 2 for lr, base_lr in zip(lrs, self.base_lrs, strict=True)]
        ratio = (1 + cos(pi * t / T)) / (1 + cos(pi * (t - 1) / T))
        return [ratio * (lr - low) + low for lr in lrs]

    def _get_closed_form_lr(self) -> list[float]:
        return half_cosine(self.base_lrs, self.eta_min, self.last_epoch, self.T_max)


class CosineAnnealingWarmRestarts(LRScheduler):
    r"""Lower the rate along half a cosine wave, jump back to the start, and again, each time for longer.

    .. math::

        \eta_t = \eta_{\min} + (\eta_0 - \eta_{\min}) \, \frac{1 + \cos(\pi T_{\mathrm{cur}} / T_i)}{2},
            \qquad T_{i+1} = T_{\mathrm{mult}} \, T_i

    where :math:`T_{\mathrm{cur}}` counts the epochs since the last restart, and :math:`T_i` is the length of the
    current period.

    Parameters
    ----------
    optimizer : object with `param_groups`
        The optimizer whose learning rates are set.
    T_0 : int
        The length of the first period, in epochs.
    T_mult : int
        How many times longer each period is than the one before.
    eta_min : float
        The rate that each period falls towards.
    last_epoch : int
        -1 to start, otherwise the epoch to resume after; see `LRScheduler`. Where periods grow, resume from a state dict
        instead: as in torch, `last_epoch` alone does not tell how long the current one is.

    Raises
    ------
    TypeError
        If `optimizer` has no `param_groups`, or an argument is not a number.
    ValueError
        If `T_0` or `T_mult` is no positive integer, or `eta_min` no number.

    References
    ----------
    I. Loshchilov, F. Hutter (2017). SGDR: stochastic gradient descent with warm restarts. ICLR.

    Examples
    --------
    >>> import numpy as np
    >>> from course_lib.lr_scheduler import CosineAnnealingWarmRestarts
    >>> from course_lib.optim import SGD, Parameter
    >>> optimizer = SGD([Parameter(np.ones(2))], lr=0.8)
    >>> scheduler = CosineAnnealingWarmRestarts(optimizer, T_0=2, T_mult=2)
    >>> rates = []
    >>> for epoch in range(7):
    ...     rates += scheduler.get_last_lr()
    ...     optimizer.step()
    ...     scheduler.step()
    >>> np.array(rates).round(3)
    array([0.8  , 0.4  , 0.8  , 0.683, 0.4  , 0.117, 0.8  ])
    """

    def __init__(self, optimizer: Optimizer, T_0: int, T_mult: int = 1, eta_min: float = 0.0, last_epoch: int = -1) -> None:
        if not isinstance(T_0, int) or T_0 <= 0:
            raise ValueError(f"T_0 must be a positive integer, got {T_0!r}.")
        if not isinstance(T_mult, int) or T_mult < 1:
            raise ValueError(f"T_mult must be an integer, at least 1, got {T_mult!r}.")
        if not isinstance(eta_min, (float, int)):
            raise ValueError(f"eta_min must be a number, got {type(eta_min).__name__}: {eta_min!r}.")
        self.T_0 = T_0
        self.T_i = T_0
        self.T_mult = T_mult
        self.eta_min = number("eta_min", eta_min)
        self.T_cur: float = last_epoch
        super().__init__(optimizer, last_epoch)

    def step(self, epoch: float | None = None) -> None:
        """Go on to the next epoch, or to `epoch`, and set its rates. Call it after `optimizer.step()`.

        Parameters
        ----------
        epoch : float, optional
            The epoch to go to. With a fraction, such as ``epoch + i / number_of_batches``, the rate can be set for
            every batch.

        Raises
        ------
        ValueError
            If `epoch` is negative or not finite.
        """
        if epoch is None and self.last_epoch >= 0:
            epoch = self.last_epoch + 1
            self.T_cur += 1
            if self.T_cur >= self.T_i:
                self.T_cur %= self.T_i
                self.T_i *= self.T_mult
        else:
            epoch = 0 if epoch is None else number("epoch", epoch)
            if epoch < 0:
                raise ValueError(f"epoch must not be negative, got {epoch}.")
            self._find_period(epoch)
        self._update_lr(floor(epoch))

    def _find_period(self, epoch: float) -> None:
        """Set the length of the period that `epoch` lies in, and how far in."""
        self.T_i, self.T_cur = self.T_0, epoch
        if self.T_mult == 1:
            self.T_cur %= self.T_0
        # counted, because the logarithm that gives the number of periods may round across a restart, as it does in torch
        while self.T_cur >= self.T_i:
            self.T_cur -= self.T_i
            self.T_i *= self.T_mult

    def _next_lr(self) -> list[float]:
        return half_cosine(self.base_lrs, self.eta_min, self.T_cur, self.T_i)


def half_cosine(start: list[float], end: float, t: float, T: float) -> list[float]:
    """The point t of T on the way from each `start` to `end`."""
    wave = 1 + cos(pi * t / T)
    return [end + (lr - end) * wave / 2 for lr in start]
