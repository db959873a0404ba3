"""Right answers in other styles."""

import numpy as np


def differences_added_up(update, evaluate, clock, updates, every):
    record, seconds = [(0.0, evaluate())], 0.0
    for t in range(updates):
        start = clock()
        update()
        seconds += clock() - start
        if (t + 1) % every == 0:
            record.append((seconds, evaluate()))
    return record


def evaluation_subtracted(update, evaluate, clock, updates, every):
    record, spent, began = [[0.0, evaluate()]], 0.0, clock()
    for t in range(1, updates + 1):
        update()
        if t % every == 0:
            now = clock()
            record.append([now - began - spent, evaluate()])
            spent += clock() - now
    return record


def block_by_block(update, evaluate, clock, updates, every):
    seconds, losses = [0.0], [evaluate()]
    for _ in range(updates // every):
        began = clock()
        for _ in range(every):
            update()
        seconds.append(seconds[-1] + clock() - began)
        losses.append(evaluate())
    return np.column_stack([seconds, losses])
