from __future__ import annotations

import gc
import sys
import weakref

import hypothesis.extra.numpy as hnp
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.autodiff import Tensor, gradient_check, no_grad
from course_lib.autodiff.tensor import unbroadcast

seeds = st.integers(0, 2**32 - 1)
shapes = hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4)
pairs = hnp.mutually_broadcastable_shapes(num_shapes=2, max_dims=3, min_side=0, max_side=4)


def away_from_zero(seed: int, *shapes: tuple[int, ...], positive: bool = False) -> list[np.ndarray]:
    """Arrays of sizes between 1/4 and 2: large enough to divide by, and away from the kink of relu."""
    rng = np.random.default_rng(seed)
    signs = [1.0] if positive else [-1.0, 1.0]
    return [rng.uniform(0.25, 2, shape) * rng.choice(signs, shape) for shape in shapes]


# -- each operation ------------------------------------------------------------------------------------------

# on Tensors and on torch's alike; "positive" where real numbers need a positive operand
BINARY = {
    "add": (lambda x, y: x + y, False),
    "subtract": (lambda x, y: x - y, False),
    "multiply": (lambda x, y: x * y, False),
    "divide": (lambda x, y: x / y, False),
    "power": (lambda x, y: x**y, True),
}
UNARY = {
    "neg": (lambda x: -x, False),
    "exp": (lambda x: x.exp(), False),
    "log": (lambda x: x.log(), True),
    "tanh": (lambda x: x.tanh(), False),
    "sigmoid": (lambda x: x.sigmoid(), False),
    "relu": (lambda x: x.relu(), False),
    "square": (lambda x: x**2, False),
    "inverse root": (lambda x: x**-0.5, True),
    "number on the left": (lambda x: 3 - 2 / x + 2**x + 0.5 * x + (1 + x), False),
}


@pytest.mark.parametrize("name", BINARY)
@settings(max_examples=60, deadline=None)
@given(pairs, seeds)
def test_binary_operation(same_as_torch, name, pair, seed):
    f, positive = BINARY[name]
    arrays = away_from_zero(seed, *pair.input_shapes, positive=positive)
    same_as_torch(f, f, *arrays)
    assert gradient_check(f, *arrays) < 1e-7


@pytest.mark.parametrize("name", UNARY)
@settings(max_examples=40, deadline=None)
@given(shapes, seeds)
def test_unary_operation(same_as_torch, name, shape, seed):
    f, positive = UNARY[name]
    (x,) = away_from_zero(seed, shape, positive=positive)
    same_as_torch(f, f, x, atol=0)
    assert gradient_check(f, x) < 1e-7


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
def test_precision_is_kept(dtype):
    x = Tensor(np.array([0.5, 2.0], dtype), requires_grad=True)
    y = ((2 * x + 1.5) ** 2 / 3 - 1).sigmoid().mean()
    assert y.dtype == dtype
    y.backward()
    assert x.grad.dtype == dtype
    x.grad = None
    (x * np.array([1.0, 2.0])).sum().backward()  # float64 on the way
    assert x.grad.dtype == dtype


@pytest.mark.parametrize(("x", "y"), [(0.0, 0.0), (0.0, 1.0), (0.0, 2.0), (0.0, 2.5), (-2.0, 3.0), (-2.0, 0.0)])
def test_power_where_the_formula_meets_zero_times_infinity(same_as_torch, x, y):
    with np.errstate(all="raise"):
        same_as_torch(lambda x: x**y, lambda x: x**y, np.array([x]))
    if x == 0:
        same_as_torch(lambda x, y: x**y, lambda x, y: x**y, np.array([x]), np.array([y]))


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("name", ["sigmoid", "tanh", "relu", "exp"])
def test_extreme_values(same_as_torch, name):
    x = np.array([-np.inf, -1000.0, -700.0, -30.0, -1e-300, -0.0, 0.0, 1e-300, 30.0, 700.0, 1000.0, np.nan])
    same_as_torch(*[lambda x: getattr(x, name)()] * 2, x, atol=0)


