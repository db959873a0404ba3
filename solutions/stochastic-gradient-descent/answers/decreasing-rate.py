"""Right answers in other styles."""

import numpy as np


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


def one_long_order(w, b, x, y, lr, orders):
    order = np.concatenate(orders)
    path = np.zeros((len(order) + 1, 2))
    path[0] = [w, b]
    for t, i in enumerate(order):
        row = np.array([x[i], 1])
        path[t + 1] = path[t] - lr * len(x) / (len(x) + t) * 2 * (path[t] @ row - y[i]) * row
    return path


def counted_by_the_path(w, b, x, y, lr, orders):
    path = [np.array([w, b])]
    for order in orders:
        for xi, yi in zip(x[order], y[order]):
            p, made = path[-1], len(path) - 1
            path.append(p - lr / (1 + made / len(x)) * 2 * (p[0] * xi + p[1] - yi) * np.array([xi, 1.0]))
    return np.array(path)


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
