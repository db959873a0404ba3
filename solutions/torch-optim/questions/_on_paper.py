"""SGD on a single number, as one reckons it on paper: a student's own numbers, and where torch leads them."""

from __future__ import annotations

import numpy as np

from course_lib.checks.declaration import Case

# five digits, whether significant ones or places: 1.0000 may stand for 1.00005; also for who lets torch compute in float32
FIVE_DIGITS = {"rtol": 5e-5, "atol": 1e-5}


def by_torch(p, gradients, **options):
    """Where torch.optim.SGD leads a parameter through these gradients: its value after each step."""
    import torch

    parameter = torch.tensor([p], dtype=torch.float64)
    optimizer = torch.optim.SGD([parameter], **options)
    path = []
    for g in gradients:
        parameter.grad = torch.tensor([g], dtype=torch.float64)
        optimizer.step()
        path.append(parameter.item())
    return path


def personal_data(rng: np.random.Generator, **options: list[float]) -> list[Case]:
    """Numbers that are easy to reckon with: the parameter, three gradients of mixed signs, and the options."""
    signs = rng.choice([[1, -1, 1], [1, 1, -1], [-1, 1, 1], [-1, -1, 1]])
    sizes = rng.permutation([2.0, 4.0, 6.0, 8.0, 12.0])[:3]
    return [
        {
            "p": float(rng.choice([-1, 1]) * rng.integers(2, 10)),
            "gradients": [float(g) for g in signs * sizes],
            "lr": 0.1,
            **{name: float(rng.choice(values)) for name, values in options.items()},
        }
    ]
