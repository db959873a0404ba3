"""Three steps of SGD with momentum, reckoned by hand."""

from __future__ import annotations

from course_lib.checks.declaration import Question
from course_lib.checks.mutating import mistakes_in

from ._on_paper import FIVE_DIGITS, by_torch, personal_data

question = Question(
    cases=lambda rng: personal_data(rng, momentum=[0.4, 0.6, 0.8]),
    reference=lambda p, gradients, lr, momentum: by_torch(p, gradients, lr=lr, momentum=momentum),
    reading="torch-optim#the-arguments-of-sgd",
    value=True,
    personal=True,
    **FIVE_DIGITS,
    hints=[
        "Make a table: a line for each step, columns for the gradient, the buffer, and p.",
        "The buffer begins at the first gradient. From then on: momentum times the buffer, plus the new gradient, in full.",
        "p goes down by lr times the buffer.",
    ],
)


def with_momentum(p, gradients, lr, momentum):
    b, path = 0.0, []
    for g in gradients:
        b = momentum * b + g
        p = p - lr * b
        path.append(p)
    return path


mistake = mistakes_in(with_momentum, question)
mistake("without_momentum", "These are the steps without momentum: each uses its own gradient only.", ("momentum * b + g", "g"))
mistake(
    "exponential_average",
    "You weight each gradient by 1 - momentum, an average. PyTorch adds the gradient to the buffer in full.",
    ("momentum * b + g", "momentum * b + (1 - momentum) * g"),
)
mistake(
    "average_after_the_first_step",
    "You weight the gradients after the first by 1 - momentum. Without dampening every gradient is added in full.",
    ("momentum * b + g", "momentum * b + (1 - momentum if path else 1) * g"),
)
mistake(
    "nesterov_step",
    "These are Nesterov's steps. nesterov is False unless you ask for it.",
    ("lr * b", "lr * (g + momentum * b)"),
)
mistake(
    "never_fades",
    "Your buffer is the plain sum of the gradients. Before a new one is added, it is multiplied by momentum.",
    ("momentum * b + g", "b + g"),
)
mistake(
    "gradient_fades_too",
    "You multiply the new gradient by momentum as well. Only the old buffer fades.",
    ("momentum * b + g", "momentum * (b + g)"),
)
mistake("ascent", "You go uphill: the step is subtracted.", ("p - lr", "p + lr"))
mistake("learning_rate_forgotten", "Your steps are not multiplied by the learning rate.", ("lr * b", "b"))
mistake(
    "only_the_last_value",
    "You give one number; asked are the values after each of the three steps.",
    ("return path", "return path[-1]"),
)
mistake(
    "start_included",
    "Your list begins with the value before the first step; asked are the three values after the steps.",
    ("0.0, []", "0.0, [p]"),
)
