"""A quasi-Newton method: curvature, learned from how the gradient has changed along the last steps."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from course_lib.optim.limits import learning_rate, nonnegative
from course_lib.optim.optimizer import Optimizer, Params, State, require_matching_gradient
from course_lib.optim.parameter import require_float_array
from course_lib.validation import Array, count


class LBFGS(Optimizer):
    r"""Limited-memory BFGS, with a line search if asked for.

    One `step` makes up to `max_iter` iterations, each with one or more evaluations of the loss:

    .. math::

        d &\leftarrow -H g \\
        t &\leftarrow \text{a step along } d \text{: lr, or what the line search finds beginning with lr} \\
        p &\leftarrow p + t d

    Newton's method would take for H the inverse of the Hessian. This one takes the simplest matrix that agrees with
    what the gradient has been seen to do: on the last `history_size` steps :math:`s = t d`, over which the
    gradient changed by y, it must hold that :math:`H y = s`. H itself, with a square of the number of parameters
    as its size, is never formed: `two_loop_recursion` multiplies by it using the pairs (s, y) alone.

    The very first iteration has no pair yet and is a step of gradient descent, of length `lr` at most in the sum
    of its absolute entries.

    Parameters
    ----------
    params : iterable of Parameter
        The parameters. There can only be one group, because H is about all of them together.
    lr : float, at least 0
        The step along d, or the first one that the line search tries. H knows the scale: 1 is right.
    max_iter : int
        The most iterations in one `step`.
    max_eval : int, optional
        The most evaluations of the closure in one `step`; 1.25 times `max_iter` by default.
    tolerance_grad : float, at least 0
        A `step` ends when no entry of the gradient is larger.
    tolerance_change : float, at least 0
        A `step` ends when the loss, or every parameter, changes by less.
    history_size : int
        How many pairs (s, y) to keep, each twice the size of the parameters.
    line_search_fn : {None, 'strong_wolfe'}
        Whether to search along d for a step with the strong Wolfe conditions, as `strong_wolfe` does. Without it
        nothing keeps the loss from rising, and `lr` may have to be less than 1.

    Raises
    ------
    ValueError
        If an option lies outside its range, or there is more than one group.
    RuntimeError
        If `line_search_fn` is unknown.

    Notes
    -----
    State, kept with the first parameter, under torch's names: "old_stps", the steps s, and "old_dirs", the changes
    y; "ro", the numbers :math:`1 / y^\top s`; "H_diag", :math:`\gamma`; "d"; "t"; "prev_flat_grad" and "prev_loss",
    before the last iteration; "n_iter" and "func_evals", counted over all steps. Vectors hold all parameters one
    after the other. torch keeps as "al" what is but an intermediate result of the two loops.

    References
    ----------
    J. Nocedal (1980). Updating quasi-Newton matrices with limited storage. Mathematics of Computation 35(151),
    773-782.

    D. C. Liu, J. Nocedal (1989). On the limited memory BFGS method for large scale optimization. Mathematical
    Programming 45, 503-528.

    J. Nocedal, S. J. Wright (2006). Numerical Optimization, 2nd edition, algorithms 3.5, 3.6 and 7.4. Springer.

    Examples
    --------
    The curved valley of Rosenbrock's function, which takes gradient descent thousands of steps:

    >>> import numpy as np
    >>> from course_lib.optim import LBFGS, Parameter
    >>> w = Parameter(np.array([-1.2, 1.0]))
    >>> optimizer = LBFGS([w], max_iter=100, line_search_fn="strong_wolfe")
    >>> def closure():
    ...     x, y = w.data
    ...     w.grad = np.array([-400 * x * (y - x**2) - 2 * (1 - x), 200 * (y - x**2)])
    ...     return 100 * (y - x**2) ** 2 + (1 - x) ** 2
    >>> first_loss = optimizer.step(closure)
    >>> w.data.round(3)
    array([1., 1.])
    >>> optimizer.state[w]["func_evals"] < 60
    True
    """

    limits = {
        "lr": learning_rate,
        "max_iter": count,
        "max_eval": count,
        "tolerance_grad": nonnegative,
        "tolerance_change": nonnegative,
        "history_size": count,
    }

    def __init__(
        self,
        params: Params,
        lr: float = 1,
        max_iter: int = 20,
        max_eval: int | None = None,
        tolerance_grad: float = 1e-7,
        tolerance_change: float = 1e-9,
        history_size: int = 100,
        line_search_fn: str | None = None,
    ) -> None:
        super().__init__(
            params,
            dict(
                lr=lr,
                max_iter=max_iter,
                max_eval=count("max_iter", max_iter) * 5 // 4 if max_eval is None else max_eval,
                tolerance_grad=tolerance_grad,
                tolerance_change=tolerance_change,
                history_size=history_size,
                line_search_fn=line_search_fn,
            ),
        )

    def check(self, options: dict[str, Any]) -> None:
        super().check(options)
        if options["line_search_fn"] not in (None, "strong_wolfe"):
            raise RuntimeError(f"line_search_fn must be None or 'strong_wolfe', got {options['line_search_fn']!r}.")

    def add_param_group(self, param_group: dict[str, Any]) -> None:
        if self.param_groups:
            raise ValueError(
                "LBFGS takes one parameter group only: it learns the curvature of all parameters together. Put "
                "them into one list, or use an optimizer for each group."
            )
        super().add_param_group(param_group)

    def initial_state(self, p: Array, **options: Any) -> State:
        return {"func_evals": 0, "n_iter": 0}

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Make up to `max_iter` iterations.

        Parameters
        ----------
        closure : function without arguments
            Computes the gradients anew, at the parameters as they are then, and returns the loss. It is called
            several times.

        Returns
        -------
        What the closure returned the first time: the loss before the step.
        """
        if closure is None:
            raise TypeError(
                "LBFGS evaluates the loss several times in a step, at parameters that it chooses on the way, and "
                "needs to be told how: call step(closure) with a function that sets the gradients to None, computes "
                "the loss and its gradients, and returns the loss."
            )
        if not self.param_groups[0]["params"]:
            return closure()
        with self.all_or_nothing():
            return self.iterate(closure)

    def iterate(self, closure: Callable[[], Any]) -> Any:
        """The iterations of a step."""
        options = self.options(self.param_groups[0])
        lr, max_iter, max_eval = options["lr"], options["max_iter"], options["max_eval"]
        tolerance_grad, tolerance_change = options["tolerance_grad"], options["tolerance_change"]
        state = self.state_of(self.param_groups[0]["params"][0], options)

        first_loss = closure()
        loss, g = as_loss(first_loss), self.flat_gradient()
        most_evals = state["func_evals"] + max_eval
        state["func_evals"] += 1
        if largest(g) <= tolerance_grad:
            return first_loss

        for iteration in range(1, max_iter + 1):
            state["n_iter"] += 1
            if state["n_iter"] == 1:
                d, t = -g, lr * min(1.0, 1.0 / float(np.abs(g).sum()))
                state.update(old_dirs=[], old_stps=[], ro=[], H_diag=1.0)
            else:
                remember(state, state["t"] * state["d"], g - state["prev_flat_grad"], options["history_size"])
                d, t = -two_loop_recursion(state, g), lr
            state.update(d=d, t=t, prev_flat_grad=g, prev_loss=loss)

            start = Point(0.0, loss, g, float(g @ d))
            if start.slope > -tolerance_change:
                break
            x = self.flat_data()
            along = partial(self.evaluate, closure, x, d)
            if options["line_search_fn"] is not None:
                max_ls = most_evals - state["func_evals"]
                end, evaluations = strong_wolfe(along, start, t, largest(d), max_ls)
                state["func_evals"] += evaluations
                state["t"], loss, g, _ = end
                self.set_flat_data(x + end.t * d)
            elif iteration < max_iter:
                _, loss, g, _ = along(t)
                state["func_evals"] += 1
            else:
                self.set_flat_data(x + t * d)  # to be evaluated at the beginning of the next step
            if (
                state["func_evals"] >= most_evals
                or largest(g) <= tolerance_grad
                or largest(state["t"] * d) <= tolerance_change
                or abs(loss - state["prev_loss"]) < tolerance_change
            ):
                break
        return first_loss

    @contextmanager
    def all_or_nothing(self) -> Iterator[None]:
        """Put parameters and state back where they were if the step ends in an error, which may come half way."""
        params = self.param_groups[0]["params"]
        arrays = [require_float_array(p.data) for p in params]
        before = [array.copy() for array in arrays]
        state: State = {name: list(value) if isinstance(value, list) else value for name, value in self.state[params[0]].items()}
        known, size = state.get("prev_flat_grad"), sum(array.size for array in arrays)
        if known is not None and known.size != size:
            raise RuntimeError(
                f"the parameters now have {size} entries, but the history was made for {known.size}. Build a new optimizer "
                f"when parameters change their shape."
            )
        try:
            yield
        except BaseException:
            for array, values in zip(arrays, before, strict=True):
                array[...] = values
            self.state[params[0]] = state
            raise

    def evaluate(self, closure: Callable[[], Any], x: Array, d: Array, t: float) -> Point:
        """Go to ``x + t d`` and evaluate the loss there."""
        self.set_flat_data(x + t * d)
        loss = as_loss(closure())
        g = self.flat_gradient()
        return Point(t, loss, g, float(g @ d))

    def flat_gradient(self) -> Array:
        """The gradients of all parameters as one vector; a missing one is zero."""
        parts = []
        for p in self.param_groups[0]["params"]:
            if p.grad is not None:
                require_matching_gradient(p)
            parts.append(np.zeros(p.data.size, p.data.dtype) if p.grad is None else np.ravel(p.grad))
        return np.concatenate(parts)

    def flat_data(self) -> Array:
        """All parameters as one vector, a copy."""
        return np.concatenate([p.data.ravel() for p in self.param_groups[0]["params"]])

    def set_flat_data(self, x: Array) -> None:
        """Put the entries of a vector into the parameters."""
        start = 0
        for p in self.param_groups[0]["params"]:
            p.data[...] = x[start : start + p.data.size].reshape(p.data.shape)
            start += p.data.size


