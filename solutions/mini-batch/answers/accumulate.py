"""Right answers in other styles."""

import numpy as np


def group_by_group(gradient, w, batches, k, lr):
    path = [w]
    for first in range(0, len(batches), k):
        group = batches[first : first + k]
        total = sum(len(batch) * gradient(w, batch) for batch in group)
        w = w - lr * total / sum(len(batch) for batch in group)
        path.append(w)
    return path


def batch_by_batch(gradient, w, batches, k, lr):
    w, path = w.copy(), [w.copy()]
    total, seen = np.zeros_like(w), 0
    for j, batch in enumerate(batches, start=1):
        total += len(batch) * gradient(w, batch)
        seen += len(batch)
        if j % k == 0 or j == len(batches):
            w -= lr * total / seen
            path.append(w.copy())
            total[:], seen = 0, 0
    return np.array(path)


def running_mean(gradient, w, batches, k, lr):
    path = [w]
    while batches:
        mean, seen = 0.0, 0
        for batch in batches[:k]:
            seen += len(batch)
            mean = mean + (gradient(w, batch) - mean) * len(batch) / seen
        batches = batches[k:]
        w = w - lr * mean
        path.append(w)
    return path


def weighted_average(gradient, w, batches, k, lr):
    path = np.zeros((-(-len(batches) // k) + 1, len(w)))
    path[0] = w
    for t in range(1, len(path)):
        group = batches[(t - 1) * k : t * k]
        gradients = [gradient(path[t - 1], batch) for batch in group]
        path[t] = path[t - 1] - lr * np.average(gradients, axis=0, weights=[len(batch) for batch in group])
    return path
