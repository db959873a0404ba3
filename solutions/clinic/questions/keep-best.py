"""Keeping the parameters that had the lowest validation loss."""

from __future__ import annotations

import numpy as np

from course_lib.checks.declaration import Case, Question
from course_lib.checks.mutating import mistakes_in
from course_lib.driving.clinic import LossAlongAPath, StepTowards, observe_keep_best


def draw(rng: np.random.Generator) -> list[Case]:
    cases = []
    for epochs, best_at in ((9, 4), (8, 6), (6, 0), (10, 3), (7, 7)):
        target = rng.normal(size=2) + 3
        start, rate = rng.normal(size=2), float(rng.uniform(0.2, 0.3))
        path = np.array([target + (start - target) * (1 - rate) ** t for t in range(epochs + 1)])
        # up and down on the way, one dip deeper than all others
        losses = rng.uniform(1.2, 3, epochs + 1)
        losses[best_at] = float(rng.uniform(0.5, 0.9))
        if best_at > 2:
            losses[[best_at - 2, best_at - 1]] = rng.uniform(1.1, 1.2), rng.uniform(3, 4)
        if best_at < epochs - 1:
            # or the last parameters would be those that are better than the ones before
            losses[-2:] = 2, 2.5
        cases.append(
            {
                "w": start,
                "step": StepTowards(target, rate),
                "validation_loss": LossAlongAPath(path, losses),
                "epochs": epochs,
            }
        )
    return cases


def kept(w, step, validation_loss, epochs):
    best, best_loss, best_epoch = w.copy(), validation_loss(w), 0
    for epoch in range(1, epochs + 1):
        step(w)
        loss = validation_loss(w)
        if loss < best_loss:
            best, best_loss, best_epoch = w.copy(), loss, epoch
    return best, best_epoch


question = Question(
    cases=draw,
    reference=kept,
    observe=observe_keep_best,
    reading="training#keeping-the-best-parameters",
    hints=[
        "After the run, print best and w side by side: they are the same. Since when?",
        "step changes the array itself. A second name for it is not a second array.",
        "Take a copy whenever the loss is the lowest so far, and remember that loss.",
    ],
)


mistake = mistakes_in(kept, question)

mistake(
    "a_name_instead_of_a_copy",
    "The epoch is right, but what you return are the parameters at the end of the run: best is another name for the array "
    "that training goes on changing. Keep a copy.",
    ("= w.copy(), validation_loss(w), 0", "= w, validation_loss(w), 0"),
    ("= w.copy(), loss, epoch", "= w, loss, epoch"),
)

mistake(
    "last_parameters",
    "You return the parameters at the end of the run. The validation loss was lower before.",
    ("return best, best_epoch", "return w, epochs"),
)

mistake(
    "better_than_the_epoch_before",
    "You keep the parameters whenever the loss is lower than in the epoch before. After a bad epoch that is soon the case: "
    "compare it with the lowest so far.",
    (
        "            best, best_loss, best_epoch = w.copy(), loss, epoch",
        "            best, best_epoch = w.copy(), epoch\n        best_loss = loss",
    ),
)

mistake(
    "stops_at_the_first_rise",
    "You stop when the loss rises for the first time. It may fall further later: finish the run.",
    (
        "            best, best_loss, best_epoch = w.copy(), loss, epoch",
        "            best, best_loss, best_epoch = w.copy(), loss, epoch\n        else:\n            break",
    ),
)

mistake(
    "largest_loss",
    "You keep the parameters of the largest validation loss. Lower is better.",
    ("loss < best_loss", "loss > best_loss"),
)

mistake(
    "start_left_out",
    "You never look at the parameters before the first epoch. They count as epoch 0: if training makes everything worse, they "
    "are the best.",
    ("w.copy(), validation_loss(w), 0", "w.copy(), np.inf, 0"),
)

mistake(
    "counted_from_zero",
    "Your epoch is one too small: epoch 0 is the start, and epoch 1 is the first that trains.",
    ("w.copy(), loss, epoch", "w.copy(), loss, epoch - 1"),
)

mistake(
    "validated_before_the_step",
    "You validate before the epoch's training, so the last epoch is never looked at, and each loss is filed under the epoch "
    "after.",
    ("        step(w)\n", ""),
    ("w.copy(), loss, epoch", "w.copy(), loss, epoch\n        step(w)"),
)

mistake(
    "loss_instead_of_epoch",
    "You return the lowest loss; the second number asked for is its epoch.",
    ("return best, best_epoch", "return best, best_loss"),
)
