"""scheduler.step() before optimizer.step() is noticed, and the watching does no harm."""

from __future__ import annotations

import copy
import gc
import inspect
import pickle
import types
import warnings
import weakref

import numpy as np
import pytest
import torch

import course_lib.optim
from course_lib.lr_scheduler import (
    ChainedScheduler,
    ConstantLR,
    CosineAnnealingLR,
    CosineAnnealingWarmRestarts,
    ExponentialLR,
    LambdaLR,
    LinearLR,
    ReduceLROnPlateau,
    SequentialLR,
    StepLR,
)
from course_lib.optim import Parameter

from .parity import sgd

WRONG_ORDER = r"scheduler.step\(\) was called before optimizer.step\(\).*how-to-adjust-learning-rate"
OVERRIDDEN = r"`optimizer.step\(\)` has been overridden.*how-to-adjust-learning-rate"


class Counting:
    """A foreign optimizer that counts its steps."""

    def __init__(self):
        self.param_groups = [{"lr": 1.0}]
        self.steps = 0

    def step(self, closure=None, *, times=1):
        self.steps += times
        return closure


OPTIMIZERS = {
    "course_lib": lambda: sgd(1.0),
    "torch": lambda: torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0),
    "foreign": Counting,
}


@pytest.fixture(params=OPTIMIZERS)
def optimizer(request):
    return OPTIMIZERS[request.param]()


@pytest.mark.parametrize("updates", [True, False])
def test_the_wrong_order_is_warned_of_once(optimizer, updates):
    scheduler = ExponentialLR(optimizer, gamma=0.5)
    with pytest.warns(UserWarning, match=WRONG_ORDER) as caught:
        for _ in range(3):
            scheduler.step()
            if updates:
                optimizer.step()
    assert len(caught) == 1
    assert caught[0].filename == __file__


def test_the_right_order_is_silent(optimizer):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        scheduler = ExponentialLR(optimizer, gamma=0.5)
        for _ in range(3):
            optimizer.step()
            scheduler.step()


def test_steps_before_the_schedule_was_built_do_not_count(optimizer):
    optimizer.step()
    scheduler = ExponentialLR(optimizer, gamma=0.5)
    with pytest.warns(UserWarning, match=WRONG_ORDER):
        scheduler.step()


def test_the_wrong_order_when_resuming(optimizer):
    optimizer.param_groups[0]["initial_lr"] = 1.0
    scheduler = StepLR(optimizer, step_size=3, last_epoch=10)
    with pytest.warns(UserWarning, match=WRONG_ORDER):
        scheduler.step()


def test_one_step_is_enough_for_all_schedules(optimizer):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        first = ExponentialLR(optimizer, gamma=0.5)
        optimizer.step()
        second = StepLR(optimizer, step_size=2)
        first.step()
        second.step()


def test_composites_are_silent_in_the_right_order(optimizer):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        chained = ChainedScheduler([ConstantLR(optimizer), LinearLR(optimizer)])
        inner = SequentialLR(optimizer, [chained, StepLR(optimizer, step_size=3)], milestones=[4])
        scheduler = SequentialLR(optimizer, [inner, ExponentialLR(optimizer, gamma=0.9)], milestones=[8])
        for _ in range(12):
            optimizer.step()
            scheduler.step()


@pytest.mark.parametrize(
    "compose",
    [
        lambda optimizer, parts: ChainedScheduler(parts),
        lambda optimizer, parts: SequentialLR(optimizer, parts, milestones=[4]),
    ],
)
def test_composites_warn(optimizer, compose):
    scheduler = compose(optimizer, [ConstantLR(optimizer), LinearLR(optimizer)])
    with pytest.warns(UserWarning, match=WRONG_ORDER):
        scheduler.step()


def test_schedules_that_may_be_stepped_at_any_time_do_not_warn(optimizer):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        CosineAnnealingWarmRestarts(optimizer, T_0=3).step(0.5)
        ReduceLROnPlateau(optimizer).step(1.0)


