"""Newton's method: the gradient divided by the curvature, in every direction at once."""

from __future__ import annotations

import time

import numpy as np
from numpy.typing import ArrayLike

from course_lib.problems import Function
from course_lib.trace import DivergenceError, Recorder, Trace
from course_lib.validation import Array, count, finite_array


def newton_step(gradient: Array, hessian: Array, *, downhill: bool = False) -> Array:
    r"""The step to where the second-order model of the loss is stationary.

    .. math:: s = -H^{-1} g, \qquad \text{downhill:} \quad s = -|H|^{-1} g

    :math:`|H|` has the eigenvectors of H and the absolute values of its eigenvalues. The step :math:`-H^{-1} g` leads down
    only where H is positive definite; along a negative curvature it climbs. With :math:`|H|` it leads down everywhere.

    Parameters
    ----------
    gradient : array of shape (d,)
    hessian : array of shape (d, d)
        Symmetric.
    downhill : bool
        Whether to use :math:`|H|`.

    Returns
    -------
    array of shape (d,)

    Raises
    ------
    numpy.linalg.LinAlgError
        If the Hessian is singular: then the model has no stationary point, or many.

    References
    ----------
    Y. Dauphin et al., "Identifying and attacking the saddle point problem in high-dimensional non-convex optimization",
    NeurIPS (2014). (The absolute values.)
    """
    if not downhill:
        return -np.linalg.solve(hessian, gradient)
    curvatures, directions = np.linalg.eigh(hessian)
    if not curvatures.all():
        raise np.linalg.LinAlgError("Singular matrix")
    return -directions @ ((directions.T @ gradient) / np.abs(curvatures))


def newton(
    problem: Function, start: ArrayLike, *, updates: int, lr: float = 1.0, downhill: bool = False, label: str = ""
) -> Trace:
    r"""Newton's method.

    .. math:: w_{t+1} = w_t - \eta \, H(w_t)^{-1} \, \nabla f(w_t)

    Parameters
    ----------
    problem : Function
        Has `gradient(w)` and `hessian(w)`.
    start : array of shape (d,)
    updates : int
        How many steps to make.
    lr : float, default 1
        The part of the full step to take.
    downhill : bool
        Whether to use :math:`|H|`; see `newton_step`.
    label : str
        A name for the run in figures.

    Returns
    -------
    Trace
        An update costs a gradient, a Hessian and the solution of d equations; only the first is counted in
        `gradient_evaluations`.

    Raises
    ------
    DivergenceError
        If a parameter or the loss stops being finite, or the Hessian is singular on the way.

    Examples
    --------
    >>> from course_lib.problems import Quadratic
    >>> newton(Quadratic([1.0, 1000.0]), [3.0, 4.0], updates=1).params[-1]
    array([0., 0.])
    """
    w = finite_array("start", start, ndim=1).copy()
    recorder, seconds = Recorder(label), 0.0
    recorder.moment(w, problem.loss(w), 0, 0, seconds)
    for t in range(1, count("updates", updates) + 1):
        began = time.perf_counter()
        try:
            with np.errstate(over="ignore", invalid="ignore"):
                w += lr * newton_step(problem.gradient(w), problem.hessian(w), downhill=downhill)
                loss = problem.loss(w)
        except np.linalg.LinAlgError:
            w[:] = loss = np.nan
        seconds += time.perf_counter() - began
        if not (np.isfinite(w).all() and np.isfinite(loss)):
            raise DivergenceError(f"no finite step at update {t}.", recorder.trace(f"diverged at update {t}"))
        recorder.used(lr)
        recorder.moment(w, loss, t, t, seconds)
    return recorder.trace(f"{updates} updates")
