"""The gradient by central differences."""

from __future__ import annotations

import numpy as np

from course_lib.checks.declaration import Case, Question
from course_lib.driving.calls import moved_back
from course_lib.driving.functions import CubicsAndSines
from course_lib.problems import Given
from course_lib.problems import numerical_gradient as central_differences


def draw(rng: np.random.Generator) -> list[Case]:
    cases = []
    for d in (1, 2, 3, 4, 2):
        a, c, k = rng.normal(size=d), rng.normal(size=d), rng.uniform(0.5, 1.5, size=d)
        cases.append({"f": CubicsAndSines(a, c, k), "w": rng.normal(size=d), "h": float(rng.choice([1e-2, 3e-3, 1e-3]))})
    return cases


question = Question(
    cases=draw,
    reference=lambda f, w, h: central_differences(Given(len(w), loss=f), w, h=h),
    observe=moved_back,
    reading="gradient-descent#checking-a-gradient",
    rtol=1e-6,
    atol=1e-8,
    hints=[
        "One coordinate at a time: make a copy of w in which only entry j is larger by h, and one in which it is smaller by h.",
        "The two points are 2h apart, so divide the difference of f by 2h.",
        "Start from np.zeros_like(w) for the result and fill entry j in a loop over j.",
    ],
)


@question.misconception
def forward_difference(f, w, h):
    """You took the difference between w + h and w. It is right in the limit, but its error shrinks like h; the central difference between
    w + h and w - h, which is asked for, has an error like h²."""
    return np.array([(f(w + h * e) - f(w)) / h for e in np.eye(len(w))])


@question.misconception
def backward_difference(f, w, h):
    """You took the difference between w and w - h. The central difference, which is asked for, looks h ahead and h back."""
    return np.array([(f(w) - f(w - h * e)) / h for e in np.eye(len(w))])


@question.misconception
def divided_by_h(f, w, h):
    """You divided by h, but the points w + h and w - h are 2h apart: the slope comes out twice too large."""
    return np.array([(f(w + h * e) - f(w - h * e)) / h for e in np.eye(len(w))])


@question.misconception
def multiplied_by_half_h(f, w, h):
    """You wrote ... / 2 * h, which divides by 2 and multiplies by h. Put parentheses around the denominator: (2 * h)."""
    return np.array([(f(w + h * e) - f(w - h * e)) / 2 * h for e in np.eye(len(w))])


@question.misconception
def all_coordinates_at_once(f, w, h):
    """You moved all coordinates at the same time, so every entry holds the same slope, the one along the diagonal. Move only entry j
    for the j-th partial derivative."""
    return np.full(len(w), (f(w + h) - f(w - h)) / (2 * h))


@question.misconception
def not_moved_back(f, w, h):
    """You moved coordinate j and did not move it back, so the later coordinates are measured at another point."""
    w, slopes = w.copy(), []
    for j in range(len(w)):
        w[j] += h
        above = f(w)
        w[j] -= 2 * h
        slopes.append((above - f(w)) / (2 * h))
    return np.array(slopes)


@question.misconception
def step_below_the_rounding(f, w, h):
    """You use a step of your own, so small that w + h and w are nearly the same number: what is left of the difference is rounding, and
    dividing by a tiny h makes it huge. Use the h that you are given."""
    h = 1e-15
    return np.array([(f(w + h * e) - f(w - h * e)) / (2 * h) for e in np.eye(len(w))])


@question.misconception
def step_near_the_rounding(f, w, h):
    """You use a step of your own, so small that f ahead and f behind agree in nearly all their digits: hardly any are left in the
    difference. Use the h that you are given."""
    h = 1e-12
    return np.array([(f(w + h * e) - f(w - h * e)) / (2 * h) for e in np.eye(len(w))])


@question.misconception
def step_of_ones_own(f, w, h):
    """You use a step of your own; this is the slope as it is for a much smaller h. Use the h that you are given."""
    h = 1e-6
    return np.array([(f(w + h * e) - f(w - h * e)) / (2 * h) for e in np.eye(len(w))])


@question.misconception
def opposite_sign(f, w, h):
    """Your slopes have the opposite sign: take f ahead minus f behind."""
    return np.array([(f(w - h * e) - f(w + h * e)) / (2 * h) for e in np.eye(len(w))])
