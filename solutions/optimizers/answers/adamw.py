"""Right answers in other styles."""

import numpy as np


class AdamWInDicts:
    def __init__(self, params, lr, betas, eps, weight_decay):
        self.params, self.lr, self.betas, self.eps, self.weight_decay = params, lr, betas, eps, weight_decay
        self.state = [{"t": 0, "m": np.zeros_like(p.data), "v": np.zeros_like(p.data)} for p in params]

    def step(self):
        beta1, beta2 = self.betas
        for p, s in zip(self.params, self.state):
            if p.grad is None:
                continue
            p.data -= self.lr * self.weight_decay * p.data
            s["t"] += 1
            s["m"] = beta1 * s["m"] + (1 - beta1) * p.grad
            s["v"] = beta2 * s["v"] + (1 - beta2) * p.grad**2
            m_hat = s["m"] / (1 - beta1 ** s["t"])
            v_hat = s["v"] / (1 - beta2 ** s["t"])
            p.data -= self.lr * m_hat / (np.sqrt(v_hat) + self.eps)


class AdamWInOneUpdate:
    def __init__(self, params, lr, betas, eps, weight_decay):
        self.params, self.lr, self.wd = params, lr, weight_decay
        self.b1, self.b2, self.eps = *betas, eps
        self.m, self.v, self.t = {}, {}, {}

    def step(self):
        for p in self.params:
            g = p.grad
            if g is None:
                continue
            self.t[p] = t = self.t.get(p, 0) + 1
            self.m[p] = self.b1 * self.m.get(p, 0.0) + (1 - self.b1) * g
            self.v[p] = self.b2 * self.v.get(p, 0.0) + (1 - self.b2) * g**2
            update = self.m[p] / (1 - self.b1**t) / (np.sqrt(self.v[p] / (1 - self.b2**t)) + self.eps)
            # both terms see the parameter as it was
            p.data = p.data - self.lr * (update + self.wd * p.data)


class AdamWWithMethods:
    def __init__(self, params, lr, betas, eps, weight_decay):
        self.lr, self.weight_decay, self.eps = lr, weight_decay, eps
        self.betas = betas
        self.slots = [(p, [0, np.zeros_like(p.data), np.zeros_like(p.data)]) for p in params]

    def step(self):
        for p, slot in self.slots:
            if p.grad is not None:
                p.data *= 1 - self.lr * self.weight_decay
                p.data -= self.lr * self.direction(p.grad, slot)

    def direction(self, g, slot):
        slot[0] += 1
        corrected = []
        for k, beta in enumerate(self.betas):
            slot[k + 1] = beta * slot[k + 1] + (1 - beta) * g ** (k + 1)
            corrected.append(slot[k + 1] / (1 - beta ** slot[0]))
        return corrected[0] / (corrected[1] ** 0.5 + self.eps)
