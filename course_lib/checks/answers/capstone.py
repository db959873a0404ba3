"""Right answers to the capstone."""

from __future__ import annotations

import numpy as np

from course_lib.checks.answers import answers


@answers("capstone/split")
def slices_of_an_order(n, validation, test, rng):
    order = rng.permutation(n)
    return order[: n - validation - test], order[n - validation - test : n - test], order[n - test :]


@answers("capstone/split")
def shuffled_list(n, validation, test, rng):
    numbers = list(range(n))
    rng.shuffle(numbers)
    return numbers[test + validation :], numbers[test : test + validation], numbers[:test]


@answers("capstone/split")
def draws_without_replacement(n, validation, test, rng):
    held_out = rng.choice(n, size=validation + test, replace=False)
    train = np.setdiff1d(np.arange(n), held_out)
    return [train, held_out[:validation], held_out[validation:]]


@answers("capstone/split")
def with_scikit_learn(n, validation, test, rng):
    from sklearn.model_selection import train_test_split

    rest, test = train_test_split(np.arange(n), test_size=test, random_state=int(rng.integers(2**31)))
    train, validation = train_test_split(rest, test_size=validation, random_state=int(rng.integers(2**31)))
    return train, validation, test


@answers("capstone/standardize")
def one_function_for_all(train, validation, test):
    mean, std = np.mean(train, axis=0), np.std(train, axis=0)
    std[std == 0] = 1
    return tuple((part - mean) / std for part in (train, validation, test))


@answers("capstone/standardize")
def column_by_column(train, validation, test):
    parts = [np.array(part) for part in (train, validation, test)]
    for j in range(train.shape[1]):
        center = sum(train[:, j]) / len(train)
        deviation = (sum((train[:, j] - center) ** 2) / len(train)) ** 0.5
        for part in parts:
            part[:, j] = (part[:, j] - center) / (deviation if deviation > 1e-12 else 1)
    return parts[0], parts[1], parts[2]


@answers("capstone/standardize")
def with_scikit_learn(train, validation, test):
    from sklearn.preprocessing import StandardScaler

    scaler = StandardScaler().fit(train)
    return scaler.transform(train), scaler.transform(validation), scaler.transform(test)


@answers("capstone/accuracy")
def vectorized(scores, labels):
    return np.mean(np.argmax(scores, axis=1) == labels)


@answers("capstone/accuracy")
def loop(scores, labels):
    right = 0
    for row, label in zip(scores.tolist(), labels):
        right += row.index(max(row)) == label
    return right / len(labels)


@answers("capstone/accuracy")
def with_torch(scores, labels):
    import torch

    return (torch.as_tensor(scores).argmax(dim=1) == torch.as_tensor(labels)).double().mean().item()


@answers("capstone/gradient")
def by_hand(layers, X, y):
    W1, b1, W2, b2 = layers
    n = len(y)
    z = X @ W1 + b1
    h = z * (z > 0)
    s = h @ W2 + b2
    s = s - s.max(1)[:, None]
    logsum = np.log(np.exp(s).sum(1))
    loss = np.mean(logsum - s[range(n), y])
    p = np.exp(s - logsum[:, None])
    ds = (p - np.eye(len(b2))[y]) / n
    dz = (ds @ W2.T) * (z > 0)
    return loss, [X.T @ dz, dz.sum(0), h.T @ ds, ds.sum(0)]


@answers("capstone/gradient")
def example_by_example(layers, X, y):
    W1, b1, W2, b2 = layers
    loss, gradients = 0.0, [np.zeros_like(layer) for layer in layers]
    for x, label in zip(X, y):
        h = np.maximum(x @ W1 + b1, 0)
        s = h @ W2 + b2
        top = s.max()
        log_sum = top + np.log(np.sum(np.exp(s - top)))
        loss += (log_sum - s[label]) / len(y)
        ds = np.exp(s - log_sum)
        ds[label] -= 1
        dh = W2 @ ds * (h > 0)
        for total, part in zip(gradients, (np.outer(x, dh), dh, np.outer(h, ds), ds)):
            total += part / len(y)
    return loss, gradients


@answers("capstone/gradient")
def with_our_autodiff(layers, X, y):
    from course_lib.autodiff import Tensor, cross_entropy

    parameters = [Tensor(layer, requires_grad=True) for layer in layers]
    W1, b1, W2, b2 = parameters
    loss = cross_entropy((Tensor(X) @ W1 + b1).relu() @ W2 + b2, y)
    loss.backward()
    return float(loss.item()), [p.grad for p in parameters]


