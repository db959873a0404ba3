"""Functions of one or two variables whose landscapes teach something, with their known minima."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from course_lib.problems.problem import Batch, Problem, constant
from course_lib.validation import Array, finite_array


class Function(Problem):
    """A function with no examples behind it: every batch sees all of it.

    Its arrays are read-only, because all who use the function share them; descend from a copy.

    Attributes
    ----------
    minima : array of shape (m, d)
        The known local minima, the global one first; none (m = 0) where the function has none.
    box : tuple of (low, high), one for each variable
        A window that shows what the function is there to show.
    start : array of shape (d,)
        A point from which a descent is worth watching.
    """

    n = 1
    minima: Array
    box: Sequence[tuple[float, float]]
    start: Array

    def loss(self, w: ArrayLike, batch: Batch = None) -> float:
        return float(self.value(self._point(w)))

    def gradient(self, w: ArrayLike, batch: Batch = None) -> Array:
        return self.slope(self._point(w))

    def hessian(self, w: ArrayLike) -> Array:
        """Second derivatives at `w`, shape (d, d)."""
        return self.curvature(self._point(w))

    def _point(self, w: ArrayLike) -> Array:
        w = np.asarray(w, dtype=float)
        if w.shape != (self.d,):
            raise ValueError(f"{type(self).__name__} has {self.d} variable(s): w must have shape ({self.d},), got {w.shape}.")
        return w

    @abstractmethod
    def value(self, w: Array) -> Array:
        """The function; `w` may carry further axes after the first (w of shape (d, ...)), for drawing."""

    @abstractmethod
    def slope(self, w: Array) -> Array:
        """The gradient at `w` of shape (d,)."""

    @abstractmethod
    def curvature(self, w: Array) -> Array:
        """The Hessian at `w` of shape (d,)."""


class Quadratic(Function):
    r"""A bowl of any conditioning.

    .. math::
        f(w) = \tfrac12 (w - w^*)^\top A (w - w^*), \qquad \nabla f(w) = A (w - w^*)

    Parameters
    ----------
    A : array of shape (d, d) or (d,)
        The Hessian, symmetric; a vector stands for a diagonal matrix. Its largest eigenvalue is L in the limit
        2/L on the learning rate, the ratio of its largest to its smallest eigenvalue is the condition number.
    minimum : array of shape (d,), optional
        w*, where the gradient vanishes; the origin if not given.

    Examples
    --------
    >>> bowl = Quadratic([1.0, 10.0])
    >>> float(bowl.L), float(bowl.condition_number)
    (10.0, 10.0)
    """

    def __init__(self, A: ArrayLike, minimum: ArrayLike | None = None) -> None:
        A = finite_array("A", A, ndim=(1, 2))
        A = np.diag(A) if A.ndim == 1 else A
        if A.shape[0] != A.shape[1] or not np.allclose(A, A.T):
            raise ValueError(f"A must be a symmetric square matrix or a vector, got shape {A.shape}.")
        self.A, self.d = constant(A), len(A)
        self.minimum = constant(np.zeros(self.d) if minimum is None else finite_array("minimum", minimum, ndim=1))
        if self.minimum.shape != (self.d,):
            raise ValueError(f"minimum must have shape ({self.d},) to match A, got {self.minimum.shape}.")
        self.eigenvalues = np.linalg.eigvalsh(A)
        self.minima = self.minimum[None] if self.eigenvalues[0] > 0 else np.empty((0, self.d))
        self.box = [(c - 3.0, c + 3.0) for c in self.minimum]
        self.start = constant(self.minimum + 2.5)

    @property
    def L(self) -> float:
        """The largest curvature in size: the Lipschitz constant of the gradient."""
        return float(np.abs(self.eigenvalues).max())

    @property
    def condition_number(self) -> float:
        """Largest over smallest eigenvalue; infinite if the smallest is not positive."""
        smallest = self.eigenvalues[0]
        return float(self.eigenvalues[-1] / smallest) if smallest > 0 else float("inf")

    def value(self, w: Array) -> Array:
        e = w - self.minimum.reshape(-1, *[1] * (w.ndim - 1))
        return 0.5 * np.einsum("i...,ij,j...->...", e, self.A, e)

    def slope(self, w: Array) -> Array:
        return self.A @ (w - self.minimum)

    def curvature(self, w: Array) -> Array:
        return self.A.copy()


class DoubleWell(Function):
    r"""One variable, two valleys of different depth with a hill between: a local minimum that is not the global one.

    .. math:: f(w) = (w^2 - 1)^2 + 0.3\,w
    """

    d = 1
    tilt = 0.3
    box = [(-1.7, 1.7)]
    start = constant([1.5])

    def __init__(self) -> None:
        roots = np.sort(np.roots([4.0, 0.0, -4.0, self.tilt]).real)
        self.minima = constant(roots[[0, 2], None])
        self.hilltop = constant(roots[1, None])

    def value(self, w: Array) -> Array:
        return (w[0] ** 2 - 1) ** 2 + self.tilt * w[0]

    def slope(self, w: Array) -> Array:
        return 4 * w * (w**2 - 1) + self.tilt

    def curvature(self, w: Array) -> Array:
        return np.atleast_2d(12 * w**2 - 4)


class Saddle(Function):
    r"""Flat at the origin, which is a minimum along one axis and a maximum along the other.

    .. math:: f(a, b) = \tfrac12 a^2 - \tfrac12 b^2 + \tfrac14 b^4

    The quartic term gives the way down an end: the minima are at (0, ±1).
    """

    d = 2
    minima = constant([[0.0, 1.0], [0.0, -1.0]])
    box = [(-2.0, 2.0), (-1.6, 1.6)]
    start = constant([1.8, 0.0])

    def value(self, w: Array) -> Array:
        a, b = w
        return a**2 / 2 - b**2 / 2 + b**4 / 4

    def slope(self, w: Array) -> Array:
        a, b = w
        return np.array([a, b**3 - b])

    def curvature(self, w: Array) -> Array:
        return np.diag([1.0, 3 * w[1] ** 2 - 1])


class Rosenbrock(Function):
    r"""A curved, narrow valley: easy to enter, slow to follow.

    .. math:: f(a, b) = (1 - a)^2 + 100\,(b - a^2)^2

    References
    ----------
    H. H. Rosenbrock, "An automatic method for finding the greatest or least value of a function", The Computer
    Journal 3 (1960).
    """

    d = 2
    minima = constant([[1.0, 1.0]])
    box = [(-2.0, 2.0), (-1.0, 3.0)]
    start = constant([-1.5, 2.0])

    def value(self, w: Array) -> Array:
        a, b = w
        return (1 - a) ** 2 + 100 * (b - a**2) ** 2

    def slope(self, w: Array) -> Array:
        a, b = w
        return np.array([-2 * (1 - a) - 400 * a * (b - a**2), 200 * (b - a**2)])

    def curvature(self, w: Array) -> Array:
        a, b = w
        return np.array([[2 - 400 * (b - 3 * a**2), -400 * a], [-400 * a, 200.0]])


class Beale(Function):
    r"""A flat floor with steep walls in the corners.

    .. math:: f(a, b) = \sum_{k=1}^{3} \bigl(c_k - a (1 - b^k)\bigr)^2, \qquad c = (1.5,\; 2.25,\; 2.625)

    References
    ----------
    E. M. L. Beale, "On an iterative method for finding a local minimum of a function of more than one variable",
    Princeton (1958).
    """

    d = 2
    minima = constant([[3.0, 0.5]])
    box = [(-1.0, 4.5), (-1.5, 1.5)]
    start = constant([1.0, 1.2])
    constants = (1.5, 2.25, 2.625)

    def value(self, w: Array) -> Array:
        a, b = w
        return sum((c - a * (1 - b**k)) ** 2 for k, c in enumerate(self.constants, start=1))

    def slope(self, w: Array) -> Array:
        a, b = w
        slope = np.zeros(2)
        for k, c in enumerate(self.constants, start=1):
            residual = c - a * (1 - b**k)
            slope += 2 * residual * np.array([b**k - 1, a * k * b ** (k - 1)])
        return slope

    def curvature(self, w: Array) -> Array:
        a, b = w
        H = np.zeros((2, 2))
        for k, c in enumerate(self.constants, start=1):
            residual = c - a * (1 - b**k)
            first = np.array([b**k - 1, a * k * b ** (k - 1)])
            mixed = k * b ** (k - 1)
            twice = a * k * (k - 1) * b ** (k - 2) if k > 1 else 0.0
            H += 2 * np.outer(first, first) + 2 * residual * np.array([[0.0, mixed], [mixed, twice]])
        return H


class Himmelblau(Function):
    r"""Four valleys of equal depth: where a descent ends depends on where it starts.

    .. math:: f(a, b) = (a^2 + b - 11)^2 + (a + b^2 - 7)^2

    References
    ----------
    D. M. Himmelblau, "Applied Nonlinear Programming", McGraw-Hill (1972).
    """

    d = 2
    minima = constant(
        [
            [3.0, 2.0],
            [-2.8051180869527448, 3.1313125182505730],
            [-3.7793102533777469, -3.2831859912861694],
            [3.5844283403304918, -1.8481265269644036],
        ]
    )
    box = [(-5.0, 5.0), (-5.0, 5.0)]
    start = constant([0.0, -0.5])

    def value(self, w: Array) -> Array:
        a, b = w
        return (a**2 + b - 11) ** 2 + (a + b**2 - 7) ** 2

    def slope(self, w: Array) -> Array:
        a, b = w
        p, q = a**2 + b - 11, a + b**2 - 7
        return np.array([4 * a * p + 2 * q, 2 * p + 4 * b * q])

    def curvature(self, w: Array) -> Array:
        a, b = w
        p, q = a**2 + b - 11, a + b**2 - 7
        return np.array([[4 * p + 8 * a**2 + 2, 4 * (a + b)], [4 * (a + b), 2 + 4 * q + 8 * b**2]])


class Plateau(Function):
    r"""Almost flat far from the minimum, as the loss of a saturated unit is: steps shrink with the slope.

    .. math:: f(w) = 1 - e^{-w^2 / 2}
    """

    d = 1
    minima = constant([[0.0]])
    box = [(-5.0, 5.0)]
    start = constant([4.0])

    def value(self, w: Array) -> Array:
        return -np.expm1(-(w[0] ** 2) / 2)

    def slope(self, w: Array) -> Array:
        return w * np.exp(-(w**2) / 2)

    def curvature(self, w: Array) -> Array:
        return np.atleast_2d((1 - w**2) * np.exp(-(w**2) / 2))


class Shelf(Function):
    r"""A slope with a shelf on it: at the inflection point 0 it is flat, though it goes on falling behind.

    .. math:: f(w) = \tfrac14 w^4 - \tfrac13 w^3, \qquad f'(w) = w^2 (w - 1)
    """

    d = 1
    minima = constant([[1.0]])
    inflection = constant([0.0])
    box = [(-1.1, 1.6)]
    start = constant([-1.0])

    def value(self, w: Array) -> Array:
        return w[0] ** 4 / 4 - w[0] ** 3 / 3

    def slope(self, w: Array) -> Array:
        return w**2 * (w - 1)

    def curvature(self, w: Array) -> Array:
        return np.atleast_2d(3 * w**2 - 2 * w)


class Cliff(Function):
    r"""A gentle slope that ends at a steep wall, as the loss of a recurrent network can: one step throws the run far back.

    .. math:: f(w) = 0.1\,w + \log\bigl(1 + e^{-s w}\bigr), \qquad s = 20

    To the right of 0 the slope is 0.1; to the left it is about -20.

    References
    ----------
    R. Pascanu, T. Mikolov, Y. Bengio, "On the difficulty of training recurrent neural networks", ICML (2013).
    """

    d = 1
    sharpness, lean = 20.0, 0.1
    box = [(-0.5, 4.0)]
    start = constant([3.0])

    def __init__(self) -> None:
        # the slope vanishes where the logistic function equals lean / sharpness
        p = self.lean / self.sharpness
        self.minima = constant([[np.log((1 - p) / p) / self.sharpness]])

    def value(self, w: Array) -> Array:
        return self.lean * w[0] + np.logaddexp(0, -self.sharpness * w[0])

    def slope(self, w: Array) -> Array:
        return self.lean - self.sharpness * self._wall(w)

    def curvature(self, w: Array) -> Array:
        p = self._wall(w)
        return np.atleast_2d(self.sharpness**2 * p * (1 - p))

    def _wall(self, w: Array) -> Array:
        return np.exp(-np.logaddexp(0, self.sharpness * w))


class Ravine(Quadratic):
    r"""A long valley between steep walls, turned against the axes: the zigzag of gradient descent.

    A quadratic of condition number 50 whose axes are turned by 30°.
    """

    def __init__(self, condition_number: float = 50.0, angle: float = 30.0) -> None:
        c, s = np.cos(np.radians(angle)), np.sin(np.radians(angle))
        turn = np.array([[c, -s], [s, c]])
        super().__init__(turn @ np.diag([1.0, condition_number]) @ turn.T)
        self.start = constant(turn @ [2.6, 0.5])


class Ditch(Function):
    r"""A broad bowl with a shallow ditch across the way: too small to see, deep enough to hold plain descent.

    .. math:: f(w) = \tfrac12 w^2 - 0.6\, e^{-(w - 2)^2 / (2 \cdot 0.15^2)}
    """

    d = 1
    depth, width, place = 0.6, 0.15, 2.0
    box = [(-3.5, 3.5)]
    start = constant([3.2])

    def __init__(self) -> None:
        # Newton's method from the bottom of the bowl and of the ditch
        self.minima = constant([self._settle(0.0), self._settle(self.place)])

    def _settle(self, w: float) -> Array:
        point = np.array([w])
        for _ in range(50):
            point = point - self.slope(point) / self.curvature(point)[0]
        return point

    def _dent(self, w: Array) -> Array:
        return self.depth * np.exp(-((w - self.place) ** 2) / (2 * self.width**2))

    def value(self, w: Array) -> Array:
        return w[0] ** 2 / 2 - self._dent(w[0])

    def slope(self, w: Array) -> Array:
        return w + self._dent(w) * (w - self.place) / self.width**2

    def curvature(self, w: Array) -> Array:
        z = (w - self.place) / self.width
        return np.atleast_2d(1 + self._dent(w) * (1 - z**2) / self.width**2)
