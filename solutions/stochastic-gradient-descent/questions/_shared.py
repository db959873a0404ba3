"""What the problem set on stochastic gradient descent expects, and the mistakes it knows."""

from __future__ import annotations

import math

import numpy as np

from course_lib import descent

from course_lib.checks.chance import of_the_result, repeated, requires_the_same_again

from course_lib.checks.declaration import Case, Question

from course_lib.checks.gradient_descent import examples

from course_lib.checks.parts import entries

from course_lib.problems import LinearRegression, Problem


def one_by_one(order):
    """A scheme that walks through the examples in a given order, one an update."""
    return lambda n, rng: (np.array([i]) for i in order)
