"""Right answers in other styles."""

import numpy as np


def on_paper(p, gradients, lr, momentum, dampening):
    b, after = gradients[0], [p - lr * gradients[0]]
    for g in gradients[1:]:
        b = momentum * b + (1 - dampening) * g
        after.append(after[-1] - lr * b)
    return after


def with_torch(p, gradients, lr, momentum, dampening):
    import torch

    w = torch.tensor(p, requires_grad=True)
    optimizer = torch.optim.SGD([w], lr=lr, momentum=momentum, dampening=dampening)
    after = []
    for g in gradients:
        optimizer.zero_grad()
        (g * w).backward()
        optimizer.step()
        after.append(w.item())
    return after


def five_digits(p, gradients, lr, momentum, dampening):
    b1 = gradients[0]
    b2 = momentum * b1 + (1 - dampening) * gradients[1]
    b3 = momentum * b2 + (1 - dampening) * gradients[2]
    return tuple(np.float64(f"{p - lr * b:.5g}") for b in (b1, b1 + b2, b1 + b2 + b3))