def largest(x: Array) -> float:
    """The largest absolute entry."""
    return float(np.abs(x).max(initial=0))


def as_loss(value: Any) -> float:
    """What a closure returned, as a number."""
    try:
        return float(value)
    except (TypeError, ValueError) as error:
        raise type(error)(f"the closure must return the loss, a number, got {value!r}.") from None


def remember(state: State, s: Array, y: Array, size: int) -> None:
    r"""Add a pair to the history, and forget the oldest if there are more than `size`.

    Along s the gradient grew by y. If not :math:`y^\top s > 0`, the loss curves downwards there, and no positive
    definite H could have :math:`H y = s`: such a pair is left out. Without any other knowledge, H is :math:`\gamma`
    times the identity, with :math:`\gamma = y^\top s / y^\top y`, the inverse of a curvature along the last step.
    """
    ys = float(y @ s)
    if ys <= 1e-10:
        return
    for history, item in (("old_stps", s), ("old_dirs", y), ("ro", 1.0 / ys)):
        state[history].append(item)
        del state[history][:-size]
    state["H_diag"] = ys / float(y @ y)


def two_loop_recursion(state: State, g: Array) -> Array:
    r"""H g, for the H of BFGS after all pairs (s, y) of the history, beginning with :math:`\gamma I`.

    A pair changes H into

    .. math:: (I - \rho s y^\top) \, H \, (I - \rho y s^\top) + \rho s s^\top, \qquad \rho = 1 / y^\top s.

    The first loop applies the right factors, from the newest pair to the oldest; the second the left factors and
    the terms at the end, back to the newest (Nocedal & Wright, algorithm 7.4).
    """
    pairs = list(zip(state["old_stps"], state["old_dirs"], state["ro"], strict=True))
    alphas = []
    q = g.copy()
    for s, y, r in reversed(pairs):
        alpha = r * float(s @ q)
        q -= alpha * y
        alphas.append(alpha)
    h = state["H_diag"] * q
    for (s, y, r), alpha in zip(pairs, reversed(alphas), strict=True):
        beta = r * float(y @ h)
        h += (alpha - beta) * s
    return h


