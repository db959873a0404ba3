"""Right answers to the problem set on stochastic gradient descent."""

from __future__ import annotations

import numpy as np

from course_lib.checks.answers import answers


@answers("stochastic-gradient-descent/example-gradient")
def with_an_error(w, b, x, y, i):
    e = w * x[i] + b - y[i]
    return 2 * e * x[i], 2 * e


@answers("stochastic-gradient-descent/example-gradient")
def target_minus_prediction(w, b, x, y, i):
    xi, yi = x[i], y[i]
    return np.array([-2 * xi * (yi - (w * xi + b)), -2 * (yi - (w * xi + b))])


@answers("stochastic-gradient-descent/example-gradient")
def row_of_all(w, b, x, y, i):
    X = np.column_stack([x, np.ones(len(x))])
    all_gradients = 2 * (X @ np.array([w, b]) - y)[:, None] * X
    return all_gradients[i]


@answers("stochastic-gradient-descent/example-gradient")
def with_torch(w, b, x, y, i):
    import torch

    p = torch.tensor([w, b], dtype=torch.float64, requires_grad=True)
    ((p[0] * x[i] + p[1] - y[i]) ** 2).backward()
    return p.grad.numpy()


@answers("stochastic-gradient-descent/bias")
def product(gradients, p):
    return p @ gradients - gradients.mean(axis=0)


@answers("stochastic-gradient-descent/bias")
def loop(gradients, p):
    n, d = gradients.shape
    bias = np.zeros(d)
    for i in range(n):
        bias += p[i] * gradients[i] - gradients[i] / n
    return bias


@answers("stochastic-gradient-descent/bias")
def excess_probability(gradients, p):
    return ((p - 1 / len(p))[:, None] * gradients).sum(axis=0)


@answers("stochastic-gradient-descent/bias")
def with_average(gradients, p):
    return np.average(gradients, axis=0, weights=p) - np.average(gradients, axis=0)


@answers("stochastic-gradient-descent/draw")
def integers(n, rng):
    return rng.integers(n)


@answers("stochastic-gradient-descent/draw")
def floor_of_a_fraction(n, rng):
    return int(n * rng.random())


@answers("stochastic-gradient-descent/draw")
def choice(n, rng):
    return rng.choice(np.arange(n))


@answers("stochastic-gradient-descent/draw")
def end_included_on_purpose(n, rng):
    return int(rng.integers(0, n - 1, endpoint=True))


@answers("stochastic-gradient-descent/draw")
def first_of_a_shuffle(n, rng):
    return rng.permutation(n)[0]


@answers("stochastic-gradient-descent/draw")
def with_the_standard_library(n, rng):
    import random

    return random.Random(int(rng.integers(2**32))).randrange(n)


@answers("stochastic-gradient-descent/epoch-order")
def permutation(n, rng):
    return rng.permutation(n)


@answers("stochastic-gradient-descent/epoch-order")
def shuffled_in_place(n, rng):
    order = list(range(n))
    rng.shuffle(order)
    return order


@answers("stochastic-gradient-descent/epoch-order")
def sorted_by_random_keys(n, rng):
    return np.argsort(rng.random(n))


@answers("stochastic-gradient-descent/epoch-order")
def drawn_from_an_urn(n, rng):
    urn, order = list(range(n)), []
    while urn:
        order.append(urn.pop(rng.integers(len(urn))))
    return order


@answers("stochastic-gradient-descent/epoch-order")
def choice_without_replacement(n, rng):
    return rng.choice(n, size=n, replace=False)


@answers("stochastic-gradient-descent/sgd-epoch")
def list_of_pairs(w, b, x, y, lr, order):
    path = [(w, b)]
    for i in order:
        e = w * x[i] + b - y[i]
        w, b = w - lr * 2 * e * x[i], b - lr * 2 * e
        path.append((w, b))
    return path


@answers("stochastic-gradient-descent/sgd-epoch")
def rows_of_an_array(w, b, x, y, lr, order):
    path = np.empty((len(order) + 1, 2))
    path[0] = w, b
    for t, i in enumerate(order):
        row = np.array([x[i], 1.0])
        path[t + 1] = path[t] - 2 * lr * (row @ path[t] - y[i]) * row
    return path


@answers("stochastic-gradient-descent/sgd-epoch")
def in_place_with_copies(w, b, x, y, lr, order):
    p = np.array([w, b])
    path = [p.copy()]
    for xi, yi in zip(x[order], y[order]):
        error = yi - (p[0] * xi + p[1])
        p += lr * 2 * error * np.array([xi, 1])
        path.append(p.copy())
    return np.stack(path)


