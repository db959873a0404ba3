"""Right answers to the problem set on torch.optim."""

from __future__ import annotations

import numpy as np

from course_lib.checks.answers import answers


@answers("torch-optim/loop")
def zero_grad_first(model, loss_fn, optimizer, X, y, epochs):
    losses = []
    for epoch in range(epochs):
        optimizer.zero_grad()
        loss = loss_fn(model(X), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


@answers("torch-optim/loop")
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


@answers("torch-optim/loop")
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


@answers("torch-optim/loop")
def with_closure(model, loss_fn, optimizer, X, y, epochs):
    def closure():
        for p in model.parameters():
            p.grad = None
        loss = loss_fn(model(X), y)
        loss.backward()
        return loss

    return [optimizer.step(closure).item() for _ in range(epochs)]


@answers("torch-optim/mend")
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


@answers("torch-optim/mend")
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


@answers("torch-optim/mend")
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


@answers("torch-optim/predict-momentum")
def on_paper(p, gradients, lr, momentum):
    first, second, third = gradients
    b1 = first
    b2 = momentum * b1 + second
    b3 = momentum * b2 + third
    return [p - lr * b1, p - lr * (b1 + b2), p - lr * (b1 + b2 + b3)]


@answers("torch-optim/predict-momentum")
def as_steps(p, gradients, lr, momentum):
    step, after = 0.0, []
    for g in gradients:
        step = momentum * step + lr * g
        p -= step
        after.append(round(p, 5))
    return tuple(after)


@answers("torch-optim/predict-momentum")
def five_digits(p, gradients, lr, momentum):
    # the weight that each gradient has in each step, summed as a geometric series
    steps = [sum(g * momentum ** (t - k) for k, g in enumerate(gradients[: t + 1])) for t in range(3)]
    return np.array([float(f"{x:.5g}") for x in p - lr * np.cumsum(steps)])


@answers("torch-optim/predict-dampening")
def on_paper(p, gradients, lr, momentum, dampening):
    b, after = gradients[0], [p - lr * gradients[0]]
    for g in gradients[1:]:
        b = momentum * b + (1 - dampening) * g
        after.append(after[-1] - lr * b)
    return after


@answers("torch-optim/predict-dampening")
def with_torch(p, gradients, lr, momentum, dampening):
    import torch

    w = torch.tensor(p, requires_grad=True)
    optimizer = torch.optim.SGD([w], lr=lr, momentum=momentum, dampening=dampening)
    after = []
    for g in gradients:
        optimizer.zero_grad()
        (g * w).backward()
        optimizer.step()
        after.append(w.item())
    return after


@answers("torch-optim/predict-dampening")
def five_digits(p, gradients, lr, momentum, dampening):
    b1 = gradients[0]
    b2 = momentum * b1 + (1 - dampening) * gradients[1]
    b3 = momentum * b2 + (1 - dampening) * gradients[2]
    return tuple(np.float64(f"{p - lr * b:.5g}") for b in (b1, b1 + b2, b1 + b2 + b3))


@answers("torch-optim/predict-weight-decay")
def on_paper(p, gradients, lr, momentum, weight_decay):
    b, after = 0.0, []
    for g in gradients:
        b = momentum * b + (g + weight_decay * p)
        p = p - lr * b
        after.append(p)
    return after


@answers("torch-optim/predict-weight-decay")
def with_the_penalty(p, gradients, lr, momentum, weight_decay):
    import torch

    w = torch.tensor(p, requires_grad=True)
    optimizer = torch.optim.SGD([w], lr=lr, momentum=momentum)
    after = []
    for g in gradients:
        optimizer.zero_grad()
        (g * w + weight_decay / 2 * w**2).backward()
        optimizer.step()
        after.append(w.item())
    return after


@answers("torch-optim/predict-weight-decay")
def five_digits(p, gradients, lr, momentum, weight_decay):
    # the step is a multiple of the step before, and of the gradient with the pull of the decay
    after, step = [p], 0.0
    for g in gradients:
        step = momentum * step - lr * g - lr * weight_decay * after[-1]
        after.append(after[-1] + step)
    return [float(f"{x:.5g}") for x in after[1:]]


@answers("torch-optim/settings")
def branches(name, params, lr, memory, weight_decay):
    import torch

    if name == "SGD":
        return torch.optim.SGD(params, lr=lr, momentum=memory, weight_decay=weight_decay)
    elif name == "Adagrad":
        return torch.optim.Adagrad(params, lr=lr, weight_decay=weight_decay)
    elif name == "RMSprop":
        return torch.optim.RMSprop(params, lr=lr, alpha=memory, weight_decay=weight_decay)
    elif name == "Adam":
        return torch.optim.Adam(params, lr=lr, betas=(memory, 0.999), weight_decay=weight_decay)
    elif name == "AdamW":
        return torch.optim.AdamW(params, lr=lr, betas=(memory, 0.999), weight_decay=weight_decay)


@answers("torch-optim/settings")
def table_of_arguments(name, params, lr, memory, weight_decay):
    from torch import optim

    memories = {
        "SGD": {"momentum": memory},
        "Adagrad": {},
        "RMSprop": {"alpha": memory},
        "Adam": {"betas": (memory, 0.999)},
        "AdamW": {"betas": (memory, 0.999)},
    }
    return getattr(optim, name)(params, lr=lr, weight_decay=weight_decay, **memories[name])


@answers("torch-optim/settings")
def set_in_the_groups(name, params, lr, memory, weight_decay):
    import torch

    optimizer = getattr(torch.optim, name)(list(params), lr=lr, weight_decay=weight_decay)
    for group in optimizer.param_groups:
        if name == "SGD":
            group["momentum"] = memory
        elif name == "RMSprop":
            group["alpha"] = memory
        elif name.startswith("Adam"):
            group["betas"] = [memory, group["betas"][1]]
    return optimizer


@answers("torch-optim/groups")
def four_groups(model, lr, head_lr, weight_decay):
    import torch

    weights, biases = [], []
    for layer in model[:-1]:
        if isinstance(layer, torch.nn.Linear):
            weights.append(layer.weight)
            biases.append(layer.bias)
    head = model[-1]
    return torch.optim.AdamW(
        [
            {"params": weights, "weight_decay": weight_decay},
            {"params": biases, "weight_decay": 0.0},
            {"params": [head.weight], "lr": head_lr, "weight_decay": weight_decay},
            {"params": [head.bias], "lr": head_lr, "weight_decay": 0.0},
        ],
        lr=lr,
    )


@answers("torch-optim/groups")
def one_group_each(model, lr, head_lr, weight_decay):
    import torch

    named = list(model.named_parameters())
    last = named[-1][0].split(".")[0]
    groups = []
    for name, p in named:
        groups.append(
            {
                "params": p,
                "lr": head_lr if name.split(".")[0] == last else lr,
                "weight_decay": 0 if "bias" in name else weight_decay,
            }
        )
    return torch.optim.AdamW(groups)


@answers("torch-optim/groups")
def by_dimension_and_added(model, lr, head_lr, weight_decay):
    import torch

    body = [p for layer in model[:-1] for p in layer.parameters()]
    optimizer = torch.optim.AdamW([p for p in body if p.ndim > 1], lr=lr, weight_decay=weight_decay)
    optimizer.add_param_group({"params": [p for p in body if p.ndim == 1], "weight_decay": 0.0})
    for p in model[-1].parameters():
        optimizer.add_param_group({"params": [p], "lr": head_lr, "weight_decay": weight_decay * (p.ndim > 1)})
    return optimizer


@answers("torch-optim/accumulate")
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


@answers("torch-optim/accumulate")
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


@answers("torch-optim/accumulate")
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


@answers("torch-optim/accumulate")
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


@answers("torch-optim/closure")
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


@answers("torch-optim/closure")
def closure_that_returns_a_number(model, loss_fn, X, y, lr, steps):
    import torch

    optimizer = torch.optim.LBFGS(list(model.parameters()), lr, max_iter=5)

    def evaluate():
        model.zero_grad()
        loss = loss_fn(model(X), y)
        loss.backward()
        return loss.item()

    return [float(optimizer.step(evaluate)) for _ in range(steps)]


@answers("torch-optim/closure")
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


@answers("torch-optim/resume")
def one_dict(model, loss_fn, optimizer, X, y, epochs, path):
    import os

    import torch

    first = 0
    if os.path.exists(path):
        checkpoint = torch.load(path)
        model.load_state_dict(checkpoint["model"])
        optimizer.load_state_dict(checkpoint["optimizer"])
        first = checkpoint["done"]
    losses = []
    for epoch in range(first, epochs):
        optimizer.zero_grad()
        loss = loss_fn(model(X), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        torch.save({"model": model.state_dict(), "optimizer": optimizer.state_dict(), "done": epoch + 1}, path)
    return losses


@answers("torch-optim/resume")
def tuple_and_try(model, loss_fn, optimizer, X, y, epochs, path):
    import torch

    try:
        epoch, weights, memory = torch.load(path, weights_only=False)
    except FileNotFoundError:
        epoch = -1
    else:
        model.load_state_dict(weights)
        optimizer.load_state_dict(memory)
    losses = []
    while epoch < epochs - 1:
        epoch += 1
        loss = loss_fn(model(X), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        torch.save((epoch, model.state_dict(), optimizer.state_dict()), path)
    return losses


@answers("torch-optim/resume")
def with_pickle_and_paths(model, loss_fn, optimizer, X, y, epochs, path):
    import pickle
    from pathlib import Path

    file = Path(path)
    saved = pickle.loads(file.read_bytes()) if file.is_file() else None
    if saved:
        model.load_state_dict(saved["model"])
        optimizer.load_state_dict(saved["optimizer"])
    losses = []
    for done in range(saved["epochs"] if saved else 0, epochs):
        loss = loss_fn(model(X), y)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        losses.append(loss.item())
        state = {"model": model.state_dict(), "optimizer": optimizer.state_dict(), "epochs": done + 1}
        file.write_bytes(pickle.dumps(state))
    return losses


@answers("torch-optim/complete")
def in_float32(x, y, lr, epochs):
    import torch

    X = torch.tensor(x, dtype=torch.float32).reshape(-1, 1)
    Y = torch.tensor(y, dtype=torch.float32).reshape(-1, 1)
    model = torch.nn.Linear(1, 1)
    torch.nn.init.zeros_(model.weight)
    torch.nn.init.zeros_(model.bias)
    loss_fn = torch.nn.MSELoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    losses = []
    for epoch in range(epochs):
        optimizer.zero_grad()
        loss = loss_fn(model(X), Y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return model.weight.item(), model.bias.item(), losses, model(torch.tensor([[10.0]])).item()


@answers("torch-optim/complete")
def in_float64(x, y, lr, epochs):
    import torch

    X, Y = torch.from_numpy(x)[:, None], torch.from_numpy(y)[:, None]
    model = torch.nn.Linear(1, 1, dtype=torch.float64)
    with torch.no_grad():
        for p in model.parameters():
            p.zero_()
    optimizer = torch.optim.SGD(model.parameters(), lr)
    losses = []
    for _ in range(epochs):
        loss = torch.mean((model(X) - Y) ** 2)
        losses.append(loss.item())
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
    with torch.no_grad():
        prediction = model(torch.full((1, 1), 10.0, dtype=torch.float64))
    return float(model.weight), float(model.bias), losses, prediction.item()


@answers("torch-optim/complete")
def flattened(x, y, lr, epochs):
    import torch

    model = torch.nn.Linear(1, 1).double()
    model.load_state_dict({"weight": torch.zeros(1, 1), "bias": torch.zeros(1)})
    targets = torch.as_tensor(y)
    optimizer = torch.optim.SGD([model.weight, model.bias], lr=lr)
    losses = []
    for _ in range(epochs):
        optimizer.zero_grad()
        loss = torch.nn.functional.mse_loss(model(torch.as_tensor(x).unsqueeze(1)).flatten(), targets)
        loss.backward()
        optimizer.step()
        losses += [loss.item()]
    w, b = (p.item() for p in model.parameters())
    return w, b, losses, 10 * w + b
