from __future__ import annotations

from inspect import Parameter as Argument
from inspect import getdoc, signature

import numpy as np
import pytest
import torch

import course_lib.optim
from course_lib.optim import Parameter

ALGORITHMS = [name for name in course_lib.optim.__all__ if name not in ("Parameter", "Optimizer")]
NOT_IN_TORCH = ["Lion", "ScheduleFreeSGD", "ScheduleFreeAdamW"]
TORCHS = [name for name in ALGORITHMS if name not in NOT_IN_TORCH]
LEFT_OUT = {"foreach", "fused", "capturable", "differentiable"}


@pytest.mark.parametrize("name", TORCHS)
def test_arguments_are_torchs_in_name_order_and_default(name):
    ours = signature(getattr(course_lib.optim, name)).parameters
    theirs = signature(getattr(torch.optim, name)).parameters
    kept = {argument: p for argument, p in theirs.items() if argument not in LEFT_OUT}
    positional = [argument for argument, p in kept.items() if p.kind is Argument.POSITIONAL_OR_KEYWORD]
    assert [*ours][: len(positional)] == positional
    assert {argument: p.default for argument, p in ours.items()} == {a: p.default for a, p in kept.items()}


@pytest.mark.parametrize("name", TORCHS)
def test_a_position_means_the_same_argument_in_both(name):
    theirs = list(signature(getattr(torch.optim, name)).parameters.items())
    for i, (argument, p) in enumerate(signature(getattr(course_lib.optim, name)).parameters.items()):
        if p.kind is Argument.POSITIONAL_OR_KEYWORD:
            assert theirs[i][0] == argument
            assert theirs[i][1].kind is p.kind


@pytest.mark.parametrize("name", TORCHS)
def test_groups_hold_torchs_options(name):
    array = np.zeros((2, 2))
    ours = getattr(course_lib.optim, name)([Parameter(array)])
    theirs = getattr(torch.optim, name)([torch.tensor(array, requires_grad=True)])
    expected = {option: value for option, value in theirs.defaults.items() if option not in LEFT_OUT}
    assert ours.defaults == expected
    assert {k: v for k, v in ours.param_groups[0].items() if k != "params"} == expected


@pytest.mark.parametrize("name", ALGORITHMS)
def test_documented_in_full(name):
    algorithm = getattr(course_lib.optim, name)
    assert algorithm.__module__ == f"course_lib.optim.{name.lower()}"
    text = getdoc(algorithm)
    places = [text.index(f"\n{section}\n---") for section in ["Parameters", "Raises", "Notes", "References", "Examples"]]
    assert places == sorted(places)
    assert ".. math::" in text
    for argument in signature(algorithm).parameters:
        assert f"\n{argument} : " in text


def test_there_are_all_dense_algorithms_of_torch():
    theirs = {
        name for name, value in vars(torch.optim).items() if isinstance(value, type) and issubclass(value, torch.optim.Optimizer)
    }
    assert set(TORCHS) == theirs - {"Optimizer", "SparseAdam"}
