"""How far the gradients of single examples scatter around the full gradient."""

from __future__ import annotations

import numpy as np

from course_lib import descent
from course_lib.checks.declaration import Case, Question
from course_lib.problems import LinearRegression

from ._examples import near_a_line


def draw(rng: np.random.Generator) -> list[Case]:
    cases = []
    for n in (5, 3, 8, 12):
        x, y = near_a_line(rng, n)
        cases.append({"w": float(rng.normal(0, 2)), "b": float(rng.normal(0, 2)), "x": x, "y": y})
    # at the least squares line: the mean gradient is zero, the single ones are not
    x, y = near_a_line(rng, 6)
    w, b = map(float, LinearRegression(x, y).minimum)
    cases.append({"w": w, "b": b, "x": x, "y": y})
    # and on data without noise: there the single ones are zero too
    x = np.arange(1.0, 7.0)
    return [*cases, {"w": 2.0, "b": 0.0, "x": x, "y": 2 * x}]


def gradient_noise_reference(w, b, x, y):
    line = LinearRegression(x, y)
    return descent.batch_gradient_variance([line.gradient([w, b], np.array([i])) for i in range(line.n)])


question = Question(
    cases=draw,
    reference=gradient_noise_reference,
    reading="stochastic-gradient-descent#data-without-noise",
    hints=[
        "First an array of shape (n, 2): row i is the gradient of example i. Its mean over the rows is the full gradient.",
        "The squared distance of a row from the mean is the sum over both parameters of the squared differences.",
        "Add over the parameters, average over the examples.",
    ],
)


@question.misconception
def mean_not_subtracted(w, b, x, y):
    """You average the squared lengths of the gradients. The noise is how far they scatter around the full gradient: subtract that first."""
    e = w * x + b - y
    return np.mean((2 * e * x) ** 2 + (2 * e) ** 2)


@question.misconception
def divided_by_n_minus_one(w, b, x, y):
    """You divided by n - 1, as for a sample from something larger. Here all n examples there are can be drawn: it is a plain mean over n."""
    e = w * x + b - y
    return np.var(2 * e * x, ddof=1) + np.var(2 * e, ddof=1)


@question.misconception
def averaged_over_parameters(w, b, x, y):
    """You averaged over the two parameters as well. A squared distance adds up over the coordinates; only the examples are averaged."""
    e = w * x + b - y
    return (np.var(2 * e * x) + np.var(2 * e)) / 2


@question.misconception
def all_entries_in_one(w, b, x, y):
    """You took the variance of all entries together, so the derivatives by w and by b scatter around a common mean. Each parameter has its own."""
    e = w * x + b - y
    return np.var([2 * e * x, 2 * e])


@question.misconception
def one_variance_a_parameter(w, b, x, y):
    """You return one variance for each parameter; the squared distance is their sum, one number."""
    e = w * x + b - y
    return np.var(2 * e * x), np.var(2 * e)


@question.misconception
def square_root(w, b, x, y):
    """You took a root at the end. That is the root mean squared distance; the question asks for the mean squared one."""
    e = w * x + b - y
    return np.sqrt(np.var(2 * e * x) + np.var(2 * e))


@question.misconception
def mean_distance(w, b, x, y):
    """You average the distances themselves; the question asks for the mean of their squares."""
    e = w * x + b - y
    g = np.stack([2 * e * x, 2 * e], axis=1)
    return np.mean(np.linalg.norm(g - g.mean(axis=0), axis=1))


@question.misconception
def summed_over_examples(w, b, x, y):
    """You added up over the examples; the question asks for the mean."""
    e = w * x + b - y
    return len(x) * (np.var(2 * e * x) + np.var(2 * e))


@question.misconception
def missing_factor_two(w, b, x, y):
    """Your result is a quarter of what it should be: the gradients lack the factor 2 of the derivative of the square."""
    e = w * x + b - y
    return np.var(e * x) + np.var(e)


@question.misconception
def scatter_of_the_losses(w, b, x, y):
    """You took the variance of the losses. It is the gradients that move the parameters."""
    return np.var((w * x + b - y) ** 2)


@question.misconception
def only_by_w(w, b, x, y):
    """The derivatives by b are missing in your sum: the gradient has two entries."""
    return np.var(2 * (w * x + b - y) * x)
