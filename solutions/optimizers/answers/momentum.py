"""Right answers in other styles."""

import numpy as np


class MomentumListOfBuffers:
    def __init__(self, params, lr, momentum):
        self.params, self.lr, self.momentum = params, lr, momentum
        self.buffers = [np.zeros_like(p.data) for p in params]

    def step(self):
        for p, b in zip(self.params, self.buffers):
            if p.grad is not None:
                b *= self.momentum
                b += p.grad
                p.data -= self.lr * b


class MomentumBufferByParameter:
    def __init__(self, params, lr, momentum):
        self.params = list(params)
        self.lr = lr
        self.mu = momentum
        self.buffer = {}

    def step(self):
        for p in self.params:
            if p.grad is None:
                continue
            if p in self.buffer:
                self.buffer[p] = self.mu * self.buffer[p] + p.grad
            else:
                self.buffer[p] = p.grad.copy()
            p.data = p.data - self.lr * self.buffer[p]


class MomentumEntryByEntry:
    def __init__(self, params, lr, momentum):
        self.params, self.lr, self.momentum = params, lr, momentum
        self.b = [0.0] * len(params)

    def step(self):
        for i in range(len(self.params)):
            p = self.params[i]
            if p.grad is None:
                continue
            self.b[i] = p.grad + self.b[i] * self.momentum
            for index in np.ndindex(p.data.shape):
                p.data[index] = p.data[index] - self.b[i][index] * self.lr


class MomentumWithTorch:
    def __init__(self, params, lr, momentum):
        import torch

        self.params, self.lr, self.momentum = params, lr, momentum
        self.buffers = [torch.zeros(p.data.shape, dtype=torch.float64) for p in params]

    def step(self):
        import torch

        for p, b in zip(self.params, self.buffers):
            if p.grad is not None:
                b.mul_(self.momentum).add_(torch.from_numpy(p.grad))
                torch.from_numpy(p.data).sub_(b, alpha=self.lr)