@answers("stochastic-gradient-descent/sgd-epoch")
def with_torch(w, b, x, y, lr, order):
    import torch

    p = torch.tensor([w, b], dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.SGD([p], lr=lr)
    path = [p.tolist()]
    for i in order:
        optimizer.zero_grad()
        ((p[0] * x[i] + p[1] - y[i]) ** 2).backward()
        optimizer.step()
        path.append(p.tolist())
    return path


@answers("stochastic-gradient-descent/sgd")
def two_loops(gradient, start, n, lr, epochs, rng):
    w = start
    for _ in range(epochs):
        for i in rng.permutation(n):
            w = w - lr * gradient(w, i)
    return w


@answers("stochastic-gradient-descent/sgd")
def one_loop(gradient, start, n, lr, epochs, rng):
    w = start.copy()
    for t in range(n * epochs):
        if t % n == 0:
            order = rng.permutation(n)
        w -= lr * gradient(w, int(order[t % n]))
    return w


@answers("stochastic-gradient-descent/sgd")
def orders_first(gradient, start, n, lr, epochs, rng):
    orders = np.array([rng.permutation(n) for _ in range(epochs)])
    path = [np.array(start)]
    for i in orders.ravel():
        path.append(path[-1] - lr * gradient(path[-1], i))
    return path[-1]


@answers("stochastic-gradient-descent/sgd")
def deck_shuffled_again(gradient, start, n, lr, epochs, rng):
    w, deck = start.copy(), list(range(n))
    while epochs > 0:
        rng.shuffle(deck)
        for i in deck:
            w = w + (-lr) * gradient(w, i)
        epochs -= 1
    return w.tolist()


@answers("stochastic-gradient-descent/passes")
def formula(n, updates):
    return updates / n, n * (1 - 1 / n) ** updates


@answers("stochastic-gradient-descent/passes")
def draw_by_draw(n, updates):
    unseen = float(n)
    for _ in range(updates):
        unseen -= unseen / n
    return updates / n, unseen


@answers("stochastic-gradient-descent/passes")
def with_logarithms(n, updates):
    return np.array([updates / n, np.exp(np.log(n) + updates * np.log1p(-1 / n))])


@answers("stochastic-gradient-descent/epochs-until")
def every_nth_row(path, order, x, y, tolerance):
    n = len(x)
    for t in range(n, len(path), n):
        w, b = path[t]
        if np.mean((w * x + b - y) ** 2) < tolerance:
            return t // n
    return None


@answers("stochastic-gradient-descent/epochs-until")
def all_losses_at_once(path, order, x, y, tolerance):
    ends = path[:: len(x)]
    losses = np.mean((ends[:, :1] * x + ends[:, 1:] - y) ** 2, axis=1)
    below = np.flatnonzero(losses[1:] < tolerance)
    return int(below[0]) + 1 if below.size else None


@answers("stochastic-gradient-descent/epochs-until")
def counting_loop(path, order, x, y, tolerance):
    epoch = 1
    while epoch * len(x) < len(path):
        w, b = path[epoch * len(x)]
        loss = sum((w * xi + b - yi) ** 2 for xi, yi in zip(x, y)) / len(x)
        if loss < tolerance:
            return epoch
        epoch += 1


@answers("stochastic-gradient-descent/gradient-noise")
def table_of_gradients(w, b, x, y):
    e = w * x + b - y
    g = np.stack([2 * e * x, 2 * e], axis=1)
    return np.mean(np.sum((g - g.mean(axis=0)) ** 2, axis=1))


@answers("stochastic-gradient-descent/gradient-noise")
def variances_added(w, b, x, y):
    e = w * x + b - y
    return np.var(2 * e * x) + np.var(2 * e)


@answers("stochastic-gradient-descent/gradient-noise")
def loop(w, b, x, y):
    n = len(x)
    gradients = [np.array([2 * (w * x[i] + b - y[i]) * x[i], 2 * (w * x[i] + b - y[i])]) for i in range(n)]
    whole = sum(gradients) / n
    return sum(np.linalg.norm(g - whole) ** 2 for g in gradients) / n


@answers("stochastic-gradient-descent/gradient-noise")
def with_torch(w, b, x, y):
    import torch

    x, y = torch.as_tensor(x), torch.as_tensor(y)
    e = w * x + b - y
    g = torch.stack([2 * e * x, 2 * e])
    return g.var(dim=1, unbiased=False).sum().item()


@answers("stochastic-gradient-descent/noise-floor")
def simplified(lr, curvature, variance):
    return lr * variance / (curvature * (2 - lr * curvature))


@answers("stochastic-gradient-descent/noise-floor")
def fixed_point(lr, curvature, variance):
    factor = (1 - lr * curvature) ** 2
    return lr**2 * variance / (1 - factor)


@answers("stochastic-gradient-descent/noise-floor")
def by_repeating_the_update(lr, curvature, variance):
    distance = 0.0
    for _ in range(5000):
        distance = (1 - lr * curvature) ** 2 * distance + lr**2 * variance
    return distance


@answers("stochastic-gradient-descent/decreasing-rate")
def counter(w, b, x, y, lr, orders):
    path, t, n = [(w, b)], 0, len(x)
    for order in orders:
        for i in order:
            eta = lr / (1 + t / n)
            e = w * x[i] + b - y[i]
            w, b = w - eta * 2 * e * x[i], b - eta * 2 * e
            path.append((w, b))
            t += 1
    return path


@answers("stochastic-gradient-descent/decreasing-rate")
def one_long_order(w, b, x, y, lr, orders):
    order = np.concatenate(orders)
    path = np.zeros((len(order) + 1, 2))
    path[0] = [w, b]
    for t, i in enumerate(order):
        row = np.array([x[i], 1])
        path[t + 1] = path[t] - lr * len(x) / (len(x) + t) * 2 * (path[t] @ row - y[i]) * row
    return path


@answers("stochastic-gradient-descent/decreasing-rate")
def counted_by_the_path(w, b, x, y, lr, orders):
    path = [np.array([w, b])]
    for order in orders:
        for xi, yi in zip(x[order], y[order]):
            p, made = path[-1], len(path) - 1
            path.append(p - lr / (1 + made / len(x)) * 2 * (p[0] * xi + p[1] - yi) * np.array([xi, 1.0]))
    return np.array(path)


@answers("stochastic-gradient-descent/decreasing-rate")
def with_torch(w, b, x, y, lr, orders):
    import torch

    p = torch.tensor([w, b], dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.SGD([p], lr=lr)
    scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda t: 1 / (1 + t / len(x)))
    path = [p.tolist()]
    for i in np.concatenate(orders):
        optimizer.zero_grad()
        ((p[0] * x[i] + p[1] - y[i]) ** 2).backward()
        optimizer.step()
        scheduler.step()
        path.append(p.tolist())
    return path
