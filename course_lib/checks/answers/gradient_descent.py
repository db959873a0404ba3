"""Right answers to the problem set on gradient descent."""

from __future__ import annotations

import numpy as np

from course_lib.checks.answers import answers


@answers("gradient-descent/cost")
def vectorized(w, x, y):
    return np.mean((w * x - y) ** 2)


@answers("gradient-descent/cost")
def loop(w, x, y):
    total = 0.0
    for xi, yi in zip(x, y):
        total += (yi - w * xi) ** 2
    return total / len(x)


@answers("gradient-descent/cost")
def dot_product(w, x, y):
    e = y - x * w
    return e @ e / e.size


@answers("gradient-descent/cost")
def with_torch(w, x, y):
    import torch

    return torch.nn.functional.mse_loss(torch.as_tensor(x) * w, torch.as_tensor(y)).item()


@answers("gradient-descent/search")
def vectorized(cost, low, high, count):
    candidates = np.linspace(low, high, count)
    return candidates[np.argmin([cost(w) for w in candidates])]


@answers("gradient-descent/search")
def loop(cost, low, high, count):
    best, best_cost = None, float("inf")
    for i in range(count):
        w = low + i * (high - low) / (count - 1)
        if cost(w) < best_cost:
            best, best_cost = w, cost(w)
    return best


@answers("gradient-descent/search")
def with_min(cost, low, high, count):
    return min(np.linspace(low, high, count).tolist(), key=cost)


@answers("gradient-descent/search")
def whole_array(cost, low, high, count):
    w = np.linspace(low, high, num=count)
    return w[cost(w).argmin()]


@answers("gradient-descent/gradient")
def vectorized(w, b, x, y):
    e = w * x + b - y
    return 2 * np.mean(e * x), 2 * np.mean(e)


@answers("gradient-descent/gradient")
def loop(w, b, x, y):
    dw = db = 0.0
    for xi, yi in zip(x, y):
        dw += 2 * (w * xi + b - yi) * xi
        db += 2 * (w * xi + b - yi)
    return dw / len(x), db / len(x)


@answers("gradient-descent/gradient")
def target_minus_prediction(w, b, x, y):
    r = y - (w * x + b)
    return np.array([-2 * (r @ x) / len(x), -2 * r.sum() / len(x)])


@answers("gradient-descent/gradient")
def with_torch(w, b, x, y):
    import torch

    w, b = torch.tensor(w, dtype=torch.float64, requires_grad=True), torch.tensor(b, dtype=torch.float64, requires_grad=True)
    ((w * torch.as_tensor(x) + b - torch.as_tensor(y)) ** 2).mean().backward()
    return w.grad.item(), b.grad.item()


@answers("gradient-descent/numerical-gradient")
def rows_of_the_identity(f, w, h):
    return np.array([(f(w + h * e) - f(w - h * e)) / (2 * h) for e in np.eye(len(w))])


@answers("gradient-descent/numerical-gradient")
def copies(f, w, h):
    slopes = np.zeros_like(w)
    for j in range(len(w)):
        ahead, behind = w.copy(), w.copy()
        ahead[j] += h
        behind[j] -= h
        slopes[j] = (f(ahead) - f(behind)) / 2 / h
    return slopes


@answers("gradient-descent/numerical-gradient")
def moved_and_put_back(f, w, h):
    w, slopes = np.array(w), []
    for j, original in enumerate(w.tolist()):
        w[j] = original + h
        above = f(w)
        w[j] = original - h
        below = f(w)
        w[j] = original
        slopes.append((above - below) / (2.0 * h))
    return slopes


@answers("gradient-descent/numerical-gradient")
def there_and_back(f, w, h):
    slopes = []
    for j in range(len(w)):
        w[j] += h
        ahead = f(w)
        w[j] -= 2 * h
        slopes.append((ahead - f(w)) / (2 * h))
        w[j] += h
    return np.array(slopes)


@answers("gradient-descent/matrix-gradient")
def matrix_product(w, X, y):
    return 2 / len(y) * X.T @ (X @ w - y)


@answers("gradient-descent/matrix-gradient")
def loop(w, X, y):
    g = np.zeros(len(w))
    for row, target in zip(X, y):
        g += 2 * (row @ w - target) * row
    return g / len(X)


@answers("gradient-descent/matrix-gradient")
def mean_of_gradients(w, X, y):
    return np.mean(2 * (X @ w - y)[:, np.newaxis] * X, axis=0)


@answers("gradient-descent/matrix-gradient")
def with_torch(w, X, y):
    import torch

    w = torch.tensor(w, requires_grad=True)
    loss = torch.mean((torch.as_tensor(X) @ w - torch.as_tensor(y)) ** 2)
    return torch.autograd.grad(loss, w)[0].numpy()


@answers("gradient-descent/gradient-descent")
def list_of_points(gradient, start, lr, epochs):
    path = [start.copy()]
    for _ in range(epochs):
        path.append(path[-1] - lr * gradient(path[-1]))
    return np.array(path)


@answers("gradient-descent/gradient-descent")
def rows_of_an_array(gradient, start, lr, epochs):
    path = np.empty((epochs + 1, len(start)))
    path[0] = start
    for t in range(epochs):
        path[t + 1] = path[t] - lr * gradient(path[t])
    return path


@answers("gradient-descent/gradient-descent")
def in_place_with_copies(gradient, start, lr, epochs):
    w = np.array(start)
    path = [w.copy()]
    while len(path) <= epochs:
        w -= lr * gradient(w)
        path.append(w.copy())
    return np.stack(path)


