"""AdamW with parameter groups: a head with a rate of its own, biases without decay."""

from __future__ import annotations

import numpy as np

from course_lib.checks.declaration import Case, Question
from course_lib.checks.mutating import mistakes_in
from course_lib.driving.torch_optimizers import drive_groups

from ._examples import weights


def draw(rng: np.random.Generator) -> list[Case]:
    cases = []
    for sizes in ((2, 3, 1), (1, 2, 2, 1), (3, 2, 2, 2, 1)):
        lr, decay = float(rng.uniform(1e-3, 1e-2)), float(rng.uniform(0.05, 0.3))
        cases.append(
            {"weights": weights(rng, *sizes), "lr": lr, "head_lr": lr * float(rng.uniform(2, 20)), "weight_decay": decay}
        )
    return cases


def make_groups(model, lr, head_lr, weight_decay):
    import torch

    head = [id(p) for p in model[-1].parameters()]
    groups = []
    for name, p in model.named_parameters():
        is_head, is_bias = id(p) in head, name.endswith("bias")
        group = {"params": [p], "lr": head_lr if is_head else lr}
        group["weight_decay"] = 0.0 if is_bias else weight_decay
        groups.append(group)
    return torch.optim.AdamW(groups)


question = Question(
    cases=draw,
    reference=make_groups,
    observe=drive_groups,
    forbidden=(),
    reading="torch-optim#parameter-groups",
    hints=[
        "model.named_parameters() gives names like '0.weight' and '2.bias'; model[-1] is the last layer.",
        "There are four kinds of parameters: weights and biases, in the head and below. A group for each kind will do, or one "
        "for each parameter.",
        "What a group leaves out comes from the optimizer's arguments, and from their defaults. What is AdamW's default "
        "weight_decay?",
    ],
)

mistake = mistakes_in(make_groups, question)
DECAYS, RATES = "0.0 if is_bias else weight_decay", "head_lr if is_head else lr"
mistake(
    "decay_on_everything",
    "Your biases decay like the weights. They need a group whose weight_decay is 0.",
    (DECAYS, "weight_decay"),
)
mistake(
    "default_decay_on_the_biases",
    "Your biases decay by 0.01: a group that says nothing of weight_decay takes AdamW's default, which is not 0.",
    (DECAYS, "0.01 if is_bias else weight_decay"),
)
mistake(
    "decay_on_the_biases_alone",
    "You have it the wrong way round: the weights decay, the biases do not.",
    (DECAYS, "weight_decay if is_bias else 0.0"),
)
mistake("no_decay_at_all", "Nothing decays. The weights should.", (DECAYS, "0.0"))
mistake("default_decay_everywhere", "Everything decays by 0.01, AdamW's default.", (DECAYS, "0.01"))
mistake(
    "biases_in_no_group",
    "Your biases are in no group, so they will never be trained. No decay is a group with weight_decay=0, not no group.",
    ("        groups.append(group)", "        if not is_bias:\n            groups.append(group)"),
)
mistake("head_rate_everywhere", "All parameters have the head's learning rate.", (RATES, "head_lr"))
mistake("head_rate_nowhere", "The head has the same learning rate as the layers below.", (RATES, "lr"))
mistake(
    "rates_swapped",
    "You have the rates the wrong way round: head_lr is for the last layer.",
    (RATES, "lr if is_head else head_lr"),
)
mistake(
    "head_rate_without_its_bias",
    "The head's bias has the learning rate of the layers below. It belongs to the head.",
    (RATES, "head_lr if is_head and not is_bias else lr"),
)
mistake(
    "head_without_decay",
    "The head's weights do not decay. Only biases are left out.",
    (DECAYS, "0.0 if is_bias or is_head else weight_decay"),
)
mistake(
    "only_the_head",
    "Only the head is in the optimizer, so the layers below will never be trained.",
    ("        groups.append(group)", "        if is_head:\n            groups.append(group)"),
)
mistake(
    "first_layer_for_head",
    "You took the first layer for the head. The head is the last layer, the one that gives the output.",
    ("model[-1]", "model[0]"),
)
mistake(
    "rates_multiplied",
    "The head's learning rate is not head_lr: is it multiplied or divided by lr?",
    (RATES, "lr * head_lr if is_head else lr"),
)
mistake("sgd_for_adamw", "The groups are right, but the optimizer is SGD. Asked is AdamW.", ("AdamW(groups)", "SGD(groups)"))
