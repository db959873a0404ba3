"""Right answers in other styles."""

import numpy as np


class AdamInDicts:
    def __init__(self, params, lr, betas, eps):
        self.params, self.lr, self.betas, self.eps = params, lr, betas, eps
        self.state = [{"t": 0, "m": np.zeros_like(p.data), "v": np.zeros_like(p.data)} for p in params]

    def step(self):
        beta1, beta2 = self.betas
        for p, s in zip(self.params, self.state):
            if p.grad is None:
                continue
            s["t"] += 1
            s["m"] = beta1 * s["m"] + (1 - beta1) * p.grad
            s["v"] = beta2 * s["v"] + (1 - beta2) * p.grad**2
            m_hat = s["m"] / (1 - beta1 ** s["t"])
            v_hat = s["v"] / (1 - beta2 ** s["t"])
            p.data -= self.lr * m_hat / (np.sqrt(v_hat) + self.eps)


class AdamInPlace:
    def __init__(self, params, lr, betas, eps):
        self.params, self.lr = list(params), lr
        (self.b1, self.b2), self.eps = betas, eps
        self.m = [np.zeros_like(p.data) for p in self.params]
        self.v = [np.zeros_like(p.data) for p in self.params]
        self.t = [0] * len(self.params)

    def step(self):
        for i, p in enumerate(self.params):
            if p.grad is not None:
                self.t[i] += 1
                self.m[i] += (1 - self.b1) * (p.grad - self.m[i])
                self.v[i] += (1 - self.b2) * (np.square(p.grad) - self.v[i])
                step_size = self.lr / (1 - self.b1 ** self.t[i])
                denominator = self.v[i] ** 0.5 / (1 - self.b2 ** self.t[i]) ** 0.5 + self.eps
                p.data[...] -= step_size * self.m[i] / denominator


class AdamWithProducts:
    def __init__(self, params, lr, betas, eps):
        self.params, self.lr, self.betas, self.eps = params, lr, betas, eps
        self.state = {}

    def step(self):
        b1, b2 = self.betas
        for p in self.params:
            if p.grad is None:
                continue
            # the powers of the betas are kept instead of t
            m, v, p1, p2 = self.state.setdefault(p, (0.0, 0.0, 1.0, 1.0))
            m, v, p1, p2 = b1 * m + (1 - b1) * p.grad, b2 * v + (1 - b2) * p.grad * p.grad, p1 * b1, p2 * b2
            self.state[p] = m, v, p1, p2
            p.data = p.data - self.lr * (m / (1 - p1)) / ((v / (1 - p2)) ** 0.5 + self.eps)


class AdamWithTorch:
    def __init__(self, params, lr, betas, eps):
        import torch

        self.params, self.lr, self.betas, self.eps = params, lr, betas, eps
        self.m = [torch.zeros(p.data.shape, dtype=torch.float64) for p in params]
        self.v = [torch.zeros(p.data.shape, dtype=torch.float64) for p in params]
        self.t = [0 for p in params]

    def step(self):
        import torch

        b1, b2 = self.betas
        for i, p in enumerate(self.params):
            if p.grad is not None:
                g = torch.from_numpy(p.grad)
                self.t[i] += 1
                self.m[i].lerp_(g, 1 - b1)
                self.v[i].mul_(b2).addcmul_(g, g, value=1 - b2)
                root = (self.v[i] / (1 - b2 ** self.t[i])).sqrt().add_(self.eps)
                torch.from_numpy(p.data).addcdiv_(self.m[i], root, value=-self.lr / (1 - b1 ** self.t[i]))
