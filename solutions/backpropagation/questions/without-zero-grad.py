"""Where a training loop leads that never resets the gradient."""

from __future__ import annotations

import numpy as np

from course_lib.checks.declaration import Case, Question

from ._differentiation import DIFFERENTIATION, parameters


def draw(rng: np.random.Generator) -> list[Case]:
    cases = [{"x": np.array([1.0, 2.0, 3.0]), "y": np.array([2.0, 4.0, 6.0]), "w": 1.0, "lr": 0.01}]
    for n in (2, 4, 6):
        x = rng.uniform(0.5, 2, n)
        cases.append({"x": x, "y": 2 * x + rng.normal(0, 0.5, n), "w": float(rng.normal()), "lr": float(rng.uniform(0.02, 0.1))})
    return cases


def without_zero_grad_reference(x, y, w, lr):
    (w,) = parameters(w)
    path = []
    for xi, yi in zip(x, y):
        ((w * float(xi) - float(yi)) ** 2).backward()
        w.data -= lr * w.grad
        path.append(float(w.data))
    return path


question = Question(
    cases=draw,
    reference=without_zero_grad_reference,
    reading="backpropagation#gradients-accumulate",
    forbidden=DIFFERENTIATION,
    hints=[
        "Play the machine: a variable grad that begins at 0. What does backward do to it? What does the update read?",
        "The new derivative is taken at the w of that moment; what is already in grad stays there as it is.",
    ],
)


@question.misconception
def zeroed_after_all(x, y, w, lr):
    """This is the loop as it should be, with the gradient reset for each example. The question is what happens without the reset: backward
    adds to what is there."""
    path = []
    for xi, yi in zip(x, y):
        w -= lr * 2 * (w * xi - yi) * xi
        path.append(w)
    return path


@question.misconception
def mean_of_the_gradients(x, y, w, lr):
    """You average the gradients so far. backward adds, nothing divides."""
    grad, path = 0.0, []
    for i, (xi, yi) in enumerate(zip(x, y)):
        grad += 2 * (w * xi - yi) * xi
        w -= lr * grad / (i + 1)
        path.append(w)
    return path


@question.misconception
def old_gradients_computed_anew(x, y, w, lr):
    """You compute the gradients of the earlier examples again at the present w. What is already in grad was computed at the weights of its time, and
    stays as it is."""
    path = []
    for i in range(len(x)):
        w -= lr * np.sum(2 * (w * x[: i + 1] - y[: i + 1]) * x[: i + 1])
        path.append(w)
    return path


@question.misconception
def all_gradients_at_the_start(x, y, w, lr):
    """You take all gradients at the first w. Each backward happens after the update before it, so it sees the new w."""
    gradients = 2 * (w * x - y) * x
    return (w - lr * np.cumsum(np.cumsum(gradients))).tolist()


@question.misconception
def one_update_at_the_end(x, y, w, lr):
    """You add up all gradients at one w and update once at the end: no w moves in between. Here an update follows each backward."""
    gradients = 2 * (w * x - y) * x
    return (w - lr * np.cumsum(gradients)).tolist()


@question.misconception
def gradients_instead_of_weights(x, y, w, lr):
    """You return what grad holds after each example; the question asks for w after each update."""
    grad, path = 0.0, []
    for xi, yi in zip(x, y):
        grad += 2 * (w * xi - yi) * xi
        w -= lr * grad
        path.append(grad)
    return path


@question.misconception
def start_included(x, y, w, lr):
    """Your list begins with the w of the start. The question asks for w after each update, as many as there are examples."""
    grad, path = 0.0, [w]
    for xi, yi in zip(x, y):
        grad += 2 * (w * xi - yi) * xi
        w -= lr * grad
        path.append(w)
    return path


@question.misconception
def ascent(x, y, w, lr):
    """Your w goes uphill: the update subtracts."""
    grad, path = 0.0, []
    for xi, yi in zip(x, y):
        grad += 2 * (w * xi - yi) * xi
        w += lr * grad
        path.append(w)
    return path


@question.misconception
def missing_factor_two(x, y, w, lr):
    """The factor 2 of the derivative of the square is missing."""
    grad, path = 0.0, []
    for xi, yi in zip(x, y):
        grad += (w * xi - yi) * xi
        w -= lr * grad
        path.append(w)
    return path


@question.misconception
def only_the_last_weight(x, y, w, lr):
    """You return one number, the w at the end; the question asks for a list, w after each update."""
    grad = 0.0
    for xi, yi in zip(x, y):
        grad += 2 * (w * xi - yi) * xi
        w -= lr * grad
    return w
