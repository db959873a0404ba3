"""The worked examples of the sources, with their settings; where a source errs, also as the source wrote it.

A function is named for what it does, its docstring begins with the id of its item in the coverage table. Those
that draw at random take a seed, because the sources' results hang on the draw.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np

from course_lib.descent import batches, descend, gradient_descent, stopping
from course_lib.experiments.runs import run
from course_lib.problems import LinearRegression
from course_lib.trace import Trace


@dataclass(frozen=True)
class WorkedExample:
    """A problem and the run the source makes on it."""

    problem: LinearRegression
    trace: Trace

    def predict(self, x: float, moment: int = -1) -> float:
        """The prediction at `x` with the parameters of row `moment` of the trace; the last, if not given."""
        return float(self.problem.predict(self.trace.params[moment], [x])[0])


def doubling_line() -> LinearRegression:
    """The data of the lecture notes: x = 1, ..., 199 and y = 2x without noise, for the model ŷ = w·x."""
    return LinearRegression(np.arange(1, 200), np.arange(2, 400, 2), fit_intercept=False)


def full_batch() -> WorkedExample:
    """A7: batch gradient descent from w = 1 at lr 1e-5, 100 epochs at most, until the cost is below 1e-5."""
    problem = doubling_line()
    stop = stopping.loss_below(1e-5)
    return WorkedExample(problem, gradient_descent(problem, [1.0], lr=1e-5, epochs=100, stop=stop, label="batch"))


def full_batch_as_written(lr: float = 1e-5) -> WorkedExample:
    """G2: the notes' pseudo-code for A7, which updates inside the loop over the examples, so is not batch descent.

    Asked, as in A7, once an epoch whether the cost is below 1e-5.
    """
    problem = doubling_line()
    after_epoch = stopping.loss_below(1e-5)
    trace = descend(
        problem, [1.0], lr=lr, epochs=100, batches=batches.contiguous(1), label="updates inside the loop",
        stop=lambda progress: after_epoch(progress) if progress.update % problem.n == 0 else None,
    )  # fmt: skip
    return WorkedExample(problem, trace)


def line_with_intercept() -> WorkedExample:
    """A8: ŷ = w·x + b on x = 1, ..., 5 and y = 2x from (0, 0), lr 0.01, 1000 epochs.

    G1: the source calls its function sgd, but every one of these updates uses the whole data.
    """
    x = np.arange(1.0, 6.0)
    problem = LinearRegression(x, 2 * x)
    return WorkedExample(problem, gradient_descent(problem, [0.0, 0.0], lr=0.01, epochs=1000, label="batch"))


def line_with_intercept_one_by_one(seed: int) -> WorkedExample:
    """A8 as its name promises: stochastic gradient descent, one example an update, the same rate and epochs."""
    problem = line_with_intercept().problem
    trace = descend(problem, [0.0, 0.0], lr=0.01, epochs=1000, batches=batches.shuffled(1), rng=seed, label="stochastic")
    return WorkedExample(problem, trace)


def one_example(seed: int) -> WorkedExample:
    """B5, mended: one example an update at lr 1e-5, 1000 updates at most, until the whole loss is below 1e-7."""
    stop = stopping.any_of(stopping.loss_below(1e-7), stopping.after_updates(1000))
    return _on_doubling_line(batches.with_replacement(1), stop, seed, "stops on the whole loss")


def one_example_as_written(seed: int) -> WorkedExample:
    """B5 with G4 and G5: the same draws, but it ends as soon as *one* example's loss is below 1e-7.

    The source's 1000 "epochs" are updates.
    """
    stop = stopping.any_of(stopping.batch_loss_below(1e-7), stopping.after_updates(1000))
    return _on_doubling_line(batches.with_replacement(1), stop, seed, "stops on one example")


def two_examples(seed: int) -> WorkedExample:
    """C9, mended: two distinct examples an update, drawn afresh every time; 1000 updates at most."""
    stop = stopping.any_of(stopping.loss_below(1e-7), stopping.after_updates(1000))
    return _on_doubling_line(batches.distinct(2), stop, seed, "a fresh pair every update")


def two_examples_as_written(seed: int) -> WorkedExample:
    """C9 with G3, G4 and G5: the batch is the first pair drawn, for ever, and the run ends on that pair's loss."""
    stop = stopping.any_of(stopping.batch_loss_below(1e-7), stopping.after_updates(1000))
    return _on_doubling_line(first_pair_for_ever(), stop, seed, "the first pair for ever")


def standardized_slices(seed: int, scheme: batches.Scheme | None = None) -> WorkedExample:
    """C7: torch.optim.SGD on a line, batches of 20, lr 0.1, 20 steps, in contiguous slices (G7: nothing random).

    The line is ours: 200 standardized points of y = 10x + 5 with unit noise. Give `scheme` to draw the batches in
    another way.
    """
    import torch

    rng = np.random.default_rng(seed)
    x = np.linspace(-1, 1, 200)
    x /= x.std()
    problem = LinearRegression(x, 10 * x + 5 + rng.normal(size=200))
    trace = run(
        problem, partial(torch.optim.SGD, lr=0.1), [0.0, 0.0], torch=True, epochs=2, rng=rng,
        batches=scheme or batches.contiguous(20), label="slices" if scheme is None else "",
    )  # fmt: skip
    return WorkedExample(problem, trace)


def noisy_line(seed: int, scheme: batches.Scheme = batches.whole) -> WorkedExample:
    """E13: torch.optim.SGD on y = 2x + 1 + noise, x of spread 10, noise of spread 2, n = 100, lr 1e-3, 10 epochs.

    G8: the source speaks of SGD, but every update uses all 100 examples. Give `scheme` to draw batches. The start is
    drawn as `torch.nn.Linear(1, 1)` draws it.
    """
    import torch

    rng = np.random.default_rng(seed)
    x = 10 * rng.normal(size=100)
    problem = LinearRegression(x, 2 * x + 1 + 2 * rng.normal(size=100))
    start = rng.uniform(-1, 1, size=2)
    optimizer = partial(torch.optim.SGD, lr=1e-3)
    return WorkedExample(problem, run(problem, optimizer, start, torch=True, epochs=10, batches=scheme, rng=rng))


def _on_doubling_line(scheme: batches.Scheme, stop: stopping.Stop, seed: int, label: str) -> WorkedExample:
    problem = doubling_line()
    # more epochs than 1000 updates can need, whatever the batch size: the stop criterion ends the run
    trace = descend(problem, [1.0], lr=1e-5, epochs=1000, batches=scheme, stop=stop, rng=seed, label=label)
    return WorkedExample(problem, trace)


def first_pair_for_ever() -> batches.Scheme:
    """G3: the batches of C9 as written, where lists are never cleared and the first two entries are read."""
    pair: np.ndarray | None = None

    def epoch(n: int, rng: np.random.Generator) -> Iterator[np.ndarray]:
        nonlocal pair
        if pair is None:
            pair = rng.choice(n, size=2, replace=False)
        for _ in range(-(-n // 2)):
            yield pair

    return epoch
