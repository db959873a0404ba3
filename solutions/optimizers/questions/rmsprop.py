"""RMSprop: Adagrad with an average that forgets in place of the sum."""

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
    cases=lambda rng: runs(rng, eps_and(alpha=uniform(0.8, 0.99))),
    reference=lambda params, lr, alpha, eps: optim.RMSprop(params, lr=lr, alpha=alpha, eps=eps),
    observe=drive,
    forbidden=FORBIDDEN,
    reading="adaptive-methods#rmsprop",
    hints=[
        "Only one line of your Adagrad changes.",
        "The average keeps alpha of its past and takes 1 - alpha of the new square.",
    ],
)


class RMSprop:
    def __init__(self, params, lr, alpha, eps):
        self.params, self.lr, self.alpha, self.eps = params, lr, alpha, eps
        self.state = [np.zeros_like(p.data) for p in params]
        self.t = 0

    def step(self):
        self.t += 1
        for p, v in zip(self.params, self.state):
            if p.grad is None:
                continue
            lr, g = self.lr, p.grad
            v *= self.alpha
            v += (1 - self.alpha) * g * g
            p.data -= lr * g / (np.sqrt(v) + self.eps)


mistake = mistakes_in(RMSprop, question)
declare_state_mistakes(mistake, "np.zeros_like(p.data)")
AVERAGE = "v *= self.alpha\n            v += (1 - self.alpha) * g * g"
mistake(
    "accumulates_for_ever",
    "Your squares add up for ever, as in Adagrad. RMSprop's average forgets: the old value fades by alpha in each step.",
    (AVERAGE, "v += g * g"),
)
mistake(
    "never_fades",
    "Your average never fades: the old value has to be multiplied by alpha.",
    (AVERAGE, "v += (1 - self.alpha) * g * g"),
)
mistake(
    "new_square_in_full",
    "You add the new square in full; an average takes 1 - alpha of it.",
    (AVERAGE, "v *= self.alpha\n            v += g * g"),
)
mistake(
    "weights_swapped",
    "You have the weights the wrong way round: alpha, near 1, is for the past, 1 - alpha for the new square.",
    (AVERAGE, "v *= 1 - self.alpha\n            v += self.alpha * g * g"),
)
mistake(
    "average_of_the_gradient",
    "You average the gradients and square the average; gradients of opposite signs cancel in it. Average the squares.",
    (AVERAGE, "v *= self.alpha\n            v += (1 - self.alpha) * g"),
    ("np.sqrt(v)", "np.sqrt(v * v)"),
)
mistake(
    "root_forgotten",
    "The root is missing: the step is divided by the root of the mean square, which is the RMS of the name.",
    ("np.sqrt(v)", "v"),
)
mistake(
    "eps_inside_the_root",
    "Your eps stands inside the root, where it counts for much more. It is added to the root.",
    ("np.sqrt(v) + self.eps", "np.sqrt(v + self.eps)"),
)
mistake(
    "eps_left_out",
    "Your eps is missing: an entry whose gradients were all zero is divided by zero.",
    ("np.sqrt(v) + self.eps", "np.sqrt(v)"),
)
mistake(
    "average_of_before",
    "You divide by the average before the new square is in it.",
    (
        AVERAGE + "\n            p.data -= lr * g / (np.sqrt(v) + self.eps)",
        "p.data -= lr * g / (np.sqrt(v) + self.eps)\n            " + AVERAGE,
    ),
)
mistake(
    "corrected_for_the_start",
    "You correct the average for having started from zero. That is Adam's idea; RMSprop leaves it, so that its first steps are "
    "longer.",
    ("np.sqrt(v)", "np.sqrt(v / (1 - self.alpha**self.t))"),
)
mistake(
    "gradient_changed_in_place",
    "Your parameters go the right way, but you divide p.grad itself: g = p.grad is the same array under another name.",
    ("p.data -= lr * g / (np.sqrt(v) + self.eps)", "g /= np.sqrt(v) + self.eps\n            p.data -= lr * g"),
)
