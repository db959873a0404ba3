"""Exponential decay: the rate of each epoch."""

from __future__ import annotations

import numpy as np

from course_lib import lr_scheduler
from course_lib.checks.declaration import Case, Question

from ._consumed import SCHEDULES, consumed


def draw(rng: np.random.Generator) -> list[Case]:
    return [
        {"lr": float(rng.uniform(0.05, 2)), "gamma": float(rng.uniform(low, low + 0.2)), "epochs": epochs}
        for low, epochs in ((0.75, 6), (0.4, 4), (0.55, 9), (0.75, 1), (0.2, 3))
    ]


question = Question(
    cases=draw,
    reference=lambda lr, gamma, epochs: consumed(lambda optimizer: lr_scheduler.ExponentialLR(optimizer, gamma), lr, epochs),
    forbidden=SCHEDULES,
    reading="learning-rate-decay#exponential-decay",
    hints=[
        "Write the rates of the first three epochs by hand: which power of gamma stands in each?",
        "Epoch 0 uses lr itself. Every further epoch multiplies once more.",
    ],
)


@question.misconception
def first_epoch_already_decayed(lr, gamma, epochs):
    """Your first epoch already uses a decayed rate. The rate falls after an epoch, so epoch 0 uses lr itself."""
    return [lr * gamma ** (t + 1) for t in range(epochs)]


@question.misconception
def compounded_twice(lr, gamma, epochs):
    """You multiply the current rate by gamma to the power of the epoch. The current rate has the earlier factors in it already:
    either multiply it by gamma once an epoch, or start from lr and take the power."""
    rates = [lr]
    for t in range(1, epochs):
        rates.append(rates[-1] * gamma**t)
    return rates


@question.misconception
def decays_only_once(lr, gamma, epochs):
    """Your rate falls once and then stays: you multiply lr by gamma in every epoch, but do not keep the result for the next."""
    return [lr if t == 0 else lr * gamma for t in range(epochs)]


@question.misconception
def falls_by_equal_amounts(lr, gamma, epochs):
    """Your rate falls by the same amount each epoch. Exponential decay falls by the same factor, so the amounts shrink."""
    return [lr - t * (1 - gamma) * lr for t in range(epochs)]


@question.misconception
def exponential_function(lr, gamma, epochs):
    """You used the exponential function with gamma as the decay constant. Here gamma is the factor from one epoch to the next."""
    return [lr * np.exp(-gamma * t) for t in range(epochs)]


@question.misconception
def grows(lr, gamma, epochs):
    """Your rate grows: you divide by gamma, which is below 1."""
    return [lr / gamma**t for t in range(epochs)]


@question.misconception
def factors_without_the_rate(lr, gamma, epochs):
    """You returned the factors alone; the rates are these factors times lr."""
    return [gamma**t for t in range(epochs)]


@question.misconception
def one_epoch_too_many(lr, gamma, epochs):
    """You return one rate too many: the last is that of an epoch that is never run. The rates that are used are those of the
    epochs 0 to epochs - 1."""
    return [lr * gamma**t for t in range(epochs + 1)]


@question.misconception
def only_the_last_rate(lr, gamma, epochs):
    """You returned the rate of the last epoch only; the question asks for the rates of all of them."""
    return lr * gamma ** (epochs - 1)
