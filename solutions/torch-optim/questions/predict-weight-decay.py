"""Three steps of SGD with momentum and weight decay, reckoned by hand."""

from __future__ import annotations

from course_lib.checks.declaration import Question
from course_lib.checks.mutating import mistakes_in

from ._on_paper import FIVE_DIGITS, by_torch, personal_data

question = Question(
    cases=lambda rng: personal_data(rng, momentum=[0.5, 0.75], weight_decay=[0.5, 1.0, 2.0]),
    reference=lambda p, gradients, lr, momentum, weight_decay: by_torch(
        p, gradients, lr=lr, momentum=momentum, weight_decay=weight_decay
    ),
    reading="torch-optim#the-arguments-of-sgd",
    value=True,
    personal=True,
    **FIVE_DIGITS,
    hints=[
        "weight_decay is the factor of a penalty p² / 2. What is the gradient of the penalty?",
        "It is added to the gradient before anything else happens, with the p of this step. So the buffer remembers it.",
    ],
)


def with_weight_decay(p, gradients, lr, momentum, weight_decay):
    b, path = 0.0, []
    for g in gradients:
        g = g + weight_decay * p
        b = momentum * b + g
        p = p - lr * b
        path.append(p)
    return path


mistake = mistakes_in(with_weight_decay, question)
DECAY = "        g = g + weight_decay * p\n"
mistake("decay_ignored", "These are the steps without weight decay.", (DECAY, ""))
mistake(
    "decay_past_the_buffer",
    "You shrink p directly, past the buffer. That is the decoupled decay of AdamW; SGD adds the decay to the gradient, so that "
    "momentum remembers it.",
    (DECAY, ""),
    ("lr * b", "lr * (b + weight_decay * p)"),
)
mistake(
    "decay_with_factor_two",
    "Your decay is twice too strong: PyTorch's penalty carries a factor 1/2, which cancels the 2 of the derivative.",
    (DECAY, DECAY.replace("+", "+ 2 *")),
)
mistake(
    "decay_of_the_wrong_sign",
    "Your decay pushes p away from zero. The gradient of the penalty is added, and the step subtracts it.",
    (DECAY, DECAY.replace("+", "-")),
)
mistake(
    "decay_of_the_start",
    "Your decay always uses the first value of p. It uses the p of the step.",
    (DECAY, DECAY.replace("* p", "* start")),
    ("b, path = 0.0", "start, b, path = p, 0.0"),
)
mistake(
    "decay_of_the_gradient",
    "You shrink the gradient. The decay pulls on p: weight_decay times p is added to the gradient.",
    (DECAY, "        g = g - weight_decay * g\n"),
)
mistake(
    "decay_without_p",
    "You add weight_decay itself to the gradient. The pull is in proportion to p.",
    (DECAY, DECAY.replace(" * p", "")),
)
mistake(
    "decay_without_the_rate",
    "Your decay is not multiplied by the learning rate. It is part of the gradient, so the rate applies to it.",
    (DECAY, ""),
    ("p - lr * b", "p - lr * b - weight_decay * p"),
)
mistake("momentum_forgotten", "Your steps have no momentum.", ("momentum * b + g", "g"))
