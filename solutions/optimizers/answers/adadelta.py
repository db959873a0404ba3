"""Right answers in other styles."""

import numpy as np


class AdadeltaInLists:
    def __init__(self, params, lr, rho, eps):
        self.params, self.lr, self.rho, self.eps = params, lr, rho, eps
        self.v = [np.zeros_like(p.data) for p in params]
        self.u = [np.zeros_like(p.data) for p in params]

    def step(self):
        for p, v, u in zip(self.params, self.v, self.u):
            if p.grad is not None:
                v[...] = self.rho * v + (1 - self.rho) * p.grad**2
                d = np.sqrt(u + self.eps) / np.sqrt(v + self.eps) * p.grad
                u[...] = self.rho * u + (1 - self.rho) * d**2
                p.data -= self.lr * d


class AdadeltaWithOneRoot:
    def __init__(self, params, lr, rho, eps):
        self.params, self.lr, self.rho, self.eps = params, lr, rho, eps
        self.state = {}

    def step(self):
        for p in self.params:
            if p.grad is None:
                continue
            v, u = self.state.get(p, (0.0, 0.0))
            v = self.rho * v + (1 - self.rho) * p.grad * p.grad
            d = ((u + self.eps) / (v + self.eps)) ** 0.5 * p.grad
            self.state[p] = v, self.rho * u + (1 - self.rho) * d * d
            p.data = p.data - self.lr * d


class AdadeltaWithSignedSteps:
    def __init__(self, params, lr, rho, eps):
        self.params, self.lr, self.rho, self.eps = params, lr, rho, eps
        self.memory = [dict(squares=np.zeros(p.data.shape), steps=np.zeros(p.data.shape)) for p in params]

    def average(self, old, new):
        return old + (1 - self.rho) * (new**2 - old)

    def rms(self, average):
        return np.sqrt(average + self.eps)

    def step(self):
        for p, memory in zip(self.params, self.memory):
            if p.grad is None:
                continue
            memory["squares"] = self.average(memory["squares"], p.grad)
            step = -self.rms(memory["steps"]) / self.rms(memory["squares"]) * p.grad
            memory["steps"] = self.average(memory["steps"], step)
            p.data = p.data + self.lr * step
