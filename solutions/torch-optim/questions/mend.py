"""A training loop over batches with four faults, to be mended."""

from __future__ import annotations

import itertools

import numpy as np

from course_lib.checks.declaration import Case, Question
from course_lib.checks.mutating import mistakes_in
from course_lib.driving.torch_loops import drive_mend

from ._examples import data, weights


def draw(rng: np.random.Generator) -> list[Case]:
    cases = []
    for sizes, d, epochs in (([2, 2, 1], 1, 2), ([3, 3, 3, 2], 2, 3), ([4, 1], 3, 4)):
        batches = [data(rng, n, d) for n in sizes]
        cases.append(
            {"weights": weights(rng, d, 3, 1), "batches": batches, "lr": float(rng.uniform(0.01, 0.04)), "epochs": epochs}
        )
    return cases


def train_on_batches(model, loss_fn, batches, lr, epochs):
    import torch

    optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=0.9)
    history = []
    for epoch in range(epochs):
        total, count = 0.0, 0
        for X, y in batches:
            optimizer.zero_grad()
            loss = loss_fn(model(X), y)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(y)
            count += len(y)
        history.append(total / count)
    return history


question = Question(
    cases=draw,
    reference=train_on_batches,
    observe=drive_mend,
    parts=True,
    forbidden=(),
    reading="torch-optim#what-each-step-is-for",
    hints=[
        "Follow one weight through two batches: which gradients does the second step use?",
        "What does the optimizer remember from one epoch to the next, and where is it created?",
        "Each loss is the mean over its batch, and the last batch is smaller. What does the mean over all examples weigh them "
        "by?",
    ],
)

FAULTS: dict[str, tuple[str, list[tuple[str, str]]]] = {
    "gradients_not_cleared": (
        "the gradients of all batches so far add up",
        [("            optimizer.zero_grad()\n", "")],
    ),
    "optimizer_made_anew_each_epoch": (
        "the optimizer is created in every epoch, so its momentum begins from nothing each time",
        [
            (
                "    for epoch in range(epochs):\n",
                "    for epoch in range(epochs):\n        optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=0.9)\n",
            )
        ],
    ),
    "total_is_a_tensor": (
        "the total is a tensor that holds on to the graphs of the whole epoch",
        [("loss.item()", "loss")],
    ),
    "batches_count_alike": (
        "the mean counts every batch alike, though the last one is smaller",
        [(" * len(y)\n", "\n"), ("total / count", "total / len(batches)")],
    ),
}

mistake = mistakes_in(train_on_batches, question)

for left in range(1, len(FAULTS) + 1):
    for names in itertools.combinations(FAULTS, left):
        count = {
            1: "One of the four faults is left",
            2: "Two of the four faults are left",
            3: "Three of the four faults are left",
            4: "All four faults are left",
        }
        mistake(
            "_and_".join(names),
            f"{count[left]}: {'; and '.join(FAULTS[name][0] for name in names)}.",
            *(edit for name in names for edit in FAULTS[name][1]),
        )
mistake(
    "gradients_cleared_once_an_epoch",
    "You clear the gradients once an epoch, so within it those of all batches so far add up.",
    ("            optimizer.zero_grad()\n", ""),
    ("        total, count = 0.0, 0\n", "        total, count = 0.0, 0\n        optimizer.zero_grad()\n"),
)
mistake(
    "one_step_an_epoch",
    "You make one step an epoch: step stands after the loop over the batches. Every batch is a step.",
    ("            optimizer.zero_grad()\n", ""),
    ("            optimizer.step()\n", ""),
    ("        total, count = 0.0, 0\n", "        total, count = 0.0, 0\n        optimizer.zero_grad()\n"),
    ("        history.append", "        optimizer.step()\n        history.append"),
)
mistake(
    "loss_of_the_last_batch",
    "Your history holds the loss of the last batch of each epoch. Asked is the mean over all examples of the epoch.",
    ("total / count", "loss.item()"),
)
mistake(
    "sum_of_the_losses",
    "Your history holds sums. The mean over the examples does not grow with their number.",
    ("total / count", "total"),
)
mistake(
    "total_over_all_epochs",
    "Your total goes on from epoch to epoch. It begins from zero in each.",
    ("        total, count = 0.0, 0\n", ""),
    ("    history = []\n", "    history = []\n    total, count = 0.0, 0\n"),
)
mistake(
    "smaller_batch_dropped",
    "You leave the last, smaller batch out.",
    ("for X, y in batches:", "for X, y in batches[:-1]:"),
)
