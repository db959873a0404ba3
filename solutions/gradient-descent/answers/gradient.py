"""Right answers in other styles."""

import numpy as np


def vectorized(w, b, x, y):
    e = w * x + b - y
    return 2 * np.mean(e * x), 2 * np.mean(e)


def loop(w, b, x, y):
    dw = db = 0.0
    for xi, yi in zip(x, y):
        dw += 2 * (w * xi + b - yi) * xi
        db += 2 * (w * xi + b - yi)
    return dw / len(x), db / len(x)


def target_minus_prediction(w, b, x, y):
    r = y - (w * x + b)
    return np.array([-2 * (r @ x) / len(x), -2 * r.sum() / len(x)])


def with_torch(w, b, x, y):
    import torch

    w, b = torch.tensor(w, dtype=torch.float64, requires_grad=True), torch.tensor(b, dtype=torch.float64, requires_grad=True)
    ((w * torch.as_tensor(x) + b - torch.as_tensor(y)) ** 2).mean().backward()
    return w.grad.item(), b.grad.item()
