"""Right answers in other styles."""

import numpy as np


def two_loops(gradient, start, n, lr, epochs, rng):
    w = start
    for _ in range(epochs):
        for i in rng.permutation(n):
            w = w - lr * gradient(w, i)
    return w


def one_loop(gradient, start, n, lr, epochs, rng):
    w = start.copy()
    for t in range(n * epochs):
        if t % n == 0:
            order = rng.permutation(n)
        w -= lr * gradient(w, int(order[t % n]))
    return w


def orders_first(gradient, start, n, lr, epochs, rng):
    orders = np.array([rng.permutation(n) for _ in range(epochs)])
    path = [np.array(start)]
    for i in orders.ravel():
        path.append(path[-1] - lr * gradient(path[-1], i))
    return path[-1]


def deck_shuffled_again(gradient, start, n, lr, epochs, rng):
    w, deck = start.copy(), list(range(n))
    while epochs > 0:
        rng.shuffle(deck)
        for i in deck:
            w = w + (-lr) * gradient(w, i)
        epochs -= 1
    return w.tolist()
