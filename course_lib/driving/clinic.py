"""What the clinic hands out: runs and listings to look at, a loss and a step to work with, and the benches that answers are tried on.

Nothing here tells what is wrong with a patient.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from course_lib.driving.calls import Case
from course_lib.driving.functions import Array, LeastSquaresGradient


@dataclass(frozen=True, eq=False)
class Run:
    """The losses that a training run recorded, one an update, and the least loss that any line has on its data."""

    losses: Array
    least: float
    shown: ClassVar[str] = "a run"


@dataclass(frozen=True)
class Listing:
    """The code of a training function."""

    text: str
    shown: ClassVar[str] = "a listing"


@dataclass(frozen=True, eq=False)
class ExampleLoss:
    """(xᵢ·w - yᵢ)², the loss of example i; an IndexError where there is none of that number."""

    X: Array
    y: Array
    shown: ClassVar[str] = "a function loss(i, w), of example i"

    def __call__(self, i: int, w: Array) -> float:
        return float((self.X[_existing(i, len(self.y))] @ w - self.y[i]) ** 2)


@dataclass(frozen=True, eq=False)
class ExampleGradient:
    """2 (xᵢ·w - yᵢ) xᵢ, the gradient of example i; an IndexError where there is none of that number."""

    X: Array
    y: Array
    shown: ClassVar[str] = "a function gradient(i, w), of example i"

    def __call__(self, i: int, w: Array) -> Array:
        return 2 * (self.X[_existing(i, len(self.y))] @ w - self.y[i]) * self.X[i]


@dataclass(frozen=True, eq=False)
class BatchGradient:
    """The mean gradient over the examples of a batch; an IndexError where there is none of a number."""

    X: Array
    y: Array
    shown: ClassVar[str] = "a function gradient(w, batch), the mean gradient over the examples of a batch"

    def __call__(self, w: Array, batch: Any) -> Array:
        return LeastSquaresGradient(self.X, self.y)(w, np.array([_existing(int(i), len(self.y)) for i in batch]))


def _existing(i: int, n: int) -> int:
    if not 0 <= i < n:
        raise IndexError(f"there is no example {i}: the {n} examples have the numbers 0 to {n - 1}")
    return i


@dataclass(frozen=True, eq=False)
class StepTowards:
    """Moves w by a part of its way to a target, in place."""

    target: Array
    rate: float
    shown: ClassVar[str] = "a function step(w) that trains for an epoch and changes the array w in place"

    def __call__(self, w: Array) -> None:
        w += self.rate * (self.target - w)


@dataclass(frozen=True, eq=False)
class LossAlongAPath:
    """The loss that belongs to the point of the path that is nearest to w."""

    path: Array
    losses: Array
    shown: ClassVar[str] = "a function validation_loss(w)"

    def __call__(self, w: Array) -> float:
        return float(self.losses[np.argmin([np.sum((w - point) ** 2) for point in self.path])])


def observe_fit(answer: Callable, case: Case) -> dict[str, Any]:
    """Where a training loop ends, what it records, and what it records where nothing moves.

    The tensors and the optimizer are those of `course_lib`, as the notebook says; they are imported when they are used.
    """
    from course_lib.autodiff import Tensor, mse_loss
    from course_lib.optim import SGD

    def run(lr: float) -> tuple[dict, Array]:
        w: Any = Tensor(np.zeros(2), requires_grad=True)

        def loss_of(batch: list[int]) -> Tensor:
            return mse_loss(Tensor(case["X"][batch]) @ w, case["y"][batch])

        losses = answer(loss_of, SGD([w], lr=lr, momentum=0.5), case["batches"], case["epochs"])
        kept = isinstance(losses, (list, tuple)) and any(isinstance(loss, Tensor) for loss in losses)
        record = {
            "losses": [loss.item() if isinstance(loss, Tensor) else loss for loss in losses] if kept else losses,
            "each loss": "a tensor that holds on to its whole computation" if kept else "a number",
        }
        return record, w.data

    record, end = run(case["lr"])
    # where w stays, a record is right whatever is wrong with the steps
    return {"w at the end": end, "the losses where lr is 0": run(0.0)[0], "the losses": record}


def observe_keep_best(answer: Callable, case: Case) -> Any:
    """What a training run keeps."""
    # training changes w in place, as an optimizer does: that is no fault of the answer
    return answer(case["w"].copy(), case["step"], case["validation_loss"], case["epochs"])


class Workbench:
    """Updates and evaluations that take the time a case says, on a clock of its own."""

    def __init__(self, case: Case) -> None:
        self.case, self.now, self.updates = case, 100.0, 0

    def clock(self) -> float:
        return self.now

    def update(self) -> None:
        self.now += self.case["update_seconds"][self.updates]
        self.updates += 1

    def evaluate(self) -> float:
        self.now += self.case["evaluation_seconds"][self.updates]
        return float(self.case["losses"][self.updates])


def observe_timing(answer: Callable, case: Case) -> Any:
    """What a run records of its times, on a clock that is not the wall's."""
    bench = Workbench(case)
    return answer(bench.update, bench.evaluate, bench.clock, len(case["update_seconds"]), case["every"])