class Point(NamedTuple):
    """What is known at the distance `t` along a line: the loss, its gradient, and its slope along the line."""

    t: float
    loss: float
    gradient: Array
    slope: float


def strong_wolfe(
    along: Callable[[float], Point],
    start: Point,
    t: float,
    size: float,
    max_ls: int,
    c1: float = 1e-4,
    c2: float = 0.9,
    tolerance_change: float = 1e-9,
) -> tuple[Point, int]:
    r"""A point on a line that fulfils the strong Wolfe conditions.

    With :math:`\varphi(t)` the loss along the line,

    .. math::
        \varphi(t) \le \varphi(0) + c_1 t \, \varphi'(0) \qquad &\text{enough is gained (Armijo),} \\
        |\varphi'(t)| \le c_2 |\varphi'(0)| \qquad &\text{and not much is left to gain (curvature).}

    The second one ensures :math:`y^\top s > 0`, which `LBFGS` needs. First `bracket` goes out until an interval must
    hold such points; then `zoom` makes it smaller. When `max_ls` evaluations do not suffice, or the interval has
    shrunk to nothing, the lowest point known is returned.

    Parameters
    ----------
    along : function of t that returns a Point
    start : Point
        At t = 0, with a negative slope.
    t : float
        The first distance to try.
    size : float
        The largest absolute entry of the direction.
    max_ls : int
        How many more evaluations may follow the first one.
    c1, c2 : float
    tolerance_change : float
        End when no parameter changes by more from one end of the interval to the other. As in torch, this is not the
        option of `LBFGS` of the same name.

    Returns
    -------
    Point
    int
        The number of evaluations.
    """

    def enough(point: Point) -> bool:
        return not point.loss > start.loss + c1 * point.t * start.slope

    def flat(point: Point) -> bool:
        return abs(point.slope) <= -c2 * start.slope

    ends, evaluations = bracket(along, start, t, max_ls, enough, flat)
    if len(ends) == 1:
        return ends[0], evaluations
    return zoom(along, ends, evaluations, size, tolerance_change, max_ls, enough, flat)


