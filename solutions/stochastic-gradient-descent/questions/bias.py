"""How far the expected gradient of a draw lies from the full gradient."""

from __future__ import annotations

import numpy as np

from course_lib.checks.declaration import Case, Question


def draw(rng: np.random.Generator) -> list[Case]:
    cases = []
    for n, d, uniform in ((4, 2, False), (5, 1, True), (3, 3, False), (7, 2, True), (6, 2, False)):
        p = np.full(n, 1 / n) if uniform else rng.dirichlet(np.full(n, 2.0))
        cases.append({"gradients": rng.normal(size=(n, d)), "p": p})
    return cases


question = Question(
    cases=draw,
    reference=lambda gradients, p: p @ gradients - gradients.mean(axis=0),
    reading="stochastic-gradient-descent#an-unbiased-estimate",
    hints=[
        "The expected value of a draw is the sum over all outcomes of probability times outcome. Here an outcome is a row of gradients.",
        "Multiply row i by p[i] and add the rows up; p @ gradients does both.",
        "Then subtract the gradient over all examples, which is the plain mean of the rows.",
    ],
)


@question.misconception
def probabilities_ignored(gradients, p):
    """Your expected value is the plain mean of the rows, so the bias comes out zero whatever the probabilities are. An example that is drawn more
    often must count more."""
    return gradients.mean(axis=0) - gradients.mean(axis=0)


@question.misconception
def opposite_sign(gradients, p):
    """You subtracted the other way round: the bias is what is expected of the draw minus what should be expected, the full gradient."""
    return gradients.mean(axis=0) - p @ gradients


@question.misconception
def expected_value_itself(gradients, p):
    """This is the expected value of the drawn gradient. The bias is how far it lies from the full gradient: subtract that."""
    return p @ gradients


@question.misconception
def divided_once_more(gradients, p):
    """You divided the expected value by n, for example by taking a mean of the weighted rows. The probabilities add up to 1: they do the dividing
    already."""
    return np.mean(p[:, None] * gradients, axis=0) - gradients.mean(axis=0)


@question.misconception
def full_gradient_summed(gradients, p):
    """You subtract the sum of the rows. The loss over all examples is a mean, so its gradient is the mean of the rows."""
    return p @ gradients - gradients.sum(axis=0)


@question.misconception
def weighted_by_n(gradients, p):
    """You weight row i with n·p[i] and add up; that is n times the expected value."""
    return len(p) * p @ gradients - gradients.mean(axis=0)


@question.misconception
def length_of_the_bias(gradients, p):
    """You return the length of the bias. It has a direction as well: return an array with an entry for each parameter."""
    return np.linalg.norm(p @ gradients - gradients.mean(axis=0))


@question.misconception
def most_probable(gradients, p):
    """You take the gradient of the most probable example for the expected value. The expected value weighs all of them."""
    return gradients[np.argmax(p)] - gradients.mean(axis=0)
