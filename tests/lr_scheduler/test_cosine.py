from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_lib.lr_scheduler import CosineAnnealingLR, CosineAnnealingWarmRestarts

from .parity import OURS, SHORT, TORCHS, Setup, assert_rejected, rates, sgd


def wave(t, T, low=0.0, high=1.0):
    return low + (high - low) * (1 + np.cos(np.pi * t / T)) / 2


def test_annealing_and_back():
    used = rates(CosineAnnealingLR(sgd(1.0), T_max=8, eta_min=0.1), 40)
    np.testing.assert_allclose(used, wave(np.arange(40), 8, low=0.1), rtol=1e-12)


def test_the_minimum_is_left_again():
    """There the ratio of one rate to the next is 0 / 0."""
    used = rates(CosineAnnealingLR(sgd(1.0), T_max=1), 6)
    np.testing.assert_allclose(used, [1, 0, 1, 0, 1, 0], atol=1e-12)


def test_restarts():
    used = rates(CosineAnnealingWarmRestarts(sgd(1.0), T_0=3, eta_min=0.2), 9)
    np.testing.assert_allclose(used, list(wave(np.arange(3), 3, low=0.2)) * 3, rtol=1e-12)


def test_restarts_further_and_further_apart():
    used = rates(CosineAnnealingWarmRestarts(sgd(1.0), T_0=2, T_mult=3), 2 + 6 + 18)
    expected = np.concatenate([wave(np.arange(T), T) for T in (2, 6, 18)])
    np.testing.assert_allclose(used, expected, rtol=1e-12)


def test_fractions_of_an_epoch():
    optimizer = sgd(1.0)
    scheduler = CosineAnnealingWarmRestarts(optimizer, T_0=2, T_mult=2)
    for epoch, (t, T) in {0.5: (0.5, 2), 1.75: (1.75, 2), 2.25: (0.25, 4), 6.5: (0.5, 8)}.items():
        optimizer.step()
        scheduler.step(epoch)
        assert scheduler.last_epoch == int(epoch)
        np.testing.assert_allclose(scheduler.get_last_lr(), [wave(t, T)], rtol=1e-12)


@SHORT
@given(
    T_0=st.integers(1, 50),
    T_mult=st.integers(1, 5),
    epochs=st.lists(st.none() | st.floats(0, 500) | st.integers(0, 500), max_size=20),
)
def test_steps_and_jumps_are_torchs(T_0, T_mult, epochs):
    setup = Setup("SGD", [0.3, 2.0], "course_lib")
    ours = OURS.CosineAnnealingWarmRestarts(setup.ours(), T_0, T_mult, eta_min=0.01)
    theirs = TORCHS.CosineAnnealingWarmRestarts(setup.torchs(), T_0, T_mult, eta_min=0.01)
    for epoch in epochs:
        for scheduler in (ours, theirs):
            scheduler.step(epoch)
        if not 0 <= theirs.T_cur < theirs.T_i:  # torch's logarithm has rounded across a restart
            assert 0 <= ours.T_cur < ours.T_i
            return
        assert ours.get_last_lr() == theirs.get_last_lr()
        assert (ours.last_epoch, ours.T_cur, ours.T_i) == (theirs.last_epoch, theirs.T_cur, theirs.T_i)


@pytest.mark.parametrize("T_mult", [1, 2, 3, 4, 5, 6, 7, 10])
@pytest.mark.parametrize("T_0", [1, 2, 3, 5, 7, 10, 11, 50, 100])
def test_a_jump_arrives_where_steps_arrive(T_0, T_mult):
    """Exactly, at every epoch; at restarts torch's logarithm may be a hair too small, and the rate is then the smallest, not
    the largest: T_0=10, T_mult=3, epoch=1210 is such a place."""
    walker, jumper = (CosineAnnealingWarmRestarts(sgd(1.0), T_0, T_mult, eta_min=0.1) for _ in range(2))
    for epoch in range(1, 2500):
        walker.optimizer.step()
        walker.step()
        jumper.step(epoch)
        assert (jumper.last_epoch, jumper.T_cur, jumper.T_i) == (epoch, walker.T_cur, walker.T_i)
        assert jumper.get_last_lr() == walker.get_last_lr()


@SHORT
@given(T_0=st.integers(1, 10**4), T_mult=st.integers(2, 20), n=st.integers(0, 12))
def test_restarts_are_found_exactly(T_0, T_mult, n):
    start = sum(T_0 * T_mult**i for i in range(n))  # in whole numbers
    scheduler = CosineAnnealingWarmRestarts(sgd(1.0), T_0, T_mult)
    scheduler.step(start)
    assert (scheduler.T_cur, scheduler.T_i) == (0, T_0 * T_mult**n)
    assert scheduler.get_last_lr() == [1.0]
    scheduler.step(start + T_0 * T_mult**n - 1)
    assert (scheduler.T_cur, scheduler.T_i) == (T_0 * T_mult**n - 1, T_0 * T_mult**n)
    if start and start < 2**50:
        scheduler.step(np.nextafter(float(start), 0.0))
        assert 0 < scheduler.T_cur < scheduler.T_i == T_0 * T_mult ** (n - 1)


@pytest.mark.parametrize("epoch", [float("inf"), float("nan"), "3"])
def test_epochs_that_are_no_number(epoch):
    with pytest.raises((ValueError, TypeError), match="epoch must be"):
        CosineAnnealingWarmRestarts(sgd(1.0), T_0=3, T_mult=2).step(epoch)


@pytest.mark.parametrize("T_mult", [1, 2, 3])
def test_the_end_of_the_first_period(T_mult):
    """So close to the restart that the logarithm rounds up to it."""
    for library, optimizer in [(OURS, sgd(1.0)), (TORCHS, Setup("SGD", [1.0], "torch").torchs())]:
        scheduler = library.CosineAnnealingWarmRestarts(optimizer, T_0=7, T_mult=T_mult)
        scheduler.step(np.nextafter(7.0, 0.0))
        np.testing.assert_allclose(scheduler.get_last_lr(), [0.0], atol=1e-12)


def test_negative_epochs():
    for library, optimizer in [(OURS, sgd(1.0)), (TORCHS, Setup("SGD", [1.0], "torch").torchs())]:
        with pytest.raises(ValueError, match="negative"):
            library.CosineAnnealingWarmRestarts(optimizer, T_0=3).step(-1)


@pytest.mark.parametrize(
    "name, options, message",
    [
        ("CosineAnnealingLR", {"T_max": 0}, "T_max .* at least 1, got 0"),
        ("CosineAnnealingLR", {}, "T_max"),
        ("CosineAnnealingWarmRestarts", {"T_0": 0}, "T_0 must be a positive integer, got 0"),
        ("CosineAnnealingWarmRestarts", {"T_0": -3}, "T_0 must be a positive integer, got -3"),
        ("CosineAnnealingWarmRestarts", {"T_0": 2.0}, "T_0 must be a positive integer, got 2.0"),
        ("CosineAnnealingWarmRestarts", {"T_0": 2, "T_mult": 0}, "T_mult must be an integer, at least 1, got 0"),
        ("CosineAnnealingWarmRestarts", {"T_0": 2, "T_mult": 1.5}, "T_mult must be an integer, at least 1, got 1.5"),
        ("CosineAnnealingWarmRestarts", {"T_0": 2, "eta_min": "0"}, "eta_min must be a number, got str: '0'"),
        ("CosineAnnealingWarmRestarts", {"T_0": 2, "eta_min": None}, "eta_min must be a number, got NoneType"),
    ],
)
def test_bad_arguments(name, options, message):
    assert_rejected(name, message, **options)
