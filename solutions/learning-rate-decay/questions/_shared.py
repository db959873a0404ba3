"""What the problem set on learning-rate decay expects, and the mistakes it knows."""

from __future__ import annotations

import math

import warnings

import numpy as np

from course_lib import lr_scheduler

from course_lib.checks.declaration import Case, Question

from course_lib.checks.mutating import mistakes_in

from course_lib.optim import SGD, Parameter


SCHEDULES = ("course_lib.lr_scheduler", "torch.optim.lr_scheduler", "course_lib.checks.answers")


def consumed(schedule, lr: float, epochs: int) -> list[float]:
    """The rates that an optimizer uses in each of its epochs under ``schedule(optimizer)``, a schedule of the library."""
    optimizer = SGD([Parameter(np.zeros(1))], lr=lr)
    scheduler = schedule(optimizer)
    rates = []
    for _ in range(epochs):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return rates
