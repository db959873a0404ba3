"""Right answers in other styles."""


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
