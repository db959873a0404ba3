"""Answers that train a network on digits within a budget of gradient evaluations, and the networks that they train."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from course_lib.driving.calls import Case
from course_lib.driving.kept import Kept

if TYPE_CHECKING:
    from course_lib.problems import MLP, Split

Array = np.ndarray
# the digits that ship with scikit-learn, and their classes
DIGITS, CLASSES = 1797, 10
# the loss is looked at when these parts of the budget are spent, and at the end
QUARTERS = 4


@dataclass(frozen=True)
class DigitsNetwork(Kept):
    """A network with one hidden layer, to be trained on a fresh split of the digits; it knows its accuracy on those held out.

    The training examples are stored class by class, as data often are.

    Attributes
    ----------
    seed : int
        Of the split, the start and the random numbers of the run.
    n : int
        How many digits there are to train with.
    hidden : int
        Units of the hidden layer.
    budget : int
        How many gradients of an example may be asked for.
    """

    seed: int
    n: int
    hidden: int
    budget: int
    kept = ("start", "seed_of_the_run", "gradient", "loss", "accuracy")

    @property
    def shown(self) -> str:  # type: ignore[override]
        return f"{self.n} digits to train with, {DIGITS - self.n} held out"

    @property
    def limits(self) -> Mapping[str, int]:
        return {"gradient": self.budget, "loss": QUARTERS + 1, "accuracy": 1}

    def cost(self, method: str, arguments: Sequence[Any]) -> int:
        return max(1, np.size(arguments[-1])) if method == "gradient" else 1

    @cached_property
    def split(self) -> Split:
        from course_lib.problems import digits

        split = digits(self.seed, test_fraction=1 - self.n / DIGITS)
        by_class = np.argsort(split.y, kind="stable")
        return split._replace(x=split.x[by_class], y=split.y[by_class])

    @cached_property
    def network(self) -> MLP:
        from course_lib.problems import MLP

        return MLP(self.split.x, self.split.y, hidden=[self.hidden])

    def start(self) -> Array:
        """The parameters before the training."""
        return self.network.initial(np.random.default_rng([self.seed, 1]))

    def seed_of_the_run(self) -> int:
        """What the generator is made of that a run may draw from. It tells nothing of the split."""
        return int(np.random.default_rng([self.seed, 2]).integers(2**32))

    def gradient(self, w: Array, batch: Array) -> Array:
        """The gradient of the loss over a batch of training examples."""
        w, batch = checked(w, batch, (self.network.d,), self.n)
        return self.network.gradient(w, batch)

    def loss(self, w: Array) -> float:
        """The loss over all training examples."""
        return self.network.loss(w)

    def accuracy(self, w: Array) -> float:
        """The part of the held-out digits that the network reads rightly."""
        return self.network.accuracy(w, self.split.x_test, self.split.y_test)

    def layers(self, w: Array) -> list[Array]:
        """The parameter vector cut into W₁, b₁, W₂, b₂."""
        return self.network.layers(w)


def checked(w: Any, batch: Any, shape: tuple[int, ...], n: int) -> tuple[Array, Array]:
    """What a gradient is asked for, as arrays.

    Raises
    ------
    ValueError, IndexError
        If they are not parameters of that shape and numbers of some of n examples.
    """
    w, batch = np.asarray(w, dtype=float), np.atleast_1d(np.asarray(batch))
    if w.shape != shape:
        raise ValueError(f"w must be an array of shape {shape}, got shape {w.shape}.")
    if batch.ndim != 1 or batch.dtype.kind not in "iu" or len(batch) == 0:
        raise ValueError(f"a batch is an array of example numbers, at least one, got {batch!r:.80}")
    if batch.min() < 0 or batch.max() >= n:
        raise IndexError(f"the examples have the numbers 0 to {n - 1}, the batch holds {batch.min()} to {batch.max()}.")
    return w, batch


class BudgetExceeded(RuntimeError):
    """A run went on so far beyond its budget that there is no point in waiting for its end."""


class Meter:
    """The gradient of a network as a run is given it; it notes what the run asks for.

    It is the answer's neighbor and can be tampered with; that no answer gets more gradients than the budget has is seen to by the
    `limits` of the network.
    """

    def __init__(self, network: DigitsNetwork, shape: tuple[int, ...], n: int, budget: int) -> None:
        self.network, self.shape, self.n, self.budget = network, shape, n, budget
        self.batches: list[Array] = []
        self.evaluations = 0
        self.points: list[Array] = []

    def __call__(self, w: Array, batch: Array) -> Array:
        w, batch = checked(w, batch, self.shape, self.n)
        if self.evaluations >= len(self.points) * self.budget / QUARTERS:
            self.points.append(w.copy())
        self.batches.append(batch)
        self.evaluations += len(batch)
        if self.evaluations > 3 * self.budget:
            raise BudgetExceeded(f"{self.evaluations} gradient evaluations, the budget is {self.budget}")
        if self.evaluations > self.budget:
            # the run has failed; all that is left to see is how far beyond it goes
            return np.zeros(self.shape)
        with np.errstate(all="ignore"):
            return self.network.gradient(w, batch)

    def progress(self, end: Array) -> list[float]:
        """The loss on all training examples at the quarters of the budget and at the end."""
        with np.errstate(all="ignore"):
            return [self.network.loss(w) for w in [*self.points[:QUARTERS], end]]


def train_each(answer: Callable, case: Case) -> list[dict[str, Any]]:
    """For each network where its run ended and what it used. The accuracy is told to the student; who judges measures it again."""
    runs: list[dict[str, Any]] = []
    for network in case["tasks"]:
        start = network.start()
        meter = Meter(network, start.shape, case["n"], case["budget"])
        w = None
        with suppress(BudgetExceeded):
            w = answer(meter, start.copy(), case["n"], case["budget"], np.random.default_rng(network.seed_of_the_run()))
        accuracy, losses = None, []
        if isinstance(w, np.ndarray) and w.shape == start.shape:
            with np.errstate(all="ignore"):
                accuracy, losses = network.accuracy(w), meter.progress(w)
        runs.append(
            {
                "accuracy": accuracy,
                "evaluations": meter.evaluations,
                "updates": len(meter.batches),
                "examples": np.concatenate(meter.batches) if meter.batches else np.array([], int),
                "training loss": losses,
                "w": w,
            }
        )
    return runs
