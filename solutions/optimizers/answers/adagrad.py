"""Right answers in other styles."""

import numpy as np


class AdagradInLists:
    def __init__(self, params, lr, eps):
        self.params, self.lr, self.eps = params, lr, eps
        self.sums = [np.zeros_like(p.data) for p in params]

    def step(self):
        for p, s in zip(self.params, self.sums):
            if p.grad is not None:
                s += p.grad**2
                p.data -= self.lr * p.grad / (np.sqrt(s) + self.eps)


class AdagradWithRates:
    def __init__(self, params, lr, eps):
        self.params, self.lr, self.eps = params, lr, eps
        self.sums = {}

    def step(self):
        for p in self.params:
            if p.grad is None:
                continue
            self.sums[p] = self.sums.get(p, 0.0) + np.square(p.grad)
            rates = self.lr / (self.sums[p] ** 0.5 + self.eps)
            p.data = p.data - rates * p.grad


class AdagradEntryByEntry:
    def __init__(self, params, lr, eps):
        self.params, self.lr, self.eps = params, lr, eps
        self.squares = [np.zeros(p.data.size) for p in params]

    def step(self):
        for p, squares in zip(self.params, self.squares):
            if p.grad is None:
                continue
            data, grad = p.data.ravel(), p.grad.ravel()
            new = []
            for j in range(len(data)):
                squares[j] += grad[j] * grad[j]
                new.append(data[j] - self.lr * grad[j] / (squares[j] ** 0.5 + self.eps))
            p.data = np.array(new).reshape(p.data.shape)


class AdagradWithTorch:
    def __init__(self, params, lr, eps):
        import torch

        self.params, self.lr, self.eps = params, lr, eps
        self.sums = [torch.zeros(p.data.shape, dtype=torch.float64) for p in params]

    def step(self):
        import torch

        for p, s in zip(self.params, self.sums):
            if p.grad is not None:
                g = torch.from_numpy(p.grad)
                s.addcmul_(g, g)
                torch.from_numpy(p.data).addcdiv_(g, s.sqrt().add_(self.eps), value=-self.lr)
