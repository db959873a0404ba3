"""The path of gradient descent."""

from __future__ import annotations

import numpy as np

from course_lib import descent
from course_lib.checks.declaration import Case, Question
from course_lib.driving.functions import BowlGradient
from course_lib.problems import Given


def draw(rng: np.random.Generator) -> list[Case]:
    cases = []
    for d, epochs in ((1, 5), (2, 8), (3, 1), (2, 30), (4, 12)):
        A = np.diag(rng.uniform(0.5, 2, d)) + 0.1
        cases.append(
            {
                "gradient": BowlGradient(A, rng.normal(size=d)),
                "start": rng.normal(0, 3, size=d),
                "lr": float(rng.uniform(0.05, 0.6)),
                "epochs": epochs,
            }
        )
    return cases


question = Question(
    cases=draw,
    reference=lambda gradient, start, lr, epochs: (
        descent.gradient_descent(Given(len(start), gradient=gradient), start, lr=lr, epochs=epochs).params
    ),
    reading="gradient-descent#the-update",
    hints=[
        "Before the loop: a copy of start, and a list that holds a copy of it.",
        "In each epoch: compute the gradient where you are now, take the step, append a copy.",
        "epochs updates make epochs + 1 points, the start included. np.array(list) stacks them.",
    ],
)


@question.misconception
def ascent(gradient, start, lr, epochs):
    """You walk uphill: the gradient points to where the cost grows, so the update subtracts it."""
    path = [start.copy()]
    for _ in range(epochs):
        path.append(path[-1] + lr * gradient(path[-1]))
    return np.array(path)


@question.misconception
def stale_gradient(gradient, start, lr, epochs):
    """You use the gradient of the start in every step. The slope changes as you walk: compute it again inside the loop, where you
    stand."""
    g, path = gradient(start), [start.copy()]
    for _ in range(epochs):
        path.append(path[-1] - lr * g)
    return np.array(path)


@question.misconception
def history_of_one_array(gradient, start, lr, epochs):
    """All rows are the same, the last point: you appended the very array that you go on changing. A list holds references, so append a
    copy."""
    w = start.copy()
    path = [w]
    for _ in range(epochs):
        w -= lr * gradient(w)
        path.append(w)
    return np.array(path)


@question.misconception
def never_moves(gradient, start, lr, epochs):
    """You never leave the start: the new point is computed but not kept for the next step. Assigning to a name inside a function
    changes nothing outside it."""
    return np.array([start] * (epochs + 1))


@question.misconception
def learning_rate_forgotten(gradient, start, lr, epochs):
    """Your steps are not multiplied by the learning rate."""
    path = [start.copy()]
    for _ in range(epochs):
        path.append(path[-1] - gradient(path[-1]))
    return np.array(path)


@question.misconception
def start_left_out(gradient, start, lr, epochs):
    """Your path begins after the first update. The start belongs to it, as row 0: epochs updates make epochs + 1 points."""
    w, path = start.copy(), []
    for _ in range(epochs):
        w = w - lr * gradient(w)
        path.append(w)
    return np.array(path)


@question.misconception
def end_left_out(gradient, start, lr, epochs):
    """Your path lacks the last point. Either you record before each update, so that the result of the last one is lost, or you make one
    update too few: epochs updates make epochs + 1 points."""
    w, path = start.copy(), []
    for _ in range(epochs):
        path.append(w)
        w = w - lr * gradient(w)
    return np.array(path)


@question.misconception
def one_update_too_many(gradient, start, lr, epochs):
    """You make one update too many: range(epochs + 1) runs epochs + 1 times."""
    path = [start.copy()]
    for _ in range(epochs + 1):
        path.append(path[-1] - lr * gradient(path[-1]))
    return np.array(path)


@question.misconception
def only_the_last_point(gradient, start, lr, epochs):
    """You return only the last point; the question asks for the whole path, one row a point."""
    w = start.copy()
    for _ in range(epochs):
        w = w - lr * gradient(w)
    return w


@question.misconception
def direction_only(gradient, start, lr, epochs):
    """You divide the gradient by its length, so every step is equally long. Plain gradient descent takes shorter steps where the slope
    is gentler."""
    path = [start.copy()]
    for _ in range(epochs):
        g = gradient(path[-1])
        path.append(path[-1] - lr * g / np.linalg.norm(g))
    return np.array(path)
