"""What can be told about a descent before it is run, from the second derivatives and from the spread of the gradients."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from course_lib.validation import Array, count, finite_array, learning_rate, positive


def _eigenvalues(hessian: ArrayLike) -> Array:
    hessian = finite_array("hessian", hessian, ndim=2)
    if hessian.shape[0] != hessian.shape[1] or not np.allclose(hessian, hessian.T):
        raise ValueError(f"hessian must be a symmetric square matrix, got shape {hessian.shape}.")
    return np.linalg.eigvalsh(hessian)


def learning_rate_limit(hessian: ArrayLike) -> float:
    r"""The learning rate above which gradient descent on a convex quadratic diverges.

    Along an eigenvector of the Hessian with eigenvalue λ a step multiplies the error by :math:`1 - \eta\lambda`, which
    stays below 1 in size as long as :math:`\eta < 2/\lambda`. The largest eigenvalue L sets the limit :math:`2/L`.

    Parameters
    ----------
    hessian : array of shape (d, d)
        Symmetric, with at least one positive eigenvalue.

    Raises
    ------
    ValueError
        If `hessian` is not symmetric or has no positive eigenvalue.

    References
    ----------
    Y. Nesterov, "Introductory Lectures on Convex Optimization", Springer (2004), section 2.1.5.
    """
    largest = _eigenvalues(hessian)[-1]
    if largest <= 0:
        raise ValueError(f"there is no limit: the largest eigenvalue of the Hessian is {largest:g}, so nothing curves upwards.")
    return float(2 / largest)


def best_learning_rate(hessian: ArrayLike) -> float:
    r"""The learning rate with which the slowest direction of a convex quadratic shrinks most: :math:`2/(L+\mu)`.

    There the error shrinks by :math:`(\kappa-1)/(\kappa+1)` a step, with the condition number :math:`\kappa = L/\mu`.

    Raises
    ------
    ValueError
        If `hessian` is not symmetric and positive definite.
    """
    eigenvalues = _eigenvalues(hessian)
    if eigenvalues[0] <= 0:
        raise ValueError(f"the Hessian must be positive definite; its smallest eigenvalue is {eigenvalues[0]:g}.")
    return float(2 / (eigenvalues[0] + eigenvalues[-1]))


def behavior(lr: float, curvature: float) -> str:
    r"""How gradient descent moves along a direction of positive curvature λ, from the factor :math:`1 - \eta\lambda`.

    Returns
    -------
    str
        "monotone" for ηλ ≤ 1 (the error keeps its sign), "oscillates" for 1 < ηλ < 2 (it changes sign at every step and
        shrinks), "cycles" for ηλ = 2 (it changes sign and stays as large), "diverges" for ηλ > 2.
    """
    product = learning_rate(lr) * positive("curvature", curvature)
    if product <= 1:
        return "monotone"
    if product < 2:
        return "oscillates"
    return "cycles" if product == 2 else "diverges"


def classify_stationary_point(hessian: ArrayLike, tolerance: float = 1e-9) -> str:
    """What a point of zero gradient is, from the signs of the Hessian's eigenvalues.

    Parameters
    ----------
    hessian : array of shape (d, d)
    tolerance : float
        Eigenvalues smaller than this part of the largest in size count as zero.

    Returns
    -------
    str
        "minimum" (all positive), "maximum" (all negative), "saddle" (of both signs), or "undecided" (some are zero and the others of
        one sign: the second derivatives do not tell).
    """
    eigenvalues = _eigenvalues(hessian)
    zero = tolerance * np.abs(eigenvalues).max()
    up, down = (eigenvalues > zero).any(), (eigenvalues < -zero).any()
    if up and down:
        return "saddle"
    if (np.abs(eigenvalues) <= zero).any():
        return "undecided"
    return "minimum" if up else "maximum"


def batch_gradient_variance(gradients: ArrayLike, batch_size: int = 1, *, replacement: bool = True) -> float:
    r"""How far the gradient of a random batch strays: its mean squared distance from the gradient over all examples.

    .. math::
        \mathbb{E}\, \Bigl\| \frac{1}{b} \sum_{i \in B} g_i - \bar g \Bigr\|^2 = \frac{\sigma^2}{b} \cdot c, \qquad
        \sigma^2 = \frac{1}{n} \sum_{i=1}^{n} \|g_i - \bar g\|^2

    with c = 1 if the examples of a batch are drawn with replacement, and the finite population correction
    :math:`c = (n - b)/(n - 1)` if they are distinct: a batch of all examples does not stray at all.

    Parameters
    ----------
    gradients : array of shape (n, d)
        The gradient of each example's loss, all at the same parameters.
    batch_size : int, default 1
    replacement : bool, default True

    Raises
    ------
    ValueError
        If more distinct examples are asked for than there are.

    References
    ----------
    W. G. Cochran, "Sampling Techniques", 3rd ed., Wiley (1977), chapter 2.

    Examples
    --------
    >>> batch_gradient_variance([[1.0], [3.0]])
    1.0
    >>> batch_gradient_variance([[1.0], [3.0]], batch_size=2), batch_gradient_variance([[1.0], [3.0]], batch_size=2, replacement=False)
    (0.5, 0.0)
    """
    gradients = finite_array("gradients", gradients, ndim=2)
    n, batch_size = len(gradients), count("batch_size", batch_size)
    variance = float(np.mean(np.sum((gradients - gradients.mean(axis=0)) ** 2, axis=1)))
    if replacement:
        return variance / batch_size
    if batch_size > n:
        raise ValueError(f"batch_size is {batch_size}, but there are only {n} examples to draw distinct ones from.")
    return variance / batch_size * (n - batch_size) / max(n - 1, 1)


def noise_floor(lr: float, curvature: float, variance: float) -> float:
    r"""The mean squared distance from the minimum at which a descent on noisy gradients with a constant rate stays.

    In a bowl of curvature λ, with gradients whose noise has mean 0 and variance σ² wherever they are taken, an update
    turns the mean squared distance D into

    .. math:: D \leftarrow (1 - \eta\lambda)^2 D + \eta^2 \sigma^2 ,

    which comes to rest at :math:`\eta\sigma^2 / (\lambda (2 - \eta\lambda))`: half the rate, about half the floor.

    Parameters
    ----------
    lr : float
        The learning rate η, below 2/λ.
    curvature : float
        λ.
    variance : float
        σ², at least 0; that of a batch's gradient is `batch_gradient_variance`.

    Raises
    ------
    ValueError
        If `lr` is at or above 2/λ, where the descent diverges, or `variance` is negative.

    References
    ----------
    L. Bottou, F. E. Curtis, J. Nocedal, "Optimization methods for large-scale machine learning", SIAM Review 60 (2018), section 4.2.

    Examples
    --------
    >>> noise_floor(0.5, curvature=1.0, variance=3.0)
    1.0
    """
    product = learning_rate(lr) * positive("curvature", curvature)
    if not (np.isfinite(variance) and variance >= 0):
        raise ValueError(f"variance must be finite and at least 0, got {variance!r}.")
    if product >= 2:
        raise ValueError(
            f"lr times curvature is {product:g}, but from 2 on the descent diverges: there is no floor. Use a smaller lr."
        )
    return float(lr * variance / (curvature * (2 - product)))
