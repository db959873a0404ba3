"""Mini-batch gradient descent with given batches, and its loss after each epoch."""

from __future__ import annotations

import numpy as np

from course_lib import descent
from course_lib.checks.declaration import Case, Question

from ._examples import least_squares, table, these


def draw(rng: np.random.Generator) -> list[Case]:
    cases = []
    for n, d, batch_size, epochs in ((7, 2, 3, 3), (8, 1, 4, 5), (10, 3, 4, 2), (5, 2, 2, 4)):
        X, y = table(rng, n, d)
        drawn = [list(descent.batches.shuffled(batch_size)(n, rng)) for _ in range(epochs)]
        cases.append({"w": rng.normal(size=d), "X": X, "y": y, "lr": float(rng.uniform(0.02, 0.08)), "epochs": drawn})
    return cases


def trained(w, X, y, lr, epochs):
    problem = least_squares(X, y)
    run = descent.descend(problem, w, lr=lr, epochs=len(epochs), batches=these(epochs))
    ends = np.cumsum([0, *map(len, epochs)])
    return run.params[-1], run.loss[ends]


question = Question(
    cases=draw,
    reference=trained,
    reading="mini-batch#watching-the-whole-loss",
    hints=[
        "Two loops: over the epochs, and within each over its batches. One update for each batch.",
        "The loss belongs outside the inner loop, over all rows of X. Where must it stand so that the loss of the start is in the list too?",
        "Make a new w in each update (w = w - ...), so that the array you were given stays as it was.",
    ],
)


@question.misconception
def loss_of_the_last_batch(w, X, y, lr, epochs):
    """From the second entry on, your losses are those of the last batch alone. A batch's loss goes up and down with the examples that
    happen to be in it; record the loss over all examples."""
    losses = [np.mean((X @ w - y) ** 2)]
    for epoch in epochs:
        for B in epoch:
            w = w - lr * 2 / len(B) * X[B].T @ (X[B] @ w - y[B])
        losses.append(np.mean((X[B] @ w - y[B]) ** 2))
    return w, losses


@question.misconception
def mean_of_the_batch_losses(w, X, y, lr, epochs):
    """You average the losses of the batches as they were met during the epoch, each at other weights. The question asks for the loss over
    all examples at the end of the epoch."""
    losses = [np.mean((X @ w - y) ** 2)]
    for epoch in epochs:
        seen = []
        for B in epoch:
            seen.append(np.sum((X[B] @ w - y[B]) ** 2))
            w = w - lr * 2 / len(B) * X[B].T @ (X[B] @ w - y[B])
        losses.append(np.sum(seen) / len(y))
    return w, losses


@question.misconception
def loss_after_every_update(w, X, y, lr, epochs):
    """You record the loss after every update. That costs more than the training itself; the question asks for once an epoch."""
    losses = [np.mean((X @ w - y) ** 2)]
    for epoch in epochs:
        for B in epoch:
            w = w - lr * 2 / len(B) * X[B].T @ (X[B] @ w - y[B])
            losses.append(np.mean((X @ w - y) ** 2))
    return w, losses


@question.misconception
def start_left_out(w, X, y, lr, epochs):
    """Your losses begin after the first epoch. The loss of the start belongs to them, as the first entry."""
    losses = []
    for epoch in epochs:
        for B in epoch:
            w = w - lr * 2 / len(B) * X[B].T @ (X[B] @ w - y[B])
        losses.append(np.mean((X @ w - y) ** 2))
    return w, losses


@question.misconception
def end_left_out(w, X, y, lr, epochs):
    """Your losses lack the last one, after the last epoch: you record before each epoch only."""
    losses = []
    for epoch in epochs:
        losses.append(np.mean((X @ w - y) ** 2))
        for B in epoch:
            w = w - lr * 2 / len(B) * X[B].T @ (X[B] @ w - y[B])
    return w, losses


