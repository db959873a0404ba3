"""Runs of optimizers, ours and torch's, recorded like the descents of the first chapters."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
import pytest

from course_lib.descent import batches, descend, stopping
from course_lib.experiments import run
from course_lib.lr_scheduler import ReduceLROnPlateau, StepLR
from course_lib.optim import LBFGS, SGD, Adam
from course_lib.problems import LinearRegression, Problem, Quadratic
from course_lib.trace import DivergenceError, Trace

RNG = np.random.default_rng(0)
X = RNG.normal(size=(30, 2))
PROBLEM = LinearRegression(X, X @ [1.0, -2.0] + 0.5 + RNG.normal(size=30))
START = np.array([0.5, 0.5, 0.0])


@pytest.mark.parametrize("scheme", [batches.whole, batches.shuffled(4), batches.with_replacement(1)])
def test_plain_sgd_takes_the_steps_of_descend(scheme: batches.Scheme) -> None:
    options = {"epochs": 3, "batches": scheme, "rng": 7, "record_every": 2, "label": "same"}
    ours = run(PROBLEM, partial(SGD, lr=0.05), START, **options)
    theirs = descend(PROBLEM, START, lr=0.05, **options)
    np.testing.assert_allclose(ours.params, theirs.params, rtol=1e-14)
    for name in ("loss", "update", "epoch", "gradient_evaluations", "lr"):
        np.testing.assert_allclose(getattr(ours, name), getattr(theirs, name), rtol=1e-12)
    assert (ours.label, ours.stopped) == (theirs.label, theirs.stopped)


@pytest.mark.parametrize("name", ["SGD", "Adam", "LBFGS"])
def test_torchs_optimizer_gives_the_run_of_ours(name: str) -> None:
    import torch

    options = {"epochs": 5, "closure": name == "LBFGS"}
    ours = run(PROBLEM, partial({"SGD": SGD, "Adam": Adam, "LBFGS": LBFGS}[name], lr=0.05), START, **options)
    torchs = run(PROBLEM, partial(getattr(torch.optim, name), lr=0.05), START, torch=True, **options)
    np.testing.assert_allclose(ours.params, torchs.params, rtol=1e-10)
    np.testing.assert_array_equal(ours.gradient_evaluations, torchs.gradient_evaluations)
    np.testing.assert_array_equal(START, [0.5, 0.5, 0.0])


def test_the_rate_recorded_is_the_rate_used() -> None:
    halving = partial(StepLR, step_size=1, gamma=0.5)
    trace = run(Quadratic([1.0]), partial(SGD, lr=0.8), [1.0], epochs=4, scheduler=halving)
    np.testing.assert_allclose(trace.lr, [0.8, 0.4, 0.2, 0.1])
    np.testing.assert_allclose(trace.params[:, 0], np.cumprod([1, 0.2, 0.6, 0.8, 0.9]))


@pytest.mark.parametrize(("schedule", "expected"), [("epoch", [1, 1, 1, 0.5, 0.5, 0.5]), ("update", 0.5 ** np.arange(6))])
def test_a_scheduler_steps_after_an_epoch_or_an_update(schedule: str, expected: list[float]) -> None:
    trace = run(
        PROBLEM, partial(SGD, lr=1e-3), START, epochs=2, batches=batches.contiguous(10), schedule=schedule,
        scheduler=partial(StepLR, step_size=1, gamma=0.5),
    )  # fmt: skip
    np.testing.assert_allclose(trace.lr, 1e-3 * np.asarray(expected))


def test_a_scheduler_that_watches_the_loss_is_shown_it() -> None:
    watcher = partial(ReduceLROnPlateau, factor=0.5, patience=0)
    falling = run(Quadratic([1.0]), partial(SGD, lr=0.1), [1.0], epochs=5, scheduler=watcher)
    assert set(falling.lr) == {0.1}
    rising = run(Quadratic([1.0]), partial(SGD, lr=2.5), [1.0], epochs=5, scheduler=watcher)
    assert rising.lr[-1] < 2.5


def test_a_torch_scheduler_drives_a_torch_optimizer() -> None:
    import torch

    trace = run(
        Quadratic([1.0]), partial(torch.optim.SGD, lr=0.8), [1.0], epochs=3, torch=True,
        scheduler=partial(torch.optim.lr_scheduler.StepLR, step_size=1, gamma=0.5),
    )  # fmt: skip
    np.testing.assert_allclose(trace.lr, [0.8, 0.4, 0.2])


def test_every_evaluation_of_a_line_search_is_counted() -> None:
    trace = run(PROBLEM, partial(LBFGS, lr=1, max_iter=4), START, epochs=1, closure=True)
    assert trace.updates == 1
    assert trace.gradient_evaluations[-1] % PROBLEM.n == 0
    assert trace.gradient_evaluations[-1] > PROBLEM.n


class Clock:
    """The time that passes for a problem whose gradients take 1 second, losses 1000 and drawing a batch 10."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 0.0
        monkeypatch.setattr(time, "perf_counter", lambda: self.now)

    def problem(self) -> Problem:
        clock = self

        class Slow(LinearRegression):
            def loss(self, w: np.ndarray, batch: np.ndarray | None = None) -> float:
                clock.now += 1000
                return super().loss(w, batch)

            def gradient(self, w: np.ndarray, batch: np.ndarray | None = None) -> np.ndarray:
                clock.now += 1
                return super().gradient(w, batch)

        return Slow(X, PROBLEM.y)

    def two_batches(self, n: int, rng: np.random.Generator) -> Iterator[np.ndarray]:
        for half in np.split(np.arange(n), 2):
            self.now += 10
            yield half


