"""Right answers in other styles."""


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


def by_dimension_and_added(model, lr, head_lr, weight_decay):
    import torch

    body = [p for layer in model[:-1] for p in layer.parameters()]
    optimizer = torch.optim.AdamW([p for p in body if p.ndim > 1], lr=lr, weight_decay=weight_decay)
    optimizer.add_param_group({"params": [p for p in body if p.ndim == 1], "weight_decay": 0.0})
    for p in model[-1].parameters():
        optimizer.add_param_group({"params": [p], "lr": head_lr, "weight_decay": weight_decay * (p.ndim > 1)})
    return optimizer
