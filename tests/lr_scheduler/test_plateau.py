from __future__ import annotations

import numpy as np
import pytest
import torch

from course_lib.lr_scheduler import ReduceLROnPlateau
from course_lib.optim import Parameter

from .parity import OURS, TORCHS, Setup, sgd


def watch(metrics, lrs=(1.0,), **options):
    """The rates after each epoch with one of these values of the quantity."""
    optimizer = sgd(*lrs)
    scheduler = ReduceLROnPlateau(optimizer, **options)
    used = []
    for metric in metrics:
        optimizer.step()
        scheduler.step(metric)
        lrs = scheduler.get_last_lr()
        assert lrs == [group["lr"] for group in optimizer.param_groups]
        used.append(lrs[0] if len(lrs) == 1 else lrs)
    return used


def test_it_has_patience():
    # the first value sets the standard; the fourth bad one is one too many for a patience of 3
    assert watch([5, 5, 5, 5, 5, 5], factor=0.5, patience=3) == [1, 1, 1, 1, 0.5, 0.5]
    assert watch([5, 5, 5, 5], factor=0.5, patience=0) == [1, 0.5, 0.25, 0.125]
    assert watch([5, 5, 5, 5], factor=0.5, patience=float("inf")) == [1, 1, 1, 1]


def test_an_improvement_resets_its_patience():
    assert watch([5, 6, 4, 6, 6, 6], factor=0.5, patience=1) == [1, 1, 1, 1, 0.5, 0.5]


def test_the_best_is_what_counts():
    # falling again, but not below the best
    assert watch([1, 9, 8, 7, 6], factor=0.5, patience=2) == [1, 1, 1, 0.5, 0.5]


@pytest.mark.parametrize(
    "mode, threshold_mode, just_enough, not_enough",
    [
        ("min", "rel", 8.9, 9.1),
        ("min", "abs", 9.8, 9.95),
        ("max", "rel", 11.1, 10.9),
        ("max", "abs", 10.2, 10.05),
    ],
)
def test_how_much_better_is_better(mode, threshold_mode, just_enough, not_enough):
    options = dict(mode=mode, threshold_mode=threshold_mode, threshold=0.1, patience=0, factor=0.5)
    assert watch([10, just_enough], **options) == [1, 1]
    assert watch([10, not_enough], **options) == [1, 0.5]


@pytest.mark.parametrize("mode, just_enough, not_enough", [("min", -11.1, -10.9), ("max", -8.9, -9.1)])
def test_a_fraction_of_a_negative_best_is_one_of_its_size(mode, just_enough, not_enough):
    options = dict(mode=mode, threshold_mode="rel", threshold=0.1, patience=0, factor=0.5)
    assert watch([-10, just_enough], **options) == [1, 1]
    assert watch([-10, not_enough], **options) == [1, 0.5]


def test_a_negative_loss_that_rises_does_not_improve():
    """To torch it does: the bar that a value has to pass lies above the best so far, and rises with it."""
    rising = [-100 + epoch for epoch in range(30)]
    options = dict(threshold=0.1, patience=2)
    scheduler = ReduceLROnPlateau(sgd(1.0), **options)
    theirs = TORCHS.ReduceLROnPlateau(Setup("SGD", [1.0], "torch").torchs(), **options)
    for loss in rising:
        scheduler.step(loss)
        theirs.step(loss)
    assert scheduler.best == -100
    assert scheduler.get_last_lr()[0] < 1e-7
    assert theirs.best > -75
    assert theirs.get_last_lr() == [1.0]


@pytest.mark.parametrize("mode", ["min", "max"])
@pytest.mark.parametrize("threshold_mode", ["rel", "abs"])
def test_as_good_is_not_better(mode, threshold_mode):
    options = dict(mode=mode, threshold_mode=threshold_mode, threshold=0, patience=0, factor=0.5)
    assert watch([10, 10], **options) == [1, 0.5]


def test_cooldown():
    """After a reduction, the epochs of the cooldown count neither for nor against it."""
    bad = [5.0] * 9
    assert watch(bad, factor=0.5, patience=1) == [1, 1, 0.5, 0.5, 0.25, 0.25, 0.125, 0.125, 0.0625]
    assert watch(bad, factor=0.5, patience=1, cooldown=2) == [1, 1, 0.5, 0.5, 0.5, 0.5, 0.25, 0.25, 0.25]
    scheduler = ReduceLROnPlateau(sgd(1.0), patience=0, cooldown=1)
    seen = []
    for _ in range(4):
        scheduler.step(1.0)
        seen.append(scheduler.in_cooldown)
    assert seen == [False, True, False, True]


