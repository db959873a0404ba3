from __future__ import annotations

from hypothesis import strategies as st

from .parity import (
    against_torch,
)

OPTIONS = st.fixed_dictionaries(
    {},
    optional={
        "lr": st.sampled_from([1e-3, 0.1, 1.0, 0.0, 0.0123]),
        "rho": st.sampled_from([0.9, 0.99, 0.4, 0.0, 1.0]),
        "eps": st.sampled_from([1e-6, 1e-3, 1.0]),
        "weight_decay": st.sampled_from([0, 0.01, 0.5]),
        "maximize": st.booleans(),
    },
)


TestAgainstTorch = against_torch(
    "Adadelta",
    OPTIONS,
    rejected=[
        ("lr", -0.1),
        ("lr", "0.1"),
        ("lr", None),
        ("lr", float("nan")),
        ("rho", -0.1),
        ("rho", 1.1),
        ("eps", -1e-08),
        ("eps", float("nan")),
        ("weight_decay", -0.1),
    ],
    rejected_by_ours=[
        ("lr", float("inf"), ValueError),
        ("lr", True, TypeError),
    ],
)