@pytest.mark.parametrize("order", ["optimizer first", "scheduler first"])
def test_a_step_that_is_overridden_later(optimizer, order):
    """Then nobody knows: torch warns in either order, too."""
    scheduler = StepLR(optimizer, step_size=3)
    watched = optimizer.step
    optimizer.step = types.MethodType(lambda self: watched(), optimizer)
    with pytest.warns(UserWarning, match=OVERRIDDEN):
        if order == "optimizer first":
            optimizer.step()
        scheduler.step()


def test_a_step_that_was_overridden_before(optimizer):
    original = optimizer.step
    calls = []

    def step(self):
        calls.append(self)
        return original()

    optimizer.step = types.MethodType(step, optimizer)
    scheduler = StepLR(optimizer, step_size=3)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        optimizer.step()
        scheduler.step()
    assert calls == [optimizer]


def test_a_step_counts_even_if_overridden_before_the_next_schedule_is_built(optimizer):
    first = StepLR(optimizer, step_size=3)
    optimizer.step()
    watched = optimizer.step
    optimizer.step = types.MethodType(lambda self: watched(), optimizer)
    second = StepLR(optimizer, step_size=3)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        first.step()
        second.step()


@pytest.mark.parametrize("step", [None, lambda: None])
def test_what_cannot_be_watched_is_not_warned_of(step):
    optimizer = types.SimpleNamespace(param_groups=[{"lr": 1.0}])
    if step is not None:
        optimizer.step = step
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ExponentialLR(optimizer, gamma=0.5).step()


@pytest.mark.parametrize("torch_first", [True, False])
def test_torchs_schedules_beside_ours(torch_first):
    optimizer = OPTIMIZERS["torch"]()

    def build():
        classes = [torch.optim.lr_scheduler.ExponentialLR, ExponentialLR]
        return [cls(optimizer, gamma=0.5) for cls in (classes if torch_first else classes[::-1])]

    schedulers = build()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        optimizer.step()
        for scheduler in schedulers:
            scheduler.step()
    assert optimizer.param_groups[0]["lr"] == 0.25

    optimizer = OPTIMIZERS["torch"]()
    for scheduler in build():
        with pytest.warns(UserWarning, match="how-to-adjust-learning-rate"):
            scheduler.step()


# ---- the watched step is the step


def test_arguments_and_result_pass_through():
    optimizer = Counting()
    signature = list(inspect.signature(optimizer.step).parameters)
    ExponentialLR(optimizer, gamma=0.5)
    assert optimizer.step("loss", times=5) == "loss"
    assert optimizer.steps == 5
    assert [name for name in inspect.signature(optimizer.step).parameters if name != "self"] == signature
    assert optimizer.step.__name__ == "step"
    assert optimizer.step.__doc__ == Counting.step.__doc__


def test_errors_pass_through():
    p = Parameter(np.ones(2))
    optimizer = course_lib.optim.SGD([p], lr=1.0)
    ExponentialLR(optimizer, gamma=0.5)
    p.grad = "no gradient"
    with pytest.raises(TypeError, match="grad"):
        optimizer.step()


def test_the_class_and_other_optimizers_are_left_alone(optimizer):
    cls = type(optimizer)
    step = cls.step
    other = Counting() if cls is Counting else copy.deepcopy(optimizer)
    before = dict(vars(other))
    for _ in range(3):
        ExponentialLR(optimizer, gamma=0.5)  # of which only the first has anything to do
    assert cls.step is step
    assert vars(other) == before
    calls = []
    cls.step = lambda self: calls.append(self)
    try:
        other.step()
    finally:
        cls.step = step
    assert calls == [other]


@pytest.mark.parametrize("driven", ["course_lib", "torch"])
def test_the_optimizers_state_dict_is_what_it_was(driven):
    optimizer = OPTIMIZERS[driven]()
    before = optimizer.state_dict()
    ExponentialLR(optimizer, gamma=0.5)
    optimizer.step()
    after = optimizer.state_dict()
    assert after["param_groups"][0].pop("initial_lr") == 1.0
    assert after == before


