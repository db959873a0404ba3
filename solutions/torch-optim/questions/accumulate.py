"""An epoch in which several small batches make one step."""

from __future__ import annotations

import numpy as np

from course_lib.checks.declaration import Case, Question
from course_lib.checks.mutating import mistakes_in
from course_lib.driving.torch_loops import drive_accumulate

from ._examples import data, weights


def draw(rng: np.random.Generator) -> list[Case]:
    cases = []
    # the last group is complete, one batch short, a single batch
    for count, k, d in ((4, 2, 1), (5, 3, 2), (7, 3, 2)):
        batches = [data(rng, 2, d) for _ in range(count)]
        lr, momentum = float(rng.uniform(0.02, 0.1)), float(rng.uniform(0.3, 0.9))
        cases.append({"weights": weights(rng, d, 3, 1), "lr": lr, "momentum": momentum, "batches": batches, "k": k})
    return cases


def train_epoch(model, loss_fn, optimizer, batches, k):
    losses = []
    for start in range(0, len(batches), k):
        group = batches[start : start + k]
        optimizer.zero_grad()
        total = 0.0
        for X, y in group:
            loss = loss_fn(model(X), y)
            (loss / len(group)).backward()
            total += loss.item()
        optimizer.step()
        losses.append(total / len(group))
    return losses


question = Question(
    cases=draw,
    reference=train_epoch,
    observe=drive_accumulate,
    forbidden=(),
    reading="torch-optim#gradient-accumulation",
    hints=[
        "That backward adds to the gradients is for once what you want. Where do zero_grad and step go?",
        "Cut the list of batches into groups first: batches[start:start + k]. The last slice may be shorter.",
        "The gradient should be the mean over the group, but backward adds up. What is to be divided, and by how many?",
    ],
)

mistake = mistakes_in(train_epoch, question)
BACKWARD = "(loss / len(group)).backward()"
mistake(
    "not_divided",
    "Your gradient is the sum over the batches of a group. The loss of a large batch is a mean, so each small loss is divided "
    "by their number before backward.",
    (BACKWARD, "loss.backward()"),
)
mistake(
    "last_group_divided_by_k",
    "In the last group, which has fewer than k batches, you divide by k all the same. Divide by as many as there are.",
    (BACKWARD, "(loss / k).backward()"),
)
mistake(
    "last_group_divided_by_k_throughout",
    "In the last group, which has fewer than k batches, you divide by k all the same, gradient and loss. Divide by as many as "
    "there are.",
    (BACKWARD, "(loss / k).backward()"),
    ("total / len(group)", "total / k"),
)
mistake(
    "last_group_dropped",
    "The batches after the last complete group make no step in your function. They make one of their own.",
    ("range(0, len(batches), k)", "range(0, len(batches) - k + 1, k)"),
)
mistake(
    "cleared_for_every_batch",
    "You clear the gradients before every batch, so only the last batch of a group counts. Clear them once a group.",
    ("        optimizer.zero_grad()\n", ""),
    ("            loss = loss_fn", "            optimizer.zero_grad()\n            loss = loss_fn"),
)
mistake(
    "never_cleared",
    "You never clear the gradients, so those of all groups before add up as well.",
    ("        optimizer.zero_grad()\n", ""),
)
mistake(
    "step_for_every_batch",
    "You make a step after every batch. The point is one step a group, with the gradients of all its batches.",
    (
        "            total += loss.item()\n        optimizer.step()",
        "            total += loss.item()\n            optimizer.step()",
    ),
)
mistake(
    "first_group_is_one_batch",
    "Your first step comes after the first batch already. With batches counted from 0, a group is complete after batch k - 1.",
    ("range(0, len(batches), k)", "range(1 - k, len(batches), k)"),
    ("batches[start : start + k]", "batches[max(start, 0) : start + k]"),
)
mistake(
    "loss_of_the_last_batch",
    "Your losses are those of the last batch of each group; asked is the mean over the group.",
    ("total / len(group)", "loss.item()"),
)
mistake("sum_of_the_losses", "Your losses are sums over the group; asked is the mean.", ("total / len(group)", "total"))
mistake(
    "losses_are_tensors",
    "Your losses are tensors, which hold on to the graphs of their group. Take the numbers out with .item().",
    ("loss.item()", "loss"),
)
mistake(
    "loss_divided_twice",
    "Your losses are divided by the size of the group twice: the loss for backward is divided already.",
    ("loss = loss_fn(model(X), y)", "loss = loss_fn(model(X), y) / len(group)"),
    (BACKWARD, "loss.backward()"),
)
