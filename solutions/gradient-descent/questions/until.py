"""Gradient descent that stops when the cost hardly changes."""

from __future__ import annotations

import numpy as np

from course_lib import descent
from course_lib.checks.declaration import Case, Question
from course_lib.driving.functions import Parabola, Slope
from course_lib.problems import Given


def draw(rng: np.random.Generator) -> list[Case]:
    cases = []
    # lr times curvature: creeping, quick, overshooting, cycling (the cost stays the same), and diverging (it rises until max_epochs)
    for product, tolerance, max_epochs, at_zero in (
        (0.1, 1e-3, 500, False),
        (0.8, 1e-6, 500, True),
        (1.7, 1e-4, 500, False),
        (2.0, 1e-6, 9, False),
        (2.2, 1e-3, 12, False),
        (0.05, 1e-9, 7, False),
    ):
        curvature, bottom = float(rng.uniform(0.5, 2)), float(rng.normal())
        # mostly a cost above zero at its minimum: there a test on the cost itself never fires
        level = 0.0 if at_zero else float(rng.uniform(1, 3))
        cases.append(
            {
                "cost": Parabola(level, curvature / 2, bottom),
                "gradient": Slope(curvature, bottom),
                "start": bottom + float(rng.choice([-1, 1]) * rng.uniform(2, 4)),
                "lr": product / curvature,
                "tolerance": tolerance,
                "max_epochs": max_epochs,
            }
        )
    return cases


def until_reference(cost, gradient, start, lr, tolerance, max_epochs):
    problem = Given(1, loss=lambda w: cost(w[0]), gradient=lambda w: np.array([gradient(w[0])]))
    # the cost of the start counts as the previous one of the first update
    small = descent.stopping.loss_change_below(tolerance, problem.loss([start]))
    run = descent.gradient_descent(problem, [start], lr=lr, epochs=max_epochs, stop=small)
    return run.params[-1, 0], run.updates


question = Question(
    cases=draw,
    reference=until_reference,
    reading="gradient-descent#when-to-stop",
    hints=[
        "Keep the cost before the update, make the update, compute the cost after it, compare.",
        "A change can go either way: its size is the absolute value.",
        "Count the updates that were made, the last one included, and leave the loop at max_epochs in any case.",
    ],
)


@question.misconception
def cost_below_tolerance(cost, gradient, start, lr, tolerance, max_epochs):
    """You stop when the cost itself is below the tolerance. On these problems the lowest cost is above zero, as it is on any data with
    noise, so that never happens. The question asks for a small *change* of the cost."""
    w = start
    for epoch in range(1, max_epochs + 1):
        w -= lr * gradient(w)
        if cost(w) < tolerance:
            break
    return w, epoch


@question.misconception
def signed_change(cost, gradient, start, lr, tolerance, max_epochs):
    """You compare the change with its sign: when the cost *rises*, old minus new is negative and counts as small, so a diverging run stops as
    if it had converged. Take the absolute value."""
    w, before = start, cost(start)
    for epoch in range(1, max_epochs + 1):
        w -= lr * gradient(w)
        if before - cost(w) < tolerance:
            break
        before = cost(w)
    return w, epoch


@question.misconception
def change_since_the_start(cost, gradient, start, lr, tolerance, max_epochs):
    """You compare each cost with the cost of the start; compare it with the one before the last update."""
    w, before = start, cost(start)
    for epoch in range(1, max_epochs + 1):
        w -= lr * gradient(w)
        if abs(before - cost(w)) < tolerance:
            break
    return w, epoch


@question.misconception
def change_of_the_parameter(cost, gradient, start, lr, tolerance, max_epochs):
    """You stop when w changes little; the question asks for the change of the cost."""
    w = start
    for epoch in range(1, max_epochs + 1):
        step = lr * gradient(w)
        w -= step
        if abs(step) < tolerance:
            break
    return w, epoch


@question.misconception
def small_gradient(cost, gradient, start, lr, tolerance, max_epochs):
    """You stop when the gradient is small; the question asks for the change of the cost."""
    w = start
    for epoch in range(1, max_epochs + 1):
        w -= lr * gradient(w)
        if abs(gradient(w)) < tolerance:
            break
    return w, epoch


@question.misconception
def last_update_not_counted(cost, gradient, start, lr, tolerance, max_epochs):
    """Your number of epochs is one too small when the run stops early: the update that changed the cost too little was made, so it counts."""
    w, before = start, cost(start)
    for epoch in range(max_epochs):
        w -= lr * gradient(w)
        if abs(before - cost(w)) < tolerance:
            return w, epoch
        before = cost(w)
    return w, max_epochs


@question.misconception
def counted_from_zero(cost, gradient, start, lr, tolerance, max_epochs):
    """Your number of epochs is one too small: the loop variable of range counts from 0, the updates from 1."""
    w, before = start, cost(start)
    for epoch in range(max_epochs):
        w -= lr * gradient(w)
        if abs(before - cost(w)) < tolerance:
            break
        before = cost(w)
    return w, epoch


@question.misconception
def last_update_undone(cost, gradient, start, lr, tolerance, max_epochs):
    """You return the point before the last update. The update was made: return where it led."""
    w, before = start, cost(start)
    for epoch in range(1, max_epochs + 1):
        new = w - lr * gradient(w)
        if abs(before - cost(new)) < tolerance:
            return w, epoch
        w, before = new, cost(new)
    return w, epoch


@question.misconception
def never_stops_early(cost, gradient, start, lr, tolerance, max_epochs):
    """Your run always goes on to max_epochs: the test on the change of the cost is missing or never true."""
    w = start
    for _ in range(max_epochs):
        w -= lr * gradient(w)
    return w, max_epochs
