"""Right answers in other styles."""

import numpy as np


def counted(lr, milestones, gamma, epochs):
    return [lr * gamma ** sum(m <= t for m in milestones) for t in range(epochs)]


def loop(lr, milestones, gamma, epochs):
    rates, rate = [], lr
    for t in range(epochs):
        if t in milestones:
            rate *= gamma
        rates.append(rate)
    return rates


def tails_of_an_array(lr, milestones, gamma, epochs):
    rates = np.full(epochs, lr)
    for m in milestones:
        rates[m:] *= gamma
    return rates


def search_sorted(lr, milestones, gamma, epochs):
    return lr * gamma ** np.searchsorted(milestones, np.arange(epochs), side="right").astype(float)
