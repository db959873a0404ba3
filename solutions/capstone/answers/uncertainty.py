"""Right answers in other styles."""

import numpy as np


def binomial(right, test):
    p = right / test
    return (p * (1 - p) / test) ** 0.5


def from_the_examples(right, test):
    outcomes = np.r_[np.ones(right), np.zeros(test - right)]
    return round(outcomes.std(ddof=1) / np.sqrt(test), 5)


def to_three_digits(right, test):
    wrong = test - right
    return float(f"{(right * wrong / test) ** 0.5 / test:.3g}")


def to_three_digits_with_n_minus_one(right, test):
    p = np.float64(right) / test
    return np.float64(f"{np.sqrt(p * (1 - p) / (test - 1)):.2e}")
