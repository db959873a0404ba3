from __future__ import annotations

from hypothesis import strategies as st

from .parity import (
    BETAS,
    against_torch,
)

OPTIONS = st.fixed_dictionaries(
    {},
    optional={
        "lr": st.sampled_from([1e-3, 0.1, 1.0, 0.0, 0.0123]),
        "betas": BETAS,
        "eps": st.sampled_from([1e-8, 1e-3, 1.0, 0.0]),
        "weight_decay": st.sampled_from([0, 0.01, 0.5]),
        "momentum_decay": st.sampled_from([4e-3, 0.5, 0.0]),
        "decoupled_weight_decay": st.booleans(),
        "maximize": st.booleans(),
    },
)


TestAgainstTorch = against_torch(
    "NAdam",
    OPTIONS,
    rejected=[
        ("lr", -0.1),
        ("lr", "0.1"),
        ("lr", None),
        ("lr", float("nan")),
        ("betas", (1.0, 0.999)),
        ("betas", (0.9, 1.0)),
        ("betas", (-0.1, 0.999)),
        ("betas", 0.9),
        ("eps", -1e-08),
        ("eps", float("nan")),
        ("weight_decay", -0.1),
        ("momentum_decay", -0.1),
    ],
    rejected_by_ours=[
        ("lr", float("inf"), ValueError),
        ("lr", True, TypeError),
        ("betas", (0.9, 0.99, 0.999), ValueError),
    ],
)
