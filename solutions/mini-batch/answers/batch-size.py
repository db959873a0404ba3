"""Right answers in other styles."""

import numpy as np


def search(gradients, tolerance):
    n = len(gradients)
    one = np.var(gradients, axis=0).sum()
    for b in range(1, n + 1):
        if np.sqrt(one / b * (n - b) / (n - 1)) <= tolerance:
            return b


def solved_for_b(gradients, tolerance):
    n, one = len(gradients), np.var(gradients, axis=0).sum()
    return int(np.ceil(n * one / ((n - 1) * tolerance**2 + one)))


def downward(gradients, tolerance):
    n = b = len(gradients)
    center = gradients.mean(axis=0)
    one = sum((g - center) @ (g - center) for g in gradients) / n
    while b > 1 and one / (b - 1) * (n - b + 1) / (n - 1) <= tolerance**2:
        b -= 1
    return b
