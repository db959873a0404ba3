"""Nesterov's momentum in PyTorch's form: a class like that of classical momentum, with another step."""

from __future__ import annotations

import numpy as np

from course_lib import optim
from course_lib.checks.declaration import Question
from course_lib.checks.mutating import mistakes_in
from course_lib.driving.optimizers import drive

from ._forbidden import FORBIDDEN
from ._runs import runs
from ._state_mistakes import declare_state_mistakes

question = Question(
    cases=lambda rng: runs(rng, lambda rng: {"momentum": float(rng.uniform(0.5, 0.95))}),
    reference=lambda params, lr, momentum: optim.SGD(params, lr=lr, momentum=momentum, nesterov=True),
    observe=drive,
    forbidden=FORBIDDEN,
    reading="momentum#nesterov-momentum",
    hints=[
        "Begin with a copy of your class Momentum. Its buffer stays as it is.",
        "Only the direction of the step changes: g + momentum * b instead of b.",
        "Which b? The one that holds the new gradient already.",
    ],
)


class Nesterov:
    def __init__(self, params, lr, momentum):
        self.params, self.lr, self.momentum = params, lr, momentum
        self.state = [np.zeros_like(p.data) for p in params]

    def step(self):
        for p, b in zip(self.params, self.state):
            if p.grad is None:
                continue
            lr, g = self.lr, p.grad
            b *= self.momentum
            b += g
            direction = g + self.momentum * b
            p.data -= lr * direction


mistake = mistakes_in(Nesterov, question)
declare_state_mistakes(mistake, "np.zeros_like(p.data)")
mistake(
    "classical_momentum",
    "This is classical momentum: your step goes along the buffer b, or along g + momentum * (old b), which is the same. "
    "Nesterov's goes along g + momentum * b with the new buffer.",
    ("direction = g + self.momentum * b", "direction = b"),
)
mistake(
    "looks_twice_as_far",
    "Your step goes along b + momentum * b. The gradient should enter beside the buffer, not the buffer twice.",
    ("direction = g + self.momentum * b", "direction = b + self.momentum * b"),
)
mistake(
    "whole_buffer_ahead",
    "Your step goes along g + b. In the look-ahead the buffer fades once more: momentum * b.",
    ("direction = g + self.momentum * b", "direction = g + b"),
)
mistake(
    "direction_kept_in_the_buffer",
    "You keep the direction of the step, g + momentum * b, as the new buffer. The buffer itself is the same as in classical "
    "momentum.",
    ("p.data -= lr * direction", "b[...] = direction\n            p.data -= lr * direction"),
)
mistake(
    "exponential_average",
    "You weight the new gradient by 1 - momentum on its way into the buffer. PyTorch adds it in full.",
    ("b += g", "b += (1 - self.momentum) * g"),
)
mistake(
    "learning_rate_in_the_buffer",
    "Your buffer holds steps, gradients times the rate of their time. When the rate changes, that is another algorithm; here "
    "the rate multiplies the whole direction, in the last line.",
    ("b += g", "b += lr * g"),
    ("direction = g", "direction = lr * g"),
    ("p.data -= lr * direction", "p.data -= direction"),
)
mistake(
    "gradient_changed_in_place",
    "Your parameters go the right way, but p.grad is changed on the way: g = p.grad is the same array under another name, and "
    "+= writes into it.",
    ("direction = g + self.momentum * b", "g += self.momentum * b\n            direction = g"),
)
