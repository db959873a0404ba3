"""Right answers to the problem set on mini-batches."""

from __future__ import annotations

import numpy as np

from course_lib.checks.answers import answers


@answers("mini-batch/batches")
def slices(n, batch_size, rng):
    order = rng.permutation(n)
    return [order[first : first + batch_size] for first in range(0, n, batch_size)]


@answers("mini-batch/batches")
def generator(n, batch_size, rng):
    order = np.arange(n)
    rng.shuffle(order)
    while len(order):
        yield order[:batch_size]
        order = order[batch_size:]


@answers("mini-batch/batches")
def filled_one_by_one(n, batch_size, rng):
    result, batch = [], []
    for i in rng.permutation(n).tolist():
        batch.append(i)
        if len(batch) == batch_size:
            result.append(batch)
            batch = []
    if batch:
        result.append(batch)
    return result


@answers("mini-batch/batches")
def split_at_the_cuts(n, batch_size, rng):
    return np.split(rng.permutation(n), range(batch_size, n, batch_size))


@answers("mini-batch/batches")
def drawn_from_an_urn(n, batch_size, rng):
    urn, result = set(range(n)), []
    while urn:
        batch = rng.choice(sorted(urn), size=min(batch_size, len(urn)), replace=False)
        urn -= set(batch.tolist())
        result.append(batch)
    return result


@answers("mini-batch/batches")
def with_torch(n, batch_size, rng):
    import torch

    generator = torch.Generator().manual_seed(int(rng.integers(2**32)))
    return [part.numpy() for part in torch.randperm(n, generator=generator).split(batch_size)]


@answers("mini-batch/scheme")
def strictest_first(n, epochs):
    joined = [np.concatenate(epoch) for epoch in epochs]
    if all(np.array_equal(order, np.arange(n)) for order in joined):
        return "contiguous"
    if all(np.array_equal(np.sort(order), np.arange(n)) for order in joined):
        return "shuffled"
    if all(len(set(batch.tolist())) == len(batch) for epoch in epochs for batch in epoch):
        return "distinct"
    return "with replacement"


@answers("mini-batch/scheme")
def loosest_first(n, epochs):
    for epoch in epochs:
        for batch in epoch:
            if len(np.unique(batch)) < len(batch):
                return "with replacement"
    for epoch in epochs:
        if sum(len(batch) for batch in epoch) != n or len({i for batch in epoch for i in batch.tolist()}) < n:
            return "distinct"
    for epoch in epochs:
        if np.any(np.diff(np.concatenate(epoch)) < 0):
            return "shuffled"
    return "contiguous"


@answers("mini-batch/scheme")
def counting(n, epochs):
    counts = np.array([np.bincount(np.concatenate(epoch), minlength=n) for epoch in epochs])
    if (counts == 1).all():
        in_order = all(list(np.concatenate(epoch)) == list(range(n)) for epoch in epochs)
        return "contiguous" if in_order else "shuffled"
    most = max(np.bincount(batch).max() for epoch in epochs for batch in epoch)
    return "distinct" if most == 1 else "with replacement"


@answers("mini-batch/batch-gradient")
def matrix_product(w, X, y, batch):
    return 2 / len(batch) * X[batch].T @ (X[batch] @ w - y[batch])


@answers("mini-batch/batch-gradient")
def loop(w, X, y, batch):
    g = np.zeros(len(w))
    for i in batch:
        g += 2 * (X[i] @ w - y[i]) * X[i]
    return g / len(batch)


@answers("mini-batch/batch-gradient")
def mean_of_the_rows(w, X, y, batch):
    Xb, yb = X[batch], y[batch]
    return np.mean(2 * (Xb @ w - yb)[:, np.newaxis] * Xb, axis=0)


@answers("mini-batch/batch-gradient")
def all_rows_weighted(w, X, y, batch):
    counts = np.bincount(batch, minlength=len(y))
    return 2 * (counts * (X @ w - y)) @ X / counts.sum()


@answers("mini-batch/batch-gradient")
def with_torch(w, X, y, batch):
    import torch

    w = torch.tensor(w, requires_grad=True)
    rows = torch.as_tensor(batch)
    loss = torch.nn.functional.mse_loss(torch.as_tensor(X)[rows] @ w, torch.as_tensor(y)[rows])
    return torch.autograd.grad(loss, w)[0].numpy()


@answers("mini-batch/epoch-loss")
def weighted_average(losses, sizes):
    return np.average(losses, weights=sizes)


@answers("mini-batch/epoch-loss")
def loop(losses, sizes):
    total = count = 0
    for loss, size in zip(losses, sizes):
        total += loss * size
        count += size
    return total / count


@answers("mini-batch/epoch-loss")
def running_mean(losses, sizes):
    mean, seen = 0.0, 0
    for loss, size in zip(losses, sizes):
        seen += size
        mean += (loss - mean) * size / seen
    return mean


@answers("mini-batch/epoch-loss")
def dot_product(losses, sizes):
    return losses @ sizes / sizes.sum()


@answers("mini-batch/train")
def two_loops(w, X, y, lr, epochs):
    losses = [np.mean((X @ w - y) ** 2)]
    for epoch in epochs:
        for batch in epoch:
            Xb, yb = X[batch], y[batch]
            w = w - lr * 2 / len(batch) * Xb.T @ (Xb @ w - yb)
        losses.append(np.mean((X @ w - y) ** 2))
    return w, losses


