"""Five optimizers of torch.optim, each with the arguments that mean what is asked for."""

from __future__ import annotations

import numpy as np

from course_lib.checks.declaration import Case, Question
from course_lib.checks.mutating import mistakes_in
from course_lib.driving.torch_optimizers import drive_settings

NAMES = ("SGD", "Adagrad", "RMSprop", "Adam", "AdamW")


def draw(rng: np.random.Generator) -> list[Case]:
    return [
        {
            "name": name,
            "params": [rng.normal(0, 2, 3), rng.normal(0, 2, (2, 1))],
            "lr": float(rng.uniform(0.05, 0.2)),
            "memory": float(rng.uniform(0.5, 0.8)),
            "weight_decay": float(rng.uniform(0.1, 0.5)),
            "gradients": [[rng.normal(size=3), rng.normal(size=(2, 1))] for _ in range(5)],
        }
        for name in NAMES
    ]


def make_optimizer(name, params, lr, memory, weight_decay):
    import torch

    if name == "SGD":
        return torch.optim.SGD(params, lr, momentum=memory, weight_decay=weight_decay)
    if name == "Adagrad":
        return torch.optim.Adagrad(params, lr, weight_decay=weight_decay)
    if name == "RMSprop":
        return torch.optim.RMSprop(params, lr, alpha=memory, weight_decay=weight_decay)
    decay = weight_decay
    if name == "Adam":
        return torch.optim.Adam(params, lr, betas=(memory, 0.999), weight_decay=decay)
    return torch.optim.AdamW(params, lr, betas=(memory, 0.999), weight_decay=decay)


question = Question(
    cases=draw,
    reference=make_optimizer,
    observe=drive_settings,
    forbidden=(),
    reading="torch-optim#common-arguments",
    hints=[
        "Look up the signatures: help(torch.optim.RMSprop), and so on. Which argument is the weight of the past, and the past "
        "of what?",
        "RMSprop has both alpha and momentum. Which of the two belongs to the average of the squares?",
        "Adam and AdamW have no argument momentum; the weights of their two averages are the pair betas.",
    ],
)

mistake = mistakes_in(make_optimizer, question)
ADAM, ADAMW = "torch.optim.Adam(params, lr, betas=(memory, 0.999)", "torch.optim.AdamW(params, lr, betas=(memory, 0.999)"
mistake(
    "momentum_for_adam",
    "You give Adam or AdamW an argument momentum, which they do not have: momentum belongs to SGD and RMSprop. What plays its "
    "part in Adam?",
    (ADAM, "torch.optim.Adam(params, lr, momentum=memory"),
    (ADAMW, "torch.optim.AdamW(params, lr, momentum=memory"),
)
mistake(
    "betas_swapped",
    "You have the betas the wrong way round: the first is the weight of the past of the gradient, the second of its square.",
    (ADAM, ADAM.replace("memory, 0.999", "0.999, memory")),
    (ADAMW, ADAMW.replace("memory, 0.999", "0.999, memory")),
)
mistake(
    "memory_in_the_second_average",
    "You set the memory of Adam's second average, that of the squares. Asked is the first.",
    (ADAM, ADAM.replace("memory, 0.999", "0.9, memory")),
    (ADAMW, ADAMW.replace("memory, 0.999", "0.9, memory")),
)
mistake(
    "both_betas",
    "You set both of Adam's averages to the same memory; the second keeps its default, 0.999.",
    (ADAM, ADAM.replace("0.999", "memory")),
    (ADAMW, ADAMW.replace("0.999", "memory")),
)
mistake(
    "betas_left_at_their_default",
    "Your Adam and AdamW keep their default memory, 0.9.",
    (ADAM, "torch.optim.Adam(params, lr"),
    (ADAMW, "torch.optim.AdamW(params, lr"),
)
mistake(
    "adam_for_adamw",
    "You return Adam where AdamW is asked for. In Adam, weight_decay is an L2 penalty, added to the gradient.",
    (ADAMW, ADAM),
)
mistake(
    "adamw_for_adam",
    "You return AdamW where Adam is asked for. In AdamW, the decay does not enter the gradient.",
    (ADAM, ADAMW),
)
mistake(
    "momentum_for_rmsprop",
    "You set RMSprop's momentum, a buffer of its own. The memory of its average of squares is another argument.",
    ("alpha=memory", "momentum=memory"),
)
mistake("alpha_left_at_its_default", "Your RMSprop keeps its default memory, 0.99.", ("alpha=memory, ", ""))
mistake(
    "dampening_for_momentum",
    "You set SGD's dampening as well. It is rarely used, and not asked for: momentum alone is the memory.",
    ("momentum=memory", "momentum=memory, dampening=memory"),
)
mistake(
    "nesterov_for_momentum",
    "You set nesterov for SGD, which changes the step. Asked is classical momentum.",
    ("momentum=memory", "momentum=memory, nesterov=True"),
)
mistake(
    "rate_left_at_its_default",
    "Your optimizers use their default learning rates.",
    ("SGD(params, lr", "SGD(params"),
    ("Adagrad(params, lr", "Adagrad(params"),
    ("RMSprop(params, lr", "RMSprop(params"),
    ("Adam(params, lr", "Adam(params"),
    ("AdamW(params, lr", "AdamW(params"),
)
mistake(
    "decay_forgotten",
    "Your optimizers have no weight decay, or the one that is their default. AdamW's default is 0.01, that of the others 0.",
    ("momentum=memory, weight_decay=weight_decay", "momentum=memory"),
    ("lr, weight_decay=weight_decay", "lr"),
    ("alpha=memory, weight_decay=weight_decay", "alpha=memory"),
    (ADAM + ", weight_decay=decay", ADAM),
    (ADAMW + ", weight_decay=decay", ADAMW),
)
