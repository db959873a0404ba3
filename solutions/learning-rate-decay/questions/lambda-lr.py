"""A scheduler that multiplies each group's rate by a function of the epoch, and can be saved."""

from __future__ import annotations

import numpy as np

from course_lib import lr_scheduler
from course_lib.checks.declaration import Case, Question
from course_lib.checks.mutating import mistakes_in
from course_lib.driving.schedules import FallingFactor, observe_schedule

from ._consumed import SCHEDULES


def draw(rng: np.random.Generator) -> list[Case]:
    cases = []
    for groups, epochs, further in ((1, 5, 3), (2, 4, 4), (3, 6, 2), (2, 1, 3)):
        first, fall = float(rng.uniform(0.3, 0.8)), float(rng.uniform(0.2, 1))
        cases.append(
            {
                "lrs": [float(lr) for lr in rng.uniform(0.05, 2, groups)],
                "factor": FallingFactor(first, fall),
                "epochs": epochs,
                "further": further,
            }
        )
    return cases


question = Question(
    cases=draw,
    reference=lr_scheduler.LambdaLR,
    observe=observe_schedule,
    forbidden=SCHEDULES,
    reading="learning-rate-decay#a-function-of-your-own",
    hints=[
        "In __init__: keep the optimizer and the function, and note the rate that each group starts with. Those never change "
        "again.",
        "Epoch 0 has a factor too: set the rates in __init__ as well as in step.",
        "step: one epoch further, then for every group: its starting rate times the factor of this epoch.",
        "To resume, the number of the epoch is all that has to be saved.",
    ],
)


class Schedule:
    def __init__(self, optimizer, factor):
        self.optimizer, self.factor, self.epoch = optimizer, factor, 0
        self.starts = [group["lr"] for group in optimizer.param_groups]
        self.set_rates()

    def set_rates(self):
        for group, start in zip(self.optimizer.param_groups, self.starts):
            group["lr"] = start * self.factor(self.epoch)

    def step(self):
        self.epoch += 1
        self.set_rates()

    def state_dict(self):
        return {"epoch": self.epoch}

    def load_state_dict(self, state):
        self.epoch = state["epoch"]


mistake = mistakes_in(Schedule, question)

mistake(
    "first_group_only",
    "You change the rate of the first group only. An optimizer may have several, each with its own rate.",
    ("in zip(self.optimizer.param_groups, self.starts)", "in zip(self.optimizer.param_groups[:1], self.starts)"),
)

mistake(
    "compounds_from_the_current_rate",
    "You multiply the current rate, which has the earlier factors in it already, so they pile up. The factor belongs to the "
    "rate at the start.",
    ("= start * self.factor", "= group['lr'] * self.factor"),
)

mistake(
    "one_rate_for_all",
    "You give all groups the starting rate of the first. Each group keeps its own.",
    ("= start * self.factor", "= self.starts[0] * self.factor"),
)

mistake(
    "factor_of_epoch_zero_left_out",
    "Your epoch 0 uses the plain rate. The function gives a factor for epoch 0 too, and a warm-up begins with it: set the "
    "rates when the schedule is built.",
    ("optimizer.param_groups]\n        self.set_rates()", "optimizer.param_groups]"),
)

mistake(
    "one_epoch_behind",
    "Your rates are one epoch behind: step sets the rates of the epoch that ends, and counts afterwards. It should set those "
    "of the epoch that begins.",
    ("self.epoch += 1\n        self.set_rates()", "self.set_rates()\n        self.epoch += 1"),
)

mistake(
    "factor_as_rate",
    "You set the rates to the factor itself. It multiplies the rate at the start.",
    ("= start * self.factor", "= self.factor"),
)

mistake(
    "state_ignored",
    "After resuming, your schedule starts over from epoch 0: load_state_dict takes nothing over. A long warm-up would begin "
    "again in the middle of the training.",
    ('self.epoch = state["epoch"]', "pass"),
)

mistake(
    "resumes_one_epoch_ahead",
    "After resuming, your schedule skips an epoch: loading a state must not count as a step.",
    ('self.epoch = state["epoch"]', 'self.epoch = state["epoch"] + 1'),
)

mistake(
    "current_rates_saved_as_the_starts",
    "After resuming, your rates are too small: what you save as the rates at the start are the current ones, which have been "
    "multiplied already.",
    ('{"epoch": self.epoch}', '{"epoch": self.epoch, "starts": [group["lr"] for group in self.optimizer.param_groups]}'),
    ('self.epoch = state["epoch"]', 'self.epoch, self.starts = state["epoch"], state["starts"]'),
)
