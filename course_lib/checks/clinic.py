"""What the clinic of broken training runs expects, and the mistakes it knows."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from typing import Any

import numpy as np

from course_lib import descent
from course_lib.autodiff import Tensor, mse_loss
from course_lib.checks.chance import of_the_result, repeated, requires_the_same_again
from course_lib.checks.declaration import Case, Question
from course_lib.checks.mutating import edited, mistakes_in
from course_lib.checks.patients import CODE, CURVES, curve, diagnosis
from course_lib.optim import SGD
from course_lib.problems import LinearRegression, Problem
from course_lib.validation import Array

# -------------------------------------------------------------------------------------------- diagnosing


def admit(rng: np.random.Generator, faults: list[str], among: dict, clear: Callable = lambda patient: True) -> Case:
    """A patient for each of the faults, under letters in random order."""
    patients = []
    for fault in faults:
        patient = int(rng.integers(10_000, 100_000))
        while diagnosis(patient, among) != fault or not clear(patient):
            patient = int(rng.integers(10_000, 100_000))
        patients.append(patient)
    return {letter: patients[i] for letter, i in zip("ABCDEF", rng.permutation(len(faults)))}


def diagnoses(patients: Case, among: dict) -> dict[str, str]:
    """What is wrong with each patient, by letter."""
    return {letter: diagnosis(patient, among) for letter, patient in patients.items()}


def confused(patients: Case, among: dict, fault: str, other: str) -> dict[str, str]:
    """The right diagnoses, but with one fault taken for another, and that one for it."""
    instead = {fault: other, other: fault}
    return {letter: instead.get(label, label) for letter, label in diagnoses(patients, among).items()}


def one_for_the_other(**patients):
    from course_lib.checks import clinic

    return clinic.confused(patients, clinic.AMONG, "FAULT", "OTHER")


def declare_confusions(asked: Question, among: str, always: list[str], explanations: dict[str, str]) -> None:
    """Declare the mistakes to take one fault for another, of which at least one is among those that `always` come."""
    for fault, other in combinations([*always, *(label for label in explanations if label not in always)], 2):
        if fault in always:
            explanation = " ".join(explanations[label] for label in (fault, other) if label in always)
            name = f"{fault} taken for {other}".replace(" ", "_")
            edits = ("clinic.AMONG", f"clinic.{among}"), ("FAULT", fault), ("OTHER", other)
            asked.misconception(edited(one_for_the_other, name, explanation, *edits))


# -------------------------------------------------------------------------------------------------- curves


def stands_out(patient: int) -> bool:
    """Whether a run on one batch has come to rest, so far up that it can be told from a good one: a batch may be a good
    sample."""
    if diagnosis(patient, CURVES) != "same batch again":
        return True
    losses, least = curve(patient)
    return bool(losses[-1] > 1.4 * least and abs(losses[-1] - losses[-40]) < 0.02 * least)


ALWAYS_CURVES = ["rate too large", "rate too small", "gradients add up", "same batch again", "not shuffled"]


def curves_cases(rng: np.random.Generator) -> list[Case]:
    return [admit(rng, [*ALWAYS_CURVES, str(rng.choice(["healthy", "loss of the batch"]))], CURVES, stands_out)]


curves = Question(
    name="clinic/curves",
    cases=curves_cases,
    reference=lambda **patients: diagnoses(patients, CURVES),
    value=True,
    parts=True,
    personal=True,
    reading="training#reading-a-loss-curve",
    hints=[
        "First look at the numbers on the axis: does the loss fall at all, and how far above or below the dashed line does it "
        "end?",
        "Then look at the shape: smooth, trembling, slow waves, a pattern that repeats every 10 updates, which is an epoch?",
        "A run on one batch cannot tremble: nothing in it is random. A run whose gradients add up swings: old gradients keep "
        "pushing.",
    ],
)


@curves.misconception
def labels_without_letters(**patients):
    """Your answer should be a dict with a label for each of the letters A to F; a list does not say which label is whose."""
    from course_lib.checks.clinic import CURVES, diagnoses

    return list(diagnoses(patients, CURVES).values())


@curves.misconception
def one_label_for_all(**patients):
    """You gave all runs the same label. Each label fits at most one of them."""
    return dict.fromkeys(patients, "rate too large")


declare_confusions(
    curves,
    "CURVES",
    ALWAYS_CURVES,
    {
        "rate too large": "The run whose rate is too large is not under its letter. Each step overshoots by more than the one "
        "before, so the loss does not come down: it grows by factor after factor.",
        "rate too small": "The run whose rate is too small is not under its letter. Nothing is wrong with its direction: when "
        "the run ends, the loss is still falling steadily.",
        "gradients add up": "The run whose gradients are never cleared is not under its letter. The sum of all old gradients "
        "pushes on like a swing without friction: the loss falls, rises and falls again, in slow waves.",
        "same batch again": "The run that sees the same batch again and again is not under its letter. Nothing in it is "
        "random, so its curve is as smooth as that of batch gradient descent, but it comes to rest well above the least loss "
        "on all examples.",
        "not shuffled": "The run whose data are not shuffled is not under its letter. Each epoch pulls the same ways in the "
        "same order, so the same pattern comes back every epoch.",
        "loss of the batch": "The run that records the loss of each batch is not under its letter. A few examples may have "
        "less loss than the best line has on all of them: no other curve can fall below the dashed line.",
        "healthy": "The healthy run is not under its letter. With a constant rate and fresh batches the loss falls to near "
        "the least one and stays there, trembling a little, without a pattern.",
    },
)


# ---------------------------------------------------------------------------------------------------- code


ALWAYS_CODE = ["healthy", "gradients add up", "same batch again", "one update an epoch"]


def code_cases(rng: np.random.Generator) -> list[Case]:
    sometimes = rng.choice([fault for fault in CODE if fault not in ALWAYS_CODE], 2, replace=False)
    return [admit(rng, [*ALWAYS_CODE, *map(str, sometimes)], CODE)]


code = Question(
    name="clinic/code",
    cases=code_cases,
    reference=lambda **patients: diagnoses(patients, CODE),
    value=True,
    parts=True,
    personal=True,
    reading="training#reading-the-code",
    hints=[
        "Follow one epoch by hand, with 5 examples and batches of 2: which examples does each update see, and how many "
        "updates are there?",
        "Then one update: is every number in it computed afresh, from this batch, at the current w and b? Is it a mean over "
        "this batch?",
        "Last the record and the end: what goes into losses, and when does the function return?",
    ],
)


@code.misconception
def labels_without_letters(**patients):
    """Your answer should be a dict with a label for each of the letters A to F; a list does not say which label is whose."""
    from course_lib.checks.clinic import CODE, diagnoses

    return list(diagnoses(patients, CODE).values())


@code.misconception
def all_healthy(**patients):
    """You gave all listings the label "healthy". Each label fits at most one of them: five have a fault."""
    return dict.fromkeys(patients, "healthy")


@code.misconception
def a_word_of_ones_own(**patients):
    """The code without a fault has a label, too: "healthy". Spell the labels as in the list above."""
    from course_lib.checks.clinic import CODE, confused

    return confused(patients, CODE, "healthy", "nothing wrong")


declare_confusions(
    code,
    "CODE",
    ALWAYS_CODE,
    {
        "same batch again": "The code that sees the same batch again and again is not under its letter. A list that is never "
        "cleared still holds what was put in first: look at which end of it the batch is read from.",
        "one update an epoch": "The code in which an epoch is a single update is not under its letter. Count how many of the "
        "examples an epoch goes through before the next one begins.",
        "gradients add up": "The code that never clears its gradients is not under its letter. Look for a gradient that "
        "begins with what it was at the update before.",
        "not shuffled": "The code that does not shuffle is not under its letter. Its batches are the same slices of the data "
        "in every epoch.",
        "drawn with replacement": "The code that draws with replacement is not under its letter. Numbers drawn independently "
        "of each other repeat: some examples come twice in an epoch, and others not at all.",
        "all examples in every update": "The code that uses all examples in every update is not under its letter. It cuts "
        "batches, but look at what the error is computed from: what is called mini-batch here is batch gradient descent.",
        "an update for each example": "The code that makes an update for each example is not under its letter. The parameters "
        "change inside the loop over a batch, so the batch size changes nothing but the record.",
        "last batch left out": "The code that leaves the last batch out is not under its letter. Look at where the loop over "
        "the batches ends if the batch size does not divide the number of examples.",
        "last batch divided wrongly": "The code that divides the last batch by the wrong number is not under its letter. The "
        "last batch of an epoch may be smaller than the others; look at what its sum is divided by.",
        "loss of the batch": "The code that records the loss of the batch is not under its letter. Look at which examples the "
        "recorded number is computed from, and at which point.",
        "stops on one example": "The code that stops on one example is not under its letter. Look for a return that depends "
        "on a single error: it says nothing of the other examples.",
        "healthy": "The healthy code is not under its letter: you found a fault where there is none.",
    },
)


# ---------------------------------------------------------------------------------------------------- mean


def mean_cases(rng: np.random.Generator) -> list[Case]:
    cases = []
    for n, d in ((4, 2), (1, 2), (7, 1), (5, 3)):
        X, y = rng.normal(size=(n, d)), rng.normal(size=n)

        def loss(i, w, X=X, y=y):
            """a function loss(i, w), of example i"""
            return float((X[_existing(i, len(y))] @ w - y[i]) ** 2)

        def gradient(i, w, X=X, y=y):
            """a function gradient(i, w), of example i"""
            return 2 * (X[_existing(i, len(y))] @ w - y[i]) * X[i]

        cases.append({"loss": loss, "gradient": gradient, "n": n, "w": rng.normal(size=d)})
    return cases


def _existing(i: int, n: int) -> int:
    if not 0 <= i < n:
        raise IndexError(f"there is no example {i}: the {n} examples have the numbers 0 to {n - 1}")
    return i


def mean_of_all(loss, gradient, n, w):
    total, slope = 0.0, np.zeros(len(w))
    for i in range(n):
        total += loss(i, w)
        slope += gradient(i, w)
    return total / n, slope / n


mean = Question(
    name="clinic/mean",
    cases=mean_cases,
    reference=mean_of_all,
    reading="gradient-descent#the-gradient",
    hints=[
        "Write both sums out for n = 3: which examples are there, how many terms?",
        "The derivative of a sum is the sum of the derivatives. On which side of the second formula is the derivative missing?",
    ],
)

mistake = mistakes_in(mean_of_all, mean)

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


# ---------------------------------------------------------------------------------------------- mini-batch


class Given(Problem):
    """A problem of which only the gradient is known."""

    def __init__(self, slope: Callable, n: int, d: int) -> None:
        self.slope, self.n, self.d = slope, n, d

    def loss(self, w, batch=None):
        return 0.0

    def gradient(self, w, batch=None):
        return self.slope(w, batch)


def batch_cases(rng: np.random.Generator) -> list[Case]:
    cases = []
    for n, batch_size, epochs in ((14, 4, 3), (13, 1, 2), (15, 5, 4), (12, 7, 2)):
        X, y = rng.normal(size=(n, 2)), rng.normal(size=n)

        def gradient(w, batch, X=X, y=y):
            """a function gradient(w, batch), the mean gradient over the examples of a batch"""
            batch = [_existing(int(i), len(y)) for i in batch]
            return 2 / len(batch) * X[batch].T @ (X[batch] @ w - y[batch])

        cases.append(
            {
                "gradient": gradient,
                "w": rng.normal(size=2),
                "n": n,
                "lr": float(rng.uniform(0.02, 0.1)),
                "batch_size": batch_size,
                "epochs": epochs,
                "rng": rng.spawn(1)[0],
            }
        )
    return cases


def observe_batches(answer, case: Case) -> dict:
    """Which examples each update saw, at which point, and where the run ended."""
    batches, points = [], []

    def gradient(w, batch):
        points.append(np.array(w))
        batches.append([int(i) for i in batch])
        return case["gradient"](w, batch)

    end = answer(gradient, case["w"], case["n"], case["lr"], case["batch_size"], case["epochs"], case["rng"])
    return {"batches": batches, "points": points, "w": end}


mini_batch = Question(
    name="clinic/mini-batch",
    cases=batch_cases,
    reference=lambda gradient, w, n, lr, batch_size, epochs, rng: descent.minibatch_gradient_descent(
        Given(gradient, n, len(w)), w, lr=lr, epochs=epochs, batch_size=batch_size, rng=rng
    ).params[-1],
    observe=repeated(observe_batches),
    reading="mini-batch#a-batch-that-never-changes",
    hints=[
        "What is in the list after two rounds, and which of it is read?",
        "An epoch goes through all examples once: it needs a loop over batches inside the loop over epochs.",
        "One shuffled order for each epoch, cut into slices of batch_size, gives batches without any list that has to be "
        "cleared.",
    ],
)

requires = of_the_result(mini_batch)


def _epochs(case: Case, output: dict) -> list[list[int]]:
    """The examples in the order in which they were seen, cut into epochs."""
    seen = [i for batch in output["batches"] for i in batch]
    return [seen[first : first + case["n"]] for first in range(0, len(seen), case["n"])]


@requires
def returns_the_parameters(case, output):
    """Your function should return w after the last update, an array of the shape of the w that it is given. Is a return
    missing?"""
    return np.shape(output["w"]) == case["w"].shape


@requires
def asks_for_gradients(case, output):
    """Your function never calls gradient, so w stays where it was."""
    return len(output["batches"]) > 0


@requires
def not_all_at_once(case, output):
    """Every update uses all n examples. That is batch gradient descent; here each update has batch_size of them."""
    return any(len(batch) < case["n"] for batch in output["batches"])


@requires
def batches_do_not_grow(case, output):
    """Your batches are larger than batch_size, and grow: what was drawn before is still in the list. Begin each batch with an
    empty one."""
    return all(len(batch) <= case["batch_size"] for batch in output["batches"])


@requires
def batches_change(case, output):
    """Every update sees the very same examples. What was drawn first still stands at the beginning of the list, and that is where
    you read: begin each batch with an empty list."""
    return len({tuple(sorted(batch)) for batch in output["batches"]}) > 1


@requires
def an_epoch_is_not_an_update(case, output):
    """You make one update an epoch. An epoch has gone by when all n examples were used once, whatever the number of updates that
    takes."""
    return len(output["batches"]) != case["epochs"]


@requires
def no_example_left_out(case, output):
    """Your epochs use fewer than n examples. Where batch_size does not divide n, the last batch is smaller; it must not be left
    out."""
    return sum(map(len, output["batches"])) >= case["n"] * case["epochs"]


@requires
def as_many_epochs_as_asked(case, output):
    """You go through the data more often than `epochs` times, or your last batch is filled up with examples that were used
    already."""
    return sum(map(len, output["batches"])) == case["n"] * case["epochs"]


@requires
def each_example_once_an_epoch(case, output):
    """Within an epoch some examples come twice and others not at all. That is drawing with replacement, or shuffling again before
    the epoch is over: draw one order for each epoch, and go through it."""
    return all(sorted(epoch) == list(range(case["n"])) for epoch in _epochs(case, output))


@requires
def shuffled(case, output):
    """You go through the examples in the order in which they are stored. Use rng to put them into a random order."""
    return all(epoch != sorted(epoch) for epoch in _epochs(case, output))


@requires
def shuffled_anew_each_epoch(case, output):
    """Every epoch goes through the examples in the same order. Draw a new one for each epoch."""
    epochs = _epochs(case, output)
    return all(one != other for one, other in zip(epochs, epochs[1:]))


@requires
def cut_into_batches(case, output):
    """Your batches are not of the size asked for: each has batch_size examples, only the last of an epoch may have fewer."""
    sizes = [min(case["batch_size"], case["n"] - first) for first in range(0, case["n"], case["batch_size"])]
    return [len(batch) for batch in output["batches"]] == sizes * case["epochs"]


@requires
def each_update_follows_its_batch(case, output):
    """The batches are right, but w does not go where they send it: each update starts where the last one ended and subtracts lr
    times the gradient of its batch, taken at that point."""
    ends = [*output["points"][1:], output["w"]]
    return np.allclose(output["points"][0], case["w"], rtol=1e-9) and all(
        np.allclose(end, w - case["lr"] * case["gradient"](w, batch), rtol=1e-9)
        for w, batch, end in zip(output["points"], output["batches"], ends, strict=True)
    )


same_again = requires_the_same_again(mini_batch)


def mended(gradient, w, n, lr, batch_size, epochs, rng):
    for _ in range(epochs):
        order = rng.permutation(n)
        for start in range(0, n, batch_size):
            batch = order[start : start + batch_size]
            w = w - lr * gradient(w, batch)
    return w


def lacks(holds: Callable, name: str, *edits: tuple[str, str]) -> None:
    """Declare the mistake that mended code becomes by `edits`, and the first property that it lacks."""
    mini_batch.violates(holds)(edited(mended, name, "", *edits))


lacks(returns_the_parameters, "return_forgotten", ("    return w", "    pass"))
lacks(asks_for_gradients, "no_epoch_at_all", ("range(epochs)", "range(0)"))
lacks(
    batches_do_not_grow,
    "list_never_cleared",
    ("for _ in range(epochs):", "batch = []\n    for _ in range(epochs):"),
    ("batch = order[start : start + batch_size]", "batch.extend(order[start : start + batch_size])"),
)
lacks(
    batches_change,
    "first_entries_of_a_list_never_cleared",
    ("for _ in range(epochs):", "drawn = []\n    for _ in range(epochs):"),
    (
        "batch = order[start : start + batch_size]",
        "drawn.extend(order[start : start + batch_size])\n            batch = drawn[:batch_size]",
    ),
)
lacks(batches_change, "first_batch_again", ("order[start : start + batch_size]", "list(range(batch_size))"))
lacks(an_epoch_is_not_an_update, "one_update_an_epoch", ("range(0, n, batch_size)", "[0]"))
lacks(not_all_at_once, "all_examples_at_once", ("range(0, n, batch_size)", "range(0, n, n)"), ("start + batch_size", "n"))
lacks(no_example_left_out, "last_batch_left_out", ("range(0, n, batch_size)", "range(0, n - batch_size + 1, batch_size)"))
lacks(
    no_example_left_out,
    "rounded_number_of_batches",
    ("range(0, n, batch_size)", "range(0, n // batch_size * batch_size, batch_size)"),
)
lacks(as_many_epochs_as_asked, "one_epoch_too_many", ("range(epochs)", "range(epochs + 1)"))
lacks(each_example_once_an_epoch, "with_replacement", ("rng.permutation(n)", "rng.integers(n, size=n)"))
lacks(
    each_example_once_an_epoch,
    "shuffled_for_each_batch",
    ("order = rng.permutation(n)\n        ", ""),
    ("batch = order[", "batch = rng.permutation(n)["),
)
lacks(shuffled, "not_shuffled", ("rng.permutation(n)", "np.arange(n)"))
lacks(
    shuffled_anew_each_epoch,
    "shuffled_once",
    ("for _ in range(epochs):\n        order = rng.permutation(n)", "order = rng.permutation(n)\n    for _ in range(epochs):"),
)
lacks(cut_into_batches, "single_examples", ("range(0, n, batch_size)", "range(n)"), ("start + batch_size", "start + 1"))
lacks(each_update_follows_its_batch, "ascent", ("w - lr", "w + lr"))
lacks(each_update_follows_its_batch, "divided_again", ("gradient(w, batch)", "gradient(w, batch) / batch_size"))
lacks(each_update_follows_its_batch, "rate_forgotten", ("w - lr *", "w -"))
lacks(each_update_follows_its_batch, "never_moves", ("w = w -", "new = w -"))
lacks(
    each_update_follows_its_batch,
    "gradients_add_up",
    ("for _ in range(epochs):", "g = 0\n    for _ in range(epochs):"),
    ("w = w - lr * gradient(w, batch)", "g = g + gradient(w, batch)\n            w = w - lr * g"),
)
lacks(
    same_again, "generator_of_its_own", ("for _ in range(epochs):", "rng = np.random.default_rng()\n    for _ in range(epochs):")
)
lacks(same_again, "global_random_numbers", ("rng.permutation(n)", "np.random.permutation(n)"))


# ----------------------------------------------------------------------------------------------------- fit


def fit_cases(rng: np.random.Generator) -> list[Case]:
    cases = []
    for n, batch_size, epochs in ((7, 3, 3), (6, 2, 2), (9, 5, 2), (5, 4, 3)):
        order = rng.permutation(n)
        cases.append(
            {
                "X": rng.normal(size=(n, 2)),
                "y": rng.normal(size=n),
                "batches": [order[i : i + batch_size].tolist() for i in range(0, n, batch_size)],
                "epochs": epochs,
                "lr": float(rng.uniform(0.02, 0.08)),
            }
        )
    return cases


def observe_fit(answer, case: Case) -> dict:
    def run(lr: float) -> tuple[dict, Array]:
        w: Any = Tensor(np.zeros(2), requires_grad=True)

        def loss_of(batch):
            return mse_loss(Tensor(case["X"][batch]) @ w, case["y"][batch])

        losses = answer(loss_of, SGD([w], lr=lr, momentum=0.5), case["batches"], case["epochs"])
        kept = isinstance(losses, (list, tuple)) and any(isinstance(loss, Tensor) for loss in losses)
        record = {
            "losses": [loss.item() if isinstance(loss, Tensor) else loss for loss in losses] if kept else losses,
            "each loss": "a tensor that holds on to its whole computation" if kept else "a number",
        }
        return record, w.data

    record, end = run(case["lr"])
    # where w stays, a record is right whatever is wrong with the steps
    return {"w at the end": end, "the losses where lr is 0": run(0.0)[0], "the losses": record}


def fitted(loss_of, optimizer, batches, epochs):
    losses = []
    for _ in range(epochs):
        total, count = 0.0, 0
        for batch in batches:
            optimizer.zero_grad()
            loss = loss_of(batch)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(batch)
            count += len(batch)
        losses.append(total / count)
    return losses


fit = Question(
    name="clinic/fit",
    cases=fit_cases,
    reference=fitted,
    observe=observe_fit,
    parts=True,
    reading="training#the-training-loop",
    hints=[
        "There are three faults. One sits in the update, two in the record of the loss.",
        "backward adds to what is in the gradients already. When should they be cleared?",
        "loss is a tensor that remembers how it was computed. What you want to keep is its number: loss.item().",
        "A batch of 3 and a batch of 1: with which weights do their mean losses enter the mean over the 4 examples?",
    ],
)

mistake = mistakes_in(fitted, fit)

mistake(
    "gradients_add_up",
    "The gradients are never cleared. backward adds to them, so every update uses the sum of all gradients so far.",
    ("            optimizer.zero_grad()\n", ""),
)
mistake(
    "cleared_once_an_epoch",
    "You clear the gradients once an epoch, so within an epoch they add up. Clear them for every batch.",
    ("            optimizer.zero_grad()\n", ""),
    ("total, count = 0.0, 0", "total, count = 0.0, 0\n        optimizer.zero_grad()"),
)
mistake(
    "cleared_before_the_step",
    "w does not move: either there is no step, or the gradients are cleared between backward and step, so that the step finds "
    "none.",
    ("            optimizer.zero_grad()\n", ""),
    ("loss.backward()", "loss.backward()\n            optimizer.zero_grad()"),
)
mistake(
    "history_of_tensors",
    "The numbers are right, but what you return are tensors. Each holds on to the computation of its epoch, and the memory in "
    "use grows with every one. Keep numbers.",
    ("loss.item() * len(batch)", "loss * len(batch)"),
)
mistake(
    "every_batch_counts_the_same",
    "Your epoch's loss is the mean of the batches' losses. The last batch is smaller, so its examples count more than the "
    "others: weight each batch by its size.",
    ("loss.item() * len(batch)", "loss.item()"),
    ("count += len(batch)", "count += 1"),
)
mistake(
    "tensors_and_equal_weights",
    "You found the missing zero_grad. Two faults are left in the record: it keeps tensors, and it weights a small batch as "
    "much as a full one.",
    ("loss.item() * len(batch)", "loss"),
    ("count += len(batch)", "count += 1"),
)
mistake(
    "loss_of_the_last_batch",
    "Your epoch's loss is that of its last batch alone. It is the mean over all examples of the epoch.",
    ("total += loss.item() * len(batch)", "total = loss.item() * len(batch)"),
    ("count += len(batch)", "count = len(batch)"),
)
mistake(
    "sum_instead_of_mean",
    "Your epoch's loss is the sum over the examples: divide by how many there were.",
    ("total / count", "total"),
)
mistake(
    "sum_of_the_batches",
    "Your epoch's loss is the sum of the batches' losses. It is the mean over the examples.",
    ("loss.item() * len(batch)", "loss.item()"),
    ("total / count", "total"),
)
mistake(
    "divided_by_the_batches",
    "You weight the batches by their sizes, but divide by the number of batches. Divide by the number of examples.",
    ("count += len(batch)", "count += 1"),
)
mistake(
    "one_step_an_epoch",
    "You make one step an epoch. Each batch has its own: zero_grad, backward and step belong together.",
    ("            optimizer.step()\n", ""),
    ("losses.append", "optimizer.step()\n        losses.append"),
)
mistake(
    "loss_after_the_update",
    "You record each batch's loss after the update that used it. Record the loss that backward was called on: it costs "
    "nothing more.",
    ("loss.item() * len(batch)", "loss_of(batch).item() * len(batch)"),
)


# --------------------------------------------------------------------------------------------------- until


def until_cases(rng: np.random.Generator) -> list[Case]:
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


def until_reference(x, y, lr, tolerance, orders):
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


until = Question(
    name="clinic/until",
    cases=until_cases,
    reference=until_reference,
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


mistake = mistakes_in(patient_run, until)
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


# ----------------------------------------------------------------------------------------------- keep best


def keep_best_cases(rng: np.random.Generator) -> list[Case]:
    cases = []
    for epochs, best_at in ((9, 4), (8, 6), (6, 0), (10, 3), (7, 7)):
        target = rng.normal(size=2) + 3
        start, rate = rng.normal(size=2), float(rng.uniform(0.2, 0.3))
        path = [target + (start - target) * (1 - rate) ** t for t in range(epochs + 1)]
        # up and down on the way, one dip deeper than all others
        losses = rng.uniform(1.2, 3, epochs + 1)
        losses[best_at] = float(rng.uniform(0.5, 0.9))
        if best_at > 2:
            losses[[best_at - 2, best_at - 1]] = rng.uniform(1.1, 1.2), rng.uniform(3, 4)
        if best_at < epochs - 1:
            # or the last parameters would be those that are better than the ones before
            losses[-2:] = 2, 2.5

        def step(w, target=target, rate=rate):
            """a function step(w) that trains for an epoch and changes the array w in place"""
            w += rate * (target - w)

        def validation_loss(w, path=path, losses=losses):
            """a function validation_loss(w)"""
            return float(losses[np.argmin([np.sum((w - point) ** 2) for point in path])])

        cases.append({"w": start, "step": step, "validation_loss": validation_loss, "epochs": epochs})
    return cases


def observe_keep_best(answer, case: Case):
    # training changes w in place, as an optimizer does: that is no fault of the answer
    return answer(case["w"].copy(), case["step"], case["validation_loss"], case["epochs"])


def kept(w, step, validation_loss, epochs):
    best, best_loss, best_epoch = w.copy(), validation_loss(w), 0
    for epoch in range(1, epochs + 1):
        step(w)
        loss = validation_loss(w)
        if loss < best_loss:
            best, best_loss, best_epoch = w.copy(), loss, epoch
    return best, best_epoch


keep_best = Question(
    name="clinic/keep-best",
    cases=keep_best_cases,
    reference=kept,
    observe=observe_keep_best,
    reading="training#keeping-the-best-parameters",
    hints=[
        "After the run, print best and w side by side: they are the same. Since when?",
        "step changes the array itself. A second name for it is not a second array.",
        "Take a copy whenever the loss is the lowest so far, and remember that loss.",
    ],
)

mistake = mistakes_in(kept, keep_best)

mistake(
    "a_name_instead_of_a_copy",
    "The epoch is right, but what you return are the parameters at the end of the run: best is another name for the array "
    "that training goes on changing. Keep a copy.",
    ("= w.copy(), validation_loss(w), 0", "= w, validation_loss(w), 0"),
    ("= w.copy(), loss, epoch", "= w, loss, epoch"),
)
mistake(
    "last_parameters",
    "You return the parameters at the end of the run. The validation loss was lower before.",
    ("return best, best_epoch", "return w, epochs"),
)
mistake(
    "better_than_the_epoch_before",
    "You keep the parameters whenever the loss is lower than in the epoch before. After a bad epoch that is soon the case: "
    "compare it with the lowest so far.",
    (
        "            best, best_loss, best_epoch = w.copy(), loss, epoch",
        "            best, best_epoch = w.copy(), epoch\n        best_loss = loss",
    ),
)
mistake(
    "stops_at_the_first_rise",
    "You stop when the loss rises for the first time. It may fall further later: finish the run.",
    (
        "            best, best_loss, best_epoch = w.copy(), loss, epoch",
        "            best, best_loss, best_epoch = w.copy(), loss, epoch\n        else:\n            break",
    ),
)
mistake(
    "largest_loss",
    "You keep the parameters of the largest validation loss. Lower is better.",
    ("loss < best_loss", "loss > best_loss"),
)
mistake(
    "start_left_out",
    "You never look at the parameters before the first epoch. They count as epoch 0: if training makes everything worse, they "
    "are the best.",
    ("w.copy(), validation_loss(w), 0", "w.copy(), np.inf, 0"),
)
mistake(
    "counted_from_zero",
    "Your epoch is one too small: epoch 0 is the start, and epoch 1 is the first that trains.",
    ("w.copy(), loss, epoch", "w.copy(), loss, epoch - 1"),
)
mistake(
    "validated_before_the_step",
    "You validate before the epoch's training, so the last epoch is never looked at, and each loss is filed under the epoch "
    "after.",
    ("        step(w)\n", ""),
    ("w.copy(), loss, epoch", "w.copy(), loss, epoch\n        step(w)"),
)
mistake(
    "loss_instead_of_epoch",
    "You return the lowest loss; the second number asked for is its epoch.",
    ("return best, best_epoch", "return best, best_loss"),
)


# ---------------------------------------------------------------------------------------------------- rate


def rate_cases(rng: np.random.Generator) -> list[Case]:
    lr = round(float(rng.uniform(0.1, 0.9)), 2)
    growth = float(rng.uniform(1.15, 1.6))
    losses = float(rng.uniform(0.5, 3)) * growth ** (2 * np.arange(7))
    return [{"lr": lr, "losses": [float(f"{loss:.6g}") for loss in losses]}]


def rate_reference(lr, losses):
    # |1 - lr λ| is the growth of w, whose square is that of the loss; the bracket is negative where w changes sides
    growth = np.sqrt(losses[1] / losses[0])
    return descent.learning_rate_limit(np.array([[(1 + growth) / lr]]))


largest_rate = Question(
    name="clinic/largest-rate",
    cases=rate_cases,
    reference=rate_reference,
    value=True,
    personal=True,
    # three digits: 1.00 may stand for 1.005
    rtol=5e-3,
    atol=0,
    reading="gradient-descent#the-limit-2-l",
    hints=[
        "In a bowl λ/2 w², a step multiplies w by 1 - lr·λ. By what does it multiply the loss?",
        "From two losses in a row you get the size of 1 - lr·λ. Its sign you know: w changes sides at every step.",
        "Solve for λ. At the largest rate that does not diverge, by what does a step multiply w?",
    ],
)


@largest_rate.misconception
def root_forgotten(lr, losses):
    """You used the growth of the loss as that of w. The loss is a square: when w grows by a factor, the loss grows by its
    square."""
    return 2 * lr / (1 + losses[1] / losses[0])


@largest_rate.misconception
def sign_forgotten(lr, losses):
    """You took 1 - lr·λ to be positive. Then w would move away on one side; in a run whose rate is too large, it jumps from side
    to side."""
    return 2 * lr / (1 - (losses[1] / losses[0]) ** 0.5)


@largest_rate.misconception
def sign_taken_late(lr, losses):
    """A factor 1 - lr·λ = -r gives lr·λ = 1 + r; you have r - 1."""
    return 2 * lr / ((losses[1] / losses[0]) ** 0.5 - 1)


@largest_rate.misconception
def divided_by_the_growth(lr, losses):
    """You divided the rate by the growth factor of w. What shrinks in proportion to the rate is lr·λ, not the factor 1 - lr·λ."""
    return lr / (losses[1] / losses[0]) ** 0.5


@largest_rate.misconception
def divided_by_the_growth_of_the_loss(lr, losses):
    """You divided the rate by the growth factor of the loss. Work with the factor of w, 1 - lr·λ, and solve for λ."""
    return lr / (losses[1] / losses[0])


@largest_rate.misconception
def one_over_the_curvature(lr, losses):
    """You returned the rate that reaches the minimum in one step. A larger one overshoots, but w still comes nearer: the run does not
    diverge yet."""
    return lr / (1 + (losses[1] / losses[0]) ** 0.5)


@largest_rate.misconception
def curvature(lr, losses):
    """That is the curvature λ. The question asks for the rate: at which rate does w keep its size when it changes sides?"""
    return (1 + (losses[1] / losses[0]) ** 0.5) / lr


@largest_rate.misconception
def half_the_rate(lr, losses):
    """You halved the rate. That is a sensible thing to try, but the losses tell exactly how far it has to go down."""
    return lr / 2


@largest_rate.misconception
def growth_of_the_whole_run(lr, losses):
    """You took the growth from the first loss to the last as that of one step. There are several steps between them."""
    return 2 * lr / (1 + (losses[-1] / losses[0]) ** 0.5)


# -------------------------------------------------------------------------------------------------- timing


def timing_cases(rng: np.random.Generator) -> list[Case]:
    # quarters add up without rounding, so that nothing is left of the order in which they are added
    return [
        {
            "update_seconds": rng.integers(1, 9, updates) / 4,
            "evaluation_seconds": rng.integers(20, 60, updates + 1) / 4,
            "losses": rng.uniform(0, 5, updates + 1),
            "every": every,
        }
        for updates, every in ((6, 2), (4, 1), (9, 3), (5, 5))
    ]


class Workbench:
    """Updates and evaluations that take the time a case says, on a clock of its own."""

    def __init__(self, case: Case) -> None:
        self.case, self.now, self.updates = case, 100.0, 0

    def clock(self):
        return self.now

    def update(self):
        self.now += self.case["update_seconds"][self.updates]
        self.updates += 1

    def evaluate(self):
        self.now += self.case["evaluation_seconds"][self.updates]
        return float(self.case["losses"][self.updates])


def observe_timing(answer, case: Case):
    bench = Workbench(case)
    return answer(bench.update, bench.evaluate, bench.clock, len(case["update_seconds"]), case["every"])


def timed(update, evaluate, clock, updates, every):
    seconds, record = 0.0, [(0.0, evaluate())]
    for t in range(1, updates + 1):
        began = clock()
        update()
        seconds += clock() - began
        if t % every == 0:
            record.append((seconds, evaluate()))
    return record


timing = Question(
    name="clinic/timing",
    cases=timing_cases,
    reference=timed,
    observe=observe_timing,
    reading="comparison#measuring-time",
    hints=[
        "Which calls happen between the first and the last look at the clock? Which of them belong to training?",
        "Look at the clock right before and right after each update, and add the differences up.",
    ],
)

mistake = mistakes_in(timed, timing)

mistake(
    "evaluation_included",
    "Your seconds include the evaluations. Who evaluates more often would then seem to train more slowly: stop the clock "
    "while evaluating.",
    ("record = 0.0, [(0.0, evaluate())]", "record, began = 0.0, [(0.0, evaluate())], clock()"),
    ("        began = clock()\n", ""),
    ("        seconds += clock() - began\n", ""),
    ("(seconds, evaluate())", "(clock() - began, evaluate())"),
)
mistake(
    "clock_started_too_early",
    "Your seconds include the evaluations, even the one before training: the clock starts before it.",
    ("seconds, record = 0.0, [(0.0, evaluate())]", "began, seconds = clock(), 0.0\n    record = [(0.0, evaluate())]"),
    ("        began = clock()\n", ""),
    ("        seconds += clock() - began\n", ""),
    ("(seconds, evaluate())", "(clock() - began, evaluate())"),
)
mistake(
    "evaluation_timed_with_its_update",
    "Your seconds include the evaluations: the clock is read after them.",
    ("(seconds, evaluate())", "evaluate()"),
    ("record.append(evaluate())", "loss = evaluate()\n            record.append((seconds + clock() - began, loss))"),
    ("        seconds += clock() - began\n", ""),
    ("began, loss))", "began, loss))\n        seconds += clock() - began"),
)
mistake(
    "last_update_only",
    "Each of your times is that of the last update alone. Add up the seconds of all updates so far.",
    ("seconds += clock()", "seconds = clock()"),
)
mistake(
    "since_the_last_evaluation",
    "Your times start again at each evaluation. Add up the seconds of all updates so far.",
    ("record.append((seconds, evaluate()))", "record.append((seconds, evaluate()))\n            seconds = 0.0"),
)
mistake(
    "start_not_recorded",
    "Your record begins after the first updates. The untrained model belongs to it, with 0 seconds.",
    ("[(0.0, evaluate())]", "[]"),
)
mistake(
    "evaluated_after_every_update",
    "You evaluate after every update; the question asks for an evaluation after every `every` updates.",
    ("t % every == 0", "True"),
)
mistake(
    "one_update_early",
    "You evaluate one update too early: count the updates that have been made.",
    ("range(1, updates + 1)", "range(updates)"),
)


QUESTIONS = [curves, code, mean, mini_batch, fit, until, keep_best, largest_rate, timing]
