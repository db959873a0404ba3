from __future__ import annotations

from hypothesis import strategies as st

from .parity import (
    against_torch,
)

OPTIONS = st.fixed_dictionaries(
    {},
    optional={
        "lr": st.sampled_from([1e-3, 0.1, 1.0, 0.0, 0.0123]),
        "lr_decay": st.sampled_from([0, 0.1, 1e-3]),
        "weight_decay": st.sampled_from([0, 0.01, 0.5]),
        "initial_accumulator_value": st.sampled_from([0, 0.1, 3.0]),
        "eps": st.sampled_from([1e-10, 1e-3, 1.0, 0.0]),
        "maximize": st.booleans(),
    },
)


TestAgainstTorch = against_torch(
    "Adagrad",
    OPTIONS,
    rejected=[
        ("lr", -0.1),
        ("lr", "0.1"),
        ("lr", None),
        ("lr", float("nan")),
        ("lr_decay", -0.1),
        ("weight_decay", -0.1),
        ("initial_accumulator_value", -1.0),
        ("eps", -1e-08),
        ("eps", float("nan")),
    ],
    rejected_by_ours=[
        ("lr", float("inf"), ValueError),
        ("lr", True, TypeError),
    ],
)
