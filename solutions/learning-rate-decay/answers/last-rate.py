"""Right answers in other styles."""

import numpy as np


def counted(n, batch_size, epochs, lr, step_size, gamma):
    updates = epochs * -(-n // batch_size)
    return lr * gamma ** ((updates - 1) // step_size)


def rounded(n, batch_size, epochs, lr, step_size, gamma):
    rate, u = lr, 0
    for _ in range(epochs):
        for _ in range(0, n, batch_size):
            used = rate
            u += 1
            if u % step_size == 0:
                rate *= gamma
    return float(f"{used:.5g}")


def to_three_digits(n, batch_size, epochs, lr, step_size, gamma):
    used = [lr * gamma ** (update // step_size) for update in range(epochs * int(np.ceil(n / batch_size)))]
    return np.float64(f"{used[-1]:.3g}")
