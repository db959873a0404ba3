from __future__ import annotations

from hypothesis import strategies as st

from .parity import (
    against_torch,
)

OPTIONS = st.fixed_dictionaries(
    {},
    optional={
        "lr": st.sampled_from([1e-3, 0.1, 1.0, 0.0, 0.0123]),
        "lambd": st.sampled_from([1e-4, 0.1, 0.0]),
        "alpha": st.sampled_from([0.75, 0.5, 1.0, 0]),
        "t0": st.sampled_from([1e6, 0, 3, 50.0]),
        "weight_decay": st.sampled_from([0, 0.01, 0.5]),
        "maximize": st.booleans(),
    },
)


TestAgainstTorch = against_torch(
    "ASGD",
    OPTIONS,
    rejected=[
        ("lr", -0.1),
        ("lr", "0.1"),
        ("lr", None),
        ("lr", float("nan")),
        ("weight_decay", -0.1),
    ],
    rejected_by_ours=[
        ("lr", float("inf"), ValueError),
        ("lr", True, TypeError),
        ("lambd", -0.1, ValueError),
        ("t0", float("nan"), ValueError),
    ],
)
