"""What the problem set on learning-rate decay expects, and the mistakes it knows."""

from __future__ import annotations

import math
import warnings

import numpy as np

from course_lib import lr_scheduler
from course_lib.checks.declaration import Case, Question
from course_lib.checks.mutating import mistakes_in
from course_lib.optim import SGD, Parameter

SCHEDULES = ("course_lib.lr_scheduler", "torch.optim.lr_scheduler", "course_lib.checks.answers")


def consumed(schedule, lr: float, epochs: int) -> list[float]:
    """The rates that an optimizer uses in each of its epochs under ``schedule(optimizer)``, a schedule of the library."""
    optimizer = SGD([Parameter(np.zeros(1))], lr=lr)
    scheduler = schedule(optimizer)
    rates = []
    for _ in range(epochs):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return rates


# --------------------------------------------------------------------------------------------- exponential


def exponential_cases(rng: np.random.Generator) -> list[Case]:
    return [
        {"lr": float(rng.uniform(0.05, 2)), "gamma": float(rng.uniform(low, low + 0.2)), "epochs": epochs}
        for low, epochs in ((0.75, 6), (0.4, 4), (0.55, 9), (0.75, 1), (0.2, 3))
    ]


exponential = Question(
    name="learning-rate-decay/exponential",
    cases=exponential_cases,
    reference=lambda lr, gamma, epochs: consumed(lambda optimizer: lr_scheduler.ExponentialLR(optimizer, gamma), lr, epochs),
    forbidden=SCHEDULES,
    reading="learning-rate-decay#exponential-decay",
    hints=[
        "Write the rates of the first three epochs by hand: which power of gamma stands in each?",
        "Epoch 0 uses lr itself. Every further epoch multiplies once more.",
    ],
)


@exponential.misconception
def first_epoch_already_decayed(lr, gamma, epochs):
    """Your first epoch already uses a decayed rate. The rate falls after an epoch, so epoch 0 uses lr itself."""
    return [lr * gamma ** (t + 1) for t in range(epochs)]


@exponential.misconception
def compounded_twice(lr, gamma, epochs):
    """You multiply the current rate by gamma to the power of the epoch. The current rate has the earlier factors in it already:
    either multiply it by gamma once an epoch, or start from lr and take the power."""
    rates = [lr]
    for t in range(1, epochs):
        rates.append(rates[-1] * gamma**t)
    return rates


@exponential.misconception
def decays_only_once(lr, gamma, epochs):
    """Your rate falls once and then stays: you multiply lr by gamma in every epoch, but do not keep the result for the next."""
    return [lr if t == 0 else lr * gamma for t in range(epochs)]


@exponential.misconception
def falls_by_equal_amounts(lr, gamma, epochs):
    """Your rate falls by the same amount each epoch. Exponential decay falls by the same factor, so the amounts shrink."""
    return [lr - t * (1 - gamma) * lr for t in range(epochs)]


@exponential.misconception
def exponential_function(lr, gamma, epochs):
    """You used the exponential function with gamma as the decay constant. Here gamma is the factor from one epoch to the next."""
    return [lr * np.exp(-gamma * t) for t in range(epochs)]


@exponential.misconception
def grows(lr, gamma, epochs):
    """Your rate grows: you divide by gamma, which is below 1."""
    return [lr / gamma**t for t in range(epochs)]


@exponential.misconception
def factors_without_the_rate(lr, gamma, epochs):
    """You returned the factors alone; the rates are these factors times lr."""
    return [gamma**t for t in range(epochs)]


@exponential.misconception
def one_epoch_too_many(lr, gamma, epochs):
    """You return one rate too many: the last is that of an epoch that is never run. The rates that are used are those of the
    epochs 0 to epochs - 1."""
    return [lr * gamma**t for t in range(epochs + 1)]


@exponential.misconception
def only_the_last_rate(lr, gamma, epochs):
    """You returned the rate of the last epoch only; the question asks for the rates of all of them."""
    return lr * gamma ** (epochs - 1)


# ---------------------------------------------------------------------------------------------------- step


def step_cases(rng: np.random.Generator) -> list[Case]:
    return [
        {
            "lr": float(rng.uniform(0.05, 2)),
            "step_size": step_size,
            "gamma": float(rng.uniform(0.1, 0.7)),
            "epochs": epochs,
        }
        for step_size, epochs in ((3, 10), (2, 7), (5, 5), (4, 14), (5, 6))
    ]


step = Question(
    name="learning-rate-decay/step",
    cases=step_cases,
    reference=lambda lr, step_size, gamma, epochs: consumed(
        lambda optimizer: lr_scheduler.StepLR(optimizer, step_size, gamma), lr, epochs
    ),
    forbidden=SCHEDULES,
    reading="learning-rate-decay#step-decay",
    hints=[
        "How many drops have happened before epoch t? Count them for step_size = 3 and t = 0, 2, 3, 5, 6.",
        "Dividing and rounding down counts them: t // step_size.",
    ],
)


@step.misconception
def no_rounding_down(lr, step_size, gamma, epochs):
    """Your rate falls a little in every epoch. Step decay keeps it for step_size epochs and then drops it: the number of drops is
    a whole number."""
    return [lr * gamma ** (t / step_size) for t in range(epochs)]


