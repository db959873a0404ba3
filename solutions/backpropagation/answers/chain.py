"""Right answers in other styles."""

import numpy as np


def step_by_step(w, x, y):
    z = w * x
    e = z - y
    de = 2 * e
    dz = de * 1
    dw = dz * x
    return e**2, de, dz, dw


def from_the_formula(w, x, y):
    return (w * x - y) ** 2, 2 * w * x - 2 * y, 2 * (w * x - y), 2 * w * x**2 - 2 * x * y


def as_an_array(w, x, y):
    e = w * x - y
    return np.concatenate([[e * e], 2 * e * np.array([1, 1, x])])


def with_torch(w, x, y):
    import torch

    w, x, y = (torch.tensor(value, dtype=torch.float64) for value in (w, x, y))
    e = w * x - y
    return (e**2).item(), (2 * e).item(), (2 * e).item(), (2 * e * x).item()
