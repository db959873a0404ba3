"""Right answers in other styles."""

import numpy as np


def table_of_gradients(w, b, x, y):
    e = w * x + b - y
    g = np.stack([2 * e * x, 2 * e], axis=1)
    return np.mean(np.sum((g - g.mean(axis=0)) ** 2, axis=1))


def variances_added(w, b, x, y):
    e = w * x + b - y
    return np.var(2 * e * x) + np.var(2 * e)


def loop(w, b, x, y):
    n = len(x)
    gradients = [np.array([2 * (w * x[i] + b - y[i]) * x[i], 2 * (w * x[i] + b - y[i])]) for i in range(n)]
    whole = sum(gradients) / n
    return sum(np.linalg.norm(g - whole) ** 2 for g in gradients) / n


def with_torch(w, b, x, y):
    import torch

    x, y = torch.as_tensor(x), torch.as_tensor(y)
    e = w * x + b - y
    g = torch.stack([2 * e * x, 2 * e])
    return g.var(dim=1, unbiased=False).sum().item()
