"""Reverse-mode automatic differentiation on NumPy arrays, small enough to read in one sitting.

Begin with `tensor`; `functional` builds losses on it.
"""

from course_lib.autodiff.computation_graph import Graph, graph
from course_lib.autodiff.finite_differences import gradient_check
from course_lib.autodiff.functional import cross_entropy, log_softmax, mse_loss
from course_lib.autodiff.tensor import Tensor, no_grad

__all__ = [
    "Graph",
    "Tensor",
    "cross_entropy",
    "gradient_check",
    "graph",
    "log_softmax",
    "mse_loss",
    "no_grad",
]
