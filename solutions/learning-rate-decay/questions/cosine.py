"""Cosine annealing that stays where it arrived: the rate of each epoch."""

from __future__ import annotations

import numpy as np

from course_lib import lr_scheduler
from course_lib.checks.declaration import Case, Question

from ._consumed import SCHEDULES, consumed


def draw(rng: np.random.Generator) -> list[Case]:
    return [
        {
            "lr": float(rng.uniform(0.2, 2)),
            "lr_min": float(rng.uniform(0.01, 0.1)) if low else 0.0,
            "T_max": T_max,
            "epochs": epochs,
        }
        for low, T_max, epochs in ((True, 8, 6), (False, 5, 5), (True, 4, 9), (True, 10, 11), (False, 6, 14))
    ]


def cosine_that_stays(lr, lr_min, T_max, epochs):
    rates = consumed(lambda optimizer: lr_scheduler.CosineAnnealingLR(optimizer, T_max, lr_min), lr, min(epochs, T_max + 1))
    # the schedule of the library, as torch's, would rise again
    return rates + [lr_min] * (epochs - len(rates))


question = Question(
    cases=draw,
    reference=cosine_that_stays,
    forbidden=SCHEDULES,
    reading="learning-rate-decay#cosine-annealing",
    hints=[
        "Put t = 0 and t = T_max into the formula: the first gives lr, the second lr_min.",
        "What does the cosine do after π? And what should the rate do after T_max?",
        "min(t, T_max) in place of t keeps the rate where it arrived.",
    ],
)


@question.misconception
def rises_again(lr, lr_min, T_max, epochs):
    """Beyond T_max your rate rises again, as the cosine does (and as torch's CosineAnnealingLR does, if you go on stepping it).
    Here it is to stay at lr_min."""
    return [lr_min + (lr - lr_min) * (1 + np.cos(np.pi * t / T_max)) / 2 for t in range(epochs)]


@question.misconception
def zero_after_the_end(lr, lr_min, T_max, epochs):
    """Beyond T_max your rate is 0, so nothing is learned any more. It stays at lr_min."""
    return [lr_min + (lr - lr_min) * (1 + np.cos(np.pi * t / T_max)) / 2 if t <= T_max else 0.0 for t in range(epochs)]


@question.misconception
def minimum_added_on_top(lr, lr_min, T_max, epochs):
    """You add lr_min to a wave that already starts at lr, so epoch 0 uses more than lr. The wave spans the distance from lr_min
    to lr."""
    return [lr_min + lr * (1 + np.cos(np.pi * min(t, T_max) / T_max)) / 2 for t in range(epochs)]


@question.misconception
def minimum_ignored(lr, lr_min, T_max, epochs):
    """Your rate falls to 0 instead of to lr_min."""
    return [lr * (1 + np.cos(np.pi * min(t, T_max) / T_max)) / 2 for t in range(epochs)]


@question.misconception
def clipped_at_the_minimum(lr, lr_min, T_max, epochs):
    """You cut off a wave that falls to 0 where it gets below lr_min. The wave itself ends at lr_min, and reaches it at T_max, not
    before."""
    return [max(lr_min, lr * (1 + np.cos(np.pi * min(t, T_max) / T_max)) / 2) for t in range(epochs)]


@question.misconception
def whole_period(lr, lr_min, T_max, epochs):
    """You go through a whole period of the cosine by T_max, so the rate is back at the top there. Half a period leads from the
    top to the bottom."""
    return [lr_min + (lr - lr_min) * (1 + np.cos(2 * np.pi * min(t, T_max) / T_max)) / 2 for t in range(epochs)]


@question.misconception
def quarter_period(lr, lr_min, T_max, epochs):
    """You go along a quarter of the cosine, which is steepest at the end. Annealing uses half a period, which is flat at both
    ends."""
    return [lr_min + (lr - lr_min) * np.cos(np.pi / 2 * min(t, T_max) / T_max) for t in range(epochs)]


@question.misconception
def one_epoch_short(lr, lr_min, T_max, epochs):
    """Your rate reaches lr_min one epoch early: at t = T_max - 1."""
    return [lr_min + (lr - lr_min) * (1 + np.cos(np.pi * min(t, T_max - 1) / (T_max - 1))) / 2 for t in range(epochs)]


@question.misconception
def ends_with_the_run(lr, lr_min, T_max, epochs):
    """You stretch the wave over `epochs`. It ends at T_max, which may be before or after the end of the run."""
    return [lr_min + (lr - lr_min) * (1 + np.cos(np.pi * t / epochs)) / 2 for t in range(epochs)]


@question.misconception
def not_halved(lr, lr_min, T_max, epochs):
    """The factor 1/2 is missing: 1 + cos runs from 2 to 0, so your first rate is too large."""
    return [lr_min + (lr - lr_min) * (1 + np.cos(np.pi * min(t, T_max) / T_max)) for t in range(epochs)]


@question.misconception
def straight_line(lr, lr_min, T_max, epochs):
    """Your rate falls along a straight line. The cosine is flat at both ends and steep between them."""
    return [lr + (lr_min - lr) * min(t, T_max) / T_max for t in range(epochs)]
