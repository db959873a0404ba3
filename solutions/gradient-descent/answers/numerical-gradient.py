"""Right answers in other styles."""

import numpy as np


def rows_of_the_identity(f, w, h):
    return np.array([(f(w + h * e) - f(w - h * e)) / (2 * h) for e in np.eye(len(w))])


def copies(f, w, h):
    slopes = np.zeros_like(w)
    for j in range(len(w)):
        ahead, behind = w.copy(), w.copy()
        ahead[j] += h
        behind[j] -= h
        slopes[j] = (f(ahead) - f(behind)) / 2 / h
    return slopes


def moved_and_put_back(f, w, h):
    w, slopes = np.array(w), []
    for j, original in enumerate(w.tolist()):
        w[j] = original + h
        above = f(w)
        w[j] = original - h
        below = f(w)
        w[j] = original
        slopes.append((above - below) / (2.0 * h))
    return slopes


def there_and_back(f, w, h):
    slopes = []
    for j in range(len(w)):
        w[j] += h
        ahead = f(w)
        w[j] -= 2 * h
        slopes.append((ahead - f(w)) / (2 * h))
        w[j] += h
    return np.array(slopes)
