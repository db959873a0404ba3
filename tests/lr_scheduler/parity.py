"""Our schedules and torch's, side by side, with the same generated hyper-parameters.

A `Plan` says which schedule to build and with which arguments. It is built twice: from torch's class on an optimizer of
torch's, and from ours on an optimizer of ours, of torch's, or on a mere object with `param_groups`. What is compared is
everything a schedule sets (rates and momenta) and returns, at every step, for *exact* equality; and if one of the two
raises, the other has to raise the same type at the same step.
"""

from __future__ import annotations

import copy
import math
import pickle
import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
import torch
import torch.optim.lr_scheduler
from hypothesis import settings
from hypothesis import strategies as st

import course_lib.lr_scheduler
import course_lib.optim
from course_lib.optim import Parameter

OURS = course_lib.lr_scheduler
TORCHS = torch.optim.lr_scheduler
STEPS = 500

LONG = settings(deadline=None, max_examples=100)
SHORT = settings(deadline=None, max_examples=40)


# ---- what is driven


class Groups:
    """The least that a schedule can drive: groups, and a step that does nothing."""

    def __init__(self, groups: list[dict[str, Any]]) -> None:
        self.param_groups = groups

    def step(self) -> None:
        pass


@dataclass(frozen=True)
class Setup:
    """An optimizer: its algorithm, the rate of each group, and whose it is when our schedules drive it."""

    algorithm: str
    lrs: list[float]
    driven: str

    def torchs(self) -> torch.optim.Optimizer:
        groups = [{"params": [torch.zeros(1, dtype=torch.float64)], "lr": lr} for lr in self.lrs]
        return getattr(torch.optim, self.algorithm)(groups)

    def ours(self) -> Any:
        if self.driven == "torch":
            return self.torchs()
        groups = [{"params": [Parameter(np.zeros(1))], "lr": lr} for lr in self.lrs]
        if self.driven == "course_lib":
            return getattr(course_lib.optim, self.algorithm)(groups)
        options = {"betas": (0.9, 0.999)} if self.algorithm == "Adam" else {"momentum": 0.0}
        return Groups([{**options, **group} for group in groups])


RATES = st.floats(1e-5, 10) | st.sampled_from([0.1, 1.0, 1, 0.0, 1e-300, 1e300])


@st.composite
def setups(draw: st.DrawFn) -> Setup:
    return Setup(
        algorithm=draw(st.sampled_from(["SGD", "Adam"])),
        lrs=draw(st.lists(RATES, min_size=1, max_size=3)),
        driven=draw(st.sampled_from(["course_lib", "torch", "groups"])),
    )


# ---- the schedules


@dataclass(frozen=True)
class Plan:
    """A schedule by its name and arguments; a composite one also by what it is made of."""

    name: str
    options: dict[str, Any]
    parts: tuple[Plan, ...] = ()

    def build(self, library: Any, optimizer: Any, **more: Any) -> Any:
        cls = getattr(library, self.name)
        if not self.parts:
            return cls(optimizer, **self.options, **more)
        parts = [part.build(library, optimizer) for part in self.parts]
        if self.name == "ChainedScheduler":
            return cls(parts, optimizer)
        return cls(optimizer, parts, **self.options, **more)


