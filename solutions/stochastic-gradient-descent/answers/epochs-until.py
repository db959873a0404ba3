"""Right answers in other styles."""

import numpy as np


def every_nth_row(path, order, x, y, tolerance):
    n = len(x)
    for t in range(n, len(path), n):
        w, b = path[t]
        if np.mean((w * x + b - y) ** 2) < tolerance:
            return t // n
    return None


def all_losses_at_once(path, order, x, y, tolerance):
    ends = path[:: len(x)]
    losses = np.mean((ends[:, :1] * x + ends[:, 1:] - y) ** 2, axis=1)
    below = np.flatnonzero(losses[1:] < tolerance)
    return int(below[0]) + 1 if below.size else None


def counting_loop(path, order, x, y, tolerance):
    epoch = 1
    while epoch * len(x) < len(path):
        w, b = path[epoch * len(x)]
        loss = sum((w * xi + b - yi) ** 2 for xi, yi in zip(x, y)) / len(x)
        if loss < tolerance:
            return epoch
        epoch += 1
