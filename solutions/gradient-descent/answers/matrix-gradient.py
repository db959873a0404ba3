"""Right answers in other styles."""

import numpy as np


def matrix_product(w, X, y):
    return 2 / len(y) * X.T @ (X @ w - y)


def loop(w, X, y):
    g = np.zeros(len(w))
    for row, target in zip(X, y):
        g += 2 * (row @ w - target) * row
    return g / len(X)


def mean_of_gradients(w, X, y):
    return np.mean(2 * (X @ w - y)[:, np.newaxis] * X, axis=0)


def with_torch(w, X, y):
    import torch

    w = torch.tensor(w, requires_grad=True)
    loss = torch.mean((torch.as_tensor(X) @ w - torch.as_tensor(y)) ** 2)
    return torch.autograd.grad(loss, w)[0].numpy()
