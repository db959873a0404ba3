"""Momentum as papers write it, and what it makes of a quadratic, known before anything is run.

The form that PyTorch uses is `course_lib.optim.SGD`. Here are the others, so that the book can hold them against it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from course_lib.descent.analysis import _eigenvalues
from course_lib.validation import Array, count, finite_array, learning_rate, positive

Gradient: TypeAlias = Callable[[Array], Array]
Rate: TypeAlias = float | Callable[[int], float]


def velocity_form(gradient: Gradient, start: ArrayLike, *, lr: Rate, momentum: float, updates: int) -> Array:
    r"""Momentum with the learning rate inside: the velocity holds steps, each taken at the rate of its time.

    .. math:: v \leftarrow \mu v - \eta_t \nabla f(w), \qquad w \leftarrow w + v

    Parameters
    ----------
    gradient : callable
        Takes an array of shape (d,) and returns one.
    start : array of shape (d,)
    lr : float or callable
        The rate, or a function of the number of updates made so far.
    momentum : float
        The weight of the past, μ.
    updates : int

    Returns
    -------
    array of shape (updates + 1, d)
        Where it was before, between and after the updates.

    References
    ----------
    I. Sutskever, J. Martens, G. Dahl, G. Hinton, "On the importance of initialization and momentum in deep learning", ICML (2013).
    """
    w, rate = finite_array("start", start, ndim=1).copy(), _rate(lr)
    v, path = np.zeros_like(w), [w.copy()]
    for t in range(count("updates", updates)):
        v = momentum * v - rate(t) * gradient(w)
        w = w + v
        path.append(w)
    return np.array(path)


def average_form(gradient: Gradient, start: ArrayLike, *, lr: Rate, momentum: float, updates: int) -> Array:
    r"""Momentum as an exponential moving average of the gradients, which weighs the new one by :math:`1 - \mu`.

    .. math:: m \leftarrow \mu m + (1 - \mu) \nabla f(w), \qquad w \leftarrow w - \eta_t m

    Parameters and result are those of `velocity_form`.
    """
    w, rate = finite_array("start", start, ndim=1).copy(), _rate(lr)
    m, path = np.zeros_like(w), [w.copy()]
    for t in range(count("updates", updates)):
        m = momentum * m + (1 - momentum) * gradient(w)
        w = w - rate(t) * m
        path.append(w)
    return np.array(path)


def look_ahead(gradient: Gradient, start: ArrayLike, *, lr: float, momentum: float, updates: int) -> tuple[Array, Array]:
    r"""Nesterov's momentum as it is usually told: go ahead along the velocity, and take the gradient there.

    .. math::
        a = w + \mu v, \qquad v \leftarrow \mu v - \eta \nabla f(a), \qquad w \leftarrow w + v

    Parameters are those of `velocity_form`, with a constant rate.

    Returns
    -------
    positions : array of shape (updates + 1, d)
        w before, between and after the updates.
    ahead : array of shape (updates + 1, d)
        The points a that belong to them. The last one is where the next gradient would be taken.

    References
    ----------
    Y. Nesterov, "A method of solving a convex programming problem with convergence rate O(1/k²)", Soviet Mathematics Doklady 27 (1983).
    """
    w, lr = finite_array("start", start, ndim=1).copy(), learning_rate(lr)
    v, positions, ahead = np.zeros_like(w), [w], [w]
    for _ in range(count("updates", updates)):
        a = w + momentum * v
        v = momentum * v - lr * gradient(a)
        w = w + v
        positions.append(w)
        ahead.append(w + momentum * v)
    return np.array(positions), np.array(ahead)


def momentum_factor(lr: ArrayLike, curvature: ArrayLike, momentum: ArrayLike, nesterov: bool = False) -> Array:
    r"""By what an update multiplies the error along a direction of curvature λ, in the long run.

    With :math:`a = \eta\lambda` the errors of three moments in a row obey

    .. math:: e_{t+1} = (1 + \mu - a)\, e_t - \mu\, e_{t-1},
        \qquad \text{with Nesterov's } e_{t+1} = (1 + \mu)(1 - a)\, e_t - \mu (1 - a)\, e_{t-1} .

    Such a sequence is a sum of powers of the two roots of :math:`r^2 = T r - D`. The result is the size of the larger
    root: below 1 it converges, above 1 it diverges.

    Parameters
    ----------
    lr, curvature, momentum : arrays that broadcast against each other
    nesterov : bool

    Returns
    -------
    array of their common shape

    Examples
    --------
    Without momentum it is the factor of gradient descent:

    >>> float(momentum_factor(0.1, 4.0, 0.0).round(12))
    0.6
    """
    a, mu = np.multiply(lr, curvature), np.asarray(momentum, dtype=float)
    trace, product = ((1 + mu) * (1 - a), mu * (1 - a)) if nesterov else (1 + mu - a, mu + 0 * a)
    inside = trace**2 - 4 * product
    swinging = np.sqrt(np.maximum(product, 0))
    return np.where(inside < 0, swinging, (np.abs(trace) + np.sqrt(np.maximum(inside, 0))) / 2)


def momentum_limit(curvature: float, momentum: float, nesterov: bool = False) -> float:
    r"""The learning rate above which momentum diverges: :math:`2(1+\mu)/\lambda`, with Nesterov's that over :math:`1 + 2\mu`.

    Parameters
    ----------
    curvature : float
        The largest curvature.
    momentum : float
        Below 1.
    nesterov : bool

    Examples
    --------
    >>> momentum_limit(4.0, 0.0), momentum_limit(4.0, 0.5), momentum_limit(4.0, 0.5, nesterov=True)
    (0.5, 0.75, 0.375)
    """
    limit = 2 * (1 + momentum) / positive("curvature", curvature)
    return limit / (1 + 2 * momentum) if nesterov else limit


def best_momentum(hessian: ArrayLike) -> tuple[float, float]:
    r"""The learning rate and the momentum with which the slowest direction of a convex quadratic shrinks most.

    .. math::
        \eta = \Bigl(\frac{2}{\sqrt{L} + \sqrt{m}}\Bigr)^2, \qquad \mu = \Bigl(\frac{\sqrt\kappa - 1}{\sqrt\kappa + 1}\Bigr)^2

    for curvatures from m to L and :math:`\kappa = L/m`. All directions then shrink by :math:`\sqrt\mu` an update.

    Returns
    -------
    lr, momentum : float

    Raises
    ------
    ValueError
        If `hessian` is not symmetric and positive definite.

    References
    ----------
    B. T. Polyak, "Some methods of speeding up the convergence of iteration methods", USSR Computational Mathematics and
    Mathematical Physics 4 (1964).
    """
    eigenvalues = _eigenvalues(hessian)
    if eigenvalues[0] <= 0:
        raise ValueError(f"the Hessian must be positive definite; its smallest eigenvalue is {eigenvalues[0]:g}.")
    low, high = np.sqrt(eigenvalues[[0, -1]])
    return float((2 / (high + low)) ** 2), float(((high - low) / (high + low)) ** 2)


def momentum_noise_floor(lr: float, curvature: float, variance: float, momentum: float) -> float:
    r"""The mean squared distance from the minimum at which momentum stays if gradients carry noise of variance σ².

    .. math:: \frac{1 + \mu}{1 - \mu} \cdot \frac{\eta\sigma^2}{\lambda\, (2(1 + \mu) - \eta\lambda)}

    For a small rate that is the floor of plain descent at the rate :math:`\eta/(1 - \mu)`. Without momentum it is
    `noise_floor`.

    Raises
    ------
    ValueError
        If the descent would diverge, or momentum does not lie in [0, 1).

    Examples
    --------
    >>> momentum_noise_floor(0.5, curvature=1.0, variance=3.0, momentum=0.0)
    1.0
    """
    product = learning_rate(lr) * positive("curvature", curvature)
    if not 0 <= momentum < 1:
        raise ValueError(f"momentum must lie in [0, 1), got {momentum!r}.")
    if product >= 2 * (1 + momentum):
        raise ValueError(f"lr times curvature is {product:g}, but from {2 * (1 + momentum):g} on the descent diverges.")
    return float((1 + momentum) / (1 - momentum) * lr * variance / (curvature * (2 * (1 + momentum) - product)))


def _rate(lr: Rate) -> Callable[[int], float]:
    return lr if callable(lr) else lambda t: lr