ON_THE_CLOCK: dict[str, Callable[..., Trace]] = {
    "descend": partial(descend, lr=0.01),
    "run": partial(run, optimizer=partial(SGD, lr=0.01)),
    "plateau every epoch": partial(run, optimizer=partial(SGD, lr=0.01), scheduler=ReduceLROnPlateau),
    "plateau every update": partial(run, optimizer=partial(SGD, lr=0.01), scheduler=ReduceLROnPlateau, schedule="update"),
}


@pytest.mark.parametrize("method", ON_THE_CLOCK.values(), ids=ON_THE_CLOCK)
@pytest.mark.parametrize("stop", [stopping.never, stopping.loss_below(1e-9)])
def test_drawing_and_updating_are_on_the_clock_but_no_loss_is(
    method: Callable[..., Trace], stop: stopping.Stop, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock(monkeypatch)
    trace = method(clock.problem(), start=START, epochs=3, batches=clock.two_batches, stop=stop)
    np.testing.assert_array_equal(trace.seconds, 11 * np.arange(7))
    assert clock.now > 1000 * 7


def test_the_losses_of_a_line_search_are_part_of_the_update(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch)
    trace = run(clock.problem(), partial(LBFGS, lr=1, max_iter=1), START, epochs=1, closure=True)
    assert trace.seconds[-1] == 1001


@pytest.mark.parametrize("method", ON_THE_CLOCK.values(), ids=ON_THE_CLOCK)
@pytest.mark.filterwarnings("error")
def test_a_stop_criterion_of_a_run_that_diverges_does_not_warn(method: Callable[..., Trace]) -> None:
    large = {"lr": 1e9} if method.func is descend else {"optimizer": partial(SGD, lr=1e9)}
    with pytest.raises(DivergenceError):
        method(PROBLEM, start=START, epochs=1000, batches=batches.shuffled(3), rng=0, stop=stopping.loss_below(1e-9), **large)


def test_a_stop_criterion_ends_the_run() -> None:
    trace = run(PROBLEM, partial(SGD, lr=0.05), START, epochs=1000, stop=stopping.gradient_below(1e-6))
    assert trace.stopped == "gradient below 1e-06"
    assert np.abs(PROBLEM.gradient(trace.params[-1])).max() < 1e-6


def test_divergence_hands_over_the_run_until_then() -> None:
    with pytest.raises(DivergenceError, match="Use a smaller learning rate") as error:
        run(Quadratic([1.0]), partial(SGD, lr=1e6), [1.0], epochs=1000)
    assert np.isfinite(error.value.trace.loss).all()
    assert error.value.trace.stopped.startswith("diverged")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"start": [1.0, 2.0]}, "start must have shape"),
        ({"start": [1.0, np.nan, 0.0]}, "start holds nan"),
        ({"start": [1e200, 0.0, 0.0]}, "not finite at the start"),
        ({"epochs": 0}, "epochs must be at least 1"),
        ({"record_every": 0}, "record_every must be at least 1"),
        ({"schedule": "batch"}, 'schedule must be "epoch" or "update"'),
    ],
)
def test_bad_input_is_named(change: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        run(PROBLEM, partial(SGD, lr=0.1), **{"start": START, "epochs": 1, **change})
