from __future__ import annotations

import functools
import math
import pickle

import numpy as np
import pytest

from course_lib.lr_scheduler import LambdaLR, MultiplicativeLR

from .parity import TORCHS, Setup, assert_rejected, rates, sgd


class Decay:
    """A callable object with a state."""

    def __init__(self, gamma):
        self.gamma = gamma

    def __call__(self, t):
        return self.gamma**t


def test_lambda_is_a_factor_on_the_rate_at_the_start():
    np.testing.assert_allclose(rates(LambdaLR(sgd(0.5), lambda t: 1 / (t + 1)), 4), [0.5, 0.5 / 2, 0.5 / 3, 0.5 / 4], rtol=1e-12)


def test_multiplicative_is_a_factor_on_the_rate_before():
    np.testing.assert_allclose(
        rates(MultiplicativeLR(sgd(0.5), lambda t: 1 / (t + 1)), 4), [0.5, 0.5 / 2, 0.5 / 6, 0.5 / 24], rtol=1e-12
    )


def test_multiplicative_asks_from_epoch_1_on():
    asked = []
    rates(MultiplicativeLR(sgd(0.5), lambda t: asked.append(t) or 1.0), 3)
    assert asked == [1, 2, 3]


@pytest.mark.parametrize("kind", [list, tuple])
def test_a_function_for_each_group(kind):
    scheduler = LambdaLR(sgd(1.0, 1.0), kind([lambda t: 0.5**t, lambda t: 0.1**t]))
    np.testing.assert_allclose(rates(scheduler, 3), [[1, 1], [0.5, 0.1], [0.25, 0.01]], rtol=1e-12)


@pytest.mark.parametrize("cls", [LambdaLR, MultiplicativeLR])
def test_functions_are_not_saved_and_objects_are(cls):
    functions = [lambda t: 0.9, Decay(0.5), math.cos, functools.partial(pow, 0.5)]
    scheduler = cls(sgd(1.0, 1.0, 1.0, 1.0), functions)
    state = scheduler.state_dict()
    assert state["lr_lambdas"] == [None, {"gamma": 0.5}, None, {}]
    assert scheduler.lr_lambdas == functions
    pickle.dumps(state)

    theirs = [lambda t: 0.8, Decay(0.1), math.sin, functools.partial(pow, 0.1)]
    again = cls(sgd(1.0, 1.0, 1.0, 1.0), theirs)
    again.load_state_dict(state)
    assert again.lr_lambdas == theirs
    assert theirs[1].gamma == 0.5
    functions[1].gamma = 7  # what has been saved is a copy
    assert theirs[1].gamma == state["lr_lambdas"][1]["gamma"] == 0.5


def test_the_state_of_another_number_of_functions():
    state = LambdaLR(sgd(1.0, 1.0), lambda t: 1.0).state_dict()
    with pytest.raises(IndexError, match="of 2 functions, this schedule has 1"):
        LambdaLR(sgd(1.0), lambda t: 1.0).load_state_dict(state)
    with pytest.raises(IndexError):
        TORCHS.LambdaLR(Setup("SGD", [1.0], "torch").torchs(), Decay(0.1)).load_state_dict(
            TORCHS.LambdaLR(Setup("SGD", [1.0, 1.0], "torch").torchs(), Decay(0.1)).state_dict()
        )


@pytest.mark.parametrize("name", ["LambdaLR", "MultiplicativeLR"])
@pytest.mark.parametrize(
    "lr_lambda, message",
    [
        (0.95, "lr_lambda should be a function of the epoch, got float: 0.95"),
        ([0.95, 0.9], "lr_lambda should be a function of the epoch, got float: 0.95"),
        (None, "lr_lambda should be a function"),
        ([lambda t: 1.0], "one for each of the optimizer's 2 param_groups, got 1"),
        ([lambda t: 1.0] * 3, "one for each of the optimizer's 2 param_groups, got 3"),
        ([], "one for each of the optimizer's 2 param_groups, got 0"),
    ],
)
def test_bad_arguments(name, lr_lambda, message):
    assert_rejected(name, message, lr_lambda)


@pytest.mark.parametrize("schedule", [LambdaLR, MultiplicativeLR])
@pytest.mark.parametrize(
    "value, error", [(None, TypeError), ("a", TypeError), ([1.0, 2.0], TypeError), (float("nan"), ValueError)]
)
def test_a_function_that_returns_no_number(schedule, value, error):
    optimizer = sgd(1.0)
    with pytest.raises(error, match="what lr_lambda returns for epoch [01] must be"):  # noqa: PT012
        scheduler = schedule(optimizer, lambda epoch: value)
        optimizer.step()
        scheduler.step()
