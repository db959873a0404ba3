from __future__ import annotations

import pickle

import numpy as np
import pytest

from course_lib.lr_scheduler import CyclicLR, OneCycleLR
from course_lib.optim import SGD, Adam, Parameter, Rprop

from .parity import OURS, TORCHS, Groups, Setup, assert_rejected, rates, sgd


def momenta(scheduler, steps):
    """The momentum, or beta 1, that each update of the first group uses."""
    group = scheduler.optimizer.param_groups[0]
    used = []
    for _ in range(steps):
        used.append(group["betas"][0] if "betas" in group else group["momentum"])
        scheduler.optimizer.step()
        scheduler.step()
    return used


def anneal(start, end, p):
    return end + (start - end) * (1 + np.cos(np.pi * np.asarray(p))) / 2


# ---- CyclicLR


def test_triangular():
    scheduler = CyclicLR(sgd(9.0), base_lr=1, max_lr=5, step_size_up=4, step_size_down=2)
    np.testing.assert_allclose(rates(scheduler, 13), [1, 2, 3, 4, 5, 3] * 2 + [1], rtol=1e-12)


def test_triangular2_halves_the_height_every_cycle():
    scheduler = CyclicLR(sgd(9.0), base_lr=1, max_lr=5, step_size_up=2, mode="triangular2")
    np.testing.assert_allclose(rates(scheduler, 13), [1, 3, 5, 3, 1, 2, 3, 2, 1, 1.5, 2, 1.5, 1], rtol=1e-12)


def test_exp_range_shrinks_the_height_every_step():
    scheduler = CyclicLR(sgd(9.0), base_lr=1, max_lr=5, step_size_up=2, mode="exp_range", gamma=0.9)
    heights = np.array([0, 0.5, 1, 0.5] * 3)
    np.testing.assert_allclose(rates(scheduler, 12), 1 + 4 * heights * 0.9 ** np.arange(12), rtol=1e-12)


@pytest.mark.parametrize("scale_mode, asked", [("cycle", [1, 1, 2, 2]), ("iterations", [0, 1, 2, 3])])
def test_a_scale_of_ones_own(scale_mode, asked):
    seen = []

    def scale(x):
        seen.append(x)
        return 0.5

    scheduler = CyclicLR(
        sgd(9.0), 1, 5, step_size_up=1, mode="ignored", scale_fn=scale, scale_mode=scale_mode, cycle_momentum=False
    )
    np.testing.assert_allclose(rates(scheduler, 3), [1, 3, 1], rtol=1e-12)
    assert seen == asked


def test_bounds_for_each_group():
    scheduler = CyclicLR(sgd(9.0, 9.0), base_lr=[1, 2], max_lr=(3, 6), step_size_up=2)
    np.testing.assert_allclose(rates(scheduler, 3), [[1, 2], [2, 4], [3, 6]], rtol=1e-12)


def test_the_momentum_goes_the_other_way():
    scheduler = CyclicLR(sgd(9.0), 1, 5, step_size_up=2, base_momentum=0.5, max_momentum=0.9)
    np.testing.assert_allclose(momenta(scheduler, 5), [0.9, 0.7, 0.5, 0.7, 0.9], rtol=1e-12)


def test_beta_1_is_a_momentum():
    optimizer = Adam([Parameter(np.ones(1))], betas=(0.3, 0.99))
    scheduler = CyclicLR(optimizer, 1, 5, step_size_up=2, base_momentum=0.5, max_momentum=0.9)
    np.testing.assert_allclose(momenta(scheduler, 5), [0.9, 0.7, 0.5, 0.7, 0.9], rtol=1e-12)
    assert optimizer.param_groups[0]["betas"][1] == 0.99


@pytest.mark.parametrize("build", [lambda o: CyclicLR(o, 1, 5, cycle_momentum=False),
                                   lambda o: OneCycleLR(o, 5, total_steps=9, cycle_momentum=False)])  # fmt: skip
