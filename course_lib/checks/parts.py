"""Answers of several parts, each of which earns its share: a `Question` with ``parts=True`` observes a dict of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from course_lib.checks.declaration import Case, call


def entries(*names: str) -> Callable[[Callable, Case], Any]:
    """An `observe` for functions that return a tuple of results: what is observed is a dict that has each under its name."""

    def observe(answer: Callable, case: Case) -> Any:
        result = call(answer, case)
        if result is None:
            return None
        several = isinstance(result, (tuple, list)) or (isinstance(result, np.ndarray) and result.ndim > 0)
        results = list(result) if several else [result]
        # too few lack a name, too many have none: either way the keys tell
        return dict(zip([*names, *(f"result {i + 1}" for i in range(len(names), len(results)))], results, strict=False))

    return observe
