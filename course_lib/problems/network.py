"""The course's multilayer perceptron as a problem over one vector of parameters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import ArrayLike

from course_lib.autodiff import Tensor, cross_entropy, mse_loss
from course_lib.problems.problem import Batch, Problem
from course_lib.validation import Array, count, finite_array


class MLP(Problem):
    r"""A multilayer perceptron with ReLU units, for classification or regression.

    .. math::
        h_0 = x, \qquad h_{k} = \max(0,\; h_{k-1} W_k + b_k), \qquad \hat y = h_{K-1} W_K + b_K

    The loss is the cross entropy of the softmax of :math:`\hat y` where the targets are integers (class labels), and the mean
    squared error where they are not. The gradient comes from `course_lib.autodiff`.

    Parameters
    ----------
    x : array of shape (n, features)
    y : array of shape (n,)
        Integer labels 0, 1, ..., or real targets.
    hidden : sequence of int
        Sizes of the hidden layers; empty for a linear model.

    Attributes
    ----------
    shapes : list of tuple
        The shapes of W₁, b₁, W₂, b₂, ..., in the order in which they lie in the parameter vector.
    d : int
        Number of parameters in all.

    Raises
    ------
    TypeError, ValueError
        If the data are empty, not finite or of different lengths, or a layer has no units.
    """

    def __init__(self, x: ArrayLike, y: ArrayLike, hidden: Sequence[int] = (32,)) -> None:
        self.x = finite_array("x", x, ndim=2)
        self.y = np.asarray(y)
        finite_array("y", self.y, ndim=1)
        if len(self.x) != len(self.y):
            raise ValueError(f"x and y must hold the same number of examples, got {len(self.x)} and {len(self.y)}.")
        self.classifies = self.y.dtype.kind in "iu"
        if self.classifies and self.y.min() < 0:
            raise ValueError(f"labels must be 0, 1, 2, ..., got {self.y.min()}.")
        outputs = int(self.y.max()) + 1 if self.classifies else 1
        sizes = [self.x.shape[1], *(count("a hidden layer's size", size) for size in hidden), outputs]
        self.shapes: list[tuple[int, ...]] = []
        for fan_in, fan_out in zip(sizes, sizes[1:], strict=False):
            self.shapes += [(fan_in, fan_out), (fan_out,)]
        self.n, self.d = len(self.x), sum(int(np.prod(shape)) for shape in self.shapes)

    def initial(self, rng: np.random.Generator | int | None = None) -> Array:
        r"""A random start: weights from :math:`N(0, 2/\text{fan-in})`, biases zero; shape (d,).

        References
        ----------
        K. He, X. Zhang, S. Ren, J. Sun, "Delving deep into rectifiers", ICCV (2015).
        """
        rng = np.random.default_rng(rng)
        layers = [rng.normal(0, np.sqrt(2 / shape[0]), shape) if len(shape) == 2 else np.zeros(shape) for shape in self.shapes]
        return np.concatenate([layer.ravel() for layer in layers])

    def layers(self, w: ArrayLike) -> list[Array]:
        """The parameter vector cut into W₁, b₁, W₂, b₂, ..."""
        w = np.asarray(w, dtype=float)
        if w.shape != (self.d,):
            raise ValueError(f"w must have shape ({self.d},), one number for each weight and bias; got {w.shape}.")
        return list(self._cut(w))

    def _cut(self, w: Array) -> Iterator[Array]:
        first = 0
        for shape in self.shapes:
            size = int(np.prod(shape))
            yield w[first : first + size].reshape(shape)
            first += size

    def _outputs(self, parameters: Sequence[Tensor], x: Array) -> Tensor:
        h = Tensor(x)
        for k in range(0, len(parameters), 2):
            h = h @ parameters[k] + parameters[k + 1]
            if k + 2 < len(parameters):
                h = h.relu()
        return h

    def _loss(self, parameters: Sequence[Tensor], batch: Batch) -> Tensor:
        x, y = (self.x, self.y) if batch is None else (self.x[batch], self.y[batch])
        outputs = self._outputs(parameters, x)
        return cross_entropy(outputs, y) if self.classifies else mse_loss(outputs.reshape(len(y)), y)

    def loss(self, w: ArrayLike, batch: Batch = None) -> float:
        return float(self._loss([Tensor(layer) for layer in self.layers(w)], batch).item())

    def gradient(self, w: ArrayLike, batch: Batch = None) -> Array:
        parameters = [Tensor(layer, requires_grad=True) for layer in self.layers(w)]
        self._loss(parameters, batch).backward()
        return np.concatenate([p.grad.ravel() for p in parameters if p.grad is not None])

    def predict(self, w: ArrayLike, x: ArrayLike) -> np.ndarray:
        """Labels (or values) for new examples of shape (m, features); shape (m,)."""
        outputs = self._outputs([Tensor(layer) for layer in self.layers(w)], finite_array("x", x, ndim=2)).numpy()
        return outputs.argmax(axis=1) if self.classifies else outputs[:, 0]

    def accuracy(self, w: ArrayLike, x: ArrayLike, y: ArrayLike) -> float:
        """The part of the examples whose label is predicted."""
        return float(np.mean(self.predict(w, x) == np.asarray(y)))
