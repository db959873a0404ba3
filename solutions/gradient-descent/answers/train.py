"""Right answers in other styles."""

import numpy as np


def vectorized(x, y, lr, epochs):
    w = b = 0.0
    losses = []
    for _ in range(epochs):
        e = w * x + b - y
        losses.append(np.mean(e**2))
        w, b = w - lr * 2 * np.mean(e * x), b - lr * 2 * np.mean(e)
    return w, b, losses


def loops(x, y, lr, epochs):
    w, b, losses, n = 0.0, 0.0, [], len(x)
    for _ in range(epochs):
        loss = dw = db = 0.0
        for i in range(n):
            e = y[i] - (w * x[i] + b)
            loss += e * e / n
            dw -= 2 * e * x[i] / n
            db -= 2 * e / n
        losses.append(loss)
        w -= lr * dw
        b -= lr * db
    return w, b, np.array(losses)


def matrix_form(x, y, lr, epochs):
    X = np.column_stack([x, np.ones_like(x)])
    p, losses = np.zeros(2), np.zeros(epochs)
    for t in range(epochs):
        r = X @ p - y
        losses[t] = r @ r / len(r)
        p = p - lr * (2 / len(r)) * (X.T @ r)
    return p[0], p[1], losses


def with_torch(x, y, lr, epochs):
    import torch

    x, y = torch.as_tensor(x), torch.as_tensor(y)
    w = torch.zeros((), dtype=torch.float64, requires_grad=True)
    b = torch.zeros((), dtype=torch.float64, requires_grad=True)
    losses = []
    for _ in range(epochs):
        loss = ((w * x + b - y) ** 2).mean()
        losses.append(loss.item())
        loss.backward()
        with torch.no_grad():
            w -= lr * w.grad
            b -= lr * b.grad
        w.grad, b.grad = None, None
    return w.item(), b.item(), losses
