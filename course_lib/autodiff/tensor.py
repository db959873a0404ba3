"""Reverse-mode automatic differentiation: arrays that remember how they were computed.

Every operation computes its result and notes, beside it, its *local derivative*: how a gradient of the loss
with respect to the result becomes a gradient with respect to each operand. `Tensor.backward` walks from the
loss back to the leaves and applies these local derivatives one after the other: the chain rule. One walk
gives the derivatives with respect to all parameters for a small multiple of the cost of computing the loss
itself, however many parameters there are; that is what makes training deep networks possible.

References
----------
.. [1] Griewank, A., & Walther, A. (2008). Evaluating Derivatives, 2nd ed., chapter 3. SIAM.
.. [2] Baydin, A. G., Pearlmutter, B. A., Radul, A. A., & Siskind, J. M. (2018). Automatic differentiation in
   machine learning: a survey. Journal of Machine Learning Research, 18(153).
.. [3] Karpathy, A. (2020). micrograd. The same idea on single numbers instead of arrays.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextvars import ContextVar
from functools import wraps
from inspect import isgeneratorfunction
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

Array: TypeAlias = np.ndarray
LocalDerivative: TypeAlias = Callable[[Array], Array]
Axis: TypeAlias = int | tuple[int, ...] | None

_pauses: ContextVar[int] = ContextVar("pauses", default=0)  # how many no_grad() there are around


class no_grad:
    """Compute without recording: for evaluating a model, and for updating parameters in place.

    A context (``with no_grad():``) and a decorator (``@no_grad()`` or ``@no_grad``), as in torch. One that is kept in a
    variable can be entered any number of times, also within itself. Of a generator its own code is not recorded; what
    happens between two of its values is.
    """

    def __new__(cls, function: Callable | None = None) -> Any:
        pause = super().__new__(cls)
        return pause if function is None else pause(function)

    def __enter__(self) -> None:
        _pauses.set(_pauses.get() + 1)

    def __exit__(self, *_: object) -> None:
        _pauses.set(_pauses.get() - 1)

    def __call__(self, function: Callable) -> Callable:
        if isgeneratorfunction(function):
            return self._of_generator(function)

        @wraps(function)
        def paused(*args: Any, **kwargs: Any) -> Any:
            with self:
                return function(*args, **kwargs)

        return paused

    def _of_generator(self, function: Callable) -> Callable:
        @wraps(function)
        def paused(*args: Any, **kwargs: Any) -> Generator:
            generator = function(*args, **kwargs)
            resume, value = generator.send, None
            while True:
                try:
                    with self:
                        result = resume(value)
                except StopIteration as end:
                    return end.value
                try:
                    resume, value = generator.send, (yield result)
                except GeneratorExit:
                    with self:
                        generator.close()
                    raise
                except BaseException as error:
                    resume, value = generator.throw, error

        return paused


class Tensor:
    r"""An array that can tell the derivative of a result with respect to it.

    Parameters
    ----------
    data : array_like of numbers
        Copied, so that an optimizer changing `data` in place leaves your array alone.
    requires_grad : bool, default False
        Whether `backward` shall compute a gradient for it. Needs floating-point data.

    Attributes
    ----------
    data : ndarray
        The values. They may be changed in place (``w.data -= lr * w.grad``), but not between computing a loss
        and calling `backward` on it: the local derivatives are taken at the values of that moment.
    grad : ndarray of the shape of `data`, or None
        The gradient. Each `backward` *adds* to it, so set it to None between two updates.
    requires_grad : bool
    operation : str or None
        What computed it; None for a leaf, which you made yourself.

    Notes
    -----
    Names and behavior are torch's; axes are called `axis` and `keepdims`, as in NumPy (torch takes these
    too), and data types combine as NumPy's do. Where torch raises an error because values were changed in place between
    computing a loss and `backward`, nothing is noticed here, and the gradient is wrong. ``w @= m`` changes `w` itself
    as ``w *= m`` does; in torch it makes a new tensor. Gradients are kept for leaves, and for other tensors after
    `retain_grad`. ``==`` compares identity, so that tensors can be keys of dictionaries; compare values with
    ``a.data == b.data``.

    Examples
    --------
    >>> w = Tensor([1.0, -2.0], requires_grad=True)
    >>> loss = (w**2).sum()
    >>> loss.backward()
    >>> w.grad
    array([ 2., -4.])
    """

    grad: Array | None = None
    operation: str | None = None
    operands: tuple[Tensor, ...] = ()
    _derivatives: tuple[LocalDerivative, ...] | None = None
    _retain_grad = False

    def __init__(self, data: ArrayLike, requires_grad: bool = False) -> None:
        self.data = numbers("a Tensor", data).copy()
        self.requires_grad = requires_grad
        if requires_grad and self.dtype.kind != "f":
            raise RuntimeError(
                f"only floating-point data can require a gradient, got dtype {self.dtype}: a derivative is "
                "about small changes, and integers have none. Write 1.0 instead of 1, or use .astype(float)."
            )

    @classmethod
    def _constant(cls, data: Array) -> Tensor:
        """A leaf on `data` itself, not on a copy."""
        out = cls.__new__(cls)
        out.data, out.requires_grad = np.asarray(data), False
        return out

    @classmethod
    def _record(cls, operation: str, result: Array, *edges: tuple[Tensor, LocalDerivative]) -> Tensor:
        """The tensor of an operation's `result`; an edge is an operand and the derivative towards it."""
        out = cls._constant(result)
        if not _pauses.get() and any(operand.requires_grad for operand, _ in edges):
            out.requires_grad, out.operation = True, operation
            out.operands, out._derivatives = zip(*edges, strict=True)
        return out

    # -- the chain rule ----------------------------------------------------------------------------------

    def backward(self, gradient: ArrayLike | None = None, retain_graph: bool = False) -> None:
        r"""Add the derivative of this tensor to `grad` of every leaf it was computed from.

        With :math:`\bar v = \partial L / \partial v` for the result L, and u running over the tensors
        computed from v directly,

        .. math:: \bar v = \sum_{u} \left(\frac{\partial u}{\partial v}\right)^{\!\top} \bar u ,

        where the order of the walk makes every :math:`\bar u` complete before it is passed on.

        Parameters
        ----------
        gradient : array_like of this tensor's shape, optional
            :math:`\bar L`, where to start. May be left out for a single number, whose derivative is 1.
        retain_graph : bool, default False
            Keep the local derivatives for another `backward`. As in torch they are dropped otherwise, so that
            going back twice through the same graph, which counts every gradient twice, is an error.

        Raises
        ------
        RuntimeError
            If nothing here requires a gradient, if `gradient` is missing or of another shape, or if the graph
            has been used up.
        """
        if not self.requires_grad:
            raise RuntimeError(
                "this tensor does not depend on anything that requires a gradient: create the parameters "
                "with requires_grad=True, and compute the loss outside no_grad() and without detach()."
            )
        if gradient is None and self.size != 1:
            raise RuntimeError(
                f"only a single number has one derivative, and this tensor has shape {self.shape}: reduce it "
                "with .sum() or .mean(), or pass the gradient to start from."
            )
        start = np.ones_like(self.data) if gradient is None else numbers("the gradient", gradient).astype(self.dtype)
        if start.shape != self.shape:
            raise RuntimeError(f"the gradient has shape {start.shape}, but the tensor {self.shape}.")
        order = topological_order(self)
        if any(node.operands and node._derivatives is None for node in order):
            raise RuntimeError(
                "backward has already gone through this graph: compute the loss again, or pass "
                "retain_graph=True to the first backward if you do want to add its gradients twice."
            )

        gradients = {self: start}
        for node in order:
            if node not in gradients:
                continue  # a constant
            upstream = gradients.pop(node)
            if node.is_leaf or node._retain_grad:
                node._accumulate(upstream)
            for operand, derivative in zip(node.operands, node._derivatives or (), strict=True):
                if operand.requires_grad:
                    share = unbroadcast(derivative(upstream), operand.shape).astype(operand.dtype, copy=False)
                    gradients[operand] = gradients[operand] + share if operand in gradients else share
            if not retain_graph:
                node._derivatives = None

    def _accumulate(self, gradient: Array) -> None:
        if self.grad is None:
            self.grad = np.array(gradient)  # a copy: the same array may be on its way to other tensors
        elif not isinstance(self.grad, (np.ndarray, np.generic)) or self.grad.shape != self.shape:
            given = f"shape {self.grad.shape}" if isinstance(self.grad, np.ndarray) else type(self.grad).__name__
            raise RuntimeError(f"grad must be None or an array of its tensor's shape {self.shape}, got {given}: set it to None.")
        elif self.grad.dtype == self.dtype and self.grad.flags.writeable:
            self.grad += gradient
        else:
            self.grad = (self.grad + gradient).astype(self.dtype)

    def retain_grad(self) -> None:
        """Keep the gradient of a tensor in the middle of a computation, which `backward` drops otherwise."""
        self._retain_grad = True

    # -- arithmetic --------------------------------------------------------------------------------------

    def __add__(self, other: Any) -> Tensor:
        other = self._operand(other)
        return self._record("+", self.data + other.data, (self, lambda g: g), (other, lambda g: g))

    def __sub__(self, other: Any) -> Tensor:
        other = self._operand(other)
        return self._record("-", self.data - other.data, (self, lambda g: g), (other, lambda g: -g))

    def __mul__(self, other: Any) -> Tensor:
        other = self._operand(other)
        x, y = self.data, other.data
        return self._record("*", x * y, (self, lambda g: g * y), (other, lambda g: g * x))

    def __truediv__(self, other: Any) -> Tensor:
        other = self._operand(other)
        x, y = self.data, other.data
        quotient = x / y
        return self._record("/", quotient, (self, lambda g: g / y), (other, lambda g: -g * quotient / y))

    def __pow__(self, other: Any) -> Tensor:
        other = self._operand(other)
        x, y = self.data, other.data
        if x.dtype.kind in "iub" and y.dtype.kind in "ib" and (y < 0).any():
            raise RuntimeError("integers have no negative powers among integers: write ** -1.0, say, instead of ** -1.")
        power = x**y
        # where the textbook formulas meet 0 · ∞, at 0^y, the derivative is 0
        return self._record(
            "**",
            power,
            (self, lambda g: g * y * x ** np.where(y == 0, 0, y - 1)),
            (other, lambda g: g * power * np.log(np.where(x == 0, 1, x))),
        )

    def __neg__(self) -> Tensor:
        return self._record("neg", -self.data, (self, lambda g: -g))

    def __matmul__(self, other: Any) -> Tensor:
        """Matrix product over the last two axes; a vector is a row on the left, a column on the right."""
        other = other if isinstance(other, Tensor) else Tensor(other)
        x, y = self.data, other.data
        check_broadcast(x.shape[:-2], y.shape[:-2], f"cannot multiply {x.shape} @ {y.shape}: the axes before the last two")
        if not x.ndim or not y.ndim or x.shape[-1] != y.shape[-2 if y.ndim > 1 else 0]:
            raise RuntimeError(
                f"cannot multiply {x.shape} @ {y.shape}: the columns of the left factor must be as many as "
                "the rows of the right one. Use * for numbers."
            )
        if y.ndim == 1:
            return (self @ other.reshape(-1, 1))[..., 0]
        if x.ndim == 1:
            return (self.reshape(1, -1) @ other)[..., 0, :]
        xT, yT = x.swapaxes(-1, -2), y.swapaxes(-1, -2)
        return self._record("@", x @ y, (self, lambda g: g @ yT), (other, lambda g: xT @ g))

    def exp(self) -> Tensor:
        power = np.exp(self.data)
        return self._record("exp", power, (self, lambda g: g * power))

    def log(self) -> Tensor:
        x = self.data
        return self._record("log", np.log(x), (self, lambda g: g / x))

    def tanh(self) -> Tensor:
        y = np.tanh(self.data)
        return self._record("tanh", y, (self, lambda g: g * (1 - y**2)))

    def sigmoid(self) -> Tensor:
        with np.errstate(over="ignore"):  # exp(-x) may overflow to inf, and 1 / (1 + inf) = 0 is then right
            y = 1 / (1 + np.exp(-self.data))
        return self._record("sigmoid", y, (self, lambda g: g * y * (1 - y)))

    def relu(self) -> Tensor:
        """max(x, 0). It has no derivative at 0; as everywhere in practice, 0 is taken."""
        x = self.data
        return self._record("relu", np.maximum(x, 0), (self, lambda g: np.where(x <= 0, 0, g)))

    # -- reductions --------------------------------------------------------------------------------------

    def sum(self, axis: Axis = None, keepdims: bool = False) -> Tensor:
        x = self.data
        check_axis(axis, self.ndim)
        kept = x.sum(axis, keepdims=True)
        total = kept if keepdims else kept.squeeze(axis)
        return self._record("sum", total, (self, lambda g: np.broadcast_to(g.reshape(kept.shape), x.shape)))

    def mean(self, axis: Axis = None, keepdims: bool = False) -> Tensor:
        total = self.sum(axis, keepdims)
        return total / (self.size // max(total.size, 1))

    def max(self, axis: Axis = None, keepdims: bool = False) -> Tensor:
        """Largest entries. Entries that tie for it share the gradient equally, as in torch.amax."""
        check_axis(axis, self.ndim)
        kept = largest(self.data, axis)
        winners = self.data == kept
        share = winners / winners.sum(axis, keepdims=True)
        top = kept if keepdims else kept.squeeze(axis)
        return self._record("max", top, (self, lambda g: g.reshape(kept.shape) * share))

    # -- moving entries around ---------------------------------------------------------------------------

    def reshape(self, *sizes: Any) -> Tensor:
        """``reshape(2, 3)`` or ``reshape((2, 3))``; one size may be -1 and is then worked out."""
        shape = sizes[0] if len(sizes) == 1 else sizes
        x = self.data
        try:
            reshaped = x.reshape(shape)
        except (ValueError, TypeError) as error:
            raise type(error)(
                f"cannot reshape {self.shape} to {shape}: sizes are whole numbers whose product is the number of entries, "
                f"here {self.size}; one may be -1."
            ) from None
        return self._record("reshape", reshaped, (self, lambda g: g.reshape(x.shape)))

    def transpose(self, axis0: int, axis1: int) -> Tensor:
        """Swap two axes (torch's meaning of the word; NumPy calls it swapaxes)."""
        check_axis((axis0, axis1) if axis0 != axis1 else axis0, self.ndim)
        swap = lambda array: array.swapaxes(axis0, axis1)  # noqa: E731  it is its own inverse
        return self._record("transpose", swap(self.data), (self, swap))

    @property
    def T(self) -> Tensor:
        """The transposed matrix."""
        if self.ndim != 2:
            raise RuntimeError(f".T transposes a matrix, got shape {self.shape}: use .transpose(a, b).")
        return self.transpose(0, 1)

    def __getitem__(self, index: Any) -> Tensor:
        """Everything NumPy can index with: slices, integers, arrays of indices, masks, None, ``...``."""
        index = tuple(map(_plain, index)) if isinstance(index, tuple) else _plain(index)
        x = self.data

        def scatter(g: Array) -> Array:
            out = np.zeros(x.shape, g.dtype)
            np.add.at(out, index, g)  # out[index] += g would count an entry that is taken twice only once
            return out

        try:
            taken = x[index]
        except IndexError as error:
            raise IndexError(f"cannot index a tensor of shape {self.shape} with {index!r}: {error}.") from None
        return self._record("[]", taken, (self, scatter))

    def gather(self, axis: int, index: ArrayLike | Tensor) -> Tensor:
        """Take entry ``index[i, j, ...]`` along `axis` at each position ``i, j, ...`` of `index`.

        For example ``log_probabilities.gather(1, labels.reshape(-1, 1))`` has each row's entry of its label.
        """
        index = numbers("the index", index)
        check_axis(axis, self.ndim)
        if index.ndim != self.ndim:
            raise RuntimeError(f"gather from {self.ndim} axes needs an index of as many, got {index.shape}.")
        position: list[Array] = list(np.indices(index.shape, sparse=True))
        position[axis] = index
        return self[tuple(position)]

    # -- out of the graph --------------------------------------------------------------------------------

    def detach(self) -> Tensor:
        """The same values (not a copy) as a constant."""
        return self._constant(self.data)

    def numpy(self) -> Array:
        """The values as an array (not a copy)."""
        if self.requires_grad:
            raise RuntimeError("an array has no gradient: call .detach().numpy() to leave it behind.")
        return self.data

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *operands: Any, **options: Any) -> Any:
        """``array + tensor`` is the tensor's operation, not one on each entry of the array; ``np.exp(tensor)`` is an error."""
        if ufunc in REFLECTED and method == "__call__" and not options and not isinstance(operands[0], Tensor):
            return REFLECTED[ufunc](self, operands[0])
        raise TypeError(
            f"NumPy's {ufunc.__name__} does not take a Tensor, whose gradient it would lose: use the tensor's own "
            f"operations, such as .exp() and .sum(), or .detach().numpy() for its values."
        )

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:
        return np.array(self.numpy(), dtype=dtype, copy=copy)

    def item(self) -> Any:
        """The value of a tensor with one entry as a Python number."""
        if self.size != 1:
            raise RuntimeError(f"a tensor of shape {self.shape} is not a single number.")
        return self.data.item()

    def __float__(self) -> float:
        return float(self.item())

    def __bool__(self) -> bool:
        """Whether the one entry is not zero. Of several, nobody knows which is meant."""
        if self.size != 1:
            raise RuntimeError(
                f"a tensor of shape {self.shape} is neither true nor false: compare a single number, such as "
                "t.data.any() or t.data.all(); ask `t is not None` whether there is one, and t.size whether it is empty."
            )
        return bool(self.item())

    # -- what an array has -------------------------------------------------------------------------------

    @property
    def is_leaf(self) -> bool:
        """Whether it was made by hand (or by operations that were not recorded)."""
        return not self.operands

    @property
    def shape(self) -> tuple[int, ...]:
        return self.data.shape

    @property
    def ndim(self) -> int:
        return self.data.ndim

    @property
    def size(self) -> int:
        return self.data.size

    @property
    def dtype(self) -> np.dtype:
        return self.data.dtype

    def __len__(self) -> int:
        if not self.ndim:
            raise TypeError("a tensor of shape () is a single number, without length or entries: use .item().")
        return len(self.data)

    def __iter__(self) -> Iterator[Tensor]:
        return (self[i] for i in range(len(self)))

    def __repr__(self) -> str:
        values = np.array2string(self.data, separator=", ", prefix="Tensor(")
        origin = f", operation={self.operation!r}" if self.operation else ", requires_grad=True"
        note = origin if self.requires_grad else ""
        return f"Tensor({values}{note})"

    # -- operands on the left, and in place --------------------------------------------------------------

    def __radd__(self, other: Any) -> Tensor:
        return self._operand(other) + self

    def __rsub__(self, other: Any) -> Tensor:
        return self._operand(other) - self

    def __rmul__(self, other: Any) -> Tensor:
        return self._operand(other) * self

    def __rtruediv__(self, other: Any) -> Tensor:
        return self._operand(other) / self

    def __rpow__(self, other: Any) -> Tensor:
        return self._operand(other) ** self

    def __rmatmul__(self, other: Any) -> Tensor:
        return Tensor(other) @ self

    def __iadd__(self, other: Any) -> Tensor:
        return self._assign(self + other)

    def __isub__(self, other: Any) -> Tensor:
        return self._assign(self - other)

    def __imul__(self, other: Any) -> Tensor:
        return self._assign(self * other)

    def __itruediv__(self, other: Any) -> Tensor:
        return self._assign(self / other)

    def __ipow__(self, other: Any) -> Tensor:  # type: ignore[misc]
        return self._assign(self**other)

    def __imatmul__(self, other: Any) -> Tensor:
        return self._assign(self @ other)

    def _assign(self, result: Tensor) -> Tensor:
        """``w -= step`` changes a leaf itself, within no_grad(); on anything else it is ``w = w - step``."""
        if not (self.is_leaf and self.requires_grad):
            return result
        if not _pauses.get():
            raise RuntimeError(
                "changing a leaf that requires a gradient in place would make it a result of itself: update "
                "it within `with no_grad():`."
            )
        if result.shape != self.shape:
            raise RuntimeError(f"a result of shape {result.shape} cannot be put in place of a tensor of shape {self.shape}.")
        self.data[...] = result.data
        return self

    def _operand(self, other: Any) -> Tensor:
        """`other` as a Tensor that broadcasts with this one. A Python number takes this one's precision."""
        if not isinstance(other, Tensor):
            dtype = np.result_type(self.dtype, other) if isinstance(other, (int, float)) else None
            other = self._constant(numbers("an operand", other).astype(dtype) if dtype else numbers("an operand", other).copy())
        if self.shape != other.shape:
            check_broadcast(self.shape, other.shape, "shapes")
        return other


