"""adam"""

from __future__ import annotations

import copy

from collections.abc import Callable, Iterable, Iterator

from typing import Any

import numpy as np

from course_lib import optim

from course_lib.checks.declaration import Case, Question

from course_lib.checks.mutating import mistakes_in

from course_lib.checks.parts import entries

from course_lib.optim import Parameter

from ._shared import ADAM_STATE, FORBIDDEN, betas, declare_common_mistakes, declare_mistakes_of_adam, drive, eps_and, runs

question = Question(
    cases=lambda rng: runs(rng, eps_and(betas=betas)),
    reference=lambda params, lr, betas, eps: optim.Adam(params, lr=lr, betas=betas, eps=eps),
    observe=drive,
    forbidden=FORBIDDEN,
    reading="adaptive-methods#adam",
    hints=[
        "For each parameter: m, v and t. In step: t goes up by one, then both averages, then both corrections, then the update.",
        "The first step uses t = 1, so that both corrections give back the gradient and its square exactly.",
        "The corrected averages are for this step's update alone: what is kept is m and v.",
        "A parameter without a gradient is passed over entirely, its t too. So t cannot be one number for the optimizer.",
    ],
)


class Adam:
    def __init__(self, params, lr, betas, eps):
        self.params, self.lr, self.betas, self.eps = params, lr, betas, eps
        self.state = [{"t": 0, "m": np.zeros_like(p.data), "v": np.zeros_like(p.data)} for p in params]
        self.t = 0

    def step(self):
        beta1, beta2 = self.betas
        for p, s in zip(self.params, self.state):
            if p.grad is None:
                continue
            lr, g = self.lr, p.grad
            s["t"] += 1
            t = s["t"]
            m = s["m"] = beta1 * s["m"] + (1 - beta1) * g
            v = s["v"] = beta2 * s["v"] + (1 - beta2) * g * g
            m_hat = m / (1 - beta1**t)
            v_hat = v / (1 - beta2**t)
            p.data -= lr * m_hat / (np.sqrt(v_hat) + self.eps)


mistake = mistakes_in(Adam, question)

declare_mistakes_of_adam(mistake)

declare_common_mistakes(mistake, ADAM_STATE)
