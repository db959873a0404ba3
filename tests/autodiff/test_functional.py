from __future__ import annotations

import hypothesis.extra.numpy as hnp
import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from course_lib.autodiff import Tensor, cross_entropy, gradient_check, log_softmax, mse_loss

seeds = st.integers(0, 2**32 - 1)
# log(1 + tiny), for the class that has nearly all of the probability, is known to the precision of 1 and of
# the scores, not relative to itself
atol = 1e-13
reductions = st.sampled_from(["mean", "sum", "none"])

HARD = [
    [1000.0, 0.0, -1000.0],
    [1e300, -1e300, 0.0],
    [1e15, 1e15 + 1, 1e15 - 1],
    [-745.0, -746.0, -2000.0],
    [-np.inf, 0.0, 1.0],
    [5.0, 5.0, 5.0],
    [0.0, -1e-17, 1e-17],
]


@settings(max_examples=60, deadline=None)
@given(hnp.array_shapes(min_dims=1, max_dims=3, max_side=4), st.data(), seeds)
def test_log_softmax(same_as_torch, shape, data, seed):
    axis = data.draw(st.integers(-len(shape), len(shape) - 1))
    x = np.random.default_rng(seed).standard_normal(shape) * 10
    same_as_torch(lambda x: log_softmax(x, axis), lambda x: F.log_softmax(x, axis), x, atol=atol)
    assert gradient_check(lambda x: log_softmax(x, axis), x / 10) < 1e-7


@pytest.mark.parametrize("scores", HARD)
def test_log_softmax_of_hard_scores(same_as_torch, scores):
    with np.errstate(all="raise", under="ignore"):
        same_as_torch(lambda x: log_softmax(x, 0), lambda x: F.log_softmax(x, 0), np.array(scores))


def test_log_softmax_keeps_a_probability_too_small_for_a_float():
    np.testing.assert_array_equal(log_softmax(Tensor([0.0, -5000.0]), 0).data, [0.0, -5000.0])


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 6), st.integers(1, 5), reductions, seeds)
def test_cross_entropy(same_as_torch, n, classes, reduction, seed):
    rng = np.random.default_rng(seed)
    x, y = rng.standard_normal((n, classes)) * 5, rng.integers(0, classes, n)
    same_as_torch(
        lambda x: cross_entropy(x, y, reduction),
        lambda x: F.cross_entropy(x, torch.tensor(y), reduction=reduction),
        x,
        atol=atol,
    )
    assert gradient_check(lambda x: cross_entropy(x, Tensor(y), reduction), x / 5) < 1e-7


def test_cross_entropy_of_an_empty_batch(same_as_torch):
    x, y = np.zeros((0, 3)), np.zeros(0, int)
    theirs = {r: (lambda x, r=r: F.cross_entropy(x, torch.tensor(y), reduction=r)) for r in ("sum", "none", "mean")}
    same_as_torch(lambda x: cross_entropy(x, y, "sum"), theirs["sum"], x)
    same_as_torch(lambda x: cross_entropy(x, y, "none"), theirs["none"], x)
    with np.errstate(invalid="ignore", divide="ignore"):
        same_as_torch(lambda x: cross_entropy(x, y), theirs["mean"], x)
    cross_entropy(Tensor(x), [], "sum")  # an empty list has no integers in it to be recognized by


@settings(max_examples=60, deadline=None)
@given(hnp.array_shapes(min_dims=0, max_dims=3, min_side=1, max_side=4), reductions, seeds)
def test_mse_loss(same_as_torch, shape, reduction, seed):
    rng = np.random.default_rng(seed)
    x, y = rng.standard_normal(shape), rng.standard_normal(shape)
    f = {
        "ours": lambda x, y: mse_loss(x, y, reduction),
        "theirs": lambda x, y: F.mse_loss(x, y, reduction=reduction),
    }
    same_as_torch(f["ours"], f["theirs"], x, y)
    assert gradient_check(lambda x: mse_loss(x, y, reduction), x) < 1e-7


def test_mse_loss_keeps_single_precision():
    x = Tensor(np.ones(3, np.float32), requires_grad=True)
    assert mse_loss(x, [1, 2, 3]).dtype == np.float32


@pytest.mark.parametrize(
    ("wrong", "error", "message"),
    [
        (lambda x: cross_entropy(x.data, [0, 1]), TypeError, "cross_entropy needs a Tensor as its input, got ndarray"),
        (lambda x: mse_loss([1.0], [1.0]), TypeError, "mse_loss needs a Tensor as its input, got list"),
        (lambda x: log_softmax(x.data, 1), TypeError, "log_softmax needs a Tensor as its input, got ndarray"),
        (lambda x: cross_entropy(x, [0, 3]), IndexError, r"class 3, .* have classes 0 to 2"),
        (lambda x: cross_entropy(x, [-1, 0]), IndexError, "class -1"),  # NumPy would take the last class
        (lambda x: cross_entropy(x, [0, 1, 2]), RuntimeError, r"got \(2, 3\) and \(3,\)"),
        (lambda x: cross_entropy(x[0], 1), RuntimeError, r"got \(3,\) and \(\)"),
        (lambda x: cross_entropy(x, [0.0, 1.0]), RuntimeError, "integers, got dtype float64.*argmax"),
        (lambda x: cross_entropy(x, [0, 1], "average"), ValueError, "'mean', 'sum' or 'none', got 'average'"),
        (lambda x: mse_loss(x, x, "average"), ValueError, "got 'average'"),
        (lambda x: mse_loss(x[:, :1], np.ones(2)), RuntimeError, r"got shapes \(2, 1\) and \(2,\)"),
    ],
)
def test_errors(wrong, error, message):
    with pytest.raises(error, match=message):
        wrong(Tensor(np.ones((2, 3)), requires_grad=True))
