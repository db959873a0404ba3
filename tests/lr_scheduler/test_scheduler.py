"""What all schedules share."""

from __future__ import annotations

import copy
import doctest
import importlib
import inspect
import pickle
import pkgutil
import subprocess
import sys
import warnings
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import course_lib.optim
from course_lib.lr_scheduler import (
    CosineAnnealingLR,
    ExponentialLR,
    LRScheduler,
    MultiStepLR,
    OneCycleLR,
    StepLR,
)
from course_lib.optim import Parameter

from .parity import (
    ALL,
    CHAINABLE,
    OURS,
    SHORT,
    SIMPLE,
    TORCHS,
    Groups,
    Setup,
    advance,
    assert_same,
    built,
    options,
    plans,
    rates,
    reading,
    setups,
    sgd,
)

# arguments that each schedule can be built with, whatever the optimizer
ARGUMENTS = {
    "LambdaLR": {"lr_lambda": lambda t: 0.9**t},
    "MultiplicativeLR": {"lr_lambda": lambda t: 0.9},
    "StepLR": {"step_size": 3},
    "MultiStepLR": {"milestones": [2, 5]},
    "ConstantLR": {},
    "LinearLR": {},
    "ExponentialLR": {"gamma": 0.9},
    "PolynomialLR": {},
    "CosineAnnealingLR": {"T_max": 10},
    "CosineAnnealingWarmRestarts": {"T_0": 3},
    "CyclicLR": {"base_lr": 0.1, "max_lr": 0.5, "step_size_up": 4, "cycle_momentum": False},
    "OneCycleLR": {"max_lr": 0.5, "total_steps": 20, "cycle_momentum": False},
    "ReduceLROnPlateau": {},
}


# ---- the same interface as torch's


def test_all_of_torchs_schedules_are_here():
    assert set(OURS.__all__) == set(TORCHS.__all__)


@pytest.mark.parametrize("name", TORCHS.__all__)
@pytest.mark.parametrize("method", ["__init__", "step", "state_dict", "load_state_dict", "get_last_lr", "get_lr"])
def test_arguments_have_torchs_names_order_and_defaults(name, method):
    def arguments(library):
        parameters = inspect.signature(getattr(getattr(library, name), method)).parameters.values()
        return [(p.name, p.kind, p.default) for p in parameters]

    assert arguments(OURS) == arguments(TORCHS)


@pytest.mark.parametrize("module", [m.name for m in pkgutil.iter_modules(OURS.__path__)])
def test_examples_in_docstrings(module):
    result = doctest.testmod(importlib.import_module(f"course_lib.lr_scheduler.{module}"))
    assert result.failed == 0
    assert result.attempted > 0 or module == "call_order"


@pytest.mark.parametrize("name", OURS.__all__)
def test_docstrings_are_complete(name):
    doc = inspect.getdoc(getattr(OURS, name))
    sections = ["Parameters\n---", "Raises\n---", "Examples\n---"]
    if name != "LRScheduler":
        sections.append(".. math::")
    if name in ("StepLR", "ExponentialLR", "ConstantLR", "CosineAnnealingLR", "CyclicLR", "OneCycleLR", "SequentialLR"):
        sections.append("References\n---")
    for section in sections:
        assert section in doc, section
    for argument in inspect.signature(getattr(OURS, name)).parameters:
        assert argument in doc, argument


def test_torch_is_not_imported():
    code = "import sys, course_lib.lr_scheduler; sys.exit('torch' in sys.modules or 'matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


# ---- what is driven


@pytest.mark.parametrize("driven", ["course_lib", "torch"])
@pytest.mark.parametrize("name", SIMPLE)
def test_updates_use_the_rates(name, driven):
    """A parameter whose gradient is always 1 moves by exactly the rate."""
    data = np.array([0.0])
    if driven == "torch":
        p = torch.from_numpy(data).requires_grad_()
        p.grad = torch.ones(1, dtype=torch.float64)
        optimizer = torch.optim.SGD([p], lr=0.25)
    else:
        p = Parameter(data)
        p.grad = np.ones(1)
        optimizer = course_lib.optim.SGD([p], lr=0.25)
    scheduler = getattr(OURS, name)(optimizer, **ARGUMENTS[name])
    for _ in range(15):
        before, expected = float(data[0]), scheduler.get_last_lr()[0]
        optimizer.step()
        assert float(data[0]) == before - expected
        scheduler.step()


