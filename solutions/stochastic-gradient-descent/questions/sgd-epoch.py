"""The path of one epoch of stochastic gradient descent."""

from __future__ import annotations

import numpy as np

from course_lib import descent
from course_lib.checks.declaration import Case, Question
from course_lib.problems import LinearRegression

from ._examples import near_a_line, one_by_one


def draw(rng: np.random.Generator) -> list[Case]:
    cases = []
    for n, replacement in ((5, False), (3, False), (8, False), (6, True), (12, False)):
        x, y = near_a_line(rng, n)
        order = rng.integers(n, size=n + 2) if replacement else rng.permutation(n)
        # never the order of the data, in which an answer that ignores `order` would be right
        if (order[:n] == np.arange(n)).all():
            order = order[::-1].copy()
        w, b, lr = float(rng.normal()), float(rng.normal()), float(rng.uniform(0.01, 0.06))
        cases.append({"w": w, "b": b, "x": x, "y": y, "lr": lr, "order": order})
    return cases


question = Question(
    cases=draw,
    reference=lambda w, b, x, y, lr, order: (
        descent.stochastic_gradient_descent(LinearRegression(x, y), [w, b], lr=lr, epochs=1, batches=one_by_one(order)).params
    ),
    reading="stochastic-gradient-descent#one-example-at-a-time",
    hints=[
        "for i in order: one gradient from example i where you are now, one update of w and of b.",
        "The next example already sees the new w and b. That is all that makes it stochastic.",
        "Compute dw and db before you change either w or b, and append the pair (w, b) after each update.",
    ],
)


@question.misconception
def whole_gradient_each_time(w, b, x, y, lr, order):
    """Every one of your updates uses all examples. That is batch gradient descent with one update for each index, and n times the cost of what is
    asked: use example i alone."""
    path = [(w, b)]
    for _ in order:
        e = w * x + b - y
        w, b = w - lr * 2 * np.mean(e * x), b - lr * 2 * np.mean(e)
        path.append((w, b))
    return path


@question.misconception
def gradients_of_the_start(w, b, x, y, lr, order):
    """You take every example's gradient at the parameters from before the epoch. Each update must start from where the one before led."""
    start, path = (w, b), [(w, b)]
    for i in order:
        e = start[0] * x[i] + start[1] - y[i]
        w, b = w - lr * 2 * e * x[i], b - lr * 2 * e
        path.append((w, b))
    return path


@question.misconception
def one_update_an_epoch(w, b, x, y, lr, order):
    """You gather the gradients and update once at the end. In stochastic gradient descent there is an update for each example."""
    e = w * x[order] + b - y[order]
    return [(w, b), (w - lr * 2 * np.mean(e * x[order]), b - lr * 2 * np.mean(e))]


@question.misconception
def order_ignored(w, b, x, y, lr, order):
    """You walk through the examples in the order of the data. Take the indices from `order`, one after the other."""
    path = [(w, b)]
    for i in range(len(x)):
        e = w * x[i] + b - y[i]
        w, b = w - lr * 2 * e * x[i], b - lr * 2 * e
        path.append((w, b))
    return path


@question.misconception
def position_for_index(w, b, x, y, lr, order):
    """You use the position in `order` where its entry is meant: the k-th update belongs to the example order[k], not to example k."""
    path = [(w, b)]
    for k in range(len(order)):
        e = w * x[k % len(x)] + b - y[k % len(x)]
        w, b = w - lr * 2 * e * x[k % len(x)], b - lr * 2 * e
        path.append((w, b))
    return path


@question.misconception
def one_after_the_other(w, b, x, y, lr, order):
    """You update w first and compute the derivative by b with the new w. Both derivatives belong to the same point: compute both, then
    update both."""
    path = [(w, b)]
    for i in order:
        w = w - lr * 2 * (w * x[i] + b - y[i]) * x[i]
        b = b - lr * 2 * (w * x[i] + b - y[i])
        path.append((w, b))
    return path


@question.misconception
def divided_by_n(w, b, x, y, lr, order):
    """You divide each gradient by the number of examples, so that a whole epoch moves about as far as one update should. An example's own gradient
    is not divided."""
    path = [(w, b)]
    for i in order:
        e = w * x[i] + b - y[i]
        w, b = w - lr * 2 * e * x[i] / len(x), b - lr * 2 * e / len(x)
        path.append((w, b))
    return path


@question.misconception
def ascent(w, b, x, y, lr, order):
    """You walk uphill: the update subtracts the gradient."""
    path = [(w, b)]
    for i in order:
        e = w * x[i] + b - y[i]
        w, b = w + lr * 2 * e * x[i], b + lr * 2 * e
        path.append((w, b))
    return path


@question.misconception
def missing_factor_two(w, b, x, y, lr, order):
    """The factor 2 of the derivative of the square is missing, so every step is half as long."""
    path = [(w, b)]
    for i in order:
        e = w * x[i] + b - y[i]
        w, b = w - lr * e * x[i], b - lr * e
        path.append((w, b))
    return path


@question.misconception
def history_of_one_array(w, b, x, y, lr, order):
    """All rows are the same, the last point: you appended the very array that you go on changing. A list holds references, so append a
    copy."""
    p = np.array([w, b])
    path = [p]
    for i in order:
        p -= lr * 2 * (p[0] * x[i] + p[1] - y[i]) * np.array([x[i], 1])
        path.append(p)
    return path


@question.misconception
def start_left_out(w, b, x, y, lr, order):
    """Your path begins after the first update. The start belongs to it, as row 0."""
    path = []
    for i in order:
        e = w * x[i] + b - y[i]
        w, b = w - lr * 2 * e * x[i], b - lr * 2 * e
        path.append((w, b))
    return path


@question.misconception
def only_the_last_point(w, b, x, y, lr, order):
    """You return only the last pair; the question asks for the whole path, one row a point."""
    for i in order:
        e = w * x[i] + b - y[i]
        w, b = w - lr * 2 * e * x[i], b - lr * 2 * e
    return w, b
