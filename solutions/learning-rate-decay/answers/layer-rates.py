"""Right answers in other styles."""


def from_the_end(layers, lr, decay):
    return [{"params": layer, "lr": lr * decay**k} for k, layer in enumerate(reversed(layers))]


def loop_with_exponent(layers, lr, decay):
    groups = []
    for i in range(len(layers)):
        rate = lr * decay ** (len(layers) - 1 - i)
        groups.append({"params": list(layers[i]), "lr": rate})
    return groups


def one_group_a_parameter(layers, lr, decay):
    groups = []
    for layer in layers[::-1]:
        groups += [dict(params=[p], lr=lr, momentum=0.0) for p in layer]
        lr *= decay
    return groups