@pytest.mark.parametrize("algorithm", [name for name in course_lib.optim.__all__ if name not in ("Optimizer", "Parameter")])
def test_every_optimizer_can_be_driven(algorithm):
    p = Parameter(np.ones((2, 2)))
    optimizer = getattr(course_lib.optim, algorithm)([p], lr=0.5)
    scheduler = StepLR(optimizer, step_size=1, gamma=0.5)
    for lr in [0.5, 0.25, 0.125]:
        assert optimizer.param_groups[0]["lr"] == lr
        p.grad = 2 * p.data
        optimizer.step(lambda: float((p.data**2).sum()))
        scheduler.step()


def test_anything_with_groups_can_be_driven():
    optimizer = SimpleNamespace(param_groups=[{"lr": 1.0}, {"lr": 2.0}])
    scheduler = ExponentialLR(optimizer, gamma=0.5)
    scheduler.step()
    assert [group["lr"] for group in optimizer.param_groups] == scheduler.get_last_lr() == [0.5, 1.0]


def test_slots_can_be_driven():
    class Slotted:
        __slots__ = ("param_groups",)

        def step(self):
            pass

    optimizer = Slotted()
    optimizer.param_groups = [{"lr": 1.0}]
    ExponentialLR(optimizer, gamma=0.5).step()
    assert optimizer.param_groups[0]["lr"] == 0.5


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("thing", [None, 3, [0.1], Parameter(np.ones(1)), SimpleNamespace(param_groups=0.1)])
def test_what_has_no_groups_is_no_optimizer(name, thing):
    arguments = ARGUMENTS[name]
    with pytest.raises(TypeError, match="is not an optimizer"):
        getattr(OURS, name)(thing, **arguments)
    if name not in ("LambdaLR", "MultiplicativeLR"):  # which look at the groups before they look at the optimizer
        with pytest.raises(TypeError, match="is not an Optimizer"):
            getattr(TORCHS, name)(thing, **arguments)


@pytest.mark.parametrize("name", ALL)
def test_a_group_without_a_rate(name):
    optimizer = SimpleNamespace(param_groups=[{"lr": 1.0}, {"rate": 1.0}])
    with pytest.raises(KeyError, match=r"'lr' is not specified in param_groups\[1\]"):
        getattr(OURS, name)(optimizer, **ARGUMENTS[name])


@pytest.mark.parametrize("name", SIMPLE)
@given(data=st.data(), setup=setups())
@SHORT
def test_rates_that_are_tensors_are_changed_in_place(name, data, setup):
    plan = data.draw(plans(name, len(setup.lrs)))

    def optimizer():
        made = setup.torchs()
        for group in made.param_groups:
            group["lr"] = torch.tensor(group["lr"], dtype=torch.float64)
        return made

    ours, theirs = optimizer(), optimizer()
    tensors = [group["lr"] for group in ours.param_groups]
    a, b = built([plan], OURS, ours), built([plan], TORCHS, theirs)
    if not isinstance(b, list):
        assert a is b
        return
    before = a[0].get_last_lr()
    values = [float(lr) for lr in before]
    assert_same(advance(ours, a, 60), advance(theirs, b, 60))
    for group, tensor in zip(ours.param_groups, tensors, strict=True):
        assert group["lr"] is tensor
    assert [float(lr) for lr in before] == values  # a copy, not the tensor that has been changed since


def test_rates_that_are_arrays_are_changed_in_place():
    lr = np.array(1.0)
    optimizer = Groups([{"lr": lr}])
    scheduler = ExponentialLR(optimizer, gamma=0.5)
    optimizer.step()
    scheduler.step()
    assert optimizer.param_groups[0]["lr"] is lr
    assert lr == 0.5
    assert optimizer.param_groups[0]["initial_lr"] == 1.0
    assert scheduler.base_lrs == [1.0]


# ---- counting epochs


def test_attributes_at_the_start_and_later():
    optimizer = sgd(0.5, 2.0)
    scheduler = StepLR(optimizer, step_size=1, gamma=0.5)
    assert scheduler.last_epoch == 0
    assert scheduler.base_lrs == scheduler.get_last_lr() == [0.5, 2.0]
    assert [group["initial_lr"] for group in optimizer.param_groups] == [0.5, 2.0]
    optimizer.step()
    scheduler.step()
    assert scheduler.last_epoch == 1
    assert scheduler.get_last_lr() == [group["lr"] for group in optimizer.param_groups] == [0.25, 1.0]
    assert scheduler.base_lrs == [0.5, 2.0]
    assert [group["initial_lr"] for group in optimizer.param_groups] == [0.5, 2.0]


