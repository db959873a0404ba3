"""Three steps of SGD with momentum and dampening, reckoned by hand."""

from __future__ import annotations

from course_lib.checks.declaration import Question
from course_lib.checks.mutating import mistakes_in

from ._on_paper import FIVE_DIGITS, by_torch, personal_data

question = Question(
    cases=lambda rng: personal_data(rng, momentum=[0.5, 0.8], dampening=[0.25, 0.4, 0.6]),
    reference=lambda p, gradients, lr, momentum, dampening: by_torch(p, gradients, lr=lr, momentum=momentum, dampening=dampening),
    reading="torch-optim#the-arguments-of-sgd",
    value=True,
    personal=True,
    **FIVE_DIGITS,
    hints=[
        "Use the table of the question before; only what is added to the buffer changes.",
        "What does PyTorch do when there is no buffer yet?",
    ],
)


def with_dampening(p, gradients, lr, momentum, dampening):
    b, path = 0.0, []
    for g in gradients:
        b = momentum * b + (1 - dampening) * g if path else g
        p = p - lr * b
        path.append(p)
    return path


mistake = mistakes_in(with_dampening, question)
mistake(
    "dampened_from_the_first_step",
    "You dampen the first gradient, too. There is no buffer yet in the first step, so the buffer becomes the gradient itself, "
    "undampened.",
    (" if path else g", ""),
)
mistake("dampening_ignored", "These are the steps without dampening.", ("(1 - dampening) * g", "g"))
mistake(
    "dampening_is_the_weight",
    "You multiply the new gradient by dampening. That is the part taken away: 1 - dampening is left.",
    ("(1 - dampening) * g", "dampening * g"),
)
mistake(
    "dampening_of_the_buffer",
    "You dampen the buffer instead of the new gradient.",
    ("momentum * b + (1 - dampening) * g", "(1 - dampening) * momentum * b + g"),
)
mistake(
    "dampening_of_the_step",
    "You dampen the whole step. It is the gradient that is dampened, on its way into the buffer.",
    ("(1 - dampening) * g", "g"),
    ("lr * b", "lr * b * (1 - dampening if path else 1)"),
)
mistake(
    "weight_from_momentum",
    "You weight the new gradient by 1 - momentum. Its weight is 1 - dampening, a number of its own.",
    ("(1 - dampening) * g", "(1 - momentum) * g"),
)
mistake(
    "momentum_forgotten", "Your buffer does not remember: momentum times the old buffer is missing.", ("momentum * b + (1", "(1")
)
