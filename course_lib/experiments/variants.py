"""Other machines on this one: the same claims with other last digits.

A `Variant` is a setting that changes how results are rounded and nothing else. What a processor changes is chosen in
the environment before NumPy is loaded, so each variant needs a process of its own.

- A *kernel* is the code that OpenBLAS multiplies matrices with, which it picks by the processor; ``OPENBLAS_CORETYPE``
  picks another.
- ``dispatch`` takes from NumPy, and from torch, the instructions that not every processor has.
- ``noise`` multiplies every gradient by :math:`1 + 10^{-13} u`, u from -1 to 1, for the machines that are not here.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache, wraps
from importlib import import_module
from typing import Any

import numpy as np

from course_lib.autodiff import Tensor
from course_lib.problems import Problem

# from the least to the most a processor must be able to do, for each kind of processor
KERNELS = {
    "x86_64": ("Prescott", "Nehalem", "Sandybridge", "Haswell", "SkylakeX"),
    "aarch64": ("ARMV8", "CORTEXA57", "NEOVERSEN1", "NEOVERSEV1"),
}
KERNELS |= {"AMD64": KERNELS["x86_64"], "arm64": KERNELS["aarch64"]}
NOISE = 1e-13


@dataclass(frozen=True)
class Variant:
    """A way of rounding.

    Attributes
    ----------
    name : str
        "as it is", a kernel, "dispatch" or "noise"; several that are joined with "+" apply together.
    environment : mapping of str to str
        What must be set before NumPy is loaded.
    noise : bool
        Whether `add_noise` must be called.
    """

    name: str
    environment: Mapping[str, str] = field(default_factory=dict)
    noise: bool = False

    def __add__(self, other: Variant) -> Variant:
        return Variant(f"{self.name}+{other.name}", {**self.environment, **other.environment}, self.noise or other.noise)


@cache
def kernels() -> dict[str, str]:
    """The kernels that this processor can run: by the name to ask for, the name of what then runs.

    Each name is tried in a process of its own, because a kernel that the processor cannot run ends it.
    Empty if NumPy's BLAS is not OpenBLAS. Names that bring the same kernel are listed once.
    """
    candidates = KERNELS.get(platform.machine(), ())
    with ThreadPoolExecutor(2) as pool:
        running = list(pool.map(_kernel_that_runs, candidates))
    found: dict[str, str] = {}
    for name, kernel in zip(candidates, running, strict=True):
        if kernel and kernel not in found.values():
            found[name] = kernel
    return found


PROBE = """
import json, sys, numpy, threadpoolctl
for dtype in ("f4", "f8"):
    a = numpy.arange(90_000).reshape(300, 300).astype(dtype)
    a @ a, a @ a[0], a[0] @ a[0], numpy.linalg.solve(a + 1e6 * numpy.eye(300, dtype=dtype), a[0])
json.dump([i.get("architecture") for i in threadpoolctl.threadpool_info() if i["internal_api"] == "openblas"], sys.stdout)
"""


def _kernel_that_runs(name: str) -> str | None:
    """What OpenBLAS runs when asked for a kernel; None if it crashes or there is no OpenBLAS."""
    done = subprocess.run(
        [sys.executable, "-c", PROBE], env={**os.environ, "OPENBLAS_CORETYPE": name}, capture_output=True, text=True
    )
    running = json.loads(done.stdout) if done.returncode == 0 else []
    return running[0] if running else None


def dispatched() -> str:
    """The names of the instruction sets that NumPy uses where a processor has them, as it wants them to be disabled."""
    umath: Any = import_module("numpy._core._multiarray_umath")
    return " ".join(feature for feature in umath.__cpu_dispatch__ if umath.__cpu_features__[feature])


@cache
def variants() -> dict[str, Variant]:
    """Every variant of this machine by name; a kernel before those that need a better processor."""
    lowered = {
        "NPY_DISABLE_CPU_FEATURES": dispatched(),
        # torch's own loops, oneDNN and MKL
        "ATEN_CPU_CAPABILITY": "default",
        "ONEDNN_MAX_CPU_ISA": "SSE41",
        "MKL_ENABLE_INSTRUCTIONS": "SSE4_2",
    }
    return {
        variant.name: variant
        for variant in (
            Variant("as-it-is"),
            *(Variant(name, {"OPENBLAS_CORETYPE": name}) for name in kernels()),
            Variant("dispatch", lowered),
            Variant("noise", noise=True),
        )
    }


def find_variant(name: str) -> Variant:
    """The variant called `name`, or several together: "Nehalem+noise".

    Raises
    ------
    KeyError
        If there is none, or this processor cannot run the kernel.
    """
    parts = name.split("+")
    if unknown := [part for part in parts if part not in variants()]:
        raise KeyError(
            f"no variant or kernel is called {unknown[0]!r} on this machine; there are: {', '.join(variants())}. "
            "Join with + what shall apply together, as in Nehalem+noise."
        )
    whole = variants()[parts[0]]
    for part in parts[1:]:
        whole = whole + variants()[part]
    return whole


# -- noise -------------------------------------------------------------------------------------------------------


def noisy(gradient: Any) -> Any:
    r"""`gradient` times :math:`1 + 10^{-13} u`, the u of each number uniform in ±1 and always the same for the same number.

    A machine that rounds otherwise does so every time; a run on it can be repeated to the last bit.
    """
    array = np.asarray(gradient)
    if array.dtype.kind != "f":
        return gradient
    # the digits of the mantissa behind the eighth, as good as random
    u = 2 * (np.frexp(array)[0] * 314159265.358979 % 1) - 1
    scale = max(NOISE, 2 * float(np.finfo(array.dtype).eps))
    return (array * (1 + scale * u)).astype(array.dtype)


def add_noise() -> None:
    """From now on, in this process, all gradients are `noisy`: of problems, of `course_lib.autodiff` and of torch.

    Methods are replaced, so that whoever does not ask for noise pays nothing for it.
    """
    for kind in _kinds(Problem):
        for name in {"gradient", "slope"} & set(vars(kind)):
            setattr(kind, name, _with_noise(vars(kind)[name]))
    accumulate = Tensor._accumulate
    Tensor._accumulate = lambda self, gradient: accumulate(self, noisy(gradient))  # type: ignore[method-assign]

    try:
        from torch.optim.optimizer import register_optimizer_step_pre_hook
    except ModuleNotFoundError:
        return

    def hook(optimizer: Any, arguments: Any, options: Any) -> None:
        for group in optimizer.param_groups:
            for p in group["params"]:
                if p.grad is not None and not p.grad.is_sparse:
                    p.grad.copy_(p.grad.new_tensor(noisy(p.grad.numpy())))

    register_optimizer_step_pre_hook(hook)


def _kinds(base: Any) -> Iterator[Any]:
    for kind in base.__subclasses__():
        yield kind
        yield from _kinds(kind)


def _with_noise(method: Any) -> Any:
    return wraps(method)(lambda *arguments, **options: noisy(method(*arguments, **options)))
