"""The record of a run: what every algorithm of the course returns and every figure is drawn from."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from course_lib.validation import Array


@dataclass(frozen=True)
class Trace:
    """What happened in one run of an iterative method.

    Row 0 of each array is the start; row k the k-th recorded moment. `T` is the number of updates, `K` the
    number of recorded moments after the start (equal to `T` unless the run recorded less often), `d` the
    number of parameters.

    Attributes
    ----------
    params : array of shape (K + 1, d)
        The parameters, each row a copy.
    loss : array of shape (K + 1,)
        The loss over *all* examples, whatever part of them an update saw.
    update : int array of shape (K + 1,)
        How many updates had been made.
    epoch : array of shape (K + 1,)
        How often the data had been gone through: gradients of examples divided by the number of examples.
    gradient_evaluations : int array of shape (K + 1,)
        How many gradients of single examples had been computed: the cost that does not depend on a machine.
    seconds : array of shape (K + 1,)
        Time spent on drawing batches and on updates, with the evaluation of `loss` left out.
    lr : array of shape (T,)
        The learning rate that each update used.
    stopped : str
        Why the run ended.
    label : str
        What to call the run in a figure.
    """

    params: Array
    loss: Array
    update: np.ndarray
    epoch: Array
    gradient_evaluations: np.ndarray
    seconds: Array
    lr: Array
    stopped: str
    label: str = ""

    @property
    def updates(self) -> int:
        """Number of updates made in the whole run."""
        return len(self.lr)

    def __repr__(self) -> str:
        name = f"{self.label}: " if self.label else ""
        return (
            f"<Trace {name}{self.updates} updates, {self.epoch[-1]:g} epochs, "
            f"loss {self.loss[0]:.6g} -> {self.loss[-1]:.6g}, stopped: {self.stopped}>"
        )


@dataclass
class Recorder:
    """Collects the rows of a `Trace` while a method runs."""

    label: str = ""
    _rows: list[tuple] = field(default_factory=list)
    _lr: list[float] = field(default_factory=list)

    def used(self, lr: float) -> None:
        """Note the learning rate of an update."""
        self._lr.append(lr)

    def moment(self, params: Array, loss: float, epoch: float, gradient_evaluations: int, seconds: float) -> None:
        """Note where the run stands; `params` is copied, because the method goes on changing it."""
        self._rows.append((params.ravel().copy(), loss, len(self._lr), epoch, gradient_evaluations, seconds))

    def trace(self, stopped: str) -> Trace:
        params, loss, update, epoch, evaluations, seconds = zip(*self._rows, strict=True)
        return Trace(
            params=np.array(params),
            loss=np.array(loss, dtype=float),
            update=np.array(update, dtype=int),
            epoch=np.array(epoch, dtype=float),
            gradient_evaluations=np.array(evaluations, dtype=int),
            seconds=np.array(seconds, dtype=float),
            lr=np.array(self._lr, dtype=float),
            stopped=stopped,
            label=self.label,
        )


class DivergenceError(FloatingPointError):
    """A value met on the way is no longer finite.

    Attributes
    ----------
    trace : Trace
        The run up to the last finite point, so that it can still be looked at and drawn.
    """

    def __init__(self, message: str, trace: Trace) -> None:
        super().__init__(message)
        self.trace = trace
