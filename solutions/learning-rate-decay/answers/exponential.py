"""Right answers in other styles."""

import numpy as np


def powers(lr, gamma, epochs):
    return lr * gamma ** np.arange(epochs)


def loop(lr, gamma, epochs):
    rates = []
    for _ in range(epochs):
        rates.append(lr)
        lr *= gamma
    return rates


def exponential_function(lr, gamma, epochs):
    return [float(lr * np.exp(t * np.log(gamma))) for t in range(epochs)]


def recursive(lr, gamma, epochs):
    return [lr, *recursive(lr * gamma, gamma, epochs - 1)] if epochs else []
