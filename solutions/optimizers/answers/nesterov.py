"""Right answers in other styles."""

import numpy as np


class NesterovListOfBuffers:
    def __init__(self, params, lr, momentum):
        self.params, self.lr, self.momentum = params, lr, momentum
        self.buffers = [np.zeros_like(p.data) for p in params]

    def step(self):
        for p, b in zip(self.params, self.buffers):
            if p.grad is not None:
                b *= self.momentum
                b += p.grad
                p.data -= self.lr * (p.grad + self.momentum * b)


class NesterovTwoSteps:
    def __init__(self, params, lr, momentum):
        self.params, self.lr, self.momentum = params, lr, momentum
        self.buffers = {}

    def step(self):
        for p in self.params:
            if p.grad is None:
                continue
            old = self.buffers.get(id(p), 0)
            self.buffers[id(p)] = self.momentum * old + p.grad
            p.data = p.data - self.lr * p.grad
            p.data = p.data - self.lr * self.momentum * self.buffers[id(p)]


class NesterovExpanded:
    def __init__(self, params, lr, momentum):
        self.params, self.lr, self.mu = tuple(params), lr, momentum
        self.b = [None for _ in params]

    def step(self):
        for i, p in enumerate(self.params):
            if p.grad is None:
                continue
            if self.b[i] is None:
                self.b[i] = np.zeros(p.data.shape)
            p.data[...] = p.data - self.lr * ((1 + self.mu) * p.grad + self.mu**2 * self.b[i])
            self.b[i] = self.b[i] * self.mu + p.grad


class NesterovWithTorch:
    def __init__(self, params, lr, momentum):
        import torch

        self.params, self.lr, self.momentum = params, lr, momentum
        self.buffers = [torch.zeros(p.data.shape, dtype=torch.float64) for p in params]

    def step(self):
        import torch

        for p, b in zip(self.params, self.buffers):
            if p.grad is not None:
                g = torch.from_numpy(p.grad)
                b.mul_(self.momentum).add_(g)
                torch.from_numpy(p.data).sub_(g.add(b, alpha=self.momentum), alpha=self.lr)