REFLECTED: dict[np.ufunc, Callable[[Tensor, Any], Tensor]] = {
    np.add: Tensor.__radd__,
    np.subtract: Tensor.__rsub__,
    np.multiply: Tensor.__rmul__,
    np.divide: Tensor.__rtruediv__,
    np.power: Tensor.__rpow__,
    np.matmul: Tensor.__rmatmul__,
}


def numbers(what: str, value: Any) -> Array:
    """`value` as an array of real numbers."""
    try:
        array = np.asarray(value)
    except ValueError:
        raise ValueError(f"{what} must be numbers in rows of equal length, got {value!r}.") from None
    if array.dtype.kind not in "fiub":
        raise TypeError(f"{what} holds real numbers, got dtype {array.dtype}: {value!r}")
    return array


def check_broadcast(one: tuple[int, ...], other: tuple[int, ...], what: str) -> None:
    """Raise unless arrays of these shapes can be combined entry by entry."""
    try:
        np.broadcast_shapes(one, other)
    except ValueError:
        raise RuntimeError(
            f"{what} {one} and {other} do not fit: aligned at their last axes, sizes must be equal or 1."
        ) from None


def largest(x: Array, axis: Axis) -> Array:
    """The largest entries along `axis`, which is kept."""
    try:
        return x.max(axis, keepdims=True)
    except ValueError:
        raise RuntimeError(f"along axis {axis}, an array of shape {x.shape} has no entries, and so no largest one.") from None


