from __future__ import annotations

import numpy as np
import pytest

from course_lib.lr_scheduler import (
    ChainedScheduler,
    ConstantLR,
    CosineAnnealingLR,
    ExponentialLR,
    LinearLR,
    ReduceLROnPlateau,
    SequentialLR,
    StepLR,
)

from .parity import OURS, TORCHS, Groups, Setup, rates, sgd

T = np.arange(12)


def test_two_schedules_on_one_optimizer_compound():
    optimizer = sgd(1.0)
    schedulers = [ExponentialLR(optimizer, gamma=0.9), StepLR(optimizer, step_size=3, gamma=0.1)]
    used = []
    for _ in T:
        used.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        for scheduler in schedulers:
            scheduler.step()
    np.testing.assert_allclose(used, 0.9**T * 0.1 ** (T // 3), rtol=1e-12)


def test_chained():
    optimizer = sgd(1.0, 5.0)
    scheduler = ChainedScheduler(
        [
            ExponentialLR(optimizer, gamma=0.9),
            StepLR(optimizer, step_size=3, gamma=0.1),
            LinearLR(optimizer, start_factor=0.5, total_iters=4),
        ]
    )
    expected = 0.9**T * 0.1 ** (T // 3) * (0.5 + 0.5 * np.minimum(T, 4) / 4)
    np.testing.assert_allclose(rates(scheduler, 12), np.outer(expected, [1.0, 5.0]), rtol=1e-12)
    assert scheduler.get_last_lr() == [group["lr"] for group in optimizer.param_groups]


def test_sequential():
    optimizer = sgd(2.0)
    scheduler = SequentialLR(
        optimizer,
        [ConstantLR(optimizer, factor=0.5), ExponentialLR(optimizer, gamma=0.9), CosineAnnealingLR(optimizer, T_max=4)],
        milestones=[3, 7],
    )
    expected = np.concatenate([[0.5] * 3, 0.9 ** np.arange(4), (1 + np.cos(np.pi * np.arange(5) / 4)) / 2])
    np.testing.assert_allclose(rates(scheduler, 12), 2 * expected, rtol=1e-12, atol=1e-12)
    assert scheduler.last_epoch == 12


def test_sequential_begins_as_if_only_its_first_schedule_had_been_built():
    optimizer = sgd(1.0)
    first, second = ConstantLR(optimizer, factor=0.5), ConstantLR(optimizer, factor=0.1)
    scheduler = SequentialLR(optimizer, [first, second], milestones=[3])
    assert scheduler.get_last_lr() == [0.5]
    assert (first.last_epoch, second.last_epoch) == (0, -1)


def test_a_milestone_at_0_skips_the_first():
    optimizer = sgd(1.0)
    parts = [ConstantLR(optimizer, factor=0.5), ExponentialLR(optimizer, gamma=0.9)]
    np.testing.assert_allclose(rates(SequentialLR(optimizer, parts, milestones=[0]), 12), 0.9**T, rtol=1e-12)


# composites, each of an optimizer
COMPOSITES = {
    "chained": lambda o: ChainedScheduler([ExponentialLR(o, 0.9), StepLR(o, 2), ConstantLR(o, factor=0.5, total_iters=3)]),
    "chained, with a cosine": lambda o: ChainedScheduler([LinearLR(o, total_iters=4), CosineAnnealingLR(o, T_max=6)]),
    "sequential": lambda o: SequentialLR(o, [ConstantLR(o, factor=0.5), ExponentialLR(o, 0.9)], milestones=[3]),
    "sequential, without its first": lambda o: SequentialLR(o, [StepLR(o, 2), ExponentialLR(o, 0.9)], milestones=[0]),
    "chained in sequential": lambda o: SequentialLR(
        o, [LinearLR(o, total_iters=2), ChainedScheduler([ExponentialLR(o, 0.9), StepLR(o, 2)])], milestones=[2]
    ),
    "sequential in chained": lambda o: ChainedScheduler(
        [SequentialLR(o, [ConstantLR(o, factor=0.5), ExponentialLR(o, 0.9)], milestones=[3]), StepLR(o, 2)]
    ),
    "sequential in sequential": lambda o: SequentialLR(
        o,
        [SequentialLR(o, [ConstantLR(o, factor=0.5), StepLR(o, 2)], milestones=[1]), ExponentialLR(o, 0.9)],
        milestones=[4],
    ),
}


@pytest.mark.parametrize("kind", COMPOSITES)
def test_a_composite_in_a_sequence_does_what_it_does_by_itself(kind):
    """Whatever its place; in torch the first one loses its first epoch, and a later one has no epoch 0."""
    alone = rates(COMPOSITES[kind](sgd(1.0, 5.0)), 6)
    step = rates(StepLR(sgd(1.0, 5.0), 2), 6)
    for order in ([True], [True, False], [False, True], [True, False, True], [False, True, True, False]):
        optimizer = sgd(1.0, 5.0)
        parts = [COMPOSITES[kind](optimizer) if composite else StepLR(optimizer, 2) for composite in order]
        scheduler = SequentialLR(optimizer, parts, milestones=[6 * i for i in range(1, len(order))])
        expected = np.concatenate([alone if composite else step for composite in order])
        np.testing.assert_allclose(rates(scheduler, len(expected)), expected, rtol=1e-12)


@pytest.mark.parametrize("at", range(1, 12))
@pytest.mark.parametrize("kind", COMPOSITES)
def test_a_sequence_with_composites_is_resumed(kind, at):
    def build():
        optimizer = sgd(1.0)
        parts = [COMPOSITES[kind](optimizer), StepLR(optimizer, 2), COMPOSITES[kind](optimizer)]
        return SequentialLR(optimizer, parts, milestones=[4, 7])

    whole, first = build(), build()
    expected = rates(whole, 15)
    used = rates(first, at)
    second = build()
    second.optimizer.load_state_dict(first.optimizer.state_dict())
    second.load_state_dict(first.state_dict())
    assert used + rates(second, 15 - at) == expected


def test_the_state_of_another_number_of_schedules():
    for library, optimizer in [(OURS, sgd(1.0)), (TORCHS, Setup("SGD", [1.0], "torch").torchs())]:
        two = library.ChainedScheduler([library.ExponentialLR(optimizer, 0.9) for _ in range(2)])
        one = library.ChainedScheduler([library.ExponentialLR(optimizer, 0.9)])
        with pytest.raises(IndexError, match=None if library is TORCHS else "of 2 schedulers, this ChainedScheduler has 1"):
            one.load_state_dict(two.state_dict())


def test_the_state_of_the_parts_is_saved():
    optimizer = sgd(1.0)
    scheduler = ChainedScheduler([ExponentialLR(optimizer, gamma=0.9), StepLR(optimizer, step_size=4)])
    rates(scheduler, 3)
    assert [part["last_epoch"] for part in scheduler.state_dict()["_schedulers"]] == [3, 3]
    again = ChainedScheduler([ExponentialLR(optimizer, gamma=0.1), StepLR(optimizer, step_size=2)])
    again.load_state_dict(scheduler.state_dict())
    assert [part.last_epoch for part in again._schedulers] == [3, 3]
    assert again._schedulers[0].gamma == 0.9


def exponential(library, optimizer):
    return library.ExponentialLR(optimizer, gamma=0.9)


# which composite, and what it is given: a function of the library, its optimizer and another
BAD = {
    "none at all (chained)": lambda library, o, other: library.ChainedScheduler([]),
    "none at all": lambda library, o, other: library.SequentialLR(o, [], []),
    "no scheduler (chained)": lambda library, o, other: library.ChainedScheduler([exponential(library, o), 3]),
    "no scheduler, with optimizer": lambda library, o, other: library.ChainedScheduler([3], o),
    "no scheduler": lambda library, o, other: library.SequentialLR(o, [exponential(library, o), 3], [2]),
    "a plateau (chained)": lambda library, o, other: library.ChainedScheduler([library.ReduceLROnPlateau(o)]),
    "a plateau": lambda library, o, other: library.SequentialLR(o, [library.ReduceLROnPlateau(o)], []),
    "two optimizers (chained)": lambda library, o, other: library.ChainedScheduler(
        [exponential(library, o), exponential(library, other)]
    ),
    "another optimizer (chained)": lambda library, o, other: library.ChainedScheduler([exponential(library, o)], other),
    "another optimizer": lambda library, o, other: library.SequentialLR(o, [exponential(library, other)], []),
    "too few milestones": lambda library, o, other: library.SequentialLR(o, [exponential(library, o)] * 2, []),
    "too many milestones": lambda library, o, other: library.SequentialLR(o, [exponential(library, o)], [3]),
}
MESSAGES = {
    "none at all": "SequentialLR needs at least one scheduler, got none",
    "none at all (chained)": "ChainedScheduler needs at least one scheduler, got none",
    "no scheduler": "SequentialLR takes schedulers, got int at index 1",
    "no scheduler (chained)": "ChainedScheduler takes schedulers, got int at index 1",
    "no scheduler, with optimizer": "ChainedScheduler takes schedulers, got int at index 0",
    "a plateau": r"SequentialLR cannot contain ReduceLROnPlateau \(at index 0\)",
    "a plateau (chained)": r"ChainedScheduler cannot contain ReduceLROnPlateau \(at index 0\)",
    "two optimizers (chained)": "ExponentialLR at index 1 was built on another",
    "another optimizer (chained)": "ExponentialLR at index 0 was built on another",
    "another optimizer": "ExponentialLR at index 0 was built on another",
    "too few milestones": "1 of them for 2 schedulers, got 0",
    "too many milestones": "0 of them for 1 schedulers, got 1",
}


@pytest.mark.parametrize("case", BAD)
def test_bad_arguments(case):
    setup = Setup("SGD", [1.0], "course_lib")
    with pytest.raises((TypeError, ValueError)) as theirs:
        BAD[case](TORCHS, setup.torchs(), setup.torchs())
    with pytest.raises(theirs.type, match=MESSAGES[case]):
        BAD[case](OURS, setup.ours(), setup.ours())


def test_milestones_out_of_order():
    # torch takes them, and then leaves schedules out
    optimizer = sgd(1.0)
    with pytest.raises(ValueError, match=r"milestones must be in increasing order, got \[5, 2\]"):
        SequentialLR(optimizer, [ExponentialLR(optimizer, 0.9) for _ in range(3)], milestones=[5, 2])


def test_an_optimizer_that_is_false_is_one():
    class Empty(Groups):
        def __len__(self):
            return 0

    with pytest.raises(ValueError, match="was built on another"):
        ChainedScheduler([ExponentialLR(sgd(1.0), gamma=0.5)], Empty([{"lr": 1.0}]))


def test_a_plateau_beside_a_composite():
    """The way out that the error message names."""
    optimizer = sgd(1.0)
    chained = ChainedScheduler([ExponentialLR(optimizer, gamma=0.5)])
    plateau = ReduceLROnPlateau(optimizer, factor=0.1, patience=0)
    for loss in [1.0, 1.0]:
        optimizer.step()
        chained.step()
        plateau.step(loss)
    np.testing.assert_allclose(chained.optimizer.param_groups[0]["lr"], 0.25 * 0.1, rtol=1e-12)


def test_what_is_no_list_of_schedulers_or_epochs():
    optimizer = sgd(1.0)
    parts = [ExponentialLR(optimizer, 0.9), StepLR(optimizer, 2)]
    for wrong in (None, 3, "ab", iter(parts)):
        with pytest.raises(TypeError, match="ChainedScheduler takes a list of schedulers, got"):
            ChainedScheduler(wrong)
        with pytest.raises(TypeError, match="milestones must be a list of epochs, got"):
            SequentialLR(optimizer, parts, wrong)
    with pytest.raises(TypeError, match="ChainedScheduler takes schedulers, got int at index 0"):
        ChainedScheduler([3])
    for wrong, error in (["a"], TypeError), ([2.5], ValueError), ([float("nan")], ValueError), ([-1], ValueError):
        with pytest.raises(error, match=r"milestones\[0\] must be"):
            SequentialLR(optimizer, parts, wrong)
