"""Answers that draw examples with a random number generator: what comes of many calls."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import islice
from typing import Any

import numpy as np

from course_lib.driving.calls import Case, call

DRAWS, EPOCHS = 1500, 300


def many_draws(answer: Callable, case: Case) -> Any:
    """The results of many calls with one generator: an array if they are numbers, else the first few."""
    draws = [call(answer, case) for _ in range(DRAWS)]
    if all(isinstance(draw, (int, float, np.number)) for draw in draws):
        return np.array(draws)
    return draws[:3]


def many_epochs(answer: Callable, case: Case) -> Any:
    """The orders of many epochs drawn with one generator: rows of an array if they have the same length, else the first few."""
    orders = [call(answer, case) for _ in range(EPOCHS)]
    try:
        table = np.array(orders)
    except ValueError:
        return orders[:3]
    return table if table.dtype.kind in "iu" else orders[:3]


def two_splits(answer: Callable, case: Case) -> dict[str, Any]:
    """A split, and one from other random numbers."""
    first, second = (np.random.default_rng(seed) for seed in case["rng"].integers(2**32, size=2))
    sizes = case["n"], case["validation"], case["test"]
    return {"split": answer(*sizes, first), "with other random numbers": answer(*sizes, second)}


def batches_of_a_budget(answer: Callable, case: Case) -> list | None:
    """The batches that the answer yields."""
    batches = call(answer, case)
    if not isinstance(batches, Iterable):
        return None
    # one that never ends is stopped where its fault is plain
    return [list(map(int, batch)) if np.ndim(batch) == 1 else batch for batch in islice(batches, 3 * case["budget"])]
