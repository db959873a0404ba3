"""Noticing a scheduler.step() that comes before optimizer.step(): the one place that touches an optimizer's methods."""

from __future__ import annotations

import functools
import inspect
import warnings
import weakref
from typing import Any

ADVICE = "See https://pytorch.org/docs/stable/optim.html#how-to-adjust-learning-rate"


class WatchedStep:
    """`optimizer.step`, leaving a note (`_opt_called`) on the optimizer when it is called.

    An optimizer need not keep a count of its updates, so nothing else tells a schedule that one has been made. This
    lies over the method of that one optimizer; its class and other optimizers are left alone. The optimizer is held
    weakly, for a cycle would keep its arrays in memory, and is asked for anew in a copy or a pickle. Both names are
    torch's, so that its schedulers and ours can watch the same optimizer.
    """

    _wrapped_by_lr_sched = True

    def __init__(self, optimizer: Any) -> None:
        functools.update_wrapper(self, optimizer.step.__func__)
        self.optimizer = weakref.ref(optimizer)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        optimizer: Any = self.optimizer()
        optimizer._opt_called = True
        return self.__wrapped__(optimizer, *args, **kwargs)  # type: ignore[attr-defined]

    def __reduce__(self) -> tuple[type[WatchedStep], tuple[Any]]:
        return WatchedStep, (self.optimizer(),)


def watch(optimizer: Any) -> None:
    """Take note of the calls of `optimizer.step` from now on."""
    step = getattr(optimizer, "step", None)
    if inspect.ismethod(step) and hasattr(optimizer, "__dict__"):
        optimizer._opt_called = getattr(optimizer, "_opt_called", False)
        optimizer.step = WatchedStep(optimizer)


def warn_if_not_stepped(optimizer: Any, stacklevel: int) -> None:
    """Warn if `watch` has seen no call of `optimizer.step`."""
    if hasattr(getattr(optimizer, "step", None), "_wrapped_by_lr_sched"):
        if not getattr(optimizer, "_opt_called", False):
            warnings.warn(
                "scheduler.step() was called before optimizer.step(): no update will use the first learning rate of the "
                f"schedule. Call optimizer.step() first, then scheduler.step(). {ADVICE}",
                UserWarning,
                stacklevel=stacklevel + 1,
            )
    elif hasattr(optimizer, "_opt_called"):
        warnings.warn(
            "`optimizer.step()` has been overridden since the scheduler was built, so the scheduler cannot tell whether "
            "it is called before scheduler.step(), as it has to be. Override it first, then build the scheduler. "
            f"{ADVICE}",
            UserWarning,
            stacklevel=stacklevel + 1,
        )
