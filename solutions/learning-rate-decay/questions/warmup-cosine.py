"""A linear warm-up followed by half a cosine, as a function of the update."""

from __future__ import annotations

import numpy as np

from course_lib import lr_scheduler
from course_lib.checks.declaration import Case, Question
from course_lib.driving.schedules import observe_factor

from ._consumed import SCHEDULES, consumed


def draw(rng: np.random.Generator) -> list[Case]:
    cases = []
    for warmup, total in ((4, 12), (0, 6), (1, 7), (5, 25), (3, 8)):
        # asked out of order and twice, as someone does who plots a schedule before using it
        t = rng.permutation(np.concatenate([np.arange(total + 1), rng.integers(0, total + 1, 4)]))
        cases.append({"warmup": warmup, "total": total, "t": [int(one) for one in t]})
    return cases


def rise_and_fall(warmup, total):
    def schedule(optimizer):
        rise = lr_scheduler.LinearLR(optimizer, start_factor=1 / max(1, warmup), total_iters=max(0, warmup - 1))
        fall = lr_scheduler.CosineAnnealingLR(optimizer, T_max=total - warmup)
        return lr_scheduler.SequentialLR(optimizer, [rise, fall], milestones=[warmup])

    return consumed(schedule, 1.0, total + 1).__getitem__


question = Question(
    cases=draw,
    reference=rise_and_fall,
    observe=observe_factor,
    forbidden=SCHEDULES,
    reading="learning-rate-decay#warm-up",
    hints=[
        "Write an inner function factor(t) with an if: before `warmup` one formula, from there on the other. Return the inner "
        "function.",
        "The first update uses 1/warmup of the rate, not 0: nothing would be learned from it.",
        "In the second part, count t from the end of the warm-up: it lasts total - warmup updates.",
        "Without a warm-up the first formula must not be reached, nor divided by.",
    ],
)


@question.misconception
def begins_at_zero(warmup, total):
    """Your warm-up begins with the factor 0: the first update changes nothing, and its batch is wasted. Update 0 uses
    1/warmup."""

    def factor(t):
        if t < warmup:
            return t / warmup
        return (1 + np.cos(np.pi * (t - warmup) / (total - warmup))) / 2

    return factor


@question.misconception
def no_warmup(warmup, total):
    """Your schedule begins with the full rate: there is no warm-up in it."""
    return lambda t: 1.0 if t < warmup else (1 + np.cos(np.pi * (t - warmup) / (total - warmup))) / 2


@question.misconception
def division_by_zero(warmup, total):
    """With warmup = 0 your factor divides by zero. No warm-up is a sensible choice: then the cosine starts at once."""
    return lambda t: min((t + 1) / warmup, (1 + np.cos(np.pi * max(0, t - warmup) / (total - warmup))) / 2)


@question.misconception
def cosine_from_the_start(warmup, total):
    """Your cosine is counted from the start of the run, so it has already fallen when the warm-up ends and the rate jumps. It
    starts, at the top, where the warm-up ends."""
    return lambda t: (t + 1) / warmup if t < warmup else (1 + np.cos(np.pi * t / total)) / 2


@question.misconception
def cosine_over_the_whole_length(warmup, total):
    """Your cosine takes `total` updates from the end of the warm-up on, so at the end of the run the rate is not yet down. It has
    total - warmup updates left."""
    return lambda t: (t + 1) / warmup if t < warmup else (1 + np.cos(np.pi * (t - warmup) / total)) / 2


@question.misconception
def counts_its_calls(warmup, total):
    """Your factor counts how often it is called instead of using t. Whoever draws the schedule before the run then changes the
    run. The same t must always give the same factor."""
    calls = -1

    def factor(t):
        nonlocal calls
        calls += 1
        if calls < warmup:
            return (calls + 1) / warmup
        return (1 + np.cos(np.pi * min(1, (calls - warmup) / (total - warmup)))) / 2

    return factor


@question.misconception
def full_rate_one_update_late(warmup, total):
    """Your warm-up divides by warmup + 1, so its last update is still below the full rate. Update warmup - 1 uses the full
    rate."""
    return lambda t: (t + 1) / (warmup + 1) if t < warmup else (1 + np.cos(np.pi * (t - warmup) / (total - warmup))) / 2


@question.misconception
def both_multiplied(warmup, total):
    """You multiply the rise by a cosine that falls from update 0 on. One follows the other: during the warm-up nothing falls."""
    return lambda t: (min(1, (t + 1) / warmup) if warmup else 1) * (1 + np.cos(np.pi * t / total)) / 2


@question.misconception
def straight_line_down(warmup, total):
    """After the warm-up your factor falls along a straight line; the question asks for half a cosine."""
    return lambda t: (t + 1) / warmup if t < warmup else 1 - (t - warmup) / (total - warmup)


@question.misconception
def stays_at_the_full_rate(warmup, total):
    """After the warm-up your factor stays 1; it should fall to 0 along half a cosine."""
    return lambda t: (t + 1) / warmup if t < warmup else 1.0
