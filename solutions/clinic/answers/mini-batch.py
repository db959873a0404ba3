"""Right answers in other styles."""

import numpy as np


def slices_of_an_order(gradient, w, n, lr, batch_size, epochs, rng):
    for _ in range(epochs):
        order = rng.permutation(n)
        for start in range(0, n, batch_size):
            w = w - lr * gradient(w, order[start : start + batch_size])
    return w


def cleared_list(gradient, w, n, lr, batch_size, epochs, rng):
    w = w.copy()
    for _ in range(epochs):
        left = list(range(n))
        while left:
            batch = []
            while left and len(batch) < batch_size:
                batch.append(left.pop(rng.integers(len(left))))
            w -= lr * gradient(w, batch)
    return w


def shuffled_in_place(gradient, w, n, lr, batch_size, epochs, rng):
    w, indices = np.array(w), np.arange(n)
    for _ in range(epochs):
        rng.shuffle(indices)
        for batch in np.split(indices, range(batch_size, n, batch_size)):
            w += -lr * np.asarray(gradient(w, batch))
    return w


def generator_of_batches(gradient, w, n, lr, batch_size, epochs, rng):
    def batches():
        order = rng.choice(n, size=n, replace=False).tolist()
        while order:
            yield tuple(order[:batch_size])
            del order[:batch_size]

    for _ in range(epochs):
        for batch in batches():
            w = w - lr * gradient(w, batch)
    return w
