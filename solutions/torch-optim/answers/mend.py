"""Right answers in other styles."""


def weighted_by_size(model, loss_fn, batches, lr, epochs):
    import torch

    optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=0.9)
    history = []
    for epoch in range(epochs):
        total = 0.0
        for X, y in batches:
            loss = loss_fn(model(X), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(X)
        history.append(total / sum(len(X) for X, _ in batches))
    return history


def lists_and_average(model, loss_fn, batches, lr, epochs):
    import numpy as np
    import torch

    optimizer = torch.optim.SGD(params=list(model.parameters()), lr=lr, momentum=0.9, dampening=0)
    sizes = [X.shape[0] for X, y in batches]

    def one_batch(X, y):
        loss = loss_fn(model(X), y)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        return loss.item()

    return [np.average([one_batch(X, y) for X, y in batches], weights=sizes) for _ in range(epochs)]


def sums_of_squares(model, loss_fn, batches, lr, epochs):
    import torch

    optimizer = torch.optim.SGD([{"params": model.parameters()}], lr=lr, momentum=0.9)
    history = []
    for _ in range(epochs):
        squares, count = 0.0, 0
        for X, y in batches:
            optimizer.zero_grad()
            error = model(X) - y
            (error**2).mean().backward()
            optimizer.step()
            squares += float((error.detach() ** 2).sum())
            count += error.numel()
        history.append(squares / count)
    return history
