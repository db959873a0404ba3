"""What is minimized: functions with known minima, regression and classification over examples, and data."""

from course_lib.problems.data import Split, diabetes, digits, photograph
from course_lib.problems.functions import (
    Beale,
    Cliff,
    Ditch,
    DoubleWell,
    Function,
    Himmelblau,
    Plateau,
    Quadratic,
    Ravine,
    Rosenbrock,
    Saddle,
    Shelf,
)
from course_lib.problems.given import Given
from course_lib.problems.network import MLP
from course_lib.problems.problem import Batch, Problem, numerical_gradient
from course_lib.problems.regression import LinearRegression, LogisticRegression

__all__ = [
    "MLP",
    "Batch",
    "Beale",
    "Cliff",
    "Ditch",
    "DoubleWell",
    "Function",
    "Given",
    "Himmelblau",
    "LinearRegression",
    "LogisticRegression",
    "Plateau",
    "Problem",
    "Quadratic",
    "Ravine",
    "Rosenbrock",
    "Saddle",
    "Shelf",
    "Split",
    "diabetes",
    "digits",
    "numerical_gradient",
    "photograph",
]
