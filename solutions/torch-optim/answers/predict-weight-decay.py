"""Right answers in other styles."""


def on_paper(p, gradients, lr, momentum, weight_decay):
    b, after = 0.0, []
    for g in gradients:
        b = momentum * b + (g + weight_decay * p)
        p = p - lr * b
        after.append(p)
    return after


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


def five_digits(p, gradients, lr, momentum, weight_decay):
    # the step is a multiple of the step before, and of the gradient with the pull of the decay
    after, step = [p], 0.0
    for g in gradients:
        step = momentum * step - lr * g - lr * weight_decay * after[-1]
        after.append(after[-1] + step)
    return [float(f"{x:.5g}") for x in after[1:]]
