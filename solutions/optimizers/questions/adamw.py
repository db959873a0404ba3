"""AdamW: Adam whose weight decay passes by the gradient."""

from __future__ import annotations

import numpy as np

from course_lib import optim
from course_lib.checks.declaration import Case, Question
from course_lib.checks.mutating import mistakes_in
from course_lib.driving.optimizers import drive

from ._forbidden import FORBIDDEN
from ._runs import eps_and, runs
from ._state_mistakes import SKIP, declare_state_mistakes
from .adam import ADAM_STATE, betas, declare_mistakes_of_adam


def draw(rng: np.random.Generator) -> list[Case]:
    cases = runs(rng, eps_and(betas=betas))
    for case, decay in zip(cases, rng.uniform(0.05, 0.3, 4).tolist(), strict=True):
        # eps last is Adam's order; in this class weight_decay follows, and the gradients are no option
        gradients = case.pop("gradients")
        case |= {"weight_decay": decay, "gradients": gradients}
    return cases


question = Question(
    cases=draw,
    reference=lambda params, lr, betas, eps, weight_decay: optim.AdamW(
        params, lr=lr, betas=betas, eps=eps, weight_decay=weight_decay
    ),
    observe=drive,
    forbidden=FORBIDDEN,
    reading="adaptive-methods#adamw-and-weight-decay",
    hints=[
        "Begin with a copy of your Adam: one line is added.",
        "The decay touches p.data and nothing else, neither g nor m nor v.",
        "It shrinks the parameter by the factor 1 - lr * weight_decay, before Adam's update.",
    ],
)


class AdamW:
    def __init__(self, params, lr, betas, eps, weight_decay):
        self.params, self.lr, self.betas, self.eps, self.weight_decay = params, lr, betas, eps, weight_decay
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
            p.data *= 1 - lr * self.weight_decay
            m = s["m"] = beta1 * s["m"] + (1 - beta1) * g
            v = s["v"] = beta2 * s["v"] + (1 - beta2) * g * g
            m_hat = m / (1 - beta1**t)
            v_hat = v / (1 - beta2**t)
            p.data -= lr * m_hat / (np.sqrt(v_hat) + self.eps)


mistake = mistakes_in(AdamW, question)
DECAY = "            p.data *= 1 - lr * self.weight_decay\n"
mistake(
    "decay_in_the_gradient",
    "You add weight_decay * p to the gradient. That is Adam with an L2 penalty: the decay passes through the averages and is "
    "divided by the root of v. In AdamW it shrinks the parameter directly.",
    (DECAY, "            g = g + self.weight_decay * p.data\n"),
)
mistake(
    "decay_without_the_rate",
    "Your decay is not scaled by the learning rate: the factor is 1 - lr * weight_decay, so that a schedule lowers the decay "
    "along with the step.",
    ("1 - lr * self.weight_decay", "1 - self.weight_decay"),
)
mistake(
    "decay_divided_by_the_root",
    "You add weight_decay * p to the corrected m, so the decay is divided by the root of v like the rest. It passes by the "
    "averages and the division.",
    (DECAY, ""),
    ("lr * m_hat", "lr * (m_hat + self.weight_decay * p.data)"),
)
mistake(
    "decay_after_the_update",
    "You shrink the parameter after the update, so that the update shrinks along with it. The decay comes first.",
    (DECAY, ""),
    ("(np.sqrt(v_hat) + self.eps)", "(np.sqrt(v_hat) + self.eps)\n" + DECAY.rstrip()),
)
mistake("decay_of_the_wrong_sign", "Your parameters grow by the decay: the factor is below 1.", ("1 - lr", "1 + lr"))
mistake("decay_forgotten", "This is Adam: the decay is missing.", (DECAY, ""))
mistake(
    "decay_without_a_gradient",
    "You shrink parameters that have no gradient. They took no part in this step, so they are left alone, decay included.",
    (DECAY, ""),
    (SKIP, DECAY.replace("lr *", "self.lr *") + SKIP),
)
mistake(
    "decay_of_the_weights_alone",
    "You leave the biases out of the decay. That is often done, but by a parameter group whose weight_decay is 0; the class "
    "treats all parameters alike.",
    (DECAY, "            if p.data.ndim > 1:\n    " + DECAY),
)
declare_mistakes_of_adam(mistake)
declare_state_mistakes(mistake, ADAM_STATE)
