"""The forms of momentum against torch's, and what is known in advance against what runs do."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_lib.descent import (
    average_form,
    best_momentum,
    learning_rate_limit,
    look_ahead,
    momentum_factor,
    momentum_limit,
    momentum_noise_floor,
    noise_floor,
    velocity_form,
)
from course_lib.experiments import run
from course_lib.optim import SGD
from course_lib.problems import Quadratic, Rosenbrock

START = np.array([-0.5, 0.4])


def torch_form(lr, momentum, updates, **options):
    def optimizer(params):
        return SGD(params, lr=lr, momentum=momentum, **options)

    return run(Rosenbrock(), optimizer, START, epochs=updates).params


def test_all_forms_are_one_while_the_rate_is_constant():
    lr, mu = 1e-4, 0.9
    expected = torch_form(lr, mu, 50)
    np.testing.assert_allclose(velocity_form(Rosenbrock().gradient, START, lr=lr, momentum=mu, updates=50), expected, rtol=1e-12)
    average = average_form(Rosenbrock().gradient, START, lr=lr / (1 - mu), momentum=mu, updates=50)
    np.testing.assert_allclose(average, expected, rtol=1e-12)


def test_torch_walks_along_the_points_ahead():
    positions, ahead = look_ahead(Rosenbrock().gradient, START, lr=1e-4, momentum=0.9, updates=50)
    np.testing.assert_allclose(ahead, torch_form(1e-4, 0.9, 50, nesterov=True), rtol=1e-12)
    assert np.abs(positions[1:] - ahead[1:]).max() > 1e-3


def test_a_rate_that_changes_is_used_by_the_number_of_updates_made():
    path = velocity_form(lambda w: np.ones(1), [0.0], lr=lambda t: [1.0, 0.5, 0.25][t], momentum=0.0, updates=3)
    np.testing.assert_array_equal(path[:, 0], [0, -1, -1.5, -1.75])


@given(st.floats(0.01, 3.5), st.floats(0, 0.95), st.booleans())
def test_the_factor_is_the_larger_eigenvalue_of_one_update(a, mu, nesterov):
    # (e, v) -> (e, v) after an update of the velocity form, as a matrix
    ahead = np.array([1, mu if nesterov else 0])
    velocity = np.array([0, mu]) - a * ahead
    matrix = np.array([[1, 0] + velocity, velocity])
    expected = np.abs(np.linalg.eigvals(matrix)).max()
    assert float(momentum_factor(a, 1.0, mu, nesterov)) == pytest.approx(expected, abs=1e-6)


@given(st.floats(0.1, 100), st.floats(0, 0.99), st.booleans())
def test_at_the_limit_the_factor_passes_one(curvature, mu, nesterov):
    limit = momentum_limit(curvature, mu, nesterov)
    assert momentum_factor(0.999 * limit, curvature, mu, nesterov) < 1 < momentum_factor(1.001 * limit, curvature, mu, nesterov)
    assert momentum_limit(curvature, 0, nesterov) == pytest.approx(learning_rate_limit([[curvature]]))


@given(st.floats(1.5, 1000), st.floats(0.2, 3), st.floats(-0.2, 0.2))
def test_no_other_pair_shrinks_the_worst_direction_more_than_the_best(kappa, other_lr, more):
    curvatures = np.array([1, kappa])
    lr, mu = best_momentum(np.diag(curvatures))
    worst = momentum_factor(lr, curvatures, mu).max()
    # a double root amplifies rounding to its square root
    assert worst == pytest.approx(np.sqrt(mu), abs=1e-6)
    assert momentum_factor(lr * other_lr, curvatures, np.clip(mu + more, 0, 0.999)).max() > worst - 1e-6


def test_without_momentum_the_noise_floor_is_that_of_plain_descent():
    assert momentum_noise_floor(0.3, 2.0, 5.0, 0.0) == pytest.approx(noise_floor(0.3, 2.0, 5.0))
    assert momentum_noise_floor(1e-6, 2.0, 5.0, 0.9) == pytest.approx(noise_floor(1e-5, 2.0, 5.0), rel=1e-4)


def test_what_has_no_answer_raises():
    with pytest.raises(ValueError, match="positive definite"):
        best_momentum(Quadratic([1.0, -1.0]).A)
    with pytest.raises(ValueError, match="momentum must lie"):
        momentum_noise_floor(0.1, 1.0, 1.0, 1.0)
    with pytest.raises(ValueError, match="from 3 on the descent diverges"):
        momentum_noise_floor(3.0, 1.0, 1.0, 0.5)