@pytest.mark.filterwarnings("error")
def test_sigmoid_is_silent_about_an_overflow_that_does_no_harm():
    with np.errstate(all="raise", under="ignore"):
        assert Tensor([-1000.0, 1000.0]).sigmoid().data.tolist() == [0.0, 1.0]


@settings(max_examples=150, deadline=None)
@given(
    hnp.mutually_broadcastable_shapes(signature="(n?,k),(k,m?)->(n?,m?)", max_dims=2, min_side=0, max_side=4),
    seeds,
)
def test_matmul(same_as_torch, pair, seed):
    x, y = away_from_zero(seed, *pair.input_shapes)
    same_as_torch(lambda x, y: x @ y, lambda x, y: x @ y, x, y)
    assert gradient_check(lambda x, y: x @ y, x, y) < 1e-7
    assert gradient_check(lambda y: x @ y, y) < 1e-7  # an array on the left
    assert gradient_check(lambda x: x @ y, x) < 1e-7


# -- reductions ----------------------------------------------------------------------------------------------


@st.composite
def shapes_and_axes(draw, min_side: int = 0):
    shape = draw(hnp.array_shapes(min_dims=0, max_dims=3, min_side=min_side, max_side=4))
    axes = st.none()
    if shape:
        one = st.integers(-len(shape), len(shape) - 1)
        axes |= one | st.sets(st.integers(0, len(shape) - 1), min_size=1).map(lambda s: tuple(sorted(s)))
    return shape, draw(axes), draw(st.booleans())


@pytest.mark.parametrize("name", ["sum", "mean"])
@settings(max_examples=60, deadline=None)
@given(shapes_and_axes(), seeds)
@pytest.mark.filterwarnings("ignore:invalid value", "ignore:divide by zero")  # the mean of nothing is nan
def test_sum_and_mean(same_as_torch, name, case, seed):
    shape, axis, keepdims = case
    (x,) = away_from_zero(seed, shape)

    def f(x):
        if axis is None and not keepdims:
            return getattr(x, name)()
        if axis is None:  # torch has no keepdim without dim
            return getattr(x, name)(tuple(range(x.ndim)), keepdims=True) if x.ndim else getattr(x, name)()
        return getattr(x, name)(axis, keepdims=keepdims)

    same_as_torch(f, f, x)
    assert getattr(Tensor(x), name)(axis, keepdims).shape == np.sum(x, axis, keepdims=keepdims).shape


@settings(max_examples=60, deadline=None)
@given(shapes_and_axes(min_side=1), seeds, st.booleans())
def test_max(same_as_torch, case, seed, ties):
    shape, axis, keepdims = case
    (x,) = away_from_zero(seed, shape)
    if ties:
        x = np.round(x)
    dim = tuple(range(x.ndim)) if axis is None else axis
    same_as_torch(lambda x: x.max(axis, keepdims), lambda x: torch.amax(x, dim, keepdim=keepdims), x)


# -- moving entries around -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "f",
    [
        lambda x: x.reshape(6, 4),
        lambda x: x.reshape((4, -1)),
        lambda x: x.reshape(-1),
        lambda x: x.transpose(0, 1),
        lambda x: x.transpose(-1, 0),
        lambda x: x[0].T,
        lambda x: x[1],
        lambda x: x[:, 1:, ::2],
        lambda x: x[..., -1],
        lambda x: x[:, None, 0],
        lambda x: x[[0, 1, 1, 0, 1]],
        lambda x: x[:, [2, 2], [0, 0]],
        lambda x: x[1, 2, 3],
    ],
)
def test_shape_and_index(same_as_torch, f):
    x = np.random.default_rng(0).standard_normal((2, 3, 4))
    same_as_torch(f, f, x)


def test_index_with_mask_and_with_tensors(same_as_torch):
    x = np.array([[1.0, -2.0, 3.0], [-4.0, 5.0, -6.0]])
    same_as_torch(lambda t: t[x > 0], lambda t: t[torch.tensor(x > 0)], x)
    i, j = np.array([0, 1, 1]), np.array([2, 0, 0])
    same_as_torch(lambda t: t[Tensor(i), Tensor(j)], lambda t: t[torch.tensor(i), torch.tensor(j)], x)