def test_the_momentum_can_be_left_alone(build):
    assert momenta(build(sgd(9.0, momentum=0.3)), 5) == [0.3] * 5
    build(Rprop([Parameter(np.ones(1))]))  # which has none


def test_a_scale_function_is_not_saved_and_an_object_is():
    class Scale:
        def __init__(self, factor):
            self.factor = factor

        def __call__(self, x):
            return self.factor

    def build(scale_fn):
        return CyclicLR(sgd(9.0), 1, 5, step_size_up=2, scale_fn=scale_fn)

    state = build(lambda x: 0.5).state_dict()
    assert state["_scale_fn_custom"] is None
    pickle.dumps(state)
    own = build(function := lambda x: 0.25)
    own.load_state_dict(state)
    assert own.scale_fn(1) == function(1)

    state = build(Scale(0.5)).state_dict()
    assert state["_scale_fn_custom"] == {"factor": 0.5}
    again = build(Scale(0.1))
    again.load_state_dict(state)
    assert again.scale_fn(1) == 0.5


def test_a_loaded_state_brings_its_mode():
    state = CyclicLR(sgd(9.0), 1, 5, step_size_up=2, mode="exp_range", gamma=0.5).state_dict()
    again = CyclicLR(sgd(9.0), 1, 5)
    again.load_state_dict(state)
    np.testing.assert_allclose(rates(again, 4), [1, 1 + 2 * 0.5, 1 + 4 * 0.25, 1 + 2 * 0.125], rtol=1e-12)


def test_an_earlier_schedule_sets_the_first_rate():
    """As in torch: the initial rate is the one that the first schedule has found."""
    firsts = []
    for library, optimizer in [(OURS, sgd(9.0)), (TORCHS, Setup("SGD", [9.0], "torch").torchs())]:
        library.StepLR(optimizer, step_size=5)
        scheduler = library.CyclicLR(optimizer, base_lr=1, max_lr=5, step_size_up=4)
        firsts.append(rates(scheduler, 3))
    assert firsts[0] == firsts[1] == [9.0, 2.0, 3.0]


# ---- OneCycleLR


def test_one_cycle_two_phases():
    optimizer = sgd(9.0)
    scheduler = OneCycleLR(optimizer, max_lr=8, total_steps=20, pct_start=0.25, div_factor=4, final_div_factor=10)
    used = rates(scheduler, 20)
    # up in the first 5 updates, down in the other 15
    np.testing.assert_allclose(used[:5], anneal(2, 8, np.arange(5) / 4), rtol=1e-12)
    np.testing.assert_allclose(used[4:], anneal(8, 0.2, np.arange(16) / 15), rtol=1e-12)
    assert optimizer.param_groups[0]["initial_lr"] == 2


def test_one_cycle_three_phases():
    scheduler = OneCycleLR(
        sgd(9.0), max_lr=8, epochs=4, steps_per_epoch=5, pct_start=0.25, div_factor=4, final_div_factor=10,
        three_phase=True, anneal_strategy="linear",
    )  # fmt: skip
    used = rates(scheduler, 20)
    np.testing.assert_allclose(used[:5], np.linspace(2, 8, 5), rtol=1e-12)
    np.testing.assert_allclose(used[4:9], np.linspace(8, 2, 5), rtol=1e-12)
    np.testing.assert_allclose(used[8:], np.linspace(2, 0.2, 12), rtol=1e-12)


def test_one_cycle_momentum():
    options = dict(max_lr=8, total_steps=20, pct_start=0.25, anneal_strategy="linear", base_momentum=0.5, max_momentum=0.9)
    used = momenta(OneCycleLR(sgd(9.0), **options), 20)
    np.testing.assert_allclose(used[:5], np.linspace(0.9, 0.5, 5), rtol=1e-12)
    np.testing.assert_allclose(used[4:], np.linspace(0.5, 0.9, 16), rtol=1e-12)
    used = momenta(OneCycleLR(sgd(9.0), **options, three_phase=True), 20)
    np.testing.assert_allclose(used[4:9], np.linspace(0.5, 0.9, 5), rtol=1e-12)
    np.testing.assert_allclose(used[8:], 0.9, rtol=1e-12)


