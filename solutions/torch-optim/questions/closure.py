"""Training with L-BFGS, which asks for the loss itself: a closure."""

from __future__ import annotations

import numpy as np

from course_lib.checks.declaration import Case, Question
from course_lib.checks.mutating import mistakes_in
from course_lib.driving.torch_loops import drive_closure

from ._examples import data, weights


def draw(rng: np.random.Generator) -> list[Case]:
    cases = []
    for n, d, steps in ((6, 1, 2), (8, 2, 3), (5, 2, 1)):
        X, y = data(rng, n, d)
        cases.append({"weights": weights(rng, d, 2, 1), "X": X, "y": y, "lr": float(rng.uniform(0.1, 0.4)), "steps": steps})
    return cases


def train_with_lbfgs(model, loss_fn, X, y, lr, steps):
    import torch

    optimizer = torch.optim.LBFGS(model.parameters(), lr=lr, max_iter=5)

    def closure():
        optimizer.zero_grad()
        loss = loss_fn(model(X), y)
        loss.backward()
        return loss

    losses = []
    for step in range(steps):
        loss = optimizer.step(closure)
        losses.append(loss.item())
    return losses


question = Question(
    cases=draw,
    reference=train_with_lbfgs,
    observe=drive_closure,
    forbidden=(),
    reading="torch-optim#closures",
    rtol=1e-6,
    hints=[
        "A closure is a function without arguments that the optimizer may call as often as it likes. What must happen at each "
        "call?",
        "Three of the four steps of the usual loop go into it: all but step. It returns the loss.",
        "step(closure) is given the function itself, not what it returns, and returns the loss of the closure's first call.",
    ],
)

mistake = mistakes_in(train_with_lbfgs, question)
mistake(
    "step_without_closure",
    "You call step() as with the other optimizers. L-BFGS evaluates the loss at several points in one step, so it needs a "
    "function that does it: step(closure).",
    ("        loss = optimizer.step(closure)", "        loss = closure()\n        optimizer.step()"),
)
mistake(
    "closure_without_loss",
    "Your closure returns nothing. The optimizer needs the loss it has computed.",
    ("        return loss\n", ""),
)
mistake(
    "zero_grad_missing",
    "Your closure does not clear the gradients, or they are cleared outside of it, once a step. The closure is called several "
    "times in a step, and backward adds up.",
    ("        optimizer.zero_grad()\n", ""),
    ("        loss = optimizer.step(closure)", "        optimizer.zero_grad()\n        loss = optimizer.step(closure)"),
)
mistake(
    "zero_grad_nowhere",
    "The gradients are never cleared, so those of all evaluations add up. Clear them in the closure.",
    ("        optimizer.zero_grad()\n", ""),
)
mistake(
    "backward_missing",
    "Your closure computes the loss, but no gradients, so the optimizer has nothing to go by.",
    ("        loss.backward()\n", ""),
)
mistake(
    "loss_computed_outside",
    "You compute the loss outside of the closure. It must be computed anew at each call, where the parameters then are.",
    ("        loss = loss_fn(model(X), y)\n        loss.backward()", "        loss = outside\n        loss.backward()"),
    ("    for step in range(steps):\n", "    for step in range(steps):\n        outside = loss_fn(model(X), y)\n"),
)
mistake(
    "history_forgotten",
    "You create the optimizer in every step. L-BFGS learns the curvature from the steps before, and a new one knows nothing of "
    "them.",
    (
        "    for step in range(steps):\n",
        "    for step in range(steps):\n        optimizer = torch.optim.LBFGS(model.parameters(), lr=lr, max_iter=5)\n",
    ),
)
mistake(
    "iterations_left_at_their_default",
    "Your optimizer makes up to 20 iterations in a step, the default; asked are 5.",
    (", max_iter=5", ""),
)
mistake("rate_left_at_its_default", "Your optimizer uses its default learning rate, 1.", ("lr=lr, ", ""))
mistake(
    "losses_are_tensors",
    "Your losses are tensors. step returns what the closure returned; take the numbers out with .item().",
    ("loss.item()", "loss"),
)
mistake(
    "loss_after_the_step",
    "Your losses are those after each step. step returns the loss at its beginning, which is asked for.",
    ("losses.append(loss.item())", "losses.append(loss_fn(model(X), y).item())"),
)
