"""The last rate that a run uses whose scheduler is stepped at every update."""

from __future__ import annotations

import math

import numpy as np

from course_lib import lr_scheduler
from course_lib.checks.declaration import Case, Question

from ._consumed import consumed


def draw(rng: np.random.Generator) -> list[Case]:
    batch_size, epochs = int(rng.integers(8, 40)), int(rng.choice([6, 8, 9, 10, 12]))
    # with a last, smaller batch in every epoch
    n = int(rng.integers(4, 9)) * batch_size + int(rng.integers(1, batch_size))
    # a divisor of the number of updates, so that the scheduler's last step would drop the rate once more
    step_size = int(rng.choice([s for s in (2, 3, 4, 5) if epochs % s == 0]))
    return [
        {
            "n": n,
            "batch_size": batch_size,
            "epochs": epochs,
            "lr": round(float(rng.uniform(0.1, 0.9)), 2),
            "step_size": step_size,
            "gamma": round(float(rng.uniform(0.75, 0.95)), 2),
        }
    ]


question = Question(
    cases=draw,
    reference=lambda n, batch_size, epochs, lr, step_size, gamma: consumed(
        lambda optimizer: lr_scheduler.StepLR(optimizer, step_size, gamma), lr, epochs * math.ceil(n / batch_size)
    )[-1],
    value=True,
    personal=True,
    # three digits: 1.00 may stand for 1.005
    rtol=5e-3,
    atol=0,
    reading="learning-rate-decay#the-order-of-the-calls",
    hints=[
        "How many batches has an epoch? The last, smaller one counts. And how many updates has the run?",
        "The scheduler steps after each update, so update number u (from 0) finds u steps behind it.",
        "Number the updates from 0: what is the number of the last? Divide it by step_size and round down.",
    ],
)


@question.misconception
def as_it_was_meant(n, batch_size, epochs, lr, step_size, gamma):
    """That is the rate if the scheduler is stepped once an epoch, as it was meant. In this code it is stepped once an update."""
    return lr * gamma ** ((epochs - 1) // step_size)


@question.misconception
def planned_for_the_next(n, batch_size, epochs, lr, step_size, gamma):
    """That is the rate after the last call of scheduler.step(), planned for an update that never comes. The last update used the
    one before."""
    return lr * gamma ** (epochs * -(-n // batch_size) // step_size)


@question.misconception
def last_batches_left_out(n, batch_size, epochs, lr, step_size, gamma):
    """You left the last, smaller batch of every epoch out; it is an update too."""
    return lr * gamma ** ((epochs * (n // batch_size) - 1) // step_size)


@question.misconception
def one_update_an_example(n, batch_size, epochs, lr, step_size, gamma):
    """You count an update for every example. There is one for every batch."""
    return lr * gamma ** ((epochs * n - 1) // step_size)


@question.misconception
def one_drop_an_update(n, batch_size, epochs, lr, step_size, gamma):
    """You apply gamma at every update. The scheduler multiplies once every step_size of its steps."""
    return lr * gamma ** (epochs * -(-n // batch_size) - 1)


@question.misconception
def not_rounded_down(n, batch_size, epochs, lr, step_size, gamma):
    """Your number of drops is not a whole number. Between two drops the rate stays as it is: round down."""
    return lr * gamma ** ((epochs * -(-n // batch_size) - 1) / step_size)


@question.misconception
def first_rate(n, batch_size, epochs, lr, step_size, gamma):
    """That is the rate of the first update."""
    return lr
