"""Driving schedules of the learning rate: alone, around an optimizer, and in a training loop.

The optimizer is one of `course_lib.optim`, which is imported when a driver runs: it is looked for only where it is used.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from course_lib.driving.calls import Case


@dataclass(frozen=True)
class FallingFactor:
    """first / (1 + fall · epoch)"""

    first: float
    fall: float
    shown: ClassVar[str] = "a function factor(epoch)"

    def __call__(self, epoch: float) -> float:
        return self.first / (1 + self.fall * epoch)


class Shrinking:
    """A scheduler as a training loop sees one: each step multiplies the rates of `optimizer` by `gamma`."""

    def __init__(self, optimizer: Any, gamma: float) -> None:
        self.optimizer, self.gamma, self.last_epoch = optimizer, gamma, 0

    def step(self) -> None:
        self.last_epoch += 1
        for group in self.optimizer.param_groups:
            group["lr"] *= self.gamma

    def get_last_lr(self) -> list[float]:
        """The current rates, one for each group."""
        return [group["lr"] for group in self.optimizer.param_groups]


def observe_factor(answer: Callable, case: Case) -> list[float]:
    """The factors that a schedule gives for updates in any order."""
    factor = answer(case["warmup"], case["total"])
    if not callable(factor):
        raise TypeError(f"warmup_cosine must return a function of t, but returned {factor!r:.80}")
    return [factor(t) for t in case["t"]]


def observe_schedule(answer: Callable, case: Case) -> dict[str, list]:
    """Run a schedule, save it, resume on a fresh optimizer; note the rates of all groups in each epoch."""
    from course_lib.optim import SGD, Parameter

    def build() -> tuple[Any, Any]:
        optimizer = SGD([{"params": [Parameter(np.zeros(1))], "lr": lr} for lr in case["lrs"]])
        return optimizer, answer(optimizer, case["factor"])

    def go_on(optimizer: Any, scheduler: Any, epochs: int) -> list[list[float]]:
        rates = []
        for _ in range(epochs):
            rates.append([group["lr"] for group in optimizer.param_groups])
            optimizer.step()
            scheduler.step()
        return rates

    optimizer, scheduler = build()
    before = go_on(optimizer, scheduler, case["epochs"])
    saved, weights = scheduler.state_dict(), optimizer.state_dict()
    optimizer, scheduler = build()
    scheduler.load_state_dict(saved)
    optimizer.load_state_dict(weights)
    return {"rates": before, "rates after resuming": go_on(optimizer, scheduler, case["further"])}


def observe_loop(answer: Callable, case: Case) -> dict[str, Any]:
    """The rates that a training loop says its updates used, and where it ends."""
    from course_lib.optim import SGD, Parameter

    w = Parameter(case["start"].copy())
    optimizer = SGD([w], lr=case["lr"], momentum=0.9)
    scheduler = Shrinking(optimizer, case["gamma"])
    rates = answer(w, optimizer, scheduler, case["gradient"], case["batches"], case["epochs"], case["per_update"])
    return {"rates": rates, "w": w.data}


def observe_layer_rates(answer: Callable, case: Case) -> list[list[float]] | None:
    """How far one step moves each parameter whose gradient is 1: its rate."""
    from course_lib.optim import SGD, Parameter

    layers = [[Parameter(array.copy()) for array in layer] for layer in case["layers"]]
    groups = answer(layers, case["lr"], case["decay"])
    if groups is None:
        return None
    optimizer = SGD(groups, lr=1e-3)
    for layer in layers:
        for p in layer:
            p.grad = np.ones_like(p.data)
    optimizer.step()
    return [
        [float(np.mean(array - p.data)) for array, p in zip(arrays, layer, strict=True)]
        for arrays, layer in zip(case["layers"], layers, strict=True)
    ]
