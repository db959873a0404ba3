"""The standard error of a measured accuracy."""

from __future__ import annotations

import numpy as np

from course_lib.checks.declaration import Case, Question


def draw(rng: np.random.Generator) -> list[Case]:
    test = int(rng.integers(150, 500))
    # not near 0.93, where 1.96 standard errors are as large as one with p = 1/2
    accuracy = rng.uniform(0.86, 0.92) if rng.random() < 0.75 else rng.uniform(0.94, 0.96)
    return [{"right": round(test * accuracy), "test": test}]


question = Question(
    cases=draw,
    reference=lambda right, test: np.sqrt(right / test * (1 - right / test) / test),
    value=True,
    personal=True,
    # three digits: 0.0100 may stand for 0.01005; and whoever divides by n - 1 is right, too
    rtol=1e-2,
    atol=0,
    reading="training#how-sure-is-an-accuracy",
    hints=[
        "Each test example is right or wrong, 1 or 0. Which variance has such a number, if it is 1 with probability p?",
        "The mean of n independent numbers has an n-th of the variance of one. The standard error is the root of that.",
    ],
)


@question.misconception
def variance_instead_of_deviation(right, test):
    """That is the variance of the accuracy; the standard error is its square root."""
    return right / test * (1 - right / test) / test


@question.misconception
def of_one_example(right, test):
    """That is the standard deviation of a single example. The mean of many varies less: by the root of their number."""
    return (right / test * (1 - right / test)) ** 0.5


@question.misconception
def divided_by_n_without_the_root(right, test):
    """You divided the standard deviation of one example by n. The deviation of a mean falls with the root of n."""
    return (right / test * (1 - right / test)) ** 0.5 / test


@question.misconception
def largest_possible(right, test):
    """You used p = 1/2, where the uncertainty is largest. Near 0 or 1 it is smaller: use the accuracy that was measured."""
    return 0.5 / test**0.5


@question.misconception
def one_over_root_n(right, test):
    """1/sqrt(n) leaves out the variance of a single example, p (1 - p)."""
    return 1 / test**0.5


@question.misconception
def factor_one_minus_p_forgotten(right, test):
    """The variance of a number that is 1 with probability p, else 0, is p (1 - p). The factor 1 - p is missing."""
    return (right / test / test) ** 0.5


@question.misconception
def in_percent(right, test):
    """You gave percent; the question asks for a part, as the accuracy itself is."""
    return 100 * (right / test * (1 - right / test) / test) ** 0.5


@question.misconception
def two_standard_errors(right, test):
    """That is the width of a 95 % interval to each side, about two standard errors. The question asks for one."""
    return 1.96 * (right / test * (1 - right / test) / test) ** 0.5


@question.misconception
def uncertainty_of_the_count(right, test):
    """That is the standard error of the number of right examples. Divide it by their number for that of the accuracy."""
    return (right * (1 - right / test)) ** 0.5
