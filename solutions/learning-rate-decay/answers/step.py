"""Right answers in other styles."""

import numpy as np


def floor_division(lr, step_size, gamma, epochs):
    return [lr * gamma ** (t // step_size) for t in range(epochs)]


def loop(lr, step_size, gamma, epochs):
    rates, rate = [], lr
    for t in range(epochs):
        if t > 0 and t % step_size == 0:
            rate = rate * gamma
        rates.append(rate)
    return rates


def array(lr, step_size, gamma, epochs):
    return lr * np.power(gamma, np.floor(np.arange(epochs) / step_size))


def blocks(lr, step_size, gamma, epochs):
    drops = -(-epochs // step_size)
    return np.repeat(lr * gamma ** np.arange(drops), step_size)[:epochs]
