"""The rates that the schedules of the library give, and the modules in which schedules stand."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from course_lib.optim import SGD, Parameter

SCHEDULES = ("course_lib.lr_scheduler", "torch.optim.lr_scheduler")


def consumed(schedule: Callable, lr: float, epochs: int) -> list[float]:
    """The rates that an optimizer uses in each of its epochs under ``schedule(optimizer)``, a schedule of the library."""
    optimizer = SGD([Parameter(np.zeros(1))], lr=lr)
    scheduler = schedule(optimizer)
    rates = []
    for _ in range(epochs):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return rates
