"""Driving functions that train a model with torch: what is observed is their losses, and the weights at which they arrive."""

from __future__ import annotations

import itertools
import pickle
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from course_lib.driving.calls import Case
from course_lib.driving.torch_models import losses, network, plain, quiet, require, tensors, weights_of, with_torch


@with_torch
def drive_loop(answer: Callable, case: Case) -> dict[str, Any]:
    """Run a training loop; if the model did not move, find out from the calls why."""
    import torch

    model = network(case["weights"])
    optimizer = torch.optim.SGD(model.parameters(), lr=case["lr"], momentum=case["momentum"])
    calls: list[str] = []
    for p in model.parameters():
        p.register_post_accumulate_grad_hook(lambda p: calls.append("backward"))
    for name in ("zero_grad", "step"):
        setattr(optimizer, name, _noting(name, getattr(optimizer, name), calls))
    before = weights_of(model)
    with quiet():
        result = answer(model, torch.nn.MSELoss(), optimizer, *tensors(case["X"], case["y"]), case["epochs"])
    after = weights_of(model)
    moved = any(not np.array_equal(after[name], before[name]) for name in after)
    return {"the model": "moved" if moved else f"never moved: {_why_nothing_moves(calls)}"} | losses(result) | after


def _noting(name: str, method: Callable, calls: list[str]) -> Callable:
    def call(*args: Any, **options: Any) -> Any:
        calls.append(name)
        return method(*args, **options)

    return call


def _why_nothing_moves(calls: list[str]) -> str:
    order = [name for name, _ in itertools.groupby(calls)]
    if "backward" not in order:
        return "backward was not called"
    if "step" not in order:
        return "step was not called"
    if order.index("step") < order.index("backward"):
        return "step was called before backward"
    if ["backward", "zero_grad", "step"] in [order[i : i + 3] for i in range(len(order))]:
        return "zero_grad was called between backward and step"
    return "the steps changed nothing"


@with_torch
def drive_mend(answer: Callable, case: Case) -> dict[str, Any]:
    """Run a loop over batches, for all epochs, for one, and at rate 0: a fault shows in that part that it spoils."""
    import torch

    def run(lr: float, epochs: int) -> tuple[Any, dict]:
        model = network(case["weights"])
        batches = [tuple(tensors(X, y)) for X, y in case["batches"]]
        with quiet():
            result = answer(model, torch.nn.MSELoss(), batches, lr, epochs)
        return losses(result), weights_of(model)

    record, end = run(case["lr"], case["epochs"])
    # where the weights stay, a record is right whatever is wrong with the steps
    return {
        "the weights after one epoch": run(case["lr"], 1)[1],
        "the weights after all epochs": end,
        "the losses where lr is 0": run(0.0, case["epochs"])[0],
        "the losses": record,
    }


@with_torch
def drive_accumulate(answer: Callable, case: Case) -> dict[str, Any]:
    """Run one epoch whose batches are gathered in groups."""
    import torch

    model = network(case["weights"])
    optimizer = torch.optim.SGD(model.parameters(), lr=case["lr"], momentum=case["momentum"])
    batches = [tuple(tensors(X, y)) for X, y in case["batches"]]
    with quiet():
        result = answer(model, torch.nn.MSELoss(), optimizer, batches, case["k"])
    return losses(result) | weights_of(model)


class StepWithoutClosure(TypeError):
    """step() was called without the function that L-BFGS needs."""


class ClosureWithoutLoss(TypeError):
    """The closure returned None."""


@with_torch
def drive_closure(answer: Callable, case: Case) -> dict[str, Any]:
    """Run a loop that makes its own optimizer, one that needs a closure."""
    import torch

    model = network(case["weights"])
    try:
        with quiet():
            result = answer(model, torch.nn.MSELoss(), *tensors(case["X"], case["y"]), case["lr"], case["steps"])
    except TypeError as error:
        # two mistakes end in the same kind of error
        named = {"'closure'": StepWithoutClosure, "'NoneType'": ClosureWithoutLoss}
        kind = next((kind for word, kind in named.items() if word in str(error)), None)
        if kind is None:
            raise
        raise kind(str(error)).with_traceback(error.__traceback__) from None
    return losses(result) | weights_of(model)


class Killed(Exception):
    """The first run ends here."""


class CheckpointRefused(Exception):
    """The file holds objects that torch.load does not accept."""


@with_torch
def drive_resume(answer: Callable, case: Case) -> dict[str, Any] | None:
    """Kill a run in the middle of an epoch, and run it again with a new model and a new optimizer."""
    import torch

    def run(arrays: list, path: str, epochs: int, killed_after: int | None = None) -> tuple[Any, Any]:
        model, evaluations = network(arrays), itertools.count()

        def loss_fn(prediction: Any, target: Any) -> Any:
            if next(evaluations) == killed_after:
                raise Killed("the process was killed")
            return torch.nn.functional.mse_loss(prediction, target)

        options = {"SGD": {"momentum": 0.9}, "Adam": {}}[case["optimizer"]]
        optimizer = getattr(torch.optim, case["optimizer"])(model.parameters(), lr=case["lr"], **options)
        try:
            return answer(model, loss_fn, optimizer, *tensors(case["X"], case["y"]), epochs, path), model
        except pickle.UnpicklingError as error:
            # torch's own message advises to trust the file, in several lines
            refused = CheckpointRefused("torch.load accepts tensors, numbers and containers")
            raise refused.with_traceback(error.__traceback__) from None

    with tempfile.TemporaryDirectory() as folder, quiet():
        path = str(Path(folder) / "checkpoint.pt")
        try:
            first, _ = run(case["weights"], path, case["killed after"] + 1, case["killed after"])
        except Killed:
            saved = Path(path).exists()
        else:
            if first is None:
                return None
            raise RuntimeError("the first run should have called loss_fn once an epoch, but was done before it was killed")
        result, model = run(case["weights of the second run"], path, case["epochs"])
    return {"a file was saved": saved} | losses(result) | weights_of(model)


@with_torch
def drive_complete(answer: Callable, case: Case) -> Any:
    """Run all of it, from arrays to a prediction, with numbers that do not depend on what torch has drawn before."""
    import torch

    # weights that are left as they begin are then known, and can be told from others
    with quiet(), torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        result = answer(case["x"], case["y"], case["lr"], case["epochs"])
    if result is None:
        return None
    require("a tuple (w, b, losses, prediction)", isinstance(result, (tuple, list)) and len(result) == 4, result)
    w, b, history, prediction = result
    return {"w": plain(w), "b": plain(b), **losses(history), "the prediction at x = 10": plain(prediction)}
