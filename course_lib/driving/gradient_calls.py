"""Noting at which points, and for which examples, an answer asks for the gradient."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from course_lib.driving.calls import Case


def one_example_each(answer: Callable, case: Case) -> dict[str, Any]:
    """The end point, and for each call of gradient(w, i) the example and the point."""
    asked: list[Any] = []
    points: list[np.ndarray] = []

    def gradient(w: np.ndarray, i: int) -> np.ndarray:
        asked.append(int(np.ravel(i)[0]) if np.size(i) == 1 else i)
        points.append(np.array(w, dtype=float))
        return case["gradient"](w, i)

    end = answer(gradient, *list(case.values())[1:])
    return {"end": end, "examples": asked, "points": points}