@pytest.mark.parametrize("axis", [0, 1, -1])
def test_gather(same_as_torch, axis):
    x = np.random.default_rng(0).standard_normal((3, 4))
    index = np.array([[0, 2], [1, 1]])  # smaller than x, as torch allows
    same_as_torch(lambda t: t.gather(axis, index), lambda t: t.gather(axis, torch.tensor(index)), x)


def test_iteration_and_length():
    x = Tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    assert len(x) == 2
    first, second = x
    (first * second).sum().backward()
    np.testing.assert_array_equal(x.grad, [[3, 4], [1, 2]])


@pytest.mark.parametrize(
    ("above", "shape", "expected"),
    [
        (np.ones((2, 3)), (2, 3), np.ones((2, 3))),
        (np.ones((2, 3)), (3,), np.full(3, 2.0)),
        (np.ones((2, 3)), (2, 1), np.full((2, 1), 3.0)),
        (np.ones((2, 3)), (), np.array(6.0)),
        (np.ones((4, 2, 3)), (1, 3), np.full((1, 3), 8.0)),
        (np.ones((0, 3)), (1, 3), np.zeros((1, 3))),
    ],
)
def test_unbroadcast(above, shape, expected):
    np.testing.assert_array_equal(unbroadcast(above, shape), expected, strict=True)


# -- the chain rule ------------------------------------------------------------------------------------------

STEPS = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / (2 + b * b),
    "tanh": lambda a, b: (a + b).tanh(),
    "sigmoid": lambda a, b: a.sigmoid() * b,
    "sum": lambda a, b: a.sum() * b,
}


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(sorted(STEPS)), seeds, seeds), min_size=1, max_size=15), seeds)
def test_expressions_that_use_their_parts_again(same_as_torch, program, seed):
    def f(x, y):
        values = [x, y]
        for step, i, j in program:
            values.append(STEPS[step](values[i % len(values)], values[j % len(values)]).tanh())
        return sum(values[2:], start=values[0] * values[1])

    same_as_torch(f, f, *away_from_zero(seed, (3,), (2, 1)), rtol=1e-10)  # errors grow along the program


def test_operand_used_twice_in_one_operation():
    x = Tensor(3.0, requires_grad=True)
    (x * x + x / x - x).backward()
    assert x.grad == 5.0


def test_every_path_is_complete_before_it_is_passed_on():
    # a walk by depth alone would pass on the gradient of y before its second half has arrived
    x = Tensor(2.0, requires_grad=True)
    y = x * 3
    z = y.exp().log() * 5
    (y + z).backward()
    assert x.grad == pytest.approx(18.0, rel=1e-15)


def test_chain_deeper_than_the_stack_of_python():
    x = Tensor([1.0, 2.0], requires_grad=True)
    y = x
    assert sys.getrecursionlimit() < 10_000
    for _ in range(10_000):
        y = y * 1.0001 + 0.5
    y.sum().backward()
    np.testing.assert_allclose(x.grad, [1.0001**10_000] * 2, rtol=1e-11)
    del y  # and releasing the chain does not recurse either


def test_gradients_accumulate_until_forgotten():
    w = Tensor([1.0, 2.0], requires_grad=True)
    (w**2).sum().backward()
    first = w.grad
    (w**2).sum().backward()
    np.testing.assert_array_equal(w.grad, [4.0, 8.0])
    assert w.grad is first  # in place, as in torch
    w.grad = None
    (w**2).sum().backward()
    np.testing.assert_array_equal(w.grad, [2.0, 4.0])


def test_gradients_share_no_memory():
    a, b = Tensor([1.0, 2.0], requires_grad=True), Tensor([3.0, 4.0], requires_grad=True)
    above = np.array([1.0, 1.0])
    (a + b).backward(above)
    a.grad += 10
    np.testing.assert_array_equal(b.grad, [1.0, 1.0])
    np.testing.assert_array_equal(above, [1.0, 1.0])
    c = Tensor(np.ones((3, 3)), requires_grad=True)
    c.sum().backward()
    c.grad[0, 0] = 7.0  # a repeated view of a single number would be read-only, or change everywhere
    assert c.grad.sum() == 15


