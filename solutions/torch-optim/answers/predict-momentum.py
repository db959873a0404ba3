"""Right answers in other styles."""

import numpy as np


def on_paper(p, gradients, lr, momentum):
    first, second, third = gradients
    b1 = first
    b2 = momentum * b1 + second
    b3 = momentum * b2 + third
    return [p - lr * b1, p - lr * (b1 + b2), p - lr * (b1 + b2 + b3)]


def as_steps(p, gradients, lr, momentum):
    step, after = 0.0, []
    for g in gradients:
        step = momentum * step + lr * g
        p -= step
        after.append(round(p, 5))
    return tuple(after)


def five_digits(p, gradients, lr, momentum):
    # the weight that each gradient has in each step, summed as a geometric series
    steps = [sum(g * momentum ** (t - k) for k, g in enumerate(gradients[: t + 1])) for t in range(3)]
    return np.array([float(f"{x:.5g}") for x in p - lr * np.cumsum(steps)])
