from __future__ import annotations

from hypothesis import strategies as st

from .parity import (
    against_torch,
)

# options that go together: nesterov asks for momentum and no dampening
COMMON = {
    "lr": st.sampled_from([1e-3, 0.1, 1.0, 0.0, 0.0123]),
    "weight_decay": st.sampled_from([0, 0.01, 0.5]),
    "maximize": st.booleans(),
}
PLAIN = st.fixed_dictionaries(
    {"nesterov": st.just(False)},
    optional={
        **COMMON,
        "momentum": st.sampled_from([0, 0.5, 0.9, 1.0]),
        "dampening": st.sampled_from([0, 0.1, 0.9, 1]),
    },
)
NESTEROV = st.fixed_dictionaries(
    {"nesterov": st.just(True), "momentum": st.sampled_from([0.5, 0.9]), "dampening": st.just(0)},
    optional=COMMON,
)
OPTIONS = PLAIN | NESTEROV


TestAgainstTorch = against_torch(
    "SGD",
    OPTIONS,
    rejected=[
        ("lr", -0.1),
        ("lr", "0.1"),
        ("lr", None),
        ("weight_decay", -0.1),
        ("momentum", -0.1),
    ],
    rejected_by_ours=[
        ("lr", float("nan"), ValueError),
        ("lr", float("inf"), ValueError),
        ("lr", True, TypeError),
        ("dampening", float("nan"), ValueError),
    ],
)