def test_gradients_of_results_are_kept_on_request():
    x = Tensor([1.0, 2.0], requires_grad=True)
    y = x * 3
    z = y**2
    y.retain_grad()
    z.sum().backward()
    np.testing.assert_array_equal(y.grad, [6.0, 12.0])
    assert z.grad is None


def test_backward_twice_needs_retain_graph():
    x = Tensor(2.0, requires_grad=True)
    y = x * x
    y.backward(retain_graph=True)
    y.backward()
    assert x.grad == 8.0
    with pytest.raises(RuntimeError, match="already gone through this graph.*retain_graph=True"):
        y.backward()
    z = y + 1  # a new result on a used-up graph
    with pytest.raises(RuntimeError, match="already gone"):
        z.backward()
    assert x.grad == 8.0


def test_graph_is_released_with_its_result():
    x = Tensor(np.ones(3), requires_grad=True)
    middle = ((x.exp() * x).sigmoid() / x).tanh()[1:].reshape(2, 1).max(0)
    loss = (middle @ middle).log().sum()
    alive = weakref.ref(middle)
    gc.disable()  # by counting references alone: a cycle would hold the memory of every training step
    try:
        del middle, loss
        assert alive() is None
    finally:
        gc.enable()


# -- what is recorded ----------------------------------------------------------------------------------------


def test_constants_are_not_recorded():
    y = Tensor([1.0]) * Tensor([2.0])
    assert y.is_leaf and not y.requires_grad and y.operands == ()


def test_no_grad_context_and_decorator():
    w = Tensor([1.0], requires_grad=True)
    with no_grad():
        assert not (w * 2).requires_grad
        with no_grad():
            pass
        assert not (w * 2).requires_grad  # the inner end is not the outer one's

    @no_grad()
    def predict(depth: int) -> Tensor:
        return predict(depth - 1) if depth else w * 2

    assert not predict(3).requires_grad
    assert (w * 2).requires_grad
    with pytest.raises(KeyError), no_grad():
        raise KeyError
    assert (w * 2).requires_grad


@pytest.mark.parametrize("library", ["torch", "ours"])
def test_a_number_is_true_if_it_is_not_zero(library):
    make = torch.tensor if library == "torch" else Tensor
    for value in (0.0, 1.0, float("nan"), [[0.0]], [[2.0]], 0, True):
        assert bool(make(value)) is bool(np.array(value).item())
    for value in ([0.0, 0.0], [1.0, 1.0], []):  # by its length, the first would be true and the last false
        with pytest.raises(RuntimeError):
            bool(make(value))


def test_no_grad_is_entered_again():
    w = Tensor([1.0], requires_grad=True)
    pause = no_grad()
    for _ in range(3):
        with pause:
            assert not (w * 2).requires_grad
        assert (w * 2).requires_grad
    with pause:
        with pause:  # within itself
            pass
        assert not (w * 2).requires_grad
        with pytest.raises(KeyError), pause:
            raise KeyError
        assert not (w * 2).requires_grad
    assert (w * 2).requires_grad

    @pause
    @pause
    @no_grad
    def double(x: Tensor) -> Tensor:
        """Twice."""
        return x * 2

    assert double.__doc__ == "Twice."
    for _ in range(2):
        assert not double(w).requires_grad
        assert (w * 2).requires_grad


