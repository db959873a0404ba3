"""Right answers in other styles."""


class GroupsCompletedDicts:
    def __init__(self, groups, lr, momentum, dampening, weight_decay, maximize):
        defaults = {"lr": lr, "momentum": momentum, "dampening": dampening, "weight_decay": weight_decay, "maximize": maximize}
        self.param_groups = [{**defaults, **group} for group in groups]
        self.buffers = {}

    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is None:
                    continue
                g = -p.grad if group["maximize"] else p.grad
                g = g + group["weight_decay"] * p.data
                if group["momentum"] != 0:
                    if p not in self.buffers:
                        self.buffers[p] = g.copy()
                    else:
                        self.buffers[p] = group["momentum"] * self.buffers[p] + (1 - group["dampening"]) * g
                    g = self.buffers[p]
                p.data -= group["lr"] * g


class GroupsSetDefaults:
    def __init__(self, groups, lr, momentum, dampening, weight_decay, maximize):
        self.param_groups = []
        for group in groups:
            group = dict(group)
            group.setdefault("lr", lr)
            group.setdefault("momentum", momentum)
            group.setdefault("dampening", dampening)
            group.setdefault("weight_decay", weight_decay)
            group.setdefault("maximize", maximize)
            group["buffers"] = [None] * len(group["params"])
            self.param_groups.append(group)

    def step(self):
        for group in self.param_groups:
            mu, buffers = group["momentum"], group["buffers"]
            sign = -1.0 if group["maximize"] else 1.0
            for j, p in enumerate(group["params"]):
                if p.grad is not None:
                    d = sign * p.grad
                    if group["weight_decay"] > 0:
                        d += group["weight_decay"] * p.data
                    if buffers[j] is None:
                        buffers[j] = d
                    else:
                        buffers[j] = mu * buffers[j] + d - group["dampening"] * d
                    p.data = p.data - group["lr"] * buffers[j]


class GroupsOneMethodAParameter:
    def __init__(self, groups, lr, momentum, dampening, weight_decay, maximize):
        names = ["lr", "momentum", "dampening", "weight_decay", "maximize"]
        values = [lr, momentum, dampening, weight_decay, maximize]
        self.param_groups = [dict(zip(names, values)) | g for g in groups]
        self.state = {id(p): {} for g in groups for p in g["params"]}

    def step(self):
        for g in self.param_groups:
            for p in g["params"]:
                if p.grad is not None:
                    self.update(p, self.state[id(p)], g)

    def update(self, p, state, group):
        climb, decay = group["maximize"], group["weight_decay"]
        slope = decay * p.data - p.grad if climb else decay * p.data + p.grad
        if group["momentum"]:
            if "buffer" in state:
                state["buffer"] *= group["momentum"]
                state["buffer"] += (1 - group["dampening"]) * slope
            else:
                state["buffer"] = slope
            slope = state["buffer"]
        p.data[...] -= group["lr"] * slope