@step.misconception
def one_epoch_early(lr, step_size, gamma, epochs):
    """Your drops come one epoch early: the first step_size epochs, 0 to step_size - 1, all use lr."""
    return [lr * gamma ** ((t + 1) // step_size) for t in range(epochs)]


@step.misconception
def one_epoch_late(lr, step_size, gamma, epochs):
    """Your drops come one epoch late: epoch number step_size is the first that uses the smaller rate."""
    return [lr * gamma ** (max(0, t - 1) // step_size) for t in range(epochs)]


@step.misconception
def drops_at_epoch_zero(lr, step_size, gamma, epochs):
    """You drop the rate in epoch 0 as well: 0 is a multiple of step_size, but nothing has been trained yet."""
    return [lr * gamma ** (1 + t // step_size) for t in range(epochs)]


@step.misconception
def recovers_after_the_drop(lr, step_size, gamma, epochs):
    """Your rate drops for one epoch and then returns to lr. A drop lasts, and the next starts from there."""
    return [lr * gamma if t > 0 and t % step_size == 0 else lr for t in range(epochs)]


@step.misconception
def drops_only_once(lr, step_size, gamma, epochs):
    """Your rate drops once. It drops again every step_size epochs."""
    return [lr if t < step_size else lr * gamma for t in range(epochs)]


@step.misconception
def every_epoch_but_the_multiples(lr, step_size, gamma, epochs):
    """You drop the rate in every epoch that is not a multiple of step_size. It is the other way round."""
    rates, rate = [], lr
    for t in range(epochs):
        if t % step_size:
            rate *= gamma
        rates.append(rate)
    return rates


@step.misconception
def decays_every_epoch(lr, step_size, gamma, epochs):
    """You multiply by gamma in every epoch and do not use step_size."""
    return [lr * gamma**t for t in range(epochs)]


@step.misconception
def multiplies_by_the_count(lr, step_size, gamma, epochs):
    """You multiply by gamma times the number of drops. Each drop multiplies by gamma once more, so the number of drops is an
    exponent."""
    return [lr * gamma * (t // step_size) if t >= step_size else lr for t in range(epochs)]


# ---------------------------------------------------------------------------------------------- multi-step


def multi_step_cases(rng: np.random.Generator) -> list[Case]:
    cases = []
    for milestones, epochs in (([2, 5], 9), ([1, 4, 6], 10), ([3], 7), ([2, 3, 9], 8), ([4, 20], 8)):
        cases.append(
            {
                "lr": float(rng.uniform(0.05, 2)),
                "milestones": milestones,
                "gamma": float(rng.uniform(0.1, 0.7)),
                "epochs": epochs,
            }
        )
    return cases


multi_step = Question(
    name="learning-rate-decay/multi-step",
    cases=multi_step_cases,
    reference=lambda lr, milestones, gamma, epochs: consumed(
        lambda optimizer: lr_scheduler.MultiStepLR(optimizer, milestones, gamma), lr, epochs
    ),
    forbidden=SCHEDULES,
    reading="learning-rate-decay#step-decay",
    hints=[
        "As in step decay the exponent is the number of drops so far.",
        "How many of the milestones has epoch t reached?",
        "A milestone m is reached in epoch m itself: m <= t.",
    ],
)


@multi_step.misconception
def one_epoch_late(lr, milestones, gamma, epochs):
    """Your drops come one epoch late: epoch m, for a milestone m, already uses the smaller rate."""
    return [lr * gamma ** sum(t > m for m in milestones) for t in range(epochs)]


@multi_step.misconception
def one_epoch_early(lr, milestones, gamma, epochs):
    """Your drops come one epoch early: epochs are counted from 0, and epoch m - 1 is still before the milestone m."""
    return [lr * gamma ** sum(t + 1 >= m for m in milestones) for t in range(epochs)]


@multi_step.misconception
def milestones_as_durations(lr, milestones, gamma, epochs):
    """You read the milestones as lengths, each counted from the one before. They are epochs, all counted from the start."""
    return [lr * gamma ** sum(t >= m for m in np.cumsum(milestones)) for t in range(epochs)]


@multi_step.misconception
def only_the_first_milestone(lr, milestones, gamma, epochs):
    """Your rate drops once, at the first milestone. Each milestone drops it again, from where it is."""
    return [lr * gamma if t >= milestones[0] else lr for t in range(epochs)]


@multi_step.misconception
def recovers_after_the_milestone(lr, milestones, gamma, epochs):
    """Your rate drops in the epoch of a milestone only and then returns to lr. A drop lasts."""
    return [lr * gamma if t in milestones else lr for t in range(epochs)]


@multi_step.misconception
def drops_again_every_epoch(lr, milestones, gamma, epochs):
    """Once a milestone is reached, you drop the rate in every epoch. Each milestone drops it once."""
    rates, rate = [], lr
    for t in range(epochs):
        rate *= gamma ** sum(t >= m for m in milestones)
        rates.append(rate)
    return rates


@multi_step.misconception
def first_milestone_as_a_period(lr, milestones, gamma, epochs):
    """You drop the rate at every multiple of the first milestone. Milestones need not be evenly spaced: drop it at those that are
    listed."""
    return [lr * gamma ** (t // milestones[0]) for t in range(epochs)]


@multi_step.misconception
def all_drops_at_the_first(lr, milestones, gamma, epochs):
    """You apply all drops at the first milestone. Only the milestones reached so far count."""
    return [lr * gamma ** len(milestones) if t >= milestones[0] else lr for t in range(epochs)]


# -------------------------------------------------------------------------------------------------- cosine


def cosine_cases(rng: np.random.Generator) -> list[Case]:
    return [
        {
            "lr": float(rng.uniform(0.2, 2)),
            "lr_min": float(rng.uniform(0.01, 0.1)) if low else 0.0,
            "T_max": T_max,
            "epochs": epochs,
        }
        for low, T_max, epochs in ((True, 8, 6), (False, 5, 5), (True, 4, 9), (True, 10, 11), (False, 6, 14))
    ]


def cosine_reference(lr, lr_min, T_max, epochs):
    rates = consumed(lambda optimizer: lr_scheduler.CosineAnnealingLR(optimizer, T_max, lr_min), lr, min(epochs, T_max + 1))
    # the schedule of the library, as torch's, would rise again
    return rates + [lr_min] * (epochs - len(rates))


cosine = Question(
    name="learning-rate-decay/cosine",
    cases=cosine_cases,
    reference=cosine_reference,
    forbidden=SCHEDULES,
    reading="learning-rate-decay#cosine-annealing",
    hints=[
        "Put t = 0 and t = T_max into the formula: the first gives lr, the second lr_min.",
        "What does the cosine do after π? And what should the rate do after T_max?",
        "min(t, T_max) in place of t keeps the rate where it arrived.",
    ],
)


@cosine.misconception
def rises_again(lr, lr_min, T_max, epochs):
    """Beyond T_max your rate rises again, as the cosine does (and as torch's CosineAnnealingLR does, if you go on stepping it).
    Here it is to stay at lr_min."""
    return [lr_min + (lr - lr_min) * (1 + np.cos(np.pi * t / T_max)) / 2 for t in range(epochs)]


@cosine.misconception
def zero_after_the_end(lr, lr_min, T_max, epochs):
    """Beyond T_max your rate is 0, so nothing is learned any more. It stays at lr_min."""
    return [lr_min + (lr - lr_min) * (1 + np.cos(np.pi * t / T_max)) / 2 if t <= T_max else 0.0 for t in range(epochs)]


@cosine.misconception
def minimum_added_on_top(lr, lr_min, T_max, epochs):
    """You add lr_min to a wave that already starts at lr, so epoch 0 uses more than lr. The wave spans the distance from lr_min
    to lr."""
    return [lr_min + lr * (1 + np.cos(np.pi * min(t, T_max) / T_max)) / 2 for t in range(epochs)]


@cosine.misconception
def minimum_ignored(lr, lr_min, T_max, epochs):
    """Your rate falls to 0 instead of to lr_min."""
    return [lr * (1 + np.cos(np.pi * min(t, T_max) / T_max)) / 2 for t in range(epochs)]


@cosine.misconception
def clipped_at_the_minimum(lr, lr_min, T_max, epochs):
    """You cut off a wave that falls to 0 where it gets below lr_min. The wave itself ends at lr_min, and reaches it at T_max, not
    before."""
    return [max(lr_min, lr * (1 + np.cos(np.pi * min(t, T_max) / T_max)) / 2) for t in range(epochs)]


@cosine.misconception
def whole_period(lr, lr_min, T_max, epochs):
    """You go through a whole period of the cosine by T_max, so the rate is back at the top there. Half a period leads from the
    top to the bottom."""
    return [lr_min + (lr - lr_min) * (1 + np.cos(2 * np.pi * min(t, T_max) / T_max)) / 2 for t in range(epochs)]


@cosine.misconception
def quarter_period(lr, lr_min, T_max, epochs):
    """You go along a quarter of the cosine, which is steepest at the end. Annealing uses half a period, which is flat at both
    ends."""
    return [lr_min + (lr - lr_min) * np.cos(np.pi / 2 * min(t, T_max) / T_max) for t in range(epochs)]


@cosine.misconception
def one_epoch_short(lr, lr_min, T_max, epochs):
    """Your rate reaches lr_min one epoch early: at t = T_max - 1."""
    return [lr_min + (lr - lr_min) * (1 + np.cos(np.pi * min(t, T_max - 1) / (T_max - 1))) / 2 for t in range(epochs)]


@cosine.misconception
def ends_with_the_run(lr, lr_min, T_max, epochs):
    """You stretch the wave over `epochs`. It ends at T_max, which may be before or after the end of the run."""
    return [lr_min + (lr - lr_min) * (1 + np.cos(np.pi * t / epochs)) / 2 for t in range(epochs)]


@cosine.misconception
def not_halved(lr, lr_min, T_max, epochs):
    """The factor 1/2 is missing: 1 + cos runs from 2 to 0, so your first rate is too large."""
    return [lr_min + (lr - lr_min) * (1 + np.cos(np.pi * min(t, T_max) / T_max)) for t in range(epochs)]


@cosine.misconception
def straight_line(lr, lr_min, T_max, epochs):
    """Your rate falls along a straight line. The cosine is flat at both ends and steep between them."""
    return [lr + (lr_min - lr) * min(t, T_max) / T_max for t in range(epochs)]


# ------------------------------------------------------------------------------------------ warm-up factor


def warmup_cases(rng: np.random.Generator) -> list[Case]:
    cases = []
    for warmup, total in ((4, 12), (0, 6), (1, 7), (5, 25), (3, 8)):
        # asked out of order and twice, as someone does who plots a schedule before using it
        t = rng.permutation(np.concatenate([np.arange(total + 1), rng.integers(0, total + 1, 4)]))
        cases.append({"warmup": warmup, "total": total, "t": [int(one) for one in t]})
    return cases


def observe_factor(answer, case: Case) -> list[float]:
    factor = answer(case["warmup"], case["total"])
    if not callable(factor):
        raise TypeError(f"warmup_cosine must return a function of t, but returned {factor!r:.80}")
    return [factor(t) for t in case["t"]]


def warmup_reference(warmup, total):
    def schedule(optimizer):
        rise = lr_scheduler.LinearLR(optimizer, start_factor=1 / max(1, warmup), total_iters=max(0, warmup - 1))
        fall = lr_scheduler.CosineAnnealingLR(optimizer, T_max=total - warmup)
        return lr_scheduler.SequentialLR(optimizer, [rise, fall], milestones=[warmup])

    return consumed(schedule, 1.0, total + 1).__getitem__


warmup_cosine = Question(
    name="learning-rate-decay/warmup-cosine",
    cases=warmup_cases,
    reference=warmup_reference,
    observe=observe_factor,
    forbidden=SCHEDULES,
    reading="learning-rate-decay#warm-up",
    hints=[
        "Write an inner function factor(t) with an if: before `warmup` one formula, from there on the other. Return the inner "
        "function.",
        "The first update uses 1/warmup of the rate, not 0: nothing would be learned from it.",
        "In the second part, count t from the end of the warm-up: it lasts total - warmup updates.",
        "Without a warm-up the first formula must not be reached, nor divided by.",
    ],
)


@warmup_cosine.misconception
def begins_at_zero(warmup, total):
    """Your warm-up begins with the factor 0: the first update changes nothing, and its batch is wasted. Update 0 uses
    1/warmup."""

    def factor(t):
        if t < warmup:
            return t / warmup
        return (1 + np.cos(np.pi * (t - warmup) / (total - warmup))) / 2

    return factor


@warmup_cosine.misconception
def no_warmup(warmup, total):
    """Your schedule begins with the full rate: there is no warm-up in it."""
    return lambda t: 1.0 if t < warmup else (1 + np.cos(np.pi * (t - warmup) / (total - warmup))) / 2


@warmup_cosine.misconception
def division_by_zero(warmup, total):
    """With warmup = 0 your factor divides by zero. No warm-up is a sensible choice: then the cosine starts at once."""
    return lambda t: min((t + 1) / warmup, (1 + np.cos(np.pi * max(0, t - warmup) / (total - warmup))) / 2)


@warmup_cosine.misconception
def cosine_from_the_start(warmup, total):
    """Your cosine is counted from the start of the run, so it has already fallen when the warm-up ends and the rate jumps. It
    starts, at the top, where the warm-up ends."""
    return lambda t: (t + 1) / warmup if t < warmup else (1 + np.cos(np.pi * t / total)) / 2


@warmup_cosine.misconception
def cosine_over_the_whole_length(warmup, total):
    """Your cosine takes `total` updates from the end of the warm-up on, so at the end of the run the rate is not yet down. It has
    total - warmup updates left."""
    return lambda t: (t + 1) / warmup if t < warmup else (1 + np.cos(np.pi * (t - warmup) / total)) / 2


@warmup_cosine.misconception
def counts_its_calls(warmup, total):
    """Your factor counts how often it is called instead of using t. Whoever draws the schedule before the run then changes the
    run. The same t must always give the same factor."""
    calls = -1

    def factor(t):
        nonlocal calls
        calls += 1
        if calls < warmup:
            return (calls + 1) / warmup
        return (1 + np.cos(np.pi * min(1, (calls - warmup) / (total - warmup)))) / 2

    return factor


@warmup_cosine.misconception
def full_rate_one_update_late(warmup, total):
    """Your warm-up divides by warmup + 1, so its last update is still below the full rate. Update warmup - 1 uses the full
    rate."""
    return lambda t: (t + 1) / (warmup + 1) if t < warmup else (1 + np.cos(np.pi * (t - warmup) / (total - warmup))) / 2


@warmup_cosine.misconception
def both_multiplied(warmup, total):
    """You multiply the rise by a cosine that falls from update 0 on. One follows the other: during the warm-up nothing falls."""
    return lambda t: (min(1, (t + 1) / warmup) if warmup else 1) * (1 + np.cos(np.pi * t / total)) / 2


@warmup_cosine.misconception
def straight_line_down(warmup, total):
    """After the warm-up your factor falls along a straight line; the question asks for half a cosine."""
    return lambda t: (t + 1) / warmup if t < warmup else 1 - (t - warmup) / (total - warmup)


@warmup_cosine.misconception
def stays_at_the_full_rate(warmup, total):
    """After the warm-up your factor stays 1; it should fall to 0 along half a cosine."""
    return lambda t: (t + 1) / warmup if t < warmup else 1.0


# --------------------------------------------------------------------------------------------- lambda rule


def lambda_cases(rng: np.random.Generator) -> list[Case]:
    cases = []
    for groups, epochs, further in ((1, 5, 3), (2, 4, 4), (3, 6, 2), (2, 1, 3)):
        first, fall = float(rng.uniform(0.3, 0.8)), float(rng.uniform(0.2, 1))

        def factor(epoch, first=first, fall=fall):
            """a function factor(epoch)"""
            return first / (1 + fall * epoch)

        cases.append(
            {
                "lrs": [float(lr) for lr in rng.uniform(0.05, 2, groups)],
                "factor": factor,
                "epochs": epochs,
                "further": further,
            }
        )
    return cases


def observe_schedule(answer, case: Case) -> dict[str, list]:
    """Run a schedule, save it, resume on a fresh optimizer; note the rates of all groups in each epoch."""

    def build():
        optimizer = SGD([{"params": [Parameter(np.zeros(1))], "lr": lr} for lr in case["lrs"]])
        return optimizer, answer(optimizer, case["factor"])

    def go_on(optimizer, scheduler, epochs):
        rates = []
        for _ in range(epochs):
            rates.append([group["lr"] for group in optimizer.param_groups])
            optimizer.step()
            scheduler.step()
        return rates

    optimizer, scheduler = build()
    before = go_on(optimizer, scheduler, case["epochs"])
    saved, weights = scheduler.state_dict(), optimizer.state_dict()
    optimizer, scheduler = build()
    scheduler.load_state_dict(saved)
    optimizer.load_state_dict(weights)
    return {"rates": before, "rates after resuming": go_on(optimizer, scheduler, case["further"])}


lambda_lr = Question(
    name="learning-rate-decay/lambda-lr",
    cases=lambda_cases,
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


mistake = mistakes_in(Schedule, lambda_lr)

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


# ------------------------------------------------------------------------------------------------- plateau


def plateau_cases(rng: np.random.Generator) -> list[Case]:
    cases = []
    for patience, cooldown, scale in (
        (2, 0, 20.0),
        (1, 2, 0.3),
        (0, 1, 5.0),
        (3, 3, 40.0),
        (1, 0, 0.1),
        (0, 0, 8.0),
        (2, 4, 10.0),
    ):
        threshold = float(rng.uniform(0.05, 0.1))
        best = scale
        losses: list[float] = []
        for _ in range(40):
            # clear progress, progress below the threshold, no progress but less than the epoch before, worse
            kind = rng.choice(4, p=[0.2, 0.3, 0.2, 0.3])
            previous = losses[-1] if losses else best
            low, high = [(0.75, 0.85), (0.955, 0.995), (1.01, 1.05), (1.06, 1.3)][kind]
            loss = best * float(rng.uniform(low, high))
            if kind == 2:
                loss = max(best * 1.001, previous * float(rng.uniform(0.97, 0.999)))
            losses.append(loss)
            if loss < best * (1 - threshold):
                best = loss
        cases.append(plateau_case(rng, losses, patience, threshold, cooldown))
    scale = float(rng.uniform(1, 30))
    # many improvements, none of which counts by itself
    creeping = [scale * 0.955**t * float(rng.uniform(0.999, 1)) for t in range(20)]
    cases.append(plateau_case(rng, creeping, 2, 0.08, 0))
    # the best loss of all falls into a cooldown
    lucky = [scale * float(rng.uniform(low, low + 0.02)) for low in (1, 1.1, 0.5, 0.6, 0.75, 0.8, 0.7, 0.45, 0.9, 0.3, 0.5, 0.55)]
    cases.append(plateau_case(rng, lucky, 0, 0.06, 2))
    return cases


def plateau_case(rng: np.random.Generator, losses: list[float], patience: int, threshold: float, cooldown: int) -> Case:
    return {
        "losses": losses,
        "lr": float(rng.uniform(0.5, 2)),
        "factor": float(rng.uniform(0.3, 0.7)),
        "patience": patience,
        "threshold": threshold,
        "cooldown": cooldown,
        "min_lr": float(rng.uniform(0.02, 0.04)),
    }


def plateau_reference(losses, lr, factor, patience, threshold, cooldown, min_lr):
    optimizer = SGD([Parameter(np.zeros(1))], lr=lr)
    scheduler = lr_scheduler.ReduceLROnPlateau(
        optimizer, factor=factor, patience=patience, threshold=threshold, cooldown=cooldown, min_lr=min_lr
    )
    rates = []
    for loss in losses:
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step(loss)
    return rates


plateau = Question(
    name="learning-rate-decay/plateau",
    cases=plateau_cases,
    reference=plateau_reference,
    forbidden=SCHEDULES,
    reading="learning-rate-decay#decay-on-a-plateau",
    hints=[
        "Four numbers are enough to remember: the rate, the best loss, how many bad epochs in a row, how many epochs of "
        "cooldown are left.",
        "First note the rate: it was used before the loss of the epoch was known. Then compare the loss with the best one.",
        "In the cooldown: one epoch less of it is left, and the count of bad epochs is 0, whatever the loss was.",
        "More than `patience` bad epochs: reduce, set the count to 0, start the cooldown.",
    ],
)


def watched(losses, lr, factor, patience, threshold, cooldown, min_lr):
    rates, best, bad, rest = [], np.inf, 0, 0
    for loss in losses:
        rates.append(lr)
        if loss < best * (1 - threshold):
            best = loss
            bad = 0
        else:
            bad += 1
        if rest > 0:
            rest -= 1
            bad = 0
        if bad > patience:
            lr = max(lr * factor, min_lr)
            bad = 0
            rest = cooldown
    return rates


mistake = mistakes_in(watched, plateau)

mistake(
    "improvement_turned_round",
    "You treat a rising loss as progress. What is watched is a loss: lower is better.",
    ("[], np.inf, 0, 0", "[], -np.inf, 0, 0"),
    ("loss < best * (1 - threshold)", "loss > best * (1 + threshold)"),
)
mistake(
    "threshold_ignored",
    "You count every improvement, however small. One that is smaller than the threshold does not count.",
    ("best * (1 - threshold)", "best"),
)
mistake(
    "absolute_threshold",
    "You subtract the threshold from the best loss. Here it is a fraction: the loss has to be below (1 - threshold) times the "
    "best, so that it means the same for large and for small losses.",
    ("best * (1 - threshold)", "best - threshold"),
)
mistake(
    "patience_one_too_short",
    "You reduce after `patience` bad epochs. Those are put up with: the rate falls after more than `patience` of them.",
    ("if bad > patience", "if bad and bad >= patience"),
)
mistake(
    "patience_one_too_long",
    "You put up with one bad epoch too many: the rate falls as soon as there are more than `patience` of them.",
    ("if bad > patience", "if bad > patience + 1"),
)
mistake(
    "no_patience",
    "You reduce the rate after every bad epoch. Up to `patience` of them in a row are put up with.",
    ("if bad > patience", "if bad > 0"),
)
mistake(
    "cooldown_ignored",
    "You do not use the cooldown: the bad epochs right after a reduction are not to be counted.",
    ("rest = cooldown", "pass"),
)
mistake(
    "blind_in_the_cooldown",
    "During the cooldown you do not look at the loss at all, so an improvement made there is missed. Only the bad epochs are "
    "not counted; the best loss is.",
    ("if loss < best", "if rest > 0:\n            pass\n        elif loss < best"),
)
mistake(
    "minimum_ignored",
    "Your rate falls below min_lr.",
    ("max(lr * factor, min_lr)", "lr * factor"),
)
mistake(
    "compared_with_the_previous_epoch",
    "You compare each loss with that of the epoch before. A loss that goes up and down then counts as progress every other "
    "epoch: compare it with the best so far.",
    ("bad += 1", "best, bad = loss, bad + 1"),
)
mistake(
    "best_creeps_down",
    "You lower the best loss also after an improvement that is too small to count. Many small improvements then never add up "
    "to one that counts.",
    ("bad += 1", "best, bad = min(best, loss), bad + 1"),
)
mistake(
    "bad_epochs_not_in_a_row",
    "You count all bad epochs, also those before the last improvement. An improvement sets the count back to 0.",
    ("best = loss\n            bad = 0", "best = loss"),
)
mistake(
    "count_not_reset_after_reduction",
    "After a reduction you go on counting from where you were, so the very next bad epoch reduces the rate again. A reduction "
    "sets the count back to 0.",
    ("min_lr)\n            bad = 0", "min_lr)"),
)
mistake(
    "reduced_from_the_start",
    "Every reduction starts from the first rate, so the rate falls only once. Reduce the current one.",
    ("[], np.inf, 0, 0", "[], np.inf, 0, 0\n    first = lr"),
    ("max(lr * factor", "max(first * factor"),
)
mistake(
    "rate_noted_after_the_loss",
    "Your rates are those after each epoch's loss was looked at. The epoch itself used the rate from before: its loss was not "
    "known yet.",
    ("        rates.append(lr)\n", ""),
    ("rest = cooldown", "rest = cooldown\n        rates.append(lr)"),
)
mistake(
    "only_the_rates_it_was_reduced_to",
    "You return a rate for each reduction; the question asks for one an epoch, the rate that the epoch used.",
    ("        rates.append(lr)\n", ""),
    ("rest = cooldown", "rest = cooldown\n            rates.append(lr)"),
)


# ----------------------------------------------------------------------------------------- training loop


def loop_cases(rng: np.random.Generator) -> list[Case]:
    cases = []
    for n, batch_size, epochs, per_update in (
        (7, 3, 4, False),
        (6, 2, 3, True),
        (5, 5, 3, False),
        (8, 3, 2, True),
        (9, 2, 5, False),
    ):
        x, y = rng.normal(size=n), rng.normal(size=n)

        def gradient(w, batch, x=x, y=y):
            """a function gradient(w, batch)"""
            error = w[0] * x[batch] + w[1] - y[batch]
            return 2 * np.array([np.mean(error * x[batch]), np.mean(error)])

        cases.append(
            {
                "start": rng.normal(size=2),
                "lr": float(rng.uniform(0.05, 0.2)),
                "gamma": float(rng.uniform(0.4, 0.9)),
                "gradient": gradient,
                "batches": [list(range(i, min(i + batch_size, n))) for i in range(0, n, batch_size)],
                "epochs": epochs,
                "per_update": per_update,
            }
        )
    return cases


def observe_loop(answer, case: Case) -> dict:
    w = Parameter(case["start"].copy())
    optimizer = SGD([w], lr=case["lr"], momentum=0.9)
    scheduler = lr_scheduler.ExponentialLR(optimizer, case["gamma"])
    with warnings.catch_warnings():
        # the verdict says more than the warning on the order of the two steps
        warnings.simplefilter("ignore")
        rates = answer(w, optimizer, scheduler, case["gradient"], case["batches"], case["epochs"], case["per_update"])
    return {"rates": rates, "w": w.data}


def loop_reference(w, optimizer, scheduler, gradient, batches, epochs, per_update):
    rates = []
    for _ in range(epochs):
        for batch in batches:
            w.grad = gradient(w.data, batch)
            rates.append(optimizer.param_groups[0]["lr"])
            optimizer.step()
            if per_update:
                scheduler.step()
        if not per_update:
            scheduler.step()
    return rates


train = Question(
    name="learning-rate-decay/train",
    cases=loop_cases,
    reference=loop_reference,
    observe=observe_loop,
    forbidden=("course_lib.checks.answers",),
    reading="learning-rate-decay#the-order-of-the-calls",
    hints=[
        "Two loops, epochs and batches. In the inner one: the gradient into w.grad, note the rate, the optimizer's step.",
        "optimizer.param_groups[0]['lr'] is the rate that the next optimizer.step() will use.",
        "The scheduler's step comes after the optimizer's: at the end of the inner loop's body if per_update, else after the "
        "inner loop.",
    ],
)


mistake = mistakes_in(loop_reference, train)
AFTER_EVERY_UPDATE, AFTER_EVERY_EPOCH = "if per_update:", "if not per_update:"

mistake(
    "scheduler_first",
    "You step the scheduler before the optimizer, so the first rate of the schedule is never used and all others come too "
    "early. First the optimizer, then the scheduler.",
    (
        "            if per_update:\n                scheduler.step()\n        if not per_update:\n            scheduler.step()\n",
        "",
    ),
    (
        "for batch in batches:",
        "for i, batch in enumerate(batches):\n            if per_update or i == 0:\n                scheduler.step()",
    ),
)
mistake(
    "planned_instead_of_consumed",
    "You note the rate after the scheduler's step. That is the rate planned for the next update; note the one that this "
    "update uses.",
    ("            rates.append(optimizer.param_groups[0]['lr'])\n".replace("'", '"'), ""),
    ("for batch in batches:", "for i, batch in enumerate(batches):"),
    (AFTER_EVERY_UPDATE, "if per_update or i == len(batches) - 1:"),
    ("        if not per_update:\n            scheduler.step()\n", "            rates.append(optimizer.param_groups[0]['lr'])\n"),
)
mistake(
    "always_every_update",
    "You step the scheduler after every update, also where it counts epochs: its rate then falls as many times too fast as "
    "there are batches in an epoch.",
    (AFTER_EVERY_UPDATE, "if True:"),
    (AFTER_EVERY_EPOCH, "if False:"),
)
mistake(
    "always_every_epoch",
    "You step the scheduler once an epoch, also where it counts updates: its rate then hardly moves in the whole run.",
    (AFTER_EVERY_UPDATE, "if False:"),
    (AFTER_EVERY_EPOCH, "if True:"),
)
mistake(
    "every_update_and_every_epoch",
    "You step the scheduler once an epoch in any case, and after every update as well if per_update. It is one or the other.",
    (AFTER_EVERY_EPOCH, "if True:"),
)
mistake(
    "turned_round",
    "You have it the wrong way round: you step the scheduler after every epoch if per_update, else after every update.",
    ("            if per_update:", "            if not (per_update):"),
    ("        if not per_update:", "        if per_update:"),
)
mistake(
    "scheduler_forgotten",
    "Your rate never changes: the scheduler's step is missing.",
    (AFTER_EVERY_UPDATE, "if False:"),
    (AFTER_EVERY_EPOCH, "if False:"),
)
mistake(
    "optimizer_forgotten",
    "w never moves: the optimizer's step is missing.",
    ("            optimizer.step()\n", ""),
)
mistake(
    "one_rate_an_epoch",
    "You note one rate an epoch. The rate may change within an epoch: note it for every update.",
    ('            rates.append(optimizer.param_groups[0]["lr"])\n', ""),
    ("for batch in batches", "rates.append(optimizer.param_groups[0]['lr'])\n        for batch in batches"),
)
mistake(
    "rate_of_the_beginning",
    "You note the rate that the run began with for every update. Read it from the optimizer each time.",
    ("rates = []", "rates, first = [], optimizer.param_groups[0]['lr']"),
    ('optimizer.param_groups[0]["lr"]', "first"),
)
mistake(
    "stale_gradient",
    "The rates are right, but w is not: you compute the gradients of the batches at the beginning of the epoch. Each belongs "
    "to the point where its update starts.",
    ("for batch in batches:", "for w.grad in [gradient(w.data, batch) for batch in batches]:"),
    ("            w.grad = gradient(w.data, batch)\n", ""),
)


# ----------------------------------------------------------------------------------------------- last rate


def last_rate_cases(rng: np.random.Generator) -> list[Case]:
    batch_size, epochs = int(rng.integers(8, 40)), int(rng.choice([6, 8, 9, 10, 12]))
    # with a last, smaller batch in every epoch
    n = int(rng.integers(4, 9)) * batch_size + int(rng.integers(1, batch_size))
    # a divisor of the number of updates, so that the scheduler's last step would drop the rate once more
    step_size = int(rng.choice([s for s in (2, 3, 4, 5) if epochs % s == 0]))
    return [
        {
            "n": n,
            "batch_size": batch_size,
            "epochs": epochs,
            "lr": round(float(rng.uniform(0.1, 0.9)), 2),
            "step_size": step_size,
            "gamma": round(float(rng.uniform(0.75, 0.95)), 2),
        }
    ]


last_rate = Question(
    name="learning-rate-decay/last-rate",
    cases=last_rate_cases,
    reference=lambda n, batch_size, epochs, lr, step_size, gamma: consumed(
        lambda optimizer: lr_scheduler.StepLR(optimizer, step_size, gamma), lr, epochs * math.ceil(n / batch_size)
    )[-1],
    value=True,
    personal=True,
    # three digits: 1.00 may stand for 1.005
    rtol=5e-3,
    atol=0,
    reading="learning-rate-decay#the-order-of-the-calls",
    hints=[
        "How many batches has an epoch? The last, smaller one counts. And how many updates has the run?",
        "The scheduler steps after each update, so update number u (from 0) finds u steps behind it.",
        "Number the updates from 0: what is the number of the last? Divide it by step_size and round down.",
    ],
)


@last_rate.misconception
def as_it_was_meant(n, batch_size, epochs, lr, step_size, gamma):
    """That is the rate if the scheduler is stepped once an epoch, as it was meant. In this code it is stepped once an update."""
    return lr * gamma ** ((epochs - 1) // step_size)


@last_rate.misconception
def planned_for_the_next(n, batch_size, epochs, lr, step_size, gamma):
    """That is the rate after the last call of scheduler.step(), planned for an update that never comes. The last update used the
    one before."""
    return lr * gamma ** (epochs * -(-n // batch_size) // step_size)


@last_rate.misconception
def last_batches_left_out(n, batch_size, epochs, lr, step_size, gamma):
    """You left the last, smaller batch of every epoch out; it is an update too."""
    return lr * gamma ** ((epochs * (n // batch_size) - 1) // step_size)


@last_rate.misconception
def one_update_an_example(n, batch_size, epochs, lr, step_size, gamma):
    """You count an update for every example. There is one for every batch."""
    return lr * gamma ** ((epochs * n - 1) // step_size)


@last_rate.misconception
def one_drop_an_update(n, batch_size, epochs, lr, step_size, gamma):
    """You apply gamma at every update. The scheduler multiplies once every step_size of its steps."""
    return lr * gamma ** (epochs * -(-n // batch_size) - 1)


@last_rate.misconception
def not_rounded_down(n, batch_size, epochs, lr, step_size, gamma):
    """Your number of drops is not a whole number. Between two drops the rate stays as it is: round down."""
    return lr * gamma ** ((epochs * -(-n // batch_size) - 1) / step_size)


@last_rate.misconception
def first_rate(n, batch_size, epochs, lr, step_size, gamma):
    """That is the rate of the first update."""
    return lr


# --------------------------------------------------------------------------------------------- layer rates


def layer_cases(rng: np.random.Generator) -> list[Case]:
    return [
        {
            "layers": [[rng.normal(size=(2, 3)), rng.normal(size=3)] for _ in range(layers)],
            "lr": float(rng.uniform(0.1, 1)),
            "decay": float(rng.uniform(0.3, 0.9)),
        }
        for layers in (3, 1, 2, 5)
    ]


def observe_layer_rates(answer, case: Case) -> list[list[float]] | None:
    """How far one step moves each parameter whose gradient is 1: its rate."""
    layers = [[Parameter(array.copy()) for array in layer] for layer in case["layers"]]
    groups = answer(layers, case["lr"], case["decay"])
    if groups is None:
        return None
    optimizer = SGD(groups, lr=1e-3)
    for layer in layers:
        for p in layer:
            p.grad = np.ones_like(p.data)
    optimizer.step()
    return [[float(np.mean(array - p.data)) for array, p in zip(arrays, layer)] for arrays, layer in zip(case["layers"], layers)]


def layer_rates_reference(layers, lr, decay):
    return [{"params": layer, "lr": lr * decay**k} for k, layer in enumerate(reversed(layers))]


layer_rates = Question(
    name="learning-rate-decay/layer-rates",
    cases=layer_cases,
    reference=layer_rates_reference,
    observe=observe_layer_rates,
    forbidden=("course_lib.checks.answers",),
    reading="learning-rate-decay#different-rates-for-different-layers",
    hints=[
        'A group is a dict {"params": [...], "lr": ...}. Make one for each layer.',
        "How many layers lie between layer k and the end? That is its exponent.",
    ],
)


@layer_rates.misconception
def first_layer_fastest(layers, lr, decay):
    """Your first layer has the largest rate. It is the last layer that gets the full rate; the nearer to the input, the
    smaller."""
    return [{"params": layer, "lr": lr * decay**k} for k, layer in enumerate(layers)]


@layer_rates.misconception
def last_layer_decayed(layers, lr, decay):
    """Your last layer is already slowed down: its exponent is 0."""
    return [{"params": layer, "lr": lr * decay ** (len(layers) - k)} for k, layer in enumerate(layers)]


@layer_rates.misconception
def biases_left_out(layers, lr, decay):
    """Your groups hold only the first parameter of each layer, its weights: the biases are in no group and are never trained."""
    return [{"params": layer[:1], "lr": lr * decay**k} for k, layer in enumerate(layers[::-1])]


@layer_rates.misconception
def same_rate_for_all(layers, lr, decay):
    """All your layers have the same rate."""
    return [{"params": layer, "lr": lr} for layer in layers]


@layer_rates.misconception
def rate_under_another_name(layers, lr, decay):
    """Your rates are never used: an optimizer looks for them under the key "lr", and where it finds none it takes its default."""
    return [{"params": layer, "learning_rate": lr * decay**k} for k, layer in enumerate(layers[::-1])]


@layer_rates.misconception
def falls_by_equal_amounts(layers, lr, decay):
    """Your rates fall by equal amounts from layer to layer. Each is `decay` times that of the layer above it."""
    return [{"params": layer, "lr": lr * max(0.0, 1 - k * (1 - decay))} for k, layer in enumerate(layers[::-1])]


@layer_rates.misconception
def counted_in_parameters(layers, lr, decay):
    """You take a step of `decay` from parameter to parameter, so the weights of a layer get another rate than its biases. A layer
    moves as one."""
    parameters = [p for layer in layers for p in layer]
    return [{"params": [p], "lr": lr * decay**k} for k, p in enumerate(reversed(parameters))]


@layer_rates.misconception
def last_layer_only(layers, lr, decay):
    """You train the last layer alone. The others are slower, not frozen."""
    return [{"params": layers[-1], "lr": lr}]


@layer_rates.misconception
def all_but_the_last_alike(layers, lr, decay):
    """All layers but the last have the same rate. The further from the end, the smaller it gets."""
    return [{"params": layer, "lr": lr if layer is layers[-1] else lr * decay} for layer in layers]


QUESTIONS = [
    exponential,
    step,
    multi_step,
    cosine,
    warmup_cosine,
    lambda_lr,
    plateau,
    train,
    last_rate,
    layer_rates,
]
