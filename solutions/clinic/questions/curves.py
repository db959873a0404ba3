"""What is wrong with six training runs, from the curves of their loss."""

from __future__ import annotations

import numpy as np

from course_lib.checks.declaration import Case, Question

from ._confusions import declare_confusions
from ._patients import OnScreen, admit, diagnoses, seen

ALWAYS = ["rate too large", "rate too small", "gradients add up", "same batch again", "not shuffled"]


def draw(rng: np.random.Generator) -> list[Case]:
    return [admit(rng, [*ALWAYS, str(rng.choice(["healthy", "loss of the batch"]))], OnScreen, OnScreen.stands_out)]


question = Question(
    cases=draw,
    reference=diagnoses,
    value=True,
    parts=True,
    personal=True,
    shows=seen,
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
    return [patient.diagnosis for patient in patients.values()]


@question.misconception
def one_label_for_all(**patients):
    """You gave all runs the same label. Each label fits at most one of them."""
    return dict.fromkeys(patients, "rate too large")


declare_confusions(
    question,
    ALWAYS,
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
