"""Right answers in other styles."""

import numpy as np


def momentum_with_a_falling_rate(gradient, w, n, budget, rng):
    velocity, spent = np.zeros_like(w), 0
    while spent < budget:
        order = rng.permutation(n)
        for start in range(0, n, 16):
            batch = order[start : start + 16][: budget - spent]
            if len(batch) == 0:
                break
            velocity = 0.9 * velocity + gradient(w, batch)
            w = w - 0.06 * (1 - spent / budget) * velocity
            spent += len(batch)
    return w


def plain_sgd_with_cosine(gradient, w, n, budget, rng):
    updates = budget // 10
    for t in range(updates):
        if t % (n // 10) == 0:
            order = rng.permutation(n)
        batch = order[10 * (t % (n // 10)) :][:10]
        w -= 0.35 * (1 + np.cos(np.pi * t / updates)) / 2 * gradient(w, batch)
    return w


def adam_by_hand(gradient, w, n, budget, rng):
    m, v = np.zeros_like(w), np.zeros_like(w)
    updates = budget // 12
    for t in range(1, updates + 1):
        g = gradient(w, rng.integers(n, size=12))
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
        lr = 0.015 * (1.0 if t < 0.6 * updates else 0.3 if t < 0.85 * updates else 0.1)
        w = w - lr * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
    return w


def with_our_optimizer_and_schedule(gradient, w, n, budget, rng):
    from course_lib.lr_scheduler import OneCycleLR
    from course_lib.optim import Adam, Parameter

    p, spent = Parameter(w), 0
    optimizer = Adam([p], lr=0.01)
    scheduler = OneCycleLR(optimizer, max_lr=0.03, total_steps=budget // 16 + 20, cycle_momentum=False)
    while spent < budget:
        for batch in np.array_split(rng.permutation(n), n // 16):
            if spent + len(batch) > budget:
                return p.data
            p.grad = gradient(p.data, batch)
            optimizer.step()
            scheduler.step()
            spent += len(batch)
    return p.data


def with_torch(gradient, w, n, budget, rng):
    import torch

    p = torch.nn.Parameter(torch.tensor(w))
    optimizer = torch.optim.SGD([p], lr=0.04, momentum=0.9, nesterov=True)
    updates = budget // 16
    scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=updates)
    for t in range(updates):
        if t % (n // 16) == 0:
            order = torch.tensor(rng.permutation(n))
        batch = order[16 * (t % (n // 16)) :][:16]
        p.grad = torch.from_numpy(gradient(p.detach().numpy(), batch.numpy()))
        optimizer.step()
        scheduler.step()
    return p.detach().numpy()


def constant_rate(gradient, w, n, budget, rng):
    for t in range(budget // 16):
        if t % 75 == 0:
            order = rng.permutation(n).reshape(75, 16)
        w = w - 0.2 * gradient(w, order[t % 75])
    return w


def adam_of_the_library_with_its_averages(gradient, w, n, budget, rng):
    from course_lib.optim import Adam, Parameter

    p = Parameter(w.copy())
    optimizer = Adam([p], lr=0.01)
    for left in range(budget, 19, -20):
        optimizer.param_groups[0]["lr"] = 0.02 * left / budget
        p.grad = gradient(p.data, rng.choice(n, 20, replace=False))
        optimizer.step()
    return p.data
