"""What schedules refuse, where torch goes on with a rate of NaN or a change that never comes; and what they take as torch does."""

from __future__ import annotations

import numpy as np
import pytest

from .parity import OURS, TORCHS, Setup, rates, sgd

CYCLIC = {"base_lr": 0.1, "max_lr": 1.0, "cycle_momentum": False}
ONE_CYCLE = {"max_lr": 1.0, "total_steps": 30, "cycle_momentum": False}

NONSENSE = [
    ("StepLR", {"step_size": -2}, ValueError, "step_size must be at least 1, got -2"),
    ("StepLR", {"step_size": 2.5}, ValueError, "step_size must be a whole number of epochs, got 2.5"),
    ("StepLR", {"step_size": "3"}, TypeError, "step_size must be a number, got str: '3'"),
    ("StepLR", {"step_size": 3, "gamma": float("nan")}, ValueError, "gamma must be finite, got nan"),
    ("MultiStepLR", {"milestones": ["3"]}, TypeError, "a milestone must be a number, got str: '3'"),
    ("MultiStepLR", {"milestones": [2.5]}, ValueError, "a milestone must be a whole number of epochs, got 2.5"),
    ("MultiStepLR", {"milestones": [3], "gamma": "0.1"}, TypeError, "gamma must be a number, got str"),
    ("ExponentialLR", {"gamma": None}, TypeError, "gamma must be a number, got NoneType"),
    ("ExponentialLR", {"gamma": float("inf")}, ValueError, "gamma must be finite"),
    ("ExponentialLR", {"gamma": 10**400}, ValueError, "gamma must be finite"),
    ("ExponentialLR", {"gamma": np.ones(2)}, TypeError, "gamma must be a number, got ndarray"),
    ("PolynomialLR", {"total_iters": True}, TypeError, "total_iters must be a number, got bool"),
    ("PolynomialLR", {"power": float("nan")}, ValueError, "power must be finite"),
    ("ConstantLR", {"total_iters": "3"}, TypeError, "total_iters must be a number, got str: '3'"),
    ("ConstantLR", {"total_iters": 2.5}, ValueError, "total_iters must be a whole number"),
    ("ConstantLR", {"factor": float("nan")}, ValueError, "factor must be finite"),
    ("LinearLR", {"total_iters": -1}, ValueError, "total_iters must be at least 0, got -1"),
    ("LinearLR", {"start_factor": "1"}, TypeError, "start_factor must be a number"),
    ("LinearLR", {"end_factor": float("nan")}, ValueError, "end_factor must be finite"),
    ("CosineAnnealingLR", {"T_max": float("nan")}, ValueError, "T_max must be finite, got nan"),
    ("CosineAnnealingLR", {"T_max": -5}, ValueError, "T_max must be at least 0, got -5"),
    ("CosineAnnealingLR", {"T_max": 5, "eta_min": "0"}, TypeError, "eta_min must be a number"),
    ("CosineAnnealingWarmRestarts", {"T_0": "5"}, ValueError, "T_0 must be a positive integer, got '5'"),
    ("CosineAnnealingWarmRestarts", {"T_0": 5, "T_mult": "2"}, ValueError, "T_mult must be an integer, at least 1, got '2'"),
    ("CosineAnnealingWarmRestarts", {"T_0": 5, "eta_min": float("nan")}, ValueError, "eta_min must be finite"),
    ("CyclicLR", {**CYCLIC, "base_lr": "0.1"}, TypeError, "base_lr must be a number, got str"),
    ("CyclicLR", {**CYCLIC, "max_lr": [float("nan")]}, ValueError, r"max_lr\[0\] must be finite"),
    ("CyclicLR", {**CYCLIC, "step_size_up": -1}, ValueError, "step_size_up must be at least 0"),
    ("CyclicLR", {**CYCLIC, "step_size_down": "5"}, TypeError, "step_size_down must be a number"),
    ("CyclicLR", {**CYCLIC, "gamma": float("nan")}, ValueError, "gamma must be finite"),
    ("CyclicLR", {**CYCLIC, "cycle_momentum": True, "base_momentum": "0.8"}, TypeError, "base_momentum must be a number"),
    ("OneCycleLR", {**ONE_CYCLE, "max_lr": "1"}, TypeError, "max_lr must be a number"),
    ("OneCycleLR", {**ONE_CYCLE, "total_steps": "30"}, ValueError, "total_steps must be a positive integer, got '30'"),
    ("OneCycleLR", {**ONE_CYCLE, "pct_start": float("nan")}, ValueError, "pct_start must be a float between 0 and 1, got nan"),
    ("OneCycleLR", {**ONE_CYCLE, "div_factor": float("inf")}, ValueError, "div_factor must be finite"),
    ("OneCycleLR", {**ONE_CYCLE, "final_div_factor": "10"}, TypeError, "final_div_factor must be a number"),
    ("ReduceLROnPlateau", {"patience": float("nan")}, ValueError, "patience must be finite, got nan"),
    ("ReduceLROnPlateau", {"patience": -1}, ValueError, "patience must be at least 0"),
    ("ReduceLROnPlateau", {"cooldown": "2"}, TypeError, "cooldown must be a number"),
    ("ReduceLROnPlateau", {"min_lr": "0.1"}, TypeError, "min_lr must be a number, got str: '0.1'"),
    ("ReduceLROnPlateau", {"min_lr": [None]}, TypeError, r"min_lr\[0\] must be a number, got NoneType"),
    ("ReduceLROnPlateau", {"factor": float("nan")}, ValueError, "factor must be finite"),
    ("ReduceLROnPlateau", {"threshold": "1"}, TypeError, "threshold must be a number"),
    ("ReduceLROnPlateau", {"eps": float("nan")}, ValueError, "eps must be finite"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "options", "error", "message"), NONSENSE)
