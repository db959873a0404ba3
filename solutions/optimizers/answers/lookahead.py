"""Right answers in other styles."""

import numpy as np


def lists(gradient, start, lr, momentum, steps):
    w, v = start, np.zeros_like(start)
    positions, ahead = [w], []
    for _ in range(steps):
        ahead.append(w + momentum * v)
        v = momentum * v - lr * gradient(ahead[-1])
        w = w + v
        positions.append(w)
    return np.array(positions), np.array(ahead)


def rows_of_arrays(gradient, start, lr, momentum, steps):
    positions, ahead = np.zeros((steps + 1, len(start))), np.zeros((steps, len(start)))
    positions[0], v = start, 0.0
    for t in range(steps):
        ahead[t] = positions[t] + momentum * v
        v = momentum * v - lr * gradient(ahead[t])
        positions[t + 1] = positions[t] + v
    return positions, ahead


def from_two_positions(gradient, start, lr, momentum, steps):
    positions, ahead = [start.copy(), start.copy()], []
    for _ in range(steps):
        seen = positions[-1] + momentum * (positions[-1] - positions[-2])
        ahead.append(seen)
        positions.append(seen - lr * gradient(seen))
    return [p.tolist() for p in positions[1:]], [p.tolist() for p in ahead]


def in_place_with_copies(gradient, start, lr, momentum, steps):
    w, v = start.copy(), np.zeros(len(start))
    positions, ahead = [w.copy()], []
    for _ in range(steps):
        v *= momentum
        w += v
        ahead.append(w.copy())
        g = gradient(w)
        v -= lr * g
        w -= lr * g
        positions.append(w.copy())
    return np.stack(positions), np.stack(ahead)
