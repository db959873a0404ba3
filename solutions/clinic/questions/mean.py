"""The mean loss and the mean gradient over all examples."""

from __future__ import annotations

import numpy as np

from course_lib.checks.declaration import Case, Question
from course_lib.checks.mutating import mistakes_in
from course_lib.driving.clinic import ExampleGradient, ExampleLoss


def draw(rng: np.random.Generator) -> list[Case]:
    cases = []
    for n, d in ((4, 2), (1, 2), (7, 1), (5, 3)):
        X, y = rng.normal(size=(n, d)), rng.normal(size=n)
        cases.append({"loss": ExampleLoss(X, y), "gradient": ExampleGradient(X, y), "n": n, "w": rng.normal(size=d)})
    return cases


def mean_of_all(loss, gradient, n, w):
    total, slope = 0.0, np.zeros(len(w))
    for i in range(n):
        total += loss(i, w)
        slope += gradient(i, w)
    return total / n, slope / n


question = Question(
    cases=draw,
    reference=mean_of_all,
    reading="gradient-descent#the-gradient",
    hints=[
        "Write both sums out for n = 3: which examples are there, how many terms?",
        "The derivative of a sum is the sum of the derivatives. On which side of the second formula is the derivative missing?",
    ],
)


mistake = mistakes_in(mean_of_all, question)

mistake(
    "one_term_too_many",
    "You ask for an example that does not exist: of n examples counted from 0 the last has the number n - 1. A sum from 0 to "
    "n has n + 1 terms.",
    ("range(n)", "range(n + 1)"),
)

mistake(
    "first_example_left_out",
    "Your sums leave example 0 out: the examples are counted from 0.",
    ("range(n)", "range(1, n)"),
)

mistake(
    "last_example_left_out",
    "Your sums leave the last example out: range(n - 1) ends at n - 2.",
    ("range(n)", "range(n - 1)"),
)

mistake(
    "divided_by_n_plus_one",
    "You divide by n + 1, as if there were an example more. A mean over n examples is a sum of n terms, divided by n.",
    ("total / n, slope / n", "total / (n + 1), slope / (n + 1)"),
)

mistake(
    "losses_in_the_gradient",
    "Your second result is made of the losses of the examples. The gradient of a mean is the mean of the *gradients*.",
    ("slope += gradient(i, w)", "slope += loss(i, w)"),
)

mistake(
    "mean_loss_twice",
    "You return the mean loss twice. The second result is the mean of the gradients, an array of the shape of w.",
    ("total / n, slope / n", "total / n, total / n"),
)

mistake(
    "sums_instead_of_means",
    "You return the sums; divide them by the number of examples.",
    ("total / n, slope / n", "total, slope"),
)

mistake(
    "gradient_not_divided",
    "Your loss is a mean, but your gradient is a sum: the 1/n belongs to both.",
    ("total / n, slope / n", "total / n, slope"),
)

mistake(
    "only_the_last_example",
    "You keep only what the last example gives: the loop overwrites the results instead of adding to them.",
    ("total += loss(i, w)", "total = n * loss(i, w)"),
    ("slope += gradient(i, w)", "slope = n * gradient(i, w)"),
)
