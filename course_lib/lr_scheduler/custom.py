"""Schedules given by a function of your own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from course_lib.lr_scheduler.arguments import number
from course_lib.lr_scheduler.scheduler import LRScheduler, Optimizer, function_state, param_groups, restore_function


class FunctionLR(LRScheduler):
    """A schedule that asks a function, or one for each group."""

    def __init__(
        self,
        optimizer: Optimizer,
        lr_lambda: Callable[[int], float] | list[Callable[[int], float]],
        last_epoch: int = -1,
    ) -> None:
        n = len(param_groups(optimizer))
        self.lr_lambdas: list[Callable[[int], float]]
        if isinstance(lr_lambda, (list, tuple)):
            self.lr_lambdas = list(lr_lambda)
        else:
            self.lr_lambdas = [lr_lambda] * n
        if len(self.lr_lambdas) != n:
            raise ValueError(
                f"lr_lambda must be a function, or a list of one for each of the optimizer's {n} param_groups, "
                f"got {len(self.lr_lambdas)} of them."
            )
        for function in self.lr_lambdas:
            if not callable(function):
                raise TypeError(f"lr_lambda should be a function of the epoch, got {type(function).__name__}: {function!r}.")
        super().__init__(optimizer, last_epoch)

    def state_dict(self) -> dict[str, Any]:
        """All that is needed to resume, apart from the optimizer and from functions.

        Only of callable objects are the attributes saved. Give functions again when you build the schedule anew.
        """
        return {**super().state_dict(), "lr_lambdas": [function_state(function) for function in self.lr_lambdas]}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        functions, states = self.lr_lambdas, state_dict["lr_lambdas"]
        if len(states) != len(functions):
            raise IndexError(f"the state dict is of {len(states)} functions, this schedule has {len(functions)}.")
        super().load_state_dict({**state_dict, "lr_lambdas": functions})
        for function, state in zip(functions, states, strict=True):
            restore_function(function, state)


def factor(function: Callable[[int], float], t: int) -> Any:
    """What `function` returns for epoch `t`."""
    value = function(t)
    return value if isinstance(value, bool) else number(f"what lr_lambda returns for epoch {t}", value)


class LambdaLR(FunctionLR):
    r"""Multiply the rate at the start by a function of the epoch.

    .. math::

        \eta_t = \eta_0 \, \lambda(t)

    Parameters
    ----------
    optimizer : object with `param_groups`
        The optimizer whose learning rates are set.
    lr_lambda : function, or list of functions
        From the epoch to the factor :math:`\lambda(t)`; a list has one function for each group.
    last_epoch : int
        -1 to start, otherwise the epoch to resume after; see `LRScheduler`.

    Raises
    ------
    ValueError
        If `lr_lambda` is a list of another length than the groups.
    TypeError
        If it is no function, or `optimizer` has no `param_groups`.

    Notes
    -----
    The rate at the start is the only one it looks at, so it undoes what other schedules did: do not chain it.

    Examples
    --------
    >>> import numpy as np
    >>> from course_lib.lr_scheduler import LambdaLR
    >>> from course_lib.optim import SGD, Parameter
    >>> optimizer = SGD([Parameter(np.ones(2))], lr=0.6)
    >>> scheduler = LambdaLR(optimizer, lambda epoch: 1 / (1 + epoch))
    >>> rates = []
    >>> for epoch in range(5):
    ...     rates += scheduler.get_last_lr()
    ...     optimizer.step()
    ...     scheduler.step()
    >>> np.array(rates).round(3)
    array([0.6 , 0.3 , 0.2 , 0.15, 0.12])
    """

    def _next_lr(self) -> list[float]:
        t = self.last_epoch
        return [lr * factor(function, t) for lr, function in zip(self.base_lrs, self.lr_lambdas, strict=True)]


class MultiplicativeLR(FunctionLR):
    r"""Multiply the current rate by a function of the epoch.

    .. math::

        \eta_t = \eta_{t-1} \, \lambda(t)

    Parameters
    ----------
    optimizer : object with `param_groups`
        The optimizer whose learning rates are set.
    lr_lambda : function, or list of functions
        From the epoch to the factor :math:`\lambda(t)`, asked from epoch 1 on; a list has one function for each group.
    last_epoch : int
        -1 to start, otherwise the epoch to resume after; see `LRScheduler`.

    Raises
    ------
    ValueError
        If `lr_lambda` is a list of another length than the groups.
    TypeError
        If it is no function, or `optimizer` has no `param_groups`.

    Examples
    --------
    >>> import numpy as np
    >>> from course_lib.lr_scheduler import MultiplicativeLR
    >>> from course_lib.optim import SGD, Parameter
    >>> optimizer = SGD([Parameter(np.ones(2))], lr=0.6)
    >>> scheduler = MultiplicativeLR(optimizer, lambda epoch: 0.5 if epoch < 3 else 1.0)
    >>> rates = []
    >>> for epoch in range(5):
    ...     rates += scheduler.get_last_lr()
    ...     optimizer.step()
    ...     scheduler.step()
    >>> np.array(rates).round(3)
    array([0.6 , 0.3 , 0.15, 0.15, 0.15])
    """

    def _next_lr(self) -> list[float]:
        groups = self.optimizer.param_groups
        if self._is_initial:
            return [group["lr"] for group in groups]
        t = self.last_epoch
        return [group["lr"] * factor(function, t) for group, function in zip(groups, self.lr_lambdas, strict=False)]
