"""Stochastic gradient descent with a rate that falls with every update."""

from __future__ import annotations

import numpy as np

from course_lib import descent
from course_lib.checks.declaration import Case, Question
from course_lib.problems import LinearRegression

from ._examples import near_a_line, one_by_one


def draw(rng: np.random.Generator) -> list[Case]:
    cases = []
    for n, epochs in ((4, 3), (3, 5), (7, 2), (5, 6)):
        x, y = near_a_line(rng, n)
        cases.append(
            {
                "w": float(rng.normal()),
                "b": float(rng.normal()),
                "x": x,
                "y": y,
                "lr": float(rng.uniform(0.03, 0.07)),
                "orders": [rng.permutation(n) for _ in range(epochs)],
            }
        )
    return cases


def decreasing_rate_reference(w, b, x, y, lr, orders):
    return descent.stochastic_gradient_descent(
        LinearRegression(x, y), [w, b], lr=lambda t: lr / (1 + t / len(x)), epochs=1, batches=one_by_one(np.concatenate(orders))
    ).params


question = Question(
    cases=draw,
    reference=decreasing_rate_reference,
    reading="stochastic-gradient-descent#a-decreasing-learning-rate",
    hints=[
        "Keep a counter t of all updates made so far. Where must it be set to 0, and where does it grow?",
        "Compute the rate of each update from the lr that you were given, never from the rate before.",
        "The very first update has t = 0, so its rate is lr.",
    ],
)


@question.misconception
def rate_stays(w, b, x, y, lr, orders):
    """Your learning rate stays constant. It should fall with every update."""
    path = [(w, b)]
    for order in orders:
        for i in order:
            e = w * x[i] + b - y[i]
            w, b = w - lr * 2 * e * x[i], b - lr * 2 * e
            path.append((w, b))
    return path


@question.misconception
def begins_again_each_epoch(w, b, x, y, lr, orders):
    """Your count of updates begins again in each epoch, so the rate jumps back up. t counts the updates of the whole run."""
    path, n = [(w, b)], len(x)
    for order in orders:
        for t, i in enumerate(order):
            e, eta = w * x[i] + b - y[i], lr / (1 + t / n)
            w, b = w - eta * 2 * e * x[i], b - eta * 2 * e
            path.append((w, b))
    return path


@question.misconception
def constant_within_an_epoch(w, b, x, y, lr, orders):
    """Your rate falls only from epoch to epoch. In the formula t counts updates, so t / n grows with each of them."""
    path = [(w, b)]
    for epoch, order in enumerate(orders):
        eta = lr / (1 + epoch)
        for i in order:
            e = w * x[i] + b - y[i]
            w, b = w - eta * 2 * e * x[i], b - eta * 2 * e
            path.append((w, b))
    return path


@question.misconception
def epochs_for_updates(w, b, x, y, lr, orders):
    """You put the number of the epoch in the place of t. In the formula t counts updates, n times as many."""
    path, n = [(w, b)], len(x)
    for epoch, order in enumerate(orders):
        eta = lr / (1 + epoch / n)
        for i in order:
            e = w * x[i] + b - y[i]
            w, b = w - eta * 2 * e * x[i], b - eta * 2 * e
            path.append((w, b))
    return path


@question.misconception
def counted_from_one(w, b, x, y, lr, orders):
    """Your first update already has a smaller rate: t is the number of updates made before, so it is 0 at the first."""
    path, n, t = [(w, b)], len(x), 0
    for order in orders:
        for i in order:
            t += 1
            e, eta = w * x[i] + b - y[i], lr / (1 + t / n)
            w, b = w - eta * 2 * e * x[i], b - eta * 2 * e
            path.append((w, b))
    return path


@question.misconception
def compounded(w, b, x, y, lr, orders):
    """You divide the rate of the update before, so the divisions pile up and the rate falls far too fast. Compute each rate from the lr at
    the beginning."""
    path, n, t = [(w, b)], len(x), 0
    for order in orders:
        for i in order:
            lr = lr / (1 + t / n)
            e = w * x[i] + b - y[i]
            w, b = w - lr * 2 * e * x[i], b - lr * 2 * e
            path.append((w, b))
            t += 1
    return path


@question.misconception
def n_forgotten(w, b, x, y, lr, orders):
    """Your rate is lr / (1 + t): after one epoch it would be down to a small part already. In the formula t is divided by n."""
    path, t = [(w, b)], 0
    for order in orders:
        for i in order:
            e, eta = w * x[i] + b - y[i], lr / (1 + t)
            w, b = w - eta * 2 * e * x[i], b - eta * 2 * e
            path.append((w, b))
            t += 1
    return path


@question.misconception
def parenthesis_forgotten(w, b, x, y, lr, orders):
    """You wrote lr / 1 + t / n, which adds t / n to the rate, so that it grows. The denominator needs its parentheses."""
    path, n, t = [(w, b)], len(x), 0
    for order in orders:
        for i in order:
            e, eta = w * x[i] + b - y[i], lr / 1 + t / n
            w, b = w - eta * 2 * e * x[i], b - eta * 2 * e
            path.append((w, b))
            t += 1
    return path


@question.misconception
def gradients_scaled_twice(w, b, x, y, lr, orders):
    """Your rate falls like the square of what is asked: the denominator is applied twice."""
    path, n, t = [(w, b)], len(x), 0
    for order in orders:
        for i in order:
            e, eta = w * x[i] + b - y[i], lr / (1 + t / n) ** 2
            w, b = w - eta * 2 * e * x[i], b - eta * 2 * e
            path.append((w, b))
            t += 1
    return path


@question.misconception
def start_left_out(w, b, x, y, lr, orders):
    """Your path begins after the first update. The start belongs to it, as row 0."""
    path, n, t = [], len(x), 0
    for order in orders:
        for i in order:
            e, eta = w * x[i] + b - y[i], lr / (1 + t / n)
            w, b = w - eta * 2 * e * x[i], b - eta * 2 * e
            path.append((w, b))
            t += 1
    return path
