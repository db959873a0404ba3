"""Adadelta: a second average, of the squared steps, in place of the learning rate."""

from __future__ import annotations

import numpy as np

from course_lib import optim
from course_lib.checks.declaration import Question
from course_lib.checks.mutating import mistakes_in
from course_lib.driving.optimizers import drive

from ._forbidden import FORBIDDEN
from ._runs import eps_and, runs, uniform
from ._state_mistakes import declare_state_mistakes

question = Question(
    cases=lambda rng: runs(rng, eps_and(rho=uniform(0.8, 0.95))),
    reference=lambda params, lr, rho, eps: optim.Adadelta(params, lr=lr, rho=rho, eps=eps),
    observe=drive,
    forbidden=FORBIDDEN,
    reading="adaptive-methods#adadelta",
    hints=[
        "Two arrays for each parameter now: v for the squares of the gradients, u for the squares of the steps.",
        "The order is: v, then d from the old u and the new v, then u from d, then the parameter.",
        "Here eps stands inside both roots, and the learning rate is not part of d.",
    ],
)


class Adadelta:
    def __init__(self, params, lr, rho, eps):
        self.params, self.lr, self.rho, self.eps = params, lr, rho, eps
        self.state = [(np.zeros_like(p.data), np.zeros_like(p.data)) for p in params]

    def step(self):
        rho, eps = self.rho, self.eps
        for p, (v, u) in zip(self.params, self.state):
            if p.grad is None:
                continue
            lr, g = self.lr, p.grad
            v *= rho
            v += (1 - rho) * g * g
            d = np.sqrt(u + eps) / np.sqrt(v + eps) * g
            u *= rho
            u += (1 - rho) * d * d
            p.data -= lr * d


mistake = mistakes_in(Adadelta, question)
declare_state_mistakes(mistake, "(np.zeros_like(p.data), np.zeros_like(p.data))")
STEP, KEEP = "d = np.sqrt(u + eps) / np.sqrt(v + eps) * g", "u *= rho\n            u += (1 - rho) * d * d"
mistake(
    "second_average_never_grows",
    "Your second average, u, stays zero, so all steps keep the length of the first. It has to take in the squares of the steps "
    "d.",
    (KEEP, "u *= rho"),
)
mistake(
    "without_the_second_average",
    "The root of u is missing from your step: this is RMSprop. In Adadelta the length of the last steps takes the place of the "
    "learning rate.",
    ("np.sqrt(u + eps) / np.sqrt", "1 / np.sqrt"),
)
mistake(
    "second_average_of_the_gradients",
    "Your second average holds the squares of the gradients, like the first. It is for the squares of the steps d.",
    ("(1 - rho) * d * d", "(1 - rho) * g * g"),
)
mistake(
    "second_average_before_the_step",
    "You let u fade before the step uses it. d is computed from the u of before.",
    (STEP + "\n            u *= rho\n", "u *= rho\n            " + STEP + "\n"),
)
mistake(
    "learning_rate_in_the_second_average",
    "Your u holds the squares of lr * d. The learning rate scales the step from outside; u holds the squares of d.",
    ("(1 - rho) * d * d", "(1 - rho) * (lr * d) ** 2"),
)
mistake(
    "averages_swapped",
    "Your two averages are swapped in the step: the root of u goes above, the root of v below.",
    (STEP, "d = np.sqrt(v + eps) / np.sqrt(u + eps) * g"),
)
mistake(
    "eps_outside_the_roots",
    "Your eps stands outside the roots. Here it is inside: it sets the length of the first steps, when u is still zero.",
    (STEP, "d = (np.sqrt(u) + eps) / (np.sqrt(v) + eps) * g"),
)
mistake("roots_forgotten", "The roots are missing.", (STEP, "d = (u + eps) / (v + eps) * g"))
mistake(
    "accumulates_for_ever",
    "Your first average adds the squares up for ever; the old value has to fade by rho.",
    ("            v *= rho\n", ""),
)
mistake(
    "gradient_changed_in_place",
    "Your parameters go the right way, but p.grad is changed on the way: g = p.grad is the same array under another name, and "
    "g *= ... writes into it. Work on a copy.",
    (STEP, "g *= np.sqrt(u + eps) / np.sqrt(v + eps)\n            d = g"),
)
mistake(
    "average_of_before",
    "You compute the step before the new square is in v.",
    (
        "            v *= rho\n            v += (1 - rho) * g * g\n            " + STEP,
        "            " + STEP + "\n            v *= rho\n            v += (1 - rho) * g * g",
    ),
)
