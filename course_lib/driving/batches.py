"""Watching answers that draw batches, or make updates on them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from course_lib.driving.calls import Case

EPOCHS = 40


def many_epochs(answer: Callable, case: Case) -> list:
    """The batches of many epochs drawn with one generator."""
    epochs = []
    for _ in range(EPOCHS):
        epoch = answer(case["n"], case["batch_size"], case["rng"])
        epochs.append(list(epoch) if hasattr(epoch, "__iter__") and not isinstance(epoch, (str, dict)) else epoch)
    return epochs


def noting_the_calls(answer: Callable, case: Case) -> dict[str, Any]:
    """The end point, and for each call of gradient(w, batch) the batch and the point."""
    asked, points = [], []

    def gradient(w: np.ndarray, batch: Any) -> np.ndarray:
        asked.append(np.array(batch))
        points.append(np.array(w, dtype=float))
        return case["gradient"](w, batch)

    end = answer(gradient, *list(case.values())[1:])
    return {"end": end, "batches": asked, "points": points}


def noting_the_examples(answer: Callable, case: Case) -> dict[str, Any]:
    """Which examples each update saw, at which point, and where the run ended."""
    batches, points = [], []

    def gradient(w: np.ndarray, batch: Any) -> np.ndarray:
        points.append(np.array(w))
        batches.append([int(i) for i in batch])
        return case["gradient"](w, batch)

    end = answer(gradient, *list(case.values())[1:])
    return {"batches": batches, "points": points, "w": end}
