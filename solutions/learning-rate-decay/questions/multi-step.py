"""Step decay at milestones: the rate of each epoch."""

from __future__ import annotations

import numpy as np

from course_lib import lr_scheduler
from course_lib.checks.declaration import Case, Question

from ._consumed import SCHEDULES, consumed


def draw(rng: np.random.Generator) -> list[Case]:
    cases = []
    for milestones, epochs in (([2, 5], 9), ([1, 4, 6], 10), ([3], 7), ([2, 3, 9], 8), ([4, 20], 8)):
        cases.append(
            {
                "lr": float(rng.uniform(0.05, 2)),
                "milestones": milestones,
                "gamma": float(rng.uniform(0.1, 0.7)),
                "epochs": epochs,
            }
        )
    return cases


question = Question(
    cases=draw,
    reference=lambda lr, milestones, gamma, epochs: consumed(
        lambda optimizer: lr_scheduler.MultiStepLR(optimizer, milestones, gamma), lr, epochs
    ),
    forbidden=SCHEDULES,
    reading="learning-rate-decay#step-decay",
    hints=[
        "As in step decay the exponent is the number of drops so far.",
        "How many of the milestones has epoch t reached?",
        "A milestone m is reached in epoch m itself: m <= t.",
    ],
)


@question.misconception
def one_epoch_late(lr, milestones, gamma, epochs):
    """Your drops come one epoch late: epoch m, for a milestone m, already uses the smaller rate."""
    return [lr * gamma ** sum(t > m for m in milestones) for t in range(epochs)]


@question.misconception
def one_epoch_early(lr, milestones, gamma, epochs):
    """Your drops come one epoch early: epochs are counted from 0, and epoch m - 1 is still before the milestone m."""
    return [lr * gamma ** sum(t + 1 >= m for m in milestones) for t in range(epochs)]


@question.misconception
def milestones_as_durations(lr, milestones, gamma, epochs):
    """You read the milestones as lengths, each counted from the one before. They are epochs, all counted from the start."""
    return [lr * gamma ** sum(t >= m for m in np.cumsum(milestones)) for t in range(epochs)]


@question.misconception
def only_the_first_milestone(lr, milestones, gamma, epochs):
    """Your rate drops once, at the first milestone. Each milestone drops it again, from where it is."""
    return [lr * gamma if t >= milestones[0] else lr for t in range(epochs)]


@question.misconception
def recovers_after_the_milestone(lr, milestones, gamma, epochs):
    """Your rate drops in the epoch of a milestone only and then returns to lr. A drop lasts."""
    return [lr * gamma if t in milestones else lr for t in range(epochs)]


@question.misconception
def drops_again_every_epoch(lr, milestones, gamma, epochs):
    """Once a milestone is reached, you drop the rate in every epoch. Each milestone drops it once."""
    rates, rate = [], lr
    for t in range(epochs):
        rate *= gamma ** sum(t >= m for m in milestones)
        rates.append(rate)
    return rates


@question.misconception
def first_milestone_as_a_period(lr, milestones, gamma, epochs):
    """You drop the rate at every multiple of the first milestone. Milestones need not be evenly spaced: drop it at those that are
    listed."""
    return [lr * gamma ** (t // milestones[0]) for t in range(epochs)]


@question.misconception
def all_drops_at_the_first(lr, milestones, gamma, epochs):
    """You apply all drops at the first milestone. Only the milestones reached so far count."""
    return [lr * gamma ** len(milestones) if t >= milestones[0] else lr for t in range(epochs)]
