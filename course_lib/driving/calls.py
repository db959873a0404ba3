"""Calling an answer that is a function."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

Case = dict[str, Any]
Driver = Callable[[Callable, Case], Any]
"""Runs an answer on a case. If it has an attribute ``prepare``, that is called before the time of the answer begins."""


def call(answer: Callable, case: Case) -> Any:
    """Run a function on a case: the values of the case in order are its arguments, whatever names the answer gives them."""
    return answer(*case.values())


@dataclass(frozen=True)
class Entries:
    """Call a function that returns a tuple of results, each of which earns its share: a dict that has each under its name."""

    names: list[str]

    def __call__(self, answer: Callable, case: Case) -> Any:
        result = call(answer, case)
        if result is None:
            return None
        several = isinstance(result, (tuple, list)) or (isinstance(result, np.ndarray) and result.ndim > 0)
        results = list(result) if several else [result]
        # too few lack a name, too many have none: either way the keys tell
        return dict(zip([*self.names, *(f"result {i + 1}" for i in range(len(self.names), len(results)))], results, strict=False))


def moved_back(answer: Callable, case: Case) -> Any:
    """Call the answer. An entry of w that it moved and moved back again may be off by a rounding: that is no change of w."""
    before = case["w"].copy()
    result = call(answer, case)
    if np.allclose(case["w"], before, rtol=1e-14, atol=1e-14):
        case["w"][...] = before
    return result
