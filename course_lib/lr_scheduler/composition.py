"""Schedules made of schedules: several at once, or one after the other."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import Any

from course_lib.lr_scheduler.arguments import epochs
from course_lib.lr_scheduler.plateau import ReduceLROnPlateau
from course_lib.lr_scheduler.scheduler import LRScheduler, Optimizer, assign, group_values


class CompositeLR(LRScheduler):
    """A schedule that leaves the rates to others."""

    _schedulers: Sequence[LRScheduler]

    def state_dict(self) -> dict[str, Any]:
        """All that is needed to resume, apart from the optimizer: the states of the schedules as well."""
        return {**super().state_dict(), "_schedulers": [scheduler.state_dict() for scheduler in self._schedulers]}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        schedulers = self._schedulers
        states = state_dict["_schedulers"]
        if len(states) != len(schedulers):
            raise IndexError(f"the state dict is of {len(states)} schedulers, this {type(self).__name__} has {len(schedulers)}.")
        super().load_state_dict({**state_dict, "_schedulers": schedulers})
        for scheduler, state in zip(schedulers, states, strict=True):
            scheduler.load_state_dict(state)


def check_schedulers(composite: CompositeLR, schedulers: Sequence[LRScheduler], optimizer: Optimizer | None) -> Any:
    """The optimizer of `schedulers`; an error unless `composite` can be made of them."""
    name = type(composite).__name__
    if not isinstance(schedulers, (list, tuple)):
        raise TypeError(f"{name} takes a list of schedulers, got {type(schedulers).__name__}: {schedulers!r}.")
    if not schedulers:
        raise ValueError(f"{name} needs at least one scheduler, got none.")
    for i, scheduler in enumerate(schedulers):
        if not hasattr(scheduler, "optimizer"):
            raise TypeError(f"{name} takes schedulers, got {type(scheduler).__name__} at index {i}.")
        if isinstance(scheduler, ReduceLROnPlateau):
            raise ValueError(
                f"{name} cannot contain ReduceLROnPlateau (at index {i}), whose step() needs a metric. "
                f"Step it by itself, beside the {name}."
            )
        optimizer = scheduler.optimizer if optimizer is None else optimizer
        if scheduler.optimizer is not optimizer:
            raise ValueError(
                f"{name} needs schedulers of one and the same optimizer, but the {type(scheduler).__name__} at index {i} "
                f"was built on another."
            )
    return optimizer


class ChainedScheduler(CompositeLR):
    r"""Step several schedules at once; their effects compound.

    Of schedules that multiply the rate by :math:`f_i(t)`,

    .. math::

        \eta_t = \eta_0 \prod_i f_i(t)

    Parameters
    ----------
    schedulers : sequence of LRScheduler
        The schedules, all built on the same optimizer, in the order in which they step.
    optimizer : object with `param_groups`, optional
        Their optimizer.

    Raises
    ------
    ValueError
        If `schedulers` is empty, contains a `ReduceLROnPlateau`, or is of several optimizers.
    TypeError
        If it contains something else.

    Notes
    -----
    Only of *chainable* schedules, those that start from the current rate, do the effects compound. `LambdaLR`,
    `CosineAnnealingWarmRestarts`, `CyclicLR` and `OneCycleLR` set the rate whatever it was.

    Examples
    --------
    >>> import numpy as np
    >>> from course_lib.lr_scheduler import ChainedScheduler, ConstantLR, ExponentialLR
    >>> from course_lib.optim import SGD, Parameter
    >>> optimizer = SGD([Parameter(np.ones(2))], lr=0.8)
    >>> scheduler = ChainedScheduler([
    ...     ConstantLR(optimizer, factor=0.25, total_iters=2),
    ...     ExponentialLR(optimizer, gamma=0.5),
    ... ])
    >>> rates = []
    >>> for epoch in range(5):
    ...     rates += scheduler.get_last_lr()
    ...     optimizer.step()
    ...     scheduler.step()
    >>> np.array(rates).round(3)
    array([0.2 , 0.1 , 0.2 , 0.1 , 0.05])
    """

    def __init__(self, schedulers: Sequence[LRScheduler], optimizer: Optimizer | None = None) -> None:
        optimizer = check_schedulers(self, schedulers, optimizer)
        self._schedulers = schedulers
        self.optimizer = optimizer
        self._last_lr = group_values(optimizer, "lr")

    def _initial_step(self) -> None:
        for scheduler in self._schedulers:
            scheduler._initial_step()
        self._last_lr = group_values(self.optimizer, "lr")

    def step(self) -> None:  # type: ignore[override]
        """Step every schedule once."""
        for scheduler in self._schedulers:
            scheduler.step()
        self._last_lr = group_values(self.optimizer, "lr")


class SequentialLR(CompositeLR):
    r"""Step one schedule after the other, each from its milestone on.

    Each begins with its own epoch 0, and from the rates that the optimizer had at the start, also those that are made of
    schedules:

    .. math::

        \eta_t = \eta^{(i)}_{t - m_i} \quad \text{for } m_i \le t < m_{i+1}

    where :math:`\eta^{(i)}` are the rates of the i-th schedule by itself, and :math:`m_i` is its milestone.

    Parameters
    ----------
    optimizer : object with `param_groups`
        The optimizer whose learning rates are set.
    schedulers : list of LRScheduler
        The schedules, all built on `optimizer`.
    milestones : list of int
        The epochs at which the second schedule begins, the third, and so on.
    last_epoch : int
        -1 to start. To resume, load a state dict.

    Raises
    ------
    ValueError
        If `schedulers` is empty, contains a `ReduceLROnPlateau`, or is of other optimizers; if there is not one milestone
        less than schedulers, or the milestones are out of order.
    TypeError
        If `schedulers` contains something else.

    Notes
    -----
    A `ChainedScheduler` or `SequentialLR` among the schedules begins as if it had just been built. In torch it loses its first
    epoch if it is the first, and otherwise raises an error at its milestone.

    References
    ----------
    T. He, Z. Zhang, H. Zhang, Z. Zhang, J. Xie, M. Li (2019). Bag of tricks for image classification with convolutional
    neural networks. CVPR. (Linear warm-up, then cosine annealing.)

    Examples
    --------
    >>> import numpy as np
    >>> from course_lib.lr_scheduler import CosineAnnealingLR, LinearLR, SequentialLR
    >>> from course_lib.optim import SGD, Parameter
    >>> optimizer = SGD([Parameter(np.ones(2))], lr=0.8)
    >>> warmup = LinearLR(optimizer, start_factor=0.25, total_iters=3)
    >>> annealing = CosineAnnealingLR(optimizer, T_max=4)
    >>> scheduler = SequentialLR(optimizer, [warmup, annealing], milestones=[3])
    >>> rates = []
    >>> for epoch in range(8):
    ...     rates += scheduler.get_last_lr()
    ...     optimizer.step()
    ...     scheduler.step()
    >>> np.array(rates).round(3)
    array([0.2  , 0.4  , 0.6  , 0.8  , 0.683, 0.4  , 0.117, 0.   ])
    """

    def __init__(self, optimizer: Optimizer, schedulers: list[LRScheduler], milestones: list[int], last_epoch: int = -1) -> None:
        check_schedulers(self, schedulers, optimizer)
        if not isinstance(milestones, (list, tuple)):
            raise TypeError(f"milestones must be a list of epochs, got {type(milestones).__name__}: {milestones!r}.")
        milestones = [epochs(f"milestones[{i}]", milestone) for i, milestone in enumerate(milestones)]
        if len(milestones) != len(schedulers) - 1:
            raise ValueError(
                f"SequentialLR needs a milestone for each scheduler but the first: "
                f"{len(schedulers) - 1} of them for {len(schedulers)} schedulers, got {len(milestones)}."
            )
        if sorted(milestones) != list(milestones):
            raise ValueError(f"milestones must be in increasing order, got {milestones}.")
        self.optimizer = optimizer
        self._schedulers = schedulers
        self._milestones = milestones
        self.last_epoch = last_epoch + 1

        # Each scheduler has set the rates when it was built: take that back, and let only the first do it again.
        for group in optimizer.param_groups:
            assign(group, "lr", group["initial_lr"])
        for scheduler in schedulers:
            set_back(scheduler)
        self._initial_step()

    def _initial_step(self) -> None:
        first = self._scheduler_at(0)
        first._initial_step()
        self._last_lr = first.get_last_lr()

    def _scheduler_at(self, epoch: int) -> LRScheduler:
        return self._schedulers[bisect_right(self._milestones, epoch)]

    def step(self) -> None:  # type: ignore[override]
        """Step the schedule whose turn it is, or begin it."""
        self.last_epoch += 1
        scheduler = self._scheduler_at(self.last_epoch)
        if self.last_epoch not in self._milestones:
            scheduler.step()
        elif isinstance(scheduler, CompositeLR):
            for group in self.optimizer.param_groups:
                assign(group, "lr", group["initial_lr"])
            set_back(scheduler)
            scheduler._initial_step()
        else:
            scheduler._update_lr(0)
        self._last_lr = scheduler.get_last_lr()


def set_back(scheduler: LRScheduler) -> None:
    """Put `scheduler`, or those that it is made of, before its initial step."""
    if isinstance(scheduler, CompositeLR):
        for part in scheduler._schedulers:
            set_back(part)
        if isinstance(scheduler, SequentialLR):
            scheduler.last_epoch = 0
    else:
        scheduler.last_epoch = -1
        scheduler._step_count = 0
