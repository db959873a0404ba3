"""Right answers in other styles."""


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
