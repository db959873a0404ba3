"""After how many epochs the loss over all examples is small enough."""

from __future__ import annotations

import numpy as np

from course_lib import descent
from course_lib.checks.declaration import Case, Question
from course_lib.problems import LinearRegression

from ._examples import near_a_line, one_by_one


def draw(rng: np.random.Generator) -> list[Case]:
    cases: list[Case] = []
    while len(cases) < 5:
        n, epochs = int(rng.integers(5, 9)), 10
        x, y = near_a_line(rng, n)
        without_noise, never = len(cases) == 3, len(cases) == 4
        if without_noise:
            y = 2 * x + 1
        line = LinearRegression(x, y)
        order = np.concatenate([rng.permutation(n) for _ in range(epochs)])
        # slower without noise, so that several epochs lie between the mean's and the sum's falling below the tolerance
        lr = float(rng.uniform(0.015, 0.03) if without_noise else rng.uniform(0.03, 0.07))
        # the first near the minimum, where the loss goes up and down: it begins below the tolerance, but a start is no end of an epoch
        start = line.minimum + rng.normal(0, 3 if cases else 0.1, size=2)
        path = descent.stochastic_gradient_descent(line, start, lr=lr, epochs=1, batches=one_by_one(order)).params
        errors = path @ line.X.T - y
        whole, single = np.mean(errors**2, axis=1), errors[np.arange(1, len(path)), order] ** 2
        ends = whole[n::n]
        # an epoch, the third or later, that ends lower than all before it
        lows = [k for k in range(2, epochs - 4 * without_noise) if ends[k] < ends[:k].min()]
        if not lows:
            continue
        k = lows[int(rng.integers(len(lows)))]
        tolerance = float(np.sqrt(ends[k] * ends[:k].min()))
        # in the first case the loss is below the tolerance after a few updates, but not where an epoch ends; in the second the loss of one example is
        # where an epoch ends; without noise the loss falls so far that even the sum of the squared errors gets below it
        if (
            (len(cases) == 0 and max(whole[0], whole[1 : epochs + 1].min()) >= tolerance)
            or (len(cases) == 1 and single[n - 1 : n * k : n].min() >= tolerance)
            or (without_noise and (single[:n].min() < tolerance or n * ends.min() >= tolerance))
        ):
            continue
        if never:
            tolerance = float(0.9 * ends.min())
        cases.append({"path": path, "order": order, "x": x, "y": y, "tolerance": tolerance})
    return cases


def epochs_until_reference(path, order, x, y, tolerance):
    line = LinearRegression(x, y)
    return next((t // line.n for t in range(line.n, len(path), line.n) if line.loss(path[t]) < tolerance), None)


question = Question(
    cases=draw,
    reference=epochs_until_reference,
    reading="stochastic-gradient-descent#when-to-stop",
    hints=[
        "An epoch is len(x) updates. Which rows of path are the points after one, two, three epochs?",
        "At such a point compute the mean squared error over all of x and y. `order` is not needed for that.",
        "The first epoch whose loss is below the tolerance is the answer; if the loop ends without one, return None.",
    ],
)


@question.misconception
def loss_of_one_example(path, order, x, y, tolerance):
    """You stop as soon as the example that was just drawn has a small loss. One example can fit by chance, or because the update has just
    bent the line towards it; that says nothing of the others. Test the loss over all examples."""
    n = len(x)
    for t in range(1, len(path)):
        w, b = path[t]
        i = order[t - 1]
        if (w * x[i] + b - y[i]) ** 2 < tolerance:
            return (t + n - 1) // n
    return None


@question.misconception
def loss_of_one_example_at_the_end_of_an_epoch(path, order, x, y, tolerance):
    """After each epoch you test the loss of the last example only. Test the loss over all examples."""
    n = len(x)
    for t in range(n, len(path), n):
        w, b = path[t]
        i = order[t - 1]
        if (w * x[i] + b - y[i]) ** 2 < tolerance:
            return t // n
    return None


@question.misconception
def tested_after_every_update(path, order, x, y, tolerance):
    """You test the loss after every update and return the number of that update. Test once an epoch, and return the number of epochs."""
    for t in range(1, len(path)):
        w, b = path[t]
        if np.mean((w * x + b - y) ** 2) < tolerance:
            return t
    return None


@question.misconception
def stopped_within_an_epoch(path, order, x, y, tolerance):
    """You test the loss after every update. One test costs as much as an epoch of updates, so the run would become many times slower:
    test at the end of each epoch only."""
    n = len(x)
    for t in range(1, len(path)):
        w, b = path[t]
        if np.mean((w * x + b - y) ** 2) < tolerance:
            return (t + n - 1) // n
    return None


@question.misconception
def start_tested(path, order, x, y, tolerance):
    """You test the start as well, and stop before the first update where it is good enough. Row 0 is no end of an epoch: the first that
    counts is row n."""
    n = len(x)
    for t in range(0, len(path), n):
        w, b = path[t]
        if np.mean((w * x + b - y) ** 2) < tolerance:
            return t // n
    return None


@question.misconception
def number_of_updates(path, order, x, y, tolerance):
    """You return the number of updates; the question asks for the number of epochs."""
    n = len(x)
    for t in range(n, len(path), n):
        w, b = path[t]
        if np.mean((w * x + b - y) ** 2) < tolerance:
            return t
    return None


@question.misconception
def counted_from_zero(path, order, x, y, tolerance):
    """Your number is one too small: the first epoch is number 1, and its end is row n of the path."""
    n = len(x)
    for epoch in range((len(path) - 1) // n):
        w, b = path[(epoch + 1) * n]
        if np.mean((w * x + b - y) ** 2) < tolerance:
            return epoch
    return None


@question.misconception
def rows_taken_for_epochs(path, order, x, y, tolerance):
    """You test the first rows of the path as if there were one row for each epoch. There is one for each update."""
    for epoch in range(1, (len(path) - 1) // len(x) + 1):
        w, b = path[epoch]
        if np.mean((w * x + b - y) ** 2) < tolerance:
            return epoch
    return None


@question.misconception
def all_epochs_when_never(path, order, x, y, tolerance):
    """Where the loss never falls below the tolerance you return the number of all epochs, as if the last one had reached it. The question
    asks for None then."""
    n = len(x)
    for t in range(n, len(path), n):
        w, b = path[t]
        if np.mean((w * x + b - y) ** 2) < tolerance:
            break
    return t // n


@question.misconception
def running_mean_of_the_losses(path, order, x, y, tolerance):
    """You average the losses of the single examples as they were met during the epoch, each at other parameters. That describes the
    epoch, not the point where it ended: test the loss over all examples at that point."""
    n = len(x)
    seen = [(path[t][0] * x[order[t]] + path[t][1] - y[order[t]]) ** 2 for t in range(len(order))]
    for epoch in range(len(order) // n):
        if np.mean(seen[epoch * n : (epoch + 1) * n]) < tolerance:
            return epoch + 1
    return None


@question.misconception
def sum_instead_of_mean(path, order, x, y, tolerance):
    """You compare the sum of the squared errors with the tolerance; the loss is their mean."""
    n = len(x)
    for t in range(n, len(path), n):
        w, b = path[t]
        if np.sum((w * x + b - y) ** 2) < tolerance:
            return t // n
    return None


@question.misconception
def always_none(path, order, x, y, tolerance):
    """Your answer is always None. Is the return missing, or is the comparison never true? Each epoch ends at a row of the path, and on
    most of these paths one of these rows is good enough."""
    return None


@question.misconception
def always_the_first(path, order, x, y, tolerance):
    """You always stop after the first epoch: is the comparison turned round?"""
    return 1