@answers("mini-batch/train")
def example_by_example(w, X, y, lr, epochs):
    def loss():
        return sum((X[i] @ w - y[i]) ** 2 for i in range(len(y))) / len(y)

    w = w.copy()
    losses = [loss()]
    for epoch in epochs:
        for batch in epoch:
            g = sum(2 * (X[i] @ w - y[i]) * X[i] for i in batch) / len(batch)
            w -= lr * g
        losses.append(loss())
    return w, np.array(losses)


@answers("mini-batch/train")
def weights_kept_for_later(w, X, y, lr, epochs):
    ends = [w]
    for epoch in epochs:
        for batch in epoch:
            r = y[batch] - X[batch] @ w
            w = w + lr * 2 * (r @ X[batch]) / r.size
        ends.append(w)
    return w, [np.square(X @ end - y).mean() for end in ends]


@answers("mini-batch/train")
def with_torch(w, X, y, lr, epochs):
    import torch

    X, y, w = torch.as_tensor(X), torch.as_tensor(y), torch.tensor(w, requires_grad=True)
    optimizer, mse = torch.optim.SGD([w], lr=lr), torch.nn.MSELoss()
    losses = [mse(X @ w, y).item()]
    for epoch in epochs:
        for batch in epoch:
            rows = torch.as_tensor(batch)
            optimizer.zero_grad()
            mse(X[rows] @ w, y[rows]).backward()
            optimizer.step()
        with torch.no_grad():
            losses.append(mse(X @ w, y).item())
    return w.detach().numpy(), losses


@answers("mini-batch/mended")
def drawn_in_the_loop(gradient, start, n, batch_size, lr, updates, rng):
    w = start
    for _ in range(updates):
        batch = rng.choice(n, size=batch_size, replace=False)
        w = w - lr * gradient(w, batch)
    return w


@answers("mini-batch/mended")
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


@answers("mini-batch/mended")
def first_of_a_permutation(gradient, start, n, batch_size, lr, updates, rng):
    path = [start]
    while len(path) <= updates:
        path.append(path[-1] - lr * gradient(path[-1], rng.permutation(n)[:batch_size]))
    return path[-1]


@answers("mini-batch/mended")
def shuffled_epochs(gradient, start, n, batch_size, lr, updates, rng):
    w, left = start, []
    for _ in range(updates):
        if len(left) < batch_size:
            left = rng.permutation(n).tolist()
        batch, left = left[:batch_size], left[batch_size:]
        w = w - lr * gradient(w, np.array(batch))
    return w


@answers("mini-batch/accumulate")
def group_by_group(gradient, w, batches, k, lr):
    path = [w]
    for first in range(0, len(batches), k):
        group = batches[first : first + k]
        total = sum(len(batch) * gradient(w, batch) for batch in group)
        w = w - lr * total / sum(len(batch) for batch in group)
        path.append(w)
    return path


@answers("mini-batch/accumulate")
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


@answers("mini-batch/accumulate")
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


@answers("mini-batch/accumulate")
def weighted_average(gradient, w, batches, k, lr):
    path = np.zeros((-(-len(batches) // k) + 1, len(w)))
    path[0] = w
    for t in range(1, len(path)):
        group = batches[(t - 1) * k : t * k]
        gradients = [gradient(path[t - 1], batch) for batch in group]
        path[t] = path[t - 1] - lr * np.average(gradients, axis=0, weights=[len(batch) for batch in group])
    return path


@answers("mini-batch/variance")
def formula(gradients, batch_size, replacement):
    n = len(gradients)
    one = np.mean(np.sum((gradients - gradients.mean(axis=0)) ** 2, axis=1))
    if replacement:
        return one / batch_size
    return one / batch_size * (n - batch_size) / (n - 1)


@answers("mini-batch/variance")
def with_sample_variance(gradients, batch_size, replacement):
    # in terms of the variance with n - 1 the correction is 1 - b/n
    n = len(gradients)
    if replacement:
        return gradients.var(axis=0).sum() / batch_size
    return gradients.var(axis=0, ddof=1).sum() / batch_size * (1 - batch_size / n)


@answers("mini-batch/variance")
def from_covariances(gradients, batch_size, replacement):
    # the variance of a sum: b variances, and b (b - 1) covariances between its terms
    centered = gradients - gradients.mean(axis=0)
    products = centered @ centered.T
    n, b = len(gradients), batch_size
    own = np.trace(products) / n
    between = 0.0 if replacement else (products.sum() - np.trace(products)) / (n * (n - 1))
    return (b * own + b * (b - 1) * between) / b**2


@answers("mini-batch/variance")
def loop(gradients, batch_size, replacement):
    n, total = len(gradients), 0.0
    center = sum(gradients) / n
    for g in gradients:
        total += np.linalg.norm(g - center) ** 2 / n
    correction = 1 if replacement else (n - batch_size) / (n - 1)
    return correction * total / batch_size


@answers("mini-batch/batch-size")
def search(gradients, tolerance):
    n = len(gradients)
    one = np.var(gradients, axis=0).sum()
    for b in range(1, n + 1):
        if np.sqrt(one / b * (n - b) / (n - 1)) <= tolerance:
            return b


@answers("mini-batch/batch-size")
def solved_for_b(gradients, tolerance):
    n, one = len(gradients), np.var(gradients, axis=0).sum()
    return int(np.ceil(n * one / ((n - 1) * tolerance**2 + one)))


@answers("mini-batch/batch-size")
def downward(gradients, tolerance):
    n = b = len(gradients)
    center = gradients.mean(axis=0)
    one = sum((g - center) @ (g - center) for g in gradients) / n
    while b > 1 and one / (b - 1) * (n - b + 1) / (n - 1) <= tolerance**2:
        b -= 1
    return b
