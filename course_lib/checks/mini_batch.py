"""What the problem set on mini-batches expects, and the mistakes it knows."""

from __future__ import annotations

import math

import numpy as np

from course_lib import descent
from course_lib.checks.chance import of_the_result, repeated, requires_the_same_again
from course_lib.checks.declaration import Case, Question
from course_lib.problems import LinearRegression, Problem


def table(rng: np.random.Generator, n: int, d: int) -> tuple[np.ndarray, np.ndarray]:
    """Examples as rows, and targets that no weights fit exactly."""
    X = rng.uniform(-2, 2, size=(n, d))
    return X, X @ rng.normal(size=d) + rng.normal(0, 0.5, n)


def least_squares(X: np.ndarray, y: np.ndarray) -> LinearRegression:
    return LinearRegression(X, y, fit_intercept=False)


def these(epochs):
    """A scheme that uses the given batches, epoch after epoch."""
    left = iter(epochs)
    return lambda n, rng: iter(next(left))


# ------------------------------------------------------------------------------------------------- batches

EPOCHS = 40


def many_epochs(answer, case):
    """The batches of many epochs drawn with one generator."""
    epochs = []
    for _ in range(EPOCHS):
        epoch = answer(case["n"], case["batch_size"], case["rng"])
        epochs.append(list(epoch) if hasattr(epoch, "__iter__") and not isinstance(epoch, (str, dict)) else epoch)
    return epochs


batches = Question(
    name="mini-batch/batches",
    cases=lambda rng: [
        {"n": n, "batch_size": b, "rng": np.random.default_rng(rng.integers(2**32))}
        for n, b in ((10, 4), (12, 3), (7, 2), (6, 1), (5, 8), (9, 9))
    ],
    reference=lambda n, batch_size, rng: list(descent.batches.shuffled(batch_size)(n, rng)),
    observe=repeated(many_epochs),
    reading="mini-batch#drawing-batches",
    hints=[
        "First one random order of all n indices. Then cut it into pieces.",
        "The pieces begin at 0, batch_size, 2·batch_size, ... below n. range has a third argument for that.",
        "A slice that reaches beyond the end of an array simply ends there: order[8:12] of ten entries has two.",
    ],
)

requires = of_the_result(batches)


def _sizes(epoch: list) -> list[int]:
    return [len(batch) for batch in epoch]


def _joined(epoch: list) -> np.ndarray:
    return np.concatenate([np.asarray(batch) for batch in epoch])


@requires
def batches_of_indices(case, output):
    """Return a list of batches (or yield them one after the other); each batch is an array or list of whole numbers, the indices of its examples."""
    arrays = [np.asarray(batch) for epoch in output for batch in epoch]
    return all(epoch for epoch in output) and all(a.ndim == 1 and (a.dtype.kind in "iu" or not a.size) for a in arrays)


@requires
def no_empty_batch(case, output):
    """One of your batches is empty. Where the batch size divides the number of examples nothing is left over: do not begin a batch at n."""
    return all(min(_sizes(epoch)) > 0 for epoch in output)


@requires
def within_the_examples(case, output):
    """A batch holds an index that no example has. With n examples the indices run from 0 to n - 1."""
    return all(_joined(epoch).min() >= 0 and _joined(epoch).max() < case["n"] for epoch in output)


@requires
def no_batch_too_large(case, output):
    """One of your batches is larger than the batch size. What does not fill a batch makes a smaller one at the end; and a list that is filled
    for every batch must be emptied, or made anew, before the next."""
    return all(max(_sizes(epoch)) <= case["batch_size"] for epoch in output)


@requires
def none_twice(case, output):
    """Some example comes twice in an epoch. Batches that are drawn independently of each other do that, and so does a last batch that is filled up.
    Shuffle all indices once for the epoch and cut that order into pieces."""
    return all(len(np.unique(_joined(epoch))) == sum(_sizes(epoch)) for epoch in output)


@requires
def none_dropped(case, output):
    """Some examples do not come in an epoch. Where the batch size does not divide n, the last batch is smaller, and its examples count as
    well."""
    return all(sum(_sizes(epoch)) == case["n"] for epoch in output)


@requires
def all_full_but_the_last(case, output):
    """A batch that is not the last one is smaller than the batch size. All batches have the size that was asked for, only the last takes
    what is left."""
    return all(size == case["batch_size"] for epoch in output for size in _sizes(epoch)[:-1])


@requires
def not_the_order_of_the_data(case, output):
    """Your batches are slices of the data in its own order: nothing is shuffled."""
    return any((_joined(epoch) != np.arange(case["n"])).any() for epoch in output)


@requires
def others_each_epoch(case, output):
    """Every epoch has the same batches. Draw from the rng that you are handed: a generator made anew with a fixed seed begins at the same point each
    time."""
    return any((_joined(epoch) != _joined(output[0])).any() for epoch in output)


@requires
def examples_mix(case, output):
    """The same examples always share a batch: you shuffle the batches, not the examples. Shuffle the indices before you cut them."""
    if not 1 < case["batch_size"] < case["n"]:
        return True
    # over 40 epochs hundreds of different batches are to be expected
    return len({tuple(sorted(map(int, batch))) for epoch in output for batch in epoch}) > 2 * len(output[0])


same_again = requires_the_same_again(batches)


@batches.violates(batches_of_indices)
def one_batch_only(n, batch_size, rng):
    return rng.permutation(n)[:batch_size]


