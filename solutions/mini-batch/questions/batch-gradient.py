"""The gradient of the mean squared error over a batch."""

from __future__ import annotations

import numpy as np

from course_lib.checks.declaration import Case, Question

from ._examples import least_squares, table


def draw(rng: np.random.Generator) -> list[Case]:
    cases = []
    for n, d, size in ((8, 2, 3), (6, 3, 3), (9, 1, 4), (5, 4, 1), (7, 2, 7)):
        X, y = table(rng, n, d)
        cases.append({"w": rng.normal(size=d), "X": X, "y": y, "batch": rng.permutation(n)[:size]})
    # drawn with replacement: an example that comes twice counts twice
    X, y = table(rng, 6, 2)
    i, j = map(int, rng.permutation(6)[:2])
    cases.append({"w": rng.normal(size=2), "X": X, "y": y, "batch": np.array([i, j, i])})
    return cases


question = Question(
    cases=draw,
    reference=lambda w, X, y, batch: least_squares(X, y).gradient(w, batch),
    reading="mini-batch#the-gradient-of-a-batch",
    hints=[
        "X[batch] are the rows of the batch, y[batch] their targets. From there on it is the formula for all examples.",
        "How many examples is the mean over now?",
    ],
)


@question.misconception
def divided_by_all(w, X, y, batch):
    """You divided by the number of all examples n. The mean is over the examples of the batch; otherwise the steps shrink with the batch."""
    return 2 / len(y) * X[batch].T @ (X[batch] @ w - y[batch])


@question.misconception
def predictions_as_a_column(w, X, y, batch):
    """Your predictions are a column of shape (b, 1), the targets an array of shape (b,), for b examples in the batch. Their difference is a
    (b, b) table, of every prediction with every target: keep both to the shape (b,)."""
    return 2 / len(batch) * X[batch].T @ (X[batch] @ w[:, None] - y[batch])


@question.misconception
def targets_as_a_column(w, X, y, batch):
    """Your targets are a column of shape (b, 1), the predictions an array of shape (b,), for b examples in the batch. Their difference is a
    (b, b) table, of every prediction with every target: keep both to the shape (b,)."""
    return 2 / len(batch) * X[batch].T @ (X[batch] @ w - y[batch][:, None])


@question.misconception
def not_divided(w, X, y, batch):
    """You added the gradients of the batch up without dividing by their number. With the sum, a larger batch makes larger steps."""
    return 2 * X[batch].T @ (X[batch] @ w - y[batch])


@question.misconception
def mean_taken_twice(w, X, y, batch):
    """You divided by the size of the batch twice."""
    return 2 / len(batch) ** 2 * X[batch].T @ (X[batch] @ w - y[batch])


@question.misconception
def missing_factor_two(w, X, y, batch):
    """The factor 2 is missing: the derivative of a square is twice the base."""
    return X[batch].T @ (X[batch] @ w - y[batch]) / len(batch)


@question.misconception
def opposite_sign(w, X, y, batch):
    """Your gradient has the opposite sign: the error is prediction minus target."""
    return 2 / len(batch) * X[batch].T @ (y[batch] - X[batch] @ w)


@question.misconception
def batch_ignored(w, X, y, batch):
    """This is the gradient over all examples. Use the rows of the batch only."""
    return 2 / len(y) * X.T @ (X @ w - y)


@question.misconception
def first_rows(w, X, y, batch):
    """You use the first rows of X, as many as the batch has. The batch says which rows: X[batch]."""
    b = len(batch)
    return 2 / b * X[:b].T @ (X[:b] @ w - y[:b])


@question.misconception
def repeated_example_once(w, X, y, batch):
    """An example that stands in the batch twice counts once in your gradient, as with a mask or a set. Each of its places in the batch counts."""
    rows = np.unique(batch)
    return 2 / len(rows) * X[rows].T @ (X[rows] @ w - y[rows])


@question.misconception
def mean_example(w, X, y, batch):
    """You average the examples first and take the gradient at the mean example. The gradient is not linear in the example: take the
    gradients first, then their mean."""
    x, t = X[batch].mean(axis=0), y[batch].mean()
    return 2 * (x @ w - t) * x


@question.misconception
def divided_by_parameters(w, X, y, batch):
    """You divided by the number of parameters d; the mean is over the examples of the batch."""
    return 2 / X.shape[1] * X[batch].T @ (X[batch] @ w - y[batch])


@question.misconception
def one_number_for_all(w, X, y, batch):
    """You took the mean over all entries, so one number came out for all parameters. Only the examples are averaged."""
    return np.full(len(w), 2 * np.mean((X[batch] @ w - y[batch])[:, None] * X[batch]))
