"""Right answers in other styles."""

import numpy as np


def list_of_points(gradient, start, lr, epochs):
    path = [start.copy()]
    for _ in range(epochs):
        path.append(path[-1] - lr * gradient(path[-1]))
    return np.array(path)


def rows_of_an_array(gradient, start, lr, epochs):
    path = np.empty((epochs + 1, len(start)))
    path[0] = start
    for t in range(epochs):
        path[t + 1] = path[t] - lr * gradient(path[t])
    return path


def in_place_with_copies(gradient, start, lr, epochs):
    w = np.array(start)
    path = [w.copy()]
    while len(path) <= epochs:
        w -= lr * gradient(w)
        path.append(w.copy())
    return np.stack(path)


def recursive(gradient, start, lr, epochs):
    if epochs == 0:
        return start[None]
    before = recursive(gradient, start, lr, epochs - 1)
    return np.vstack([before, before[-1] - lr * gradient(before[-1])])
