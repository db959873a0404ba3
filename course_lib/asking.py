"""How the process of a notebook that is being graded asks the grader: for the inputs of a question, for a student's data.

Whoever runs the notebook puts its line to the grader here. In a student's own notebook there is none.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

grader: Callable[[dict[str, Any]], Any] | None = None
