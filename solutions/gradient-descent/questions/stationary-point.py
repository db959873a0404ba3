"""The kind of a stationary point, from the Hessian."""

from __future__ import annotations

import numpy as np

from course_lib import descent
from course_lib.checks.declaration import Case, Question


def draw(rng: np.random.Generator) -> list[Case]:
    cases = []
    signs = [[1, 1], [-1, -1], [1, -1], [1, 1, 1], [-1, -1, -1], [1, 1, -1], [1, -1, -1], [1], [-1]]
    for pattern in signs:
        d = len(pattern)
        turn = np.linalg.qr(rng.normal(size=(d, d)))[0]
        hessian = turn @ np.diag(np.array(pattern) * rng.uniform(0.3, 3, d)) @ turn.T
        cases.append({"hessian": (hessian + hessian.T) / 2})
    # strong off-diagonal entries: a saddle whose diagonal is positive, so that a look at the diagonal misleads
    a, b = rng.uniform(0.5, 1.5, 2)
    cases.append({"hessian": np.array([[a, 2.5], [2.5, b]])})
    cases.append({"hessian": np.array([[-a, 2.5], [2.5, -b]])})
    return [cases[i] for i in rng.permutation(len(cases))]


question = Question(
    cases=draw,
    reference=descent.classify_stationary_point,
    reading="gradient-descent#minima-saddle-points-and-convexity",
    hints=[
        "In one dimension the sign of the second derivative decides. In more, the signs of the eigenvalues of the Hessian do.",
        "np.linalg.eigvalsh gives the eigenvalues. All positive? All negative? Some of each?",
    ],
)


@question.misconception
def only_the_diagonal(hessian):
    """You look at the diagonal of the Hessian, the curvature along the axes. A direction between the axes may curve the other way: use the
    eigenvalues."""
    diagonal = np.diag(hessian)
    return "minimum" if np.all(diagonal > 0) else "maximum" if np.all(diagonal < 0) else "saddle"


@question.misconception
def determinant_and_corner(hessian):
    """You decide by the determinant and one entry. That rule holds for two variables only; with three, the determinant of a saddle may be
    positive. Use the signs of all eigenvalues."""
    if np.linalg.det(hessian) < 0:
        return "saddle"
    return "minimum" if hessian[0, 0] > 0 else "maximum"


@question.misconception
def trace(hessian):
    """You decide by the trace, the sum of the eigenvalues. It does not tell whether they have different signs."""
    return "minimum" if np.trace(hessian) > 0 else "maximum"


@question.misconception
def minimum_and_maximum_swapped(hessian):
    """You have minimum and maximum the wrong way round: where all directions curve upwards, the point is the lowest around."""
    eigenvalues = np.linalg.eigvalsh(hessian)
    return "maximum" if np.all(eigenvalues > 0) else "minimum" if np.all(eigenvalues < 0) else "saddle"


@question.misconception
def any_instead_of_all(hessian):
    """You call it a minimum as soon as one direction curves upwards. For a minimum all of them must."""
    eigenvalues = np.linalg.eigvalsh(hessian)
    return "minimum" if np.any(eigenvalues > 0) else "maximum"


@question.misconception
def always_a_minimum(hessian):
    """You call every point of zero gradient a minimum. A descent stops just as well on a saddle or a hilltop, if it comes to stand there
    exactly."""
    return "minimum"
