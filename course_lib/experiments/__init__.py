"""Runs, repetitions over seeds, fair comparisons, the sources' worked examples, and the claims made from them."""

from course_lib.experiments.comparing import Comparison, EdgeOfGrid, compare, final_loss, first_below, repeat
from course_lib.experiments.runs import run

__all__ = ["Comparison", "EdgeOfGrid", "compare", "final_loss", "first_below", "repeat", "run"]
