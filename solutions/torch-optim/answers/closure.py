"""Right answers in other styles."""


def closure_inside(model, loss_fn, X, y, lr, steps):
    import torch

    optimizer = torch.optim.LBFGS(model.parameters(), lr=lr, max_iter=5)
    losses = []

    def closure():
        optimizer.zero_grad()
        loss = loss_fn(model(X), y)
        loss.backward()
        return loss

    for _ in range(steps):
        losses.append(optimizer.step(closure).item())
    return losses


def closure_that_returns_a_number(model, loss_fn, X, y, lr, steps):
    import torch

    optimizer = torch.optim.LBFGS(list(model.parameters()), lr, max_iter=5)

    def evaluate():
        model.zero_grad()
        loss = loss_fn(model(X), y)
        loss.backward()
        return loss.item()

    return [float(optimizer.step(evaluate)) for _ in range(steps)]


def loss_evaluated_beforehand(model, loss_fn, X, y, lr, steps):
    import torch

    optimizer = torch.optim.LBFGS(model.parameters(), max_iter=5, lr=lr)
    losses = []
    for step in range(steps):
        with torch.no_grad():
            losses.append(loss_fn(model(X), y).item())

        def closure():
            loss = loss_fn(model(X), y)
            for p in model.parameters():
                p.grad = None
            loss.backward()
            return loss.detach()

        optimizer.step(closure)
    return losses
