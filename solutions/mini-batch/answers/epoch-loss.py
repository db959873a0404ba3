"""Right answers in other styles."""

import numpy as np


def weighted_average(losses, sizes):
    return np.average(losses, weights=sizes)


def loop(losses, sizes):
    total = count = 0
    for loss, size in zip(losses, sizes):
        total += loss * size
        count += size
    return total / count


def running_mean(losses, sizes):
    mean, seen = 0.0, 0
    for loss, size in zip(losses, sizes):
        seen += size
        mean += (loss - mean) * size / seen
    return mean


def dot_product(losses, sizes):
    return losses @ sizes / sizes.sum()
