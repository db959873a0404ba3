"""Right answers in other styles."""

import numpy as np


def clamped(lr, lr_min, T_max, epochs):
    t = np.minimum(np.arange(epochs), T_max)
    return lr_min + (lr - lr_min) * (1 + np.cos(np.pi * t / T_max)) / 2


def loop_with_if(lr, lr_min, T_max, epochs):
    import math

    rates = []
    for t in range(epochs):
        if t < T_max:
            rates.append(lr_min + 0.5 * (lr - lr_min) * (1 + math.cos(math.pi * t / T_max)))
        else:
            rates.append(lr_min)
    return rates


def squared_cosine(lr, lr_min, T_max, epochs):
    half_angle = np.pi / 2 * np.clip(np.arange(epochs) / T_max, 0, 1)
    return lr * np.cos(half_angle) ** 2 + lr_min * np.sin(half_angle) ** 2


def with_torch(lr, lr_min, T_max, epochs):
    import torch

    t = torch.arange(epochs, dtype=torch.float64).clamp(max=T_max)
    return (lr_min + (lr - lr_min) * (1 + torch.cos(torch.pi * t / T_max)) / 2).tolist()
