"""The driving of schedules: what stands in for a scheduler does what the library's does."""

import copy

import numpy as np
import pytest

from course_lib.driving.functions import LeastSquaresGradient
from course_lib.driving.schedules import (
    FallingFactor,
    Shrinking,
    observe_factor,
    observe_layer_rates,
    observe_loop,
    observe_schedule,
)
from course_lib.lr_scheduler import ExponentialLR, LambdaLR
from course_lib.optim import SGD, Parameter


def optimizer():
    return SGD([{"params": [Parameter(np.ones(2))], "lr": lr} for lr in (0.7, 0.01)])


def test_the_scheduler_of_a_loop_is_that_of_the_library():
    mine, library = optimizer(), optimizer()
    shrinking, exponential = Shrinking(mine, 0.83), ExponentialLR(library, 0.83)
    for _ in range(7):
        assert shrinking.get_last_lr() == exponential.get_last_lr() == [group["lr"] for group in mine.param_groups]
        assert shrinking.last_epoch == exponential.last_epoch
        for step in (mine, shrinking, library, exponential):
            step.step()


def test_a_loop_is_seen_to_the_end():
    def loop(w, optimizer, scheduler, gradient, batches, epochs, per_update):
        rates = []
        for _ in range(epochs):
            for batch in batches:
                w.grad = gradient(w.data, batch)
                rates += scheduler.get_last_lr()
                optimizer.step()
            scheduler.step()
        return rates

    rng = np.random.default_rng(2)
    case = {
        "start": rng.normal(size=2),
        "lr": 0.1,
        "gamma": 0.5,
        "gradient": LeastSquaresGradient(rng.normal(size=(4, 2)), rng.normal(size=4)),
        "batches": [[0, 1], [2, 3]],
        "epochs": 3,
        "per_update": False,
    }
    start = case["start"].copy()
    seen = observe_loop(loop, case)
    assert seen["rates"] == [0.1, 0.1, 0.05, 0.05, 0.025, 0.025]
    np.testing.assert_array_equal(case["start"], start)
    w = Parameter(start)
    by_hand = SGD([w], momentum=0.9)
    for t, lr in enumerate(seen["rates"]):
        by_hand.param_groups[0]["lr"], w.grad = lr, case["gradient"](w.data, case["batches"][t % 2])
        by_hand.step()
    np.testing.assert_allclose(seen["w"], w.data, rtol=1e-14)


def test_a_schedule_is_resumed_on_an_optimizer_of_its_own():
    factor = FallingFactor(0.5, 1.0)
    seen = observe_schedule(LambdaLR, {"lrs": [1.0, 2.0], "factor": factor, "epochs": 2, "further": 2})
    rates = [[factor(t), 2 * factor(t)] for t in range(4)]
    assert seen == {"rates": rates[:2], "rates after resuming": rates[2:]}
    assert factor(1) == 0.25


def test_factors_are_asked_for_in_the_order_of_the_case():
    assert observe_factor(lambda warmup, total: lambda t: 10 * t + warmup, {"warmup": 1, "total": 5, "t": [3, 0, 3]}) == [
        31,
        1,
        31,
    ]
    with pytest.raises(TypeError, match="must return a function of t, but returned None"):
        observe_factor(lambda warmup, total: None, {"warmup": 1, "total": 5, "t": [3]})


def test_the_rate_of_a_layer_is_how_far_it_moves():
    case = {"layers": [[np.zeros((2, 2)), np.ones(2)], [np.ones(3)]], "lr": 0.3, "decay": 0.5}
    before = copy.deepcopy(case["layers"])
    seen = observe_layer_rates(lambda layers, lr, decay: [{"params": layers[0], "lr": lr}, {"params": layers[1]}], case)
    np.testing.assert_allclose([*seen[0], *seen[1]], [0.3, 0.3, 1e-3])
    assert all(
        np.array_equal(a, b) for old, new in zip(before, case["layers"], strict=True) for a, b in zip(old, new, strict=True)
    )
    assert observe_layer_rates(lambda layers, lr, decay: None, case) is None
