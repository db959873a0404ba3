"""Regression and classification problems over a table of examples."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from course_lib.problems.problem import Batch, Problem, constant
from course_lib.validation import Array, finite_array


class _Table(Problem):
    """Examples as rows of a matrix, with a column of ones for the intercept."""

    def __init__(self, x: ArrayLike, y: ArrayLike, fit_intercept: bool) -> None:
        x, y = finite_array("x", x, ndim=(1, 2)), finite_array("y", y, ndim=1)
        if len(x) != len(y):
            raise ValueError(
                f"x and y must hold the same number of examples, got {len(x)} (x has shape {x.shape}) "
                f"and {len(y)} (y has shape {y.shape})."
            )
        x = x.reshape(len(x), -1)
        self.y = y
        self.fit_intercept = fit_intercept
        self.X = np.column_stack([x, np.ones(len(x))]) if fit_intercept else x
        self.n, self.d = self.X.shape

    def rows(self, w: ArrayLike, batch: Batch) -> tuple[Array, Array, Array]:
        """`w` as an array of shape (d,), and the part of `X` and `y` that belongs to `batch`."""
        w = np.asarray(w, dtype=float)
        if w.shape != (self.d,):
            parts = f"{self.d - 1} weight(s) and the intercept" if self.fit_intercept else f"{self.d} weight(s)"
            raise ValueError(f"w must have shape ({self.d},): {parts}; got shape {w.shape}.")
        return (w, self.X, self.y) if batch is None else (w, self.X[batch], self.y[batch])

    def lift(self, x: ArrayLike) -> Array:
        """New examples as rows of the same form as `X`."""
        x = np.asarray(x, dtype=float)
        features = self.d - self.fit_intercept
        rows = x.reshape(-1, features)
        return np.column_stack([rows, np.ones(len(rows))]) if self.fit_intercept else rows


class LinearRegression(_Table):
    r"""Least squares on a line or plane.

    .. math::
        f(w) = \frac{1}{n} \sum_{i=1}^{n} (x_i^\top w - y_i)^2, \qquad
        \nabla f(w) = \frac{2}{n} X^\top (X w - y), \qquad
        \nabla^2 f = \frac{2}{n} X^\top X

    Parameters
    ----------
    x : array of shape (n,) or (n, features)
        Inputs, one example a row.
    y : array of shape (n,)
        Targets.
    fit_intercept : bool, default True
        Add a constant column, so that the last entry of `w` is the intercept b in ŷ = w·x + b.

    Attributes
    ----------
    X : array of shape (n, d)
        The inputs, with the constant column last if there is one.
    y : array of shape (n,)
    hessian : array of shape (d, d)
        The second derivatives, the same everywhere.
    minimum : array of shape (d,)
        The parameters of least loss, from the normal equations.

    Raises
    ------
    TypeError, ValueError
        If `x` or `y` is empty, not numeric, not finite, or they differ in length.

    Examples
    --------
    >>> problem = LinearRegression([1, 2, 3], [2, 4, 6], fit_intercept=False)
    >>> problem.loss([1.0]), problem.gradient([1.0])
    (4.666666666666667, array([-9.33333333]))
    """

    def __init__(self, x: ArrayLike, y: ArrayLike, fit_intercept: bool = True) -> None:
        super().__init__(x, y, fit_intercept)
        self.hessian = constant(2 / self.n * self.X.T @ self.X)
        self.minimum = constant(np.linalg.lstsq(self.X, self.y, rcond=None)[0])

    def loss(self, w: ArrayLike, batch: Batch = None) -> float:
        w, X, y = self.rows(w, batch)
        return float(np.mean((X @ w - y) ** 2))

    def gradient(self, w: ArrayLike, batch: Batch = None) -> Array:
        w, X, y = self.rows(w, batch)
        return 2 / len(y) * X.T @ (X @ w - y)

    def predict(self, w: ArrayLike, x: ArrayLike) -> Array:
        """Predictions for new inputs of shape (m,) or (m, features); shape (m,)."""
        return self.lift(x) @ np.asarray(w, dtype=float)


class LogisticRegression(_Table):
    r"""Classification into two classes by the logistic loss, with an optional L2 penalty.

    .. math::
        f(w) = \frac{1}{n} \sum_{i=1}^{n} \log\bigl(1 + e^{-s_i\, x_i^\top w}\bigr) + \frac{\alpha}{2} \|w\|^2,
        \qquad s_i = 2 y_i - 1,
    .. math::
        \nabla f(w) = \frac{1}{n} X^\top (\sigma(Xw) - y) + \alpha w

    Parameters
    ----------
    x : array of shape (n,) or (n, features)
    y : array of shape (n,)
        Labels, 0 or 1.
    fit_intercept : bool, default True
    alpha : float, default 0
        Weight of the penalty; above zero the loss is strongly convex.

    Raises
    ------
    TypeError, ValueError
        As `LinearRegression`, and if a label is neither 0 nor 1 or `alpha` is negative.
    """

    def __init__(self, x: ArrayLike, y: ArrayLike, fit_intercept: bool = True, alpha: float = 0.0) -> None:
        super().__init__(x, y, fit_intercept)
        labels = np.unique(self.y)
        if not np.isin(labels, (0, 1)).all():
            raise ValueError(f"y must hold the labels 0 and 1, got {labels[:5]}.")
        if not (np.isfinite(alpha) and alpha >= 0):
            raise ValueError(f"alpha must be finite and at least 0, got {alpha!r}.")
        self.alpha = float(alpha)

    def loss(self, w: ArrayLike, batch: Batch = None) -> float:
        w, X, y = self.rows(w, batch)
        # logaddexp(0, z) is log(1 + e^z) without the overflow
        return float(np.mean(np.logaddexp(0, -(2 * y - 1) * (X @ w))) + self.alpha / 2 * w @ w)

    def gradient(self, w: ArrayLike, batch: Batch = None) -> Array:
        w, X, y = self.rows(w, batch)
        return X.T @ (self._sigmoid(X @ w) - y) / len(y) + self.alpha * w

    def hessian(self, w: ArrayLike) -> Array:
        """Second derivatives at `w`, shape (d, d)."""
        w, X, _ = self.rows(w, None)
        p = self._sigmoid(X @ w)
        return X.T @ (X * (p * (1 - p))[:, None]) / self.n + self.alpha * np.eye(self.d)

    @staticmethod
    def _sigmoid(z: Array) -> Array:
        return np.exp(-np.logaddexp(0, -z))
