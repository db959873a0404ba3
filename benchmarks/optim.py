"""Time of a step of each optimizer, as a multiple of torch's.

Both run in turn, in one process and on one thread. A ratio is one of medians; below 1, ours is faster. The first table is
of a single parameter, by its size, torch without foreach; a method that treats a matrix in another way than a vector is
timed on a square one, too. The second is of many small parameters, against each of torch's implementations: the loop over
parameters, foreach and fused.
"""

from __future__ import annotations

import argparse
import gc
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from inspect import signature
from statistics import median
from time import perf_counter
from typing import Any

os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"  # NumPy reads it when it is imported

import numpy as np
import torch

import course_lib.optim
from course_lib.optim import Parameter

VARIANTS: dict[str, list[dict[str, Any]]] = {
    "SGD": [{}, {"momentum": 0.9}, {"momentum": 0.9, "nesterov": True, "weight_decay": 0.01}],
    "RMSprop": [{}, {"centered": True, "momentum": 0.9}],
    "Adam": [{}, {"amsgrad": True, "weight_decay": 0.01}],
    "LBFGS": [{"max_iter": 4, "history_size": 5}],
}
SIZES = [10**k for k in range(2, 8)]
MATRICES = {"Muon": [True], "Adafactor": [False, True]}  # Muon takes nothing else; Adafactor factors only matrices
LARGEST = {"Muon": 10**6}  # the table says why
WIDTH = 54
SMALL_PARAMETERS, SMALL_SIZE = 500, 10
IMPLEMENTATIONS: dict[str, dict[str, bool]] = {"loop": {"foreach": False}, "foreach": {"foreach": True}, "fused": {"fused": True}}


def variants(name: str) -> Iterator[tuple[dict[str, Any], bool, bool]]:
    """Options of an optimizer, whether its parameter is a matrix, and whether torch works in bfloat16."""
    for options in VARIANTS.get(name, [{}]):
        for matrix in MATRICES.get(name, [False]):
            yield options, matrix, False
            if name == "Muon":
                yield options, matrix, True


@contextmanager
def same_precision() -> Iterator[None]:
    """Takes out the one cast of torch's optimizers, that of Muon to bfloat16."""
    original = torch.Tensor.bfloat16
    torch.Tensor.bfloat16 = torch.Tensor.clone
    try:
        yield
    finally:
        torch.Tensor.bfloat16 = original