def check_axis(axis: Any, ndim: int) -> None:
    """Raise unless `axis` is None, an axis of an array with `ndim` of them, or a tuple of different ones."""
    axes = axis if isinstance(axis, tuple) else () if axis is None else (axis,)
    for each in axes:
        if not isinstance(each, (int, np.integer)) or isinstance(each, bool):
            raise TypeError(f"axis must be a whole number, a tuple of them, or None, got {axis!r}.")
        if not -ndim <= each < ndim:
            raise IndexError(f"there is no axis {each}: a tensor with {ndim} axes has 0 to {ndim - 1}, or -{ndim} to -1.")
    if len({each % ndim for each in axes}) < len(axes):
        raise ValueError(f"axis {axis} names an axis twice.")


def unbroadcast(gradient: Array, shape: tuple[int, ...]) -> Array:
    """Sum `gradient` over the axes along which broadcasting repeated an operand of the given `shape`.

    Each copy of a repeated entry influences the loss, and the influences add up.
    """
    gradient = np.asarray(gradient)
    if gradient.shape == shape:
        return gradient
    gradient = gradient.sum(axis=tuple(range(gradient.ndim - len(shape))))
    repeated = tuple(axis for axis, size in enumerate(shape) if size == 1)
    return gradient.sum(axis=repeated, keepdims=True)


def topological_order(result: Tensor) -> list[Tensor]:
    """`result` and everything it was computed from, each tensor after all that were computed from it.

    A depth-first search with a stack of its own, because Python's ends at about a thousand nested calls.
    """
    finished, seen, stack = [], set(), [(result, False)]
    while stack:
        node, operands_finished = stack.pop()
        if operands_finished:
            finished.append(node)
        elif node not in seen:
            seen.add(node)
            stack.append((node, True))
            stack.extend((operand, False) for operand in reversed(node.operands))
    return finished[::-1]


def _plain(index: Any) -> Any:
    return index.data if isinstance(index, Tensor) else index
