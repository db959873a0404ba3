"""Driving an optimizer: a class with ``__init__(self, params, lr, ...)`` and ``step(self)``, or a function that makes the steps of an epoch.

Each parameter has ``data`` and ``grad``, an array or None. What is observed is where the parameters are after every step.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from course_lib.driving.calls import Case
from course_lib.optim.parameter import Parameter

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class BowlAndSinesGradient:
    """curvature (w - minimum) + sin w, entry by entry: the gradient of a quadratic bowl with waves in it"""

    curvature: Array
    minimum: Array
    shown: ClassVar[str] = "a function gradient(w) that returns an array of the shape of w"

    def __call__(self, w: Array) -> Array:
        return self.curvature * (w - self.minimum) + np.sin(w)


def drive(answer: Callable, case: Case) -> dict[str, Any]:
    """Build an optimizer of class `answer` and let it make the steps of a case."""
    params = [Parameter(array.copy()) for array in case["params"]]
    options = [value for name, value in case.items() if name not in ("params", "lr", "gradients")]
    optimizer = answer(list(params), case["lr"][0], *options)

    def set_rates() -> Iterator[None]:
        for lr in case["lr"]:
            # students keep one rate in `lr`, course_lib.optim one for each group
            optimizer.lr = lr
            for group in _groups_of(optimizer):
                group["lr"] = lr
            yield

    return follow(optimizer, {f"params[{i}]": p for i, p in enumerate(params)}, case["gradients"], set_rates())


def _groups_of(optimizer: Any) -> list[dict]:
    groups = getattr(optimizer, "param_groups", None)
    return [group for group in groups if isinstance(group, dict)] if isinstance(groups, (list, tuple)) else []


def drive_groups(answer: Callable, case: Case) -> dict[str, Any]:
    """Build an optimizer from groups, halve all rates after half of the steps."""
    groups: list[dict] = []
    named: dict[str, Parameter] = {}
    for i, group in enumerate(case["groups"]):
        params = [Parameter(array.copy()) for array in group["params"]]
        groups.append({**group, "params": params})
        named |= {f"groups[{i}] params[{j}]": p for j, p in enumerate(params)}
    options = [value for name, value in case.items() if name not in ("groups", "gradients")]
    optimizer = answer(groups, *options)
    steps = len(case["gradients"])

    def halve_rates() -> Iterator[None]:
        for step in range(steps):
            if step == steps // 2:
                for group in optimizer.param_groups:
                    group["lr"] = group["lr"] / 2
            yield

    return follow(optimizer, named, case["gradients"], halve_rates())


def drive_epochs(answer: Callable, case: Case) -> Any:
    """Hand over the state from epoch to epoch, by way of a copy as saving and loading makes it, in a run alone and in two that take
    turns: what is remembered elsewhere than in the state gets mixed up."""

    def epoch(w: Any, state: Any, batches: list) -> tuple[Any, Any]:
        result = answer(case["gradient"], w.copy(), state, list(batches), case["lr"], case["betas"], case["eps"])
        if not (isinstance(result, (tuple, list)) and len(result) == 2):
            raise TypeError(f"it should return a pair (w, state), but returned {result!r:.60}")
        return _snapshot(result[0]), copy.deepcopy(result[1])

    def run(*starts: Any) -> list:
        runs: list = [(start, {}) for start in starts]
        paths: list[list] = [[start] for start in starts]
        for batches in case["epochs"]:
            runs = [epoch(w, state, batches) for w, state in runs]
            for path, (w, _) in zip(paths, runs, strict=True):
                path.append(w)
        return [_stacked(path) for path in paths]

    (alone,) = run(case["start"])
    beside, other = run(case["start"], case["start"] + 1)
    return {"w after each epoch": alone, "of two runs in turns, the first": beside, "the second": other}


def follow(optimizer: Any, params: dict[str, Parameter], gradients: list, before_each_step: Iterable) -> dict[str, Any]:
    """Where the parameters are after each step, and whether the gradients were left alone."""
    path: dict[str, list] = {name: [_snapshot(p.data)] for name, p in params.items()}
    grad_after = "as before"
    for given, _ in zip(gradients, before_each_step, strict=True):
        for p, g in zip(params.values(), given, strict=True):
            if g is None or p.grad is None:
                p.grad = copy.deepcopy(g)
            else:
                # the same array again, as after zero_grad(set_to_none=False): state must not be an alias of it
                p.grad[...] = g
        _step(optimizer, any(g is None for g in given))
        for (name, p), g in zip(params.items(), given, strict=True):
            path[name].append(_snapshot(p.data))
            same = p.grad is g if p.grad is None or g is None else np.array_equal(p.grad, g)
            if not same:
                grad_after = "changed" if isinstance(p.grad, np.ndarray) else repr(p.grad)
                p.grad = None
    return {f"{name}.data after each step": _stacked(steps) for name, steps in path.items()} | {
        "p.grad after the step": grad_after
    }


class FailsWithoutGradient(Exception):
    """Any error in a step where a gradient is missing: what it is called depends on which operation met the None."""


def _step(optimizer: Any, a_gradient_is_missing: bool) -> None:
    try:
        optimizer.step()
    except NotImplementedError:
        raise
    except Exception as error:
        if not a_gradient_is_missing:
            raise
        # the traceback leads to the student's line
        raise FailsWithoutGradient(f"{type(error).__name__}: {error}").with_traceback(error.__traceback__) from None


def _snapshot(data: Any) -> Any:
    return np.array(data) if isinstance(data, (np.ndarray, np.generic)) else data


def _stacked(steps: list) -> Any:
    alike = all(isinstance(step, np.ndarray) and step.shape == steps[0].shape for step in steps)
    return np.array(steps) if alike else steps
