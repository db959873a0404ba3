"""Right answers in other styles."""

import numpy as np


def matrix_product(w, X, y, batch):
    return 2 / len(batch) * X[batch].T @ (X[batch] @ w - y[batch])


def loop(w, X, y, batch):
    g = np.zeros(len(w))
    for i in batch:
        g += 2 * (X[i] @ w - y[i]) * X[i]
    return g / len(batch)


def mean_of_the_rows(w, X, y, batch):
    Xb, yb = X[batch], y[batch]
    return np.mean(2 * (Xb @ w - yb)[:, np.newaxis] * Xb, axis=0)


def all_rows_weighted(w, X, y, batch):
    counts = np.bincount(batch, minlength=len(y))
    return 2 * (counts * (X @ w - y)) @ X / counts.sum()


def with_torch(w, X, y, batch):
    import torch

    w = torch.tensor(w, requires_grad=True)
    rows = torch.as_tensor(batch)
    loss = torch.nn.functional.mse_loss(torch.as_tensor(X)[rows] @ w, torch.as_tensor(y)[rows])
    return torch.autograd.grad(loss, w)[0].numpy()