@pytest.mark.parametrize("library", ["torch", "ours"])
def test_no_grad_of_a_generator(library):
    """Its own code is not recorded, what happens between its values is; all that a generator can do goes through."""
    w = torch.ones(1, requires_grad=True) if library == "torch" else Tensor([1.0], requires_grad=True)
    seen = []

    @(torch.no_grad() if library == "torch" else no_grad())
    def generate(n):
        got = 0.0
        try:
            for i in range(n):
                seen.append((w * 2).requires_grad)
                try:
                    got = yield i, got
                except KeyError as error:
                    seen.append((w * 2).requires_grad)
                    got = error
            return "end"
        finally:
            seen.append((w * 2).requires_grad)

    generator = generate(3)
    assert next(generator) == (0, 0.0)
    assert (w * 2).requires_grad
    assert generator.send("sent") == (1, "sent")
    error = KeyError("thrown")
    assert generator.throw(error) == (2, error)
    assert (w * 2).requires_grad
    with pytest.raises(StopIteration) as end:
        next(generator)
    assert end.value.value == "end"
    closed, failed = generate(3), generate(3)
    next(closed)
    closed.close()
    next(failed)
    with pytest.raises(ZeroDivisionError):
        failed.throw(ZeroDivisionError())
    assert (w * 2).requires_grad
    assert len(seen) == 9 and not any(seen)

    def inner():
        return (yield from generate(1))

    assert [*inner()] == [(0, 0.0)]


def test_a_generator_that_pauses_in_between_leaves_the_rest_balanced():
    w = Tensor([1.0], requires_grad=True)

    def generate():
        with no_grad():
            yield

    one, other = generate(), generate()
    next(one)
    next(other)
    one.close()
    other.close()  # not in the order of a stack
    assert (w * 2).requires_grad


@pytest.mark.parametrize("grad", [np.ones(3), [0.0, 0.0], 1.0, Tensor([1.0, 2.0])])
def test_a_grad_that_cannot_be_added_to(grad):
    w = Tensor([1.0, 2.0], requires_grad=True)
    w.grad = grad
    with pytest.raises(RuntimeError, match=r"grad must be None or an array of its tensor's shape \(2,\), got .*set it to None"):
        w.sum().backward()


@pytest.mark.parametrize("grad", [np.ones(2, int), np.broadcast_to(1.0, 2), np.ones(2, np.float32)])
def test_a_grad_that_is_not_added_to_in_place(grad):
    w = Tensor([1.0, 2.0], requires_grad=True)
    w.grad = grad
    (w * 1.5).sum().backward()
    np.testing.assert_array_equal(w.grad, [2.5, 2.5])
    assert w.grad.dtype == float


def test_an_array_on_the_left():
    w, a = Tensor([1.0, 2.0], requires_grad=True), np.array([3.0, 4.0])
    for result, expected in [
        (a + w, [4, 6]), (a - w, [2, 2]), (a * w, [3, 8]), (a / w, [3, 2]), (a**w, [3, 16]), (a @ w, 11),
        (np.float64(2) * w, [2, 4]), (np.array(2.0) - w, [1, 0]),
    ]:  # fmt: skip
        assert isinstance(result, Tensor) and result.requires_grad
        np.testing.assert_array_equal(result.data, expected)


def test_detach_shares_values_and_stops_gradients():
    x = Tensor([2.0], requires_grad=True)
    d = x.detach()
    (x * d).backward()
    assert x.grad == 2.0 and d.grad is None
    assert d.data is x.data


def test_update_in_place_the_torch_way():
    w = Tensor([1.0, 2.0], requires_grad=True)
    same, values = w, w.data
    (w**2).sum().backward()
    with no_grad():
        w -= 0.5 * w.grad
        w += 1.0
        w *= 2.0
        w /= 4.0
        w **= 2
    assert w is same and w.data is values and w.requires_grad
    np.testing.assert_array_equal(w.data, [0.25, 0.25])
    with pytest.raises(RuntimeError, match="with no_grad"):
        w -= 0.5 * w.grad
    loss = (w**2).sum()
    loss += 1.0  # not a leaf: an ordinary sum
    w.grad = None
    loss.backward()
    np.testing.assert_array_equal(w.grad, [0.5, 0.5])


def test_a_matrix_product_in_place():
    w = Tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    same = w
    with no_grad():
        w @= [[0.0, 1.0], [1.0, 0.0]]
        assert w is same
        np.testing.assert_array_equal(w.data, [[2.0, 1.0], [4.0, 3.0]])
        with pytest.raises(RuntimeError, match=r"shape \(2,\) cannot be put in place of a tensor of shape \(2, 2\)"):
            w @= [1.0, 1.0]
    with pytest.raises(RuntimeError, match="with no_grad"):
        w @= w


