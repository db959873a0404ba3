"""Right answers in other styles."""

import numpy as np


def drawn_in_the_loop(gradient, start, n, batch_size, lr, updates, rng):
    w = start
    for _ in range(updates):
        batch = rng.choice(n, size=batch_size, replace=False)
        w = w - lr * gradient(w, batch)
    return w


def list_emptied(gradient, start, n, batch_size, lr, updates, rng):
    w, chosen = start.copy(), []
    for _ in range(updates):
        chosen.clear()
        while len(chosen) < batch_size:
            i = int(rng.integers(n))
            if i not in chosen:
                chosen.append(i)
        w -= lr * gradient(w, chosen)
    return w


def first_of_a_permutation(gradient, start, n, batch_size, lr, updates, rng):
    path = [start]
    while len(path) <= updates:
        path.append(path[-1] - lr * gradient(path[-1], rng.permutation(n)[:batch_size]))
    return path[-1]


def shuffled_epochs(gradient, start, n, batch_size, lr, updates, rng):
    w, left = start, []
    for _ in range(updates):
        if len(left) < batch_size:
            left = rng.permutation(n).tolist()
        batch, left = left[:batch_size], left[batch_size:]
        w = w - lr * gradient(w, np.array(batch))
    return w