def steps(name: str, options: dict[str, Any], size: int, dtype: Any, matrix: bool) -> list[Callable[[], Any]]:
    """A step of our optimizer and one of torch's, each of a single parameter with a gradient."""
    shape = (int(size**0.5), size // int(size**0.5)) if matrix else (size,)
    rng = np.random.default_rng(0)
    data, grad = rng.normal(size=shape).astype(dtype), rng.normal(size=shape).astype(dtype)
    p, tensor = Parameter(data.copy()), torch.tensor(data, requires_grad=True)
    p.grad, tensor.grad = grad, torch.tensor(grad)
    theirs = getattr(torch.optim, name)
    foreach = {"foreach": False} if "foreach" in signature(theirs).parameters else {}
    optimizers = [getattr(course_lib.optim, name)([p], **options), theirs([tensor], **options, **foreach)]
    if name != "LBFGS":
        return [optimizer.step for optimizer in optimizers]

    # LBFGS computes gradients as it goes, here of a quadratic function, and each time from the same start and without a history: with
    # the one from before, rounding decides after hundreds of steps which of the two stops early
    ours, torchs = optimizers
    curvature = 1 + rng.random(size).astype(dtype)
    start, curvatures = torch.tensor(data), torch.tensor(curvature)

    def our_closure() -> float:
        p.grad = curvature * p.data
        return float(p.data @ p.grad) / 2

    def their_closure() -> float:
        tensor.grad = curvatures * tensor.detach()
        return float(tensor.detach() @ tensor.grad) / 2

    def our_step() -> None:
        p.data[...] = data
        ours.state.clear()
        ours.step(our_closure)

    def their_step() -> None:
        tensor.data.copy_(start)
        torchs.state.clear()
        torchs.step(their_closure)

    return [our_step, their_step]


def steps_of_many(name: str, options: dict[str, Any], dtype: Any) -> dict[str, Callable[[], Any]]:
    """A step on many small parameters of our optimizer, and of each of torch's implementations that there is."""
    rng = np.random.default_rng(0)
    arrays = rng.normal(size=(SMALL_PARAMETERS, 2, SMALL_SIZE)).astype(dtype)
    params = [Parameter(data.copy()) for data, _ in arrays]
    for p, (_, grad) in zip(params, arrays, strict=True):
        p.grad = grad.copy()
    found = {"ours": getattr(course_lib.optim, name)(params, **options).step}
    theirs = getattr(torch.optim, name)
    for implementation, switch in IMPLEMENTATIONS.items():
        if not switch.keys() <= signature(theirs).parameters.keys():
            continue
        tensors = [torch.tensor(data, requires_grad=True) for data, _ in arrays]
        for tensor, (_, grad) in zip(tensors, arrays, strict=True):
            tensor.grad = torch.tensor(grad)
        found[implementation] = theirs(tensors, **options, **switch).step
    return found


def ratio(functions: list[Callable[[], Any]], seconds: float) -> float:
    """Median time of the first function over that of the second, called in turn for about `seconds`."""
    first, second = medians(functions, seconds)
    return first / second


def medians(functions: list[Callable[[], Any]], seconds: float) -> list[float]:
    """Median time of each function, called in turn for about `seconds`."""
    times: list[list[float]] = [[] for _ in functions]
    for function in functions:  # state is made at the first call
        function()
    gc.disable()
    end = perf_counter() + seconds
    while len(times[0]) < 9 or perf_counter() < end:
        for function, measured in zip(functions, times, strict=True):
            start = perf_counter()
            function()
            measured.append(perf_counter() - start)
    gc.enable()
    return [median(measured) for measured in times]


def is_torchs(name: str) -> bool:
    """Whether torch has this optimizer, too."""
    return name != "Optimizer" and hasattr(torch.optim, name)


def compare_on_small_parameters(dtype: str, seconds: float) -> None:
    """Print the second table."""
    print(f"\n{SMALL_PARAMETERS} parameters of {SMALL_SIZE} entries, ours / torch's; {dtype}, by torch's implementation")
    print(f"{'':{WIDTH}}" + "".join(f"{implementation:>9}" for implementation in IMPLEMENTATIONS))
    for name in course_lib.optim.__all__:
        if not is_torchs(name) or name in ("LBFGS", "Muon"):  # one works on all at once as it is, the other on matrices
            continue
        for options in VARIANTS.get(name, [{}]):
            label = ", ".join([name, *(f"{option}={value}" for option, value in options.items())])
            functions = steps_of_many(name, options, dtype)
            times = dict(zip(functions, medians([*functions.values()], seconds), strict=True))
            cells = [f"{times['ours'] / times[i]:9.2f}" if i in times else f"{'-':>9}" for i in IMPLEMENTATIONS]
            print(f"{label:{WIDTH}}" + "".join(cells), flush=True)
    print("-: torch has no such implementation.")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer repetitions, and only up to 10^5 parameters")
    parser.add_argument("--dtype", choices=["float32", "float64"], default="float64")
    arguments = parser.parse_args()
    sizes = SIZES[:4] if arguments.quick else SIZES
    seconds = 0.05 if arguments.quick else 0.5
    torch.set_num_threads(1)

    print(f"Time of a step, ours / torch's; {arguments.dtype}, by number of parameters")
    print(f"{'':{WIDTH}}" + "".join(f"{f'10^{len(str(size)) - 1}':>7}" for size in sizes))
    ratios: dict[int, list[float]] = {size: [] for size in sizes}
    for name in course_lib.optim.__all__:
        if not is_torchs(name):
            continue
        for options, matrix, cast in variants(name):
            label = ", ".join([name, *(f"{option}={value}" for option, value in options.items())])
            label += ", of a matrix" * matrix + ", torch in bfloat16" * cast
            print(f"{label:{WIDTH}}", end="", flush=True)
            for size in sizes:
                if size > LARGEST.get(name, size):
                    print(f"{'-':>7}", end="")
                    continue
                with nullcontext() if cast else same_precision():
                    measured = ratio(steps(name, options, size, arguments.dtype, matrix), seconds)
                if not cast:
                    ratios[size].append(measured)
                print(f"{measured:7.2f}", end="", flush=True)
            print()
    print(f"{'largest':{WIDTH}}" + "".join(f"{max(ratios[size]):7.2f}" for size in sizes))
    print("Muon's time is that of products of matrices. torch rounds them to bfloat16, ours keep the precision of the")
    print("parameter. The row that counts has torch's cast taken out; the one with it is not among the largest.")
    if any(size > largest for size in sizes for largest in LARGEST.values()):
        print("-: a step of Muon on 10^7 parameters, 15 products of matrices of 3162 rows, takes too long to repeat.")
    compare_on_small_parameters(arguments.dtype, seconds)


if __name__ == "__main__":
    main()