def test_a_second_schedule_starts_from_the_same_initial_rates():
    optimizer = sgd(1.0)
    ExponentialLR(optimizer, gamma=0.5)
    optimizer.param_groups[0]["lr"] = 7.0
    assert ExponentialLR(optimizer, gamma=0.5).base_lrs == [1.0]


@pytest.mark.parametrize("name", [name for name in SIMPLE if name != "OneCycleLR"])
@SHORT
@given(data=st.data(), setup=setups(), epochs=st.lists(st.none() | st.integers(0, 300), max_size=30))
def test_jumping_to_an_epoch(name, data, setup, epochs):
    plan = data.draw(plans(name, len(setup.lrs)))
    ours, theirs = setup.ours(), setup.torchs()
    a, b = built([plan], OURS, ours), built([plan], TORCHS, theirs)
    if not isinstance(b, list):
        assert a is b
        return
    for epoch in epochs:
        outcomes = []
        for optimizer, (scheduler,) in [(ours, a), (theirs, b)]:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                try:
                    scheduler.step(epoch)
                    outcomes.append((reading(optimizer, [scheduler]), scheduler.last_epoch))
                except ArithmeticError as error:
                    outcomes.append((type(error), None))
        np.testing.assert_equal(*outcomes)


@pytest.mark.parametrize("name", [name for name in ALL if name != "CosineAnnealingWarmRestarts"])
def test_jumping_is_deprecated(name):
    optimizer = sgd(1.0)
    scheduler = getattr(OURS, name)(optimizer, **ARGUMENTS[name])
    optimizer.step()
    with pytest.warns(UserWarning, match=r"step\(epoch\) is deprecated"):
        scheduler.step(*[0.1] * (name == "ReduceLROnPlateau"), epoch=4)
    assert scheduler.last_epoch == 4


@pytest.mark.parametrize("name", [name for name in CHAINABLE if name != "MultiplicativeLR"])
@SHORT
@given(data=st.data())
def test_stepping_leads_where_the_closed_form_says(name, data):
    """Each step starts from the rate of the last; the errors of rounding do not add up to anything."""
    arguments = data.draw(options(name, 1))
    arguments["factor" if name == "ConstantLR" else "last_epoch"] = 0.3 if name == "ConstantLR" else -1
    if "T_max" in arguments:
        arguments["eta_min"] = 0.01  # far from the rate, or all the digits are those of the minimum
    if arguments.get("total_iters") == 0:
        arguments["total_iters"] = 1  # the closed form divides by it
    stepping, jumping = (getattr(OURS, name)(Groups([{"lr": 1.0}]), **arguments) for _ in range(2))
    stepped = rates(stepping, 60)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for t, rate in enumerate(stepped):
            jumping.step(t)
            np.testing.assert_allclose(rate, jumping.get_last_lr()[0], rtol=1e-9, atol=1e-12)


def test_get_lr_is_not_for_reading():
    optimizer = sgd(1.0)
    scheduler = ExponentialLR(optimizer, gamma=0.5)
    with pytest.warns(UserWarning, match=r"call get_last_lr\(\)"):
        assert scheduler.get_lr() == [0.5]  # the next one
    assert scheduler.get_last_lr() == [1.0]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        optimizer.step()
        scheduler.step()
        scheduler.get_last_lr()


def test_get_lr_still_warns_after_a_step_that_failed():
    scheduler = OneCycleLR(sgd(1.0), max_lr=1.0, total_steps=3, cycle_momentum=False)
    with pytest.raises(ValueError, match="total_steps"):
        rates(scheduler, 10)
    scheduler.last_epoch = 0
    with pytest.warns(UserWarning, match=r"call get_last_lr\(\)"):
        scheduler.get_lr()


def test_a_schedule_of_ones_own():
    class Inverse(LRScheduler):
        def get_lr(self):
            return [lr / (1 + self.last_epoch) for lr in self.base_lrs]

    assert rates(Inverse(sgd(6.0)), 3) == [6.0, 3.0, 2.0]


def test_a_schedule_without_a_rule():
    with pytest.raises(NotImplementedError, match="LRScheduler has no rule"):
        LRScheduler(sgd(1.0))


@pytest.mark.parametrize("name", ["LambdaLR", "MultiplicativeLR", "CyclicLR", "CosineAnnealingWarmRestarts"])
def test_a_group_added_later(name):
    """Where there is something for each group, a new one needs a new schedule. torch says the same less clearly."""
    for library, optimizer, parameter, message in [
        (OURS, sgd(1.0), Parameter(np.ones(1)), "has 2 param_groups, the schedule was built for 1"),
        (TORCHS, Setup("SGD", [1.0], "torch").torchs(), torch.ones(1), None),
    ]:
        scheduler = getattr(library, name)(optimizer, **ARGUMENTS[name])
        optimizer.add_param_group({"params": [parameter]})
        optimizer.step()
        with pytest.raises(ValueError, match=message):
            scheduler.step()


