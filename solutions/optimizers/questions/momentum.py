"""Classical momentum: an optimizer with a buffer for each parameter."""

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
    reference=lambda params, lr, momentum: optim.SGD(params, lr=lr, momentum=momentum),
    observe=drive,
    forbidden=FORBIDDEN,
    reading="momentum#the-momentum-update",
    hints=[
        "Make one buffer of zeros for each parameter in __init__, for example a list of np.zeros_like(p.data).",
        "In step, loop over parameters and buffers together; a parameter whose grad is None is passed over before anything is "
        "changed.",
        "The learning rate appears in the last line only: the buffer holds gradients, not steps.",
    ],
)


class Momentum:
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
            p.data -= lr * b


mistake = mistakes_in(Momentum, question)
declare_state_mistakes(mistake, "np.zeros_like(p.data)")
mistake(
    "exponential_average",
    "You weight the new gradient by 1 - momentum, which makes the buffer an average. PyTorch's buffer is a sum: the gradient is "
    "added in full, so that your steps are too short by that factor.",
    ("b += g", "b += (1 - self.momentum) * g"),
)
mistake(
    "average_after_the_first_step",
    "You weight every gradient but the first by 1 - momentum. That is what dampening=momentum does in PyTorch; the rule here "
    "has no dampening.",
    ("b += g", "b += g if not b.any() else (1 - self.momentum) * g"),
)
mistake(
    "learning_rate_in_the_buffer",
    "You multiply the gradient by the learning rate on its way into the buffer. While the rate is constant that is the same, "
    "but when it changes, old gradients keep their old rate. Here the rate multiplies the whole buffer, in the last line.",
    ("b += g", "b += lr * g"),
    ("lr * b", "b"),
)
mistake(
    "learning_rate_twice",
    "Your learning rate enters twice: into the buffer and again into the step.",
    ("b += g", "b += lr * g"),
)
mistake(
    "steps_with_the_old_buffer",
    "You step first and put the gradient into the buffer afterwards, so each gradient acts one step late.",
    (
        "b *= self.momentum\n            b += g\n            p.data -= lr * b",
        "p.data -= lr * b\n            b *= self.momentum\n            b += g",
    ),
)
mistake(
    "gradient_added_twice",
    "You add the gradient to the step besides the buffer, which holds it already.",
    ("lr * b", "lr * (g + b)"),
)
mistake(
    "nesterov_step",
    "This is Nesterov's step, the next question: it goes along g + momentum * b. Classical momentum goes along the buffer b.",
    ("lr * b", "lr * (g + self.momentum * b)"),
)
mistake(
    "momentum_on_the_gradient",
    "You multiply the gradient by momentum, too. Only the old buffer fades.",
    ("b *= self.momentum\n            b += g", "b += g\n            b *= self.momentum"),
)
mistake(
    "buffer_is_the_gradient",
    "Your buffer is the very array p.grad from the first step on, not a copy: when the next gradient is written into p.grad, it "
    "overwrites the buffer, and your step changes p.grad.",
    ("[np.zeros_like(p.data) for p in params]", "[None] * len(params)"),
    ("for p, b in zip(self.params, self.state):", "for i, p in enumerate(self.params):"),
    (
        "            b *= self.momentum\n            b += g\n",
        "            if self.state[i] is None:\n"
        "                self.state[i] = g\n"
        "            else:\n"
        "                self.state[i] *= self.momentum\n"
        "                self.state[i] += g\n"
        "            b = self.state[i]\n",
    ),
)
mistake(
    "gradient_changed_in_place",
    "Your parameters go the right way, but p.grad is changed on the way: g = p.grad is the same array under another name, and "
    "+= writes into it. Work on a copy.",
    ("b *= self.momentum\n            b += g", "g += self.momentum * b\n            b[...] = g"),
)
