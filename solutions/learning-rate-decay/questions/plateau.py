"""Decay on a plateau: the rate of each epoch, from the losses."""

from __future__ import annotations

import numpy as np

from course_lib import lr_scheduler
from course_lib.checks.declaration import Case, Question
from course_lib.checks.mutating import mistakes_in
from course_lib.optim import SGD, Parameter

from ._consumed import SCHEDULES


def draw(rng: np.random.Generator) -> list[Case]:
    cases = []
    for patience, cooldown, scale in (
        (2, 0, 20.0),
        (1, 2, 0.3),
        (0, 1, 5.0),
        (3, 3, 40.0),
        (1, 0, 0.1),
        (0, 0, 8.0),
        (2, 4, 10.0),
    ):
        threshold = float(rng.uniform(0.05, 0.1))
        best = scale
        losses: list[float] = []
        for _ in range(40):
            # clear progress, progress below the threshold, no progress but less than the epoch before, worse
            kind = rng.choice(4, p=[0.2, 0.3, 0.2, 0.3])
            previous = losses[-1] if losses else best
            low, high = [(0.75, 0.85), (0.955, 0.995), (1.01, 1.05), (1.06, 1.3)][kind]
            loss = best * float(rng.uniform(low, high))
            if kind == 2:
                loss = max(best * 1.001, previous * float(rng.uniform(0.97, 0.999)))
            losses.append(loss)
            if loss < best * (1 - threshold):
                best = loss
        cases.append(with_settings(rng, losses, patience, threshold, cooldown))
    scale = float(rng.uniform(1, 30))
    # many improvements, none of which counts by itself
    creeping = [scale * 0.955**t * float(rng.uniform(0.999, 1)) for t in range(20)]
    cases.append(with_settings(rng, creeping, 2, 0.08, 0))
    # the best loss of all falls into a cooldown
    lucky = [scale * float(rng.uniform(low, low + 0.02)) for low in (1, 1.1, 0.5, 0.6, 0.75, 0.8, 0.7, 0.45, 0.9, 0.3, 0.5, 0.55)]
    cases.append(with_settings(rng, lucky, 0, 0.06, 2))
    return cases


def with_settings(rng: np.random.Generator, losses: list[float], patience: int, threshold: float, cooldown: int) -> Case:
    return {
        "losses": losses,
        "lr": float(rng.uniform(0.5, 2)),
        "factor": float(rng.uniform(0.3, 0.7)),
        "patience": patience,
        "threshold": threshold,
        "cooldown": cooldown,
        "min_lr": float(rng.uniform(0.02, 0.04)),
    }


def consumed(losses, lr, factor, patience, threshold, cooldown, min_lr):
    optimizer = SGD([Parameter(np.zeros(1))], lr=lr)
    scheduler = lr_scheduler.ReduceLROnPlateau(
        optimizer, factor=factor, patience=patience, threshold=threshold, cooldown=cooldown, min_lr=min_lr
    )
    rates = []
    for loss in losses:
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step(loss)
    return rates


question = Question(
    cases=draw,
    reference=consumed,
    forbidden=SCHEDULES,
    reading="learning-rate-decay#decay-on-a-plateau",
    hints=[
        "Four numbers are enough to remember: the rate, the best loss, how many bad epochs in a row, how many epochs of "
        "cooldown are left.",
        "First note the rate: it was used before the loss of the epoch was known. Then compare the loss with the best one.",
        "In the cooldown: one epoch less of it is left, and the count of bad epochs is 0, whatever the loss was.",
        "More than `patience` bad epochs: reduce, set the count to 0, start the cooldown.",
    ],
)


def watched(losses, lr, factor, patience, threshold, cooldown, min_lr):
    rates, best, bad, rest = [], np.inf, 0, 0
    for loss in losses:
        rates.append(lr)
        if loss < best * (1 - threshold):
            best = loss
            bad = 0
        else:
            bad += 1
        if rest > 0:
            rest -= 1
            bad = 0
        if bad > patience:
            lr = max(lr * factor, min_lr)
            bad = 0
            rest = cooldown
    return rates


