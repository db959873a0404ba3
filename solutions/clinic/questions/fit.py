"""A training loop with three faults, mended."""

from __future__ import annotations

import numpy as np

from course_lib.checks.declaration import Case, Question
from course_lib.checks.mutating import mistakes_in
from course_lib.driving.clinic import observe_fit


def draw(rng: np.random.Generator) -> list[Case]:
    cases = []
    for n, batch_size, epochs in ((7, 3, 3), (6, 2, 2), (9, 5, 2), (5, 4, 3)):
        order = rng.permutation(n)
        cases.append(
            {
                "X": rng.normal(size=(n, 2)),
                "y": rng.normal(size=n),
                "batches": [order[i : i + batch_size].tolist() for i in range(0, n, batch_size)],
                "epochs": epochs,
                "lr": float(rng.uniform(0.02, 0.08)),
            }
        )
    return cases


def fitted(loss_of, optimizer, batches, epochs):
    losses = []
    for _ in range(epochs):
        total, count = 0.0, 0
        for batch in batches:
            optimizer.zero_grad()
            loss = loss_of(batch)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(batch)
            count += len(batch)
        losses.append(total / count)
    return losses


question = Question(
    cases=draw,
    reference=fitted,
    observe=observe_fit,
    parts=True,
    reading="training#the-training-loop",
    hints=[
        "There are three faults. One sits in the update, two in the record of the loss.",
        "backward adds to what is in the gradients already. When should they be cleared?",
        "loss is a tensor that remembers how it was computed. What you want to keep is its number: loss.item().",
        "A batch of 3 and a batch of 1: with which weights do their mean losses enter the mean over the 4 examples?",
    ],
)


mistake = mistakes_in(fitted, question)

mistake(
    "gradients_add_up",
    "The gradients are never cleared. backward adds to them, so every update uses the sum of all gradients so far.",
    ("            optimizer.zero_grad()\n", ""),
)

mistake(
    "cleared_once_an_epoch",
    "You clear the gradients once an epoch, so within an epoch they add up. Clear them for every batch.",
    ("            optimizer.zero_grad()\n", ""),
    ("total, count = 0.0, 0", "total, count = 0.0, 0\n        optimizer.zero_grad()"),
)

mistake(
    "cleared_before_the_step",
    "w does not move: either there is no step, or the gradients are cleared between backward and step, so that the step finds "
    "none.",
    ("            optimizer.zero_grad()\n", ""),
    ("loss.backward()", "loss.backward()\n            optimizer.zero_grad()"),
)

mistake(
    "history_of_tensors",
    "The numbers are right, but what you return are tensors. Each holds on to the computation of its epoch, and the memory in "
    "use grows with every one. Keep numbers.",
    ("loss.item() * len(batch)", "loss * len(batch)"),
)

mistake(
    "every_batch_counts_the_same",
    "Your epoch's loss is the mean of the batches' losses. The last batch is smaller, so its examples count more than the "
    "others: weight each batch by its size.",
    ("loss.item() * len(batch)", "loss.item()"),
    ("count += len(batch)", "count += 1"),
)

mistake(
    "tensors_and_equal_weights",
    "You found the missing zero_grad. Two faults are left in the record: it keeps tensors, and it weights a small batch as "
    "much as a full one.",
    ("loss.item() * len(batch)", "loss"),
    ("count += len(batch)", "count += 1"),
)

mistake(
    "loss_of_the_last_batch",
    "Your epoch's loss is that of its last batch alone. It is the mean over all examples of the epoch.",
    ("total += loss.item() * len(batch)", "total = loss.item() * len(batch)"),
    ("count += len(batch)", "count = len(batch)"),
)

mistake(
    "sum_instead_of_mean",
    "Your epoch's loss is the sum over the examples: divide by how many there were.",
    ("total / count", "total"),
)

mistake(
    "sum_of_the_batches",
    "Your epoch's loss is the sum of the batches' losses. It is the mean over the examples.",
    ("loss.item() * len(batch)", "loss.item()"),
    ("total / count", "total"),
)

mistake(
    "divided_by_the_batches",
    "You weight the batches by their sizes, but divide by the number of batches. Divide by the number of examples.",
    ("count += len(batch)", "count += 1"),
)

mistake(
    "one_step_an_epoch",
    "You make one step an epoch. Each batch has its own: zero_grad, backward and step belong together.",
    ("            optimizer.step()\n", ""),
    ("losses.append", "optimizer.step()\n        losses.append"),
)

mistake(
    "loss_after_the_update",
    "You record each batch's loss after the update that used it. Record the loss that backward was called on: it costs "
    "nothing more.",
    ("loss.item() * len(batch)", "loss_of(batch).item() * len(batch)"),
)
