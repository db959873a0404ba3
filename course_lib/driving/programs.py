"""Computing with the numbers of a class that an answer is: one that notes its operations and sends gradients back."""

from __future__ import annotations

from typing import Any

from course_lib.driving.calls import Case


def run_program(Value: Any, case: Case) -> dict[str, Any]:
    """Run the program of a case on values of the class, send the loss back, and see what gradients there are."""
    leaves = {name: Value(case[name]) for name in "abc"}
    for _ in range(case["times"]):
        scope = dict(leaves)
        exec(case["program"], {}, scope)
        scope["loss"].backward()
    used = [name for name in leaves if name in case["program"]]
    return {"loss.data": scope["loss"].data, **{f"{name}.grad": leaves[name].grad for name in used}}
