"""Right answers to the problem set on optimizers.

No two of these classes may have the same name: Python finds the source of a class by its name.
"""

from __future__ import annotations

import numpy as np

from course_lib.checks.answers import answers


@answers("optimizers/momentum")
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


@answers("optimizers/momentum")
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


@answers("optimizers/momentum")
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


@answers("optimizers/momentum")
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


@answers("optimizers/conventions")
def lists(rates, momentum):
    averages = [rate / (1 - momentum) for rate in rates]
    factors = [momentum]
    for before, now in zip(rates, rates[1:]):
        factors.append(momentum * now / before)
    return averages, factors


@answers("optimizers/conventions")
def arrays(rates, momentum):
    rates = np.array(rates)
    factors = np.full(len(rates), momentum)
    factors[1:] *= rates[1:] / rates[:-1]
    return rates / (1 - momentum), factors


@answers("optimizers/conventions")
def loop_with_memory(rates, momentum):
    averages, factors, previous = [], [], None
    for lr in rates:
        averages.append(lr * (1 / (1 - momentum)))
        factors.append(momentum if previous is None else lr / previous * momentum)
        previous = lr
    return [np.array(averages), np.array(factors)]


@answers("optimizers/nesterov")
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


@answers("optimizers/nesterov")
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


@answers("optimizers/nesterov")
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


@answers("optimizers/nesterov")
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


@answers("optimizers/lookahead")
def lists(gradient, start, lr, momentum, steps):
    w, v = start, np.zeros_like(start)
    positions, ahead = [w], []
    for _ in range(steps):
        ahead.append(w + momentum * v)
        v = momentum * v - lr * gradient(ahead[-1])
        w = w + v
        positions.append(w)
    return np.array(positions), np.array(ahead)


@answers("optimizers/lookahead")
def rows_of_arrays(gradient, start, lr, momentum, steps):
    positions, ahead = np.zeros((steps + 1, len(start))), np.zeros((steps, len(start)))
    positions[0], v = start, 0.0
    for t in range(steps):
        ahead[t] = positions[t] + momentum * v
        v = momentum * v - lr * gradient(ahead[t])
        positions[t + 1] = positions[t] + v
    return positions, ahead


@answers("optimizers/lookahead")
def from_two_positions(gradient, start, lr, momentum, steps):
    positions, ahead = [start.copy(), start.copy()], []
    for _ in range(steps):
        seen = positions[-1] + momentum * (positions[-1] - positions[-2])
        ahead.append(seen)
        positions.append(seen - lr * gradient(seen))
    return [p.tolist() for p in positions[1:]], [p.tolist() for p in ahead]


@answers("optimizers/lookahead")
def in_place_with_copies(gradient, start, lr, momentum, steps):
    w, v = start.copy(), np.zeros(len(start))
    positions, ahead = [w.copy()], []
    for _ in range(steps):
        v *= momentum
        w += v
        ahead.append(w.copy())
        g = gradient(w)
        v -= lr * g
        w -= lr * g
        positions.append(w.copy())
    return np.stack(positions), np.stack(ahead)


@answers("optimizers/groups")
class GroupsCompletedDicts:
    def __init__(self, groups, lr, momentum, dampening, weight_decay, maximize):
        defaults = {"lr": lr, "momentum": momentum, "dampening": dampening, "weight_decay": weight_decay, "maximize": maximize}
        self.param_groups = [{**defaults, **group} for group in groups]
        self.buffers = {}

    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is None:
                    continue
                g = -p.grad if group["maximize"] else p.grad
                g = g + group["weight_decay"] * p.data
                if group["momentum"] != 0:
                    if p not in self.buffers:
                        self.buffers[p] = g.copy()
                    else:
                        self.buffers[p] = group["momentum"] * self.buffers[p] + (1 - group["dampening"]) * g
                    g = self.buffers[p]
                p.data -= group["lr"] * g


@answers("optimizers/groups")
class GroupsSetDefaults:
    def __init__(self, groups, lr, momentum, dampening, weight_decay, maximize):
        self.param_groups = []
        for group in groups:
            group = dict(group)
            group.setdefault("lr", lr)
            group.setdefault("momentum", momentum)
            group.setdefault("dampening", dampening)
            group.setdefault("weight_decay", weight_decay)
            group.setdefault("maximize", maximize)
            group["buffers"] = [None] * len(group["params"])
            self.param_groups.append(group)

    def step(self):
        for group in self.param_groups:
            mu, buffers = group["momentum"], group["buffers"]
            sign = -1.0 if group["maximize"] else 1.0
            for j, p in enumerate(group["params"]):
                if p.grad is not None:
                    d = sign * p.grad
                    if group["weight_decay"] > 0:
                        d += group["weight_decay"] * p.data
                    if buffers[j] is None:
                        buffers[j] = d
                    else:
                        buffers[j] = mu * buffers[j] + d - group["dampening"] * d
                    p.data = p.data - group["lr"] * buffers[j]


@answers("optimizers/groups")
class GroupsOneMethodAParameter:
    def __init__(self, groups, lr, momentum, dampening, weight_decay, maximize):
        names = ["lr", "momentum", "dampening", "weight_decay", "maximize"]
        values = [lr, momentum, dampening, weight_decay, maximize]
        self.param_groups = [dict(zip(names, values)) | g for g in groups]
        self.state = {id(p): {} for g in groups for p in g["params"]}

    def step(self):
        for g in self.param_groups:
            for p in g["params"]:
                if p.grad is not None:
                    self.update(p, self.state[id(p)], g)

    def update(self, p, state, group):
        climb, decay = group["maximize"], group["weight_decay"]
        slope = decay * p.data - p.grad if climb else decay * p.data + p.grad
        if group["momentum"]:
            if "buffer" in state:
                state["buffer"] *= group["momentum"]
                state["buffer"] += (1 - group["dampening"]) * slope
            else:
                state["buffer"] = slope
            slope = state["buffer"]
        p.data[...] -= group["lr"] * slope


