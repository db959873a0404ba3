"""Right answers in other styles."""

import numpy as np


def formula(n, updates):
    return updates / n, n * (1 - 1 / n) ** updates


def draw_by_draw(n, updates):
    unseen = float(n)
    for _ in range(updates):
        unseen -= unseen / n
    return updates / n, unseen


def with_logarithms(n, updates):
    return np.array([updates / n, np.exp(np.log(n) + updates * np.log1p(-1 / n))])
