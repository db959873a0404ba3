"""Right answers in other styles."""

import numpy as np


def product(gradients, p):
    return p @ gradients - gradients.mean(axis=0)


def loop(gradients, p):
    n, d = gradients.shape
    bias = np.zeros(d)
    for i in range(n):
        bias += p[i] * gradients[i] - gradients[i] / n
    return bias


def excess_probability(gradients, p):
    return ((p - 1 / len(p))[:, None] * gradients).sum(axis=0)


def with_average(gradients, p):
    return np.average(gradients, axis=0, weights=p) - np.average(gradients, axis=0)
