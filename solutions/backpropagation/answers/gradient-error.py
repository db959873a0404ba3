"""Right answers in other styles."""

import numpy as np


def rows_of_the_identity(f, w, g, h):
    measured = np.array([(f(w + h * e) - f(w - h * e)) / (2 * h) for e in np.eye(len(w))])
    return np.linalg.norm(g - measured) / (np.linalg.norm(g) + np.linalg.norm(measured))


def loop(f, w, g, h):
    difference = length_g = length_m = 0.0
    for j in range(len(w)):
        ahead, behind = w.copy(), w.copy()
        ahead[j] += h
        behind[j] -= h
        slope = (f(ahead) - f(behind)) / 2 / h
        difference += (slope - g[j]) ** 2
        length_g += g[j] ** 2
        length_m += slope**2
    return difference**0.5 / (length_g**0.5 + length_m**0.5)


def moved_and_put_back(f, w, g, h):
    w, measured = w.copy(), np.empty(len(w))
    for j in range(len(w)):
        here = w[j]
        w[j] = here + h
        above = f(w)
        w[j] = here - h
        measured[j] = (above - f(w)) / (2 * h)
        w[j] = here
    return np.sqrt(np.sum((measured - g) ** 2)) / (np.sqrt(measured @ measured) + np.sqrt(g @ g))
