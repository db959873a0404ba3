"""Right answers in other styles."""


def zero_grad_first(model, loss_fn, optimizer, X, y, epochs):
    losses = []
    for epoch in range(epochs):
        optimizer.zero_grad()
        loss = loss_fn(model(X), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


def zero_grad_last(model, loss_fn, optimizer, X, y, epochs):
    losses = []
    while len(losses) < epochs:
        prediction = model(X)
        loss = loss_fn(prediction, y)
        losses.append(float(loss.detach()))
        loss.backward()
        optimizer.step()
        optimizer.zero_grad(set_to_none=False)
    return losses


def cleared_by_the_model(model, loss_fn, optimizer, X, y, epochs):
    import numpy as np

    losses = np.zeros(epochs)
    model.train()
    for t in range(epochs):
        loss = loss_fn(model(X), y)
        model.zero_grad()
        loss.backward()
        losses[t] = loss.item()
        optimizer.step()
    return losses


def with_closure(model, loss_fn, optimizer, X, y, epochs):
    def closure():
        for p in model.parameters():
            p.grad = None
        loss = loss_fn(model(X), y)
        loss.backward()
        return loss

    return [optimizer.step(closure).item() for _ in range(epochs)]
