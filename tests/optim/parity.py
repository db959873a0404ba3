"""Our optimizers and torch's, side by side on the same generated problem.

`problems` generates: groups of parameters of several shapes, with options of their own, a stream of gradients for
each parameter (ordinary, sparse, zero, tiny, huge, missing), a learning rate that changes. `SideBySide` runs
torch's optimizer and ours on it and compares all parameters and all state. The gradients do not depend on the
parameters, so that a difference is an error of the rule and not its echo.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from inspect import signature
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import course_lib.optim
from course_lib.optim import Parameter

# a 0-d one, empty ones, and some long enough that torch's loops run vectorized and then one by one
SHAPES = [(), (1,), (5,), (0,), (3, 0), (2, 3), (2, 1, 4), (37,)]
KINDS = ["ordinary", "sparse", "zero", "tiny", "huge", "missing"]

# With beta2 = 0 the denominator is the newest gradient alone, which may be what weight decay leaves of it, a difference of
# nearly equal numbers; that is divided away only if the numerator is the same gradient, with beta1 = 0.
BETAS = st.just((0.0, 0.0)) | st.tuples(
    st.sampled_from([0.0, 0.4, 0.5, 0.9, 0.95]), st.sampled_from([0.4, 0.5, 0.9, 0.99, 0.999])
)

LONG = settings(deadline=None, max_examples=25)
SHORT = settings(deadline=None, max_examples=15)


@dataclass(frozen=True)
class Stream:
    """A parameter's shape, and the kinds of gradients that it sees in turn."""

    shape: tuple[int, ...]
    kinds: list[str]


@dataclass(frozen=True)
class Problem:
    """Options for the constructor; for each group its own options and its parameters."""

    defaults: dict[str, Any]
    groups: list[tuple[dict[str, Any], list[Stream]]]
    lr_factors: list[float]
    scale: float
    seed: int


@st.composite
def problems(
    draw: st.DrawFn,
    options: st.SearchStrategy[dict[str, Any]],
    shapes: Sequence[tuple[int, ...]] = SHAPES,
    kinds: Sequence[str] = KINDS,
    max_groups: int = 3,
) -> Problem:
    """Problems whose options, for the constructor and for groups, come from `options`."""
    # half of the gradients are ordinary; the rest is there to disturb
    kind = st.just("ordinary") | st.sampled_from(kinds)
    stream = st.builds(Stream, st.sampled_from(shapes), st.lists(kind, min_size=1, max_size=8))
    group = st.tuples(st.just({}) | options, st.lists(stream, min_size=1, max_size=3))
    return Problem(
        defaults=draw(options),
        groups=draw(st.lists(group, min_size=1, max_size=max_groups)),
        lr_factors=draw(st.lists(st.sampled_from([1.0, 0.5, 3.0, 0.0, 0.123]), min_size=1, max_size=4)),
        scale=draw(st.sampled_from([1.0, 1e-3, 1e3])),
        seed=draw(st.integers(0, 2**32 - 1)),
    )


def gradient(rng: np.random.Generator, kind: str, shape: tuple[int, ...], scale: float, dtype: Any) -> Any:
    """A gradient, or None if it is missing."""
    normal = np.asarray(rng.normal(scale=scale, size=shape))
    extreme = 1e150 if dtype == np.float64 else 1e15  # its square is still a number
    values = {
        "ordinary": normal,
        "sparse": normal * (rng.random(shape) < 0.3),
        "zero": normal * 0.0,
        "tiny": normal / extreme,
        "huge": normal * extreme,
    }
    return None if kind == "missing" else np.asarray(values[kind]).astype(dtype)


@contextmanager
def default_dtype(dtype: torch.dtype) -> Iterator[None]:
    """Where torch keeps numbers in its state (the step, NAdam's mu_product, ASGD's eta), it does so in this dtype."""
    before = torch.get_default_dtype()
    torch.set_default_dtype(dtype)
    try:
        yield
    finally:
        torch.set_default_dtype(before)


