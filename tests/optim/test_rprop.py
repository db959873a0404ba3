from __future__ import annotations

from hypothesis import strategies as st

from .parity import (
    against_torch,
)

OPTIONS = st.fixed_dictionaries(
    {},
    optional={
        "lr": st.sampled_from([1e-3, 0.1, 1.0, 0.0, 0.0123]),
        "etas": st.sampled_from([(0.5, 1.2), (0.9, 2.0), (0.1, 1.001)]),
        "step_sizes": st.sampled_from([(1e-6, 50), (0.01, 0.2), (0.0, 1e3)]),
        "maximize": st.booleans(),
    },
)


TestAgainstTorch = against_torch(
    "Rprop",
    OPTIONS,
    rejected=[
        ("lr", -0.1),
        ("lr", "0.1"),
        ("lr", None),
        ("lr", float("nan")),
        ("etas", (1.2, 0.5)),
        ("etas", (0.0, 1.2)),
        ("etas", 0.5),
    ],
    rejected_by_ours=[
        ("lr", float("inf"), ValueError),
        ("lr", True, TypeError),
        ("step_sizes", (50, 1e-6), ValueError),
    ],
)