def bracket(
    along: Callable[[float], Point],
    start: Point,
    t: float,
    max_ls: int,
    enough: Callable[[Point], bool],
    flat: Callable[[Point], bool],
) -> tuple[list[Point], int]:
    """Go out until two points have one with both conditions between them, or a point has them itself.

    There must be one in between when the farther point is too high, not below the nearer one, or on the rise again
    (Nocedal & Wright, algorithm 3.5). Until then, the next point is where a cubic has its minimum, at most ten
    times as far.

    Returns
    -------
    list of Point
        The two; or the one.
    int
        The number of evaluations.
    """
    previous, point = start, along(t)
    for i in range(max_ls):
        if not enough(point) or (i > 1 and point.loss >= previous.loss):
            return [previous, point], i + 1
        if flat(point):
            return [point], i + 1
        if point.slope >= 0:
            return [previous, point], i + 1
        bounds = point.t + 0.01 * (point.t - previous.t), 10 * point.t
        previous, point = point, along(cubic_minimum(previous, point, bounds))
    return [min(start, point, key=lambda end: end.loss)], max_ls + 1


def zoom(
    along: Callable[[float], Point],
    ends: list[Point],
    evaluations: int,
    size: float,
    tolerance_change: float,
    max_ls: int,
    enough: Callable[[Point], bool],
    flat: Callable[[Point], bool],
) -> tuple[Point, int]:
    """Make the interval between the two `ends` smaller until a point has both conditions.

    The lower end is always one with enough gained, and the slope there points to the other end; a new point in
    between takes the place of the end that keeps it so (Nocedal & Wright, algorithm 3.6).
    """
    low = 0 if ends[0].loss <= ends[1].loss else 1
    at_the_edge = False
    while evaluations <= max_ls:
        left, right = sorted(ends, key=lambda end: end.t)
        if (right.t - left.t) * size < tolerance_change:
            break
        t = cubic_minimum(left, right, (left.t, right.t))
        # a cubic that fits badly keeps on pointing next to an end: every other time, move a tenth inwards instead
        margin = 0.1 * (right.t - left.t)
        if min(right.t - t, t - left.t) >= margin:
            at_the_edge = False
        elif at_the_edge or not left.t < t < right.t:
            t = right.t - margin if right.t - t < t - left.t else left.t + margin
            at_the_edge = False
        else:
            at_the_edge = True
        point = along(t)
        evaluations += 1
        if not enough(point) or point.loss >= ends[low].loss:
            ends[1 - low] = point
            low = 0 if ends[0].loss <= ends[1].loss else 1
        elif flat(point):
            return point, evaluations
        else:
            if point.slope * (ends[1 - low].t - ends[low].t) >= 0:
                ends[1 - low] = ends[low]
            ends[low] = point
    return ends[low], evaluations


def cubic_minimum(left: Point, right: Point, bounds: tuple[float, float]) -> float:
    r"""Where the cubic with the losses and slopes of two points has its minimum, within bounds.

    .. math::
        d_1 = \varphi'_l + \varphi'_r - 3 \frac{\varphi_l - \varphi_r}{t_l - t_r}, \qquad
        d_2 = \sqrt{d_1^2 - \varphi'_l \varphi'_r}, \qquad
        t = t_r - (t_r - t_l) \frac{\varphi'_r + d_2 - d_1}{\varphi'_r - \varphi'_l + 2 d_2}

    (Nocedal & Wright, equation 3.59). The middle of the bounds is returned when there is no minimum, or when a loss
    is so large that the formula overflows (torch then goes on with NaN).
    """
    nearest, farthest = bounds
    if left.t == right.t:
        return (nearest + farthest) / 2
    d1 = left.slope + right.slope - 3 * (left.loss - right.loss) / (left.t - right.t)
    square = d1 * d1 - left.slope * right.slope
    if square < 0:
        return (nearest + farthest) / 2
    d2 = math.sqrt(square)
    with np.errstate(all="ignore"):  # a straight line has its minimum at infinity
        ratio = float(np.divide(right.slope + d2 - d1, right.slope - left.slope + 2 * d2))
    t = right.t - (right.t - left.t) * ratio
    return (nearest + farthest) / 2 if math.isnan(t) else min(max(t, nearest), farthest)
