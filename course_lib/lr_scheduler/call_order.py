"""What schedules have to know of optimizer.step(): the one place that touches an optimizer's methods.

A scheduler.step() that comes before it is noticed, and a rate that schedules have made negative is refused by name.
"""

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
        for i, schedule in getattr(optimizer, "_made_negative_by", {}).items():
            lr = float(optimizer.param_groups[i]["lr"])
            if lr < -1e-15:  # a schedule that falls to 0 may end a rounding error below
                raise ValueError(
                    f"the learning rate of param_groups[{i}] is {lr:.6g}: {schedule} has made it negative. Change its "
                    f"arguments; or if several schedules drive this optimizer, where each starts from the rate that the others "
                    f"leave (and if it adds to it, as with eta_min, may pass 0), let one follow the other, with SequentialLR."
                )
        return self.__wrapped__(optimizer, *args, **kwargs)  # type: ignore[attr-defined]

    def __reduce__(self) -> tuple[type[WatchedStep], tuple[Any]]:
        return WatchedStep, (self.optimizer(),)


def watch(optimizer: Any) -> None:
    """Take note of the calls of `optimizer.step` from now on."""
    step = getattr(optimizer, "step", None)
    if inspect.ismethod(step) and hasattr(optimizer, "__dict__"):
        optimizer._opt_called = getattr(optimizer, "_opt_called", False)
        optimizer.step = WatchedStep(optimizer)


def note_negative_rates(optimizer: Any, before: list[Any], after: list[Any], schedule: str) -> None:
    """Remember which schedule has taken which rates below 0, until they are above again."""
    if any(lr < 0 for lr in (*before, *after)) and hasattr(optimizer, "__dict__"):
        made_negative_by = dict(getattr(optimizer, "_made_negative_by", {}))
        for i, (old, new) in enumerate(zip(before, after, strict=True)):
            if old < 0 <= new:
                made_negative_by.pop(i, None)
            elif new < 0 <= old:
                made_negative_by[i] = schedule
        optimizer._made_negative_by = made_negative_by


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
