"""Is a gradient right? Compare it with differences of the function itself."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from course_lib.autodiff.tensor import Tensor, no_grad


def gradient_check(f: Callable[..., Tensor], *arrays: ArrayLike) -> float:
    r"""Relative error of the gradients of `f` against central differences.

    .. math::
        \frac{\partial f}{\partial x_i} \approx \frac{f(x + h_i e_i) - f(x - h_i e_i)}{2 h_i},
        \qquad h_i = \varepsilon^{1/3} \max(1, |x_i|)

    The formula is wrong by about :math:`h^2`, and rounding (the machine precision :math:`\varepsilon` of f)
    disturbs it by about :math:`\varepsilon / h`. The sum is smallest near :math:`h = \varepsilon^{1/3}`,
    which is 6e-6, and is then about :math:`\varepsilon^{2/3}`, 4e-11.

    Parameters
    ----------
    f : callable
        Takes one Tensor for each of `arrays` and returns a Tensor. If that has more than one entry, a fixed
        random weighting of its entries is checked: in a plain sum, wrong entries could cancel.
    *arrays : array_like
        Where to check, away from kinks (relu at 0, ties of a maximum). Taken as float64.

    Returns
    -------
    float
        The largest, over the arrays, of :math:`\|g - \hat g\| / (\|g\| + \|\hat g\|)`, with the gradient g
        and its approximation :math:`\hat g`; 0 where both vanish. Below 1e-7 the gradient is right, above
        1e-3 it is wrong.

    Examples
    --------
    >>> gradient_check(lambda x: (x**3).sum(), [1.0, -2.0]) < 1e-7
    True
    """
    inputs = [Tensor(np.asarray(array, dtype=float), requires_grad=True) for array in arrays]
    weights = np.random.default_rng(0).standard_normal(f(*inputs).shape)

    def weighted() -> Tensor:
        return (f(*inputs) * weights).sum()

    weighted().backward()
    with no_grad():
        errors = [_relative_error(central_differences(lambda: weighted().item(), x.data), x.grad) for x in inputs]
    return max(errors, default=0.0)


def central_differences(f: Callable[[], float], x: np.ndarray, h: float | None = None) -> np.ndarray:
    """Slopes of f() in each entry of `x`, which is changed in place and put back; by default with the step of `gradient_check`."""
    slopes = np.empty_like(x)
    for i in np.ndindex(x.shape):
        here = x[i]
        step = np.cbrt(np.finfo(float).eps) * max(1.0, abs(here)) if h is None else h
        x[i] = here + step
        above, f_above = x[i], f()
        x[i] = here - step
        below, f_below = x[i], f()
        x[i] = here
        slopes[i] = (f_above - f_below) / (above - below)  # the step that was made, after rounding
    return slopes


def _relative_error(numerical: np.ndarray, gradient: np.ndarray | None) -> float:
    gradient = np.zeros_like(numerical) if gradient is None else gradient
    size = np.linalg.norm(numerical) + np.linalg.norm(gradient)
    return float(np.linalg.norm(numerical - gradient) / size) if size else 0.0