def test_values_changed_before_backward_are_noticed_by_torch_only():
    ours, theirs = Tensor([3.0], requires_grad=True), torch.tensor([3.0], requires_grad=True)
    loss, torchs_loss = (ours**2).sum(), (theirs**2).sum()
    with no_grad(), torch.no_grad():
        ours += 1
        theirs += 1
    loss.backward()
    assert ours.grad != 6.0
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        torchs_loss.backward()


def test_data_is_copied_so_that_training_leaves_the_callers_array_alone():
    start = np.zeros(2)
    w = Tensor(start, requires_grad=True)
    w.data -= 1
    np.testing.assert_array_equal(start, 0)


def test_frozen_parameter_gets_no_gradient():
    w, b = Tensor([2.0], requires_grad=True), Tensor([3.0], requires_grad=True)
    w.requires_grad = False
    (w * b).backward()
    assert w.grad is None and b.grad == 2.0


# -- with arrays and numbers ---------------------------------------------------------------------------------


@pytest.mark.parametrize("left", [np.array([1.0, 2.0]), np.float64(2.0), 2, 2.0, [1.0, 2.0]])
def test_arrays_and_numbers_on_the_left(left):
    x = Tensor([3.0, 4.0], requires_grad=True)
    for y, expected in [
        (left + x, left + x.data),
        (left - x, left - x.data),
        (left * x, np.multiply(left, x.data)),
        (left / x, left / x.data),
        (left**x, left**x.data),
    ]:
        assert isinstance(y, Tensor) and y.requires_grad
        np.testing.assert_array_equal(y.data, expected)


def test_out_of_the_graph():
    x = Tensor([[1.5]], requires_grad=True)
    assert x.item() == 1.5 and isinstance(x.item(), float) and float(x) == 1.5
    assert x.detach().numpy() is x.data
    np.testing.assert_array_equal(np.asarray(Tensor([1.0, 2.0])), [1.0, 2.0])
    assert (x.shape, x.ndim, x.size, x.dtype) == ((1, 1), 2, 1, np.dtype(float))


def test_repr():
    x = Tensor([1.0, 2.0], requires_grad=True)
    assert repr(x) == "Tensor([1., 2.], requires_grad=True)"
    assert repr(x * 2) == "Tensor([2., 4.], operation='*')"
    assert repr(Tensor([1, 2])) == "Tensor([1, 2])"


# -- errors: those of torch, with a way out ------------------------------------------------------------------


def leaf(*shape: int) -> Tensor:
    return Tensor(np.ones(shape), requires_grad=True)


