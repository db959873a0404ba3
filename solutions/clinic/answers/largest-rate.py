"""Right answers in other styles."""

import numpy as np


def from_two_losses(lr, losses):
    return 2 * lr / (1 + (losses[1] / losses[0]) ** 0.5)


def from_the_slope_of_the_logarithms(lr, losses):
    slope = np.polyfit(np.arange(len(losses)), np.log(losses), 1)[0]
    return round(2 / ((1 + np.exp(slope / 2)) / lr), 5)


def to_three_digits(lr, losses):
    growth = np.sqrt(np.divide(losses[1:], losses[:-1])).mean()
    return np.float64(f"{lr / (1 + growth) * 2:.3g}")
