"""Right answers in other styles."""

import numpy as np


def lists(rates, momentum):
    averages = [rate / (1 - momentum) for rate in rates]
    factors = [momentum]
    for before, now in zip(rates, rates[1:]):
        factors.append(momentum * now / before)
    return averages, factors


def arrays(rates, momentum):
    rates = np.array(rates)
    factors = np.full(len(rates), momentum)
    factors[1:] *= rates[1:] / rates[:-1]
    return rates / (1 - momentum), factors


def loop_with_memory(rates, momentum):
    averages, factors, previous = [], [], None
    for lr in rates:
        averages.append(lr * (1 / (1 - momentum)))
        factors.append(momentum if previous is None else lr / previous * momentum)
        previous = lr
    return [np.array(averages), np.array(factors)]
