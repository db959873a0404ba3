"""Right answers in other styles."""

import numpy as np


def inner_function(warmup, total):
    def factor(t):
        if t < warmup:
            return (t + 1) / warmup
        return 0.5 * (1 + np.cos(np.pi * (t - warmup) / (total - warmup)))

    return factor


def table(warmup, total):
    rise = np.arange(1, warmup + 1) / max(1, warmup)
    fall = (1 + np.cos(np.linspace(0, np.pi, total - warmup + 1))) / 2
    return np.concatenate([rise, fall]).__getitem__


def object_with_call(warmup, total):
    class Factor:
        def __call__(self, t):
            left = (t - warmup) / (total - warmup)
            return (t + 1) / warmup if left < 0 else np.cos(np.pi / 2 * left) ** 2

    return Factor()


def smaller_of_two(warmup, total):
    def factor(t):
        rise = (t + 1) / warmup if warmup > 0 else 1.0
        return min(rise, 1.0) * (1 + np.cos(np.pi * max(t - warmup, 0) / (total - warmup))) / 2

    return factor
