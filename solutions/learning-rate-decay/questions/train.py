"""The training loop around an optimizer and a scheduler, and the rates that its updates used."""

from __future__ import annotations

import numpy as np

from course_lib.checks.declaration import Case, Question
from course_lib.checks.mutating import mistakes_in
from course_lib.driving.functions import LeastSquaresGradient
from course_lib.driving.schedules import observe_loop


def draw(rng: np.random.Generator) -> list[Case]:
    cases = []
    for n, batch_size, epochs, per_update in (
        (7, 3, 4, False),
        (6, 2, 3, True),
        (5, 5, 3, False),
        (8, 3, 2, True),
        (9, 2, 5, False),
    ):
        x, y = rng.normal(size=n), rng.normal(size=n)
        cases.append(
            {
                "start": rng.normal(size=2),
                "lr": float(rng.uniform(0.05, 0.2)),
                "gamma": float(rng.uniform(0.4, 0.9)),
                "gradient": LeastSquaresGradient(np.column_stack([x, np.ones(n)]), y, "a function gradient(w, batch)"),
                "batches": [list(range(i, min(i + batch_size, n))) for i in range(0, n, batch_size)],
                "epochs": epochs,
                "per_update": per_update,
            }
        )
    return cases


def consumed(w, optimizer, scheduler, gradient, batches, epochs, per_update):
    rates = []
    for _ in range(epochs):
        for batch in batches:
            w.grad = gradient(w.data, batch)
            rates.append(optimizer.param_groups[0]["lr"])
            optimizer.step()
            if per_update:
                scheduler.step()
        if not per_update:
            scheduler.step()
    return rates


question = Question(
    cases=draw,
    reference=consumed,
    observe=observe_loop,
    forbidden=(),
    reading="learning-rate-decay#the-order-of-the-calls",
    hints=[
        "Two loops, epochs and batches. In the inner one: the gradient into w.grad, note the rate, the optimizer's step.",
        "optimizer.param_groups[0]['lr'] is the rate that the next optimizer.step() will use.",
        "The scheduler's step comes after the optimizer's: at the end of the inner loop's body if per_update, else after the "
        "inner loop.",
    ],
)


mistake = mistakes_in(consumed, question)


AFTER_EVERY_UPDATE, AFTER_EVERY_EPOCH = "if per_update:", "if not per_update:"

mistake(
    "scheduler_first",
    "You step the scheduler before the optimizer, so the first rate of the schedule is never used and all others come too "
    "early. First the optimizer, then the scheduler.",
    (
        "            if per_update:\n                scheduler.step()\n        if not per_update:\n            scheduler.step()\n",
        "",
    ),
    (
        "for batch in batches:",
        "for i, batch in enumerate(batches):\n            if per_update or i == 0:\n                scheduler.step()",
    ),
)

mistake(
    "planned_instead_of_consumed",
    "You note the rate after the scheduler's step. That is the rate planned for the next update; note the one that this "
    "update uses.",
    ("            rates.append(optimizer.param_groups[0]['lr'])\n".replace("'", '"'), ""),
    ("for batch in batches:", "for i, batch in enumerate(batches):"),
    (AFTER_EVERY_UPDATE, "if per_update or i == len(batches) - 1:"),
    ("        if not per_update:\n            scheduler.step()\n", "            rates.append(optimizer.param_groups[0]['lr'])\n"),
)

mistake(
    "always_every_update",
    "You step the scheduler after every update, also where it counts epochs: its rate then falls as many times too fast as "
    "there are batches in an epoch.",
    (AFTER_EVERY_UPDATE, "if True:"),
    (AFTER_EVERY_EPOCH, "if False:"),
)

mistake(
    "always_every_epoch",
    "You step the scheduler once an epoch, also where it counts updates: its rate then hardly moves in the whole run.",
    (AFTER_EVERY_UPDATE, "if False:"),
    (AFTER_EVERY_EPOCH, "if True:"),
)

mistake(
    "every_update_and_every_epoch",
    "You step the scheduler once an epoch in any case, and after every update as well if per_update. It is one or the other.",
    (AFTER_EVERY_EPOCH, "if True:"),
)

mistake(
    "turned_round",
    "You have it the wrong way round: you step the scheduler after every epoch if per_update, else after every update.",
    ("            if per_update:", "            if not (per_update):"),
    ("        if not per_update:", "        if per_update:"),
)

mistake(
    "scheduler_forgotten",
    "Your rate never changes: the scheduler's step is missing.",
    (AFTER_EVERY_UPDATE, "if False:"),
    (AFTER_EVERY_EPOCH, "if False:"),
)

mistake(
    "optimizer_forgotten",
    "w never moves: the optimizer's step is missing.",
    ("            optimizer.step()\n", ""),
)

mistake(
    "one_rate_an_epoch",
    "You note one rate an epoch. The rate may change within an epoch: note it for every update.",
    ('            rates.append(optimizer.param_groups[0]["lr"])\n', ""),
    ("for batch in batches", "rates.append(optimizer.param_groups[0]['lr'])\n        for batch in batches"),
)

mistake(
    "rate_of_the_beginning",
    "You note the rate that the run began with for every update. Read it from the optimizer each time.",
    ("rates = []", "rates, first = [], optimizer.param_groups[0]['lr']"),
    ('optimizer.param_groups[0]["lr"]', "first"),
)

mistake(
    "stale_gradient",
    "The rates are right, but w is not: you compute the gradients of the batches at the beginning of the epoch. Each belongs "
    "to the point where its update starts.",
    ("for batch in batches:", "for w.grad in [gradient(w.data, batch) for batch in batches]:"),
    ("            w.grad = gradient(w.data, batch)\n", ""),
)