def test_one_cycle_for_each_group():
    scheduler = OneCycleLR(sgd(9.0, 9.0), max_lr=[8, 4], total_steps=20, div_factor=4)
    assert rates(scheduler, 6)[-1] == [8, 4]


def test_one_cycle_ends():
    """torch allows for the step after the last update, and for none after that."""
    for library, optimizer in [(OURS, sgd(9.0)), (TORCHS, Setup("SGD", [9.0], "torch").torchs())]:
        scheduler = library.OneCycleLR(optimizer, max_lr=8, total_steps=6)
        rates(scheduler, 6)
        with pytest.raises(ValueError, match="7 times"):
            scheduler.step()


def test_resuming_needs_the_bounds_in_the_groups():
    for library, optimizer in [(OURS, sgd(9.0)), (TORCHS, Setup("SGD", [9.0], "torch").torchs())]:
        optimizer.param_groups[0]["initial_lr"] = 1.0
        with pytest.raises(KeyError, match="max_lr" if library is TORCHS else "'max_lr' is not specified .* when resuming"):
            library.OneCycleLR(optimizer, max_lr=8, total_steps=6, last_epoch=2)
        optimizer.param_groups[0].update(max_lr=8, min_lr=0.1)
        with pytest.raises(
            KeyError, match="momentum" if library is TORCHS else "'base_momentum' is not specified .* when resuming"
        ):
            library.OneCycleLR(optimizer, max_lr=8, total_steps=6, last_epoch=2)
        library.OneCycleLR(optimizer, max_lr=8, total_steps=6, last_epoch=2, cycle_momentum=False)


@pytest.mark.parametrize("name", ["CyclicLR", "OneCycleLR"])
def test_resuming_leaves_the_bounds_in_the_groups(name):
    """They came with the optimizer's state dict, and count more than the arguments."""
    outcomes = []
    for library, optimizer in [(OURS, sgd(9.0)), (TORCHS, Setup("SGD", [9.0], "torch").torchs())]:
        bounds = dict(initial_lr=1.0, max_lr=5.0, min_lr=0.5, base_momentum=0.2, max_momentum=0.4)
        optimizer.param_groups[0].update(bounds)
        lrs = {"base_lr": 2.0, "step_size_up": 3} if name == "CyclicLR" else {"total_steps": 20}
        scheduler = getattr(library, name)(optimizer, max_lr=8.0, **lrs, last_epoch=2)
        assert {key: optimizer.param_groups[0][key] for key in bounds} == bounds
        outcomes.append((momenta(scheduler, 5), scheduler.get_last_lr()))
    assert outcomes[0] == outcomes[1]


@pytest.mark.parametrize("many", [lambda array: array, lambda array: [array]])
def test_bounds_are_copied(many):
    bounds = {name: np.array(value) for name, value in dict(base_lr=1.0, max_lr=5.0, base_momentum=0.5, max_momentum=0.9).items()}
    optimizer = Groups([{"lr": 9.0, "momentum": 0.0}])
    scheduler = CyclicLR(optimizer, **{name: many(array) for name, array in bounds.items()}, step_size_up=2)
    for array in bounds.values():
        array[...] = 0
    np.testing.assert_allclose(rates(scheduler, 5), [1, 3, 5, 3, 1], rtol=1e-12)
    np.testing.assert_allclose(momenta(scheduler, 3), [0.7, 0.5, 0.7], rtol=1e-12)


# ---- bad arguments

CYCLIC = {"base_lr": 1, "max_lr": 5}


