"""Step decay: the rate of each epoch."""

from __future__ import annotations

import numpy as np

from course_lib import lr_scheduler
from course_lib.checks.declaration import Case, Question

from ._consumed import SCHEDULES, consumed


def draw(rng: np.random.Generator) -> list[Case]:
    return [
        {
            "lr": float(rng.uniform(0.05, 2)),
            "step_size": step_size,
            "gamma": float(rng.uniform(0.1, 0.7)),
            "epochs": epochs,
        }
        for step_size, epochs in ((3, 10), (2, 7), (5, 5), (4, 14), (5, 6))
    ]


question = Question(
    cases=draw,
    reference=lambda lr, step_size, gamma, epochs: consumed(
        lambda optimizer: lr_scheduler.StepLR(optimizer, step_size, gamma), lr, epochs
    ),
    forbidden=SCHEDULES,
    reading="learning-rate-decay#step-decay",
    hints=[
        "How many drops have happened before epoch t? Count them for step_size = 3 and t = 0, 2, 3, 5, 6.",
        "Dividing and rounding down counts them: t // step_size.",
    ],
)


@question.misconception
def no_rounding_down(lr, step_size, gamma, epochs):
    """Your rate falls a little in every epoch. Step decay keeps it for step_size epochs and then drops it: the number of drops is
    a whole number."""
    return [lr * gamma ** (t / step_size) for t in range(epochs)]


@question.misconception
def one_epoch_early(lr, step_size, gamma, epochs):
    """Your drops come one epoch early: the first step_size epochs, 0 to step_size - 1, all use lr."""
    return [lr * gamma ** ((t + 1) // step_size) for t in range(epochs)]


@question.misconception
def one_epoch_late(lr, step_size, gamma, epochs):
    """Your drops come one epoch late: epoch number step_size is the first that uses the smaller rate."""
    return [lr * gamma ** (max(0, t - 1) // step_size) for t in range(epochs)]


@question.misconception
def drops_at_epoch_zero(lr, step_size, gamma, epochs):
    """You drop the rate in epoch 0 as well: 0 is a multiple of step_size, but nothing has been trained yet."""
    return [lr * gamma ** (1 + t // step_size) for t in range(epochs)]


@question.misconception
def recovers_after_the_drop(lr, step_size, gamma, epochs):
    """Your rate drops for one epoch and then returns to lr. A drop lasts, and the next starts from there."""
    return [lr * gamma if t > 0 and t % step_size == 0 else lr for t in range(epochs)]


@question.misconception
def drops_only_once(lr, step_size, gamma, epochs):
    """Your rate drops once. It drops again every step_size epochs."""
    return [lr if t < step_size else lr * gamma for t in range(epochs)]


@question.misconception
def every_epoch_but_the_multiples(lr, step_size, gamma, epochs):
    """You drop the rate in every epoch that is not a multiple of step_size. It is the other way round."""
    rates, rate = [], lr
    for t in range(epochs):
        if t % step_size:
            rate *= gamma
        rates.append(rate)
    return rates


@question.misconception
def decays_every_epoch(lr, step_size, gamma, epochs):
    """You multiply by gamma in every epoch and do not use step_size."""
    return [lr * gamma**t for t in range(epochs)]


@question.misconception
def multiplies_by_the_count(lr, step_size, gamma, epochs):
    """You multiply by gamma times the number of drops. Each drop multiplies by gamma once more, so the number of drops is an
    exponent."""
    return [lr * gamma * (t // step_size) if t >= step_size else lr for t in range(epochs)]
