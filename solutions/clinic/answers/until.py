"""Right answers in other styles."""

import numpy as np


def test_at_the_end_of_the_epoch(x, y, lr, tolerance, orders):
    w = 0.0
    for epoch, order in enumerate(orders, start=1):
        for i in order:
            w = w - lr * 2 * (w * x[i] - y[i]) * x[i]
        if np.mean((w * x - y) ** 2) < tolerance:
            break
    return w, epoch


def while_loop(x, y, lr, tolerance, orders):
    w, epochs, loss = 0.0, 0, float("inf")
    while epochs < len(orders) and loss >= tolerance:
        for xi, yi in zip(x[orders[epochs]], y[orders[epochs]]):
            w += 2 * lr * (yi - w * xi) * xi
        epochs += 1
        loss = sum((w * xi - yi) ** 2 for xi, yi in zip(x, y)) / len(x)
    return w, epochs


def one_number_at_a_time(x, y, lr, tolerance, orders):
    w, n = 0.0, len(x)
    for t, i in enumerate(orders.ravel(), start=1):
        error = w * x[i] - y[i]
        w -= 2 * lr * error * x[i]
        if t % n == 0:
            residual = w * x - y
            if residual @ residual / n < tolerance:
                return w, t // n
    return w, len(orders)