def test_nonsense_is_refused_where_the_schedule_is_built(name, options, error, message):
    with pytest.raises(error, match=message):
        getattr(OURS, name)(sgd(0.1, momentum=0.9), **options)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("StepLR", {"step_size": 3.0, "gamma": np.float64(0.5)}),
        ("StepLR", {"step_size": np.int64(3), "gamma": 0.5}),
        ("MultiStepLR", {"milestones": [2.0, np.int64(5)]}),
        ("MultiStepLR", {"milestones": np.array([2, 5])}),
        ("ExponentialLR", {"gamma": np.array(0.5)}),
        ("PolynomialLR", {"total_iters": 4.0, "power": np.int64(2)}),
        ("ConstantLR", {"total_iters": np.float64(3)}),
        ("LinearLR", {"total_iters": 3.0}),
        ("CosineAnnealingLR", {"T_max": 4.0}),
        ("CosineAnnealingLR", {"T_max": 4.5, "eta_min": np.float64(0.01)}),
        ("CyclicLR", {**CYCLIC, "step_size_up": 2.5, "step_size_down": np.float64(1.5)}),
        ("OneCycleLR", {**ONE_CYCLE, "max_lr": np.float64(1.0)}),
    ],
)  # fmt: skip
def test_numbers_of_other_types_are_taken_as_torch_takes_them(name, options):
    ours = rates(getattr(OURS, name)(sgd(0.8), **options), 9)
    torchs = rates(getattr(TORCHS, name)(Setup("SGD", [0.8], "torch").torchs(), **options), 9)
    np.testing.assert_allclose(ours, torchs, rtol=1e-12)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("StepLR", {"step_size": 1, "gamma": np.float32(0.1)}),
        ("MultiStepLR", {"milestones": [1], "gamma": np.float32(0.1)}),
        ("ExponentialLR", {"gamma": np.float32(0.1)}),
        ("ConstantLR", {"factor": np.float32(0.1)}),
        ("CosineAnnealingLR", {"T_max": 5, "eta_min": np.float32(0.1)}),
        ("CyclicLR", {"base_lr": np.float32(0.1), "max_lr": np.float32(1.0), "cycle_momentum": False}),
    ],
)
def test_a_number_in_single_precision_does_not_make_the_rate_one(name, options):
    optimizer = sgd(0.3)
    scheduler = getattr(OURS, name)(optimizer, **options)
    for _ in range(2):
        optimizer.step()
        scheduler.step()
    assert type(optimizer.param_groups[0]["lr"]) is float