@pytest.mark.parametrize(
    ("wrong", "error", "message"),
    [
        (lambda: leaf(3).backward(), RuntimeError, r"shape \(3,\): reduce it with .sum"),
        (lambda: Tensor(1.0).backward(), RuntimeError, "requires_grad=True"),
        (lambda: leaf().detach().exp().backward(), RuntimeError, r"without detach\(\)"),
        (lambda: leaf(3).exp().backward(np.ones(4)), RuntimeError, r"shape \(4,\), but the tensor \(3,\)"),
        (lambda: Tensor([1, 2], requires_grad=True), RuntimeError, r"dtype int64.*astype\(float\)"),
        (lambda: Tensor([True], requires_grad=True), RuntimeError, "dtype bool"),
        (lambda: Tensor("abc"), TypeError, "real numbers, got dtype <U3: 'abc'"),
        (lambda: Tensor([1j]), TypeError, "real numbers, got dtype complex128"),
        (lambda: Tensor([1.0]) + "a", TypeError, "real numbers"),
        (lambda: Tensor([1.0]) * None, TypeError, "real numbers"),
        (lambda: leaf(2, 3) + leaf(4), RuntimeError, r"shapes \(2, 3\) and \(4,\) do not fit"),
        (lambda: leaf(2) - np.ones(3), RuntimeError, r"\(2,\) and \(3,\)"),
        (lambda: leaf(2, 3) @ leaf(4, 5), RuntimeError, r"cannot multiply \(2, 3\) @ \(4, 5\)"),
        (lambda: leaf(2, 3) @ leaf(2), RuntimeError, r"cannot multiply \(2, 3\) @ \(2,\)"),
        (lambda: leaf(2) @ 3.0, RuntimeError, r"@ \(\).*Use \*"),
        (lambda: leaf(2, 3, 4).T, RuntimeError, r"\(2, 3, 4\): use .transpose"),
        (lambda: leaf(2, 3).gather(0, [1]), RuntimeError, "2 axes needs an index of as many"),
        (lambda: leaf(3).item(), RuntimeError, r"shape \(3,\) is not a single number"),
        (lambda: float(leaf(3)), RuntimeError, "not a single number"),
        (lambda: leaf(3).numpy(), RuntimeError, r"detach\(\).numpy\(\)"),
        (lambda: np.asarray(leaf(3)), RuntimeError, r"detach\(\).numpy\(\)"),
        (lambda: np.exp(leaf(3)), TypeError, r"NumPy's exp does not take a Tensor.*\.exp\(\)"),
        (lambda: np.add(leaf(3), np.ones(3)), TypeError, "NumPy's add does not take a Tensor"),
        (lambda: np.add.reduce(leaf(3)), TypeError, "NumPy's add does not take a Tensor"),
        (lambda: np.ones(3).__iadd__(leaf(3)), TypeError, "NumPy's add does not take a Tensor"),
        (lambda: leaf(3)[5], IndexError, r"cannot index a tensor of shape \(3,\) with 5"),
        (lambda: leaf(3)["a"], IndexError, r"of shape \(3,\) with 'a'"),
        (lambda: leaf(3)[np.array([True])], IndexError, r"of shape \(3,\) with array"),
        (lambda: Tensor([[1.0], [1.0, 2.0]]), ValueError, r"rows of equal length, got \[\[1.0\], \[1.0, 2.0\]\]"),
        (lambda: leaf(2) + [[1.0], [1.0, 2.0]], ValueError, "an operand must be numbers in rows of equal length"),
        (lambda: leaf(2, 2, 3) @ leaf(3, 3, 2), RuntimeError, r"\(2, 2, 3\) @ \(3, 3, 2\): the axes before .* do not fit"),
        (lambda: Tensor([1, 2]) ** -1, RuntimeError, r"no negative powers.*-1\.0"),
        (lambda: leaf(2).sum(3), IndexError, "no axis 3: a tensor with 1 axes has 0 to 0"),
        (lambda: leaf(2).mean(-2), IndexError, "no axis -2"),
        (lambda: leaf(2).max(1), IndexError, "no axis 1"),
        (lambda: leaf(2, 2).sum(1.0), TypeError, "axis must be a whole number, .* got 1.0"),
        (lambda: leaf(2, 2).sum((0, -2)), ValueError, r"axis \(0, -2\) names an axis twice"),
        (lambda: leaf(0).max(), RuntimeError, r"along axis None, an array of shape \(0,\) has no entries"),
        (lambda: leaf(6).reshape(4), ValueError, r"cannot reshape \(6,\) to 4: .* here 6"),
        (lambda: leaf(6).reshape(2.0, 3.0), TypeError, r"cannot reshape \(6,\) to \(2.0, 3.0\): sizes are whole numbers"),
        (lambda: leaf(2, 2).transpose(0, 5), IndexError, "no axis 5"),
        (lambda: leaf(2, 2).gather(4, [[0], [0]]), IndexError, "no axis 4"),
        (lambda: len(leaf()), TypeError, r"shape \(\) is a single number, without length"),
        (lambda: list(leaf()), TypeError, r"shape \(\) is a single number"),
        (lambda: leaf(2).backward("a"), TypeError, "the gradient holds real numbers, got dtype <U1: 'a'"),
        (lambda: leaf(2).backward([1j, 0]), TypeError, "the gradient holds real numbers, got dtype complex128"),
        (lambda: bool(leaf(2)), RuntimeError, r"shape \(2,\) is neither true nor false"),
        (lambda: bool(leaf(0)), RuntimeError, r"shape \(0,\) is neither true nor false"),
    ],
)
def test_errors(wrong, error, message):
    with pytest.raises(error, match=message):
        wrong()
