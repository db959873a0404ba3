"""Adagrad: each entry has a rate of its own, from the sum of its squared gradients."""

from __future__ import annotations

import numpy as np

from course_lib import optim
from course_lib.checks.declaration import Question
from course_lib.checks.mutating import mistakes_in
from course_lib.driving.optimizers import drive

from ._forbidden import FORBIDDEN
from ._runs import eps_and, runs
from ._state_mistakes import declare_state_mistakes

question = Question(
    cases=lambda rng: runs(rng, eps_and()),
    reference=lambda params, lr, eps: optim.Adagrad(params, lr=lr, eps=eps),
    observe=drive,
    forbidden=FORBIDDEN,
    reading="adaptive-methods#adagrad",
    hints=[
        "The structure is that of your class Momentum: one array of zeros for each parameter, here for the sum of squares.",
        "g * g squares each entry; nothing is summed over the entries of a parameter.",
        "First the new square is added, then the step is divided by the root of the sum. eps stands outside the root.",
    ],
)


class Adagrad:
    def __init__(self, params, lr, eps):
        self.params, self.lr, self.eps = params, lr, eps
        self.state = [np.zeros_like(p.data) for p in params]
        self.t = 0

    def step(self):
        self.t += 1
        for p, s in zip(self.params, self.state):
            if p.grad is None:
                continue
            lr, g = self.lr, p.grad
            s += g * g
            p.data -= lr * g / (np.sqrt(s) + self.eps)


mistake = mistakes_in(Adagrad, question)
declare_state_mistakes(mistake, "np.zeros_like(p.data)", missing_matters=False)
FORGETS = "Your Adagrad forgets: the squares are averaged, with a factor that makes old ones fade. That is RMSprop. Adagrad's sum only grows."
mistake("forgets", FORGETS, ("s += g * g", "s *= 0.9\n            s += 0.1 * g * g"))
mistake("forgets_slowly", FORGETS, ("s += g * g", "s *= 0.99\n            s += 0.01 * g * g"))
mistake(
    "mean_of_the_squares",
    "You divide the sum of the squares by the number of steps. Then the steps would not shrink as the sum grows, which is what "
    "Adagrad is known for.",
    ("np.sqrt(s)", "np.sqrt(s / self.t)"),
)
mistake(
    "root_forgotten",
    "The root is missing: you divide by the sum of the squares. With the root, the unit of the gradient cancels.",
    ("np.sqrt(s)", "s"),
)
mistake(
    "square_forgotten",
    "You add up gradients instead of their squares, so that opposite ones cancel, and the root may not exist.",
    ("s += g * g", "s += g"),
)
mistake(
    "absolute_values",
    "You add up absolute values. The sum is of squares, and the root is taken of the sum.",
    ("s += g * g", "s += np.abs(g)"),
    ("np.sqrt(s)", "s"),
)
mistake(
    "eps_inside_the_root",
    "Your eps stands inside the root, where it counts for much more: sqrt(1e-8) is 1e-4. It is added to the root.",
    ("np.sqrt(s) + self.eps", "np.sqrt(s + self.eps)"),
)
mistake(
    "eps_left_out",
    "Your eps is missing: an entry whose gradients were all zero is divided by zero.",
    ("np.sqrt(s) + self.eps", "np.sqrt(s)"),
)
mistake(
    "sum_of_before",
    "You divide by the sum before you add the new square, so the first step is divided by next to nothing.",
    (
        "s += g * g\n            p.data -= lr * g / (np.sqrt(s) + self.eps)",
        "p.data -= lr * g / (np.sqrt(s) + self.eps)\n            s += g * g",
    ),
)
mistake(
    "one_rate_for_the_whole_parameter",
    "You add the squares of all entries of a parameter together, so that they share one rate. In Adagrad each entry has its own.",
    ("s += g * g", "s += np.sum(g * g)"),
)
mistake(
    "gradient_changed_in_place",
    "Your parameters go the right way, but you divide p.grad itself: g = p.grad is the same array under another name.",
    ("p.data -= lr * g / (np.sqrt(s) + self.eps)", "g /= np.sqrt(s) + self.eps\n            p.data -= lr * g"),
)