@answers("capstone/gradient")
def with_torch(layers, X, y):
    import torch

    parameters = [torch.tensor(layer, requires_grad=True) for layer in layers]
    W1, b1, W2, b2 = parameters
    scores = torch.relu(torch.as_tensor(X) @ W1 + b1) @ W2 + b2
    loss = torch.nn.functional.cross_entropy(scores, torch.as_tensor(y))
    loss.backward()
    return loss.item(), [p.grad.numpy() for p in parameters]


@answers("capstone/batches")
def cut_to_what_is_left(n, batch_size, budget, rng):
    while budget > 0:
        order = rng.permutation(n)
        for start in range(0, n, batch_size):
            batch = order[start : start + batch_size][:budget]
            if batch.size:
                yield batch
            budget -= len(batch)


@answers("capstone/batches")
def list_of_batches(n, batch_size, budget, rng):
    result = []
    while budget > 0:
        epoch = rng.permutation(n)[:budget]
        budget -= len(epoch)
        result += np.split(epoch, range(batch_size, len(epoch), batch_size))
    return result


@answers("capstone/batches")
def one_example_at_a_time(n, batch_size, budget, rng):
    batch, left = [], []
    for _ in range(budget):
        if not left:
            if batch:
                yield batch
                batch = []
            left = rng.permutation(n).tolist()
        batch.append(left.pop())
        if len(batch) == batch_size:
            yield batch
            batch = []
    if batch:
        yield batch


@answers("capstone/choose-rate")
def means(run, rates, budget, seeds):
    each = budget // (len(rates) * len(seeds))
    means = [np.mean([run(lr, each, seed)["validation"] for seed in seeds]) for lr in rates]
    return rates[int(np.argmax(means))]


@answers("capstone/choose-rate")
def loop(run, rates, budget, seeds):
    best, best_sum = None, -1.0
    for lr in rates:
        total = 0.0
        for seed in seeds:
            total += run(lr, budget / len(rates) / len(seeds), seed)["validation"]
        if total > best_sum:
            best, best_sum = lr, total
    return best


@answers("capstone/choose-rate")
def seeds_first(run, rates, budget, seeds):
    table = np.zeros((len(seeds), len(rates)))
    for i, seed in enumerate(seeds):
        for j, lr in enumerate(rates):
            table[i, j] = run(lr, budget // table.size, seed)["validation"]
    return max(zip(table.mean(axis=0), rates))[1]


@answers("capstone/uncertainty")
def binomial(right, test):
    p = right / test
    return (p * (1 - p) / test) ** 0.5


@answers("capstone/uncertainty")
def from_the_examples(right, test):
    outcomes = np.r_[np.ones(right), np.zeros(test - right)]
    return round(outcomes.std(ddof=1) / np.sqrt(test), 5)


@answers("capstone/uncertainty")
def to_three_digits(right, test):
    wrong = test - right
    return float(f"{(right * wrong / test) ** 0.5 / test:.3g}")


@answers("capstone/uncertainty")
def to_three_digits_with_n_minus_one(right, test):
    p = np.float64(right) / test
    return np.float64(f"{np.sqrt(p * (1 - p) / (test - 1)):.2e}")


@answers("capstone/train")
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


@answers("capstone/train")
def plain_sgd_with_cosine(gradient, w, n, budget, rng):
    updates = budget // 10
    for t in range(updates):
        if t % (n // 10) == 0:
            order = rng.permutation(n)
        batch = order[10 * (t % (n // 10)) :][:10]
        w -= 0.35 * (1 + np.cos(np.pi * t / updates)) / 2 * gradient(w, batch)
    return w


@answers("capstone/train")
def adam_by_hand(gradient, w, n, budget, rng):
    m, v = np.zeros_like(w), np.zeros_like(w)
    updates = budget // 12
    for t in range(1, updates + 1):
        g = gradient(w, rng.integers(n, size=12))
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
        lr = 0.015 * (1.0 if t < 0.6 * updates else 0.3 if t < 0.85 * updates else 0.1)
        w = w - lr * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
    return w


@answers("capstone/train")
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


@answers("capstone/train")
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


@answers("capstone/train")
def constant_rate(gradient, w, n, budget, rng):
    for t in range(budget // 16):
        if t % 75 == 0:
            order = rng.permutation(n).reshape(75, 16)
        w = w - 0.2 * gradient(w, order[t % 75])
    return w


@answers("capstone/train")
def adam_of_the_library_with_its_averages(gradient, w, n, budget, rng):
    from course_lib.optim import Adam, Parameter

    p = Parameter(w.copy())
    optimizer = Adam([p], lr=0.01)
    for left in range(budget, 19, -20):
        optimizer.param_groups[0]["lr"] = 0.02 * left / budget
        p.grad = gradient(p.data, rng.choice(n, 20, replace=False))
        optimizer.step()
    return p.data
