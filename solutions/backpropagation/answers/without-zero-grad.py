"""Right answers in other styles."""

import numpy as np


def accumulating(x, y, w, lr):
    grad, path = 0.0, []
    for xi, yi in zip(x, y):
        grad += 2 * (w * xi - yi) * xi
        w = w - lr * grad
        path.append(w)
    return path


def list_of_gradients(x, y, w, lr):
    gradients, weights = [], [w]
    for i in range(len(x)):
        gradients.append(2 * x[i] * (weights[-1] * x[i] - y[i]))
        weights.append(weights[-1] - lr * sum(gradients))
    return np.array(weights[1:])


def as_momentum_of_one(x, y, w, lr):
    # w_{t+1} - w_t is the step before, minus lr times the new gradient
    path, step = np.zeros(len(x)), 0.0
    for i, (xi, yi) in enumerate(zip(x, y)):
        step = step - lr * 2 * (w * xi - yi) * xi
        w = w + step
        path[i] = w
    return path
