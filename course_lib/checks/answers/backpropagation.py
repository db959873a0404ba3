"""Right answers to the problem set on backpropagation."""

from __future__ import annotations

import numpy as np

from course_lib.checks.answers import answers


@answers("backpropagation/local-derivatives")
def if_by_if(operation, a, b):
    if operation == "+":
        return 1, 1
    if operation == "-":
        return 1, -1
    if operation == "*":
        return b, a
    if operation == "/":
        return 1 / b, -a / b**2
    return (1, 0) if a > b else (0, 1)


@answers("backpropagation/local-derivatives")
def table_of_functions(operation, a, b):
    table = {
        "+": lambda: (1.0, 1.0),
        "-": lambda: (1.0, -1.0),
        "*": lambda: (b, a),
        "/": lambda: (b**-1, -a * b**-2),
        "max": lambda: (np.heaviside(a - b, 0), np.heaviside(b - a, 0)),
    }
    return table[operation]()


@answers("backpropagation/local-derivatives")
def matched(operation, a, b):
    match operation:
        case "+":
            da, db = 1, 1
        case "-":
            da, db = 1, -1
        case "*":
            da, db = b, a
        case "/":
            da, db = 1 / b, -(a / b) / b
        case "max":
            da = float(a >= b)
            db = 1 - da
    return np.array([da, db])


@answers("backpropagation/chain")
def step_by_step(w, x, y):
    z = w * x
    e = z - y
    de = 2 * e
    dz = de * 1
    dw = dz * x
    return e**2, de, dz, dw


@answers("backpropagation/chain")
def from_the_formula(w, x, y):
    return (w * x - y) ** 2, 2 * w * x - 2 * y, 2 * (w * x - y), 2 * w * x**2 - 2 * x * y


@answers("backpropagation/chain")
def as_an_array(w, x, y):
    e = w * x - y
    return np.concatenate([[e * e], 2 * e * np.array([1, 1, x])])


@answers("backpropagation/chain")
def with_torch(w, x, y):
    import torch

    w, x, y = (torch.tensor(value, dtype=torch.float64) for value in (w, x, y))
    e = w * x - y
    return (e**2).item(), (2 * e).item(), (2 * e).item(), (2 * e * x).item()


@answers("backpropagation/shared-weight")
def one_path_after_the_other(w, h0, x1, x2, y):
    h1 = w * h0 + x1
    h2 = w * h1 + x2
    dh2 = 2 * (h2 - y)
    dw = dh2 * h1
    dh1 = dh2 * w
    dw += dh1 * h0
    return dw


@answers("backpropagation/shared-weight")
def as_a_polynomial(w, h0, x1, x2, y):
    return 2 * (h0 * w**2 + x1 * w + x2 - y) * (2 * h0 * w + x1)


@answers("backpropagation/shared-weight")
def forward_mode(w, h0, x1, x2, y):
    h1, h1_by_w = w * h0 + x1, h0
    h2, h2_by_w = w * h1 + x2, h1 + w * h1_by_w
    return 2 * (h2 - y) * h2_by_w


@answers("backpropagation/backward-order")
def depth_first_reversed(operands, result):
    order, seen = [], set()

    def visit(node):
        if node in seen:
            return
        seen.add(node)
        for operand in operands[node]:
            visit(operand)
        order.append(node)

    visit(result)
    return order[::-1]


@answers("backpropagation/backward-order")
def counting_users(operands, result):
    needed, todo = set(), [result]
    while todo:
        node = todo.pop()
        if node not in needed:
            needed.add(node)
            todo += operands[node]
    waiting = {node: sum(operands[user].count(node) for user in needed) for node in needed}
    order, ready = [], [result]
    while ready:
        node = ready.pop(0)
        order.append(node)
        for operand in operands[node]:
            waiting[operand] -= 1
            if waiting[operand] == 0:
                ready.append(operand)
    return order


@answers("backpropagation/backward-order")
def by_the_longest_way(operands, result):
    distance = {result: 0}
    changed = True
    while changed:
        changed = False
        for node in list(distance):
            for operand in operands[node]:
                if distance.get(operand, -1) < distance[node] + 1:
                    distance[operand] = distance[node] + 1
                    changed = True
    return sorted(distance, key=distance.get)


@answers("backpropagation/backward-order")
def from_the_standard_library(operands, result):
    from graphlib import TopologicalSorter

    def below(node):
        return {node}.union(*(below(operand) for operand in operands[node]))

    needed = below(result)
    forward = TopologicalSorter({node: set(operands[node]) for node in needed}).static_order()
    return list(reversed(list(forward)))


