"""Stochastic gradient descent that stops when all examples fit, not one of them."""

from __future__ import annotations

import numpy as np

from course_lib import descent
from course_lib.checks.declaration import Case, Question
from course_lib.checks.mutating import mistakes_in
from course_lib.problems import LinearRegression


def draw(rng: np.random.Generator) -> list[Case]:
    cases = []
    for n, epochs, tolerance in ((12, 30, 1.5), (15, 6, 0.9), (9, 30, 2.0), (12, 30, 15.0), (10, 20, None)):
        x = rng.choice([-1, 1], n) * rng.uniform(0.5, 1.5, n)
        y = rng.uniform(2, 4) * x + rng.normal(0, 0.5, n)
        # two examples that the line meets on its way: their loss says nothing of the others
        y[:2] = np.array([0.5, 0.8]) * x[:2]
        orders, lr = np.array([rng.permutation(n) for _ in range(epochs)]), float(rng.uniform(0.01, 0.02))
        # some runs get below the tolerance, others never can; in one the end of an epoch is below it, but not its mean
        least = LinearRegression(x, y, fit_intercept=False).loss([x @ y / (x @ x)])
        level = between_mean_and_end(x, y, lr, orders) if tolerance is None else tolerance * least
        cases.append({"x": x, "y": y, "lr": lr, "tolerance": level, "orders": orders})
    return cases


def between_mean_and_end(x, y, lr: float, orders) -> float:
    """A tolerance between the mean of the losses seen in the second epoch and the loss at its end."""
    w, seen = 0.0, []
    for i in orders[:2].ravel():
        seen.append((w * x[i] - y[i]) ** 2)
        w -= lr * 2 * (w * x[i] - y[i]) * x[i]
    return float(np.mean([np.mean(seen[-len(x) :]), np.mean((w * x - y) ** 2)]))


def stopped_on_all(x, y, lr, tolerance, orders):
    epochs = iter(orders)
    run = descent.stochastic_gradient_descent(
        LinearRegression(x, y, fit_intercept=False),
        [0.0],
        lr=lr,
        epochs=len(orders),
        batches=lambda n, rng: ([i] for i in next(epochs)),
        stop=lambda progress: "small" if progress.update % len(x) == 0 and progress.loss < tolerance else None,
    )
    return run.params[-1, 0], run.updates // len(x)


question = Question(
    cases=draw,
    reference=stopped_on_all,
    reading="stochastic-gradient-descent#when-to-stop",
    hints=[
        "Which question should the test answer: does the line fit this example, or does it fit the data?",
        "An epoch is one row of `orders`. The test stands at its end, after the loop over the examples.",
        "np.mean((w * x - y) ** 2) is the loss on all examples, at the current w.",
    ],
)


def patient_run(x, y, lr, tolerance, orders):
    w, epoch = 0.0, 0
    for order in orders:
        for i in order:
            w -= lr * 2 * (w * x[i] - y[i]) * x[i]
        epoch += 1
        if np.mean((w * x - y) ** 2) < tolerance:
            break
    return w, epoch


mistake = mistakes_in(patient_run, question)


TEST = "        if np.mean((w * x - y) ** 2) < tolerance:\n            break\n"

mistake(
    "stops_on_one_example",
    "You stop as soon as the line fits one example well. That happens by chance, early, and says nothing of the others: test "
    "the loss on all examples.",
    (TEST, ""),
    ("* x[i]\n", "* x[i]\n            if (w * x[i] - y[i]) ** 2 < tolerance:\n                return w, epoch + 1\n"),
)

mistake(
    "counts_updates",
    "You test after each update on one example, and count updates as epochs.",
    (TEST, ""),
    ("        epoch += 1\n", ""),
    (
        "* x[i]\n",
        "* x[i]\n            epoch += 1\n            if (w * x[i] - y[i]) ** 2 < tolerance:\n                return w, epoch\n",
    ),
)

mistake(
    "updates_instead_of_epochs",
    "You stop at the right time, but the second number counts updates. An epoch is a pass over all examples.",
    ("        epoch += 1\n", "        epoch += len(x)\n"),
)

mistake(
    "last_example_of_the_epoch",
    "At the end of an epoch you test the loss of its last example only. Test the mean over all.",
    ("np.mean((w * x - y) ** 2)", "(w * x[i] - y[i]) ** 2"),
)

mistake(
    "tests_after_every_update",
    "You look at the loss on all examples after every update: that costs as much as n updates each time, and stops within an "
    "epoch. Look once an epoch.",
    (TEST, ""),
    ("* x[i]\n", "* x[i]\n            if np.mean((w * x - y) ** 2) < tolerance:\n                return w, epoch + 1\n"),
)

mistake(
    "mean_over_the_epoch",
    "You average the losses that the examples had when each was used. By the end of the epoch w has moved on: compute the "
    "loss of all examples at the w you have then.",
    ("for i in order:", "losses = []\n        for i in order:\n            losses.append((w * x[i] - y[i]) ** 2)"),
    ("np.mean((w * x - y) ** 2)", "np.mean(losses)"),
)

mistake(
    "sum_of_losses",
    "You compare the sum of the losses with the tolerance. The loss is their mean.",
    ("np.mean((w", "np.sum((w"),
)

mistake(
    "one_epoch_too_few",
    "Your number of epochs is one too small: the epoch after which you stop was made, so it counts.",
    ("return w, epoch", "return w, epoch - 1"),
)

mistake(
    "never_stops_early",
    "Your run always goes through all rows of `orders`.",
    (TEST, ""),
)

mistake(
    "order_ignored",
    "You go through the examples as they are stored. Row k of `orders` tells in which order epoch k uses them.",
    ("for i in order:", "for i in range(len(x)):"),
)

mistake(
    "batch_gradient_descent",
    "You make one update an epoch with the mean gradient. That is batch gradient descent; here each example makes an update.",
    ("for i in order:\n            w -= lr * 2 * (w * x[i] - y[i]) * x[i]", "w -= lr * 2 * np.mean((w * x - y) * x)"),
)
