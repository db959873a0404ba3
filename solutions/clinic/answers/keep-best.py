"""Right answers in other styles."""

import numpy as np


def copies(w, step, validation_loss, epochs):
    best, lowest, at = w.copy(), validation_loss(w), 0
    for epoch in range(1, epochs + 1):
        step(w)
        loss = validation_loss(w)
        if loss < lowest:
            best, lowest, at = w.copy(), loss, epoch
    return best, at


def keeps_everything(w, step, validation_loss, epochs):
    path = [np.array(w)]
    for _ in range(epochs):
        step(w)
        path.append(np.array(w))
    at = int(np.argmin([validation_loss(p) for p in path]))
    return path[at], at


def copied_into_one_array(w, step, validation_loss, epochs):
    best, lowest, at = np.empty_like(w), float("inf"), None
    for epoch in range(epochs + 1):
        if epoch:
            step(w)
        if validation_loss(w) < lowest:
            best[:], lowest, at = w, validation_loss(w), epoch
    return best, at
