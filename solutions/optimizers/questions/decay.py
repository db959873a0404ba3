"""Where one step of SGD, Adam and AdamW leads when there is nothing but weight decay: a student's own numbers."""

from __future__ import annotations

import numpy as np

from course_lib import optim
from course_lib.checks.declaration import Case, Question
from course_lib.optim import Parameter


def draw(rng: np.random.Generator) -> list[Case]:
    return [
        {
            "w": float(rng.choice([-1, 1]) * rng.integers(2, 9)),
            "lr": float(rng.choice([0.1, 0.2, 0.3, 0.4])),
            "weight_decay": float(rng.choice([0.01, 0.03, 0.07])),
        }
    ]


def decay_reference(w, lr, weight_decay):
    after = []
    for algorithm in (optim.SGD, optim.Adam, optim.AdamW):
        p = Parameter(np.array([w]))
        p.grad = np.zeros(1)
        algorithm([p], lr=lr, weight_decay=weight_decay).step()
        after.append(p.data[0])
    return after


question = Question(
    cases=draw,
    reference=decay_reference,
    reading="adaptive-methods#adamw-and-weight-decay",
    value=True,
    personal=True,
    # five digits: 1.0000 may stand for 1.00005
    rtol=5e-5,
    hints=[
        "In SGD and Adam the decay becomes part of the gradient. What is the gradient then, in this first step?",
        "In Adam's first step both corrections undo the averaging: m_hat is g, and v_hat is g². What is left of g / sqrt(g²)?",
        "AdamW's averages see a gradient of zero. What is left is the factor 1 - lr * weight_decay.",
    ],
)


@question.misconception
def all_alike(w, lr, weight_decay):
    """You let all three shrink w by the same factor. In Adam the decay is part of the gradient, and the gradient is divided by its own
    size."""
    return [w * (1 - lr * weight_decay)] * 3


@question.misconception
def nothing_moves(w, lr, weight_decay):
    """You let nothing move because the gradient of the loss is zero. The decay acts all the same."""
    return [w] * 3


@question.misconception
def adam_and_adamw_swapped(w, lr, weight_decay):
    """You have Adam and AdamW the wrong way round: in AdamW the decay passes by the averages and the division."""
    shrunk = w * (1 - lr * weight_decay)
    return [shrunk, shrunk, w - lr * np.sign(w)]


@question.misconception
def both_adams_normalize(w, lr, weight_decay):
    """You let AdamW divide the decay by the root of v, as Adam does. In AdamW the decay does not enter the gradient."""
    return [w * (1 - lr * weight_decay), w - lr * np.sign(w), w - lr * np.sign(w)]


@question.misconception
def decay_without_the_rate(w, lr, weight_decay):
    """Your AdamW shrinks w by weight_decay alone; in the factor the decay is multiplied by the learning rate."""
    return [w * (1 - lr * weight_decay), w - lr * np.sign(w), w * (1 - weight_decay)]


@question.misconception
def adam_away_from_zero(w, lr, weight_decay):
    """Your Adam moves w by the learning rate, but away from zero. The decay pulls towards it, whatever the sign of w."""
    return [w * (1 - lr * weight_decay), w + lr * np.sign(w), w * (1 - lr * weight_decay)]


@question.misconception
def adam_not_corrected(w, lr, weight_decay):
    """Your Adam leaves the corrections out: m is a tenth of g, the root of v about a thirtieth. With them, the first step is as long as the learning
    rate."""
    return [w * (1 - lr * weight_decay), w - lr * np.sign(w) * 0.1 / np.sqrt(0.001), w * (1 - lr * weight_decay)]


@question.misconception
def adam_scales_with_the_decay(w, lr, weight_decay):
    """Your Adam moves by lr * weight_decay. After the division nothing is left of the size of the gradient, and so of the decay: only its sign."""
    return [w * (1 - lr * weight_decay), w - lr * weight_decay * np.sign(w), w * (1 - lr * weight_decay)]