@answers("gradient-descent/gradient-descent")
def recursive(gradient, start, lr, epochs):
    if epochs == 0:
        return start[None]
    before = recursive(gradient, start, lr, epochs - 1)
    return np.vstack([before, before[-1] - lr * gradient(before[-1])])


@answers("gradient-descent/train")
def vectorized(x, y, lr, epochs):
    w = b = 0.0
    losses = []
    for _ in range(epochs):
        e = w * x + b - y
        losses.append(np.mean(e**2))
        w, b = w - lr * 2 * np.mean(e * x), b - lr * 2 * np.mean(e)
    return w, b, losses


@answers("gradient-descent/train")
def loops(x, y, lr, epochs):
    w, b, losses, n = 0.0, 0.0, [], len(x)
    for _ in range(epochs):
        loss = dw = db = 0.0
        for i in range(n):
            e = y[i] - (w * x[i] + b)
            loss += e * e / n
            dw -= 2 * e * x[i] / n
            db -= 2 * e / n
        losses.append(loss)
        w -= lr * dw
        b -= lr * db
    return w, b, np.array(losses)


@answers("gradient-descent/train")
def matrix_form(x, y, lr, epochs):
    X = np.column_stack([x, np.ones_like(x)])
    p, losses = np.zeros(2), np.zeros(epochs)
    for t in range(epochs):
        r = X @ p - y
        losses[t] = r @ r / len(r)
        p = p - lr * (2 / len(r)) * (X.T @ r)
    return p[0], p[1], losses


@answers("gradient-descent/train")
def with_torch(x, y, lr, epochs):
    import torch

    x, y = torch.as_tensor(x), torch.as_tensor(y)
    w = torch.zeros((), dtype=torch.float64, requires_grad=True)
    b = torch.zeros((), dtype=torch.float64, requires_grad=True)
    losses = []
    for _ in range(epochs):
        loss = ((w * x + b - y) ** 2).mean()
        losses.append(loss.item())
        loss.backward()
        with torch.no_grad():
            w -= lr * w.grad
            b -= lr * b.grad
        w.grad, b.grad = None, None
    return w.item(), b.item(), losses


@answers("gradient-descent/until")
def for_loop(cost, gradient, start, lr, tolerance, max_epochs):
    w, before = start, cost(start)
    for epoch in range(1, max_epochs + 1):
        w = w - lr * gradient(w)
        after = cost(w)
        if abs(after - before) < tolerance:
            break
        before = after
    return w, epoch


@answers("gradient-descent/until")
def while_loop(cost, gradient, start, lr, tolerance, max_epochs):
    w, epochs, change = start, 0, float("inf")
    while epochs < max_epochs and not change < tolerance:
        new = w - lr * gradient(w)
        change = abs(cost(w) - cost(new))
        w, epochs = new, epochs + 1
    return w, epochs


@answers("gradient-descent/until")
def list_of_costs(cost, gradient, start, lr, tolerance, max_epochs):
    w, costs = start, [cost(start)]
    while len(costs) <= max_epochs:
        w -= lr * gradient(w)
        costs.append(cost(w))
        if np.abs(costs[-1] - costs[-2]) < tolerance:
            return w, len(costs) - 1
    return w, max_epochs


@answers("gradient-descent/learning-rate-limit")
def eigenvalues(X):
    return 2 / np.linalg.eigvalsh(2 / len(X) * X.T @ X)[-1]


@answers("gradient-descent/learning-rate-limit")
def singular_values(X):
    return len(X) / np.linalg.svd(X, compute_uv=False)[0] ** 2


@answers("gradient-descent/learning-rate-limit")
def spectral_norm(X):
    return len(X) / np.linalg.norm(X, 2) ** 2


@answers("gradient-descent/learning-rate-limit")
def general_eigenvalues(X):
    return float(2 / max(np.linalg.eig(2 * X.T.dot(X) / X.shape[0])[0].real))


@answers("gradient-descent/behavior")
def by_product(lr, curvature):
    if lr * curvature <= 1:
        return "monotone"
    if lr * curvature < 2:
        return "oscillates"
    return "diverges"


@answers("gradient-descent/behavior")
def by_factor(lr, curvature):
    factor = 1 - lr * curvature
    if abs(factor) >= 1:
        return "diverges"
    return "monotone" if factor >= 0 else "oscillates"


@answers("gradient-descent/behavior")
def by_running(lr, curvature):
    w = [1.0]
    for _ in range(3):
        w.append(w[-1] - lr * curvature * w[-1])
    if abs(w[-1]) >= 1:
        return "diverges"
    return "oscillates" if w[1] < 0 else "monotone"


@answers("gradient-descent/stationary-point")
def signs_of_eigenvalues(hessian):
    eigenvalues = np.linalg.eigvalsh(hessian)
    if (eigenvalues > 0).all():
        return "minimum"
    if (eigenvalues < 0).all():
        return "maximum"
    return "saddle"


@answers("gradient-descent/stationary-point")
def smallest_and_largest(hessian):
    smallest, *_, largest = [*np.linalg.eigvalsh(hessian), np.linalg.eigvalsh(hessian)[-1]]
    return "minimum" if smallest > 0 else "maximum" if largest < 0 else "saddle"


@answers("gradient-descent/stationary-point")
def cholesky(hessian):
    def positive_definite(matrix):
        try:
            np.linalg.cholesky(matrix)
        except np.linalg.LinAlgError:
            return False
        return True

    return "minimum" if positive_definite(hessian) else "maximum" if positive_definite(-hessian) else "saddle"
