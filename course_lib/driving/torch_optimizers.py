"""Driving functions that make an optimizer of torch.optim: what is observed is where it moves parameters, or which options it holds for each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from course_lib.driving.calls import Case
from course_lib.driving.torch_models import network, require, tensors, with_torch


@with_torch
def drive_settings(answer: Callable, case: Case) -> Any:
    """Where an optimizer that is asked for by name, with its settings, leads two parameters."""
    import torch

    params = [torch.nn.Parameter(tensor) for tensor in tensors(*[array.copy() for array in case["params"]])]
    optimizer = answer(case["name"], params, case["lr"], case["memory"], case["weight_decay"])
    if optimizer is None:
        return None
    require("an optimizer", isinstance(optimizer, torch.optim.Optimizer), optimizer)
    path = [[p.detach().numpy().copy() for p in params]]
    for gradients in case["gradients"]:
        for p, g in zip(params, tensors(*gradients), strict=True):
            p.grad = g.clone()
        optimizer.step()
        path.append([p.detach().numpy().copy() for p in params])
    moves = {f"params[{i}] after each step": np.array(steps) for i, steps in enumerate(zip(*path, strict=True))}
    return {"class": type(optimizer).__name__} | moves


@with_torch
def drive_groups(answer: Callable, case: Case) -> Any:
    """Which options each parameter of the model gets, however they are grouped."""
    import torch

    model = network(case["weights"])
    optimizer = answer(model, case["lr"], case["head_lr"], case["weight_decay"])
    if optimizer is None:
        return None
    require("an optimizer", isinstance(optimizer, torch.optim.Optimizer), optimizer)
    options = {
        id(p): {"lr": group["lr"], "weight_decay": group["weight_decay"]}
        for group in optimizer.param_groups
        for p in group["params"]
    }
    named = {f"model {name}": id(p) for name, p in model.named_parameters()}
    return {
        "class": type(optimizer).__name__,
        "parameters in no group": [name for name, p in named.items() if p not in options],
        "parameters that are not the model's": len(options.keys() - named.values()),
    } | {name: options.get(p) for name, p in named.items()}
