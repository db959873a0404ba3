"""A complete run: a line fitted by torch, from arrays to a prediction."""

from __future__ import annotations

import numpy as np

from course_lib.checks.declaration import Case, Question
from course_lib.checks.mutating import mistakes_in
from course_lib.driving.torch_loops import drive_complete


def draw(rng: np.random.Generator) -> list[Case]:
    cases = []
    for n, epochs in ((12, 5), (3, 2), (20, 4)):
        x = 10 * rng.normal(size=n)
        y = rng.uniform(1, 3) * x + rng.uniform(0.5, 2) + 2 * rng.normal(size=n)
        cases.append({"x": x, "y": y, "lr": float(rng.uniform(5e-4, 1.5e-3)), "epochs": epochs})
    return cases


def fit_line(x, y, lr, epochs):
    import torch

    X = torch.tensor(x, dtype=torch.float32).reshape(-1, 1)
    y = torch.tensor(y, dtype=torch.float32).reshape(-1, 1)
    model = torch.nn.Linear(1, 1)
    torch.nn.init.zeros_(model.weight)
    torch.nn.init.zeros_(model.bias)
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    losses = []
    for epoch in range(epochs):
        optimizer.zero_grad()
        loss = torch.nn.functional.mse_loss(model(X), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    prediction = model(torch.tensor([[10.0]])).item()
    return model.weight.item(), model.bias.item(), losses, prediction


question = Question(
    cases=draw,
    reference=fit_line,
    observe=drive_complete,
    forbidden=(),
    reading="torch-optim#a-complete-example",
    # float32, torch's default, serves as well as float64
    rtol=2e-4,
    atol=1e-5,
    hints=[
        "nn.Linear(1, 1) takes an array of shape (n, 1) and gives one of shape (n, 1). What shape must y have, then?",
        "NumPy gives float64, nn.Linear has float32: choose one, with dtype=torch.float32 or with .double().",
        "torch.nn.init.zeros_(model.weight) sets the weight to zero. Then the loop of question 1.",
    ],
)

mistake = mistakes_in(fit_line, question)
TARGET = "y = torch.tensor(y, dtype=torch.float32).reshape(-1, 1)"
mistake(
    "shapes_broadcast",
    "Your predictions have shape (n, 1) and your targets (n,). The loss then compares every prediction with every target, an "
    "(n, n) table, and torch only warns.",
    (TARGET, TARGET.replace(".reshape(-1, 1)", "")),
)
mistake(
    "zero_grad_missing",
    "Your gradients are never cleared, so each step goes along the sum of all gradients so far.",
    ("        optimizer.zero_grad()\n", ""),
)
mistake(
    "one_step_for_each_example",
    "You make a step for every example. Here an epoch is one step on all of them.",
    ("        losses.append(loss.item())\n", ""),
    (
        "        optimizer.zero_grad()\n        loss = ",
        "        losses.append(torch.nn.functional.mse_loss(model(X), y).item())\n"
        "        for row, target in zip(X, y):\n"
        "            optimizer.zero_grad()\n"
        "            loss = ",
    ),
    (
        "mse_loss(model(X), y)\n        loss.backward()\n        optimizer.step()",
        "mse_loss(model(row), target)\n            loss.backward()\n            optimizer.step()",
    ),
)
mistake(
    "without_a_bias",
    "Your bias stays zero. nn.Linear(1, 1) has one, and it is trained along with the weight.",
    ("optimizer = torch.optim.SGD(model.parameters(), lr=lr)", "optimizer = torch.optim.SGD([model.weight], lr=lr)"),
)
mistake(
    "sum_of_the_squares",
    "Your loss is the sum of the squared errors; the mean squared error is their mean.",
    ("mse_loss(model(X), y)", "mse_loss(model(X), y, reduction='sum')"),
)
mistake(
    "loss_after_the_step",
    "Your losses are those after each step. Asked is the loss that the step was made from, so that the first is the loss of the "
    "untrained line.",
    ("losses.append(loss.item())", "losses.append(torch.nn.functional.mse_loss(model(X), y).item())"),
)
mistake(
    "losses_are_tensors",
    "Your losses are tensors, which hold on to their graphs. Take the numbers out with .item().",
    ("losses.append(loss.item())", "losses.append(loss)"),
)
mistake(
    "momentum_added",
    "Your SGD has momentum. Asked is SGD with its learning rate alone.",
    ("lr=lr)", "lr=lr, momentum=0.9)"),
)
WEIGHT, BIAS = "    torch.nn.init.zeros_(model.weight)\n", "    torch.nn.init.zeros_(model.bias)\n"
mistake(
    "random_start",
    "Your weight and bias begin at the random values that nn.Linear draws. Set both to zero before you train, so that everyone gets "
    "the same numbers.",
    (WEIGHT, ""),
    (BIAS, ""),
)
mistake(
    "random_bias",
    "Your bias begins at the random value that nn.Linear draws. Set both to zero before you train, the weight and the bias.",
    (BIAS, ""),
)
mistake(
    "random_weight",
    "Your weight begins at the random value that nn.Linear draws. Set both to zero before you train, the weight and the bias.",
    (WEIGHT, ""),
)
mistake(
    "prediction_before_the_training",
    "Your prediction is that of the untrained line.",
    ("    losses = []\n", "    losses = []\n    prediction = model(torch.tensor([[10.0]])).item()\n"),
    ("    prediction = model(torch.tensor([[10.0]])).item()\n    return", "    return"),
)
mistake(
    "prediction_without_the_bias",
    "Your prediction leaves the bias out. Call the model instead of multiplying yourself.",
    ("prediction = model(torch.tensor([[10.0]])).item()", "prediction = 10 * model.weight.item()"),
)
mistake(
    "inputs_and_targets_swapped",
    "You predict x from y.",
    ("mse_loss(model(X), y)", "mse_loss(model(y), X)"),
)


def by_hand(x, y, lr, epochs):
    import torch

    x, y = torch.tensor(x), torch.tensor(y)
    w, b = (torch.zeros(1, dtype=torch.float64, requires_grad=True) for _ in range(2))
    losses = []
    for epoch in range(epochs):
        loss = ((w * x + b - y) ** 2).mean()
        loss.backward()
        losses.append(loss.item())
        with torch.no_grad():
            w -= lr * w.grad
            b -= lr * b.grad
        w.grad.zero_()
        b.grad.zero_()
    return w.item(), b.item(), losses, (10 * w + b).item()


by_hand_mistake = mistakes_in(by_hand, question)
IN_PLACE = "        with torch.no_grad():\n            w -= lr * w.grad\n            b -= lr * b.grad\n"
NEW, CLEARED = "        w = w - lr * w.grad\n        b = b - lr * b.grad\n", "        w.grad.zero_()\n        b.grad.zero_()\n"
RECORDED = (
    "w = w - lr * w.grad makes a new tensor, and torch records how it was computed: it is no parameter any more, so backward leaves its "
    "grad at None. Let an optimizer make the step, or change w in place inside torch.no_grad()."
)
by_hand_mistake("update_recorded", RECORDED, (IN_PLACE, NEW), (CLEARED, ""))
by_hand_mistake("update_recorded_then_cleared", RECORDED, (IN_PLACE, NEW))
by_hand_mistake(
    "update_that_forgets_to_require_gradients",
    "Inside torch.no_grad(), w = w - lr * w.grad makes a new tensor that requires no gradient, so the next backward finds nothing to "
    "do. Let an optimizer make the step, or change w in place with w -= ...",
    (IN_PLACE, IN_PLACE.replace("w -= lr", "w = w - lr").replace("b -= lr", "b = b - lr")),
    (CLEARED, ""),
)
by_hand_mistake(
    "update_of_a_leaf_in_place",
    "w -= lr * w.grad is itself a computation on a parameter, which torch does not let you record. Let an optimizer make the step, or "
    "put it inside torch.no_grad().",
    (IN_PLACE, IN_PLACE.replace("with torch.no_grad()", "if True")),
)
