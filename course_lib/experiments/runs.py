"""One run of an optimizer on a problem, recorded."""

from __future__ import annotations

import inspect
import time
from collections.abc import Callable
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from course_lib.descent.batches import Scheme, whole
from course_lib.descent.stopping import Progress, Stop, never
from course_lib.optim import Parameter
from course_lib.problems import Problem
from course_lib.trace import DivergenceError, Recorder, Trace
from course_lib.validation import Array, count, finite_array


# a run that diverges overflows on its way, and its error says so better than a warning
@np.errstate(over="ignore", invalid="ignore")
def run(
    problem: Problem,
    optimizer: Callable[[list], Any],
    start: ArrayLike,
    *,
    epochs: int,
    batches: Scheme = whole,
    scheduler: Callable[[Any], Any] | None = None,
    schedule: Literal["epoch", "update"] = "epoch",
    closure: bool = False,
    torch: bool = False,
    stop: Stop = never,
    rng: np.random.Generator | int | None = None,
    record_every: int = 1,
    label: str = "",
) -> Trace:
    """Minimize `problem` with an optimizer of `course_lib.optim` or `torch.optim`.

    Parameters
    ----------
    problem : Problem
    optimizer : callable
        Makes the optimizer from the list of its parameters, for example ``lambda params: SGD(params, lr=0.1)``
        or ``functools.partial(SGD, lr=0.1)``.
    start : array of shape (d,)
        Where to begin; it is copied, not changed.
    epochs : int
        How often to go through the data.
    batches : callable
        Which examples each update sees, all of them by default; see `course_lib.descent.batches`.
    scheduler : callable, optional
        Makes a learning-rate scheduler from the optimizer. One that watches a metric is given the loss over all
        examples.
    schedule : {"epoch", "update"}
        After what the scheduler takes a step.
    closure : bool
        Whether the optimizer evaluates loss and gradient itself, as often as it likes, as LBFGS does.
    torch : bool
        Whether `optimizer` belongs to `torch.optim`: its parameter is then a float64 tensor.
    stop, rng, record_every, label
        As in `course_lib.descent.descend`.

    Returns
    -------
    Trace
        `seconds` is the time of drawing batches, computing gradients, the optimizer's step and the scheduler's; `lr`
        the rate that the optimizer held when it made each update.

    Raises
    ------
    ValueError
        If an argument is out of range or the loss is not finite at `start`.
    DivergenceError
        If a parameter or the loss stops being finite; its attribute `trace` holds the run up to there.
    """
    if schedule not in ("epoch", "update"):
        raise ValueError(f'schedule must be "epoch" or "update", got {schedule!r}.')
    w = finite_array("start", start, ndim=1).copy()
    if w.shape != (problem.d,):
        raise ValueError(f"start must have shape ({problem.d},), one number for each parameter; got {w.shape}.")
    epochs, record_every = count("epochs", epochs), count("record_every", record_every)
    rng = np.random.default_rng(rng)

    parameter, as_gradient = _torch_parameter(w) if torch else (Parameter(w), lambda gradient: gradient)
    minimizer = optimizer([parameter])
    rates = scheduler(minimizer) if scheduler else None
    watches_loss = rates is not None and _requires(rates.step, "metrics")

    recorder, seen, seconds, update = Recorder(label), 0, 0.0, 0

    def record() -> None:
        loss = problem.loss(w) if np.isfinite(w).all() else np.nan
        if not np.isfinite(loss):
            if update == 0:
                raise ValueError(f"the loss is not finite at the start {start!r}: begin nearer to the minimum.")
            raise DivergenceError(
                f"the parameters or the loss are no longer finite at update {update}. Use a smaller learning rate.",
                recorder.trace(f"diverged at update {update}"),
            )
        recorder.moment(w, loss, seen / problem.n, seen, seconds)

    def take_step(batch: Any) -> None:
        def evaluate() -> float:
            nonlocal seen
            minimizer.zero_grad()
            parameter.grad = as_gradient(problem.gradient(w, batch))
            seen += problem.n if batch is None else len(batch)
            return problem.loss(w, batch) if closure else np.nan

        if closure:
            minimizer.step(evaluate)
        else:
            evaluate()
            minimizer.step()

    def adjust_rate() -> float:
        """Let the scheduler, if there is one, take a step; the seconds it took."""
        if rates is None:
            return 0.0
        metrics = [problem.loss(w)] if watches_loss else []
        began = time.perf_counter()
        rates.step(*metrics)
        return time.perf_counter() - began

    record()
    for _ in range(epochs):
        began = time.perf_counter()
        for batch in batches(problem.n, rng):
            rate = float(minimizer.param_groups[0]["lr"])
            take_step(batch)
            seconds += time.perf_counter() - began
            update += 1
            recorder.used(rate)
            if schedule == "update":
                seconds += adjust_rate()
            reason = stop(Progress(problem, w, batch, update))
            if reason or update % record_every == 0 or not np.isfinite(w).all():
                record()
            if reason:
                return recorder.trace(reason)
            # the loop now draws the next batch, which is part of the work
            began = time.perf_counter()
        if schedule == "epoch":
            seconds += adjust_rate()
    if update % record_every:
        record()
    return recorder.trace(f"{epochs} epochs")


def _torch_parameter(w: Array) -> tuple[Any, Callable[[Array], Any]]:
    """A tensor that shares the memory of `w`, and what makes a gradient for it."""
    import torch

    return torch.nn.Parameter(torch.from_numpy(w)), torch.from_numpy


def _requires(function: Callable, argument: str) -> bool:
    parameter = inspect.signature(function).parameters.get(argument)
    return parameter is not None and parameter.default is inspect.Parameter.empty
