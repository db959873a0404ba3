"""A line trained by batch gradient descent."""

from __future__ import annotations

import numpy as np

from course_lib import descent
from course_lib.checks.declaration import Case, Question
from course_lib.problems import LinearRegression

from ._examples import near_a_line


def draw(rng: np.random.Generator) -> list[Case]:
    cases = []
    for n, epochs in ((5, 4), (3, 10), (8, 1), (6, 60)):
        x, y = near_a_line(rng, n)
        cases.append({"x": x, "y": y, "lr": float(rng.uniform(0.01, 0.08)), "epochs": epochs})
    return cases


def train_reference(x, y, lr, epochs):
    run = descent.gradient_descent(LinearRegression(x, y), [0.0, 0.0], lr=lr, epochs=epochs)
    w, b = run.params[-1]
    return w, b, run.loss[:-1]


question = Question(
    cases=draw,
    reference=train_reference,
    reading="gradient-descent#a-line-with-an-intercept",
    hints=[
        "Your functions for the cost and the gradient hold nearly all of it; the cost needs the intercept too.",
        "In each epoch: errors from the current w and b, the loss from these errors, both derivatives from these errors, then both updates.",
        "Compute dw and db before you change either w or b.",
    ],
)


@question.misconception
def update_for_every_example(x, y, lr, epochs):
    """You update inside the loop over the examples. That is stochastic gradient descent: in batch gradient descent all examples are
    looked at first, and one update follows from their mean."""
    w = b = 0.0
    losses = []
    for _ in range(epochs):
        losses.append(np.mean((w * x + b - y) ** 2))
        for xi, yi in zip(x, y):
            e = w * xi + b - yi
            w, b = w - lr * 2 * e * xi, b - lr * 2 * e
    return w, b, losses


@question.misconception
def one_after_the_other(x, y, lr, epochs):
    """You update w first and compute the derivative by b with the new w. Both derivatives belong to the same point: compute both, then
    update both."""
    w = b = 0.0
    losses = []
    for _ in range(epochs):
        losses.append(np.mean((w * x + b - y) ** 2))
        w -= lr * 2 * np.mean((w * x + b - y) * x)
        b -= lr * 2 * np.mean(w * x + b - y)
    return w, b, losses


@question.misconception
def loss_after_the_update(x, y, lr, epochs):
    """Your losses are recorded after each update; the question asks for the loss at the beginning of each epoch, so that the first is
    the loss of the untrained line."""
    w = b = 0.0
    losses = []
    for _ in range(epochs):
        e = w * x + b - y
        w, b = w - lr * 2 * np.mean(e * x), b - lr * 2 * np.mean(e)
        losses.append(np.mean((w * x + b - y) ** 2))
    return w, b, losses


@question.misconception
def loss_of_the_last_example(x, y, lr, epochs):
    """Your losses are those of the last example alone; the loss is the mean over all of them."""
    w = b = 0.0
    losses = []
    for _ in range(epochs):
        e = w * x + b - y
        losses.append(e[-1] ** 2)
        w, b = w - lr * 2 * np.mean(e * x), b - lr * 2 * np.mean(e)
    return w, b, losses


@question.misconception
def summed_gradient(x, y, lr, epochs):
    """Your gradient is the sum over the examples; the loss is their mean, so the gradient is a mean too. With the sum, the learning rate
    means something else for every size of data set."""
    w = b = 0.0
    losses = []
    for _ in range(epochs):
        e = w * x + b - y
        losses.append(np.mean(e**2))
        w, b = w - lr * 2 * np.sum(e * x), b - lr * 2 * np.sum(e)
    return w, b, losses


@question.misconception
def missing_factor_two(x, y, lr, epochs):
    """The factor 2 of the derivative of the square is missing, so every step is half as long."""
    w = b = 0.0
    losses = []
    for _ in range(epochs):
        e = w * x + b - y
        losses.append(np.mean(e**2))
        w, b = w - lr * np.mean(e * x), b - lr * np.mean(e)
    return w, b, losses


@question.misconception
def intercept_never_learned(x, y, lr, epochs):
    """The intercept b stays 0: it is a parameter like w and needs its own derivative and update."""
    w = b = 0.0
    losses = []
    for _ in range(epochs):
        e = w * x + b - y
        losses.append(np.mean(e**2))
        w -= lr * 2 * np.mean(e * x)
    return w, b, losses


@question.misconception
def ascent(x, y, lr, epochs):
    """You add the gradient instead of subtracting it, so the loss grows."""
    w = b = 0.0
    losses = []
    for _ in range(epochs):
        e = w * x + b - y
        losses.append(np.mean(e**2))
        w, b = w + lr * 2 * np.mean(e * x), b + lr * 2 * np.mean(e)
    return w, b, losses


@question.misconception
def stale_gradient(x, y, lr, epochs):
    """You compute the gradient once, before the loop. It changes with every update: compute it inside."""
    w = b = 0.0
    e = w * x + b - y
    dw, db = 2 * np.mean(e * x), 2 * np.mean(e)
    losses = []
    for _ in range(epochs):
        losses.append(np.mean((w * x + b - y) ** 2))
        w, b = w - lr * dw, b - lr * db
    return w, b, losses


@question.misconception
def starts_from_one(x, y, lr, epochs):
    """You start from w = 1. The question starts from w = 0 and b = 0."""
    w, b = 1.0, 0.0
    losses = []
    for _ in range(epochs):
        e = w * x + b - y
        losses.append(np.mean(e**2))
        w, b = w - lr * 2 * np.mean(e * x), b - lr * 2 * np.mean(e)
    return w, b, losses
