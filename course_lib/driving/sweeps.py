"""Answers that sweep a learning rate."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from course_lib.driving.calls import Case


def sweep(answer: Callable, case: Case) -> dict[str, Any]:
    """The rate that is chosen, and with which rates, seeds and budgets the runs were made, in whatever order."""
    runs: list[tuple[float, int, int]] = []

    def run(lr: float, budget: float, seed: int) -> dict[str, float]:
        runs.append((float(lr), int(seed), int(budget)))
        return dict(case["table"][float(lr), int(seed)])

    rate = answer(run, case["rates"], case["budget"], case["seeds"])
    return {"rate": rate, "runs (rate, seed, budget)": sorted(runs)}
