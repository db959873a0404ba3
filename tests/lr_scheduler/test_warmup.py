from __future__ import annotations

import numpy as np
import pytest

from course_lib.lr_scheduler import ConstantLR, LinearLR

from .parity import assert_rejected, rates, sgd

T = np.arange(10)


def test_constant():
    used = rates(ConstantLR(sgd(0.9), factor=1 / 3, total_iters=4), 10)
    np.testing.assert_allclose(used, [0.3] * 4 + [0.9] * 6, rtol=1e-12)


def test_constant_defaults():
    np.testing.assert_allclose(rates(ConstantLR(sgd(0.9)), 10), [0.3] * 5 + [0.9] * 5, rtol=1e-12)


@pytest.mark.parametrize("start, end", [(0.1, 1.0), (1.0, 0.2), (0.5, 0.5)])
def test_linear(start, end):
    used = rates(LinearLR(sgd(0.9), start_factor=start, end_factor=end, total_iters=4), 10)
    np.testing.assert_allclose(used, 0.9 * (start + (end - start) * np.minimum(T, 4) / 4), rtol=1e-12)


def test_a_change_made_by_hand_lasts():
    """As it would not if the rates were computed from those at the start."""
    optimizer = sgd(1.0)
    scheduler = LinearLR(optimizer, start_factor=0.5, total_iters=4)
    rates(scheduler, 4)
    optimizer.param_groups[0]["lr"] *= 10
    assert rates(scheduler, 3) == [10.0, 10.0, 10.0]


@pytest.mark.parametrize(
    "name, options, message",
    [
        ("ConstantLR", {"factor": 1.5}, "factor must be between 0 and 1, got 1.5"),
        ("ConstantLR", {"factor": -0.5}, "factor must be between 0 and 1, got -0.5"),
        ("ConstantLR", {"factor": 0}, "factor=0 has made every rate 0"),
        ("LinearLR", {"start_factor": 0}, "start_factor must be greater than 0 and at most 1, got 0"),
        ("LinearLR", {"start_factor": 1.1}, "start_factor must be greater than 0 and at most 1, got 1.1"),
        ("LinearLR", {"end_factor": 1.1}, "end_factor must be between 0 and 1, got 1.1"),
        ("LinearLR", {"end_factor": -0.1}, "end_factor must be between 0 and 1, got -0.1"),
    ],
)
def test_bad_arguments(name, options, message):
    assert_rejected(name, message, **options)
