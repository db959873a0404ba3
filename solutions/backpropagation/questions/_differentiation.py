"""Differentiation by the library: what references do it with, and what answers must not call."""

from __future__ import annotations

import numpy as np

from course_lib.autodiff import Tensor

# the derivatives are to be worked out by hand: torch may compute, but not differentiate
DIFFERENTIATION = ("course_lib.autodiff", "course_lib.problems", "torch.autograd.graph._engine_run_backward")


def parameters(*values: float | np.ndarray) -> list[Tensor]:
    """Tensors that will have a gradient."""
    return [Tensor(value, requires_grad=True) for value in values]
