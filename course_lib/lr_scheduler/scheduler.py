"""What all schedules share: counting epochs, reading and writing the groups' learning rates, saving and resuming.

A schedule adds its rule to `LRScheduler`. Many are a factor on the rate that depends on the epoch alone: they add it to
`FactorLR`.
"""

from __future__ import annotations

import copy
import types
import warnings
from abc import ABC, abstractmethod
from typing import Any, Protocol

from course_lib.lr_scheduler.arguments import number
from course_lib.lr_scheduler.call_order import note_negative_rates, warn_if_not_stepped, watch

EPOCH_DEPRECATION_WARNING = (
    "scheduler.step(epoch) is deprecated, as in torch. It sets the rates that the schedule alone gives for that epoch and so "
    "undoes what other schedules did. Call scheduler.step() without an argument."
)


class Optimizer(Protocol):
    """What a schedule drives: an optimizer of ours, of torch's or of anybody's, known by its groups."""

    param_groups: list[dict[str, Any]]


class LRScheduler:
    """Base class of all schedules.

    A rule of your own goes into `get_lr`, which returns the rates of epoch `last_epoch`, one for each group. Where a
    function of the epoch will do, `LambdaLR` is shorter.

    Parameters
    ----------
    optimizer : object with `param_groups`
        The optimizer whose learning rates are set: one of `course_lib.optim`, of `torch.optim`, or any object with a
        list `param_groups` of dicts that have the key "lr".
    last_epoch : int
        -1 to start. Anything else resumes at epoch ``last_epoch + 1``: the groups must then hold the rate of that
        epoch, and "initial_lr", as they do once the optimizer has loaded its state dict. To load a state dict into the
        schedule is safer: as in torch, `StepLR`, `MultiStepLR` and `ConstantLR` otherwise repeat a change that falls
        on that very epoch.

    Attributes
    ----------
    last_epoch : int
        The current epoch: 0 once the schedule is built, one more with every `step`.
    base_lrs : list of float
        The rate of each group at the start, which the group keeps as "initial_lr".

    Raises
    ------
    TypeError
        If `optimizer` has no `param_groups`.
    KeyError
        If a group has no "lr" or, on resuming, no "initial_lr".

    Examples
    --------
    >>> import numpy as np
    >>> from course_lib.lr_scheduler import LRScheduler
    >>> from course_lib.optim import SGD, Parameter
    >>> class InverseSqrtLR(LRScheduler):
    ...     def get_lr(self):
    ...         return [lr / (1 + self.last_epoch) ** 0.5 for lr in self.base_lrs]
    >>> optimizer = SGD([Parameter(np.ones(2))], lr=0.6)
    >>> scheduler = InverseSqrtLR(optimizer)
    >>> rates = []
    >>> for epoch in range(5):
    ...     rates += scheduler.get_last_lr()
    ...     optimizer.step()
    ...     scheduler.step()
    >>> np.array(rates).round(3)
    array([0.6  , 0.424, 0.346, 0.3  , 0.268])
    """

    # The constructor takes a step of its own. When it resumes, the groups already hold the rates of the epoch that this
    # step arrives at.
    _is_initial = False
    _is_stepping = False

    def __init__(self, optimizer: Optimizer, last_epoch: int = -1) -> None:
        self.optimizer = optimizer
        for i, group in enumerate(param_groups(optimizer)):
            if last_epoch == -1:
                group.setdefault("initial_lr", copy.deepcopy(group["lr"]))
            else:
                require_key(group, "initial_lr", i)
        self.base_lrs = group_values(optimizer, "initial_lr")
        self.last_epoch = last_epoch
        watch(optimizer)
        self._initial_step()

    def _initial_step(self) -> None:
        """Set the rates of the first epoch."""
        self._step_count = 0
        self._is_initial = True
        self.step()
        self._is_initial = False

    def step(self, epoch: int | None = None) -> None:
        """Go on to the next epoch and set its rates. Call it after `optimizer.step()`.

        Parameters
        ----------
        epoch : int, optional
            The epoch to go to instead of the next. Deprecated.

        Warns
        -----
        UserWarning
            If it is called for the first time and `optimizer.step()` has not been, so that no update has used the
            first rate; if `epoch` is given.
        """
        if self._step_count == 1:
            warn_if_not_stepped(self.optimizer, stacklevel=2)
        self._step_count += 1
        if epoch is not None:
            warnings.warn(EPOCH_DEPRECATION_WARNING, UserWarning, stacklevel=2)
            epoch = number("epoch", epoch)
        self._update_lr(epoch)

    def _update_lr(self, epoch: int | None = None) -> None:
        self.last_epoch = self.last_epoch + 1 if epoch is None else epoch
        self._is_stepping = True
        try:
            lrs = self.get_lr() if epoch is None else self._get_closed_form_lr()
        finally:
            self._is_stepping = False
        groups = self.optimizer.param_groups
        if len(lrs) != len(groups):
            raise ValueError(
                f"the optimizer has {len(groups)} param_groups, the schedule was built for {len(lrs)}. "
                f"Add groups to the optimizer before you build the {type(self).__name__}."
            )
        before = group_values(self.optimizer, "lr")
        for group, lr in zip(groups, lrs, strict=True):
            assign(group, "lr", lr)
        self._last_lr = group_values(self.optimizer, "lr")
        note_negative_rates(self.optimizer, before, self._last_lr, f"{type(self).__name__}, in its epoch {self.last_epoch},")

    def get_lr(self) -> list[float]:
        """The rates of epoch `last_epoch`, for `step` to set.

        Most schedules work them out from those of the epoch before, which are no longer there after the step: to know
        the current rates, call `get_last_lr`.
        """
        if not self._is_stepping:
            warnings.warn("get_lr() computes the rates of a step. To know the current ones, call get_last_lr().",
                          UserWarning, stacklevel=2)  # fmt: skip
        return self._next_lr()

    def _next_lr(self) -> list[float]:
        raise NotImplementedError(f"{type(self).__name__} has no rule for the rates of epoch {self.last_epoch}")

    def _get_closed_form_lr(self) -> list[float]:
        """The rates of epoch `last_epoch` as if no other schedule were there; the same as `get_lr` if there is no such form."""
        return self.get_lr()

    def get_last_lr(self) -> list[float]:
        """The current rates, one for each group."""
        return self._last_lr

    def state_dict(self) -> dict[str, Any]:
        """All that is needed to resume, apart from the optimizer (which saves its own)."""
        return {name: value for name, value in vars(self).items() if name != "optimizer"}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Resume from what `state_dict` of a schedule of the same kind returned.

        Load the optimizer's state as well, after building the schedule: building it sets the rates.

        Raises
        ------
        KeyError
            If an entry is missing, as when another kind of schedule saved it.
        """
        missing = [name for name in self.state_dict() if name not in state_dict and not name.startswith("_")]
        if missing:
            raise KeyError(
                f"the state dict has no {missing}, which {type(self).__name__} needs. Was it saved by another schedule?"
            )
        vars(self).update(state_dict)


class FactorLR(LRScheduler, ABC):
    r"""A schedule that multiplies the rate of every group by the same factor, :math:`\eta_t = f(t) \, \eta_0`."""

    # step() uses the ratio, the *chainable* form: it multiplies whatever rate it finds. So the factors of several
    # schedules on one optimizer compound, and a change made by hand lasts. The closed form would overwrite both.
    @abstractmethod
    def _ratio(self, t: int) -> float:
        """The change from epoch t - 1 to t, f(t) / f(t - 1)."""

    @abstractmethod
    def _factor(self, t: int) -> float:
        """The change from the start to epoch t, f(t)."""

    def _next_lr(self) -> list[float]:
        ratio = self._ratio(self.last_epoch)
        return [group["lr"] * ratio for group in self.optimizer.param_groups]

    def _get_closed_form_lr(self) -> list[float]:
        factor = self._factor(self.last_epoch)
        return [lr * factor for lr in self.base_lrs]


def param_groups(optimizer: Optimizer) -> list[dict[str, Any]]:
    """The groups of `optimizer`; a TypeError or KeyError if it is none, or has no learning rates."""
    groups = getattr(optimizer, "param_groups", None)
    if not isinstance(groups, list):
        raise TypeError(
            f"{type(optimizer).__name__} is not an optimizer: it has no list param_groups. "
            f"Give one of course_lib.optim or torch.optim."
        )
    for i, group in enumerate(groups):
        require_key(group, "lr", i)
    return groups


def require_key(group: dict[str, Any], key: str, i: int) -> None:
    """Raise a KeyError if the i-th group has no `key`."""
    if key not in group:
        # the first words are torch's
        advice = (
            " when resuming scheduler with last_epoch >= 0. Load the optimizer's state dict first, or start with last_epoch=-1."
        )
        raise KeyError(f"param {key!r} is not specified in param_groups[{i}]" + (advice if key != "lr" else "."))


def group_values(optimizer: Optimizer, key: str) -> list[Any]:
    """``group[key]`` of each group, copied: where it is a tensor, `assign` changes it in place."""
    return [copy.deepcopy(group[key]) for group in optimizer.param_groups]


def assign(group: dict[str, Any], key: str, value: float) -> None:
    """Set ``group[key]``, in place where it is a tensor or an array: others may hold it (a compiled step, say)."""
    if hasattr(group[key], "__setitem__"):
        group[key][...] = value
    else:
        group[key] = copy.deepcopy(value)


def per_group(name: str, value: Any, optimizer: Optimizer) -> list[Any]:
    """The argument `value` as a list, one entry for each group."""
    n = len(param_groups(optimizer))
    if not isinstance(value, (list, tuple)):
        return [copy.deepcopy(value) for _ in range(n)]
    if len(value) != n:
        raise ValueError(
            f"{name} must be a single value or one for each of the optimizer's {n} param_groups, got {len(value)} values."
        )
    return [copy.deepcopy(entry) for entry in value]


def function_state(function: Any) -> dict[str, Any] | None:
    """The attributes of a callable object; None for a function, which cannot be saved, only given again."""
    if isinstance(function, types.FunctionType) or not hasattr(function, "__dict__"):
        return None
    return vars(function).copy()


def restore_function(function: Any, state: dict[str, Any] | None) -> None:
    """Give a callable object the attributes that `function_state` has saved."""
    if state is not None:
        vars(function).update(state)
