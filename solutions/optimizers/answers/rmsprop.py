"""Right answers in other styles."""

import numpy as np


class RMSpropInLists:
    def __init__(self, params, lr, alpha, eps):
        self.params, self.lr, self.alpha, self.eps = params, lr, alpha, eps
        self.averages = [np.zeros_like(p.data) for p in params]

    def step(self):
        for p, v in zip(self.params, self.averages):
            if p.grad is not None:
                v[...] = self.alpha * v + (1 - self.alpha) * p.grad**2
                p.data -= self.lr * p.grad / (np.sqrt(v) + self.eps)


class RMSpropByDifference:
    def __init__(self, params, lr, alpha, eps):
        self.params, self.lr, self.alpha, self.eps = params, lr, alpha, eps
        self.v = {p: np.zeros(p.data.shape) for p in params}

    def step(self):
        for p, v in self.v.items():
            if p.grad is None:
                continue
            v += (1 - self.alpha) * (p.grad * p.grad - v)
            p.data[...] = p.data - self.lr / (self.eps + v**0.5) * p.grad


class RMSpropInOneMethod:
    def __init__(self, params, lr, alpha, eps):
        self.lr = lr
        self.slots = [[p, 0.0] for p in params]
        self.settings = alpha, eps

    def step(self):
        alpha, eps = self.settings
        for slot in self.slots:
            p, v = slot
            if p.grad is None:
                continue
            slot[1] = v * alpha + np.multiply(p.grad, p.grad) * (1 - alpha)
            scaled = p.grad / (np.sqrt(slot[1]) + eps)
            p.data = np.subtract(p.data, self.lr * scaled)


class RMSpropWithTorch:
    def __init__(self, params, lr, alpha, eps):
        import torch

        self.params, self.lr, self.alpha, self.eps = params, lr, alpha, eps
        self.averages = [torch.zeros(p.data.shape, dtype=torch.float64) for p in params]

    def step(self):
        import torch

        for p, v in zip(self.params, self.averages):
            if p.grad is not None:
                g = torch.from_numpy(p.grad)
                v.mul_(self.alpha).addcmul_(g, g, value=1 - self.alpha)
                torch.from_numpy(p.data).addcdiv_(g, v.sqrt().add_(self.eps), value=-self.lr)
