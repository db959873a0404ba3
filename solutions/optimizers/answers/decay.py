"""Right answers in other styles."""

import numpy as np


def on_paper(w, lr, weight_decay):
    shrunk = w - lr * weight_decay * w
    return [shrunk, w - lr if w > 0 else w + lr, shrunk]


def rounded(w, lr, weight_decay):
    return tuple(round(value, 5) for value in (w * (1 - lr * weight_decay), w - lr * np.sign(w), w * (1 - lr * weight_decay)))


def with_torch(w, lr, weight_decay):
    import torch

    after = []
    for algorithm in (torch.optim.SGD, torch.optim.Adam, torch.optim.AdamW):
        p = torch.tensor([w], dtype=torch.float64, requires_grad=True)
        p.grad = torch.zeros(1, dtype=torch.float64)
        algorithm([p], lr=lr, weight_decay=weight_decay).step()
        after.append(p.item())
    return after
