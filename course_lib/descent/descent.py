"""Gradient descent, stochastic gradient descent and mini-batch descent: one loop, different batches."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from course_lib.descent.batches import Scheme, shuffled, whole
from course_lib.descent.stopping import Progress, Stop, never
from course_lib.problems import Problem
from course_lib.trace import DivergenceError, Recorder, Trace
from course_lib.validation import count, finite_array, learning_rate


# a run that diverges overflows on its way, and its error says so better than a warning
@np.errstate(over="ignore", invalid="ignore")
def descend(
    problem: Problem,
    start: ArrayLike,
    *,
    lr: float | Callable[[int], float],
    epochs: int,
    batches: Scheme,
    stop: Stop = never,
    rng: np.random.Generator | int | None = None,
    record_every: int = 1,
    label: str = "",
) -> Trace:
    r"""Walk downhill, batch after batch.

    .. math:: w_{t+1} = w_t - \eta_t \, \frac{1}{|I_t|} \sum_{i \in I_t} \nabla \ell_i(w_t)

    Parameters
    ----------
    problem : Problem
        Has `loss(w, batch)` and `gradient(w, batch)`.
    start : array of shape (d,)
        w₀; it is copied, not changed.
    lr : float or callable
        The learning rate η, or a function of the number t of updates made so far that gives η_t.
    epochs : int
        How often to go through the data.
    batches : callable
        The scheme that says which examples each update sees; see `course_lib.descent.batches`.
    stop : callable, default never
        The criterion asked after every update; see `course_lib.descent.stopping`.
    rng : numpy Generator or int, optional
        The source of randomness, or a seed for one.
    record_every : int, default 1
        Record the parameters and the loss after every so many updates. The start and the end are always recorded.
    label : str
        A name for the run in figures.

    Returns
    -------
    Trace

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong kind, shape or range.
    DivergenceError
        If a parameter, gradient or loss stops being finite; its attribute `trace` holds the run up to there.
    """
    w = finite_array("start", start, ndim=1).copy()
    if w.shape != (problem.d,):
        raise ValueError(f"start must have shape ({problem.d},), one number for each parameter; got {w.shape}.")
    constant = 0.0 if callable(lr) else learning_rate(lr)
    rate = lr if callable(lr) else (lambda t: constant)
    epochs, record_every = count("epochs", epochs), count("record_every", record_every)
    rng = np.random.default_rng(rng)

    recorder, seen, seconds, update, stopped = Recorder(label), 0, 0.0, 0, f"{epochs} epochs"

    def record() -> None:
        loss = problem.loss(w)
        if not np.isfinite(loss):
            diverged("loss")
        recorder.moment(w, loss, seen / problem.n, seen, seconds)

    def diverged(what: str) -> None:
        if update == 0:
            raise ValueError(f"the {what} is not finite at the start {start!r}: begin nearer to the minimum.")
        raise DivergenceError(
            f"the {what} is no longer finite at update {update}, with lr = {rate(update - 1):g}: the steps grow "
            f"instead of shrinking. Use a smaller learning rate.",
            recorder.trace(f"diverged at update {update}"),
        )

    record()
    for _ in range(epochs):
        began = time.perf_counter()
        for batch in batches(problem.n, rng):
            eta = learning_rate(rate(update))
            gradient = problem.gradient(w, batch)
            w -= eta * gradient
            seconds += time.perf_counter() - began
            update += 1
            seen += problem.n if batch is None else len(batch)
            if not np.isfinite(w).all():
                diverged("gradient" if not np.isfinite(gradient).all() else "parameter vector")
            recorder.used(eta)
            reason = stop(Progress(problem, w, batch, update))
            if reason or update % record_every == 0:
                record()
            if reason:
                return recorder.trace(reason)
            # the loop now draws the next batch, which is part of the work
            began = time.perf_counter()
    if update % record_every:
        record()
    return recorder.trace(stopped)


def gradient_descent(problem: Problem, start: ArrayLike, *, lr: float | Callable[[int], float], epochs: int, **options) -> Trace:
    r"""Batch gradient descent: every update uses the gradient over all examples.

    .. math:: w_{t+1} = w_t - \eta \, \nabla f(w_t)

    One update is one epoch. On a function of curvature at most L it converges for η below 2/L and diverges above
    on a quadratic. Parameters, result and errors are those of `descend`.

    References
    ----------
    A. Cauchy, "Méthode générale pour la résolution des systèmes d'équations simultanées", Comptes rendus (1847).

    Examples
    --------
    >>> from course_lib.problems import Quadratic
    >>> run = gradient_descent(Quadratic([1.0]), [8.0], lr=0.5, epochs=3)
    >>> run.params[:, 0]
    array([8., 4., 2., 1.])
    """
    return descend(problem, start, lr=lr, epochs=epochs, batches=whole, **options)


def stochastic_gradient_descent(
    problem: Problem, start: ArrayLike, *, lr: float | Callable[[int], float], epochs: int, **options
) -> Trace:
    r"""Stochastic gradient descent: every update uses one example, each once an epoch in a fresh order.

    .. math:: w_{t+1} = w_t - \eta_t \, \nabla \ell_{i_t}(w_t)

    Parameters, result and errors are those of `descend`; `batches` may be given to draw in another way.

    References
    ----------
    H. Robbins, S. Monro, "A stochastic approximation method", The Annals of Mathematical Statistics 22 (1951).
    """
    return descend(problem, start, lr=lr, epochs=epochs, **{"batches": shuffled(1), **options})


def minibatch_gradient_descent(
    problem: Problem,
    start: ArrayLike,
    *,
    lr: float | Callable[[int], float],
    epochs: int,
    batch_size: int,
    **options,
) -> Trace:
    r"""Mini-batch gradient descent: every update uses `batch_size` examples, each once an epoch in a fresh order.

    .. math:: w_{t+1} = w_t - \frac{\eta_t}{|I_t|} \sum_{i \in I_t} \nabla \ell_i(w_t)

    Parameters, result and errors are those of `descend`, and

    Parameters
    ----------
    batch_size : int
        How many examples an update uses; the last batch of an epoch is smaller where it does not divide `n`.
    """
    return descend(problem, start, lr=lr, epochs=epochs, batches=shuffled(batch_size), **options)