@question.misconception
def one_update_an_epoch(w, X, y, lr, epochs):
    """You make one update an epoch. Each batch is followed by an update of its own: that is the point of cutting the data into batches."""
    losses = [np.mean((X @ w - y) ** 2)]
    for epoch in epochs:
        w = w - lr * np.mean([2 / len(B) * X[B].T @ (X[B] @ w - y[B]) for B in epoch], axis=0)
        losses.append(np.mean((X @ w - y) ** 2))
    return w, losses


@question.misconception
def stale_within_the_epoch(w, X, y, lr, epochs):
    """Within an epoch you take all gradients at the weights from before it. Each batch must see the weights that the update before has left."""
    losses = [np.mean((X @ w - y) ** 2)]
    for epoch in epochs:
        start = w
        for B in epoch:
            w = w - lr * 2 / len(B) * X[B].T @ (X[B] @ start - y[B])
        losses.append(np.mean((X @ w - y) ** 2))
    return w, losses


@question.misconception
def whole_gradient(w, X, y, lr, epochs):
    """Every update uses all examples: that is batch gradient descent, with as many updates as there are batches. Use the rows of the batch."""
    losses = [np.mean((X @ w - y) ** 2)]
    for epoch in epochs:
        for _ in epoch:
            w = w - lr * 2 / len(y) * X.T @ (X @ w - y)
        losses.append(np.mean((X @ w - y) ** 2))
    return w, losses


@question.misconception
def last_batch_divided_by_the_full_size(w, X, y, lr, epochs):
    """You divide by the full batch size also where the batch is smaller, so the last update of an epoch is too short. Divide by the size
    of the batch at hand."""
    losses, full = [np.mean((X @ w - y) ** 2)], len(epochs[0][0])
    for epoch in epochs:
        for B in epoch:
            w = w - lr * 2 / full * X[B].T @ (X[B] @ w - y[B])
        losses.append(np.mean((X @ w - y) ** 2))
    return w, losses


@question.misconception
def last_batch_left_out(w, X, y, lr, epochs):
    """You leave out the batches that are not full. Their examples are never learned from."""
    losses, full = [np.mean((X @ w - y) ** 2)], len(epochs[0][0])
    for epoch in epochs:
        for B in epoch:
            if len(B) == full:
                w = w - lr * 2 / len(B) * X[B].T @ (X[B] @ w - y[B])
        losses.append(np.mean((X @ w - y) ** 2))
    return w, losses


@question.misconception
def summed_gradient(w, X, y, lr, epochs):
    """You follow the sum over the batch; the loss is a mean, so its gradient is divided by the size of the batch."""
    losses = [np.mean((X @ w - y) ** 2)]
    for epoch in epochs:
        for B in epoch:
            w = w - lr * 2 * X[B].T @ (X[B] @ w - y[B])
        losses.append(np.mean((X @ w - y) ** 2))
    return w, losses


@question.misconception
def ascent(w, X, y, lr, epochs):
    """You walk uphill: the update subtracts the gradient."""
    losses = [np.mean((X @ w - y) ** 2)]
    for epoch in epochs:
        for B in epoch:
            w = w + lr * 2 / len(B) * X[B].T @ (X[B] @ w - y[B])
        losses.append(np.mean((X @ w - y) ** 2))
    return w, losses


@question.misconception
def missing_factor_two(w, X, y, lr, epochs):
    """The factor 2 of the derivative of the square is missing, so every step is half as long."""
    losses = [np.mean((X @ w - y) ** 2)]
    for epoch in epochs:
        for B in epoch:
            w = w - lr / len(B) * X[B].T @ (X[B] @ w - y[B])
        losses.append(np.mean((X @ w - y) ** 2))
    return w, losses


@question.misconception
def first_epoch_repeated(w, X, y, lr, epochs):
    """Every epoch of yours uses the batches of the first. Take the batches of each epoch from its own entry of `epochs`."""
    losses = [np.mean((X @ w - y) ** 2)]
    for _ in epochs:
        for B in epochs[0]:
            w = w - lr * 2 / len(B) * X[B].T @ (X[B] @ w - y[B])
        losses.append(np.mean((X @ w - y) ** 2))
    return w, losses