class Halving:
    """A callable object, whose attributes a state dict saves."""

    def __init__(self, every: int) -> None:
        self.every = every

    def __call__(self, t: float) -> float:
        return 0.5 ** (t // self.every)


FUNCTIONS = [
    lambda t: 0.95**t,
    lambda t: 1 / (1 + t),
    lambda t: 0.5 + 0.5 * math.cos(t),
    lambda t: t // 30,
    lambda t: 0.999,
    Halving(7),
]
FRACTION = st.floats(0.01, 1) | st.sampled_from([1.0, 0.1, 1 / 3, 0.5])
EPOCHS = st.integers(1, 20) | st.integers(20, STEPS + 50)
GAMMA = st.floats(0.8, 1.01) | st.sampled_from([0.1, 0.5, 0.0, 1.0, 1, 2])
MOMENTA = st.floats(0, 0.999)


def for_groups(values: st.SearchStrategy[Any], n: int) -> st.SearchStrategy[Any]:
    """One value for all groups, or a list of one for each."""
    return values | st.lists(values, min_size=n, max_size=n) | st.tuples(*[values] * n)


def one_cycle(n: int) -> st.SearchStrategy[dict[str, Any]]:
    lengths = st.one_of(
        st.fixed_dictionaries({"total_steps": st.integers(STEPS, 2 * STEPS)}),
        st.fixed_dictionaries({"total_steps": st.integers(2, 40) | st.integers(STEPS, 2 * STEPS)}),
        st.fixed_dictionaries({"epochs": st.integers(1, 30), "steps_per_epoch": st.integers(1, 30)}),
    )
    rest = st.fixed_dictionaries(
        {"max_lr": for_groups(RATES, n)},
        optional={
            "pct_start": st.floats(0, 1) | st.sampled_from([0.3, 0.5, 0.0, 1.0]),
            "anneal_strategy": st.sampled_from(["cos", "linear"]),
            "cycle_momentum": st.booleans(),
            "base_momentum": for_groups(MOMENTA, n),
            "max_momentum": for_groups(MOMENTA, n),
            "div_factor": st.floats(1, 100),
            "final_div_factor": st.floats(1, 1e6),
            "three_phase": st.booleans(),
        },
    )
    return st.builds(lambda a, b: {**a, **b}, lengths, rest)


def options(name: str, n: int) -> st.SearchStrategy[dict[str, Any]]:
    """Arguments for the schedule `name` on an optimizer with `n` groups."""
    functions = for_groups(st.sampled_from(FUNCTIONS), n)
    required, optional = {
        "LambdaLR": ({"lr_lambda": functions}, {}),
        "MultiplicativeLR": ({"lr_lambda": functions}, {}),
        "StepLR": ({"step_size": EPOCHS}, {"gamma": GAMMA}),
        "MultiStepLR": ({"milestones": st.lists(st.integers(0, STEPS + 10), max_size=8)}, {"gamma": GAMMA}),
        "ExponentialLR": ({"gamma": GAMMA}, {}),
        "PolynomialLR": ({}, {"total_iters": EPOCHS | st.just(0), "power": st.floats(0, 5) | st.sampled_from([1, 2])}),
        "ConstantLR": ({}, {"factor": FRACTION | st.just(0), "total_iters": EPOCHS | st.just(0)}),
        "LinearLR": (
            {},
            {"start_factor": FRACTION, "end_factor": FRACTION | st.just(0), "total_iters": EPOCHS | st.just(0)},
        ),
        "CosineAnnealingLR": ({"T_max": EPOCHS}, {"eta_min": RATES | st.just(0)}),
        "CosineAnnealingWarmRestarts": (
            {"T_0": EPOCHS},
            {"T_mult": st.integers(1, 5), "eta_min": RATES | st.just(0)},
        ),
        "CyclicLR": (
            {"base_lr": for_groups(RATES, n), "max_lr": for_groups(RATES, n), "step_size_up": EPOCHS},
            {
                "step_size_down": st.none() | EPOCHS | st.just(0),
                "mode": st.sampled_from(["triangular", "triangular2", "exp_range"]),
                "gamma": GAMMA,
                "scale_fn": st.none() | st.sampled_from(FUNCTIONS),
                "scale_mode": st.sampled_from(["cycle", "iterations"]),
                "cycle_momentum": st.booleans(),
                "base_momentum": for_groups(MOMENTA, n),
                "max_momentum": for_groups(MOMENTA, n),
            },
        ),
        "ReduceLROnPlateau": (
            {},
            {
                "mode": st.sampled_from(["min", "max"]),
                "factor": st.floats(0, 0.99),
                "patience": st.integers(0, 12),
                "threshold": st.floats(0, 0.5) | st.sampled_from([0, 1.5]),
                "threshold_mode": st.sampled_from(["rel", "abs"]),
                "cooldown": st.integers(0, 8),
                "min_lr": for_groups(st.floats(0, 0.1), n),
                "eps": st.sampled_from([0, 1e-8, 1e-2]),
            },
        ),
        "OneCycleLR": (None, None),
    }[name]  # fmt: skip
    return one_cycle(n) if required is None else st.fixed_dictionaries(required, optional=optional)


CHAINABLE = [
    "StepLR", "MultiStepLR", "ExponentialLR", "PolynomialLR", "ConstantLR", "LinearLR", "MultiplicativeLR",
    "CosineAnnealingLR",
]  # fmt: skip
SIMPLE = [*CHAINABLE, "LambdaLR", "CosineAnnealingWarmRestarts", "CyclicLR", "OneCycleLR"]
ALL = [*SIMPLE, "ReduceLROnPlateau"]


def plans(name: str, n: int) -> st.SearchStrategy[Plan]:
    return options(name, n).map(lambda arguments: Plan(name, arguments))


@st.composite
def several(draw: st.DrawFn, names: list[str], n: int, most: int = 3) -> tuple[Plan, ...]:
    chosen = draw(st.lists(st.sampled_from(names), min_size=2, max_size=most))
    return tuple(draw(plans(name, n)) for name in chosen)


# ---- running them


def metrics(seed: int, steps: int) -> list[float]:
    """What a plateau is looked for in: stretches that fall, rise and stand still, with noise and a few gaps."""
    rng = np.random.default_rng(seed)
    drift = np.repeat(rng.choice([-0.2, -0.01, 0.0, 0.01], steps // 10 + 1), 10)[:steps]
    values = rng.normal() + np.cumsum(drift + rng.choice([0, 1e-3, 0.1]) * rng.normal(size=steps))
    values[rng.random(steps) < 0.01] = np.nan
    return values.tolist()


def reading(optimizer: Any, schedulers: list[Any]) -> list[float]:
    """All that schedules set and return."""
    row = [float(group["lr"]) for group in optimizer.param_groups]
    for group in optimizer.param_groups:
        row += [float(group["betas"][0] if "betas" in group else group["momentum"])]
    for scheduler in schedulers:
        row += [float(lr) for lr in scheduler.get_last_lr()]
    return row


def advance(
    optimizer: Any, schedulers: list[Any], steps: int = STEPS, seed: int = 0
) -> tuple[list[list[float]], type[Exception] | None]:
    """The readings of some steps, and the type of the error that ended them early."""
    rows = [reading(optimizer, schedulers)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the optimizer makes no step: rates beyond all reason are part of the test
        try:
            for metric in metrics(seed, steps):
                for scheduler in schedulers:
                    if "ReduceLROnPlateau" not in type(scheduler).__name__:
                        scheduler.step()
                    else:  # a fraction of what is negative ours takes otherwise than torch
                        scheduler.step(abs(metric) if scheduler.threshold_mode == "rel" else metric)
                rows.append(reading(optimizer, schedulers))
        except (ValueError, ArithmeticError, NotImplementedError) as error:
            return rows, type(error)
    return rows, None


def built(plans: list[Plan], library: Any, optimizer: Any, **more: Any) -> list[Any] | type[Exception]:
    """The schedules, or the type of the error that building them raised."""
    with warnings.catch_warnings():
        if library is TORCHS:
            warnings.simplefilter("ignore")  # false alarms about the parts of a SequentialLR
        try:
            return [plan.build(library, optimizer, **more) for plan in plans]
        except (ValueError, ArithmeticError, KeyError) as error:
            return type(error)


def copy_groups(source: Any, target: Any) -> None:
    """What loading an optimizer's state dict does to its groups, for any two optimizers."""
    for group, saved in zip(target.param_groups, source.param_groups, strict=True):
        group.update({key: copy.deepcopy(value) for key, value in saved.items() if key != "params"})


def assert_same(ours: tuple[list[list[float]], Any], theirs: tuple[list[list[float]], Any]) -> None:
    assert ours[1] is theirs[1]
    np.testing.assert_array_equal(np.array(ours[0]), np.array(theirs[0]))


def assert_parity(setup: Setup, plans: list[Plan], seed: int = 0) -> None:
    """Ours and torch's do the same for `STEPS` steps, with all of `plans` on one optimizer."""
    ours, theirs = setup.ours(), setup.torchs()
    our_schedulers, their_schedulers = built(plans, OURS, ours), built(plans, TORCHS, theirs)
    if not isinstance(their_schedulers, list):
        assert our_schedulers is their_schedulers
        return
    assert_same(advance(ours, our_schedulers, seed=seed), advance(theirs, their_schedulers, seed=seed))
    for a, b in zip(our_schedulers, their_schedulers, strict=True):
        for name in ("last_epoch", "base_lrs"):
            assert getattr(a, name, None) == getattr(b, name, None)
    for a, b in zip(ours.param_groups, theirs.param_groups, strict=True):
        assert a.get("initial_lr") == b.get("initial_lr")


def assert_resumes(setup: Setup, plan: Plan, other: Plan, at: int, seed: int = 0) -> None:
    """Saved at some step and loaded into what was built as `other`, ours goes on as if nothing had happened.

    The same for what torch's schedule saved.
    """
    ours, theirs = setup.ours(), setup.torchs()
    our_scheduler, their_scheduler = built([plan], OURS, ours), built([plan], TORCHS, theirs)
    again, foreign = setup.ours(), setup.ours()
    resumed, converted = built([other], OURS, again), built([other], OURS, foreign)
    for schedulers in (our_scheduler, their_scheduler, resumed, converted):
        if not isinstance(schedulers, list):
            return
    if advance(ours, our_scheduler, at, seed)[1] or advance(theirs, their_scheduler, at, seed)[1]:
        return
    copy_groups(ours, again)
    copy_groups(theirs, foreign)
    resumed[0].load_state_dict(pickle.loads(pickle.dumps(our_scheduler[0].state_dict())))
    converted[0].load_state_dict(their_scheduler[0].state_dict())
    expected = advance(theirs, their_scheduler, seed=seed + 1)
    assert_same(advance(ours, our_scheduler, seed=seed + 1), expected)
    assert_same(advance(again, resumed, seed=seed + 1), expected)
    assert_same(advance(foreign, converted, seed=seed + 1), expected)


def assert_resumes_by_last_epoch(setup: Setup, plan: Plan, at: int) -> None:
    """Built on an optimizer in the middle of its training, with `last_epoch`, ours does what torch's does."""
    before, theirs, ours = setup.torchs(), setup.torchs(), setup.ours()
    scheduler = built([plan], TORCHS, before)
    if not isinstance(scheduler, list) or advance(before, scheduler, at)[1]:
        return
    copy_groups(before, theirs)
    copy_groups(before, ours)
    a, b = built([plan], OURS, ours, last_epoch=at), built([plan], TORCHS, theirs, last_epoch=at)
    if not isinstance(b, list):
        assert a is b
        return
    assert_same(advance(ours, a), advance(theirs, b))


def assert_rejected(name: str, message: str, *args: Any, setup: Setup | None = None, **options: Any) -> None:
    """Torch's schedule refuses these arguments, at once or within a few steps, and so does ours: with the same type of error."""
    setup = setup or Setup("SGD", [0.1, 0.2], "course_lib")

    def use(library: Any, optimizer: Any) -> None:
        scheduler = getattr(library, name)(optimizer, *args, **options)
        for _ in range(20):
            optimizer.step()
            scheduler.step()

    with pytest.raises(Exception) as theirs:  # noqa: B017
        use(TORCHS, setup.torchs())
    with pytest.raises(theirs.type, match=message) as ours:
        use(OURS, setup.ours())
    assert ours.type is theirs.type


def rates(scheduler: Any, steps: int) -> list[Any]:
    """The rate, or the rates of several groups, that each update uses."""
    used = []
    for _ in range(steps):
        lrs = [float(group["lr"]) for group in scheduler.optimizer.param_groups]
        used.append(lrs[0] if len(lrs) == 1 else lrs)
        scheduler.optimizer.step()
        scheduler.step()
    return used


def sgd(*lrs: float, **options: Any) -> course_lib.optim.SGD:
    """One of our optimizers, with a group for each rate."""
    return course_lib.optim.SGD([{"params": [Parameter(np.ones(2))], "lr": lr} for lr in lrs], **options)
