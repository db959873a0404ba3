"""A network trained on digits within a budget."""

from __future__ import annotations

from contextlib import suppress
from functools import cache

import numpy as np

from course_lib.checks.declaration import Case, Question
from course_lib.checks.properties import trained_networks
from course_lib.validation import Array

from ._lacking import lacks_of, network, standardized

# three passes are just not there: a run that counts epochs ends within one
TRAINING, BUDGET, TARGET, RUNS = 1200, 3500, 0.93, 3

HIDDEN, CLASSES = 32, 10


@cache
def pictures() -> tuple[Array, np.ndarray]:
    """The digits that ship with scikit-learn: 1797 pictures of 8 by 8 pixels, and what they show."""
    from sklearn.datasets import load_digits

    return load_digits(return_X_y=True)


class Task:
    """A network to be trained on a fresh split of the digits: it answers questions for its gradient, and knows its accuracy."""

    def __init__(self, rng: np.random.Generator) -> None:
        x, y = pictures()
        order = rng.permutation(len(x))
        train, test = order[:TRAINING], order[TRAINING:]
        # stored class by class, as data often are
        train = train[np.argsort(y[train], kind="stable")]
        self.x, self.x_test, _ = standardized(x[train], x[test], x[:0])
        self.y, self.y_test = y[train], y[test]
        inputs = x.shape[1]
        self.shapes = [(inputs, HIDDEN), (HIDDEN,), (HIDDEN, CLASSES), (CLASSES,)]
        self.start = np.concatenate(
            [rng.normal(0, np.sqrt(2 / shape[0]), shape).ravel() if len(shape) == 2 else np.zeros(shape) for shape in self.shapes]
        )
        self.seed = int(rng.integers(2**32))

    def __repr__(self) -> str:
        return f"{len(self.x)} digits to train with, {len(self.x_test)} held out"

    def __deepcopy__(self, memo: dict) -> Task:
        return self  # nobody gets hold of its arrays

    def layers(self, w: Array) -> list[Array]:
        """The parameter vector cut into W1, b1, W2, b2."""
        ends = np.cumsum([np.prod(shape) for shape in self.shapes])
        return [part.reshape(shape) for part, shape in zip(np.split(w, ends[:-1].astype(int)), self.shapes)]

    def gradient(self, w: Array, batch: np.ndarray) -> Array:
        return np.concatenate([part.ravel() for part in network(self.layers(w), self.x[batch], self.y[batch])[1]])

    def loss(self, w: Array) -> float:
        return float(network(self.layers(w), self.x, self.y)[0])

    def accuracy(self, w: Array) -> float:
        """The part of the held-out digits that the network reads rightly."""
        W1, b1, W2, b2 = self.layers(w)
        return float(np.mean((np.maximum(0, self.x_test @ W1 + b1) @ W2 + b2).argmax(axis=1) == self.y_test))


class BudgetExceeded(RuntimeError):
    """A run went on so far beyond its budget that there is no point in waiting for its end."""


class Meter:
    """The gradient of a task as a run is given it; it notes what the run asks for."""

    def __init__(self, task: Task, budget: int) -> None:
        self.task, self.budget = task, budget
        self.batches: list[np.ndarray] = []
        self.evaluations = 0
        self.marks: list[float] = []
        self.points: list[Array] = []

    def __call__(self, w, batch):
        w, batch = np.asarray(w, dtype=float), np.atleast_1d(np.asarray(batch))
        if w.shape != self.task.start.shape:
            raise ValueError(f"w must be an array of shape {self.task.start.shape}, got shape {w.shape}.")
        if batch.ndim != 1 or batch.dtype.kind not in "iu" or len(batch) == 0:
            raise ValueError(f"a batch is an array of example numbers, at least one, got {batch!r:.80}")
        if batch.min() < 0 or batch.max() >= len(self.task.y):
            raise IndexError(
                f"the examples have the numbers 0 to {len(self.task.y) - 1}, the batch holds {batch.min()} to {batch.max()}."
            )
        if self.evaluations >= len(self.points) * self.budget / 4:
            self.points.append(w.copy())
        self.batches.append(batch)
        self.evaluations += len(batch)
        if self.evaluations > 3 * self.budget:
            raise BudgetExceeded(f"{self.evaluations} gradient evaluations, the budget is {self.budget}")
        with np.errstate(all="ignore"):
            return self.task.gradient(w, batch)

    def progress(self, end: Array) -> list[float]:
        """The loss on all training examples at the quarters of the budget and at the end."""
        with np.errstate(all="ignore"):
            return [self.task.loss(w) for w in [*self.points[:4], end]]


def draw(rng: np.random.Generator) -> list[Case]:
    return [{"tasks": [Task(rng) for _ in range(RUNS)], "n": TRAINING, "budget": BUDGET}]


