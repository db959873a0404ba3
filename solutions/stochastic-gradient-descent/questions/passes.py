"""What updates and epochs cost, in gradients and in passes over the data."""

from __future__ import annotations

import numpy as np

from course_lib.checks.declaration import Case, Question
from course_lib.driving.calls import Entries


def draw(rng: np.random.Generator) -> list[Case]:
    # the run of the lecture notes, and shorter ones
    cases = [{"n": 199, "updates": 1000}, {"n": 2, "updates": 3}, {"n": 10, "updates": 10}]
    return cases + [{"n": int(n), "updates": int(n * part)} for n, part in zip(rng.integers(6, 30, 4), (0.4, 0.7, 1.6, 3.3))]


question = Question(
    cases=draw,
    reference=lambda n, updates: (updates / n, n * (1 - 1 / n) ** updates),
    observe=Entries(["passes", "unseen"]),
    parts=True,
    reading="stochastic-gradient-descent#epochs-and-updates",
    hints=[
        "An epoch is n examples. How many times n examples do `updates` updates see?",
        "What is the chance that one particular example is missed by one draw? By all of them? The draws are independent.",
        "The expected number of missed examples is the number of examples times the chance of each to be missed.",
    ],
)


@question.misconception
def updates_as_epochs(n, updates):
    """You count every update as an epoch. An epoch is once through all n examples; an update with one example is the n-th part of it."""
    return updates, n * (1 - 1 / n) ** updates


@question.misconception
def whole_epochs_only(n, updates):
    """You round the number of epochs down. Give it as a fraction: 15 updates on 10 examples are 1.5 epochs."""
    return updates // n, n * (1 - 1 / n) ** updates


@question.misconception
def turned_round(n, updates):
    """You divided the wrong way round: more updates are more epochs."""
    return n / updates, n * (1 - 1 / n) ** updates


@question.misconception
def every_draw_a_new_example(n, updates):
    """You count as if every draw found an example that was not drawn before. The draws are independent: an example can come again."""
    return updates / n, max(0, n - updates)


@question.misconception
def share_instead_of_number(n, updates):
    """Your second number is the chance that one example is never drawn. The question asks for the expected number of such examples among all n."""
    return updates / n, (1 - 1 / n) ** updates


@question.misconception
def seen_instead_of_unseen(n, updates):
    """Your second number counts the examples that were drawn at least once; the question asks for those that never were."""
    return updates / n, n - n * (1 - 1 / n) ** updates


@question.misconception
def limit_for_many_examples(n, updates):
    """Your second number uses the exponential function, which is the limit for very many examples. With few, the exact value differs: multiply the
    chances of the single draws."""
    return updates / n, n * np.exp(-updates / n)


@question.misconception
def always_one_epoch(n, updates):
    """Your second number is the one for n draws, whatever the number of updates is."""
    return updates / n, n * (1 - 1 / n) ** n


@question.misconception
def none_unseen(n, updates):
    """You say that no example is left unseen. With independent draws some usually are, also after more than n draws."""
    return updates / n, 0