@batches.violates(no_empty_batch)
def begins_a_batch_at_the_end(n, batch_size, rng):
    order = rng.permutation(n)
    return [order[k * batch_size : (k + 1) * batch_size] for k in range(n // batch_size + 1)]


@batches.violates(within_the_examples)
def counted_from_one(n, batch_size, rng):
    order = rng.permutation(n) + 1
    return [order[k : k + batch_size] for k in range(0, n, batch_size)]


@batches.violates(no_batch_too_large)
def never_emptied(n, batch_size, rng):
    result, batch = [], []
    for i in rng.permutation(n):
        batch.append(i)
        if len(batch) % batch_size == 0:
            result.append(list(batch))
    return result


@batches.violates(no_batch_too_large)
def rest_joined_to_the_last(n, batch_size, rng):
    order = rng.permutation(n)
    cuts = list(range(batch_size, n - n % batch_size, batch_size))
    return np.split(order, cuts)


@batches.violates(none_twice)
def with_replacement(n, batch_size, rng):
    return [rng.integers(n, size=min(batch_size, n - k)) for k in range(0, n, batch_size)]


@batches.violates(none_twice)
def each_batch_drawn_by_itself(n, batch_size, rng):
    return [rng.choice(n, size=min(batch_size, n - k), replace=False) for k in range(0, n, batch_size)]


@batches.violates(none_twice)
def last_batch_filled_up(n, batch_size, rng):
    order = rng.permutation(n)
    return [np.take(order, range(k, k + batch_size), mode="wrap") for k in range(0, n, batch_size)]


@batches.violates(none_dropped)
def last_batch_dropped(n, batch_size, rng):
    order = rng.permutation(n)
    return [order[k : k + batch_size] for k in range(0, n - batch_size + 1, batch_size)]


@batches.violates(none_dropped)
def slices_one_too_short(n, batch_size, rng):
    order = rng.permutation(n)
    return [order[k : k + batch_size - 1] for k in range(0, n, batch_size)]


@batches.violates(all_full_but_the_last)
def evenly_spread(n, batch_size, rng):
    return np.array_split(rng.permutation(n), -(-n // batch_size))


@batches.violates(all_full_but_the_last)
def small_one_first(n, batch_size, rng):
    return np.split(rng.permutation(n), list(range(n % batch_size or batch_size, n, batch_size)))


@batches.violates(not_the_order_of_the_data)
def not_shuffled(n, batch_size, rng):
    return [np.arange(k, min(k + batch_size, n)) for k in range(0, n, batch_size)]


@batches.violates(others_each_epoch)
def fixed_seed(n, batch_size, rng):
    order = np.random.default_rng(0).permutation(n)
    return [order[k : k + batch_size] for k in range(0, n, batch_size)]


@batches.violates(examples_mix)
def batches_shuffled(n, batch_size, rng):
    slices = [np.arange(k, min(k + batch_size, n)) for k in range(0, n, batch_size)]
    full, rest = slices[: n // batch_size], slices[n // batch_size :]
    return [full[k] for k in rng.permutation(len(full))] + rest


@batches.violates(same_again)
def generator_of_its_own(n, batch_size, rng):
    order = np.random.default_rng().permutation(n)
    return [order[k : k + batch_size] for k in range(0, n, batch_size)]


@batches.violates(same_again)
def global_random_numbers(n, batch_size, rng):
    order = np.random.permutation(n)
    return [order[k : k + batch_size] for k in range(0, n, batch_size)]


# -------------------------------------------------------------------------------------------------- scheme


def scheme_reference(n, epochs):
    if all(np.array_equal(np.concatenate(epoch), np.arange(n)) for epoch in epochs):
        return "contiguous"
    if all(np.array_equal(np.sort(np.concatenate(epoch)), np.arange(n)) for epoch in epochs):
        return "shuffled"
    if all(len(np.unique(batch)) == len(batch) for epoch in epochs for batch in epoch):
        return "distinct"
    return "with replacement"


SCHEMES = {
    "contiguous": descent.batches.contiguous,
    "shuffled": descent.batches.shuffled,
    "distinct": descent.batches.distinct,
    "with replacement": descent.batches.with_replacement,
}


def scheme_cases(rng: np.random.Generator) -> list[Case]:
    def drawn(name: str, n: int, batch_size: int, first_epoch: str) -> Case:
        """Epochs of a scheme that show which one it is; the first of them by itself could be of the scheme `first_epoch`."""
        while True:
            epochs = [list(SCHEMES[name](batch_size)(n, rng)) for _ in range(5)]
            if scheme_reference(n, epochs) == name and scheme_reference(n, epochs[:1]) == first_epoch:
                return {"n": n, "epochs": epochs}

    cases = [
        drawn("contiguous", 10, 4, "contiguous"),
        drawn("contiguous", 9, 3, "contiguous"),
        drawn("shuffled", 11, 3, "shuffled"),
        drawn("shuffled", 8, 4, "shuffled"),
        drawn("distinct", 6, 3, "distinct"),
        drawn("distinct", 4, 2, "shuffled"),
        drawn("with replacement", 12, 4, "with replacement"),
        drawn("with replacement", 10, 2, "distinct"),
    ]
    return [cases[i] for i in rng.permutation(len(cases))]


scheme = Question(
    name="mini-batch/scheme",
    cases=scheme_cases,
    reference=scheme_reference,
    reading="mini-batch#drawing-batches",
    hints=[
        "Go from the strictest to the loosest: what can only contiguous slices show? What do they and shuffled epochs have in common?",
        "np.concatenate(epoch) joins the batches of an epoch. Sorted, it is 0, 1, ..., n - 1 if every example came exactly once.",
        "Between the two that are left, a single batch that holds an example twice decides. Look at all epochs, not only the first.",
    ],
)


@scheme.misconception
def first_epoch_only(n, epochs):
    """You judge by the first epoch. By chance it may look tidier than the scheme is: look at all of them."""
    epoch = epochs[0]
    if np.array_equal(np.concatenate(epoch), np.arange(n)):
        return "contiguous"
    if np.array_equal(np.sort(np.concatenate(epoch)), np.arange(n)):
        return "shuffled"
    return "distinct" if all(len(set(batch.tolist())) == len(batch) for batch in epoch) else "with replacement"


@scheme.misconception
def any_for_all(n, epochs):
    """One epoch that fits is enough for you. A scheme must fit in every epoch and every batch."""
    if any(np.array_equal(np.concatenate(epoch), np.arange(n)) for epoch in epochs):
        return "contiguous"
    if any(np.array_equal(np.sort(np.concatenate(epoch)), np.arange(n)) for epoch in epochs):
        return "shuffled"
    return (
        "distinct" if any(len(set(batch.tolist())) == len(batch) for epoch in epochs for batch in epoch) else "with replacement"
    )


@scheme.misconception
def repeats_in_an_epoch(n, epochs):
    """You say "with replacement" wherever an example comes twice in an epoch. With distinct examples in each batch that happens too, in different
    batches: look within the batches."""
    if all(np.array_equal(np.concatenate(epoch), np.arange(n)) for epoch in epochs):
        return "contiguous"
    return "shuffled" if all(len(np.unique(np.concatenate(epoch))) == n for epoch in epochs) else "with replacement"


@scheme.misconception
def order_not_looked_at(n, epochs):
    """You take contiguous slices for shuffled ones: both visit every example once. What tells them apart is the order."""
    if all(np.array_equal(np.sort(np.concatenate(epoch)), np.arange(n)) for epoch in epochs):
        return "shuffled"
    return "distinct" if all(len(np.unique(batch)) == len(batch) for epoch in epochs for batch in epoch) else "with replacement"


@scheme.misconception
def distinct_before_shuffled(n, epochs):
    """You ask whether the batches hold an example twice before you ask whether the epochs do, so shuffled epochs come out as distinct. Ask
    for the stricter property first."""
    if all(np.array_equal(np.concatenate(epoch), np.arange(n)) for epoch in epochs):
        return "contiguous"
    if all(len(np.unique(batch)) == len(batch) for epoch in epochs for batch in epoch):
        return "distinct"
    return "with replacement"


@scheme.misconception
def distinct_and_with_replacement_swapped(n, epochs):
    """You have "distinct" and "with replacement" the wrong way round: drawing with replacement can put the same example into a batch twice."""
    if all(np.array_equal(np.concatenate(epoch), np.arange(n)) for epoch in epochs):
        return "contiguous"
    if all(np.array_equal(np.sort(np.concatenate(epoch)), np.arange(n)) for epoch in epochs):
        return "shuffled"
    return "with replacement" if all(len(np.unique(batch)) == len(batch) for epoch in epochs for batch in epoch) else "distinct"


@scheme.misconception
def by_the_number_of_examples(n, epochs):
    """You go by how many indices an epoch has. Whether these are all different is another matter."""
    if all(np.array_equal(np.concatenate(epoch), np.arange(n)) for epoch in epochs):
        return "contiguous"
    if all(sum(map(len, epoch)) == n for epoch in epochs) and n % len(epochs[0][0]):
        return "shuffled"
    return "distinct" if n % len(epochs[0][0]) == 0 else "with replacement"


# ------------------------------------------------------------------------------------------ batch gradient


def batch_gradient_cases(rng: np.random.Generator) -> list[Case]:
    cases = []
    for n, d, size in ((8, 2, 3), (6, 3, 3), (9, 1, 4), (5, 4, 1), (7, 2, 7)):
        X, y = table(rng, n, d)
        cases.append({"w": rng.normal(size=d), "X": X, "y": y, "batch": rng.permutation(n)[:size]})
    # drawn with replacement: an example that comes twice counts twice
    X, y = table(rng, 6, 2)
    i, j = map(int, rng.permutation(6)[:2])
    cases.append({"w": rng.normal(size=2), "X": X, "y": y, "batch": np.array([i, j, i])})
    return cases


batch_gradient = Question(
    name="mini-batch/batch-gradient",
    cases=batch_gradient_cases,
    reference=lambda w, X, y, batch: least_squares(X, y).gradient(w, batch),
    reading="mini-batch#the-gradient-of-a-batch",
    hints=[
        "X[batch] are the rows of the batch, y[batch] their targets. From there on it is the formula for all examples.",
        "How many examples is the mean over now?",
    ],
)


@batch_gradient.misconception
def divided_by_all(w, X, y, batch):
    """You divided by the number of all examples n. The mean is over the examples of the batch; otherwise the steps shrink with the batch."""
    return 2 / len(y) * X[batch].T @ (X[batch] @ w - y[batch])


@batch_gradient.misconception
def predictions_as_a_column(w, X, y, batch):
    """Your predictions are a column of shape (b, 1), the targets an array of shape (b,), for b examples in the batch. Their difference is a
    (b, b) table, of every prediction with every target: keep both to the shape (b,)."""
    return 2 / len(batch) * X[batch].T @ (X[batch] @ w[:, None] - y[batch])


@batch_gradient.misconception
def targets_as_a_column(w, X, y, batch):
    """Your targets are a column of shape (b, 1), the predictions an array of shape (b,), for b examples in the batch. Their difference is a
    (b, b) table, of every prediction with every target: keep both to the shape (b,)."""
    return 2 / len(batch) * X[batch].T @ (X[batch] @ w - y[batch][:, None])


@batch_gradient.misconception
def not_divided(w, X, y, batch):
    """You added the gradients of the batch up without dividing by their number. With the sum, a larger batch makes larger steps."""
    return 2 * X[batch].T @ (X[batch] @ w - y[batch])


@batch_gradient.misconception
def mean_taken_twice(w, X, y, batch):
    """You divided by the size of the batch twice."""
    return 2 / len(batch) ** 2 * X[batch].T @ (X[batch] @ w - y[batch])


@batch_gradient.misconception
def missing_factor_two(w, X, y, batch):
    """The factor 2 is missing: the derivative of a square is twice the base."""
    return X[batch].T @ (X[batch] @ w - y[batch]) / len(batch)


@batch_gradient.misconception
def opposite_sign(w, X, y, batch):
    """Your gradient has the opposite sign: the error is prediction minus target."""
    return 2 / len(batch) * X[batch].T @ (y[batch] - X[batch] @ w)


@batch_gradient.misconception
def batch_ignored(w, X, y, batch):
    """This is the gradient over all examples. Use the rows of the batch only."""
    return 2 / len(y) * X.T @ (X @ w - y)


@batch_gradient.misconception
def first_rows(w, X, y, batch):
    """You use the first rows of X, as many as the batch has. The batch says which rows: X[batch]."""
    b = len(batch)
    return 2 / b * X[:b].T @ (X[:b] @ w - y[:b])


@batch_gradient.misconception
def repeated_example_once(w, X, y, batch):
    """An example that stands in the batch twice counts once in your gradient, as with a mask or a set. Each of its places in the batch counts."""
    rows = np.unique(batch)
    return 2 / len(rows) * X[rows].T @ (X[rows] @ w - y[rows])


@batch_gradient.misconception
def mean_example(w, X, y, batch):
    """You average the examples first and take the gradient at the mean example. The gradient is not linear in the example: take the
    gradients first, then their mean."""
    x, t = X[batch].mean(axis=0), y[batch].mean()
    return 2 * (x @ w - t) * x


@batch_gradient.misconception
def divided_by_parameters(w, X, y, batch):
    """You divided by the number of parameters d; the mean is over the examples of the batch."""
    return 2 / X.shape[1] * X[batch].T @ (X[batch] @ w - y[batch])


@batch_gradient.misconception
def one_number_for_all(w, X, y, batch):
    """You took the mean over all entries, so one number came out for all parameters. Only the examples are averaged."""
    return np.full(len(w), 2 * np.mean((X[batch] @ w - y[batch])[:, None] * X[batch]))


# ---------------------------------------------------------------------------------------------- epoch loss


def epoch_loss_cases(rng: np.random.Generator) -> list[Case]:
    cases = []
    for full, count, rest in ((4, 3, 1), (32, 5, 7), (5, 2, 0), (10, 1, 3), (8, 4, 2)):
        sizes = [full] * count + [rest] * (rest > 0)
        cases.append({"losses": rng.uniform(0.5, 5, len(sizes)), "sizes": np.array(sizes)})
    return cases


epoch_loss = Question(
    name="mini-batch/epoch-loss",
    cases=epoch_loss_cases,
    reference=lambda losses, sizes: np.average(losses, weights=sizes),
    reading="mini-batch#the-loss-of-an-epoch",
    hints=[
        "What is the sum of the losses of the examples in one batch, if their mean and their number are given?",
        "Add these sums up over the batches, and divide by the number of all examples.",
    ],
)


@epoch_loss.misconception
def every_batch_alike(losses, sizes):
    """You average over the batches as if they were equally large. The examples of the small last batch then count more than the others: weigh each
    batch by its size."""
    return np.mean(losses)


@epoch_loss.misconception
def sum_of_the_losses(losses, sizes):
    """You added the batches' losses up. The sum grows with the number of batches; what is asked is a mean over the examples."""
    return np.sum(losses)


@epoch_loss.misconception
def sum_over_the_examples(losses, sizes):
    """This is the sum of the losses of all examples: divide by how many there are."""
    return np.sum(losses * sizes)


@epoch_loss.misconception
def divided_by_the_number_of_batches(losses, sizes):
    """You weigh by the sizes but divide by the number of batches. The weights add up to the number of examples: divide by that."""
    return np.sum(losses * sizes) / len(losses)


@epoch_loss.misconception
def divided_as_if_all_were_full(losses, sizes):
    """You divide by the number of batches times the full batch size. The last batch may be smaller, so there are fewer examples than that."""
    return np.sum(losses * sizes) / (len(losses) * sizes[0])


@epoch_loss.misconception
def sum_divided_by_examples(losses, sizes):
    """You add up the batches' mean losses and divide by the number of examples: that divides twice. Multiply each by its batch's size first."""
    return np.sum(losses) / np.sum(sizes)


@epoch_loss.misconception
def last_batch_only(losses, sizes):
    """This is the loss of the last batch. The loss of the epoch takes all batches together."""
    return losses[-1]


@epoch_loss.misconception
def last_batch_left_out(losses, sizes):
    """You leave the last batch out. Its examples belong to the epoch as well."""
    return np.sum(losses[:-1] * sizes[:-1]) / np.sum(sizes[:-1])


# --------------------------------------------------------------------------------------------------- train


def train_cases(rng: np.random.Generator) -> list[Case]:
    cases = []
    for n, d, batch_size, epochs in ((7, 2, 3, 3), (8, 1, 4, 5), (10, 3, 4, 2), (5, 2, 2, 4)):
        X, y = table(rng, n, d)
        drawn = [list(descent.batches.shuffled(batch_size)(n, rng)) for _ in range(epochs)]
        cases.append({"w": rng.normal(size=d), "X": X, "y": y, "lr": float(rng.uniform(0.02, 0.08)), "epochs": drawn})
    return cases


def train_reference(w, X, y, lr, epochs):
    problem = least_squares(X, y)
    run = descent.descend(problem, w, lr=lr, epochs=len(epochs), batches=these(epochs))
    ends = np.cumsum([0, *map(len, epochs)])
    return run.params[-1], run.loss[ends]


train = Question(
    name="mini-batch/train",
    cases=train_cases,
    reference=train_reference,
    reading="mini-batch#watching-the-whole-loss",
    hints=[
        "Two loops: over the epochs, and within each over its batches. One update for each batch.",
        "The loss belongs outside the inner loop, over all rows of X. Where must it stand so that the loss of the start is in the list too?",
        "Make a new w in each update (w = w - ...), so that the array you were given stays as it was.",
    ],
)


@train.misconception
def loss_of_the_last_batch(w, X, y, lr, epochs):
    """From the second entry on, your losses are those of the last batch alone. A batch's loss goes up and down with the examples that
    happen to be in it; record the loss over all examples."""
    losses = [np.mean((X @ w - y) ** 2)]
    for epoch in epochs:
        for B in epoch:
            w = w - lr * 2 / len(B) * X[B].T @ (X[B] @ w - y[B])
        losses.append(np.mean((X[B] @ w - y[B]) ** 2))
    return w, losses


@train.misconception
def mean_of_the_batch_losses(w, X, y, lr, epochs):
    """You average the losses of the batches as they were met during the epoch, each at other weights. The question asks for the loss over
    all examples at the end of the epoch."""
    losses = [np.mean((X @ w - y) ** 2)]
    for epoch in epochs:
        seen = []
        for B in epoch:
            seen.append(np.sum((X[B] @ w - y[B]) ** 2))
            w = w - lr * 2 / len(B) * X[B].T @ (X[B] @ w - y[B])
        losses.append(np.sum(seen) / len(y))
    return w, losses


@train.misconception
def loss_after_every_update(w, X, y, lr, epochs):
    """You record the loss after every update. That costs more than the training itself; the question asks for once an epoch."""
    losses = [np.mean((X @ w - y) ** 2)]
    for epoch in epochs:
        for B in epoch:
            w = w - lr * 2 / len(B) * X[B].T @ (X[B] @ w - y[B])
            losses.append(np.mean((X @ w - y) ** 2))
    return w, losses


@train.misconception
def start_left_out(w, X, y, lr, epochs):
    """Your losses begin after the first epoch. The loss of the start belongs to them, as the first entry."""
    losses = []
    for epoch in epochs:
        for B in epoch:
            w = w - lr * 2 / len(B) * X[B].T @ (X[B] @ w - y[B])
        losses.append(np.mean((X @ w - y) ** 2))
    return w, losses


@train.misconception
def end_left_out(w, X, y, lr, epochs):
    """Your losses lack the last one, after the last epoch: you record before each epoch only."""
    losses = []
    for epoch in epochs:
        losses.append(np.mean((X @ w - y) ** 2))
        for B in epoch:
            w = w - lr * 2 / len(B) * X[B].T @ (X[B] @ w - y[B])
    return w, losses


@train.misconception
def one_update_an_epoch(w, X, y, lr, epochs):
    """You make one update an epoch. Each batch is followed by an update of its own: that is the point of cutting the data into batches."""
    losses = [np.mean((X @ w - y) ** 2)]
    for epoch in epochs:
        w = w - lr * np.mean([2 / len(B) * X[B].T @ (X[B] @ w - y[B]) for B in epoch], axis=0)
        losses.append(np.mean((X @ w - y) ** 2))
    return w, losses


@train.misconception
def stale_within_the_epoch(w, X, y, lr, epochs):
    """Within an epoch you take all gradients at the weights from before it. Each batch must see the weights that the update before has left."""
    losses = [np.mean((X @ w - y) ** 2)]
    for epoch in epochs:
        start = w
        for B in epoch:
            w = w - lr * 2 / len(B) * X[B].T @ (X[B] @ start - y[B])
        losses.append(np.mean((X @ w - y) ** 2))
    return w, losses


@train.misconception
def whole_gradient(w, X, y, lr, epochs):
    """Every update uses all examples: that is batch gradient descent, with as many updates as there are batches. Use the rows of the batch."""
    losses = [np.mean((X @ w - y) ** 2)]
    for epoch in epochs:
        for _ in epoch:
            w = w - lr * 2 / len(y) * X.T @ (X @ w - y)
        losses.append(np.mean((X @ w - y) ** 2))
    return w, losses


@train.misconception
def last_batch_divided_by_the_full_size(w, X, y, lr, epochs):
    """You divide by the full batch size also where the batch is smaller, so the last update of an epoch is too short. Divide by the size
    of the batch at hand."""
    losses, full = [np.mean((X @ w - y) ** 2)], len(epochs[0][0])
    for epoch in epochs:
        for B in epoch:
            w = w - lr * 2 / full * X[B].T @ (X[B] @ w - y[B])
        losses.append(np.mean((X @ w - y) ** 2))
    return w, losses


@train.misconception
def last_batch_left_out(w, X, y, lr, epochs):
    """You leave out the batches that are not full. Their examples are never learned from."""
    losses, full = [np.mean((X @ w - y) ** 2)], len(epochs[0][0])
    for epoch in epochs:
        for B in epoch:
            if len(B) == full:
                w = w - lr * 2 / len(B) * X[B].T @ (X[B] @ w - y[B])
        losses.append(np.mean((X @ w - y) ** 2))
    return w, losses


@train.misconception
def summed_gradient(w, X, y, lr, epochs):
    """You follow the sum over the batch; the loss is a mean, so its gradient is divided by the size of the batch."""
    losses = [np.mean((X @ w - y) ** 2)]
    for epoch in epochs:
        for B in epoch:
            w = w - lr * 2 * X[B].T @ (X[B] @ w - y[B])
        losses.append(np.mean((X @ w - y) ** 2))
    return w, losses


@train.misconception
def ascent(w, X, y, lr, epochs):
    """You walk uphill: the update subtracts the gradient."""
    losses = [np.mean((X @ w - y) ** 2)]
    for epoch in epochs:
        for B in epoch:
            w = w + lr * 2 / len(B) * X[B].T @ (X[B] @ w - y[B])
        losses.append(np.mean((X @ w - y) ** 2))
    return w, losses


@train.misconception
def missing_factor_two(w, X, y, lr, epochs):
    """The factor 2 of the derivative of the square is missing, so every step is half as long."""
    losses = [np.mean((X @ w - y) ** 2)]
    for epoch in epochs:
        for B in epoch:
            w = w - lr / len(B) * X[B].T @ (X[B] @ w - y[B])
        losses.append(np.mean((X @ w - y) ** 2))
    return w, losses


@train.misconception
def first_epoch_repeated(w, X, y, lr, epochs):
    """Every epoch of yours uses the batches of the first. Take the batches of each epoch from its own entry of `epochs`."""
    losses = [np.mean((X @ w - y) ** 2)]
    for _ in epochs:
        for B in epochs[0]:
            w = w - lr * 2 / len(B) * X[B].T @ (X[B] @ w - y[B])
        losses.append(np.mean((X @ w - y) ** 2))
    return w, losses


# -------------------------------------------------------------------------------------------------- mended


def gradient_of(X: np.ndarray, y: np.ndarray):
    problem = least_squares(X, y)

    def gradient(w, batch):
        """a function gradient(w, batch), the mean gradient of the examples of a batch at w"""
        return problem.gradient(w, np.atleast_1d(np.asarray(batch, dtype=int)))

    return gradient


def mended_cases(rng: np.random.Generator) -> list[Case]:
    cases = []
    # so many updates that chance leaves out no example
    for n, batch_size, updates in ((8, 2, 100), (6, 3, 100), (9, 1, 200), (5, 4, 60)):
        cases.append(
            {
                "gradient": gradient_of(*table(rng, n, 2)),
                "start": rng.normal(size=2),
                "n": n,
                "batch_size": batch_size,
                "lr": float(rng.uniform(0.01, 0.03)),
                "updates": updates,
                "rng": np.random.default_rng(rng.integers(2**32)),
            }
        )
    return cases


def noting_the_calls(answer, case):
    """The end point, and for each call of gradient(w, batch) the batch and the point."""
    asked, points = [], []

    def gradient(w, batch):
        asked.append(np.array(batch))
        points.append(np.array(w, dtype=float))
        return case["gradient"](w, batch)

    end = answer(gradient, *list(case.values())[1:])
    return {"end": end, "batches": asked, "points": points}


class _Batches(Problem):
    """The gradient of a batch given as a function, with a loss that says nothing."""

    def __init__(self, gradient, n: int, d: int) -> None:
        self.slope, self.n, self.d = gradient, n, d

    def loss(self, w, batch=None):
        return 0.0

    def gradient(self, w, batch=None):
        return self.slope(w.copy(), batch)


def mended_reference(gradient, start, n, batch_size, lr, updates, rng):
    stop = descent.stopping.after_updates(updates)
    problem = _Batches(gradient, n, len(start))
    run = descent.descend(problem, start, lr=lr, epochs=updates, batches=descent.batches.distinct(batch_size), stop=stop, rng=rng)
    return run.params[-1]


mended = Question(
    name="mini-batch/mended",
    cases=mended_cases,
    reference=mended_reference,
    observe=repeated(noting_the_calls),
    reading="mini-batch#a-batch-that-never-changes",
    hints=[
        "Print `chosen` and `batch` in the first three updates of the broken version. Which of the two changes?",
        "The entries that are read are always the first ones, and nothing ever removes them. What should an update remember of the one before?",
        "Draw the batch of an update inside the loop and use it as it is; no list has to outlive the update.",
    ],
)

requires = of_the_result(mended)


@requires
def batches_of_indices(case, output):
    """Call gradient(w, batch) with an array or list of indices from 0 to n - 1."""
    chosen = output["batches"]
    return bool(chosen) and all(a.ndim == 1 and a.dtype.kind in "iu" and a.min() >= 0 and a.max() < case["n"] for a in chosen)


@requires
def batches_do_not_grow(case, output):
    """Your batches grow from update to update: what earlier updates have drawn is still in the list. Begin each update with an empty one."""
    return len(output["batches"][-1]) <= max(len(output["batches"][0]), case["batch_size"])


@requires
def of_the_right_size(case, output):
    """Your batches do not have batch_size examples."""
    return all(len(batch) == case["batch_size"] for batch in output["batches"])


@requires
def one_gradient_an_update(case, output):
    """Call gradient once for each update, `updates` times in all."""
    return len(output["batches"]) == case["updates"]


@requires
def not_always_the_same(case, output):
    """All updates use the same batch, the one drawn first. The run then fits these few examples and has never seen the others."""
    return len({tuple(sorted(batch.tolist())) for batch in output["batches"]}) > 1


@requires
def distinct_in_a_batch(case, output):
    """Some batch holds an example twice. The examples of a batch are to be distinct: draw them without replacement."""
    return all(len(np.unique(batch)) == len(batch) for batch in output["batches"])


@requires
def every_example_now_and_then(case, output):
    """Some example was never in a batch, in far more updates than it takes. Draw from all n of them."""
    return len(np.unique(np.concatenate(output["batches"]))) == case["n"]


@requires
def any_batch_at_all(case, output):
    """Only a few of the possible batches ever come, so the same examples always meet, as when one walks through the data in slices. Draw
    each batch from all examples."""
    n, b = case["n"], case["batch_size"]
    different = len({tuple(sorted(batch.tolist())) for batch in output["batches"]})
    return different >= min(math.comb(n, b), case["updates"]) / 2


@requires
def each_update_from_the_one_before(case, output):
    """The batches are right, but your points are not: begin at `start`, and after gradient(w, batch) go to w - lr * gradient. The gradient
    that you are given is already a mean over the batch."""
    points, chosen = output["points"], output["batches"]
    after = [w - case["lr"] * case["gradient"](w, batch) for w, batch in zip(points, chosen)]
    end = np.asarray(output["end"], dtype=float)
    return np.allclose(points[0], case["start"]) and np.allclose(points[1:], after[:-1]) and np.allclose(end, after[-1])


same_again = requires_the_same_again(mended)


@mended.violates(not_always_the_same)
def as_it_was(gradient, start, n, batch_size, lr, updates, rng):
    w, chosen = start, []
    for _ in range(updates):
        chosen.extend(rng.choice(n, size=batch_size, replace=False))
        batch = [chosen[k] for k in range(batch_size)]
        w = w - lr * gradient(w, batch)
    return w


@mended.violates(not_always_the_same)
def drawn_before_the_loop(gradient, start, n, batch_size, lr, updates, rng):
    w, batch = start, rng.choice(n, size=batch_size, replace=False)
    for _ in range(updates):
        w = w - lr * gradient(w, batch)
    return w


@mended.violates(not_always_the_same)
def generator_made_anew(gradient, start, n, batch_size, lr, updates, rng):
    w = start
    for _ in range(updates):
        batch = np.random.default_rng(0).choice(n, size=batch_size, replace=False)
        w = w - lr * gradient(w, batch)
    return w


@mended.violates(batches_do_not_grow)
def all_that_was_ever_drawn(gradient, start, n, batch_size, lr, updates, rng):
    w, chosen = start, []
    for _ in range(updates):
        chosen.extend(rng.choice(n, size=batch_size, replace=False))
        w = w - lr * gradient(w, chosen)
    return w


@mended.violates(of_the_right_size)
def one_example_too_few(gradient, start, n, batch_size, lr, updates, rng):
    w = start
    for _ in range(updates):
        batch = rng.choice(n, size=batch_size, replace=False)
        w = w - lr * gradient(w, batch[1:] if batch_size > 1 else batch)
    return w


@mended.violates(of_the_right_size)
def all_examples(gradient, start, n, batch_size, lr, updates, rng):
    w = start
    for _ in range(updates):
        w = w - lr * gradient(w, rng.permutation(n))
    return w


@mended.violates(distinct_in_a_batch)
def with_replacement(gradient, start, n, batch_size, lr, updates, rng):
    w = start
    for _ in range(updates):
        w = w - lr * gradient(w, rng.integers(n, size=batch_size))
    return w


@mended.violates(every_example_now_and_then)
def last_example_left_out(gradient, start, n, batch_size, lr, updates, rng):
    w = start
    for _ in range(updates):
        w = w - lr * gradient(w, rng.choice(n - 1, size=batch_size, replace=False))
    return w


@mended.violates(any_batch_at_all)
def slices_of_the_data(gradient, start, n, batch_size, lr, updates, rng):
    w = start
    for t in range(updates):
        w = w - lr * gradient(w, np.arange(t * batch_size, (t + 1) * batch_size) % n)
    return w


@mended.violates(one_gradient_an_update)
def epochs_for_updates(gradient, start, n, batch_size, lr, updates, rng):
    w = start
    for _ in range(updates):
        for _ in range(n // batch_size):
            w = w - lr * gradient(w, rng.choice(n, size=batch_size, replace=False))
    return w


@mended.violates(each_update_from_the_one_before)
def divided_once_more(gradient, start, n, batch_size, lr, updates, rng):
    w = start
    for _ in range(updates):
        w = w - lr * gradient(w, rng.choice(n, size=batch_size, replace=False)) / batch_size
    return w


@mended.violates(each_update_from_the_one_before)
def ascent(gradient, start, n, batch_size, lr, updates, rng):
    w = start
    for _ in range(updates):
        w = w + lr * gradient(w, rng.choice(n, size=batch_size, replace=False))
    return w


@mended.violates(each_update_from_the_one_before)
def never_moves(gradient, start, n, batch_size, lr, updates, rng):
    w = start
    for _ in range(updates):
        new = w - lr * gradient(w, rng.choice(n, size=batch_size, replace=False))
    return new


@mended.violates(same_again)
def generator_of_its_own(gradient, start, n, batch_size, lr, updates, rng):
    w, rng = start, np.random.default_rng()
    for _ in range(updates):
        w = w - lr * gradient(w, rng.choice(n, size=batch_size, replace=False))
    return w


@mended.violates(same_again)
def global_random_numbers(gradient, start, n, batch_size, lr, updates, rng):
    w = start
    for _ in range(updates):
        w = w - lr * gradient(w, np.random.choice(n, size=batch_size, replace=False))
    return w


# ---------------------------------------------------------------------------------------------- accumulate


def accumulate_cases(rng: np.random.Generator) -> list[Case]:
    cases = []
    # examples, size of the small batches, how many make one update: with a smaller last batch, an incomplete last group, both, neither
    for n, size, k in ((11, 3, 2), (12, 2, 4), (14, 4, 3), (12, 3, 2), (7, 2, 1)):
        gradient = gradient_of(*table(rng, n, 2))

        def limited(w, batch, gradient=gradient, size=size):
            """a function gradient(w, batch), the mean gradient of the examples of one small batch at w"""
            if np.size(batch) > size:
                raise MemoryError(f"a batch of {np.size(batch)} does not fit into memory; the small ones of {size} do.")
            return gradient(w, batch)

        order = rng.permutation(n)
        cases.append(
            {
                "gradient": limited,
                "w": rng.normal(size=2),
                "batches": [order[first : first + size] for first in range(0, n, size)],
                "k": k,
                "lr": float(rng.uniform(0.03, 0.1)),
            }
        )
    return cases


def accumulate_reference(gradient, w, batches, k, lr):
    groups = [np.concatenate(batches[first : first + k]) for first in range(0, len(batches), k)]

    def of_the_group(w, group):
        return np.mean([gradient(w, [i]) for i in group], axis=0)

    problem = _Batches(of_the_group, sum(map(len, batches)), len(w))
    return descent.descend(problem, w, lr=lr, epochs=1, batches=these([groups])).params


accumulate = Question(
    name="mini-batch/accumulate",
    cases=accumulate_cases,
    reference=accumulate_reference,
    reading="mini-batch#gradient-accumulation",
    hints=[
        "Within a group w stands still. What has to be added up over its batches so that dividing at the end gives the mean over all its examples?",
        "A batch's gradient is a mean. Times the size of the batch it is a sum, and sums can be added.",
        "After the update begin again with a sum of zero. When the batches end in the middle of a group, that group makes an update too.",
    ],
)


@accumulate.misconception
def not_divided(gradient, w, batches, k, lr):
    """You add the gradients of the k batches up without dividing, so the step is k times too long: the large batch's gradient is a mean as well."""
    path = [w]
    for first in range(0, len(batches), k):
        w = w - lr * sum(gradient(w, B) for B in batches[first : first + k])
        path.append(w)
    return path


@accumulate.misconception
def every_batch_alike(gradient, w, batches, k, lr):
    """You average over the batches of a group as if they were equally large. The smaller last batch then counts too much: weigh each by its size."""
    path = [w]
    for first in range(0, len(batches), k):
        w = w - lr * np.mean([gradient(w, B) for B in batches[first : first + k]], axis=0)
        path.append(w)
    return path


@accumulate.misconception
def always_divided_by_k(gradient, w, batches, k, lr):
    """You divide by k in every group. The last group may have fewer batches, and its last batch fewer examples: divide by what is there."""
    path = [w]
    for first in range(0, len(batches), k):
        w = w - lr * sum(gradient(w, B) for B in batches[first : first + k]) / k
        path.append(w)
    return path


@accumulate.misconception
def divided_as_if_all_were_full(gradient, w, batches, k, lr):
    """You divide by k times the size of a full batch in every group. The last group may hold fewer examples."""
    path = [w]
    for first in range(0, len(batches), k):
        w = w - lr * sum(len(B) * gradient(w, B) for B in batches[first : first + k]) / (k * len(batches[0]))
        path.append(w)
    return path


@accumulate.misconception
def incomplete_group_dropped(gradient, w, batches, k, lr):
    """Where the batches end in the middle of a group, you make no update for it, and its gradients are lost."""
    path = [w]
    for first in range(0, len(batches) - k + 1, k):
        group = batches[first : first + k]
        w = w - lr * sum(len(B) * gradient(w, B) for B in group) / sum(len(B) for B in group)
        path.append(w)
    return path


@accumulate.misconception
def incomplete_group_dropped_and_every_batch_alike(gradient, w, batches, k, lr):
    """Where the batches end in the middle of a group, you make no update for it, and its gradients are lost. Besides, you weigh all
    batches alike, though the last may be smaller."""
    path = [w]
    for first in range(0, len(batches) - k + 1, k):
        w = w - lr * np.mean([gradient(w, B) for B in batches[first : first + k]], axis=0)
        path.append(w)
    return path


@accumulate.misconception
def never_set_back(gradient, w, batches, k, lr):
    """You do not set the sum back after an update, so the gradients of earlier groups act again."""
    path, total, seen = [w], 0, 0
    for j, B in enumerate(batches):
        total, seen = total + len(B) * gradient(w, B), seen + len(B)
        if (j + 1) % k == 0 or j == len(batches) - 1:
            w = w - lr * total / seen
            path.append(w)
            seen = 0
    return path


@accumulate.misconception
def update_after_every_batch(gradient, w, batches, k, lr):
    """You update after every small batch. Gather the gradients of k batches first, all at the same w."""
    path = [w]
    for B in batches:
        w = w - lr * gradient(w, B)
        path.append(w)
    return path


@accumulate.misconception
def last_batch_of_the_group(gradient, w, batches, k, lr):
    """You use only the gradient of the last batch of each group: the earlier ones are overwritten instead of added up."""
    path = [w]
    for first in range(0, len(batches), k):
        w = w - lr * gradient(w, batches[first : first + k][-1])
        path.append(w)
    return path


@accumulate.misconception
def moving_within_the_group(gradient, w, batches, k, lr):
    """You move w within a group, by a part of a step after each batch. In a large batch all examples see the same w."""
    path = [w]
    for first in range(0, len(batches), k):
        group = batches[first : first + k]
        for B in group:
            w = w - lr * len(B) * gradient(w, B) / sum(len(B) for B in group)
        path.append(w)
    return path


@accumulate.misconception
def one_update_for_all(gradient, w, batches, k, lr):
    """You gather all batches into a single update. An update is due after every k of them."""
    return [w, w - lr * sum(len(B) * gradient(w, B) for B in batches) / sum(len(B) for B in batches)]


@accumulate.misconception
def start_left_out(gradient, w, batches, k, lr):
    """Your path begins after the first update. The start belongs to it, as row 0."""
    path = []
    for first in range(0, len(batches), k):
        group = batches[first : first + k]
        w = w - lr * sum(len(B) * gradient(w, B) for B in group) / sum(len(B) for B in group)
        path.append(w)
    return path


@accumulate.misconception
def ascent(gradient, w, batches, k, lr):
    """You walk uphill: the update subtracts the gradient."""
    path = [w]
    for first in range(0, len(batches), k):
        group = batches[first : first + k]
        w = w + lr * sum(len(B) * gradient(w, B) for B in group) / sum(len(B) for B in group)
        path.append(w)
    return path


# ------------------------------------------------------------------------------------------------ variance


def variance_cases(rng: np.random.Generator) -> list[Case]:
    cases = []
    for n, d, b, replacement in (
        (6, 2, 2, True),
        (6, 2, 2, False),
        (10, 3, 4, False),
        (5, 1, 5, False),
        (5, 2, 5, True),
        (8, 2, 1, False),
    ):
        # far from zero in the mean, as before a run has converged
        cases.append({"gradients": rng.normal(1, 2, size=(n, d)), "batch_size": b, "replacement": replacement})
    return cases


variance = Question(
    name="mini-batch/variance",
    cases=variance_cases,
    reference=lambda gradients, batch_size, replacement: descent.batch_gradient_variance(
        gradients, batch_size, replacement=replacement
    ),
    reading="mini-batch#the-variance-of-a-batch",
    hints=[
        "Begin with one example: the mean squared distance of a row of gradients from the mean of all rows.",
        "The mean of b independent draws has a b-th of the variance of one.",
        "Distinct examples vary less, by the factor (n - b)/(n - 1). Check it at b = 1 and at b = n.",
    ],
)


@variance.misconception
def no_correction(gradients, batch_size, replacement):
    """You ignore whether the examples are distinct. Drawn without replacement, a batch of all n examples gives the full gradient: its
    variance is zero, not an n-th."""
    return np.var(gradients, axis=0).sum() / batch_size


@variance.misconception
def always_corrected(gradients, batch_size, replacement):
    """You apply the factor (n - b)/(n - 1) also with replacement. There the draws are independent, and nothing is to be corrected."""
    n = len(gradients)
    return np.var(gradients, axis=0).sum() / batch_size * (n - batch_size) / (n - 1)


@variance.misconception
def corrected_the_wrong_one(gradients, batch_size, replacement):
    """You have the two the wrong way round: the factor (n - b)/(n - 1) belongs to drawing *without* replacement."""
    n = len(gradients)
    return np.var(gradients, axis=0).sum() / batch_size * ((n - batch_size) / (n - 1) if replacement else 1)


@variance.misconception
def n_in_the_denominator(gradients, batch_size, replacement):
    """Your factor is (n - b)/n. At b = 1 it would make drawing one example without replacement differ from drawing one with: the
    denominator is n - 1."""
    n = len(gradients)
    return np.var(gradients, axis=0).sum() / batch_size * (1 if replacement else (n - batch_size) / n)


@variance.misconception
def sample_variance(gradients, batch_size, replacement):
    """You divided by n - 1 in the variance of the examples. They are all the examples there are, not a sample of more: divide by n."""
    n = len(gradients)
    return np.var(gradients, axis=0, ddof=1).sum() / batch_size * (1 if replacement else (n - batch_size) / (n - 1))


@variance.misconception
def divided_by_the_square(gradients, batch_size, replacement):
    """You divided by b². The sum of b independent draws has b times the variance of one, and dividing by b divides that by b²: one b is left."""
    n = len(gradients)
    return np.var(gradients, axis=0).sum() / batch_size**2 * (1 if replacement else (n - batch_size) / (n - 1))


@variance.misconception
def divided_by_the_root(gradients, batch_size, replacement):
    """You divided by the root of b. That is how the standard deviation shrinks; the variance shrinks like b."""
    n = len(gradients)
    return np.var(gradients, axis=0).sum() / np.sqrt(batch_size) * (1 if replacement else (n - batch_size) / (n - 1))


@variance.misconception
def square_root(gradients, batch_size, replacement):
    """You took a root at the end: that is the root mean squared distance. The question asks for the mean squared one."""
    n = len(gradients)
    return np.sqrt(np.var(gradients, axis=0).sum() / batch_size * (1 if replacement else (n - batch_size) / (n - 1)))


@variance.misconception
def mean_not_subtracted(gradients, batch_size, replacement):
    """You average the squared lengths of the gradients. Their distance from the full gradient is what counts: subtract the mean first."""
    n = len(gradients)
    return np.mean(np.sum(gradients**2, axis=1)) / batch_size * (1 if replacement else (n - batch_size) / (n - 1))


@variance.misconception
def averaged_over_parameters(gradients, batch_size, replacement):
    """You averaged over the parameters as well. A squared distance adds up over the coordinates."""
    n = len(gradients)
    return np.var(gradients, axis=0).mean() / batch_size * (1 if replacement else (n - batch_size) / (n - 1))


@variance.misconception
def all_entries_around_one_mean(gradients, batch_size, replacement):
    """You took one mean over all entries. Each parameter has a mean of its own: average over the rows only."""
    n = len(gradients)
    return np.var(gradients) * gradients.shape[1] / batch_size * (1 if replacement else (n - batch_size) / (n - 1))


@variance.misconception
def batch_size_forgotten(gradients, batch_size, replacement):
    """Your result does not become smaller with the batch: it is the variance of one example's gradient."""
    return np.var(gradients, axis=0).sum()


# ---------------------------------------------------------------------------------------------- batch size


def batch_size_cases(rng: np.random.Generator) -> list[Case]:
    cases = []
    for n, d, b in ((12, 2, 5), (20, 3, 11), (9, 1, 9), (15, 2, 1), (40, 2, 13), (10, 2, 3)):
        gradients = rng.normal(1, 2, size=(n, d))
        least = descent.batch_gradient_variance(gradients, b, replacement=False)
        more = descent.batch_gradient_variance(gradients, b - 1, replacement=False) if b > 1 else 3 * least
        # halfway between what b examples reach and what one fewer does, so that rounding decides nothing
        cases.append({"gradients": gradients, "tolerance": float(np.sqrt((least + more) / 2))})
    return cases


def batch_size_reference(gradients, tolerance):
    sizes = range(1, len(gradients) + 1)
    return next(b for b in sizes if descent.batch_gradient_variance(gradients, b, replacement=False) <= tolerance**2)


batch_size = Question(
    name="mini-batch/batch-size",
    cases=batch_size_cases,
    reference=batch_size_reference,
    reading="mini-batch#the-variance-of-a-batch",
    hints=[
        "Your function for the variance tells for each batch size how far its gradient strays. Try 1, 2, 3, ... in turn.",
        "The tolerance is a distance, the variance a squared distance: bring them to the same footing before you compare.",
        "A batch of all n examples does not stray at all, so the search always ends.",
    ],
)


@batch_size.misconception
def no_correction(gradients, tolerance):
    """You use the formula for drawing with replacement. Distinct examples stray less, so a smaller batch does."""
    b = int(np.ceil(np.var(gradients, axis=0).sum() / tolerance**2))
    return min(max(b, 1), len(gradients))


@batch_size.misconception
def no_correction_without_limit(gradients, tolerance):
    """You use the formula for drawing with replacement, and may even ask for more examples than there are. Distinct examples stray less,
    and all of them not at all."""
    return int(np.ceil(np.var(gradients, axis=0).sum() / tolerance**2))


@batch_size.misconception
def tolerance_not_squared(gradients, tolerance):
    """You compare the variance, a squared distance, with the tolerance, a distance. Square the one or take the root of the other."""
    n, v = len(gradients), np.var(gradients, axis=0).sum()
    return next(b for b in range(1, n + 1) if v / b * (n - b) / (n - 1) <= tolerance)


@batch_size.misconception
def one_too_small(gradients, tolerance):
    """Your batch is one example too small: its gradient still strays further than the tolerance allows."""
    n, v = len(gradients), np.var(gradients, axis=0).sum()
    return next(b for b in range(1, n + 1) if v / b * (n - b) / (n - 1) <= tolerance**2) - 1


@batch_size.misconception
def one_too_large(gradients, tolerance):
    """Your batch is larger than it needs to be: one example fewer would do as well."""
    n, v = len(gradients), np.var(gradients, axis=0).sum()
    return next(b for b in range(1, n + 1) if v / b * (n - b) / (n - 1) <= tolerance**2) + 1


@batch_size.misconception
def largest_that_does(gradients, tolerance):
    """You return the largest batch that is good enough, which is always all examples. The question asks for the smallest."""
    return len(gradients)


@batch_size.misconception
def largest_that_does_not(gradients, tolerance):
    """You return the smallest batch size, 1, whatever the tolerance is: is the comparison turned round?"""
    return 1


@batch_size.misconception
def shrinks_like_b(gradients, tolerance):
    """You let the distance shrink like b. It is the squared distance that does; the distance itself shrinks only like the root of b."""
    n, s = len(gradients), np.sqrt(np.var(gradients, axis=0).sum())
    return next(b for b in range(1, n + 1) if s / b * (n - b) / (n - 1) <= tolerance)


@batch_size.misconception
def power_of_two(gradients, tolerance):
    """You round up to a power of two. That may suit the hardware, but the question asks for the smallest batch that is good enough."""
    n, v = len(gradients), np.var(gradients, axis=0).sum()
    return next(b for b in (1, 2, 4, 8, 16, 32, 64) if v / b * max(n - b, 0) / (n - 1) <= tolerance**2)


QUESTIONS = [batches, scheme, batch_gradient, epoch_loss, train, mended, accumulate, variance, batch_size]
