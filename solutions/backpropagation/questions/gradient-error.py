"""How far a gradient lies from the measured one."""

from __future__ import annotations

import numpy as np

from course_lib.checks.declaration import Case, Question
from course_lib.driving.calls import moved_back
from course_lib.driving.functions import SinesAndCubes
from course_lib.problems import Given
from course_lib.problems import numerical_gradient as central_differences

from ._differentiation import DIFFERENTIATION


def draw(rng: np.random.Generator) -> list[Case]:
    cases = []
    for d, fault in ((3, "none"), (2, "sign"), (4, "one entry"), (3, "factor"), (2, "swapped"), (5, "tiny")):
        a, k = rng.uniform(1, 2, size=d) * rng.choice([-1, 1], d), rng.uniform(0.5, 1.5, size=d)

        w = rng.uniform(0.5, 1.5, size=d) * rng.choice([-1, 1], d)
        g = a * k * np.cos(k * w) + 3 * w**2 + np.sum(w)
        if fault == "sign":
            g = -g
        elif fault == "one entry":
            g[rng.integers(d)] += 0.5
        elif fault == "factor":
            g = 2 * g
        elif fault == "swapped":
            g = g[::-1].copy()
        elif fault == "tiny":
            g = g * 1e-4
        cases.append({"f": SinesAndCubes(a, k), "w": w, "g": g, "h": float(rng.choice([2e-2, 1e-2, 5e-3]))})
    return cases


def gradient_error_reference(f, w, g, h):
    measured = central_differences(Given(len(w), loss=f), w, h=h)
    return np.linalg.norm(g - measured) / (np.linalg.norm(g) + np.linalg.norm(measured))


question = Question(
    cases=draw,
    reference=gradient_error_reference,
    observe=moved_back,
    reading="backpropagation#checking-a-gradient",
    forbidden=DIFFERENTIATION,
    rtol=1e-6,
    hints=[
        "First measure: for each coordinate the central difference of f, with f a step h ahead and a step h behind. Then compare with g.",
        "np.linalg.norm gives the length of an array.",
        "The error is a length over a sum of two lengths: 0 for equal gradients, 1 for opposite ones.",
    ],
)


@question.misconception
def absolute_error(f, w, g, h):
    """You return the length of the difference itself. Whether 0.01 is much depends on how long the gradients are: divide by the sum of their
    lengths."""
    n = np.array([(f(w + h * e) - f(w - h * e)) / (2 * h) for e in np.eye(len(w))])
    return np.linalg.norm(g - n)


@question.misconception
def relative_to_the_claimed(f, w, g, h):
    """You divide by the length of g alone. A wrong g, such as one that is nearly zero, then decides how its own error is measured: divide by the sum
    of both lengths."""
    n = np.array([(f(w + h * e) - f(w - h * e)) / (2 * h) for e in np.eye(len(w))])
    return np.linalg.norm(g - n) / np.linalg.norm(g)


@question.misconception
def relative_to_the_measured(f, w, g, h):
    """You divide by the length of the measured gradient alone; the question asks for the sum of both lengths."""
    n = np.array([(f(w + h * e) - f(w - h * e)) / (2 * h) for e in np.eye(len(w))])
    return np.linalg.norm(g - n) / np.linalg.norm(n)


@question.misconception
def length_of_the_sum(f, w, g, h):
    """You divide by the length of g + ĝ. For opposite gradients that is zero: add the two lengths, not the two arrays."""
    n = np.array([(f(w + h * e) - f(w - h * e)) / (2 * h) for e in np.eye(len(w))])
    return np.linalg.norm(g - n) / np.linalg.norm(g + n)


@question.misconception
def larger_of_the_lengths(f, w, g, h):
    """You divide by the larger of the two lengths; the question asks for their sum."""
    n = np.array([(f(w + h * e) - f(w - h * e)) / (2 * h) for e in np.eye(len(w))])
    return np.linalg.norm(g - n) / max(np.linalg.norm(g), np.linalg.norm(n))


@question.misconception
def signed_sum(f, w, g, h):
    """You add up the differences with their signs, so that errors in different entries can cancel. Take the length of the difference."""
    n = np.array([(f(w + h * e) - f(w - h * e)) / (2 * h) for e in np.eye(len(w))])
    return np.sum(g - n) / (np.linalg.norm(g) + np.linalg.norm(n))


@question.misconception
def squared_lengths(f, w, g, h):
    """You left out the square roots: a length is the root of the sum of squares."""
    n = np.array([(f(w + h * e) - f(w - h * e)) / (2 * h) for e in np.eye(len(w))])
    return np.sum((g - n) ** 2) / (np.sum(g**2) + np.sum(n**2))


@question.misconception
def entry_by_entry(f, w, g, h):
    """You return one error for each entry. The question asks for one number: the length of the whole difference over the sum of the
    lengths."""
    n = np.array([(f(w + h * e) - f(w - h * e)) / (2 * h) for e in np.eye(len(w))])
    return np.abs(g - n) / (np.abs(g) + np.abs(n))


@question.misconception
def largest_entry(f, w, g, h):
    """You return the largest error of one entry. An entry that should be nearly zero then looks badly wrong for no reason: compare the lengths of the
    whole arrays."""
    n = np.array([(f(w + h * e) - f(w - h * e)) / (2 * h) for e in np.eye(len(w))])
    return np.max(np.abs(g - n) / (np.abs(g) + np.abs(n)))


@question.misconception
def forward_difference(f, w, g, h):
    """You measure the slope between w and w + h. Its error shrinks only like h, so a right gradient looks wrong: use the central difference, between
    w - h and w + h."""
    n = np.array([(f(w + h * e) - f(w)) / h for e in np.eye(len(w))])
    return np.linalg.norm(g - n) / (np.linalg.norm(g) + np.linalg.norm(n))


@question.misconception
def divided_by_h(f, w, g, h):
    """You divide by h, but the two points are 2h apart, so the measured gradient is twice too long."""
    n = np.array([(f(w + h * e) - f(w - h * e)) / h for e in np.eye(len(w))])
    return np.linalg.norm(g - n) / (np.linalg.norm(g) + np.linalg.norm(n))
