"""The three descents: equal to the formula and to torch, complete in what they record, clear in what they refuse."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from course_lib.descent import (
    DivergenceError,
    batches,
    descend,
    gradient_descent,
    minibatch_gradient_descent,
    stochastic_gradient_descent,
    stopping,
)
from course_lib.problems import LinearRegression, Quadratic


def line(seed, n=12, noise=0.3):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=n)
    return LinearRegression(x, 2 * x + 1 + noise * rng.normal(size=n))


@given(st.integers(0, 10**6), st.floats(0.01, 0.3), st.integers(1, 40))
def test_gradient_descent_walks_as_torch_sgd_on_the_whole_data(seed, lr, epochs):
    problem = line(seed)
    run = gradient_descent(problem, [0.5, -0.5], lr=lr, epochs=epochs)
    w = torch.tensor([0.5, -0.5], dtype=torch.float64, requires_grad=True)
    X, y = torch.from_numpy(problem.X), torch.from_numpy(problem.y)
    optimizer = torch.optim.SGD([w], lr=lr)
    for t in range(epochs):
        loss = ((X @ w - y) ** 2).mean()
        assert run.loss[t] == pytest.approx(loss.item(), rel=1e-9)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        assert run.params[t + 1] == pytest.approx(w.detach().numpy(), rel=1e-9, abs=1e-12)


@given(st.integers(0, 10**6), st.floats(0.05, 1.9))
def test_the_error_on_a_bowl_shrinks_by_one_minus_lr_times_curvature(seed, product):
    curvature = np.random.default_rng(seed).uniform(0.1, 10)
    run = gradient_descent(Quadratic([curvature]), [3.0], lr=product / curvature, epochs=15)
    assert run.params[:, 0] == pytest.approx(3 * (1 - product) ** np.arange(16), rel=1e-9, abs=1e-12)


def test_the_start_is_left_alone_and_rows_do_not_share_memory():
    start = np.array([1.0, 2.0])
    run = gradient_descent(line(0), start, lr=0.1, epochs=5)
    assert start.tolist() == [1.0, 2.0]
    assert len({tuple(row) for row in run.params}) == 6


def test_what_a_batch_run_records():
    problem = line(1, n=12)
    run = gradient_descent(problem, [0, 0], lr=0.1, epochs=4, label="all")
    assert run.update.tolist() == [0, 1, 2, 3, 4]
    assert run.epoch.tolist() == [0, 1, 2, 3, 4]
    assert run.gradient_evaluations.tolist() == [0, 12, 24, 36, 48]
    assert run.lr.tolist() == [0.1] * 4
    assert run.loss == pytest.approx([problem.loss(w) for w in run.params])
    assert (np.diff(run.seconds) >= 0).all() and run.seconds[0] == 0
    assert "4 updates" in repr(run) and "all" in repr(run)


def test_a_mini_batch_epoch_has_its_smaller_last_batch():
    run = minibatch_gradient_descent(line(1, n=10), [0, 0], lr=0.01, epochs=2, batch_size=4, rng=0)
    assert run.gradient_evaluations.tolist() == [0, 4, 8, 10, 14, 18, 20]
    assert run.epoch[-1] == 2


def test_mini_batches_of_all_examples_are_batch_descent_and_of_one_are_stochastic():
    problem = line(2)
    whole = gradient_descent(problem, [0, 0], lr=0.05, epochs=5)
    assert minibatch_gradient_descent(problem, [0, 0], lr=0.05, epochs=5, batch_size=12, rng=3).params == pytest.approx(
        whole.params
    )
    single = stochastic_gradient_descent(problem, [0, 0], lr=0.01, epochs=2, rng=3)
    same = minibatch_gradient_descent(problem, [0, 0], lr=0.01, epochs=2, batch_size=1, rng=3)
    assert (single.params == same.params).all()
    assert single.updates == 24


def test_a_seed_repeats_a_run_and_another_does_not():
    runs = [stochastic_gradient_descent(line(2), [0, 0], lr=0.01, epochs=3, rng=seed).params for seed in (1, 1, 2)]
    assert (runs[0] == runs[1]).all()
    assert (runs[0] != runs[2]).any()


def test_the_rate_may_change_with_the_update():
    run = gradient_descent(Quadratic([1.0]), [1.0], lr=lambda t: 0.5 / (t + 1), epochs=3)
    assert run.lr == pytest.approx([0.5, 0.25, 0.5 / 3])
    assert run.params[-1, 0] == pytest.approx(0.5 * 0.75 * (1 - 0.5 / 3))


def test_recording_less_often_keeps_start_and_end():
    run = gradient_descent(Quadratic([1.0]), [1.0], lr=0.1, epochs=7, record_every=3)
    assert run.update.tolist() == [0, 3, 6, 7]
    assert run.updates == 7


def test_divergence_is_an_error_that_keeps_the_run():
    with pytest.raises(DivergenceError, match=r"no longer finite at update \d+, with lr = 3.*smaller learning rate") as caught:
        gradient_descent(Quadratic([1.0]), [1.0], lr=3.0, epochs=5000)
    trace = caught.value.trace
    assert np.isfinite(trace.loss).all() and np.isfinite(trace.params).all()
    assert trace.loss[-1] > 1e300
    assert "diverged" in trace.stopped


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"lr": 0.0}, ValueError, r"lr must be finite and greater than 0, got 0.0.*Start with"),
        ({"lr": -0.1}, ValueError, "lr must be finite and greater than 0, got -0.1"),
        ({"lr": float("nan")}, ValueError, "lr must be finite"),
        ({"lr": float("inf")}, ValueError, "lr must be finite"),
        ({"lr": 10**400}, ValueError, "lr must be finite"),
        ({"lr": "0.1"}, TypeError, "lr must be a number, got str"),
        ({"lr": True}, TypeError, "lr must be a number, got bool"),
        ({"lr": lambda t: -1.0}, ValueError, "lr must be finite and greater than 0, got -1.0"),
        ({"epochs": 0}, ValueError, "epochs must be at least 1"),
        ({"epochs": 2.5}, TypeError, "epochs must be a whole number, got float"),
        ({"start": [0.0, 0.0, 0.0]}, ValueError, r"start must have shape \(2,\).*got \(3,\)"),
        ({"start": [0.0, np.nan]}, ValueError, "start holds nan at index 1"),
        ({"start": [1e200, 0.0]}, ValueError, "not finite at the start"),
    ],
)
def test_bad_arguments_are_refused_with_a_reason(options, error, message):
    arguments = {"start": [0.0, 0.0], "lr": 0.1, "epochs": 3, **options}
    with pytest.raises(error, match=message):
        gradient_descent(line(0), **arguments)


def test_loss_below_stops_at_the_first_update_below():
    run = gradient_descent(Quadratic([1.0]), [1.0], lr=0.5, epochs=50, stop=stopping.loss_below(1e-3))
    assert run.loss[-1] < 1e-3 <= run.loss[-2]
    assert run.stopped == "loss below 0.001"


def test_gradient_below_and_after_updates_and_any_of():
    bowl = Quadratic([1.0])
    run = gradient_descent(bowl, [1.0], lr=0.5, epochs=50, stop=stopping.gradient_below(1e-3))
    assert abs(run.params[-1, 0]) < 1e-3 <= abs(run.params[-2, 0])
    assert gradient_descent(bowl, [1.0], lr=0.5, epochs=50, stop=stopping.after_updates(3)).updates == 3
    both = stopping.any_of(stopping.loss_below(1e-30), stopping.after_updates(4))
    assert gradient_descent(bowl, [1.0], lr=0.5, epochs=50, stop=both).stopped == "4 updates"


def test_loss_change_below_sees_rises_and_forgets_an_earlier_run():
    stop = stopping.loss_change_below(0.1)
    # cycling with lr = 2/L: the loss stays the same
    run = gradient_descent(Quadratic([1.0]), [1.0], lr=2.0, epochs=50, stop=stop)
    assert run.updates == 2
    again = gradient_descent(Quadratic([1.0]), [1.0], lr=2.0, epochs=50, stop=stop)
    assert again.updates == 2
    rising = gradient_descent(Quadratic([1.0]), [1.0], lr=2.1, epochs=10, stop=stopping.loss_change_below(1e-6))
    assert rising.updates == 10


def test_loss_change_below_tests_the_first_update_if_it_knows_the_loss_before_it():
    bowl = Quadratic([1.0])
    options = {"lr": 1e-6, "epochs": 5}
    first = gradient_descent(bowl, [1.0], **options, stop=stopping.loss_change_below(0.1, start_loss=bowl.loss([1.0])))
    assert first.updates == 1
    assert gradient_descent(bowl, [1.0], **options, stop=stopping.loss_change_below(0.1)).updates == 2


def test_batch_loss_below_looks_at_one_example_only():
    # the first example fits at the start, the others do not
    problem = LinearRegression([0.0, 1.0, 2.0], [0.0, 5.0, 9.0])
    run = descend(problem, [0.0, 0.0], lr=0.1, epochs=1, batches=batches.contiguous(1), stop=stopping.batch_loss_below(1e-7))
    assert run.updates == 1
    assert run.loss[-1] > 1
