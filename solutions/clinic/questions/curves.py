"""curves"""

from __future__ import annotations

from collections.abc import Callable

from itertools import combinations

from typing import Any

import numpy as np

from course_lib import descent

from course_lib.autodiff import Tensor, mse_loss

from course_lib.checks.chance import of_the_result, repeated, requires_the_same_again

from course_lib.checks.declaration import Case, Question

from course_lib.checks.mutating import edited, mistakes_in

from course_lib.checks.patients import CODE, CURVES, curve, diagnosis

from course_lib.optim import SGD

from course_lib.problems import LinearRegression, Problem

from course_lib.validation import Array

from ._shared import admit, declare_confusions, diagnoses


def stands_out(patient: int) -> bool:
    """Whether a run on one batch has come to rest, so far up that it can be told from a good one: a batch may be a good
    sample."""
    if diagnosis(patient, CURVES) != "same batch again":
        return True
    losses, least = curve(patient)
    return bool(losses[-1] > 1.4 * least and abs(losses[-1] - losses[-40]) < 0.02 * least)


ALWAYS_CURVES = ["rate too large", "rate too small", "gradients add up", "same batch again", "not shuffled"]


def curves_cases(rng: np.random.Generator) -> list[Case]:
    return [admit(rng, [*ALWAYS_CURVES, str(rng.choice(["healthy", "loss of the batch"]))], CURVES, stands_out)]


question = Question(
    cases=curves_cases,
    reference=lambda **patients: diagnoses(patients, CURVES),
    value=True,
    parts=True,
    personal=True,
    reading="training#reading-a-loss-curve",
    hints=[
        "First look at the numbers on the axis: does the loss fall at all, and how far above or below the dashed line does it "
        "end?",
        "Then look at the shape: smooth, trembling, slow waves, a pattern that repeats every 10 updates, which is an epoch?",
        "A run on one batch cannot tremble: nothing in it is random. A run whose gradients add up swings: old gradients keep "
        "pushing.",
    ],
)


@question.misconception
def labels_without_letters(**patients):
    """Your answer should be a dict with a label for each of the letters A to F; a list does not say which label is whose."""
    from course_lib.checks.clinic import CURVES, diagnoses

    return list(diagnoses(patients, CURVES).values())


@question.misconception
def one_label_for_all(**patients):
    """You gave all runs the same label. Each label fits at most one of them."""
    return dict.fromkeys(patients, "rate too large")


declare_confusions(
    curves,
    "CURVES",
    ALWAYS_CURVES,
    {
        "rate too large": "The run whose rate is too large is not under its letter. Each step overshoots by more than the one "
        "before, so the loss does not come down: it grows by factor after factor.",
        "rate too small": "The run whose rate is too small is not under its letter. Nothing is wrong with its direction: when "
        "the run ends, the loss is still falling steadily.",
        "gradients add up": "The run whose gradients are never cleared is not under its letter. The sum of all old gradients "
        "pushes on like a swing without friction: the loss falls, rises and falls again, in slow waves.",
        "same batch again": "The run that sees the same batch again and again is not under its letter. Nothing in it is "
        "random, so its curve is as smooth as that of batch gradient descent, but it comes to rest well above the least loss "
        "on all examples.",
        "not shuffled": "The run whose data are not shuffled is not under its letter. Each epoch pulls the same ways in the "
        "same order, so the same pattern comes back every epoch.",
        "loss of the batch": "The run that records the loss of each batch is not under its letter. A few examples may have "
        "less loss than the best line has on all of them: no other curve can fall below the dashed line.",
        "healthy": "The healthy run is not under its letter. With a constant rate and fresh batches the loss falls to near "
        "the least one and stays there, trembling a little, without a pattern.",
    },
)