def test_a_group_added_later_follows_a_factor():
    optimizer = sgd(1.0)
    scheduler = ExponentialLR(optimizer, gamma=0.5)
    optimizer.add_param_group({"params": [Parameter(np.ones(1))], "lr": 3.0})
    optimizer.step()
    scheduler.step()
    assert scheduler.get_last_lr() == [0.5, 1.5]


# ---- saving and resuming


@pytest.mark.parametrize("name", ALL)
def test_state_dict_is_plain_and_without_the_optimizer(name):
    scheduler = getattr(OURS, name)(sgd(1.0), **ARGUMENTS[name])
    state = scheduler.state_dict()
    assert "optimizer" not in state
    assert pickle.loads(pickle.dumps(state)) == state
    theirs = getattr(TORCHS, name)(Setup("SGD", [1.0], "torch").torchs(), **ARGUMENTS[name]).state_dict()
    public = {key for key in theirs if not key.startswith("_")}
    # torch also saves what follows from other entries
    assert public - set(state) <= {"use_beta1", "mode_worse"}


@pytest.mark.parametrize("name", ALL)
def test_loading_leaves_the_state_dict_alone(name):
    scheduler, again = (getattr(OURS, name)(sgd(1.0), **ARGUMENTS[name]) for _ in range(2))
    state = scheduler.state_dict()
    before = copy.deepcopy(state)
    again.load_state_dict(state)
    for either in (scheduler, again):
        either.optimizer.step()
        either.step(*[0.1] * (name == "ReduceLROnPlateau"))
    assert state == before


@pytest.mark.parametrize("algorithm", ["SGD", "Adam"])
@pytest.mark.parametrize("name", SIMPLE)
def test_training_resumed_with_the_optimizers_state_dict(name, algorithm):
    """The way it is done in practice: build both anew, then load both."""

    def build(data):
        p = Parameter(data)
        optimizer = getattr(course_lib.optim, algorithm)([p], lr=0.25)
        return p, optimizer, getattr(OURS, name)(optimizer, **ARGUMENTS[name])

    def train(p, optimizer, scheduler, steps):
        for _ in range(steps):
            p.grad = 2 * p.data
            optimizer.step()
            scheduler.step()

    p, optimizer, scheduler = build(np.array([1.0, -3.0]))
    train(p, optimizer, scheduler, 7)
    saved = pickle.dumps((p.data, optimizer.state_dict(), scheduler.state_dict()))
    train(p, optimizer, scheduler, 7)

    data, optimizer_state, scheduler_state = pickle.loads(saved)
    q, optimizer, scheduler = build(data)
    optimizer.load_state_dict(optimizer_state)
    scheduler.load_state_dict(scheduler_state)
    train(q, optimizer, scheduler, 7)
    np.testing.assert_array_equal(p.data, q.data)


def test_the_state_of_another_schedule():
    state = StepLR(sgd(1.0), step_size=3).state_dict()
    with pytest.raises(KeyError, match=r"no \['T_max', 'eta_min'\].*CosineAnnealingLR needs"):
        CosineAnnealingLR(sgd(1.0), T_max=3).load_state_dict(state)


def test_schedules_can_be_pickled_with_their_optimizer():
    scheduler = MultiStepLR(sgd(1.0), milestones=[2, 4])
    rates(scheduler, 3)
    again = pickle.loads(pickle.dumps(scheduler))
    assert again.optimizer is not scheduler.optimizer
    assert rates(again, 5) == rates(scheduler, 5)


@pytest.mark.parametrize("name", SIMPLE)
def test_resuming_needs_the_initial_rates(name):
    with pytest.raises(KeyError, match=r"'initial_lr' is not specified in param_groups\[0\] when resuming"):
        getattr(OURS, name)(sgd(1.0), **ARGUMENTS[name], last_epoch=3)
    with pytest.raises(KeyError):
        getattr(TORCHS, name)(Setup("SGD", [1.0], "torch").torchs(), **ARGUMENTS[name], last_epoch=3)


@pytest.mark.parametrize("epoch", ["a", [1, 2], np.array(["a"]), 1j, float("nan")])
def test_an_epoch_that_is_no_number(epoch):
    scheduler = StepLR(sgd(1.0), step_size=2)
    with pytest.warns(UserWarning), pytest.raises((TypeError, ValueError), match="epoch must be"):
        scheduler.step(epoch)
