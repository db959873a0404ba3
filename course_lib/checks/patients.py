"""Training runs with one thing wrong: what the clinic shows, as curves of the loss and as code.

A patient is a number. It decides what is wrong and which data the run is made on, so that every student has patients of their own.
"""

from __future__ import annotations

import inspect

import numpy as np

from course_lib.checks.mutating import edited
from course_lib.validation import Array

HEALTHY = "healthy"


# what a notebook shows has no docstring to give it away
def train(x, y, lr, batch_size, epochs, rng):
    w, b = 0.0, 0.0
    losses = []
    for epoch in range(epochs):
        order = rng.permutation(len(x))
        for start in range(0, len(x), batch_size):
            batch = order[start : start + batch_size]
            error = w * x[batch] + b - y[batch]
            dw = 2 * np.mean(error * x[batch])
            db = 2 * np.mean(error)
            w, b = w - lr * dw, b - lr * db
            losses.append(np.mean((w * x + b - y) ** 2))
    return losses


def one_update_an_epoch(x, y, lr, batch_size, epochs, rng):
    w, b = 0.0, 0.0
    losses = []
    for epoch in range(epochs):
        batch = rng.choice(len(x), batch_size, replace=False)
        error = w * x[batch] + b - y[batch]
        dw = 2 * np.mean(error * x[batch])
        db = 2 * np.mean(error)
        w, b = w - lr * dw, b - lr * db
        losses.append(np.mean((w * x + b - y) ** 2))
    return losses


def an_update_for_each_example(x, y, lr, batch_size, epochs, rng):
    w, b = 0.0, 0.0
    losses = []
    for epoch in range(epochs):
        order = rng.permutation(len(x))
        for start in range(0, len(x), batch_size):
            for i in order[start : start + batch_size]:
                error = w * x[i] + b - y[i]
                dw = 2 * error * x[i]
                db = 2 * error
                w, b = w - lr * dw, b - lr * db
            losses.append(np.mean((w * x + b - y) ** 2))
    return losses


def _with(*edits: tuple[str, str]):
    return edited(train, "train", "", *edits)


CODE = {
    HEALTHY: train,
    "gradients add up": _with(
        ("w, b = 0.0, 0.0", "w, b, dw, db = 0.0, 0.0, 0.0, 0.0"),
        ("dw = 2", "dw += 2"),
        ("db = 2", "db += 2"),
    ),
    "same batch again": _with(
        ("losses = []", "losses, drawn = [], []"),
        (
            "batch = order[start : start + batch_size]",
            "drawn.extend(order[start : start + batch_size])\n            batch = drawn[:batch_size]",
        ),
    ),
    "one update an epoch": one_update_an_epoch,
    "not shuffled": _with(("rng.permutation(len(x))", "np.arange(len(x))")),
    "drawn with replacement": _with(("rng.permutation(len(x))", "rng.integers(len(x), size=len(x))")),
    "all examples in every update": _with(("w * x[batch] + b - y[batch]", "w * x + b - y"), ("error * x[batch]", "error * x")),
    "an update for each example": an_update_for_each_example,
    "last batch left out": _with(("range(0, len(x), batch_size)", "range(0, len(x) - batch_size + 1, batch_size)")),
    "last batch divided wrongly": _with(
        ("np.mean(error * x[batch])", "np.sum(error * x[batch]) / batch_size"),
        ("np.mean(error)", "np.sum(error) / batch_size"),
    ),
    "loss of the batch": _with(("np.mean((w * x + b - y) ** 2)", "np.mean(error**2)")),
    "stops on one example": _with(
        ("b - y) ** 2))", "b - y) ** 2))\n            if error[0] ** 2 < 1e-7:\n                return losses")
    ),
}

# what is wrong, as the loss shows it: the code that runs, and the range its learning rate is drawn from
CURVES = {
    HEALTHY: (train, (0.08, 0.12)),
    "rate too large": (train, (1.1, 1.2)),
    "rate too small": (train, (0.0015, 0.0025)),
    "gradients add up": (CODE["gradients add up"], (0.008, 0.012)),
    "same batch again": (CODE["same batch again"], (0.08, 0.12)),
    "not shuffled": (CODE["not shuffled"], (0.08, 0.12)),
    "loss of the batch": (CODE["loss of the batch"], (0.04, 0.06)),
}


def diagnosis(patient: int, among: dict) -> str:
    """What is wrong with a patient: one of the keys of `among`, which is `CODE` or `CURVES`."""
    return list(among)[int(np.random.default_rng([int(patient), len(among)]).integers(len(among)))]


def curve(patient: int) -> tuple[Array, float]:
    """The losses that a patient's run recorded, one an update, and the least loss that any line has on its data."""
    run, (low, high) = CURVES[diagnosis(patient, CURVES)]
    rng = np.random.default_rng(int(patient))
    x = np.sort(rng.uniform(-1.7, 1.7, 40))
    slope, intercept, bend = rng.choice([-1, 1], 3) * rng.uniform([1, 2, 0.5], [2, 3, 0.8])
    # bent a little, so that one end of the data pulls the line another way than the other
    y = slope * x + intercept + bend * x**2 + rng.normal(0, 0.3, 40)
    with np.errstate(all="ignore"):
        losses = run(x, y, rng.uniform(low, high), 4, 20, rng)
    return np.array(losses), float(np.mean((np.polyval(np.polyfit(x, y, 1), x) - y) ** 2))


def listing(patient: int) -> str:
    """The code of a patient's training function."""
    function = CODE[diagnosis(patient, CODE)]
    source = getattr(function, "source", None) or inspect.getsource(function)
    return source.replace(f"def {function.__name__}(", "def train(").strip()
