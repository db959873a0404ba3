"""Right answers in other styles."""

import numpy as np


def products(upstream, x, W, b):
    return upstream @ W, upstream.T @ x, upstream.sum(axis=0)


def loops(upstream, x, W, b):
    dx, dW, db = np.zeros_like(x), np.zeros_like(W), np.zeros_like(b)
    for i in range(x.shape[0]):
        for j in range(W.shape[0]):
            db[j] += upstream[i, j]
            for k in range(x.shape[1]):
                dW[j, k] += upstream[i, j] * x[i, k]
                dx[i, k] += upstream[i, j] * W[j, k]
    return dx, dW, db


def outer_products(upstream, x, W, b):
    dW = sum(np.outer(g, row) for g, row in zip(upstream, x))
    return [np.array([W.T @ g for g in upstream]), dW, np.ones(len(x)) @ upstream]


def einstein_summation(upstream, x, W, b):
    return np.einsum("ij,jk->ik", upstream, W), np.einsum("ij,ik->jk", upstream, x), np.einsum("ij->j", upstream)


def with_torch(upstream, x, W, b):
    import torch

    g, x, W = torch.as_tensor(upstream), torch.as_tensor(x), torch.as_tensor(W)
    return (g @ W).numpy(), (g.T @ x).numpy(), g.sum(0).numpy()
