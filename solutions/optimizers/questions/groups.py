"""SGD with parameter groups, as torch.optim has it: momentum, dampening, weight decay, maximize."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from course_lib import optim
from course_lib.checks.declaration import Case, Question
from course_lib.checks.mutating import mistakes_in
from course_lib.driving.optimizers import drive_groups

from ._forbidden import FORBIDDEN


def draw(rng: np.random.Generator) -> list[Case]:
    def between(low: float, high: float) -> float:
        return float(rng.uniform(low, high))

    def case(groups: list[dict], missing: Iterable[tuple[int, int]] = (), steps: int = 6, **options: Any) -> Case:
        arrays = [array for group in groups for array in group["params"]]
        gradients: list[list] = [[rng.normal(size=array.shape) for array in arrays] for _ in range(steps)]
        for step, i in missing:
            gradients[step][i] = None
        defaults = {"lr": between(0.05, 0.3), "momentum": 0.0, "dampening": 0.0, "weight_decay": 0.0, "maximize": False}
        return {"groups": groups, **defaults, **options, "gradients": gradients}

    def arrays(*shapes: tuple) -> list[np.ndarray]:
        return [rng.normal(0, 2, shape) for shape in shapes]

    momentum, decay = between(0.5, 0.95), between(0.05, 0.3)
    return [
        case([{"params": arrays((2,))}], momentum=momentum),
        case([{"params": arrays((2,))}], momentum=momentum, dampening=between(0.2, 0.7), weight_decay=decay),
        # a layer, its biases without decay, and a head with a rate of its own; the second bias joins late
        case(
            [
                {"params": arrays((2, 2), (3,))},
                {"params": arrays((2, 2), (3,)), "weight_decay": 0.0, "momentum": 0.0},
                {
                    "params": arrays((2, 1)),
                    "lr": between(0.4, 0.6),
                    "momentum": between(0.1, 0.4),
                    "dampening": between(0.1, 0.4),
                },
            ],
            missing=[(0, 1), (1, 1), (4, 0)],
            momentum=momentum,
            weight_decay=decay,
        ),
        case(
            [{"params": arrays((3,)), "maximize": False}, {"params": arrays((3,))}],
            weight_decay=decay,
            momentum=momentum,
            maximize=True,
        ),
        case([{"params": arrays((1,), (2, 2))}, {"params": arrays((1,)), "weight_decay": decay}], missing=[(2, 0)]),
    ]


question = Question(
    cases=draw,
    reference=lambda groups, lr, momentum, dampening, weight_decay, maximize: optim.SGD(
        groups, lr=lr, momentum=momentum, dampening=dampening, weight_decay=weight_decay, maximize=maximize
    ),
    observe=drive_groups,
    forbidden=FORBIDDEN,
    reading="torch-optim#parameter-groups",
    hints=[
        "Complete each group in __init__: a new dict with the defaults first and the group's own entries over them. Keep these "
        "as self.param_groups.",
        "In step: a loop over the groups, in it a loop over group['params']; read every option from the group.",
        "Keep the buffers in a dict with the parameter itself as key. A buffer that is not there yet: this is the first "
        "gradient, which enters in full.",
        "The order matters: first the sign (maximize), then the decay, then the buffer, then the step.",
    ],
)


class SGD:
    def __init__(self, groups, lr, momentum, dampening, weight_decay, maximize):
        own = dict(lr=lr, momentum=momentum, dampening=dampening, weight_decay=weight_decay, maximize=maximize)
        self.param_groups = [{**own, **group} for group in groups]
        self.buffers = {}

    def step(self):
        for group in self.param_groups:
            lr, momentum, dampening = group["lr"], group["momentum"], group["dampening"]
            for i, p in enumerate(group["params"]):
                if p.grad is None:
                    continue
                g = p.grad
                g = -g if group["maximize"] else g
                g = g + group["weight_decay"] * p.data
                b = momentum * self.buffers[p] + (1 - dampening) * g if p in self.buffers else np.array(g)
                if momentum:
                    self.buffers[p] = g = b
                p.data = p.data - lr * g


mistake = mistakes_in(SGD, question)
DECAY = 'g = g + group["weight_decay"] * p.data'
mistake(
    "dampening_from_the_first_step",
    "You dampen the first gradient, too. The first time, the buffer is the gradient itself; dampening counts from the second on.",
    ("else np.array(g)", "else (1 - dampening) * g"),
)
mistake(
    "dampening_ignored",
    "Your gradients enter the buffer in full. After the first, they enter 1 - dampening times.",
    ("(1 - dampening) * g", "g"),
)
mistake(
    "dampening_of_the_past",
    "You multiply the buffer by 1 - dampening; it is the new gradient that is dampened.",
    ("momentum * self.buffers[p] + (1 - dampening) * g", "(1 - dampening) * momentum * self.buffers[p] + g"),
)
mistake(
    "decay_after_momentum",
    "Your weight decay passes by the buffer: it is added to the step, after momentum. In SGD it is added to the gradient "
    "before, so that the buffer remembers it.",
    (DECAY, 'decay = group["weight_decay"] * p.data'),
    ("lr * g", "lr * (g + decay)"),
)
mistake("decay_forgotten", "Your weight decay does nothing.", (DECAY, "g = np.array(g)"))
mistake(
    "decay_of_the_wrong_sign",
    "Your weight decay makes the parameters grow: the gradient of the penalty, weight_decay * p, is added to the gradient.",
    (DECAY, DECAY.replace("+", "-")),
)
mistake(
    "decay_with_factor_two",
    "Your weight decay is twice too strong. The penalty is weight_decay / 2 times the squared length, so that its gradient is "
    "weight_decay * p.",
    (DECAY, DECAY.replace("+", "+ 2 *")),
)
mistake(
    "decay_turned_round_by_maximize",
    "With maximize you turn round the decay as well, so the parameters grow. The sign of the gradient is turned first, then the "
    "decay is added: it always pulls to zero.",
    ('                g = -g if group["maximize"] else g\n', ""),
    (DECAY, DECAY + '\n                g = -g if group["maximize"] else g'),
)
mistake(
    "maximize_ignored",
    "You ignore maximize: where it is set, the step goes uphill.",
    ('g = -g if group["maximize"] else g', "g = np.array(g)"),
)
mistake(
    "gradient_changed_in_place",
    "Your parameters go the right way, but you add the decay into p.grad itself: g += ... writes into the array that p.grad is. "
    "Use g = g + ...",
    ('g = -g if group["maximize"] else g', 'g = np.negative(g, out=g) if group["maximize"] else g'),
    (DECAY, DECAY.replace("g = g +", "g +=")),
)
mistake(
    "only_the_first_group",
    "Only the parameters of the first group move: a return or a break ends the loop over the groups, or you read "
    "self.param_groups[0] alone.",
    ("for group in self.param_groups:", "for group in self.param_groups[:1]:"),
)
mistake(
    "defaults_win",
    "The options of a group are overwritten by the defaults. The defaults are for what a group leaves out.",
    ("{**own, **group}", "{**group, **own}"),
)
mistake(
    "only_the_rate_is_the_groups",
    "You read the learning rate from the group, but the other options from the arguments of __init__. Every option may be the "
    "group's own.",
    ("{**own, **group}", "{**own, 'lr': group.get('lr', lr), 'params': group['params']}"),
)
mistake(
    "rate_of_the_start",
    "You read the learning rates once, at the start. A schedule changes group['lr'] during the run: read it in every step.",
    ("self.buffers = {}", 'self.buffers, self.rates = {}, [group["lr"] for group in self.param_groups]'),
    ("for group in self.param_groups:", "for group, rate in zip(self.param_groups, self.rates):"),
    ('lr, momentum, dampening = group["lr"]', "lr, momentum, dampening = rate"),
)
mistake(
    "state_by_place_in_the_group",
    "The first parameters of all groups share one buffer in your class, and so on: the place within a group is not unique. Find "
    "the buffer by the parameter itself.",
    ("if p in self.buffers", "if i in self.buffers"),
    ("momentum * self.buffers[p]", "momentum * self.buffers[i]"),
    ("self.buffers[p] = g", "self.buffers[i] = g"),
)
mistake(
    "crash_without_gradient",
    "Your step stops on a parameter whose grad is None. Skip such a parameter.",
    ("                if p.grad is None:\n                    continue\n", ""),
)
mistake(
    "biases_skipped",
    "Parameters with one dimension, such as biases, never move in your class.",
    ("p.grad is None", "p.grad is None or p.data.ndim < 2"),
)
mistake(
    "exponential_average",
    "You weight the gradient by 1 - momentum on its way into the buffer. Its weight is 1 - dampening, and the first time 1.",
    ("(1 - dampening) * g", "(1 - momentum) * g"),
)
mistake(
    "learning_rate_in_the_buffer",
    "Your buffer holds steps, gradients times the rate of their time. Here the rate multiplies the whole buffer, in the last "
    "line.",
    ("(1 - dampening) * g", "(1 - dampening) * lr * g"),
    ("else np.array(g)", "else lr * g"),
    ("self.buffers[p] = g = b", "self.buffers[p] = g = b\n                else:\n                    g = lr * g"),
    ("p.data = p.data - lr * g", "p.data = p.data - g"),
)
