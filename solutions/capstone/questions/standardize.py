"""Standardized inputs, without a leak."""

from __future__ import annotations

import numpy as np

from course_lib.checks.declaration import Case, Question
from course_lib.checks.mutating import mistakes_in


def draw(rng: np.random.Generator) -> list[Case]:
    cases = []
    for n, m, k, d in ((9, 4, 5, 3), (6, 3, 2, 4), (12, 5, 4, 2)):
        center, scale = rng.uniform(-5, 15, d), rng.uniform(0.5, 6, d)
        parts = [center + scale * rng.normal(size=(rows, d)) for rows in (n, m, k)]
        # like a pixel at the edge of the picture: the same in all training examples, but not in all others
        parts[0][:, 0] = 3.0 * (d % 2)
        parts[1][:, 0] = 3.0 * (d % 2)
        parts[1][-1, 0] += 2.0
        cases.append(dict(zip(("train", "validation", "test"), parts)))
    return cases


def standardized(train, validation, test):
    center, deviation = train.mean(axis=0), train.std(axis=0)
    deviation = np.where(deviation > 0, deviation, 1.0)
    return (train - center) / deviation, (validation - center) / deviation, (test - center) / deviation


question = Question(
    cases=draw,
    reference=standardized,
    reading="training#standardizing-without-leakage",
    hints=[
        "Means and deviations belong to columns: one of each for every input.",
        "All three parts are treated alike, with the same numbers. From which part may these numbers come?",
        "Where a column of the training examples is constant, its deviation is 0: replace that by 1 before you divide.",
    ],
)

mistake = mistakes_in(standardized, question)

mistake(
    "statistics_of_everything",
    "Your means and deviations come from all examples together. The validation and test examples have then taken part in "
    "preparing the training: that is a leak. Use the training examples alone.",
    (
        "train.mean(axis=0), train.std(axis=0)",
        "np.vstack([train, validation, test]).mean(axis=0), np.vstack([train, validation, test]).std(axis=0)",
    ),
)

mistake(
    "each_part_by_itself",
    "You standardize each part with its own mean and deviation. The same picture then means something else in each part: "
    "treat all with the numbers of the training examples.",
    (
        "return (train - center) / deviation, (validation - center) / deviation, (test - center) / deviation",
        "return tuple((p - p.mean(axis=0)) / np.where(p.std(axis=0) > 0, p.std(axis=0), 1.0) for p in (train, validation, test))",
    ),
)

mistake(
    "only_the_training_examples",
    "You standardize the training examples only. The network must see the others in the same form.",
    ("(validation - center) / deviation, (test - center) / deviation", "validation, test"),
)

mistake(
    "divided_by_zero",
    "Where a column of the training examples is constant, you divide by 0. Such a column is only centered.",
    ("    deviation = np.where(deviation > 0, deviation, 1.0)\n", ""),
)

mistake(
    "divided_by_almost_zero",
    "You add a tiny number to the deviations. Where a column of the training examples is constant, a validation example that "
    "differs is then divided by almost 0 and becomes huge. Such a column is only centered.",
    ("np.where(deviation > 0, deviation, 1.0)", "deviation + 1e-8"),
)

mistake(
    "constant_columns_set_to_zero",
    "You set constant columns to 0 in all parts. They are centered like the others: a validation example that differs keeps "
    "its difference.",
    ("np.where(deviation > 0, deviation, 1.0)", "np.where(deviation > 0, deviation, np.inf)"),
)

mistake(
    "one_number_for_all_columns",
    "You use one mean and one deviation for all columns. Each column has its own.",
    ("train.mean(axis=0), train.std(axis=0)", "train.mean(), train.std()"),
)

mistake(
    "across_the_columns",
    "You standardize each example by itself, across its columns (axis=1). The mean and deviation of a column are taken over "
    "the examples.",
    (
        "return (train - center) / deviation, (validation - center) / deviation, (test - center) / deviation",
        "return tuple((p - p.mean(axis=1, keepdims=True)) / p.std(axis=1, keepdims=True) for p in (train, validation, test))",
    ),
)

mistake(
    "divided_by_the_variance",
    "You divide by the variance. The deviation is its square root.",
    ("train.std(axis=0)", "train.var(axis=0)"),
)

mistake(
    "sample_deviation",
    "Your deviation divides by n - 1 (ddof=1). The one asked for is the plain root of the mean square, which NumPy computes "
    "by default.",
    ("train.std(axis=0)", "train.std(axis=0, ddof=1)"),
)

mistake(
    "not_centered",
    "You divide by the deviation, but do not subtract the mean.",
    ("train.mean(axis=0), train", "0.0, train"),
)

mistake(
    "only_centered",
    "You subtract the mean, but do not divide by the deviation.",
    ("np.where(deviation > 0, deviation, 1.0)", "1.0"),
)

mistake(
    "between_zero_and_one",
    "You scale each column to the interval from 0 to 1. Standardizing means: subtract the mean, divide by the deviation.",
    ("train.mean(axis=0), train.std(axis=0)", "train.min(axis=0), np.ptp(train, axis=0)"),
)
