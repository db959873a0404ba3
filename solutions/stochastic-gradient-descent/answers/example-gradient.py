"""Right answers in other styles."""

import numpy as np


def with_an_error(w, b, x, y, i):
    e = w * x[i] + b - y[i]
    return 2 * e * x[i], 2 * e


def target_minus_prediction(w, b, x, y, i):
    xi, yi = x[i], y[i]
    return np.array([-2 * xi * (yi - (w * xi + b)), -2 * (yi - (w * xi + b))])


def row_of_all(w, b, x, y, i):
    X = np.column_stack([x, np.ones(len(x))])
    all_gradients = 2 * (X @ np.array([w, b]) - y)[:, None] * X
    return all_gradients[i]


def with_torch(w, b, x, y, i):
    import torch

    p = torch.tensor([w, b], dtype=torch.float64, requires_grad=True)
    ((p[0] * x[i] + p[1] - y[i]) ** 2).backward()
    return p.grad.numpy()