@answers("backpropagation/value")
class edges_with_local_derivatives:
    def __init__(self, data, edges=()):
        self.data, self.grad, self.edges = data, 0.0, edges

    def __add__(self, other):
        return edges_with_local_derivatives(self.data + other.data, ((self, 1.0), (other, 1.0)))

    def __mul__(self, other):
        return edges_with_local_derivatives(self.data * other.data, ((self, other.data), (other, self.data)))

    def backward(self):
        order, seen = [], set()

        def visit(node):
            if node not in seen:
                seen.add(node)
                for operand, _ in node.edges:
                    visit(operand)
                order.append(node)

        visit(self)
        self.grad = 1.0
        for node in reversed(order):
            for operand, local in node.edges:
                operand.grad += node.grad * local


@answers("backpropagation/value")
class closures:
    def __init__(self, data, operands=()):
        self.data = data
        self.grad = 0
        self._operands = operands
        self._backward = lambda: None

    def __add__(self, other):
        out = closures(self.data + other.data, (self, other))

        def backward():
            self.grad += out.grad
            other.grad += out.grad

        out._backward = backward
        return out

    def __mul__(self, other):
        out = closures(self.data * other.data, (self, other))

        def backward():
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad

        out._backward = backward
        return out

    def backward(self):
        def below(node, order):
            for operand in node._operands:
                if operand not in order:
                    below(operand, order)
            if node not in order:
                order.append(node)
            return order

        self.grad = 1
        for node in below(self, [])[::-1]:
            node._backward()


@answers("backpropagation/value")
class path_by_path:
    def __init__(self, data):
        self.data, self.grad = np.float64(data), np.float64(0)
        self.pass_on = lambda gradient: None

    def __add__(self, other):
        out = path_by_path(self.data + other.data)
        out.pass_on = lambda gradient: (self.backward(gradient), other.backward(gradient))
        return out

    def __mul__(self, other):
        out = path_by_path(self.data * other.data)
        out.pass_on = lambda gradient: (self.backward(gradient * other.data), other.backward(gradient * self.data))
        return out

    def backward(self, gradient=1.0):
        self.grad = self.grad + gradient
        self.pass_on(gradient)


@answers("backpropagation/value")
class a_tape:
    tape: list = []

    def __init__(self, data):
        self.data, self.grad = data, 0.0

    def __add__(self, other):
        out = a_tape(self.data + other.data)
        self.tape.append((out, self, 1.0, other, 1.0))
        return out

    def __mul__(self, other):
        out = a_tape(self.data * other.data)
        self.tape.append((out, self, other.data, other, self.data))
        return out

    def backward(self):
        self.grad = 1.0
        while self.tape:
            out, left, by_left, right, by_right = self.tape.pop()
            left.grad += out.grad * by_left
            right.grad += out.grad * by_right


@answers("backpropagation/linear-backward")
def products(upstream, x, W, b):
    return upstream @ W, upstream.T @ x, upstream.sum(axis=0)


@answers("backpropagation/linear-backward")
def loops(upstream, x, W, b):
    dx, dW, db = np.zeros_like(x), np.zeros_like(W), np.zeros_like(b)
    for i in range(x.shape[0]):
        for j in range(W.shape[0]):
            db[j] += upstream[i, j]
            for k in range(x.shape[1]):
                dW[j, k] += upstream[i, j] * x[i, k]
                dx[i, k] += upstream[i, j] * W[j, k]
    return dx, dW, db


@answers("backpropagation/linear-backward")
def outer_products(upstream, x, W, b):
    dW = sum(np.outer(g, row) for g, row in zip(upstream, x))
    return [np.array([W.T @ g for g in upstream]), dW, np.ones(len(x)) @ upstream]


@answers("backpropagation/linear-backward")
def einstein_summation(upstream, x, W, b):
    return np.einsum("ij,jk->ik", upstream, W), np.einsum("ij,ik->jk", upstream, x), np.einsum("ij->j", upstream)


@answers("backpropagation/linear-backward")
def with_torch(upstream, x, W, b):
    import torch

    g, x, W = torch.as_tensor(upstream), torch.as_tensor(x), torch.as_tensor(W)
    return (g @ W).numpy(), (g.T @ x).numpy(), g.sum(0).numpy()


@answers("backpropagation/relu-backward")
def mask(upstream, z):
    return upstream * (z > 0)


@answers("backpropagation/relu-backward")
def where(upstream, z):
    return np.where(z <= 0, 0.0, upstream)


@answers("backpropagation/relu-backward")
def assigned(upstream, z):
    dz = upstream.copy()
    dz[z <= 0] = 0
    return dz


@answers("backpropagation/relu-backward")
def loop(upstream, z):
    dz = np.zeros(z.shape)
    for index in np.ndindex(z.shape):
        if z[index] > 0:
            dz[index] = upstream[index]
    return dz


