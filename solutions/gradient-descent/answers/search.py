"""Right answers in other styles."""

import numpy as np


def vectorized(cost, low, high, count):
    candidates = np.linspace(low, high, count)
    return candidates[np.argmin([cost(w) for w in candidates])]


def loop(cost, low, high, count):
    best, best_cost = None, float("inf")
    for i in range(count):
        w = low + i * (high - low) / (count - 1)
        if cost(w) < best_cost:
            best, best_cost = w, cost(w)
    return best


def with_min(cost, low, high, count):
    return min(np.linspace(low, high, count).tolist(), key=cost)


def whole_array(cost, low, high, count):
    w = np.linspace(low, high, num=count)
    return w[cost(w).argmin()]
