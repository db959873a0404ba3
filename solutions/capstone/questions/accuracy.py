"""The part of the examples that a network reads rightly."""

from __future__ import annotations

import numpy as np

from course_lib.checks.declaration import Case, Question


def draw(rng: np.random.Generator) -> list[Case]:
    # 10 examples of 10 classes as well, where the two axes are equally long
    cases = []
    for n, classes in ((12, 10), (10, 10), (5, 3), (40, 10)):
        labels = rng.integers(classes, size=n)
        scores = rng.normal(size=(n, classes)) - rng.uniform(0, 3)
        right = rng.permutation(n)[: 2 * n // 3]
        scores[right, labels[right]] = scores[right].max(axis=1) + 0.1
        cases.append({"scores": scores, "labels": labels})
    return cases


question = Question(
    cases=draw,
    reference=lambda scores, labels: np.mean(scores.argmax(axis=1) == labels),
    reading="training#accuracy",
    hints=[
        "Each row of scores belongs to an example. Which class does the network choose for it?",
        "Compare the chosen classes with the labels, and take the mean of the True and False.",
    ],
)


@question.misconception
def number_instead_of_part(scores, labels):
    """You return how many are right; divide by how many there are."""
    return np.sum(scores.argmax(axis=1) == labels)


@question.misconception
def error_rate(scores, labels):
    """You return the part that is wrong; the accuracy is the part that is right."""
    return np.mean(scores.argmax(axis=1) != labels)


@question.misconception
def percent(scores, labels):
    """You return percent; the question asks for a part between 0 and 1."""
    return 100 * np.mean(scores.argmax(axis=1) == labels)


@question.misconception
def along_the_other_axis(scores, labels):
    """You look for the largest score along the examples (axis=0). The classes stand side by side in a row: axis=1."""
    return np.mean(scores.argmax(axis=0) == labels)


@question.misconception
def lowest_score(scores, labels):
    """You take the class of the lowest score. The network chooses the class of the highest."""
    return np.mean(scores.argmin(axis=1) == labels)


@question.misconception
def positive_score(scores, labels):
    """You call an example right when the score of its class is positive. It is right when that score is the highest of its
    row."""
    return np.mean(scores[np.arange(len(labels)), labels] > 0)


@question.misconception
def probability_above_one_half(scores, labels):
    """You call an example right when its class has a probability above 1/2. With ten classes, less is enough to be the most
    likely one."""
    p = np.exp(scores - scores.max(axis=1, keepdims=True))
    p = p / p.sum(axis=1, keepdims=True)
    return np.mean(p[np.arange(len(labels)), labels] > 0.5)
