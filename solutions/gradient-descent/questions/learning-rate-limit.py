"""The rate beyond which gradient descent diverges, from the data."""

from __future__ import annotations

import numpy as np

from course_lib import descent
from course_lib.checks.declaration import Case, Question
from course_lib.problems import LinearRegression


def draw(rng: np.random.Generator) -> list[Case]:
    shapes = ((5, 1), (8, 2), (20, 3), (4, 4), (50, 2))
    # columns of different scale, so that the eigenvalues are far apart
    return [{"X": rng.normal(size=(n, d)) * rng.uniform(0.5, 4, size=d)} for n, d in shapes]


question = Question(
    cases=draw,
    reference=lambda X: descent.learning_rate_limit(LinearRegression(X, np.zeros(len(X)), fit_intercept=False).hessian),
    reading="gradient-descent#the-limit-2-l",
    hints=[
        "Differentiate the gradient (2/n) Xᵀ(Xw - y) once more by w. Which matrix is left?",
        "np.linalg.eigvalsh gives the eigenvalues of a symmetric matrix, in rising order.",
        "A step multiplies the error along an eigenvector by 1 - lr·λ. For which lr does this reach -1 first, and for which λ?",
    ],
)


@question.misconception
def one_over_l(X):
    """You returned the rate that reaches the minimum along the steepest direction in one step. With a larger one the run overshoots, but it
    comes nearer all the same: by which factor does a step multiply the error when it no longer does?"""
    return 1 / np.linalg.eigvalsh(2 / len(X) * X.T @ X)[-1]


@question.misconception
def smallest_eigenvalue(X):
    """You used the smallest eigenvalue. The steepest direction, that of the largest eigenvalue, is the first in which the steps grow."""
    return 2 / np.linalg.eigvalsh(2 / len(X) * X.T @ X)[0]


@question.misconception
def missing_factor_two(X):
    """A factor 2 is missing from your second derivative: differentiate the square twice, and look at what becomes of its exponent."""
    return 2 / np.linalg.eigvalsh(X.T @ X / len(X))[-1]


@question.misconception
def mean_forgotten(X):
    """You left the mean out: the loss is a mean over the n rows of X, and so are its derivatives."""
    return 2 / np.linalg.eigvalsh(2 * X.T @ X)[-1]


@question.misconception
def bare_product(X):
    """You used the eigenvalues of XᵀX. That is the matrix of second derivatives up to a factor: differentiate the mean squared error twice."""
    return 2 / np.linalg.eigvalsh(X.T @ X)[-1]


@question.misconception
def best_rate(X):
    """Your rate depends on the smallest eigenvalue, too. It is the one that converges in the fewest steps; the question asks for the limit
    beyond which the run diverges."""
    eigenvalues = np.linalg.eigvalsh(2 / len(X) * X.T @ X)
    return 2 / (eigenvalues[0] + eigenvalues[-1])


@question.misconception
def trace(X):
    """You used the trace, the sum of all eigenvalues; the limit depends on the largest alone."""
    return 2 / np.trace(2 / len(X) * X.T @ X)


@question.misconception
def singular_value(X):
    """You used the largest singular value of X without squaring it: the eigenvalues of XᵀX are the squares of the singular values of X."""
    return len(X) / np.linalg.svd(X)[1][0]


@question.misconception
def largest_diagonal(X):
    """You used the largest entry on the diagonal of the Hessian. The diagonal holds the curvature along the axes; the steepest direction
    may lie between them, so the eigenvalues are needed."""
    return 2 / np.max(np.diag(2 / len(X) * X.T @ X))