mistake = mistakes_in(watched, question)

mistake(
    "improvement_turned_round",
    "You treat a rising loss as progress. What is watched is a loss: lower is better.",
    ("[], np.inf, 0, 0", "[], -np.inf, 0, 0"),
    ("loss < best * (1 - threshold)", "loss > best * (1 + threshold)"),
)

mistake(
    "threshold_ignored",
    "You count every improvement, however small. One that is smaller than the threshold does not count.",
    ("best * (1 - threshold)", "best"),
)

mistake(
    "absolute_threshold",
    "You subtract the threshold from the best loss. Here it is a fraction: the loss has to be below (1 - threshold) times the "
    "best, so that it means the same for large and for small losses.",
    ("best * (1 - threshold)", "best - threshold"),
)

mistake(
    "patience_one_too_short",
    "You reduce after `patience` bad epochs. Those are put up with: the rate falls after more than `patience` of them.",
    ("if bad > patience", "if bad and bad >= patience"),
)

mistake(
    "patience_one_too_long",
    "You put up with one bad epoch too many: the rate falls as soon as there are more than `patience` of them.",
    ("if bad > patience", "if bad > patience + 1"),
)

mistake(
    "no_patience",
    "You reduce the rate after every bad epoch. Up to `patience` of them in a row are put up with.",
    ("if bad > patience", "if bad > 0"),
)

mistake(
    "cooldown_ignored",
    "You do not use the cooldown: the bad epochs right after a reduction are not to be counted.",
    ("rest = cooldown", "pass"),
)

mistake(
    "blind_in_the_cooldown",
    "During the cooldown you do not look at the loss at all, so an improvement made there is missed. Only the bad epochs are "
    "not counted; the best loss is.",
    ("if loss < best", "if rest > 0:\n            pass\n        elif loss < best"),
)

mistake(
    "minimum_ignored",
    "Your rate falls below min_lr.",
    ("max(lr * factor, min_lr)", "lr * factor"),
)

mistake(
    "compared_with_the_previous_epoch",
    "You compare each loss with that of the epoch before. A loss that goes up and down then counts as progress every other "
    "epoch: compare it with the best so far.",
    ("bad += 1", "best, bad = loss, bad + 1"),
)

mistake(
    "best_creeps_down",
    "You lower the best loss also after an improvement that is too small to count. Many small improvements then never add up "
    "to one that counts.",
    ("bad += 1", "best, bad = min(best, loss), bad + 1"),
)

mistake(
    "bad_epochs_not_in_a_row",
    "You count all bad epochs, also those before the last improvement. An improvement sets the count back to 0.",
    ("best = loss\n            bad = 0", "best = loss"),
)

mistake(
    "count_not_reset_after_reduction",
    "After a reduction you go on counting from where you were, so the very next bad epoch reduces the rate again. A reduction "
    "sets the count back to 0.",
    ("min_lr)\n            bad = 0", "min_lr)"),
)

mistake(
    "reduced_from_the_start",
    "Every reduction starts from the first rate, so the rate falls only once. Reduce the current one.",
    ("[], np.inf, 0, 0", "[], np.inf, 0, 0\n    first = lr"),
    ("max(lr * factor", "max(first * factor"),
)

mistake(
    "rate_noted_after_the_loss",
    "Your rates are those after each epoch's loss was looked at. The epoch itself used the rate from before: its loss was not "
    "known yet.",
    ("        rates.append(lr)\n", ""),
    ("rest = cooldown", "rest = cooldown\n        rates.append(lr)"),
)

mistake(
    "only_the_rates_it_was_reduced_to",
    "You return a rate for each reduction; the question asks for one an epoch, the rate that the epoch used.",
    ("        rates.append(lr)\n", ""),
    ("rest = cooldown", "rest = cooldown\n            rates.append(lr)"),
)
