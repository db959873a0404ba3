"""Losses by their definition in a loop, gradients against central differences, and clear errors."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_lib.problems import LinearRegression, LogisticRegression, numerical_gradient

shapes = st.tuples(st.integers(1, 8), st.integers(1, 3), st.booleans(), st.integers(0, 10**6))


def table(shape):
    n, features, fit_intercept, seed = shape
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, features)), rng.normal(size=n), fit_intercept, rng


@given(shapes)
def test_linear_loss_is_the_mean_of_squared_errors(shape):
    x, y, fit_intercept, rng = table(shape)
    problem = LinearRegression(x, y, fit_intercept)
    w = rng.normal(size=problem.d)
    squares = [
        (sum(x[i, j] * w[j] for j in range(x.shape[1])) + (w[-1] if fit_intercept else 0) - y[i]) ** 2 for i in range(len(y))
    ]
    assert problem.loss(w) == pytest.approx(sum(squares) / len(squares))
    assert problem.predict(w, x) - y == pytest.approx(problem.X @ w - y)


@given(shapes)
def test_linear_gradient_hessian_and_minimum(shape):
    x, y, fit_intercept, rng = table(shape)
    problem = LinearRegression(x, y, fit_intercept)
    w = rng.normal(size=problem.d)
    assert problem.gradient(w) == pytest.approx(numerical_gradient(problem, w), rel=1e-6, abs=1e-7)
    # the gradient of a quadratic changes by Hessian times step, exactly
    step = rng.normal(size=problem.d)
    assert problem.gradient(w + step) - problem.gradient(w) == pytest.approx(problem.hessian @ step)
    assert problem.gradient(problem.minimum) == pytest.approx(np.zeros(problem.d), abs=1e-9)


@given(shapes, st.sampled_from([0.0, 0.5]))
def test_logistic_gradient_and_hessian(shape, alpha):
    x, y, fit_intercept, rng = table(shape)
    problem = LogisticRegression(x, (y > 0).astype(int), fit_intercept, alpha)
    w = rng.normal(size=problem.d)
    assert problem.gradient(w) == pytest.approx(numerical_gradient(problem, w), rel=1e-5, abs=1e-7)
    h = 1e-5
    columns = [(problem.gradient(w + h * e) - problem.gradient(w - h * e)) / (2 * h) for e in np.eye(problem.d)]
    assert problem.hessian(w) == pytest.approx(np.array(columns), rel=1e-5, abs=1e-8)


def test_logistic_loss_by_its_definition_and_without_overflow():
    problem = LogisticRegression([1.0, -2.0], [1, 0], fit_intercept=False)
    expected = (math.log(1 + math.exp(-0.7)) + math.log(1 + math.exp(-1.4))) / 2
    assert problem.loss([0.7]) == pytest.approx(expected)
    assert problem.loss([-1000.0]) == pytest.approx(1500.0)
    assert np.isfinite(problem.gradient([-1000.0])).all()


@given(shapes)
def test_the_gradient_of_the_whole_is_the_mean_of_the_gradients_of_the_examples(shape):
    x, y, fit_intercept, rng = table(shape)
    for problem in (LinearRegression(x, y, fit_intercept), LogisticRegression(x, (y > 0).astype(int), fit_intercept, 0.1)):
        w = rng.normal(size=problem.d)
        each = [problem.gradient(w, np.array([i])) for i in range(problem.n)]
        assert np.mean(each, axis=0) == pytest.approx(problem.gradient(w))
        assert np.mean([problem.loss(w, [i]) for i in range(problem.n)]) == pytest.approx(problem.loss(w))


@pytest.mark.parametrize(
    ("x", "y", "error", "message"),
    [
        ([], [], ValueError, "x is empty"),
        ([1.0, 2.0], [1.0], ValueError, r"same number of examples, got 2 .* and 1"),
        ([1.0, np.inf], [1.0, 2.0], ValueError, "x holds inf at index 1"),
        ([1.0, 2.0], [[1.0], [2.0]], ValueError, r"y must have 1 dimension\(s\), got 2"),
        (["a", "b"], [1.0, 2.0], TypeError, "x must be an array of numbers"),
    ],
)
def test_bad_data_is_refused_with_a_reason(x, y, error, message):
    with pytest.raises(error, match=message):
        LinearRegression(x, y)


def test_parameters_of_wrong_shape_are_refused():
    with pytest.raises(ValueError, match=r"w must have shape \(2,\): 1 weight\(s\) and the intercept; got shape \(1,\)"):
        LinearRegression([1.0, 2.0], [1.0, 2.0]).loss([1.0])


def test_labels_other_than_0_and_1_are_refused():
    with pytest.raises(ValueError, match="labels 0 and 1"):
        LogisticRegression([1.0, 2.0], [1, 2])
    with pytest.raises(ValueError, match="alpha"):
        LogisticRegression([1.0, 2.0], [0, 1], alpha=-1)
