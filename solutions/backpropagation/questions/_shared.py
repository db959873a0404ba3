"""What the problem set on backpropagation expects, and the mistakes it knows."""

from __future__ import annotations

import numpy as np

from course_lib.autodiff import Tensor, mse_loss

from course_lib.autodiff.tensor import topological_order

from course_lib.checks.declaration import Case, Question

from course_lib.checks.gradient_descent import moved_back

from course_lib.problems import Problem

from course_lib.problems import numerical_gradient as central_differences


# the derivatives are to be worked out by hand: torch may compute, but not differentiate
DIFFERENTIATION = (
    "course_lib.autodiff",
    "course_lib.problems",
    "course_lib.checks.answers",
    "torch.autograd.graph._engine_run_backward",
)


def parameters(*values: float | np.ndarray) -> list[Tensor]:
    return [Tensor(value, requires_grad=True) for value in values]
