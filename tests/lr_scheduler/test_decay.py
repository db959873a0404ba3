from __future__ import annotations

import numpy as np
import pytest

from course_lib.lr_scheduler import ExponentialLR, MultiStepLR, PolynomialLR, StepLR

from .parity import assert_rejected, rates, sgd

T = np.arange(12)


def test_step():
    used = rates(StepLR(sgd(0.8), step_size=3, gamma=0.5), 12)
    np.testing.assert_allclose(used, [0.8] * 3 + [0.4] * 3 + [0.2] * 3 + [0.1] * 3, rtol=1e-12)


def test_multi_step():
    used = rates(MultiStepLR(sgd(0.8), milestones=[7, 2], gamma=0.5), 12)
    np.testing.assert_allclose(used, [0.8] * 2 + [0.4] * 5 + [0.2] * 5, rtol=1e-12)


def test_a_milestone_that_is_listed_twice_counts_twice():
    used = rates(MultiStepLR(sgd(0.8), milestones=(epoch for epoch in [2, 2]), gamma=0.5), 4)
    np.testing.assert_allclose(used, [0.8, 0.8, 0.2, 0.2], rtol=1e-12)


def test_exponential():
    np.testing.assert_allclose(rates(ExponentialLR(sgd(0.8), gamma=0.9), 12), 0.8 * 0.9**T, rtol=1e-12)


@pytest.mark.parametrize("power", [0.5, 1, 2.5])
def test_polynomial(power):
    used = rates(PolynomialLR(sgd(0.8), total_iters=8, power=power), 12)
    np.testing.assert_allclose(used, 0.8 * np.maximum(0, 1 - T / 8) ** power, rtol=1e-12)


def test_each_group_keeps_its_own_rate():
    used = rates(ExponentialLR(sgd(0.8, 4.0), gamma=0.5), 3)
    np.testing.assert_allclose(used, [[0.8, 4.0], [0.4, 2.0], [0.2, 1.0]], rtol=1e-12)


@pytest.mark.parametrize(
    "name, options, message",
    [
        ("StepLR", {"step_size": 0}, "step_size .* at least 1, got 0"),
        ("MultiStepLR", {"milestones": 30}, "milestones must be a list of epochs, got 30"),
        ("StepLR", {}, "step_size"),
        ("ExponentialLR", {}, "gamma"),
    ],
)
def test_bad_arguments(name, options, message):
    assert_rejected(name, message, **options)
