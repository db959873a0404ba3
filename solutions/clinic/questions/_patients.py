"""Training runs with one thing wrong: what the clinic shows, as curves of the loss and as code.

A patient has a number. It decides what is wrong and which data the run is made on, so that every student has patients of their own.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from course_lib.checks.declaration import Case
from course_lib.checks.mutating import edited
from course_lib.driving.clinic import Listing, Run

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


def _with(*edits: tuple[str, str]) -> Callable:
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


@dataclass(frozen=True)
class OnPaper:
    """A patient of whom the code is seen."""

    number: int

    @property
    def diagnosis(self) -> str:
        """What is wrong: one of the keys of `CODE`."""
        return _drawn(self.number, CODE)

    @property
    def seen(self) -> Listing:
        """The code of the training function."""
        function = CODE[self.diagnosis]
        source = getattr(function, "source", None) or inspect.getsource(function)
        return Listing(source.replace(f"def {function.__name__}(", "def train(").strip())


@dataclass(frozen=True)
class OnScreen:
    """A patient of whom the curve of the loss is seen."""

    number: int

    @property
    def diagnosis(self) -> str:
        """What is wrong: one of the keys of `CURVES`."""
        return _drawn(self.number, CURVES)

    @property
    def seen(self) -> Run:
        """The losses that the run recorded."""
        run, (low, high) = CURVES[self.diagnosis]
        rng = np.random.default_rng(self.number)
        x = np.sort(rng.uniform(-1.7, 1.7, 40))
        slope, intercept, bend = rng.choice([-1, 1], 3) * rng.uniform([1, 2, 0.5], [2, 3, 0.8])
        # bent a little, so that one end of the data pulls the line another way than the other
        y = slope * x + intercept + bend * x**2 + rng.normal(0, 0.3, 40)
        with np.errstate(all="ignore"):
            losses = run(x, y, rng.uniform(low, high), 4, 20, rng)
        return Run(np.array(losses), float(np.mean((np.polyval(np.polyfit(x, y, 1), x) - y) ** 2)))

    def stands_out(self) -> bool:
        """Whether a run on one batch has come to rest, so far up that it can be told from a good one: a batch may be a good
        sample."""
        if self.diagnosis != "same batch again":
            return True
        losses, least = self.seen.losses, self.seen.least
        return bool(losses[-1] > 1.4 * least and abs(losses[-1] - losses[-40]) < 0.02 * least)


Patient = OnPaper | OnScreen


def _drawn(number: int, among: dict) -> str:
    return list(among)[int(np.random.default_rng([number, len(among)]).integers(len(among)))]


def admit(
    rng: np.random.Generator, faults: Sequence[str], kind: type[Patient], clear: Callable[[Patient], bool] = lambda patient: True
) -> Case:
    """A patient for each of the faults, under letters in random order."""
    patients = []
    for fault in faults:
        patient = kind(int(rng.integers(10_000, 100_000)))
        while patient.diagnosis != fault or not clear(patient):
            patient = kind(int(rng.integers(10_000, 100_000)))
        patients.append(patient)
    return {letter: patients[i] for letter, i in zip("ABCDEF", rng.permutation(len(faults)), strict=False)}


def seen(patients: Case) -> Case:
    """What is seen of the patients, by letter."""
    return {letter: patient.seen for letter, patient in patients.items()}


def diagnoses(**patients: Patient) -> dict[str, str]:
    """What is wrong with each patient, by letter."""
    return {letter: patient.diagnosis for letter, patient in patients.items()}
