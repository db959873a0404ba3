"""The largest rate that does not diverge, from the losses of a run that does."""

from __future__ import annotations

import numpy as np

from course_lib import descent
from course_lib.checks.declaration import Case, Question


def draw(rng: np.random.Generator) -> list[Case]:
    lr = round(float(rng.uniform(0.1, 0.9)), 2)
    growth = float(rng.uniform(1.15, 1.6))
    losses = float(rng.uniform(0.5, 3)) * growth ** (2 * np.arange(7))
    return [{"lr": lr, "losses": [float(f"{loss:.6g}") for loss in losses]}]


def limit(lr, losses):
    # |1 - lr λ| is the growth of w, whose square is that of the loss; the bracket is negative where w changes sides
    growth = np.sqrt(losses[1] / losses[0])
    return descent.learning_rate_limit(np.array([[(1 + growth) / lr]]))


question = Question(
    cases=draw,
    reference=limit,
    value=True,
    personal=True,
    # three digits: 1.00 may stand for 1.005
    rtol=5e-3,
    atol=0,
    reading="gradient-descent#the-limit-2-l",
    hints=[
        "In a bowl λ/2 w², a step multiplies w by 1 - lr·λ. By what does it multiply the loss?",
        "From two losses in a row you get the size of 1 - lr·λ. Its sign you know: w changes sides at every step.",
        "Solve for λ. At the largest rate that does not diverge, by what does a step multiply w?",
    ],
)


@question.misconception
def root_forgotten(lr, losses):
    """You used the growth of the loss as that of w. The loss is a square: when w grows by a factor, the loss grows by its
    square."""
    return 2 * lr / (1 + losses[1] / losses[0])


@question.misconception
def sign_forgotten(lr, losses):
    """You took 1 - lr·λ to be positive. Then w would move away on one side; in a run whose rate is too large, it jumps from side
    to side."""
    return 2 * lr / (1 - (losses[1] / losses[0]) ** 0.5)


@question.misconception
def sign_taken_late(lr, losses):
    """A factor 1 - lr·λ = -r gives lr·λ = 1 + r; you have r - 1."""
    return 2 * lr / ((losses[1] / losses[0]) ** 0.5 - 1)


@question.misconception
def divided_by_the_growth(lr, losses):
    """You divided the rate by the growth factor of w. What shrinks in proportion to the rate is lr·λ, not the factor 1 - lr·λ."""
    return lr / (losses[1] / losses[0]) ** 0.5


@question.misconception
def divided_by_the_growth_of_the_loss(lr, losses):
    """You divided the rate by the growth factor of the loss. Work with the factor of w, 1 - lr·λ, and solve for λ."""
    return lr / (losses[1] / losses[0])


@question.misconception
def one_over_the_curvature(lr, losses):
    """You returned the rate that reaches the minimum in one step. A larger one overshoots, but w still comes nearer: the run does not
    diverge yet."""
    return lr / (1 + (losses[1] / losses[0]) ** 0.5)


@question.misconception
def curvature(lr, losses):
    """That is the curvature λ. The question asks for the rate: at which rate does w keep its size when it changes sides?"""
    return (1 + (losses[1] / losses[0]) ** 0.5) / lr


@question.misconception
def half_the_rate(lr, losses):
    """You halved the rate. That is a sensible thing to try, but the losses tell exactly how far it has to go down."""
    return lr / 2


@question.misconception
def growth_of_the_whole_run(lr, losses):
    """You took the growth from the first loss to the last as that of one step. There are several steps between them."""
    return 2 * lr / (1 + (losses[-1] / losses[0]) ** 0.5)
