"""Runs along which an answer is driven: parameters, rates and gradients that tell one optimizer from another, and its options."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from course_lib.checks.declaration import Case


def runs(rng: np.random.Generator, draw_options: Callable[[np.random.Generator], Case]) -> list[Case]:
    """Four runs: a plain one; several shapes and a rate that changes; missing gradients; gradients from zero to huge."""

    def run(shapes: list, gradients: list[list], lr: list[float], params: list | None = None) -> Case:
        start = params or [rng.normal(0, 2, shape) for shape in shapes]
        return {"params": start, "lr": lr, **draw_options(rng), "gradients": gradients}

    def normal(shapes: list, steps: int) -> list[list]:
        return [[rng.normal(0, 1, shape) for shape in shapes] for _ in range(steps)]

    def rates(steps: int) -> list[float]:
        # up, then down, as with a warm-up
        peak = rng.uniform(0.02, 0.2)
        return [float(peak * factor) for factor in (0.5, 0.5, 1, 1, 0.4, 0.4, 0.1, 0.1, 0.02)[:steps]]

    plain = run([(2,)], normal([(2,)], 5), [float(rng.uniform(0.05, 0.3))] * 5)

    shapes = [(3,), (2, 2), (1,)]
    several = run(shapes, normal(shapes, 6), rates(6))

    # two parameters begin at equal values; one joins late, one pauses, one has no gradient ever
    shapes = [(2,)] * 4
    gradients = normal(shapes, 6)
    for step, i in ((0, 1), (1, 1), (3, 0), (4, 0), *((step, 3) for step in range(6))):
        gradients[step][i] = None
    twins, other = rng.normal(0, 2, 2), rng.normal(0, 2, 2)
    missing = run(shapes, gradients, rates(6), [twins, twins.copy(), other, other.copy()])

    # an entry that never has a gradient but zero, tiny ones, large ones; a parameter that pauses with zeros; a spike
    shapes = [(4,), (2, 1)]
    gradients = [[np.array([0, 1e-7, 1, 1e5]) * g[0], g[1]] for g in normal(shapes, 9)]
    for step in (3, 4, 5):
        gradients[step][1] *= 0
    gradients[6][1][0] = 1e8
    extreme = run(shapes, gradients, rates(9))
    return [plain, several, missing, extreme]


def eps_and(**draws: Callable[[np.random.Generator], Any]) -> Callable[[np.random.Generator], Case]:
    """Draws these options and, last, an eps that is of the size of the smallest gradients."""
    return lambda rng: {name: draw(rng) for name, draw in draws.items()} | {"eps": float(10 ** rng.uniform(-8, -6))}


def uniform(low: float, high: float) -> Callable[[np.random.Generator], float]:
    return lambda rng: float(rng.uniform(low, high))
