"""What the capstone expects, a network trained on real data within a budget, and the mistakes it knows."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import cache
from itertools import islice

import numpy as np

from course_lib.autodiff import Tensor, cross_entropy
from course_lib.checks.chance import of_the_result, repeated, requires_the_same_again
from course_lib.checks.collecting import Supplied
from course_lib.checks.declaration import Case, Question
from course_lib.checks.mutating import edited, mistakes_in
from course_lib.validation import Array


def lacks_of(asked: Question, original: Callable) -> Callable[..., None]:
    """A way to declare the mistakes that `original` becomes by edits, each with the first property that it lacks."""

    def lacks(holds: Callable, name: str, *edits: tuple[str, str]) -> None:
        asked.violates(holds)(edited(original, name, "", *edits))

    return lacks


# --------------------------------------------------------------------------------------------------- split


def split_cases(rng: np.random.Generator) -> list[Case]:
    return [
        {"n": n, "validation": validation, "test": test, "rng": rng.spawn(1)[0]}
        for n, validation, test in ((40, 8, 10), (57, 13, 9), (30, 10, 10))
    ]


def observe_split(answer, case: Case) -> dict:
    """A split, and one from other random numbers."""
    first, second = (np.random.default_rng(seed) for seed in case["rng"].integers(2**32, size=2))
    sizes = case["n"], case["validation"], case["test"]
    return {"split": answer(*sizes, first), "with other random numbers": answer(*sizes, second)}


def three_parts(n, validation, test, rng):
    order = rng.permutation(n)
    return order[validation + test :], order[:validation], order[validation : validation + test]


split = Question(
    name="capstone/split",
    cases=split_cases,
    reference=three_parts,
    observe=repeated(observe_split),
    reading="training#splitting-the-data",
    hints=[
        "Put the numbers 0 to n - 1 into one random order, and cut it into three pieces.",
        "Pieces of one order cannot share an example. Three separate draws can.",
    ],
)

requires = of_the_result(split)


def _sets(output: dict) -> list[set[int]]:
    return [set(map(int, part)) for part in output["split"]]


@requires
def three_arrays(case, output):
    """Return three arrays (or lists) of example numbers: those to train with, those to validate with, those to test with."""
    parts = output["split"]
    return len(parts) == 3 and all(np.ndim(part) == 1 and all(float(i).is_integer() for i in part) for part in parts)


@requires
def sizes_as_asked(case, output):
    """Your parts do not have the sizes asked for: first the training examples, n - validation - test of them, then `validation`,
    then `test`."""
    sizes = [case["n"] - case["validation"] - case["test"], case["validation"], case["test"]]
    return [len(part) for part in output["split"]] == sizes


@requires
def numbers_of_examples(case, output):
    """Your parts hold numbers that no example has: the n examples have the numbers 0 to n - 1."""
    return set().union(*_sets(output)) <= set(range(case["n"]))


@requires
def nothing_in_two_parts(case, output):
    """Some examples are in two of your parts. What a network was trained on, or chosen by, tells nothing about how it does on new
    examples."""
    training, validation, test = _sets(output)
    return not (training & validation or training & test or validation & test)


@requires
def nothing_twice_in_a_part(case, output):
    """Some example is twice in a part, so another is in none: draw without replacement."""
    return sum(map(len, _sets(output))) == case["n"]


@requires
def drawn_at_random(case, output):
    """Your parts are blocks of the data as they are stored. Data are often stored in an order, here class by class: then some
    classes are missing from the training, and others from the test."""
    return all(set(part) != set(range(min(part), max(part) + 1)) for part in output["split"])


@requires
def other_random_numbers_give_another_split(case, output):
    """Your split is always the same, whatever rng it is given: use rng instead of a generator with a fixed seed."""
    return _sets(output) != [set(map(int, part)) for part in output["with other random numbers"]]


same_again = requires_the_same_again(split)

lacks = lacks_of(split, three_parts)
lacks(
    three_arrays, "two_parts", ("return order[validation + test :], order[:validation], ", "return order[validation + test :], ")
)
lacks(
    three_arrays,
    "masks_joined",
    ("return order[validation + test :], order[:validation], order[validation : validation + test]", "return order"),
)
lacks(
    sizes_as_asked,
    "training_last",
    (
        "order[validation + test :], order[:validation], order[validation : validation + test]",
        "order[:validation], order[validation : validation + test], order[validation + test :]",
    ),
)
lacks(
    sizes_as_asked,
    "validation_and_test_swapped",
    ("order[:validation], order[validation : validation + test]", "order[: test + 1][1:], order[:validation]"),
)
lacks(sizes_as_asked, "all_examples_for_training", ("order[validation + test :]", "order"))
lacks(numbers_of_examples, "counted_from_one", ("rng.permutation(n)", "rng.permutation(n) + 1"))
lacks(
    nothing_in_two_parts,
    "drawn_separately",
    ("order[:validation]", "rng.permutation(n)[:validation]"),
    ("order[validation : validation + test]", "rng.permutation(n)[:test]"),
)
lacks(nothing_in_two_parts, "test_from_the_training_examples", ("order[validation : validation + test]", "order[-test:]"))
lacks(
    nothing_in_two_parts,
    "test_is_the_validation",
    ("order[:validation], order[validation : validation + test]", "order[:validation], order[:test]"),
)
lacks(nothing_in_two_parts, "with_replacement", ("rng.permutation(n)", "rng.integers(n, size=n)"))
lacks(drawn_at_random, "blocks_as_stored", ("rng.permutation(n)", "np.arange(n)[::-1]"))
lacks(
    other_random_numbers_give_another_split,
    "fixed_seed",
    ("rng.permutation(n)", "np.random.default_rng(0).permutation(n)"),
)
lacks(same_again, "global_random_numbers", ("rng.permutation(n)", "np.random.permutation(n)"))
lacks(same_again, "generator_of_its_own", ("rng.permutation(n)", "np.random.default_rng().permutation(n)"))


# --------------------------------------------------------------------------------------------- standardize


def standardize_cases(rng: np.random.Generator) -> list[Case]:
    cases = []
    for n, m, k, d in ((9, 4, 5, 3), (6, 3, 2, 4), (12, 5, 4, 2)):
        center, scale = rng.uniform(-5, 15, d), rng.uniform(0.5, 6, d)
        parts = [center + scale * rng.normal(size=(rows, d)) for rows in (n, m, k)]
        # like a pixel at the edge of the picture: the same in all training examples, but not in all others
        parts[0][:, 0] = 3.0 * (d % 2)
        parts[1][:, 0] = 3.0 * (d % 2)
        parts[1][-1, 0] += 2.0
        cases.append(dict(zip(("train", "validation", "test"), parts)))
    return cases


def standardized(train, validation, test):
    center, deviation = train.mean(axis=0), train.std(axis=0)
    deviation = np.where(deviation > 0, deviation, 1.0)
    return (train - center) / deviation, (validation - center) / deviation, (test - center) / deviation


standardize = Question(
    name="capstone/standardize",
    cases=standardize_cases,
    reference=standardized,
    reading="training#standardizing-without-leakage",
    hints=[
        "Means and deviations belong to columns: one of each for every input.",
        "All three parts are treated alike, with the same numbers. From which part may these numbers come?",
        "Where a column of the training examples is constant, its deviation is 0: replace that by 1 before you divide.",
    ],
)

mistake = mistakes_in(standardized, standardize)

mistake(
    "statistics_of_everything",
    "Your means and deviations come from all examples together. The validation and test examples have then taken part in "
    "preparing the training: that is a leak. Use the training examples alone.",
    (
        "train.mean(axis=0), train.std(axis=0)",
        "np.vstack([train, validation, test]).mean(axis=0), np.vstack([train, validation, test]).std(axis=0)",
    ),
)
mistake(
    "each_part_by_itself",
    "You standardize each part with its own mean and deviation. The same picture then means something else in each part: "
    "treat all with the numbers of the training examples.",
    (
        "return (train - center) / deviation, (validation - center) / deviation, (test - center) / deviation",
        "return tuple((p - p.mean(axis=0)) / np.where(p.std(axis=0) > 0, p.std(axis=0), 1.0) for p in (train, validation, test))",
    ),
)
mistake(
    "only_the_training_examples",
    "You standardize the training examples only. The network must see the others in the same form.",
    ("(validation - center) / deviation, (test - center) / deviation", "validation, test"),
)
mistake(
    "divided_by_zero",
    "Where a column of the training examples is constant, you divide by 0. Such a column is only centered.",
    ("    deviation = np.where(deviation > 0, deviation, 1.0)\n", ""),
)
mistake(
    "divided_by_almost_zero",
    "You add a tiny number to the deviations. Where a column of the training examples is constant, a validation example that "
    "differs is then divided by almost 0 and becomes huge. Such a column is only centered.",
    ("np.where(deviation > 0, deviation, 1.0)", "deviation + 1e-8"),
)
mistake(
    "constant_columns_set_to_zero",
    "You set constant columns to 0 in all parts. They are centered like the others: a validation example that differs keeps "
    "its difference.",
    ("np.where(deviation > 0, deviation, 1.0)", "np.where(deviation > 0, deviation, np.inf)"),
)
mistake(
    "one_number_for_all_columns",
    "You use one mean and one deviation for all columns. Each column has its own.",
    ("train.mean(axis=0), train.std(axis=0)", "train.mean(), train.std()"),
)
mistake(
    "across_the_columns",
    "You standardize each example by itself, across its columns (axis=1). The mean and deviation of a column are taken over "
    "the examples.",
    (
        "return (train - center) / deviation, (validation - center) / deviation, (test - center) / deviation",
        "return tuple((p - p.mean(axis=1, keepdims=True)) / p.std(axis=1, keepdims=True) for p in (train, validation, test))",
    ),
)
mistake(
    "divided_by_the_variance",
    "You divide by the variance. The deviation is its square root.",
    ("train.std(axis=0)", "train.var(axis=0)"),
)
mistake(
    "sample_deviation",
    "Your deviation divides by n - 1 (ddof=1). The one asked for is the plain root of the mean square, which NumPy computes "
    "by default.",
    ("train.std(axis=0)", "train.std(axis=0, ddof=1)"),
)
mistake(
    "not_centered",
    "You divide by the deviation, but do not subtract the mean.",
    ("train.mean(axis=0), train", "0.0, train"),
)
mistake(
    "only_centered",
    "You subtract the mean, but do not divide by the deviation.",
    ("np.where(deviation > 0, deviation, 1.0)", "1.0"),
)
mistake(
    "between_zero_and_one",
    "You scale each column to the interval from 0 to 1. Standardizing means: subtract the mean, divide by the deviation.",
    ("train.mean(axis=0), train.std(axis=0)", "train.min(axis=0), np.ptp(train, axis=0)"),
)


# ------------------------------------------------------------------------------------------------ accuracy


def accuracy_cases(rng: np.random.Generator) -> list[Case]:
    # 10 examples of 10 classes as well, where the two axes are equally long
    cases = []
    for n, classes in ((12, 10), (10, 10), (5, 3), (40, 10)):
        labels = rng.integers(classes, size=n)
        scores = rng.normal(size=(n, classes)) - rng.uniform(0, 3)
        right = rng.permutation(n)[: 2 * n // 3]
        scores[right, labels[right]] = scores[right].max(axis=1) + 0.1
        cases.append({"scores": scores, "labels": labels})
    return cases


accuracy = Question(
    name="capstone/accuracy",
    cases=accuracy_cases,
    reference=lambda scores, labels: np.mean(scores.argmax(axis=1) == labels),
    reading="training#accuracy",
    hints=[
        "Each row of scores belongs to an example. Which class does the network choose for it?",
        "Compare the chosen classes with the labels, and take the mean of the True and False.",
    ],
)


@accuracy.misconception
def number_instead_of_part(scores, labels):
    """You return how many are right; divide by how many there are."""
    return np.sum(scores.argmax(axis=1) == labels)


@accuracy.misconception
def error_rate(scores, labels):
    """You return the part that is wrong; the accuracy is the part that is right."""
    return np.mean(scores.argmax(axis=1) != labels)


@accuracy.misconception
def percent(scores, labels):
    """You return percent; the question asks for a part between 0 and 1."""
    return 100 * np.mean(scores.argmax(axis=1) == labels)


@accuracy.misconception
def along_the_other_axis(scores, labels):
    """You look for the largest score along the examples (axis=0). The classes stand side by side in a row: axis=1."""
    return np.mean(scores.argmax(axis=0) == labels)


@accuracy.misconception
def lowest_score(scores, labels):
    """You take the class of the lowest score. The network chooses the class of the highest."""
    return np.mean(scores.argmin(axis=1) == labels)


@accuracy.misconception
def positive_score(scores, labels):
    """You call an example right when the score of its class is positive. It is right when that score is the highest of its
    row."""
    return np.mean(scores[np.arange(len(labels)), labels] > 0)


@accuracy.misconception
def probability_above_one_half(scores, labels):
    """You call an example right when its class has a probability above 1/2. With ten classes, less is enough to be the most
    likely one."""
    p = np.exp(scores - scores.max(axis=1, keepdims=True))
    p = p / p.sum(axis=1, keepdims=True)
    return np.mean(p[np.arange(len(labels)), labels] > 0.5)


# ------------------------------------------------------------------------------------------------ gradient


def network(layers, X, y):
    W1, b1, W2, b2 = layers
    hidden = np.maximum(0, X @ W1 + b1)
    scores = hidden @ W2 + b2
    scores = scores - scores.max(axis=1, keepdims=True)
    log_p = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
    loss = -np.mean(log_p[np.arange(len(y)), y])
    d_scores = np.exp(log_p)
    d_scores[np.arange(len(y)), y] -= 1
    d_scores = d_scores / len(y)
    d_hidden = d_scores @ W2.T * (hidden > 0)
    return loss, [X.T @ d_hidden, d_hidden.sum(axis=0), hidden.T @ d_scores, d_scores.sum(axis=0)]


def network_reference(layers, X, y):
    W1, b1, W2, b2 = parameters = [Tensor(layer, requires_grad=True) for layer in layers]
    loss = cross_entropy((Tensor(X) @ W1 + b1).relu() @ W2 + b2, y)
    loss.backward()
    return loss.item(), [parameter.grad for parameter in parameters]


def gradient_cases(rng: np.random.Generator) -> list[Case]:
    cases = []
    for n, inputs, units, classes, sure in ((6, 4, 5, 3, False), (1, 3, 4, 2, False), (8, 5, 3, 4, False), (5, 4, 4, 4, True)):
        layers: list[Array] = [rng.normal(size=shape) for shape in ((inputs, units), (units,), (units, classes), (classes,))]
        X, y = rng.normal(size=(n, inputs)), rng.integers(classes, size=n)
        if sure:
            # and wrong: exponentials overflow, and a probability is rounded to 0
            layers[3] = rng.permutation(1000.0 * np.arange(1, classes + 1))
            y[0] = np.argmin(layers[3])
        cases.append({"layers": layers, "X": X, "y": y})
    return cases


gradient = Question(
    name="capstone/gradient",
    cases=gradient_cases,
    reference=network_reference,
    forbidden=("course_lib.descent", "course_lib.problems", "course_lib.checks.answers", "sklearn"),
    rtol=1e-7,
    reading="backpropagation#a-linear-layer-and-relu",
    hints=[
        "Forward first, keeping what is needed on the way back: the hidden layer and the probabilities.",
        "The derivative of the loss by the scores is (probabilities - one-hot labels) / n. From there, go back layer by layer.",
        "Subtract the largest score of each row before taking exponentials, and work with logarithms of probabilities: "
        "nothing overflows, and log 0 does not arise.",
        "course_lib.autodiff or torch can do the way back for you: build the loss from tensors and call backward.",
    ],
)

mistake = mistakes_in(network, gradient)

mistake(
    "overflow",
    "Your exponentials overflow when scores are large: on one of these networks they are in the thousands. Subtract the "
    "largest score of each row first; that changes no probability.",
    ("    scores = scores - scores.max(axis=1, keepdims=True)\n", ""),
)
mistake(
    "logarithm_of_zero",
    "You take the logarithm of a probability that was rounded to 0. Compute the logarithm of the probability directly: the "
    "score minus the logarithm of the sum of exponentials.",
    (
        "log_p = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))",
        "p = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)\n    log_p = np.log(p)",
    ),
)
mistake(
    "clipped_probability",
    "You keep probabilities away from 0 before taking the logarithm, so an example that is very wrong has too small a loss. "
    "Compute the logarithm of the probability directly: the score minus the logarithm of the sum of exponentials.",
    (
        "log_p = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))",
        "p = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)",
    ),
    ("log_p[np.arange(len(y)), y])", "np.log(np.maximum(p[np.arange(len(y)), y], 1e-12)))"),
    ("np.exp(log_p)", "p.copy()"),
)
mistake(
    "sums_instead_of_means",
    "Your loss and gradient are sums over the examples; both are means.",
    ("-np.mean(log_p", "-np.sum(log_p"),
    ("    d_scores = d_scores / len(y)\n", ""),
)
mistake(
    "gradient_not_divided",
    "Your loss is a mean, but your gradient is a sum over the examples: divide it by their number as well.",
    ("    d_scores = d_scores / len(y)\n", ""),
)
mistake(
    "divided_by_all_scores",
    "You divide by the number of scores, n times the classes. The mean is over the n examples.",
    ("d_scores / len(y)", "d_scores / d_scores.size"),
)
mistake(
    "relu_forgotten_on_the_way_back",
    "On the way back ReLU is missing: a hidden unit that was 0 passes no gradient on.",
    (" * (hidden > 0)", ""),
)
mistake(
    "relu_forgotten",
    "Your hidden layer has no ReLU, so the network is a linear model.",
    ("np.maximum(0, X @ W1 + b1)", "X @ W1 + b1"),
    (" * (hidden > 0)", ""),
)
mistake(
    "hidden_values_instead_of_their_sign",
    "On the way back you multiply by the values of the hidden units. The derivative of ReLU is 1 where its input is positive, "
    "and 0 elsewhere.",
    ("(hidden > 0)", "hidden"),
)
mistake(
    "labels_not_subtracted",
    "The derivative of the loss by the scores is the probabilities minus 1 at the right class; the -1 is missing.",
    ("    d_scores[np.arange(len(y)), y] -= 1\n", ""),
)
mistake(
    "opposite_sign",
    "Your gradient has the opposite sign: labels minus probabilities instead of probabilities minus labels.",
    ("d_scores = d_scores / len(y)", "d_scores = -d_scores / len(y)"),
)
mistake(
    "biases_divided_twice",
    "You take the mean for the biases after dividing by n already: they are divided twice.",
    ("d_hidden.sum(axis=0)", "d_hidden.mean(axis=0)"),
    ("d_scores.sum(axis=0)", "d_scores.mean(axis=0)"),
)
mistake(
    "biases_not_summed",
    "Your gradients of the biases have a row for each example. A bias is shared by all examples: add them up.",
    ("d_hidden.sum(axis=0)", "d_hidden"),
    ("d_scores.sum(axis=0)", "d_scores"),
)
mistake(
    "weights_transposed",
    "Your gradients of the weights are transposed: each has the shape of the weights it belongs to.",
    ("X.T @ d_hidden", "d_hidden.T @ X"),
    ("hidden.T @ d_scores", "d_scores.T @ hidden"),
)
mistake(
    "first_layer_only_through_the_scores",
    "The order of your gradients is not that of the layers: return those of W1, b1, W2, b2.",
    (
        "[X.T @ d_hidden, d_hidden.sum(axis=0), hidden.T @ d_scores, d_scores.sum(axis=0)]",
        "[hidden.T @ d_scores, d_scores.sum(axis=0), X.T @ d_hidden, d_hidden.sum(axis=0)]",
    ),
)


# ------------------------------------------------------------------------------------------------- batches


def batches_cases(rng: np.random.Generator) -> list[Case]:
    # budgets that end within a batch, at the end of an epoch, between two batches, and within the first epoch
    return [
        {"n": n, "batch_size": batch_size, "budget": budget, "rng": rng.spawn(1)[0]}
        for n, batch_size, budget in ((17, 5, 45), (12, 4, 36), (15, 4, 38), (20, 6, 16))
    ]


def observe_batches(answer, case: Case) -> list | None:
    batches = answer(*case.values())
    if not isinstance(batches, Iterable):
        return None
    # one that never ends is stopped where its fault is plain
    return [list(map(int, batch)) if np.ndim(batch) == 1 else batch for batch in islice(batches, 3 * case["budget"])]


def within_the_budget(n, batch_size, budget, rng):
    left = budget
    while left > 0:
        order = rng.permutation(n)
        for start in range(0, n, batch_size):
            batch = order[start : start + batch_size][:left]
            if len(batch) == 0:
                return
            yield batch
            left -= len(batch)


batches = Question(
    name="capstone/batches",
    cases=batches_cases,
    reference=within_the_budget,
    observe=repeated(observe_batches),
    reading="mini-batch#drawing-batches",
    hints=[
        "An epoch is one random order, cut into slices. Go on with a new order as long as something of the budget is left.",
        "What an update costs is the number of examples in its batch. Count that.",
        "Cut the last batch of all to what is left: batch[:left]. When nothing is left, return.",
    ],
)

requires = of_the_result(batches)


def _passes(case: Case, output: list) -> list[list[int]]:
    seen = [i for batch in output for i in batch]
    return [seen[first : first + case["n"]] for first in range(0, len(seen), case["n"])]


@requires
def yields_batches(case, output):
    """Your generator yields nothing, or something other than arrays of example numbers from 0 to n - 1."""
    return len(output) > 0 and all(0 <= i < case["n"] for batch in output for i in batch)


@requires
def no_empty_batch(case, output):
    """Your generator yields an empty batch, from which no gradient can be computed."""
    return all(len(batch) > 0 for batch in output)


@requires
def budget_kept(case, output):
    """Your batches cost more than the budget. An update costs as many gradient evaluations as its batch has examples; cut the
    last batch to what is left."""
    return sum(map(len, output)) <= case["budget"]


@requires
def budget_used_up(case, output):
    """Your batches stop before the budget is used up. What is left is enough for another, smaller batch, or for the beginning of
    another epoch."""
    return sum(map(len, output)) == case["budget"]


@requires
def every_example_once_an_epoch(case, output):
    """Within an epoch some examples come twice and others not at all: draw one order for each epoch, and go through it."""
    passes = _passes(case, output)
    return all(len(set(seen)) == len(seen) for seen in passes)


@requires
def right_sizes(case, output):
    """Your batches are not of the size asked for. Each has batch_size examples; only the last of an epoch may have fewer, and the
    last of all."""
    n, left, sizes = case["n"], case["budget"], []
    while left > 0:
        for first in range(0, min(n, left), case["batch_size"]):
            sizes.append(min(case["batch_size"], n - first, left - first))
        left -= min(n, left)
    return [len(batch) for batch in output] == sizes


@requires
def random_order(case, output):
    """Your batches go through the examples in the order in which they are stored: shuffle them with rng."""
    return all(seen != sorted(seen) for seen in _passes(case, output) if len(seen) > 8)


@requires
def new_order_each_epoch(case, output):
    """Every epoch goes through the examples in the same order. Draw a new one for each."""
    passes = _passes(case, output)
    return all(one[: len(other)] != other for one, other in zip(passes, passes[1:]) if len(other) > 4)


same_again = requires_the_same_again(batches)

lacks = lacks_of(batches, within_the_budget)
lacks(yields_batches, "nothing_at_all", ("while left > 0", "while left < 0"))
lacks(yields_batches, "counted_from_one", ("rng.permutation(n)", "1 + rng.permutation(n)"))
lacks(no_empty_batch, "empty_batches_at_the_end", ("            if len(batch) == 0:\n                return\n", ""))
lacks(budget_kept, "counts_updates", ("left -= len(batch)", "left -= 1"), ("[:left]", ""))
lacks(budget_kept, "last_batch_not_cut", ("[:left]", ""), ("if len(batch) == 0", "if left <= 0"))
lacks(budget_kept, "epochs_to_their_end", ("[:left]", ""))
lacks(budget_kept, "never_ends", ("[:left]", ""), ("while left > 0", "while True"))
lacks(budget_used_up, "only_whole_batches", ("[:left]", ""), ("if len(batch) == 0", "if len(batch) > left"))
lacks(budget_used_up, "only_whole_epochs", ("while left > 0", "while left >= n"))
lacks(budget_used_up, "one_epoch", ("            left -= len(batch)\n", "            left -= len(batch)\n        return\n"))
lacks(every_example_once_an_epoch, "with_replacement", ("rng.permutation(n)", "rng.integers(n, size=n)"))
lacks(
    every_example_once_an_epoch,
    "last_batch_left_out",
    ("range(0, n, batch_size)", "range(0, n - batch_size + 1, batch_size)"),
)
lacks(right_sizes, "single_examples", ("range(0, n, batch_size)", "range(n)"), ("start + batch_size", "start + 1"))
lacks(random_order, "not_shuffled", ("rng.permutation(n)", "np.arange(n)"))
lacks(
    new_order_each_epoch,
    "shuffled_once",
    ("    while left > 0:\n        order = rng.permutation(n)", "    order = rng.permutation(n)\n    while left > 0:"),
)
lacks(same_again, "global_random_numbers", ("rng.permutation(n)", "np.random.permutation(n)"))
lacks(same_again, "generator_of_its_own", ("rng.permutation(n)", "np.random.default_rng().permutation(n)"))


# --------------------------------------------------------------------------------------------- choose rate


def choose_cases(rng: np.random.Generator) -> list[Case]:
    cases = []
    for count, seeds in ((5, 4), (5, 3), (6, 5)):
        rates = [float(rate) for rate in 10 ** np.sort(rng.uniform(-3, 0, count))]
        # which rate is best depends on whom you ask: the mean, one lucky seed, the first seed, most seeds, other data
        by_mean, lucky, first, most, training, testing = rng.permutation(count)[[0, 1, 2, 3, 4, 1]]
        level = rng.uniform(0.80, 0.82, count)
        level[by_mean] = 0.86
        spread = rng.uniform(-0.004, 0.004, (count, seeds))
        validation = level[:, None] + spread - spread.mean(axis=1, keepdims=True)
        validation[lucky, 1:] += 0.12 * np.eye(seeds - 1)[0] - 0.12 / (seeds - 1)
        validation[first, 0] += 0.09
        validation[first, 1:] -= 0.09 / (seeds - 1)
        validation[most, :-1] += 0.06
        validation[most, -1] -= 0.06 * (seeds - 1)
        train, test = validation + 0.03, validation - 0.01
        train[training] += 0.08
        test[testing] += 0.09
        table = {
            (rate, seed): {"train": float(a), "validation": float(v), "test": float(t)}
            for rate, *columns in zip(rates, train, validation, test)
            for seed, (a, v, t) in enumerate(zip(*columns))
        }
        cases.append({"table": table, "rates": rates, "budget": 600 * count * seeds, "seeds": list(range(seeds))})
    return cases


def observe_choose(answer, case: Case) -> dict:
    """The rate that is chosen, and with which rates, seeds and budgets the runs were made, in whatever order."""
    runs: list[tuple[float, int, int]] = []

    def run(lr, budget, seed):
        runs.append((float(lr), int(seed), int(budget)))
        return dict(case["table"][float(lr), int(seed)])

    rate = answer(run, case["rates"], case["budget"], case["seeds"])
    return {"rate": rate, "runs (rate, seed, budget)": sorted(runs)}


def best_on_average(run, rates, budget, seeds):
    share = budget // (len(rates) * len(seeds))
    scores = {}
    for lr in rates:
        scores[lr] = np.mean([run(lr, share, seed)["validation"] for seed in seeds])
    return max(scores, key=scores.get)


choose_rate = Question(
    name="capstone/choose-rate",
    cases=choose_cases,
    reference=best_on_average,
    observe=observe_choose,
    reading="training#sweeping-the-learning-rate",
    hints=[
        "How many runs are there in all? Each gets the same share of the budget.",
        "Of each rate, keep the mean over the seeds of the accuracy by which you choose.",
        "Choosing by the test examples uses them up: afterwards they are validation examples.",
    ],
)

mistake = mistakes_in(best_on_average, choose_rate)

mistake(
    "chosen_by_the_test",
    "You choose by the test accuracy. Then the best test accuracy is partly luck, and nothing is left to measure honestly "
    "with: choose by the validation accuracy.",
    ('["validation"]', '["test"]'),
)
mistake(
    "chosen_by_the_training",
    "You choose by the accuracy on the training examples, which says nothing of new ones. Choose by the validation accuracy.",
    ('["validation"]', '["train"]'),
)
mistake(
    "best_single_run",
    "You choose the rate with the best single run. With several seeds, one of them is lucky: compare the means.",
    ("np.mean([", "np.max(["),
)
mistake(
    "median",
    "You choose by the median, which does not see that a rate fails with one of the seeds. Compare the means.",
    ("np.mean([", "np.median(["),
)
mistake(
    "one_seed",
    "You make one run for each rate. How much of the difference is chance can be seen only from several seeds: use them all.",
    ("for seed in seeds]", "for seed in seeds[:1]]"),
    ("len(rates) * len(seeds)", "len(rates)"),
)
mistake(
    "one_seed_with_a_share",
    "You make one run for each rate, and leave the rest of the budget unused: use all seeds.",
    ("for seed in seeds]", "for seed in seeds[:1]]"),
)
mistake(
    "whole_budget_for_each",
    "Each of your runs gets the whole budget. The budget is for the sweep: all runs share it equally.",
    ("budget // (len(rates) * len(seeds))", "budget"),
)
mistake(
    "seeds_forgotten_in_the_share",
    "You share the budget among the rates, but every rate is run once for each seed: the runs need more than there is.",
    ("len(rates) * len(seeds)", "len(rates)"),
)
mistake(
    "rates_forgotten_in_the_share",
    "You share the budget among the seeds, but there are runs for every rate: they need more than there is.",
    ("len(rates) * len(seeds)", "len(seeds)"),
)
mistake(
    "worst_rate",
    "You return the rate of the lowest accuracy. Accuracy is better the higher it is.",
    ("return max(", "return min("),
)
mistake(
    "accuracy_instead_of_rate",
    "You return the best accuracy; the question asks for the rate that has it.",
    ("max(scores, key=scores.get)", "max(scores.values())"),
)
mistake(
    "position_instead_of_rate",
    "You return the position of the best rate in the list; the question asks for the rate.",
    ("max(scores, key=scores.get)", "int(np.argmax(list(scores.values())))"),
)


# --------------------------------------------------------------------------------------------- uncertainty


def uncertainty_cases(rng: np.random.Generator) -> list[Case]:
    test = int(rng.integers(150, 500))
    return [{"right": int(test * rng.uniform(0.86, 0.96)), "test": test}]


uncertainty = Question(
    name="capstone/uncertainty",
    cases=uncertainty_cases,
    reference=lambda right, test: np.sqrt(right / test * (1 - right / test) / test),
    value=True,
    personal=True,
    # three digits: 0.0100 may stand for 0.01005; and whoever divides by n - 1 is right, too
    rtol=1e-2,
    atol=0,
    reading="training#how-sure-is-an-accuracy",
    hints=[
        "Each test example is right or wrong, 1 or 0. Which variance has such a number, if it is 1 with probability p?",
        "The mean of n independent numbers has an n-th of the variance of one. The standard error is the root of that.",
    ],
)


@uncertainty.misconception
def variance_instead_of_deviation(right, test):
    """That is the variance of the accuracy; the standard error is its square root."""
    return right / test * (1 - right / test) / test


@uncertainty.misconception
def of_one_example(right, test):
    """That is the standard deviation of a single example. The mean of many varies less: by the root of their number."""
    return (right / test * (1 - right / test)) ** 0.5


@uncertainty.misconception
def divided_by_n_without_the_root(right, test):
    """You divided the standard deviation of one example by n. The deviation of a mean falls with the root of n."""
    return (right / test * (1 - right / test)) ** 0.5 / test


@uncertainty.misconception
def largest_possible(right, test):
    """You used p = 1/2, where the uncertainty is largest. Near 0 or 1 it is smaller: use the accuracy that was measured."""
    return 0.5 / test**0.5


@uncertainty.misconception
def one_over_root_n(right, test):
    """1/sqrt(n) leaves out the variance of a single example, p (1 - p)."""
    return 1 / test**0.5


@uncertainty.misconception
def factor_one_minus_p_forgotten(right, test):
    """The variance of a number that is 1 with probability p, else 0, is p (1 - p). The factor 1 - p is missing."""
    return (right / test / test) ** 0.5


@uncertainty.misconception
def in_percent(right, test):
    """You gave percent; the question asks for a part, as the accuracy itself is."""
    return 100 * (right / test * (1 - right / test) / test) ** 0.5


@uncertainty.misconception
def two_standard_errors(right, test):
    """That is the width of a 95 % interval to each side, about two standard errors. The question asks for one."""
    return 1.96 * (right / test * (1 - right / test) / test) ** 0.5


@uncertainty.misconception
def uncertainty_of_the_count(right, test):
    """That is the standard error of the number of right examples. Divide it by their number for that of the accuracy."""
    return (right * (1 - right / test)) ** 0.5


# --------------------------------------------------------------------------------------------------- train

# three passes are just not there: a run that counts epochs ends within one
TRAINING, BUDGET, TARGET, RUNS = 1200, 3500, 0.93, 3
HIDDEN, CLASSES = 32, 10


@cache
def pictures() -> tuple[Array, np.ndarray]:
    """The digits that ship with scikit-learn: 1797 pictures of 8 by 8 pixels, and what they show."""
    from sklearn.datasets import load_digits

    return load_digits(return_X_y=True)


class Task:
    """A network to be trained on a fresh split of the digits: it answers questions for its gradient, and knows its accuracy."""

    def __init__(self, rng: np.random.Generator) -> None:
        x, y = pictures()
        order = rng.permutation(len(x))
        train, test = order[:TRAINING], order[TRAINING:]
        # stored class by class, as data often are
        train = train[np.argsort(y[train], kind="stable")]
        self.x, self.x_test, _ = standardized(x[train], x[test], x[:0])
        self.y, self.y_test = y[train], y[test]
        inputs = x.shape[1]
        self.shapes = [(inputs, HIDDEN), (HIDDEN,), (HIDDEN, CLASSES), (CLASSES,)]
        self.start = np.concatenate(
            [rng.normal(0, np.sqrt(2 / shape[0]), shape).ravel() if len(shape) == 2 else np.zeros(shape) for shape in self.shapes]
        )
        self.seed = int(rng.integers(2**32))

    def __repr__(self) -> str:
        return f"{len(self.x)} digits to train with, {len(self.x_test)} held out"

    def __deepcopy__(self, memo: dict) -> Task:
        return self  # nobody gets hold of its arrays

    def layers(self, w: Array) -> list[Array]:
        """The parameter vector cut into W1, b1, W2, b2."""
        ends = np.cumsum([np.prod(shape) for shape in self.shapes])
        return [part.reshape(shape) for part, shape in zip(np.split(w, ends[:-1].astype(int)), self.shapes)]

    def gradient(self, w: Array, batch: np.ndarray) -> Array:
        return np.concatenate([part.ravel() for part in network(self.layers(w), self.x[batch], self.y[batch])[1]])

    def loss(self, w: Array) -> float:
        return float(network(self.layers(w), self.x, self.y)[0])

    def accuracy(self, w: Array) -> float:
        """The part of the held-out digits that the network reads rightly."""
        W1, b1, W2, b2 = self.layers(w)
        return float(np.mean((np.maximum(0, self.x_test @ W1 + b1) @ W2 + b2).argmax(axis=1) == self.y_test))


class BudgetExceeded(RuntimeError):
    """A run went on so far beyond its budget that there is no point in waiting for its end."""


class Meter:
    """The gradient of a task as a run is given it; it notes what the run asks for."""

    def __init__(self, task: Task, budget: int) -> None:
        self.task, self.budget = task, budget
        self.batches: list[np.ndarray] = []
        self.evaluations = 0
        self.marks: list[float] = []
        self.points: list[Array] = []

    def __call__(self, w, batch):
        w, batch = np.asarray(w, dtype=float), np.atleast_1d(np.asarray(batch))
        if w.shape != self.task.start.shape:
            raise ValueError(f"w must be an array of shape {self.task.start.shape}, got shape {w.shape}.")
        if batch.ndim != 1 or batch.dtype.kind not in "iu" or len(batch) == 0:
            raise ValueError(f"a batch is an array of example numbers, at least one, got {batch!r:.80}")
        if batch.min() < 0 or batch.max() >= len(self.task.y):
            raise IndexError(
                f"the examples have the numbers 0 to {len(self.task.y) - 1}, the batch holds {batch.min()} to {batch.max()}."
            )
        if self.evaluations >= len(self.points) * self.budget / 4:
            self.points.append(w.copy())
        self.batches.append(batch)
        self.evaluations += len(batch)
        if self.evaluations > 3 * self.budget:
            raise BudgetExceeded(f"{self.evaluations} gradient evaluations, the budget is {self.budget}")
        with np.errstate(all="ignore"):
            return self.task.gradient(w, batch)

    def progress(self, end: Array) -> list[float]:
        """The loss on all training examples at the quarters of the budget and at the end."""
        with np.errstate(all="ignore"):
            return [self.task.loss(w) for w in [*self.points[:4], end]]


def train_cases(rng: np.random.Generator) -> list[Case]:
    return [{"tasks": [Task(rng) for _ in range(RUNS)], "n": TRAINING, "budget": BUDGET}]


def observe_train(answer, case: Case) -> list[dict]:
    """For each run where it ended and what it used. The accuracy is told to the student; who judges measures it again."""
    runs: list[dict] = []
    for task in case["tasks"]:
        meter = Meter(task, case["budget"])
        w = None
        with suppress(BudgetExceeded):
            w = answer(Supplied(meter), task.start.copy(), case["n"], case["budget"], np.random.default_rng(task.seed))
        known = isinstance(w, np.ndarray) and w.shape == task.start.shape
        runs.append(
            {
                "accuracy": Supplied(task.accuracy)(w) if known else None,
                "evaluations": meter.evaluations,
                "updates": len(meter.batches),
                "examples": np.concatenate(meter.batches) if meter.batches else np.array([], int),
                "training loss": Supplied(meter.progress)(w) if known else [],
                "w": w,
            }
        )
    return runs


def trained(gradient, w, n, budget, rng):
    lr, momentum, batch_size, spent = 0.06, 0.9, 16, 0
    velocity = np.zeros_like(w)
    while spent < budget:
        order = rng.permutation(n)
        for start in range(0, n, batch_size):
            batch = order[start : start + batch_size][: budget - spent]
            if len(batch) == 0:
                break
            rate = lr * (1 - spent / budget)
            velocity = momentum * velocity + gradient(w, batch)
            w = w - rate * velocity
            spent += len(batch)
    return w


train = Question(
    name="capstone/train",
    cases=train_cases,
    reference=trained,
    observe=observe_train,
    forbidden=("course_lib.descent", "course_lib.problems", "course_lib.checks.answers", "sklearn"),
    time_limit=60.0,
    reading="training#choosing-optimizer-and-schedule",
    hints=[
        "Begin with plain stochastic gradient descent on your own batches, and make sure that it stays within the budget.",
        "The budget is nearly three passes over the data. How many updates is that with batches of 100, of 30, of 10?",
        "Sweep the learning rate over powers of ten, then finer around the best, on splits of your own. Each optimizer has "
        "its own best rate.",
        "Large steps at the beginning, small ones at the end: let the rate fall with the part of the budget that is spent.",
    ],
)


def _missed(case: Case, output: list[dict]) -> bool:
    """Whether the runs stay below the target on average."""
    accuracies = [task.accuracy(np.asarray(run["w"], dtype=float)) for task, run in zip(case["tasks"], output, strict=True)]
    return float(np.mean(accuracies)) < TARGET


@train.requires
def stays_within_the_budget(case, output):
    """Your run needs more gradient evaluations than the budget has. Each example in a batch is one evaluation: count examples,
    not updates or epochs."""
    return all(run["evaluations"] <= case["budget"] for run in output)


@train.requires
def returns_the_parameters(case, output):
    """Return the parameters at the end of the run: a NumPy array of the shape of the w that your function is given. Is a return
    missing, or is it a tensor?"""
    return all(np.shape(run["w"]) == task.start.shape for task, run in zip(case["tasks"], output, strict=True))


@train.requires
def stays_finite(case, output):
    """Your run diverges: the parameters are no longer finite numbers. The learning rate is far too large, or the gradient is
    added instead of subtracted."""
    return all(np.isfinite(np.asarray(run["w"], dtype=float)).all() for run in output)


@train.requires
def leaves_the_start(case, output):
    """Your function returns the parameters that it was given: no update reaches them. Is the result of the update kept?"""
    return all(not np.array_equal(run["w"], task.start) for task, run in zip(case["tasks"], output, strict=True))


@train.requires
def trains_every_layer(case, output):
    """Your runs miss the target, and a part of the parameters, the weights or biases of a layer, is as it was at the start: all
    of them are to be trained."""
    return not _missed(case, output) or all(
        not np.array_equal(before, after)
        for task, run in zip(case["tasks"], output, strict=True)
        for before, after in zip(task.layers(task.start), task.layers(np.asarray(run["w"])))
    )


@train.requires
def spends_the_budget(case, output):
    """Your runs miss the target, and stop with much of the budget unspent."""
    return not _missed(case, output) or min(run["evaluations"] for run in output) > 0.7 * case["budget"]


@train.requires
def makes_enough_updates(case, output):
    """Your runs miss the target. They spend the budget in a few updates of many examples each; the mean over a tenth of the
    examples points nearly the same way, so smaller batches buy more updates for the same budget."""
    return not _missed(case, output) or min(run["updates"] for run in output) >= 50


@train.requires
def sees_all_examples(case, output):
    """Your runs miss the target, and use only a part of the training examples, again and again. Each batch should be fresh."""
    return not _missed(case, output) or min(len(np.unique(run["examples"])) for run in output) > 0.7 * case["n"]


@train.requires
def shuffles(case, output):
    """Your runs miss the target. They go through the examples in the order in which they are stored, which is class by class:
    whatever was learned last covers what was learned before. Shuffle."""
    return not _missed(case, output) or all(np.mean(np.diff(run["examples"]) == 1) < 0.9 for run in output)


@train.requires
def comes_down(case, output):
    """Your runs miss the target: their loss on the training examples ends above where it began. The learning rate is too
    large, for the beginning or for the end of the run, or the gradient is added instead of subtracted."""
    return not _missed(case, output) or all(run["training loss"][-1] < run["training loss"][0] for run in output)


@train.requires
def goes_on_to_the_end(case, output):
    """Your runs miss the target: in the second half of the budget the loss does not move any more, though it is far from its
    minimum. Does the rate decay too early, for example by a factor at every update that was meant for every epoch?"""
    return not _missed(case, output) or any(
        abs(run["training loss"][-1] - run["training loss"][2]) > 0.02 * run["training loss"][2] for run in output
    )


@train.requires
def goes_fast_enough(case, output):
    """Your runs miss the target: the loss on the training examples is still falling steadily when the budget is spent. Larger
    steps would bring it down faster: raise the learning rate."""
    return not _missed(case, output) or any(
        run["training loss"][-1] < 0.2 or np.any(np.diff(run["training loss"]) > 0) for run in output
    )


@train.requires
def reaches_the_target(case, output):
    """Within the budget your runs miss the target on held-out digits: sweep the learning rate, consider momentum or an adaptive
    method, and let the rate fall towards the end."""
    return not _missed(case, output)


lacks = lacks_of(train, trained)
lacks(returns_the_parameters, "return_forgotten", ("    return w", "    pass"))
lacks(returns_the_parameters, "returns_the_rate_too", ("    return w", "    return w, rate"))
lacks(
    stays_within_the_budget,
    "counts_updates",
    ("[: budget - spent]", ""),
    ("spent += len(batch)", "spent += 1"),
)
lacks(stays_within_the_budget, "ten_epochs", ("while spent < budget", "for _ in range(10)"), ("[: budget - spent]", ""))
lacks(stays_within_the_budget, "last_epoch_to_its_end", ("[: budget - spent]", ""))
lacks(stays_finite, "rate_a_thousand_times_too_large", ("= 0.06, 0.9, 16", "= 1e12, 0.9, 16"))
lacks(leaves_the_start, "update_not_kept", ("w = w - rate * velocity", "new = w - rate * velocity"))
lacks(trains_every_layer, "last_layer_only", ("gradient(w, batch)", "gradient(w, batch) * (np.arange(len(w)) >= 2080)"))
lacks(spends_the_budget, "one_epoch", ("    return w", "        return w"), ("= 0.06,", "= 0.01,"))
lacks(makes_enough_updates, "full_batches", ("0.9, 16, 0", "0.9, n, 0"))
lacks(sees_all_examples, "same_batch_again", ("order[start : start + batch_size]", "np.arange(batch_size)"))
lacks(shuffles, "not_shuffled", ("rng.permutation(n)", "np.arange(n)"))
lacks(comes_down, "ascent", ("w - rate", "w + rate"), ("= 0.06, 0.9", "= 0.001, 0.0"))
lacks(comes_down, "rate_too_large", ("= 0.06, 0.9", "= 10.0, 0.0"))
lacks(goes_on_to_the_end, "decays_every_update", ("lr * (1 - spent / budget)", "lr * 0.7 ** (spent / batch_size)"))
lacks(goes_fast_enough, "rate_too_small", ("= 0.06,", "= 0.0006,"))
lacks(goes_fast_enough, "default_rate_without_momentum", ("= 0.06, 0.9, 16", "= 0.001, 0.0, 32"), (" * (1 - spent / budget)", ""))
lacks(comes_down, "large_steps_to_the_end", ("= 0.06, 0.9, 16", "= 0.6, 0.0, 8"), (" * (1 - spent / budget)", ""))
lacks(reaches_the_target, "rate_that_rises", ("= 0.06,", "= 0.12,"), ("(1 - spent / budget)", "spent / budget"))


QUESTIONS = [split, standardize, accuracy, gradient, batches, choose_rate, uncertainty, train]
