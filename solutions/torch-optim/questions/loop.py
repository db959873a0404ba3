"""The training loop: clear, forward, backward, step, and the loss of each epoch."""

from __future__ import annotations

import numpy as np

from course_lib.checks.declaration import Case, Question
from course_lib.checks.mutating import mistakes_in
from course_lib.driving.torch_loops import drive_loop

from ._examples import data, weights


def draw(rng: np.random.Generator) -> list[Case]:
    cases = []
    for n, d, epochs in ((4, 1, 3), (6, 2, 1), (5, 3, 6)):
        X, y = data(rng, n, d)
        lr, momentum = float(rng.uniform(0.02, 0.1)), float(rng.choice([0.0, 0.5, 0.9]))
        cases.append({"weights": weights(rng, d, 3, 1), "lr": lr, "momentum": momentum, "X": X, "y": y, "epochs": epochs})
    return cases


def train(model, loss_fn, optimizer, X, y, epochs):
    losses = []
    for epoch in range(epochs):
        optimizer.zero_grad()
        prediction = model(X)
        loss = loss_fn(prediction, y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


question = Question(
    cases=draw,
    reference=train,
    observe=drive_loop,
    forbidden=(),
    reading="torch-optim#the-four-steps",
    hints=[
        "Inside the loop over the epochs: prediction, loss, and the calls that turn the loss into new weights.",
        "backward adds to the gradients that are there. So they are cleared once an epoch; when must that not happen?",
        "The loss is a tensor that holds on to the whole graph; .item() takes the number out of it.",
    ],
)

mistake = mistakes_in(train, question)
mistake(
    "zero_grad_missing",
    "Your gradients are never cleared, or only once before the loop. backward adds to what is there, so each step goes along "
    "the sum of all gradients so far.",
    ("        optimizer.zero_grad()\n", ""),
)
mistake(
    "zero_grad_between_backward_and_step",
    "You clear the gradients after backward has computed them and before step can use them, so nothing ever moves.",
    ("        optimizer.zero_grad()\n", ""),
    ("loss.backward()", "loss.backward()\n        optimizer.zero_grad()"),
)
mistake(
    "step_before_backward",
    "You call step before backward, when there are no gradients yet: the model never moves. First the gradients, then the step.",
    ("loss.backward()\n        optimizer.step()", "optimizer.step()\n        loss.backward()"),
)
mistake(
    "steps_with_the_last_gradients",
    "You call step before backward, so every step uses the gradients of the epoch before, and those of the last epoch are lost.",
    ("        optimizer.zero_grad()\n", ""),
    ("loss.backward()\n        optimizer.step()", "optimizer.step()\n        optimizer.zero_grad()\n        loss.backward()"),
)
mistake(
    "step_missing",
    "The optimizer never makes a step: backward computes gradients, but does not move anything.",
    ("        optimizer.step()\n", ""),
)
mistake(
    "backward_missing",
    "No gradients are computed, so there is nothing for the optimizer to use. Which call computes them from the loss?",
    ("        loss.backward()\n", ""),
)
mistake(
    "losses_are_tensors",
    "Your losses are tensors. The values are right, but each holds on to the graph of its epoch, and the memory fills up. Take "
    "the number out with .item().",
    ("loss.item()", "loss"),
)
mistake(
    "loss_after_the_step",
    "Your losses are those after each step. Asked is the loss that the step was made from, which you have already.",
    ("losses.append(loss.item())", "losses.append(loss_fn(model(X), y).item())"),
)
mistake(
    "only_the_last_loss",
    "You return one loss; asked is a list with the loss of each epoch.",
    ("return losses", "return losses[-1]"),
)
mistake(
    "forward_only_once",
    "You compute the prediction or the loss once, before the loop. backward uses up the graph, and the weights change: compute "
    "both again in every epoch.",
    ("    for epoch", "    prediction = model(X)\n    for epoch"),
    ("        prediction = model(X)\n        loss", "        loss"),
)
mistake(
    "without_a_graph",
    "You compute the prediction inside torch.no_grad(), or detach it: then there is no graph for backward to walk. no_grad is "
    "for evaluating, not for training.",
    ("prediction = model(X)", "prediction = model(X).detach()"),
)
mistake(
    "one_epoch_too_few",
    "You make one epoch too few.",
    ("range(epochs)", "range(1, epochs)"),
)
mistake(
    "backward_twice",
    "You make two backward passes an epoch, so the gradient counts twice.",
    ("loss.backward()", "loss.backward(retain_graph=True)\n        loss.backward()"),
)