@pytest.mark.parametrize(
    "name, options, message",
    [
        ("CyclicLR", {**CYCLIC, "mode": "cats"}, "mode must be .*, got 'cats'"),
        ("CyclicLR", {**CYCLIC, "step_size_up": 0}, "step_size_up .* at least 1, got 0"),
        ("CyclicLR", {**CYCLIC, "base_lr": [1]}, "base_lr must be .* 2 param_groups, got 1"),
        ("CyclicLR", {**CYCLIC, "max_lr": [1, 2, 3]}, "max_lr must be .* 2 param_groups, got 3"),
        ("CyclicLR", {**CYCLIC, "base_momentum": [0.8]}, "base_momentum must be .* 2 param_groups, got 1"),
        ("CyclicLR", {**CYCLIC, "max_momentum": ()}, "max_momentum must be .* 2 param_groups, got 0"),
        ("OneCycleLR", {"max_lr": 1}, "give either total_steps, or both epochs and steps_per_epoch"),
        ("OneCycleLR", {"max_lr": 1, "epochs": 3}, "give either total_steps, or both epochs and steps_per_epoch"),
        ("OneCycleLR", {"max_lr": 1, "total_steps": 0}, "total_steps must be a positive integer, got 0"),
        ("OneCycleLR", {"max_lr": 1, "total_steps": 9.0}, "total_steps must be a positive integer, got 9.0"),
        (
            "OneCycleLR",
            {"max_lr": 1, "epochs": 0, "steps_per_epoch": 9},
            "epochs must be a positive integer, got 0",
        ),
        (
            "OneCycleLR",
            {"max_lr": 1, "epochs": 9, "steps_per_epoch": "9"},
            "steps_per_epoch must be a positive integer, got '9'",
        ),
        (
            "OneCycleLR",
            {"max_lr": 1, "total_steps": 30, "pct_start": 1.1},
            "pct_start must be a float between 0 and 1, got 1.1",
        ),
        (
            "OneCycleLR",
            {"max_lr": 1, "total_steps": 30, "pct_start": -0.1},
            "pct_start must be a float between 0 and 1, got -0.1",
        ),
        (
            "OneCycleLR",
            {"max_lr": 1, "total_steps": 30, "pct_start": 1},
            "pct_start must be a float between 0 and 1, got 1",
        ),
        (
            "OneCycleLR",
            {"max_lr": 1, "total_steps": 30, "anneal_strategy": "cats"},
            "anneal_strategy must be one of .*, got 'cats'",
        ),
        ("OneCycleLR", {"max_lr": [1], "total_steps": 30}, "max_lr must be .* 2 param_groups, got 1"),
        ("OneCycleLR", {"max_lr": 1, "total_steps": 30, "max_momentum": [1]}, "max_momentum must be .* got 1"),
        ("OneCycleLR", {"max_lr": 1, "total_steps": 5}, "total_steps=5"),
        (
            "OneCycleLR",
            {"max_lr": 1, "total_steps": 10, "pct_start": 0.1},
            "no room for a change.*pct_start.*total_steps=10",
        ),
    ],
)
def test_bad_arguments(name, options, message):
    assert_rejected(name, message, **options)


@pytest.mark.parametrize("name, options", [("CyclicLR", CYCLIC), ("OneCycleLR", {"max_lr": 1, "total_steps": 30})])
def test_an_optimizer_without_momentum(name, options):
    setup = Setup("Rprop", [0.1, 0.2], "course_lib")
    assert_rejected(name, "must support momentum or beta1.*Rprop.*Use cycle_momentum=False", setup=setup, **options)


def test_an_unknown_scale_mode():
    # torch takes any other word for "iterations"
    with pytest.raises(ValueError, match="scale_mode must be .*, got 'epoch'"):
        CyclicLR(SGD([Parameter(np.ones(1))]), 1, 5, scale_fn=lambda x: 1.0, scale_mode="epoch")
