"""Right answers in other styles."""


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
