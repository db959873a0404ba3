"""Right answers in other styles."""

import numpy as np


def vectorized(w, x, y):
    return np.mean((w * x - y) ** 2)


def loop(w, x, y):
    total = 0.0
    for xi, yi in zip(x, y):
        total += (yi - w * xi) ** 2
    return total / len(x)


def dot_product(w, x, y):
    e = y - x * w
    return e @ e / e.size


def with_torch(w, x, y):
    import torch

    return torch.nn.functional.mse_loss(torch.as_tensor(x) * w, torch.as_tensor(y)).item()
