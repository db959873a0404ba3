"""Adam: averages of the gradient and of its square, both corrected for having started from zero."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from course_lib import optim
from course_lib.checks.declaration import Question
from course_lib.checks.mutating import mistakes_in
from course_lib.driving.optimizers import drive

from ._forbidden import FORBIDDEN
from ._runs import eps_and, runs
from ._state_mistakes import declare_state_mistakes


def betas(rng: np.random.Generator) -> tuple[float, float]:
    return float(rng.uniform(0.7, 0.93)), float(rng.uniform(0.95, 0.999))


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


ADAM_STATE = '{"t": 0, "m": np.zeros_like(p.data), "v": np.zeros_like(p.data)}'
M_HAT, V_HAT = "m_hat = m / (1 - beta1**t)", "v_hat = v / (1 - beta2**t)"
ONE_COUNT = ('            s["t"] += 1\n            t = s["t"]\n', "            t = self.t\n")


def declare_mistakes_of_adam(mistake: Callable) -> None:
    """The mistakes that Adam and AdamW share."""
    mistake(
        "no_bias_correction",
        "Neither average is corrected for having started from zero, so the first steps are wrong.",
        (M_HAT, "m_hat = m"),
        (V_HAT, "v_hat = v"),
    )
    mistake(
        "only_m_corrected",
        "Only m is corrected for having started from zero; v needs it as well, with its own beta.",
        (V_HAT, "v_hat = v"),
    )
    mistake(
        "only_v_corrected",
        "Only v is corrected for having started from zero; m needs it as well, with its own beta.",
        (M_HAT, "m_hat = m"),
    )
    mistake(
        "t_starts_at_zero",
        "Your t is 0 in the first step, so the correction divides by 1 - 1 = 0. Count the step before you correct.",
        ('t = s["t"]', 't = s["t"] - 1'),
    )
    mistake(
        "t_one_ahead",
        "Your t is one too large: the first step has t = 1.",
        ('t = s["t"]', 't = s["t"] + 1'),
    )
    mistake(
        "t_never_grows",
        "Your t stays 1, so the averages are corrected in every step as if it were the first.",
        ('t = s["t"]', "t = 1"),
    )
    mistake(
        "t_counts_parameters",
        "Your t grows with every parameter instead of every step: it is one counter, increased inside the loop over the "
        "parameters.",
        ('            s["t"] += 1\n            t = s["t"]\n', "            self.t += 1\n            t = self.t\n"),
    )
    mistake(
        "t_of_the_optimizer",
        "You have one t for all parameters, so it counts steps in which a parameter had no gradient and its averages rested. "
        "Each parameter needs a t of its own.",
        ONE_COUNT,
        ("beta1, beta2 = self.betas", "beta1, beta2 = self.betas\n        self.t += 1"),
    )
    mistake(
        "corrected_averages_kept",
        "You keep the corrected averages as the new m and v, so the correction is made again and again. Correct copies for the "
        "update, keep the averages.",
        (M_HAT, 'm_hat = s["m"] = m / (1 - beta1**t)'),
        (V_HAT, 'v_hat = s["v"] = v / (1 - beta2**t)'),
    )
    mistake(
        "corrected_with_the_wrong_beta",
        "Both corrections use the same beta. m is corrected with beta1, v with beta2.",
        (V_HAT, "v_hat = v / (1 - beta1**t)"),
    )
    mistake(
        "correction_multiplies_t",
        "You wrote beta * t; the correction is 1 minus beta to the power t.",
        (M_HAT, "m_hat = m / (1 - beta1 * t)"),
        (V_HAT, "v_hat = v / (1 - beta2 * t)"),
    )
    mistake(
        "betas_swapped",
        "You have the betas the wrong way round: betas is (beta1, beta2), beta1 for the gradient, beta2 for its square.",
        ("beta1, beta2 = self.betas", "beta2, beta1 = self.betas"),
    )
    mistake(
        "square_of_the_average",
        "Your v averages the squares of m. It averages the squares of the gradient: where signs alternate, m is small and v is "
        "not.",
        ("(1 - beta2) * g * g", "(1 - beta2) * m * m"),
    )
    mistake(
        "square_forgotten",
        "Your v averages the gradient instead of its square.",
        ("(1 - beta2) * g * g", "(1 - beta2) * g"),
    )
    mistake("root_forgotten", "The root is missing: the step is divided by the root of v.", ("np.sqrt(v_hat)", "v_hat"))
    mistake(
        "eps_inside_the_root",
        "Your eps stands inside the root, where it counts for much more: sqrt(1e-8) is 1e-4. It is added to the root.",
        ("np.sqrt(v_hat) + self.eps", "np.sqrt(v_hat + self.eps)"),
    )
    mistake(
        "eps_before_the_correction",
        "You add eps to the root of v before it is corrected, so that it weighs more in the first steps. It is added to the "
        "root of the corrected v.",
        ("np.sqrt(v_hat) + self.eps", "(np.sqrt(v) + self.eps) / np.sqrt(1 - beta2**t)"),
    )
    mistake(
        "eps_left_out",
        "Your eps is missing: an entry whose gradients were all zero is divided by zero.",
        ("np.sqrt(v_hat) + self.eps", "np.sqrt(v_hat)"),
    )
    mistake(
        "gradient_changed_in_place",
        "Your parameters go the right way, but p.grad is changed on the way: g = p.grad is the same array under another name, and "
        "g *= ... writes into it. Work on a copy.",
        ("(1 - beta2) * g * g", "(1 - beta2) * np.multiply(g, g, out=g)"),
    )
    mistake(
        "gradient_in_place_of_m",
        "Your step goes along the gradient, divided by the root of v: RMSprop with a correction. Adam goes along the corrected "
        "m.",
        ("lr * m_hat", "lr * g"),
    )


mistake = mistakes_in(Adam, question)
declare_mistakes_of_adam(mistake)
declare_state_mistakes(mistake, ADAM_STATE)
