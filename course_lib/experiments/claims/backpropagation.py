"""What the chapter "Backpropagation and autograd" says, measured."""

from __future__ import annotations

import numpy as np

from course_lib.autodiff import Tensor, graph, mse_loss
from course_lib.experiments.claims.claim import claim
from course_lib.problems import MLP, numerical_gradient
from course_lib.validation import Array


def small_network(seed: int, hidden: tuple[int, ...] = (8,)) -> tuple[MLP, Array]:
    """A perceptron on random data, and random parameters for it."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(20, 3))
    problem = MLP(x, np.sin(x @ [1.0, -2.0, 0.5]), hidden)
    return problem, problem.initial(rng) + 0.1 * rng.normal(size=problem.d)


def by_hand(problem: MLP, w: Array) -> Array:
    """The gradient of a network with one hidden layer, written out as in the chapter."""
    W1, b1, W2, b2 = problem.layers(w)
    z = problem.x @ W1 + b1
    h = np.maximum(z, 0)
    error = (h @ W2 + b2)[:, 0] - problem.y
    d_out = (2 / problem.n * error)[:, None]
    d_h = d_out @ W2.T
    d_z = d_h * (z > 0)
    parts = [problem.x.T @ d_z, d_z.sum(axis=0), h.T @ d_out, d_out.sum(axis=0)]
    return np.concatenate([part.ravel() for part in parts])


def relative_error(a: Array, b: Array) -> float:
    """The distance of two gradients, compared with their lengths."""
    return float(np.linalg.norm(a - b) / (np.linalg.norm(a) + np.linalg.norm(b)))


@claim(
    "backpropagation/three-ways",
    "For a network with {d} parameters on random data, the gradient written out by hand, that of `course_lib.autodiff` and that of torch agreed to {digits} digits.",
)
def three_ways(seed: int) -> dict[str, float]:
    import torch

    problem, w = small_network(seed)
    layers = [torch.tensor(layer, requires_grad=True) for layer in problem.layers(w)]
    W1, b1, W2, b2 = layers
    output = torch.relu(torch.tensor(problem.x) @ W1 + b1) @ W2 + b2
    torch.nn.functional.mse_loss(output[:, 0], torch.tensor(problem.y)).backward()
    torchs = np.concatenate([layer.grad.numpy().ravel() for layer in layers if layer.grad is not None])
    ours, digits = problem.gradient(w), 12
    assert max(relative_error(ours, torchs), relative_error(ours, by_hand(problem, w))) < 10.0**-digits
    return {"d": problem.d, "digits": digits}


@claim(
    "backpropagation/check",
    "For the right gradient the relative error was at most {right:.0e}. With a factor 2 missing it was {half:.2f}, with ReLU's mask forgotten {mask:.2f}, with the bias's gradient "
    "of the first layer left at zero {bias:.2f}.",
)
def check(seed: int) -> dict[str, float]:
    problem, w = small_network(seed)
    numerical, right = numerical_gradient(problem, w), by_hand(problem, w)
    W1, b1, W2, b2 = problem.layers(w)
    error = 2 / problem.n * (np.maximum(problem.x @ W1 + b1, 0) @ W2 + b2)[:, 0] - 2 / problem.n * problem.y
    unmasked = error[:, None] @ W2.T
    first, bias = W1.size, b1.size
    mask = right.copy()
    mask[:first] = (problem.x.T @ unmasked).ravel()
    mask[first : first + bias] = unmasked.sum(axis=0)
    no_bias = right.copy()
    no_bias[first : first + bias] = 0
    errors = {"half": relative_error(right / 2, numerical), "mask": relative_error(mask, numerical)}
    errors["bias"] = relative_error(no_bias, numerical)
    right_error = relative_error(right, numerical)
    assert right_error < 1e-7 and min(errors.values()) > 0.01
    return {**errors, "right": 1e-7}


@claim(
    "backpropagation/one-walk",
    "The loss of a network with {d:,d} parameters took {operations} operations on arrays. The walk back used {derivatives} local derivatives, one for each arrow that leads to a parameter. Central differences "
    "would compute {losses:,d} losses.",
)
def one_walk() -> dict[str, float]:
    rng = np.random.default_rng(0)
    sizes, used = (20, 64, 64, 1), 0
    layers = [
        Tensor(rng.normal(size=shape), requires_grad=True)
        for m, n in zip(sizes, sizes[1:], strict=False)
        for shape in ((m, n), (n,))
    ]
    h = Tensor(rng.normal(size=(50, 20)))
    for k in range(0, len(layers), 2):
        h = h @ layers[k] + layers[k + 1]
        h = h.relu() if k + 2 < len(layers) else h
    loss = mse_loss(h, np.zeros((50, 1)))
    nodes = graph(loss).nodes
    for node in nodes:
        used += sum(operand.requires_grad for operand in node.operands)
    operations = sum(not node.is_leaf for node in nodes)
    loss.backward()
    assert all(layer.grad is not None for layer in layers) and used <= 2 * operations
    d = sum(layer.size for layer in layers)
    return {"d": d, "operations": operations, "derivatives": used, "losses": 2 * d}


@claim(
    "backpropagation/accumulation",
    "The same descent on the same data, {updates} updates at a rate of {lr}: with the gradient set to None before each walk back the loss fell below {zeroed:.0e}; without, the sum of all gradients so "
    "far drove it: the loss, {first:.1f} at the start, still swung up to {forgotten:.1f} in the second half.",
)
def accumulation(seed: int) -> dict[str, float]:
    rng = np.random.default_rng(seed)
    x, updates, lr = rng.normal(size=50), 100, 0.1
    y = 2 * x + 1
    ends = {}
    for name in ("zeroed", "forgotten"):
        w, b = Tensor(0.0, requires_grad=True), Tensor(0.0, requires_grad=True)
        losses = []
        for _ in range(updates):
            if name == "zeroed":
                w.grad = b.grad = None
            loss = mse_loss(w * x + b, y)
            loss.backward()
            assert w.grad is not None and b.grad is not None
            w.data -= lr * w.grad
            b.data -= lr * b.grad
            losses.append(loss.item())
        # what never settles is judged by the largest loss of its second half
        ends[name] = losses[-1] if name == "zeroed" else max(losses[updates // 2 :])
    assert ends["zeroed"] < 1e-10 and ends["forgotten"] > losses[0] / 2
    return {"zeroed": 1e-10, "forgotten": ends["forgotten"], "first": losses[0], "updates": updates, "lr": lr}


@claim(
    "backpropagation/three-examples",
    "After {epochs} epochs of one update for each of the points (1, 2), (2, 4), (3, 6), at a rate of {lr}, the weight was {w:.4f} and the prediction at $x = 4$ went from {before:.0f} to {after:.3f}.",
)
def three_examples() -> dict[str, float]:
    w, lr, epochs = Tensor(1.0, requires_grad=True), 0.01, 100
    before = 4 * w.item()
    for _ in range(epochs):
        for x, y in [(1.0, 2.0), (2.0, 4.0), (3.0, 6.0)]:
            w.grad = None
            ((w * x - y) ** 2).backward()
            assert w.grad is not None
            w.data -= lr * w.grad
    assert abs(w.item() - 2) < 1e-3
    return {"epochs": epochs, "lr": lr, "w": w.item(), "before": before, "after": 4 * w.item()}
