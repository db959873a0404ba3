"""Right answers in other styles."""


def slices(model, loss_fn, optimizer, batches, k):
    losses = []
    for start in range(0, len(batches), k):
        group = batches[start : start + k]
        optimizer.zero_grad()
        total = 0.0
        for X, y in group:
            loss = loss_fn(model(X), y) / len(group)
            loss.backward()
            total += loss.item()
        optimizer.step()
        losses.append(total)
    return losses


def one_large_batch(model, loss_fn, optimizer, batches, k):
    import torch

    losses = []
    while batches:
        group, batches = batches[:k], batches[k:]
        X, y = (torch.cat(parts) for parts in zip(*group))
        loss = loss_fn(model(X), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


def gradients_divided_afterwards(model, loss_fn, optimizer, batches, k):
    losses, waiting = [], []
    optimizer.zero_grad()
    for i, (X, y) in enumerate(batches):
        loss = loss_fn(model(X), y)
        loss.backward()
        waiting.append(loss.item())
        if len(waiting) == k or i == len(batches) - 1:
            for p in model.parameters():
                p.grad /= len(waiting)
            optimizer.step()
            optimizer.zero_grad()
            losses.append(sum(waiting) / len(waiting))
            waiting = []
    return losses


def sum_of_the_losses(model, loss_fn, optimizer, batches, k):
    means = []
    for start in range(0, len(batches), k):
        losses = [loss_fn(model(X), y) for X, y in batches[start : start + k]]
        mean = sum(losses) / len(losses)
        optimizer.zero_grad()
        mean.backward()
        optimizer.step()
        means.append(mean.detach().item())
    return means
