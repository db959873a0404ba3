"""Which examples an update sees: the only thing in which batch, stochastic and mini-batch descent differ.

A scheme is a function of the number of examples `n` and a random generator that yields one *epoch* of batches;
each batch is an array of indices.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

import numpy as np

from course_lib.validation import count

Scheme: TypeAlias = Callable[[int, np.random.Generator], Iterator["np.ndarray | None"]]


def whole(n: int, rng: np.random.Generator) -> Iterator[np.ndarray | None]:
    """All examples at once: one update an epoch, nothing random."""
    # None spares the copy that indexing with all indices would make
    yield None


def shuffled(batch_size: int) -> Scheme:
    """A fresh order every epoch, cut into batches: every example exactly once an epoch.

    The last batch is smaller where `batch_size` does not divide the number of examples.
    """
    batch_size = count("batch_size", batch_size)

    def epoch(n: int, rng: np.random.Generator) -> Iterator[np.ndarray]:
        order = rng.permutation(n)
        for first in range(0, n, batch_size):
            yield order[first : first + batch_size]

    return epoch


def with_replacement(batch_size: int) -> Scheme:
    """Each batch drawn independently of the others, its examples too: some come twice in an epoch, others not at all."""
    batch_size = count("batch_size", batch_size)

    def epoch(n: int, rng: np.random.Generator) -> Iterator[np.ndarray]:
        for _ in range(-(-n // batch_size)):
            yield rng.integers(n, size=batch_size)

    return epoch


def distinct(batch_size: int) -> Scheme:
    """Each batch drawn independently of the others, but without the same example twice in one batch."""
    batch_size = count("batch_size", batch_size)

    def epoch(n: int, rng: np.random.Generator) -> Iterator[np.ndarray]:
        if batch_size > n:
            raise ValueError(f"batch_size is {batch_size}, but there are only {n} examples to draw distinct ones from.")
        for _ in range(-(-n // batch_size)):
            yield rng.choice(n, size=batch_size, replace=False)

    return epoch


def contiguous(batch_size: int) -> Scheme:
    """Slices in the order of the data, the same in every epoch: nothing random at all."""
    batch_size = count("batch_size", batch_size)

    def epoch(n: int, rng: np.random.Generator) -> Iterator[np.ndarray]:
        for first in range(0, n, batch_size):
            yield np.arange(first, min(first + batch_size, n))

    return epoch
