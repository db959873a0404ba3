"""The best of a grid of candidates."""

from __future__ import annotations

import numpy as np

from course_lib import descent
from course_lib.checks.declaration import Case, Question
from course_lib.driving.functions import Parabola
from course_lib.problems import Given


def draw(rng: np.random.Generator) -> list[Case]:
    cases = []
    # where the minimum lies relative to the interval: inside, beyond each end
    for place in (0.37, 1.4, -0.3, 0.81, 2.0):
        low = float(rng.uniform(-5, 0))
        high = low + float(rng.uniform(2, 8))
        curvature, level = float(rng.uniform(0.5, 3)), float(rng.uniform(1, 9))
        cost = Parabola(level, curvature, low + place * (high - low))
        cases.append({"cost": cost, "low": low, "high": high, "count": int(rng.integers(5, 30))})
    return cases


question = Question(
    cases=draw,
    reference=lambda cost, low, high, count: descent.exhaustive_search(
        Given(1, loss=lambda w: cost(w[0])), np.linspace(low, high, count)
    ).best[0],
    reading="gradient-descent#before-gradient-descent-trying-everything",
    hints=[
        "Make an array of the candidates first, then an array of their costs.",
        "np.linspace(low, high, count) includes both ends; np.arange leaves the end out.",
        "np.argmin gives the position of the smallest cost. What stands at that position among the candidates?",
    ],
)


@question.misconception
def leaves_out_the_end(cost, low, high, count):
    """Your grid leaves out its end point `high`: np.arange(low, high, step) stops before it. On some of these problems `high` is the
    best candidate."""
    candidates = low + (high - low) / (count - 1) * np.arange(count - 1)
    return candidates[np.argmin([cost(w) for w in candidates])]


@question.misconception
def one_step_too_many(cost, low, high, count):
    """Your candidates are (high - low) / count apart, so they stop short of `high`. From the first to the last of `count` points there are
    count - 1 steps."""
    candidates = np.linspace(low, high, count, endpoint=False)
    return candidates[np.argmin([cost(w) for w in candidates])]


@question.misconception
def largest_cost(cost, low, high, count):
    """You kept the candidate of largest cost. Look for the smallest."""
    candidates = np.linspace(low, high, count)
    return candidates[np.argmax([cost(w) for w in candidates])]


@question.misconception
def returns_the_cost(cost, low, high, count):
    """You returned the lowest cost; the question asks for the w at which the cost is lowest."""
    return min(cost(w) for w in np.linspace(low, high, count))


@question.misconception
def returns_the_position(cost, low, high, count):
    """You returned the position of the best candidate in the grid; the question asks for the candidate itself."""
    return np.argmin([cost(w) for w in np.linspace(low, high, count)])


@question.misconception
def first_candidate(cost, low, high, count):
    """You always return the first candidate, `low`. Is the best candidate replaced when a better one is found?"""
    return low


@question.misconception
def last_candidate(cost, low, high, count):
    """You always return the last candidate, `high`. The comparison that keeps only a better candidate is missing or always true."""
    return high
