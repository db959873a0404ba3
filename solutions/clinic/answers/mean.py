"""Right answers in other styles."""

import numpy as np


def loop(loss, gradient, n, w):
    total, slope = 0.0, 0.0
    for i in range(n):
        total += loss(i, w) / n
        slope = slope + gradient(i, w) / n
    return total, slope


def lists(loss, gradient, n, w):
    return np.mean([loss(i, w) for i in range(n)]), np.mean([gradient(i, w) for i in range(n)], axis=0)


def backwards(loss, gradient, n, w):
    i, f, g = n, 0, np.zeros_like(w)
    while i > 0:
        i -= 1
        f, g = f + loss(i, w), g + gradient(i, w)
    return f / n, (g / n).tolist()
