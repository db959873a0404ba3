"""Right answers in other styles."""

import numpy as np


def vectorized(x, y, W1, b1, W2, b2):
    z = x @ W1.T + b1
    h = np.maximum(z, 0)
    error = h @ W2.T + b2 - y
    dout = 2 * error / error.size
    dz = (dout @ W2) * (z > 0)
    return np.mean(error**2), dz.T @ x, dz.sum(axis=0), dout.T @ h, dout.sum(axis=0)


def example_by_example(x, y, W1, b1, W2, b2):
    loss = 0.0
    dW1, db1, dW2, db2 = (np.zeros_like(p) for p in (W1, b1, W2, b2))
    for xi, yi in zip(x, y):
        z = W1 @ xi + b1
        h = z.clip(0)
        error = W2 @ h + b2 - yi
        loss += error @ error / y.size
        dout = 2 / y.size * error
        dh = W2.T @ dout
        dh[z < 0] = 0
        dW2 += np.outer(dout, h)
        db2 += dout
        dW1 += np.outer(dh, xi)
        db1 += dh
    return loss, dW1, db1, dW2, db2


def weights_and_biases_in_one_matrix(x, y, W1, b1, W2, b2):
    ones = np.ones((len(x), 1))
    A1, A2 = np.hstack([W1, b1[:, None]]), np.hstack([W2, b2[:, None]])
    X1 = np.hstack([x, ones])
    Z = X1 @ A1.T
    X2 = np.hstack([Z * (Z > 0), ones])
    R = X2 @ A2.T - y
    G2 = 2 * R / R.size
    G1 = (G2 @ A2)[:, :-1] * (Z > 0)
    D1, D2 = G1.T @ X1, G2.T @ X2
    return (R**2).mean(), D1[:, :-1], D1[:, -1], D2[:, :-1], D2[:, -1]


def with_torch(x, y, W1, b1, W2, b2):
    import torch

    x, y, W1, b1, W2, b2 = (torch.as_tensor(array) for array in (x, y, W1, b1, W2, b2))
    z = torch.nn.functional.linear(x, W1, b1)
    h = torch.relu(z)
    out = torch.nn.functional.linear(h, W2, b2)
    g = 2 * (out - y) / y.numel()
    dz = torch.where(z > 0, g @ W2, 0.0)
    loss = torch.nn.functional.mse_loss(out, y).item()
    return loss, (dz.T @ x).numpy(), dz.sum(0).numpy(), (g.T @ h).numpy(), g.sum(0).numpy()
