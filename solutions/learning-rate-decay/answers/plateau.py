"""Right answers in other styles."""

import numpy as np


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
