"""Right answers in other styles."""

import numpy as np


def two_loops(w, optimizer, scheduler, gradient, batches, epochs, per_update):
    rates = []
    for _ in range(epochs):
        for batch in batches:
            optimizer.zero_grad()
            w.grad = gradient(w.data, batch)
            rates.append(optimizer.param_groups[0]["lr"])
            optimizer.step()
            if per_update:
                scheduler.step()
        if not per_update:
            scheduler.step()
    return rates


def one_loop_over_updates(w, optimizer, scheduler, gradient, batches, epochs, per_update):
    count = len(batches)
    rates = np.empty(epochs * count)
    for t in range(len(rates)):
        w.grad = gradient(w.data, batches[t % count])
        rates[t] = scheduler.get_last_lr()[0]
        optimizer.step()
        if per_update or (t + 1) % count == 0:
            scheduler.step()
    return rates


def with_a_closure(w, optimizer, scheduler, gradient, batches, epochs, per_update):
    used = []
    for _ in range(epochs):
        for i, batch in enumerate(batches, start=1):

            def closure(batch=batch):
                w.grad = gradient(w.data, batch)
                return 0.0

            used += [group["lr"] for group in optimizer.param_groups]
            optimizer.step(closure)
            if per_update or i == len(batches):
                scheduler.step()
    return used
