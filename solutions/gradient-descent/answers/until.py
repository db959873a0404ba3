"""Right answers in other styles."""

import numpy as np


def for_loop(cost, gradient, start, lr, tolerance, max_epochs):
    w, before = start, cost(start)
    for epoch in range(1, max_epochs + 1):
        w = w - lr * gradient(w)
        after = cost(w)
        if abs(after - before) < tolerance:
            break
        before = after
    return w, epoch


def while_loop(cost, gradient, start, lr, tolerance, max_epochs):
    w, epochs, change = start, 0, float("inf")
    while epochs < max_epochs and not change < tolerance:
        new = w - lr * gradient(w)
        change = abs(cost(w) - cost(new))
        w, epochs = new, epochs + 1
    return w, epochs


def list_of_costs(cost, gradient, start, lr, tolerance, max_epochs):
    w, costs = start, [cost(start)]
    while len(costs) <= max_epochs:
        w -= lr * gradient(w)
        costs.append(cost(w))
        if np.abs(costs[-1] - costs[-2]) < tolerance:
            return w, len(costs) - 1
    return w, max_epochs
