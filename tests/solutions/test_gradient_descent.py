"""Answers that are easily told wrongly: coordinates moved there and back, steps of one's own, columns against rows."""

import numpy as np
import pytest
from verdicts import verdict_on


def measured(left_at):
    def numerical_gradient(f, w, h):
        slopes = []
        for j in range(len(w)):
            w[j] += h
            ahead = f(w)
            w[j] -= 2 * h
            slopes.append((ahead - f(w)) / (2 * h))
            w[j] += h
        w += left_at
        return np.array(slopes)

    name = "gradient-descent/numerical-gradient"
    return verdict_on(name, numerical_gradient)


def test_moving_there_and_back_is_no_change():
    assert measured(left_at=0.0).passed


def test_staying_away_is_one():
    assert measured(left_at=1e-9).kind == "changed inputs"


@pytest.mark.parametrize(
    ("own", "name"), [(1e-15, "step_below_the_rounding"), (1e-5, "step_of_ones_own"), (3e-7, "step_of_ones_own")]
)
def test_a_step_of_ones_own_is_named(own, name):
    def numerical_gradient(f, w, h):
        return [(f(w + own * e) - f(w - own * e)) / (2 * own) for e in np.eye(len(w))]

    question_name = "gradient-descent/numerical-gradient"
    assert verdict_on(question_name, numerical_gradient).misconception == name


@pytest.mark.parametrize(
    ("prediction", "target", "name"),
    [
        (lambda X, w: X @ w.reshape(-1, 1), lambda y: y, "predictions_as_a_column"),
        (lambda X, w: X.dot(w), lambda y: y.reshape(-1, 1), "targets_as_a_column"),
    ],
)
def test_columns_against_rows_are_named(prediction, target, name):
    def matrix_gradient(w, X, y):
        return X.T @ (prediction(X, w) - target(y)) * 2 / len(X)

    question_name = "gradient-descent/matrix-gradient"
    assert verdict_on(question_name, matrix_gradient).misconception == name