def to_arrays(value: Any) -> Any:
    """`value`, for example a state dict of torch's, with tensors made arrays (copies)."""
    if isinstance(value, torch.Tensor):
        return value.detach().numpy().copy()
    if isinstance(value, dict):
        return {k: to_arrays(v) for k, v in value.items()}
    return type(value)(map(to_arrays, value)) if isinstance(value, (list, tuple)) else value


def to_tensors(value: Any) -> Any:
    """`value`, for example a state dict of ours, with arrays made tensors (copies)."""
    if isinstance(value, np.ndarray):
        return torch.tensor(value)
    if isinstance(value, dict):
        return {k: to_tensors(v) for k, v in value.items()}
    return type(value)(map(to_tensors, value)) if isinstance(value, (list, tuple)) else value


@dataclass
class Closeness:
    """Asserts that numbers which are computed step by step agree, entry by entry.

    The bound is relative to the largest value that the entry has had so far: a rounding error made while it was large
    stays when, by cancellation, it has become small. torch and NumPy do round differently: in its vectorized loops
    torch uses fused multiply-adds, with one rounding where NumPy has two, and in the last few entries of an array,
    which the vectors do not fill, it does not. What is not finite must be the same.
    """

    rtol: float
    largest: dict[Any, np.ndarray] = field(default_factory=dict)
    worst: float = 0.0

    def check(self, key: Any, ours: Any, theirs: Any, slack: Any = 0.0) -> None:
        """Assert that `ours` is within the bound, plus `slack`, of `theirs`."""
        ours, theirs = np.asarray(ours), np.asarray(theirs)
        assert ours.shape == theirs.shape, f"{key}: shape {ours.shape}, torch's {theirs.shape}"
        size = np.where(np.isfinite(theirs), np.abs(theirs), 0.0).astype(float)
        self.largest[key] = np.maximum(self.largest.get(key, 0.0), size)
        same = (ours == theirs) | (np.isnan(ours) & np.isnan(theirs))
        with np.errstate(all="ignore"):
            excess = np.abs(ours.astype(float) - theirs) - slack
            error = np.where(same | (excess <= 0), 0.0, excess / self.largest[key])
        self.worst = max(self.worst, error.max(initial=0.0))
        assert (error <= self.rtol).all(), f"{key}: error {error.max()}\nours\n{ours}\ntorch's\n{theirs}"