@answers("backpropagation/network-gradient")
def vectorized(x, y, W1, b1, W2, b2):
    z = x @ W1.T + b1
    h = np.maximum(z, 0)
    error = h @ W2.T + b2 - y
    dout = 2 * error / error.size
    dz = (dout @ W2) * (z > 0)
    return np.mean(error**2), dz.T @ x, dz.sum(axis=0), dout.T @ h, dout.sum(axis=0)


@answers("backpropagation/network-gradient")
def example_by_example(x, y, W1, b1, W2, b2):
    loss = 0.0
    dW1, db1, dW2, db2 = (np.zeros_like(p) for p in (W1, b1, W2, b2))
    for xi, yi in zip(x, y):
        z = W1 @ xi + b1
        h = z.clip(0)
        error = W2 @ h + b2 - yi
        loss += error @ error / y.size
        dout = 2 / y.size * error
        dh = W2.T @ dout
        dh[z < 0] = 0
        dW2 += np.outer(dout, h)
        db2 += dout
        dW1 += np.outer(dh, xi)
        db1 += dh
    return loss, dW1, db1, dW2, db2


@answers("backpropagation/network-gradient")
def weights_and_biases_in_one_matrix(x, y, W1, b1, W2, b2):
    ones = np.ones((len(x), 1))
    A1, A2 = np.hstack([W1, b1[:, None]]), np.hstack([W2, b2[:, None]])
    X1 = np.hstack([x, ones])
    Z = X1 @ A1.T
    X2 = np.hstack([Z * (Z > 0), ones])
    R = X2 @ A2.T - y
    G2 = 2 * R / R.size
    G1 = (G2 @ A2)[:, :-1] * (Z > 0)
    D1, D2 = G1.T @ X1, G2.T @ X2
    return (R**2).mean(), D1[:, :-1], D1[:, -1], D2[:, :-1], D2[:, -1]


@answers("backpropagation/network-gradient")
def with_torch(x, y, W1, b1, W2, b2):
    import torch

    x, y, W1, b1, W2, b2 = (torch.as_tensor(array) for array in (x, y, W1, b1, W2, b2))
    z = torch.nn.functional.linear(x, W1, b1)
    h = torch.relu(z)
    out = torch.nn.functional.linear(h, W2, b2)
    g = 2 * (out - y) / y.numel()
    dz = torch.where(z > 0, g @ W2, 0.0)
    loss = torch.nn.functional.mse_loss(out, y).item()
    return loss, (dz.T @ x).numpy(), dz.sum(0).numpy(), (g.T @ h).numpy(), g.sum(0).numpy()


@answers("backpropagation/gradient-error")
def rows_of_the_identity(f, w, g, h):
    measured = np.array([(f(w + h * e) - f(w - h * e)) / (2 * h) for e in np.eye(len(w))])
    return np.linalg.norm(g - measured) / (np.linalg.norm(g) + np.linalg.norm(measured))


@answers("backpropagation/gradient-error")
def loop(f, w, g, h):
    difference = length_g = length_m = 0.0
    for j in range(len(w)):
        ahead, behind = w.copy(), w.copy()
        ahead[j] += h
        behind[j] -= h
        slope = (f(ahead) - f(behind)) / 2 / h
        difference += (slope - g[j]) ** 2
        length_g += g[j] ** 2
        length_m += slope**2
    return difference**0.5 / (length_g**0.5 + length_m**0.5)


@answers("backpropagation/gradient-error")
def moved_and_put_back(f, w, g, h):
    w, measured = w.copy(), np.empty(len(w))
    for j in range(len(w)):
        here = w[j]
        w[j] = here + h
        above = f(w)
        w[j] = here - h
        measured[j] = (above - f(w)) / (2 * h)
        w[j] = here
    return np.sqrt(np.sum((measured - g) ** 2)) / (np.sqrt(measured @ measured) + np.sqrt(g @ g))


@answers("backpropagation/without-zero-grad")
def accumulating(x, y, w, lr):
    grad, path = 0.0, []
    for xi, yi in zip(x, y):
        grad += 2 * (w * xi - yi) * xi
        w = w - lr * grad
        path.append(w)
    return path


@answers("backpropagation/without-zero-grad")
def list_of_gradients(x, y, w, lr):
    gradients, weights = [], [w]
    for i in range(len(x)):
        gradients.append(2 * x[i] * (weights[-1] * x[i] - y[i]))
        weights.append(weights[-1] - lr * sum(gradients))
    return np.array(weights[1:])


@answers("backpropagation/without-zero-grad")
def as_momentum_of_one(x, y, w, lr):
    # w_{t+1} - w_t is the step before, minus lr times the new gradient
    path, step = np.zeros(len(x)), 0.0
    for i, (xi, yi) in enumerate(zip(x, y)):
        step = step - lr * 2 * (w * xi - yi) * xi
        w = w + step
        path[i] = w
    return path