def test_min_lr_for_all_groups_or_each():
    assert watch([5] * 4, factor=0.5, patience=0, min_lr=0.3) == [1, 0.5, 0.3, 0.3]
    used = watch([5] * 4, lrs=(1.0, 1.0), factor=0.5, patience=0, min_lr=[0.3, 0.6])
    assert used == [[1, 1], [0.5, 0.6], [0.3, 0.6], [0.3, 0.6]]


def test_a_reduction_that_is_too_small_is_left_out():
    assert watch([5] * 4, factor=0.5, patience=0, eps=0.3) == [1, 0.5, 0.5, 0.5]


def test_what_is_not_a_number_is_no_improvement():
    assert watch([5, float("nan"), float("nan")], factor=0.5, patience=0) == [1, 0.5, 0.25]


def test_attributes():
    scheduler = ReduceLROnPlateau(sgd(1.0, 2.0), mode="max")
    assert scheduler.get_last_lr() == [1.0, 2.0]
    assert (scheduler.best, scheduler.num_bad_epochs, scheduler.last_epoch) == (-np.inf, 0, 0)
    scheduler.step(3.0)
    scheduler.step(2.0)
    assert (scheduler.best, scheduler.num_bad_epochs, scheduler.last_epoch) == (3.0, 1, 2)


@pytest.mark.parametrize("metric", [3, np.float32(3), np.array(3.0), torch.tensor(3.0), True])
def test_metrics_may_be_any_number(metric):
    scheduler = ReduceLROnPlateau(sgd(1.0))
    scheduler.step(metric)
    assert scheduler.best == float(metric)
    assert type(scheduler.best) is float


@pytest.mark.parametrize("metric", [None, [3.0], "high"])
def test_metrics_that_are_no_number(metric):
    with pytest.raises((TypeError, ValueError)) as theirs:
        TORCHS.ReduceLROnPlateau(Setup("SGD", [1.0], "torch").torchs()).step(metric)
    with pytest.raises(theirs.type, match="metrics must be a number, the quantity to watch, got") as ours:
        ReduceLROnPlateau(sgd(1.0)).step(metric)
    assert ours.type is theirs.type


def test_metrics_are_needed():
    for scheduler in (ReduceLROnPlateau(sgd(1.0)), TORCHS.ReduceLROnPlateau(Setup("SGD", [1.0], "torch").torchs())):
        with pytest.raises(TypeError, match="metrics"):
            scheduler.step()


@pytest.mark.parametrize("min_lr", [0.1, [0.1]])
def test_a_group_added_later(min_lr):
    for library, optimizer, parameter in [
        (OURS, sgd(1.0), Parameter(np.ones(1))),
        (TORCHS, Setup("SGD", [1.0], "torch").torchs(), torch.ones(1)),
    ]:
        scheduler = library.ReduceLROnPlateau(optimizer, factor=0.5, patience=0, min_lr=min_lr)
        optimizer.add_param_group({"params": [parameter], "lr": 3.0})
        scheduler.step(1.0)
        if isinstance(min_lr, list):
            with pytest.raises(RuntimeError, match="The number of param groups"):
                scheduler.step(1.0)
            scheduler.min_lrs.append(2.0)
            scheduler.step(1.0)
            assert scheduler.get_last_lr() == [0.5, 2.0]
        else:
            scheduler.step(1.0)
            assert scheduler.get_last_lr() == [0.5, 1.5]


@pytest.mark.parametrize(
    "options, message",
    [
        ({"factor": 1.0}, "factor must be below 1, or the rate would not fall; got 1.0"),
        ({"factor": 1.5}, "factor must be below 1, or the rate would not fall; got 1.5"),
        ({"mode": "low"}, 'mode must be "min" or "max", got \'low\''),
        ({"threshold_mode": "percent"}, 'threshold_mode must be "rel" or "abs", got \'percent\''),
        ({"min_lr": [0.1]}, "min_lr must be .* one for each of the optimizer's 2 param_groups, got 1"),
    ],
)
def test_bad_arguments(options, message):
    setup = Setup("SGD", [0.1, 0.2], "course_lib")
    with pytest.raises(ValueError):  # noqa: PT011
        TORCHS.ReduceLROnPlateau(setup.torchs(), **options)
    with pytest.raises(ValueError, match=message):
        OURS.ReduceLROnPlateau(setup.ours(), **options)