class SideBySide:
    """Our optimizer `name` and torch's on a problem.

    Attributes
    ----------
    ours, theirs : the two optimizers
    params, tensors : their parameters, in the same order
    """

    def __init__(self, name: str, problem: Problem, dtype: Any = np.float64) -> None:
        self.name, self.problem, self.dtype = name, problem, dtype
        self.rng = np.random.default_rng(problem.seed)
        self.streams = [stream for _, streams in problem.groups for stream in streams]
        starts = [np.asarray(self.rng.normal(size=stream.shape)).astype(dtype) for stream in self.streams]
        self.params = [Parameter(start.copy()) for start in starts]
        self.tensors = [torch.tensor(start, requires_grad=True) for start in starts]
        self.ours = self.our_optimizer(self.params)
        their_class = getattr(torch.optim, name)
        foreach = {"foreach": False} if "foreach" in signature(their_class).parameters else {}
        self.theirs = their_class(self.grouped(self.tensors), **problem.defaults, **foreach)
        self.lrs = [group["lr"] for group in self.theirs.param_groups]
        self.t = 0

    def our_optimizer(self, params: list[Parameter]) -> Any:
        """A new optimizer of ours for `params`."""
        return getattr(course_lib.optim, self.name)(self.grouped(params), **self.problem.defaults)

    def grouped(self, params: list[Any]) -> list[dict[str, Any]]:
        """Parameters in the problem's groups."""
        rest = iter(params)
        return [{"params": [next(rest) for _ in streams], **options} for options, streams in self.problem.groups]

    def next_gradients(self) -> None:
        """Give both the next gradients and learning rates."""
        problem = self.problem
        for stream, p, tensor in zip(self.streams, self.params, self.tensors, strict=True):
            if p.grad is not None:
                p.grad[...] = np.nan  # as a gradient that is computed into the same array would, if it had been kept
            kind = stream.kinds[self.t % len(stream.kinds)]
            p.grad = gradient(self.rng, kind, stream.shape, problem.scale, self.dtype)
            tensor.grad = None if p.grad is None else torch.tensor(p.grad)
        factor = problem.lr_factors[self.t // 10 % len(problem.lr_factors)]
        for lr, our_group, their_group in zip(self.lrs, self.ours.param_groups, self.theirs.param_groups, strict=True):
            our_group["lr"] = their_group["lr"] = lr * factor
        self.t += 1

    def step(self) -> None:
        """One step of both with the next gradients, which ours must leave alone."""
        self.next_gradients()
        before = [None if p.grad is None else p.grad.copy() for p in self.params]
        with np.errstate(all="ignore"):
            self.ours.step()
        for p, grad in zip(self.params, before, strict=True):
            assert (p.grad is None) if grad is None else np.array_equal(p.grad, grad), "the gradient was changed"
        self.theirs.step()

    def compare(self, closeness: Closeness, slack: Sequence[dict[str, Any]] | None = None) -> None:
        """Assert that parameters and state agree."""
        for i, (p, tensor) in enumerate(zip(self.params, self.tensors, strict=True)):
            assert p.data.dtype == self.dtype
            ours = {"data": p.data, **self.ours.state.get(p, {})}
            theirs = {"data": tensor.detach().numpy(), **to_arrays(self.theirs.state.get(tensor, {}))}
            assert ours.keys() == theirs.keys(), f"state of parameter {i}: {[*ours]}, torch's {[*theirs]}"
            for name in ours:
                closeness.check((i, name), ours[name], theirs[name], slack[i].get(name, 0.0) if slack else 0.0)

    def copy_from_torch(self) -> None:
        """Put our side where torch's is."""
        for p, tensor in zip(self.params, self.tensors, strict=True):
            p.data[...] = tensor.detach().numpy()
        self.ours.load_state_dict(to_arrays(self.theirs.state_dict()))


def assert_parity(name: str, problem: Problem, steps: int = 200, rtol: float = 1e-12) -> None:
    """In float64, parameters and state stay with torch's over all steps."""
    with default_dtype(torch.float64):
        run, closeness = SideBySide(name, problem), Closeness(rtol)
        run.compare(closeness)
        for _ in range(steps):
            run.step()
            run.compare(closeness)


def assert_float32_parity(name: str, problem: Problem, steps: int = 30, ulp: float = 8) -> None:
    """In float32, each step from where torch is ends within `ulp` units in the last place of where torch ends.

    Where numbers cancel within a step, as a gradient and its weight decay may, a unit in the last place of what goes in is many
    of what comes out. So added to the bound is what comes of such changes of parameters, gradients and state. On the way, ours
    loads torch's state dict before each step.
    """
    with default_dtype(torch.float64):
        run = SideBySide(name, problem, np.float32)
        for _ in range(steps):
            run.copy_from_torch()
            before = [p.data.copy() for p in run.params], run.ours.state_dict()
            closeness = Closeness(ulp * float(np.finfo(np.float32).eps))
            run.compare(closeness)
            run.step()
            run.compare(closeness, slack=sensitivity(run, *before))


def sensitivity(run: SideBySide, data: list[np.ndarray], saved: dict[str, Any]) -> list[dict[str, Any]]:
    """How much the values after the last step change, in float64, when all that went in changes by a float32 rounding."""
    rng, eps = np.random.default_rng(0), float(np.finfo(np.float32).eps)

    def noisy(value: Any, size: float) -> Any:
        if isinstance(value, dict):
            return {k: noisy(v, size) for k, v in value.items()}
        if isinstance(value, np.ndarray):
            return value.astype(float) * (1 + size * rng.choice([-1, 1], size=value.shape))
        return value

    def values_after(size: float) -> list[dict[str, Any]]:
        params = [Parameter(np.asarray(noisy(array, size))) for array in data]
        optimizer = run.our_optimizer(params)
        optimizer.load_state_dict({**saved, "state": noisy(saved["state"], size)})
        for p, original in zip(params, run.params, strict=True):
            p.grad = None if original.grad is None else np.asarray(noisy(original.grad, size))
        for group, original in zip(optimizer.param_groups, run.ours.param_groups, strict=True):
            group["lr"] = original["lr"]
        with np.errstate(all="ignore"):
            optimizer.step()
        return [{"data": p.data, **optimizer.state.get(p, {})} for p in params]

    exact, samples = values_after(0.0), [values_after(eps) for _ in range(8)]
    with np.errstate(all="ignore"):
        return [
            {name: np.nan_to_num(sum(abs(s[i][name] - value) for s in samples), posinf=0.0) for name, value in x.items()}
            for i, x in enumerate(exact)
        ]


def assert_resumes(name: str, problem: Problem, steps: int = 15) -> None:
    """A run that is saved and loaded half way goes on bit for bit as one that is not; so does torch from our state."""
    with default_dtype(torch.float64):
        run = SideBySide(name, problem)
        for _ in range(steps):
            run.step()
        saved = run.ours.state_dict()
        copies = [Parameter(p.data.copy()) for p in run.params]
        resumed = run.our_optimizer(copies)
        resumed.load_state_dict(saved)
        run.theirs.load_state_dict(to_tensors(saved))
        for p, tensor in zip(run.params, run.tensors, strict=True):
            tensor.data.copy_(torch.tensor(p.data))
        closeness = Closeness(1e-12)
        run.compare(closeness)
        for _ in range(steps):
            run.step()
            for copy, p in zip(copies, run.params, strict=True):
                copy.grad = p.grad
            for ours, group in zip(resumed.param_groups, run.ours.param_groups, strict=True):
                ours["lr"] = group["lr"]
            with np.errstate(all="ignore"):
                resumed.step()
            run.compare(closeness)
        for copy, p in zip(copies, run.params, strict=True):
            np.testing.assert_array_equal(copy.data, p.data)
            assert resumed.state.get(copy, {}).keys() == run.ours.state.get(p, {}).keys()
            for key, value in run.ours.state.get(p, {}).items():
                np.testing.assert_array_equal(resumed.state[copy][key], value)


def assert_rejected(name: str, argument: str, **options: Any) -> None:
    """Ours raises what torch raises, and its message names the argument and shows what was given."""
    with pytest.raises(Exception) as theirs:
        getattr(torch.optim, name)([torch.zeros(2, requires_grad=True)], **options)
    with pytest.raises(Exception) as ours:
        getattr(course_lib.optim, name)([Parameter(np.zeros(2))], **options)
    assert type(ours.value) is type(theirs.value)
    assert argument in str(ours.value)
    assert all(str(part) in str(ours.value) for part in np.atleast_1d(np.array(options[argument], dtype=object)))


def assert_rejected_by_ours(name: str, argument: str, error: type[Exception], **options: Any) -> None:
    """Ours raises `error` where torch takes what must be a mistake."""
    getattr(torch.optim, name)([torch.zeros(2, requires_grad=True)], **options)
    with pytest.raises(error, match=argument):
        getattr(course_lib.optim, name)([Parameter(np.zeros(2))], **options)


class OursAlone:
    """Our optimizer `name`, which torch does not have, on a problem; what each parameter has seen is kept."""

    def __init__(self, name: str, problem: Problem, default_lr: float = 0.1) -> None:
        self.name, self.problem = name, problem
        self.rng = np.random.default_rng(problem.seed)
        self.streams = [stream for _, streams in problem.groups for stream in streams]
        self.starts = [np.asarray(self.rng.normal(size=stream.shape)) for stream in self.streams]
        self.params = [Parameter(start.copy()) for start in self.starts]
        self.options = [{**problem.defaults, **options} for options, streams in problem.groups for _ in streams]
        self.lrs = [options.get("lr", default_lr) for options in self.options]
        self.optimizer = self.build(self.params)
        self.seen: list[list[tuple[np.ndarray, float]]] = [[] for _ in self.params]

    def build(self, params: list[Parameter]) -> Any:
        """A new optimizer for `params`, in the problem's groups."""
        rest = iter(params)
        groups = [{"params": [next(rest) for _ in streams], **options} for options, streams in self.problem.groups]
        return getattr(course_lib.optim, self.name)(groups, **self.problem.defaults)

    def step(self, t: int, *others: tuple[Any, list[Parameter]]) -> None:
        """The t-th step, also of `others`, optimizers with parameters in the same order."""
        factor = self.problem.lr_factors[t // 10 % len(self.problem.lr_factors)]
        for i, (stream, lr) in enumerate(zip(self.streams, self.lrs, strict=True)):
            grad = gradient(self.rng, stream.kinds[t % len(stream.kinds)], stream.shape, self.problem.scale, np.float64)
            for _, params in ((None, self.params), *others):
                params[i].grad = grad
            if grad is not None:
                self.seen[i].append((grad, lr * factor))
        for optimizer, params in ((self.optimizer, self.params), *others):
            lr_of = {id(p): lr for p, lr in zip(params, self.lrs, strict=True)}
            for group in optimizer.param_groups:
                group["lr"] = lr_of[id(group["params"][0])] * factor
            with np.errstate(all="ignore"):
                optimizer.step()


def assert_follows(name: str, problem: Problem, paper: Any, default_lr: float, steps: int = 40, rtol: float = 1e-11) -> None:
    """Parameters and state are, at every step, where a paper's algorithm takes the start, given its gradients and rates."""
    run = OursAlone(name, problem, default_lr)
    closeness = [Closeness(rtol) for _ in run.params]
    for t in range(steps):
        run.step(t)
        for p, start, options, seen, close in zip(run.params, run.starts, run.options, run.seen, closeness, strict=True):
            sign = -1 if options.get("maximize") else 1
            kept = {k: v for k, v in options.items() if k != "maximize"}
            with np.errstate(all="ignore"):
                expected = paper(start, [sign * g for g, _ in seen], [lr for _, lr in seen], **kept)
            ours = {"data": p.data, **run.optimizer.state.get(p, {})}
            for key in expected.keys() & ours.keys():
                close.check(key, ours[key], expected[key])


def assert_resumes_bit_for_bit(name: str, problem: Problem, steps: int = 15) -> None:
    """A run that is saved and loaded half way goes on as one that is not."""
    run = OursAlone(name, problem)
    for t in range(steps):
        run.step(t)
    copies = [Parameter(p.data.copy()) for p in run.params]
    resumed = run.build(copies)
    resumed.load_state_dict(run.optimizer.state_dict())
    for t in range(steps, 2 * steps):
        run.step(t, (resumed, copies))
    for copy, p in zip(copies, run.params, strict=True):
        np.testing.assert_array_equal(copy.data, p.data)


def against_torch(name: str, options: Any, rejected: list[tuple], rejected_by_ours: list[tuple] = ()) -> type:
    """The tests that an optimizer of torch's passes, as a class: the same steps, also in float32 and after a resume, and the same refusals.

    Parameters
    ----------
    name : str
        Of the class, in torch.optim and in course_lib.optim.
    options : strategy
        Its arguments.
    rejected : list of (argument, value)
        What torch refuses, too.
    rejected_by_ours : list of (argument, value, error)
        Mistakes that torch lets through.
    """

    class AgainstTorch:
        @LONG
        @given(problem=problems(options))
        def test_parity_with_torch(self, problem):
            assert_parity(name, problem)

        @SHORT
        @given(problem=problems(options))
        def test_float32(self, problem):
            assert_float32_parity(name, problem)

        @SHORT
        @given(problem=problems(options))
        def test_saved_and_resumed(self, problem):
            assert_resumes(name, problem)

        @pytest.mark.parametrize(("argument", "value"), rejected)
        def test_rejects_what_torch_rejects(self, argument, value):
            assert_rejected(name, argument, **{argument: value})

        @pytest.mark.parametrize(("argument", "value", "error"), rejected_by_ours)
        def test_rejects_mistakes_that_torch_lets_through(self, argument, value, error):
            assert_rejected_by_ours(name, argument, error, **{argument: value})

    return AgainstTorch
