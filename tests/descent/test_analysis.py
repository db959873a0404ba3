"""What the curvature says in advance, against what runs do."""

from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from course_lib.descent import (
    batch_gradient_variance,
    batches,
    behavior,
    best_learning_rate,
    classify_stationary_point,
    gradient_descent,
    learning_rate_limit,
    noise_floor,
    stochastic_gradient_descent,
)
from course_lib.problems import DoubleWell, LinearRegression, Quadratic, Saddle


def bowl(seed, d=3):
    rng = np.random.default_rng(seed)
    turn = np.linalg.qr(rng.normal(size=(d, d)))[0]
    A = turn @ np.diag(rng.uniform(0.5, 5, d)) @ turn.T
    return Quadratic((A + A.T) / 2), turn @ np.ones(d)


@given(st.integers(0, 10**6))
def test_just_below_the_limit_it_converges_just_above_it_diverges(seed):
    problem, start = bowl(seed)
    limit = learning_rate_limit(problem.A)
    below = gradient_descent(problem, start, lr=0.97 * limit, epochs=300)
    above = gradient_descent(problem, start, lr=1.03 * limit, epochs=300)
    assert below.loss[-1] < 1e-6 * below.loss[0]
    assert above.loss[-1] > 1e3 * above.loss[0]


@given(st.integers(0, 10**6), st.floats(0.2, 1.95))
def test_no_other_rate_shrinks_the_worst_direction_more_than_the_best(seed, other):
    problem, _ = bowl(seed)

    def worst(lr):
        return np.abs(1 - lr * problem.eigenvalues).max()

    best = best_learning_rate(problem.A)
    kappa = problem.condition_number
    assert worst(best) == pytest.approx((kappa - 1) / (kappa + 1))
    assert worst(best) <= worst(other * best) + 1e-12


@given(st.floats(0.01, 5), st.floats(0.01, 100))
def test_behavior_is_what_a_run_does(product, curvature):
    lr = product / curvature
    # rounding decides at the very boundary
    assume(min(abs(lr * curvature - 1), abs(lr * curvature - 2)) > 1e-6)
    path = gradient_descent(Quadratic([curvature]), [1.0], lr=lr, epochs=4).params[:, 0]
    flips = (np.sign(path[1:]) != np.sign(path[:-1])).any()
    grows = abs(path[-1]) > 1
    assert behavior(lr, curvature) == ("diverges" if grows else "oscillates" if flips else "monotone")


def test_at_the_limit_it_cycles():
    assert behavior(0.5, 4.0) == "cycles"
    assert behavior(0.25, 4.0) == "monotone"


def test_stationary_points():
    well, saddle = DoubleWell(), Saddle()
    assert classify_stationary_point(well.hessian(well.minima[1])) == "minimum"
    assert classify_stationary_point(well.hessian(well.hilltop)) == "maximum"
    assert classify_stationary_point(saddle.hessian([0.0, 0.0])) == "saddle"
    assert classify_stationary_point([[1.0, 0.0], [0.0, 0.0]]) == "undecided"
    assert classify_stationary_point([[0.0]]) == "undecided"


@pytest.mark.parametrize("function", [learning_rate_limit, best_learning_rate, classify_stationary_point])
def test_what_is_no_hessian_is_refused(function):
    with pytest.raises(ValueError, match="symmetric square matrix"):
        function([[1.0, 2.0], [3.0, 4.0]])
    with pytest.raises(ValueError, match="2 dimension"):
        function([1.0, 2.0])


def test_without_upward_curvature_there_is_no_limit():
    with pytest.raises(ValueError, match="largest eigenvalue of the Hessian is -1"):
        learning_rate_limit([[-1.0]])
    with pytest.raises(ValueError, match="positive definite"):
        best_learning_rate([[1.0, 0.0], [0.0, -1.0]])
    with pytest.raises(ValueError, match="curvature must be finite and greater than 0"):
        behavior(0.1, -1.0)


@given(st.integers(0, 10**6), st.integers(1, 6), st.integers(1, 4), st.integers(1, 3))
def test_the_variance_of_a_batch_is_that_of_all_batches_there_are(seed, n, batch_size, d):
    gradients = np.random.default_rng(seed).normal(size=(n, d))

    def by_listing(batches):
        means = np.array([gradients[list(batch)].mean(axis=0) for batch in batches])
        return np.mean(np.sum((means - gradients.mean(axis=0)) ** 2, axis=1))

    listed = by_listing(product(range(n), repeat=batch_size))
    assert batch_gradient_variance(gradients, batch_size) == pytest.approx(listed, abs=1e-12)
    if batch_size <= n:
        listed = by_listing(combinations(range(n), batch_size))
        assert batch_gradient_variance(gradients, batch_size, replacement=False) == pytest.approx(listed, abs=1e-12)


@pytest.mark.parametrize("lr", [0.05, 0.3, 0.8])
def test_a_stochastic_run_stays_at_the_noise_floor(lr):
    """The mean of (w - y_i)²: curvature 2 for every example, so that the noise is the same everywhere."""
    y = np.random.default_rng(0).normal(size=20)
    problem = LinearRegression(np.ones(20), y, fit_intercept=False)
    gradients = np.array([problem.gradient(problem.minimum, np.array([i])) for i in range(20)])
    floor = noise_floor(lr, curvature=2.0, variance=batch_gradient_variance(gradients))
    means = []
    for seed in range(3):
        run = stochastic_gradient_descent(
            problem, problem.minimum, lr=lr, epochs=250, batches=batches.with_replacement(1), rng=seed
        )
        means.append(np.mean((run.params[100:, 0] - problem.minimum) ** 2))
    assert np.mean(means) == pytest.approx(floor, rel=0.15)


def test_the_floor_is_where_an_update_changes_nothing():
    lr, curvature, variance = 0.3, 2.5, 1.7
    floor = noise_floor(lr, curvature, variance)
    assert (1 - lr * curvature) ** 2 * floor + lr**2 * variance == pytest.approx(floor)
    assert noise_floor(0.1, 1.0, 0.0) == 0


def test_what_has_no_variance_or_no_floor_is_refused():
    with pytest.raises(ValueError, match="only 3 examples to draw distinct ones"):
        batch_gradient_variance(np.ones((3, 2)), 4, replacement=False)
    with pytest.raises(ValueError, match="2 dimension"):
        batch_gradient_variance([1.0, 2.0])
    with pytest.raises(ValueError, match="lr times curvature is 2"):
        noise_floor(1.0, 2.0, 1.0)
    with pytest.raises(ValueError, match="variance must be finite and at least 0, got -1"):
        noise_floor(0.1, 2.0, -1.0)
