"""What is wrong with six training functions, from their code."""

from __future__ import annotations

import numpy as np

from course_lib.checks.declaration import Case, Question

from ._confusions import declare_confusions
from ._patients import CODE, OnPaper, admit, diagnoses, seen

ALWAYS = ["healthy", "gradients add up", "same batch again", "one update an epoch"]


def draw(rng: np.random.Generator) -> list[Case]:
    sometimes = rng.choice([fault for fault in CODE if fault not in ALWAYS], 2, replace=False)
    return [admit(rng, [*ALWAYS, *map(str, sometimes)], OnPaper)]


question = Question(
    cases=draw,
    reference=diagnoses,
    value=True,
    parts=True,
    personal=True,
    shows=seen,
    reading="training#reading-the-code",
    hints=[
        "Follow one epoch by hand, with 5 examples and batches of 2: which examples does each update see, and how many "
        "updates are there?",
        "Then one update: is every number in it computed afresh, from this batch, at the current w and b? Is it a mean over "
        "this batch?",
        "Last the record and the end: what goes into losses, and when does the function return?",
    ],
)


@question.misconception
def labels_without_letters(**patients):
    """Your answer should be a dict with a label for each of the letters A to F; a list does not say which label is whose."""
    return [patient.diagnosis for patient in patients.values()]


@question.misconception
def all_healthy(**patients):
    """You gave all listings the label "healthy". Each label fits at most one of them: five have a fault."""
    return dict.fromkeys(patients, "healthy")


@question.misconception
def a_word_of_ones_own(**patients):
    """The code without a fault has a label, too: "healthy". Spell the labels as in the list above."""
    return {
        letter: "nothing wrong" if patient.diagnosis == "healthy" else patient.diagnosis for letter, patient in patients.items()
    }


declare_confusions(
    question,
    ALWAYS,
    {
        "same batch again": "The code that sees the same batch again and again is not under its letter. A list that is never "
        "cleared still holds what was put in first: look at which end of it the batch is read from.",
        "one update an epoch": "The code in which an epoch is a single update is not under its letter. Count how many of the "
        "examples an epoch goes through before the next one begins.",
        "gradients add up": "The code that never clears its gradients is not under its letter. Look for a gradient that "
        "begins with what it was at the update before.",
        "not shuffled": "The code that does not shuffle is not under its letter. Its batches are the same slices of the data "
        "in every epoch.",
        "drawn with replacement": "The code that draws with replacement is not under its letter. Numbers drawn independently "
        "of each other repeat: some examples come twice in an epoch, and others not at all.",
        "all examples in every update": "The code that uses all examples in every update is not under its letter. It cuts "
        "batches, but look at what the error is computed from: what is called mini-batch here is batch gradient descent.",
        "an update for each example": "The code that makes an update for each example is not under its letter. The parameters "
        "change inside the loop over a batch, so the batch size changes nothing but the record.",
        "last batch left out": "The code that leaves the last batch out is not under its letter. Look at where the loop over "
        "the batches ends if the batch size does not divide the number of examples.",
        "last batch divided wrongly": "The code that divides the last batch by the wrong number is not under its letter. The "
        "last batch of an epoch may be smaller than the others; look at what its sum is divided by.",
        "loss of the batch": "The code that records the loss of the batch is not under its letter. Look at which examples the "
        "recorded number is computed from, and at which point.",
        "stops on one example": "The code that stops on one example is not under its letter. Look for a return that depends "
        "on a single error: it says nothing of the other examples.",
        "healthy": "The healthy code is not under its letter: you found a fault where there is none.",
    },
)
