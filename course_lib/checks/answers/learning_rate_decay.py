"""Right answers to the problem set on learning-rate decay."""

from __future__ import annotations

import numpy as np

from course_lib.checks.answers import answers


@answers("learning-rate-decay/exponential")
def powers(lr, gamma, epochs):
    return lr * gamma ** np.arange(epochs)


@answers("learning-rate-decay/exponential")
def loop(lr, gamma, epochs):
    rates = []
    for _ in range(epochs):
        rates.append(lr)
        lr *= gamma
    return rates


@answers("learning-rate-decay/exponential")
def exponential_function(lr, gamma, epochs):
    return [float(lr * np.exp(t * np.log(gamma))) for t in range(epochs)]


@answers("learning-rate-decay/exponential")
def recursive(lr, gamma, epochs):
    return [lr, *recursive(lr * gamma, gamma, epochs - 1)] if epochs else []


@answers("learning-rate-decay/step")
def floor_division(lr, step_size, gamma, epochs):
    return [lr * gamma ** (t // step_size) for t in range(epochs)]


@answers("learning-rate-decay/step")
def loop(lr, step_size, gamma, epochs):
    rates, rate = [], lr
    for t in range(epochs):
        if t > 0 and t % step_size == 0:
            rate = rate * gamma
        rates.append(rate)
    return rates


@answers("learning-rate-decay/step")
def array(lr, step_size, gamma, epochs):
    return lr * np.power(gamma, np.floor(np.arange(epochs) / step_size))


@answers("learning-rate-decay/step")
def blocks(lr, step_size, gamma, epochs):
    drops = -(-epochs // step_size)
    return np.repeat(lr * gamma ** np.arange(drops), step_size)[:epochs]


@answers("learning-rate-decay/multi-step")
def counted(lr, milestones, gamma, epochs):
    return [lr * gamma ** sum(m <= t for m in milestones) for t in range(epochs)]


@answers("learning-rate-decay/multi-step")
def loop(lr, milestones, gamma, epochs):
    rates, rate = [], lr
    for t in range(epochs):
        if t in milestones:
            rate *= gamma
        rates.append(rate)
    return rates


@answers("learning-rate-decay/multi-step")
def tails_of_an_array(lr, milestones, gamma, epochs):
    rates = np.full(epochs, lr)
    for m in milestones:
        rates[m:] *= gamma
    return rates


@answers("learning-rate-decay/multi-step")
def search_sorted(lr, milestones, gamma, epochs):
    return lr * gamma ** np.searchsorted(milestones, np.arange(epochs), side="right").astype(float)


@answers("learning-rate-decay/cosine")
def clamped(lr, lr_min, T_max, epochs):
    t = np.minimum(np.arange(epochs), T_max)
    return lr_min + (lr - lr_min) * (1 + np.cos(np.pi * t / T_max)) / 2


@answers("learning-rate-decay/cosine")
def loop_with_if(lr, lr_min, T_max, epochs):
    import math

    rates = []
    for t in range(epochs):
        if t < T_max:
            rates.append(lr_min + 0.5 * (lr - lr_min) * (1 + math.cos(math.pi * t / T_max)))
        else:
            rates.append(lr_min)
    return rates


@answers("learning-rate-decay/cosine")
def squared_cosine(lr, lr_min, T_max, epochs):
    half_angle = np.pi / 2 * np.clip(np.arange(epochs) / T_max, 0, 1)
    return lr * np.cos(half_angle) ** 2 + lr_min * np.sin(half_angle) ** 2


@answers("learning-rate-decay/cosine")
def with_torch(lr, lr_min, T_max, epochs):
    import torch

    t = torch.arange(epochs, dtype=torch.float64).clamp(max=T_max)
    return (lr_min + (lr - lr_min) * (1 + torch.cos(torch.pi * t / T_max)) / 2).tolist()


@answers("learning-rate-decay/warmup-cosine")
def inner_function(warmup, total):
    def factor(t):
        if t < warmup:
            return (t + 1) / warmup
        return 0.5 * (1 + np.cos(np.pi * (t - warmup) / (total - warmup)))

    return factor


@answers("learning-rate-decay/warmup-cosine")
def table(warmup, total):
    rise = np.arange(1, warmup + 1) / max(1, warmup)
    fall = (1 + np.cos(np.linspace(0, np.pi, total - warmup + 1))) / 2
    return np.concatenate([rise, fall]).__getitem__


@answers("learning-rate-decay/warmup-cosine")
def object_with_call(warmup, total):
    class Factor:
        def __call__(self, t):
            left = (t - warmup) / (total - warmup)
            return (t + 1) / warmup if left < 0 else np.cos(np.pi / 2 * left) ** 2

    return Factor()


@answers("learning-rate-decay/warmup-cosine")
def smaller_of_two(warmup, total):
    def factor(t):
        rise = (t + 1) / warmup if warmup > 0 else 1.0
        return min(rise, 1.0) * (1 + np.cos(np.pi * max(t - warmup, 0) / (total - warmup))) / 2

    return factor


@answers("learning-rate-decay/lambda-lr")
class ListOfBases:
    def __init__(self, optimizer, factor):
        self.optimizer = optimizer
        self.factor = factor
        self.bases = [group["lr"] for group in optimizer.param_groups]
        self.epoch = -1
        self.step()

    def step(self):
        self.epoch += 1
        for base, group in zip(self.bases, self.optimizer.param_groups):
            group["lr"] = base * self.factor(self.epoch)

    def state_dict(self):
        return {"epoch": self.epoch}

    def load_state_dict(self, state):
        self.epoch = state["epoch"]


@answers("learning-rate-decay/lambda-lr")
class BaseKeptInTheGroup:
    def __init__(self, optimizer, factor):
        self.groups, self.factor, self.last_epoch = optimizer.param_groups, factor, 0
        self.optimizer = optimizer
        for group in self.groups:
            group["initial_lr"] = group["lr"]
        self.apply()

    def apply(self):
        for group in self.optimizer.param_groups:
            group["lr"] = group["initial_lr"] * self.factor(self.last_epoch)

    def step(self):
        self.last_epoch += 1
        self.apply()

    def state_dict(self):
        return {"last_epoch": self.last_epoch}

    def load_state_dict(self, state):
        self.__dict__.update(state)


@answers("learning-rate-decay/lambda-lr")
class SavesItsBasesToo:
    def __init__(self, optimizer, factor):
        self.optimizer, self.factor = optimizer, factor
        self.state = {"epoch": 0, "bases": tuple(group["lr"] for group in optimizer.param_groups)}
        self.set_rates()

    def set_rates(self):
        factor = self.factor(self.state["epoch"])
        for i, base in enumerate(self.state["bases"]):
            self.optimizer.param_groups[i]["lr"] = factor * base

    def step(self):
        self.state["epoch"] += 1
        self.set_rates()

    def state_dict(self):
        return dict(self.state)

    def load_state_dict(self, state):
        self.state = dict(state)
        self.set_rates()


@answers("learning-rate-decay/plateau")
def counters(losses, lr, factor, patience, threshold, cooldown, min_lr):
    rates, best, bad, cool = [], float("inf"), 0, 0
    for loss in losses:
        rates.append(lr)
        if loss < best * (1 - threshold):
            best, bad = loss, 0
        else:
            bad += 1
        if cool > 0:
            cool -= 1
            bad = 0
        if bad > patience:
            lr = max(factor * lr, min_lr)
            cool, bad = cooldown, 0
    return rates


@answers("learning-rate-decay/plateau")
def epochs_of_events(losses, lr, factor, patience, threshold, cooldown, min_lr):
    # bad epochs are counted from the last event: an improvement, a reduction, the end of a cooldown
    rates, best, event = np.empty(len(losses)), np.inf, -1
    for t, loss in enumerate(losses):
        rates[t] = lr
        if loss < best - best * threshold if np.isfinite(best) else True:
            best = loss
            event = max(event, t)
        if t - event > patience:
            lr = lr * factor if lr * factor > min_lr else min_lr
            event = t + cooldown
    return rates


@answers("learning-rate-decay/plateau")
def small_class(losses, lr, factor, patience, threshold, cooldown, min_lr):
    class Plateau:
        rate, best, bad, rest = lr, None, 0, 0

        def look(self, loss):
            better = self.best is None or loss < (1 - threshold) * self.best
            self.best = loss if better else self.best
            resting = self.rest > 0
            self.rest -= resting
            self.bad = 0 if better or resting else self.bad + 1
            if self.bad == patience + 1:
                self.rate, self.bad, self.rest = max(min_lr, self.rate * factor), 0, cooldown

    watcher, rates = Plateau(), []
    for loss in losses:
        rates.append(watcher.rate)
        watcher.look(loss)
    return rates


@answers("learning-rate-decay/train")
def two_loops(w, optimizer, scheduler, gradient, batches, epochs, per_update):
    rates = []
    for _ in range(epochs):
        for batch in batches:
            optimizer.zero_grad()
            w.grad = gradient(w.data, batch)
            rates.append(optimizer.param_groups[0]["lr"])
            optimizer.step()
            if per_update:
                scheduler.step()
        if not per_update:
            scheduler.step()
    return rates


@answers("learning-rate-decay/train")
def one_loop_over_updates(w, optimizer, scheduler, gradient, batches, epochs, per_update):
    count = len(batches)
    rates = np.empty(epochs * count)
    for t in range(len(rates)):
        w.grad = gradient(w.data, batches[t % count])
        rates[t] = scheduler.get_last_lr()[0]
        optimizer.step()
        if per_update or (t + 1) % count == 0:
            scheduler.step()
    return rates


@answers("learning-rate-decay/train")
def with_a_closure(w, optimizer, scheduler, gradient, batches, epochs, per_update):
    used = []
    for _ in range(epochs):
        for i, batch in enumerate(batches, start=1):

            def closure(batch=batch):
                w.grad = gradient(w.data, batch)
                return 0.0

            used += [group["lr"] for group in optimizer.param_groups]
            optimizer.step(closure)
            if per_update or i == len(batches):
                scheduler.step()
    return used


@answers("learning-rate-decay/last-rate")
def counted(n, batch_size, epochs, lr, step_size, gamma):
    updates = epochs * -(-n // batch_size)
    return lr * gamma ** ((updates - 1) // step_size)


@answers("learning-rate-decay/last-rate")
def rounded(n, batch_size, epochs, lr, step_size, gamma):
    rate, u = lr, 0
    for _ in range(epochs):
        for _ in range(0, n, batch_size):
            used = rate
            u += 1
            if u % step_size == 0:
                rate *= gamma
    return float(f"{used:.5g}")


@answers("learning-rate-decay/last-rate")
def to_three_digits(n, batch_size, epochs, lr, step_size, gamma):
    used = [lr * gamma ** (update // step_size) for update in range(epochs * int(np.ceil(n / batch_size)))]
    return np.float64(f"{used[-1]:.3g}")


@answers("learning-rate-decay/layer-rates")
def from_the_end(layers, lr, decay):
    return [{"params": layer, "lr": lr * decay**k} for k, layer in enumerate(reversed(layers))]


@answers("learning-rate-decay/layer-rates")
def loop_with_exponent(layers, lr, decay):
    groups = []
    for i in range(len(layers)):
        rate = lr * decay ** (len(layers) - 1 - i)
        groups.append({"params": list(layers[i]), "lr": rate})
    return groups


@answers("learning-rate-decay/layer-rates")
def one_group_a_parameter(layers, lr, decay):
    groups = []
    for layer in layers[::-1]:
        groups += [dict(params=[p], lr=lr, momentum=0.0) for p in layer]
        lr *= decay
    return groups