@answers("optimizers/adagrad")
class AdagradInLists:
    def __init__(self, params, lr, eps):
        self.params, self.lr, self.eps = params, lr, eps
        self.sums = [np.zeros_like(p.data) for p in params]

    def step(self):
        for p, s in zip(self.params, self.sums):
            if p.grad is not None:
                s += p.grad**2
                p.data -= self.lr * p.grad / (np.sqrt(s) + self.eps)


@answers("optimizers/adagrad")
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


@answers("optimizers/adagrad")
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


@answers("optimizers/adagrad")
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


@answers("optimizers/rmsprop")
class RMSpropInLists:
    def __init__(self, params, lr, alpha, eps):
        self.params, self.lr, self.alpha, self.eps = params, lr, alpha, eps
        self.averages = [np.zeros_like(p.data) for p in params]

    def step(self):
        for p, v in zip(self.params, self.averages):
            if p.grad is not None:
                v[...] = self.alpha * v + (1 - self.alpha) * p.grad**2
                p.data -= self.lr * p.grad / (np.sqrt(v) + self.eps)


@answers("optimizers/rmsprop")
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


@answers("optimizers/rmsprop")
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


@answers("optimizers/rmsprop")
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


@answers("optimizers/adadelta")
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


@answers("optimizers/adadelta")
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


@answers("optimizers/adadelta")
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


@answers("optimizers/adam")
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


@answers("optimizers/adam")
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


@answers("optimizers/adam")
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


@answers("optimizers/adam")
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


@answers("optimizers/adamw")
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


@answers("optimizers/adamw")
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


@answers("optimizers/adamw")
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


@answers("optimizers/decay")
def on_paper(w, lr, weight_decay):
    shrunk = w - lr * weight_decay * w
    return [shrunk, w - lr if w > 0 else w + lr, shrunk]


@answers("optimizers/decay")
def rounded(w, lr, weight_decay):
    return tuple(round(value, 5) for value in (w * (1 - lr * weight_decay), w - lr * np.sign(w), w * (1 - lr * weight_decay)))


@answers("optimizers/decay")
def with_torch(w, lr, weight_decay):
    import torch

    after = []
    for algorithm in (torch.optim.SGD, torch.optim.Adam, torch.optim.AdamW):
        p = torch.tensor([w], dtype=torch.float64, requires_grad=True)
        p.grad = torch.zeros(1, dtype=torch.float64)
        algorithm([p], lr=lr, weight_decay=weight_decay).step()
        after.append(p.item())
    return after


@answers("optimizers/mend")
def state_in_a_dict(gradient, w, state, batches, lr, betas, eps):
    beta1, beta2 = betas
    if not state:
        state = {"t": 0, "m": np.zeros_like(w), "v": np.zeros_like(w)}
    for batch in batches:
        g = gradient(w, batch)
        state["t"] += 1
        state["m"] = beta1 * state["m"] + (1 - beta1) * g
        state["v"] = beta2 * state["v"] + (1 - beta2) * g * g
        m_hat = state["m"] / (1 - beta1 ** state["t"])
        v_hat = state["v"] / (1 - beta2 ** state["t"])
        w = w - lr * m_hat / (np.sqrt(v_hat) + eps)
    return w, state


@answers("optimizers/mend")
def names_unpacked(gradient, w, state, batches, lr, betas, eps):
    b1, b2 = betas
    done, m, v = state.get("tmv", (0, 0.0, 0.0))
    for t, batch in enumerate(batches, done + 1):
        g = gradient(w, batch)
        m = b1 * m + (1 - b1) * g
        v = b2 * v + (1 - b2) * g**2
        w = w - lr / (1 - b1**t) * m / (np.sqrt(v) / np.sqrt(1 - b2**t) + eps)
    return w, {"tmv": (done + len(batches), m, v)}


@answers("optimizers/mend")
def in_place(gradient, w, state, batches, lr, betas, eps):
    state.setdefault("averages", [np.zeros(len(w)), np.zeros(len(w))])
    state.setdefault("steps", 0)
    m, v = state["averages"]
    for batch in batches:
        state["steps"] += 1
        g = gradient(w, batch)
        m += (1 - betas[0]) * (g - m)
        v += (1 - betas[1]) * (g * g - v)
        corrections = [1 - beta ** state["steps"] for beta in betas]
        w -= lr * (m / corrections[0]) / ((v / corrections[1]) ** 0.5 + eps)
    return w, state


@answers("optimizers/mend")
def with_torch(gradient, w, state, batches, lr, betas, eps):
    import torch

    m = torch.as_tensor(state.get("m", np.zeros_like(w)))
    v = torch.as_tensor(state.get("v", np.zeros_like(w)))
    t = state.get("t", 0)
    for batch in batches:
        t += 1
        g = torch.as_tensor(gradient(w, batch))
        m = torch.lerp(m, g, 1 - betas[0])
        v = betas[1] * v + (1 - betas[1]) * g.square()
        root = (v / (1 - betas[1] ** t)).sqrt() + eps
        w = w - lr * (m / (1 - betas[0] ** t) / root).numpy()
    return w, {"t": t, "m": m, "v": v}
