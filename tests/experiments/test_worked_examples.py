"""The sources' worked examples: their settings, their results, and what their mistakes do."""

from __future__ import annotations

import numpy as np
import pytest

from course_lib.descent import batches
from course_lib.experiments import worked_examples

SEEDS = range(5)


def test_full_batch_is_the_notes_example() -> None:
    example = worked_examples.full_batch()
    x = np.arange(1, 200)
    w, epochs = 1.0, 0
    # as the notes compute it, with a loop
    while sum((w * a - b) ** 2 for a, b in zip(x, 2 * x, strict=True)) / 199 >= 1e-5:
        w -= 1e-5 * sum(2 * a * (w * a - b) for a, b in zip(x, 2 * x, strict=True)) / 199
        epochs += 1
    assert example.trace.updates == epochs
    assert example.trace.params[-1, 0] == pytest.approx(w, rel=1e-12)
    assert example.predict(400, moment=0) == 400
    assert example.predict(400) == pytest.approx(800, abs=0.05)


def test_updating_inside_the_loop_is_another_algorithm() -> None:
    example = worked_examples.full_batch_as_written()
    w = 1.0
    for a in range(1, 200):
        w -= 1e-5 * 2 * a * (w * a - 2 * a)
    assert example.trace.params[199, 0] == pytest.approx(w, rel=1e-12)
    assert example.trace.updates % 199 == 0


def test_line_with_intercept_uses_the_sources_gradients() -> None:
    example = worked_examples.line_with_intercept()
    x = np.array([1.0, 2, 3, 4, 5])
    y, w, b, lr = 2 * x, 0.0, 0.0, 0.01
    for epoch in range(1000):
        error = y - (w * x + b)
        assert example.trace.loss[epoch] == pytest.approx(np.mean(error**2), rel=1e-9)
        w, b = w - lr * -2 * np.mean(error * x), b - lr * -2 * np.mean(error)
    np.testing.assert_allclose(example.trace.params[-1], [w, b], rtol=1e-9)


ON_THE_DOUBLING_LINE = {
    # the function, what it draws, how often it draws that, and whether it ends on the loss of what it drew
    "B5 mended": (worked_examples.one_example, lambda rng: rng.integers(199, size=1), False, False),
    "B5 as written": (worked_examples.one_example_as_written, lambda rng: rng.integers(199, size=1), False, True),
    "C9 mended": (worked_examples.two_examples, lambda rng: rng.choice(199, size=2, replace=False), False, False),
    "C9 as written": (worked_examples.two_examples_as_written, lambda rng: rng.choice(199, size=2, replace=False), True, True),
}


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", ON_THE_DOUBLING_LINE)
def test_runs_on_the_doubling_line_are_the_sources_loop(name: str, seed: int) -> None:
    example, draw, once, ends_on_drawn = ON_THE_DOUBLING_LINE[name]
    rng, x, w, visited = np.random.default_rng(seed), np.arange(1.0, 200), 1.0, [1.0]
    drawn = draw(rng)
    for update in range(1000):
        drawn = drawn if once or update == 0 else draw(rng)
        w -= 1e-5 * np.mean(2 * x[drawn] * (w * x[drawn] - 2 * x[drawn]))
        visited.append(w)
        tested = x[drawn] if ends_on_drawn else x
        if np.mean((w * tested - 2 * tested) ** 2) < 1e-7:
            break
    trace = example(seed).trace
    assert trace.updates == len(visited) - 1
    np.testing.assert_allclose(trace.params[:, 0], visited, rtol=1e-12)
    assert set(trace.lr) == {1e-5}


def test_what_the_notes_call_an_epoch_is_one_update() -> None:
    written = worked_examples.one_example_as_written(0).trace
    assert written.epoch[-1] == written.updates / 199


def test_stopping_on_one_example_ends_some_runs_too_early() -> None:
    ends = [worked_examples.one_example_as_written(seed).trace.loss[-1] for seed in range(20)]
    assert any(loss > 1e-7 for loss in ends)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_first_pair_is_the_batch_for_ever(seed: int) -> None:
    scheme = worked_examples.first_pair_for_ever()
    rng = np.random.default_rng(seed)
    seen = {tuple(batch) for _ in range(3) for batch in scheme(199, rng)}
    assert len(seen) == 1 and len(set(*seen)) == 2
    # on this data any pair will do, which hides the mistake
    assert worked_examples.two_examples(seed).trace.loss[-1] < 1e-7


@pytest.mark.parametrize("seed", SEEDS)
def test_slices_of_twenty_take_the_sources_twenty_steps(seed: int) -> None:
    example = worked_examples.standardized_slices(seed)
    assert example.trace.updates == 20
    assert np.allclose(example.problem.X[:, 0].std(), 1) and example.problem.n == 200
    x, y, w, b = example.problem.X[:, 0], example.problem.y, 0.0, 0.0
    for step in range(20):
        part = slice(20 * (step % 10), 20 * (step % 10) + 20)
        error = w * x[part] + b - y[part]
        w, b = w - 0.1 * np.mean(2 * error * x[part]), b - 0.1 * np.mean(2 * error)
    np.testing.assert_allclose(example.trace.params[-1], [w, b], rtol=1e-9)
    np.testing.assert_allclose(example.trace.params[-1], [10, 5], atol=0.5)
    shuffled = worked_examples.standardized_slices(seed, batches.shuffled(20))
    assert not np.array_equal(example.trace.params, shuffled.trace.params)


@pytest.mark.parametrize("seed", SEEDS)
def test_noisy_line_takes_ten_steps_on_all_examples(seed: int) -> None:
    example = worked_examples.noisy_line(seed)
    assert example.trace.updates == 10
    assert example.trace.gradient_evaluations[-1] == 10 * 100
    rng = np.random.default_rng(seed)
    x = rng.normal(0, 10, size=100)
    y = 2 * x + 1 + rng.normal(0, 2, size=100)
    w, b = rng.uniform(-1, 1, size=2)
    for row in example.trace.params:
        np.testing.assert_allclose(row, [w, b], rtol=1e-9)
        error = w * x + b - y
        w, b = w - 1e-3 * np.mean(2 * error * x), b - 1e-3 * np.mean(2 * error)
    assert 1.5 < example.trace.params[-1, 0] < 2.1
    assert abs(example.predict(10) - 21) < 6
    assert worked_examples.noisy_line(seed, batches.shuffled(1)).trace.updates == 1000


def test_noisy_line_starts_within_the_range_of_torchs_layer() -> None:
    import torch

    torch.manual_seed(0)
    layers = np.array([[p.item() for p in torch.nn.Linear(1, 1).parameters()] for _ in range(400)])
    ours = np.array([worked_examples.noisy_line(seed).trace.params[0] for seed in range(100)])
    for starts in (layers, ours):
        assert -1 <= starts.min() < -0.9 and 0.9 < starts.max() <= 1
