"""Right answers in other styles."""

import numpy as np


def strictest_first(n, epochs):
    joined = [np.concatenate(epoch) for epoch in epochs]
    if all(np.array_equal(order, np.arange(n)) for order in joined):
        return "contiguous"
    if all(np.array_equal(np.sort(order), np.arange(n)) for order in joined):
        return "shuffled"
    if all(len(set(batch.tolist())) == len(batch) for epoch in epochs for batch in epoch):
        return "distinct"
    return "with replacement"


def loosest_first(n, epochs):
    for epoch in epochs:
        for batch in epoch:
            if len(np.unique(batch)) < len(batch):
                return "with replacement"
    for epoch in epochs:
        if sum(len(batch) for batch in epoch) != n or len({i for batch in epoch for i in batch.tolist()}) < n:
            return "distinct"
    for epoch in epochs:
        if np.any(np.diff(np.concatenate(epoch)) < 0):
            return "shuffled"
    return "contiguous"


def counting(n, epochs):
    counts = np.array([np.bincount(np.concatenate(epoch), minlength=n) for epoch in epochs])
    if (counts == 1).all():
        in_order = all(list(np.concatenate(epoch)) == list(range(n)) for epoch in epochs)
        return "contiguous" if in_order else "shuffled"
    most = max(np.bincount(batch).max() for epoch in epochs for batch in epoch)
    return "distinct" if most == 1 else "with replacement"
