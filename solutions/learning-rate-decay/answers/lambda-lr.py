"""Right answers in other styles."""


class ListOfBases:
    def __init__(self, optimizer, factor):
        self.optimizer = optimizer
        self.factor = factor
        self.bases = [group["lr"] for group in optimizer.param_groups]
        self.epoch = -1
        self.step()

    def step(self):
        self.epoch += 1
        for base, group in zip(self.bases, self.optimizer.param_groups):
            group["lr"] = base * self.factor(self.epoch)

    def state_dict(self):
        return {"epoch": self.epoch}

    def load_state_dict(self, state):
        self.epoch = state["epoch"]


class BaseKeptInTheGroup:
    def __init__(self, optimizer, factor):
        self.groups, self.factor, self.last_epoch = optimizer.param_groups, factor, 0
        self.optimizer = optimizer
        for group in self.groups:
            group["initial_lr"] = group["lr"]
        self.apply()

    def apply(self):
        for group in self.optimizer.param_groups:
            group["lr"] = group["initial_lr"] * self.factor(self.last_epoch)

    def step(self):
        self.last_epoch += 1
        self.apply()

    def state_dict(self):
        return {"last_epoch": self.last_epoch}

    def load_state_dict(self, state):
        self.__dict__.update(state)


class SavesItsBasesToo:
    def __init__(self, optimizer, factor):
        self.optimizer, self.factor = optimizer, factor
        self.state = {"epoch": 0, "bases": tuple(group["lr"] for group in optimizer.param_groups)}
        self.set_rates()

    def set_rates(self):
        factor = self.factor(self.state["epoch"])
        for i, base in enumerate(self.state["bases"]):
            self.optimizer.param_groups[i]["lr"] = factor * base

    def step(self):
        self.state["epoch"] += 1
        self.set_rates()

    def state_dict(self):
        return dict(self.state)

    def load_state_dict(self, state):
        self.state = dict(state)
        self.set_rates()
