"""loop"""

from __future__ import annotations

import itertools

import pickle

import tempfile

import warnings

from collections.abc import Callable, Iterator

from contextlib import contextmanager

from pathlib import Path

from typing import Any

import numpy as np

from course_lib.checks.declaration import Case, Question

from course_lib.checks.mutating import mistakes_in

from ._shared import FORBIDDEN, data, losses, network, quiet, tensors, torch_cases, weights, weights_of


@torch_cases
def loop_cases(rng: np.random.Generator) -> list[Case]:
    cases = []
    for n, d, epochs in ((4, 1, 3), (6, 2, 1), (5, 3, 6)):
        X, y = data(rng, n, d)
        lr, momentum = float(rng.uniform(0.02, 0.1)), float(rng.choice([0.0, 0.5, 0.9]))
        cases.append({"weights": weights(rng, d, 3, 1), "lr": lr, "momentum": momentum, "X": X, "y": y, "epochs": epochs})
    return cases


def drive_loop(answer: Callable, case: Case) -> dict[str, Any]:
    """Run a training loop; if the model did not move, find out from the calls why."""
    import torch

    model = network(case["weights"])
    optimizer = torch.optim.SGD(model.parameters(), lr=case["lr"], momentum=case["momentum"])
    calls: list[str] = []
    for p in model.parameters():
        p.register_post_accumulate_grad_hook(lambda p: calls.append("backward"))
    for name in ("zero_grad", "step"):
        setattr(optimizer, name, _noting(name, getattr(optimizer, name), calls))
    before = weights_of(model)
    with quiet():
        result = answer(model, torch.nn.MSELoss(), optimizer, *tensors(case["X"], case["y"]), case["epochs"])
    after = weights_of(model)
    moved = any(not np.array_equal(after[name], before[name]) for name in after)
    return {"the model": "moved" if moved else f"never moved: {_why_nothing_moves(calls)}"} | losses(result) | after


def _noting(name: str, method: Callable, calls: list[str]) -> Callable:
    def call(*args: Any, **options: Any) -> Any:
        calls.append(name)
        return method(*args, **options)

    return call


def _why_nothing_moves(calls: list[str]) -> str:
    order = [name for name, _ in itertools.groupby(calls)]
    if "backward" not in order:
        return "backward was not called"
    if "step" not in order:
        return "step was not called"
    if order.index("step") < order.index("backward"):
        return "step was called before backward"
    if ["backward", "zero_grad", "step"] in [order[i : i + 3] for i in range(len(order))]:
        return "zero_grad was called between backward and step"
    return "the steps changed nothing"


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
    cases=loop_cases,
    reference=lambda *arguments: train(*arguments),
    observe=drive_loop,
    forbidden=FORBIDDEN,
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