@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda optimizer: pickle.loads(pickle.dumps(optimizer))])
@pytest.mark.parametrize("stepped", [False, True])
def test_copies_step_themselves(optimizer, duplicate, stepped):
    """Not the optimizer that they are copies of, as with a closure over it."""
    scheduler = ExponentialLR(optimizer, gamma=0.5)
    if stepped:
        optimizer.step()
    again = duplicate(optimizer)
    if isinstance(optimizer, Counting):
        again.step()
        assert again.steps == optimizer.steps + 1
    else:
        p, q = (each.param_groups[0]["params"][0] for each in (optimizer, again))
        q.grad = np.ones_like(q.data) if isinstance(q, Parameter) else torch.ones_like(q)
        before_p, before_q = copy.deepcopy(p.data), copy.deepcopy(q.data)
        again.step()
        assert bool((p.data == before_p).all())
        assert bool((q.data == before_q - 1).all())
    if not stepped:
        with pytest.warns(UserWarning, match=WRONG_ORDER):  # the copy's step was not the optimizer's
            scheduler.step()


def test_a_copied_schedule_watches_its_own_optimizer():
    scheduler = ExponentialLR(Counting(), gamma=0.5)
    again = copy.deepcopy(scheduler)
    again.optimizer.step()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        again.step()
    with pytest.warns(UserWarning, match=WRONG_ORDER):
        scheduler.step()


def test_nothing_is_kept_alive():
    """No cycle: optimizer and schedule, and with them the arrays, are freed at once, without the garbage collector."""
    gc.disable()
    try:
        optimizer = Counting()
        scheduler = ExponentialLR(optimizer, gamma=0.5)
        optimizer.step()
        scheduler.step()
        references = [weakref.ref(optimizer), weakref.ref(scheduler)]
        del optimizer, scheduler
        assert [reference() for reference in references] == [None, None]
    finally:
        gc.enable()


def test_more_schedules_do_not_watch_again(optimizer):
    ExponentialLR(optimizer, gamma=0.5)
    watched = optimizer.step
    ExponentialLR(optimizer, gamma=0.5)
    assert optimizer.step is watched


def chain(optimizer):
    """The cosine scales what the rate has above eta_min, and the other schedule leaves it below."""
    return ChainedScheduler([ExponentialLR(optimizer, gamma=0.5), CosineAnnealingLR(optimizer, T_max=10, eta_min=0.4)])


@pytest.mark.parametrize(
    "build, name",
    [
        (chain, "CosineAnnealingLR, in its epoch"),
        (lambda optimizer: LambdaLR(optimizer, lambda epoch: 1 - epoch), "LambdaLR, in its epoch 2,"),
    ],
)
def test_a_rate_made_negative_is_refused_by_the_name_of_the_schedule(build, name, optimizer):
    scheduler = build(optimizer)
    with pytest.raises(ValueError, match=rf"learning rate of param_groups\[0\] is -0?.*{name}.*SequentialLR"):
        for _ in range(20):
            optimizer.step()
            scheduler.step()
    assert optimizer.param_groups[0]["lr"] < 0
    optimizer.param_groups[0]["lr"] = 0.5  # put right by hand
    optimizer.step()


def test_a_rate_that_is_positive_again_is_nobodys_fault(optimizer):
    scheduler = LambdaLR(optimizer, lambda epoch: -1.0 if epoch == 1 else 1.0)
    optimizer.step()
    scheduler.step()
    with pytest.raises(ValueError, match="LambdaLR"):
        optimizer.step()
    scheduler.step()
    optimizer.step()
    assert optimizer._made_negative_by == {}


def test_a_rate_that_rounds_below_zero_is_zero(optimizer):
    scheduler = LambdaLR(optimizer, lambda epoch: -1e-17 * epoch)
    for _ in range(3):
        optimizer.step()
        scheduler.step()
