"""Right answers in other styles."""

import numpy as np


def weighted_sum(loss_of, optimizer, batches, epochs):
    losses = []
    for _ in range(epochs):
        total = 0.0
        for batch in batches:
            loss = loss_of(batch)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += float(loss.item()) * len(batch)
        losses.append(total / sum(len(batch) for batch in batches))
    return losses


def weighted_average(loss_of, optimizer, batches, epochs):
    history = np.zeros((epochs, len(batches)))
    for epoch in range(epochs):
        for k, batch in enumerate(batches):
            loss = loss_of(batch)
            loss.backward()
            optimizer.step()
            optimizer.zero_grad()
            history[epoch, k] = loss.item()
    return np.average(history, axis=1, weights=[len(batch) for batch in batches])


def with_a_closure(loss_of, optimizer, batches, epochs):
    def epoch():
        total, count = 0.0, 0
        for batch in batches:

            def closure(batch=batch):
                optimizer.zero_grad(set_to_none=False)
                loss = loss_of(batch)
                loss.backward()
                return loss

            total, count = total + len(batch) * optimizer.step(closure).item(), count + len(batch)
        return total / count

    return [epoch() for _ in range(epochs)]