def observe_train(answer, case: Case) -> list[dict]:
    """For each run where it ended and what it used. The accuracy is told to the student; who judges measures it again."""
    runs: list[dict] = []
    for task in case["tasks"]:
        meter = Meter(task, case["budget"])
        w = None
        with suppress(BudgetExceeded):
            w = answer(Supplied(meter), task.start.copy(), case["n"], case["budget"], np.random.default_rng(task.seed))
        known = isinstance(w, np.ndarray) and w.shape == task.start.shape
        runs.append(
            {
                "accuracy": Supplied(task.accuracy)(w) if known else None,
                "evaluations": meter.evaluations,
                "updates": len(meter.batches),
                "examples": np.concatenate(meter.batches) if meter.batches else np.array([], int),
                "training loss": Supplied(meter.progress)(w) if known else [],
                "w": w,
            }
        )
    return runs


def trained(gradient, w, n, budget, rng):
    lr, momentum, batch_size, spent = 0.06, 0.9, 16, 0
    velocity = np.zeros_like(w)
    while spent < budget:
        order = rng.permutation(n)
        for start in range(0, n, batch_size):
            batch = order[start : start + batch_size][: budget - spent]
            if len(batch) == 0:
                break
            rate = lr * (1 - spent / budget)
            velocity = momentum * velocity + gradient(w, batch)
            w = w - rate * velocity
            spent += len(batch)
    return w


question = Question(
    cases=draw,
    reference=trained,
    observe=observe_train,
    properties=[
        trained_networks.stays_within_the_budget,
        trained_networks.returns_the_parameters,
        trained_networks.stays_finite,
        trained_networks.leaves_the_start,
        trained_networks.trains_every_layer,
        trained_networks.spends_the_budget,
        trained_networks.makes_enough_updates,
        trained_networks.sees_all_examples,
        trained_networks.shuffles,
        trained_networks.comes_down,
        trained_networks.goes_on_to_the_end,
        trained_networks.goes_fast_enough,
        trained_networks.reaches_the_target,
    ],
    forbidden=("course_lib.descent", "course_lib.problems", "sklearn"),
    time_limit=60.0,
    reading="training#choosing-optimizer-and-schedule",
    hints=[
        "Begin with plain stochastic gradient descent on your own batches, and make sure that it stays within the budget.",
        "The budget is nearly three passes over the data. How many updates is that with batches of 100, of 30, of 10?",
        "Sweep the learning rate over powers of ten, then finer around the best, on splits of your own. Each optimizer has "
        "its own best rate.",
        "Large steps at the beginning, small ones at the end: let the rate fall with the part of the budget that is spent.",
    ],
)


lacks = lacks_of(question, trained)

lacks(trained_networks.returns_the_parameters, "return_forgotten", ("    return w", "    pass"))

lacks(trained_networks.returns_the_parameters, "returns_the_rate_too", ("    return w", "    return w, rate"))

lacks(
    trained_networks.stays_within_the_budget,
    "counts_updates",
    ("[: budget - spent]", ""),
    ("spent += len(batch)", "spent += 1"),
)

lacks(
    trained_networks.stays_within_the_budget,
    "ten_epochs",
    ("while spent < budget", "for _ in range(10)"),
    ("[: budget - spent]", ""),
)

lacks(trained_networks.stays_within_the_budget, "last_epoch_to_its_end", ("[: budget - spent]", ""))

lacks(trained_networks.stays_finite, "rate_a_thousand_times_too_large", ("= 0.06, 0.9, 16", "= 1e12, 0.9, 16"))

lacks(trained_networks.leaves_the_start, "update_not_kept", ("w = w - rate * velocity", "new = w - rate * velocity"))

lacks(
    trained_networks.trains_every_layer,
    "last_layer_only",
    ("gradient(w, batch)", "gradient(w, batch) * (np.arange(len(w)) >= 2080)"),
)

lacks(trained_networks.spends_the_budget, "one_epoch", ("    return w", "        return w"), ("= 0.06,", "= 0.01,"))

lacks(trained_networks.makes_enough_updates, "full_batches", ("0.9, 16, 0", "0.9, n, 0"))

lacks(trained_networks.sees_all_examples, "same_batch_again", ("order[start : start + batch_size]", "np.arange(batch_size)"))

lacks(trained_networks.shuffles, "not_shuffled", ("rng.permutation(n)", "np.arange(n)"))

lacks(trained_networks.comes_down, "ascent", ("w - rate", "w + rate"), ("= 0.06, 0.9", "= 0.001, 0.0"))

lacks(trained_networks.comes_down, "rate_too_large", ("= 0.06, 0.9", "= 10.0, 0.0"))

lacks(
    trained_networks.goes_on_to_the_end, "decays_every_update", ("lr * (1 - spent / budget)", "lr * 0.7 ** (spent / batch_size)")
)

lacks(trained_networks.goes_fast_enough, "rate_too_small", ("= 0.06,", "= 0.0006,"))

lacks(
    trained_networks.goes_fast_enough,
    "default_rate_without_momentum",
    ("= 0.06, 0.9, 16", "= 0.001, 0.0, 32"),
    (" * (1 - spent / budget)", ""),
)

lacks(
    trained_networks.comes_down, "large_steps_to_the_end", ("= 0.06, 0.9, 16", "= 0.6, 0.0, 8"), (" * (1 - spent / budget)", "")
)

lacks(trained_networks.reaches_the_target, "rate_that_rises", ("= 0.06,", "= 0.12,"), ("(1 - spent / budget)", "spent / budget"))
