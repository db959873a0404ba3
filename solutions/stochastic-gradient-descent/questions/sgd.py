"""sgd"""

from __future__ import annotations

import math

import numpy as np

from course_lib import descent

from course_lib.checks.chance import of_the_result, repeated, requires_the_same_again

from course_lib.checks.declaration import Case, Question

from course_lib.checks.gradient_descent import examples

from course_lib.checks.parts import entries

from course_lib.problems import LinearRegression, Problem


def line_gradient(x: np.ndarray, y: np.ndarray):
    line = LinearRegression(x, y)

    def gradient(w, i):
        """a function gradient(w, i), the gradient of example i's loss at w"""
        return line.gradient(w, np.atleast_1d(i))

    return gradient


def sgd_cases(rng: np.random.Generator) -> list[Case]:
    cases = []
    # n and epochs large enough that chance does not give the same order in all epochs: (1/120)⁴ at most
    for n, epochs in ((5, 5), (8, 6), (6, 1), (12, 5)):
        cases.append(
            {
                "gradient": line_gradient(*examples(rng, n)),
                "start": rng.normal(size=2),
                "n": n,
                "lr": float(rng.uniform(0.01, 0.05)),
                "epochs": epochs,
                "rng": np.random.default_rng(rng.integers(2**32)),
            }
        )
    return cases


def noting_the_calls(answer, case):
    """The end point, and for each call of gradient(w, i) the example and the point."""
    asked, points = [], []

    def gradient(w, i):
        asked.append(int(np.ravel(i)[0]) if np.size(i) == 1 else i)
        points.append(np.array(w, dtype=float))
        return case["gradient"](w, i)

    end = answer(gradient, *list(case.values())[1:])
    return {"end": end, "examples": asked, "points": points}


class _Examples(Problem):
    """The gradient of one example given as a function, with a loss that says nothing."""

    def __init__(self, gradient, n: int, d: int) -> None:
        self.slope, self.n, self.d = gradient, n, d

    def loss(self, w, batch=None):
        return 0.0

    def gradient(self, w, batch=None):
        return self.slope(w.copy(), int(batch[0]))


def sgd_reference(gradient, start, n, lr, epochs, rng):
    problem = _Examples(gradient, n, len(start))
    return descent.stochastic_gradient_descent(problem, start, lr=lr, epochs=epochs, rng=rng).params[-1]


question = Question(
    cases=sgd_cases,
    reference=sgd_reference,
    observe=repeated(noting_the_calls),
    reading="stochastic-gradient-descent#epochs-and-updates",
    hints=[
        "Two loops: the outer one over the epochs, the inner one over the examples in a shuffled order.",
        "Where must the shuffling stand, so that every epoch has an order of its own and none is disturbed in the middle?",
        "In the inner loop: w = w - lr * gradient(w, i), and nothing else.",
    ],
)

requires = of_the_result(question)


def _epochs_of(case: Case, output: dict) -> np.ndarray:
    return np.array(output["examples"]).reshape(case["epochs"], case["n"])


def _after(case: Case, output: dict, call: int) -> np.ndarray:
    """Where the update after the given call leads."""
    point = output["points"][call]
    return point - case["lr"] * case["gradient"](point, output["examples"][call])


@requires
def one_example_a_call(case, output):
    """Call gradient(w, i) with w, an array like start, and one index i from 0 to n - 1."""
    indices = output["examples"]
    whole = all(isinstance(i, int) and not isinstance(i, bool) for i in indices)
    return bool(indices) and whole and min(indices) >= 0 and max(indices) < case["n"]


@requires
def an_epoch_is_n_updates(case, output):
    """You make one update an epoch. An epoch is once through all examples, n updates; counting single updates as epochs makes a run look n times as
    long as it is."""
    return len(output["examples"]) != case["epochs"]


@requires
def one_gradient_an_update(case, output):
    """You call gradient too often. Every update needs the gradient of one example only; taking the mean over all examples for each update is batch
    gradient descent."""
    return len(output["examples"]) <= case["n"] * case["epochs"]


@requires
def all_updates_made(case, output):
    """You call gradient too seldom: `epochs` epochs of n examples make n · epochs updates. Is an example left out, or an epoch?"""
    return len(output["examples"]) == case["n"] * case["epochs"]


@requires
def every_example_once_an_epoch(case, output):
    """Within an epoch some examples come twice and others not at all. Drawing with replacement, or shuffling again in the middle of an epoch, does
    that. Draw one order for each epoch and go through it to the end."""
    return bool((np.sort(_epochs_of(case, output), axis=1) == np.arange(case["n"])).all())


@requires
def not_the_order_of_the_data(case, output):
    """Every epoch goes through the examples in the order of the data: nothing is shuffled."""
    return case["epochs"] == 1 or bool((_epochs_of(case, output) != np.arange(case["n"])).any())


@requires
def another_order_each_epoch(case, output):
    """Every epoch has the same order: you shuffle once, before the loop over the epochs. Shuffle anew for each epoch."""
    orders = _epochs_of(case, output)
    return case["epochs"] == 1 or bool((orders != orders[0]).any())


@requires
def begins_at_the_start(case, output):
    """The first gradient is not taken at `start`."""
    return np.allclose(output["points"][0], case["start"])


@requires
def moves(case, output):
    """The point at which you take the gradient never changes. A new value that is not kept, or a w - lr * g that stands alone, moves nothing."""
    return any(not np.array_equal(point, case["start"]) for point in output["points"])


@requires
def each_update_from_the_one_before(case, output):
    """Your gradients are not taken where the update before led. After gradient(w, i) the next call should be at w - lr * gradient(w, i): check the
    sign, the learning rate, and that every example is followed by an update."""
    return all(np.allclose(output["points"][k + 1], _after(case, output, k)) for k in range(len(output["points"]) - 1))


@requires
def ends_after_the_last_update(case, output):
    """The steps are right, but you do not return the point after the last update, an array like `start`."""
    end = np.asarray(output["end"], dtype=float)
    return end.shape == case["start"].shape and np.allclose(end, _after(case, output, -1))


same_again = requires_the_same_again(question)


@question.violates(one_example_a_call)
def whole_epoch_at_once(gradient, start, n, lr, epochs, rng):
    w = start
    for _ in range(epochs):
        w = w - lr * gradient(w, rng.permutation(n))
    return w


@question.violates(an_epoch_is_n_updates)
def updates_counted_as_epochs(gradient, start, n, lr, epochs, rng):
    w = start
    for _ in range(epochs):
        w = w - lr * gradient(w, rng.integers(n))
    return w


@question.violates(one_gradient_an_update)
def whole_gradient_each_time(gradient, start, n, lr, epochs, rng):
    w = start
    for _ in range(epochs):
        for _ in rng.permutation(n):
            w = w - lr * sum(gradient(w, j) for j in range(n)) / n
    return w


@question.violates(all_updates_made)
def last_example_left_out(gradient, start, n, lr, epochs, rng):
    w = start
    for _ in range(epochs):
        order = rng.permutation(n)
        for k in range(n - 1):
            w = w - lr * gradient(w, order[k])
    return w


@question.violates(every_example_once_an_epoch)
def with_replacement(gradient, start, n, lr, epochs, rng):
    w = start
    for _ in range(epochs):
        for _ in range(n):
            w = w - lr * gradient(w, rng.integers(n))
    return w


@question.violates(every_example_once_an_epoch)
def shuffled_in_the_middle(gradient, start, n, lr, epochs, rng):
    w, order = start, np.arange(n)
    for _ in range(epochs):
        for k in range(n):
            rng.shuffle(order)
            w = w - lr * gradient(w, order[k])
    return w


@question.violates(not_the_order_of_the_data)
def not_shuffled(gradient, start, n, lr, epochs, rng):
    w = start
    for _ in range(epochs):
        for i in range(n):
            w = w - lr * gradient(w, i)
    return w


@question.violates(another_order_each_epoch)
def shuffled_once(gradient, start, n, lr, epochs, rng):
    w, order = start, rng.permutation(n)
    for _ in range(epochs):
        for i in order:
            w = w - lr * gradient(w, i)
    return w


@question.violates(begins_at_the_start)
def begins_at_zero(gradient, start, n, lr, epochs, rng):
    w = np.zeros_like(start)
    for _ in range(epochs):
        for i in rng.permutation(n):
            w = w - lr * gradient(w, i)
    return w


@question.violates(moves)
def new_value_not_kept(gradient, start, n, lr, epochs, rng):
    w = start
    for _ in range(epochs):
        for i in rng.permutation(n):
            new = w - lr * gradient(w, i)
    return new


@question.violates(each_update_from_the_one_before)
def ascent(gradient, start, n, lr, epochs, rng):
    w = start
    for _ in range(epochs):
        for i in rng.permutation(n):
            w = w + lr * gradient(w, i)
    return w


@question.violates(each_update_from_the_one_before)
def one_update_after_all_examples(gradient, start, n, lr, epochs, rng):
    w = start
    for _ in range(epochs):
        w = w - lr * sum(gradient(w, i) for i in rng.permutation(n)) / n
    return w


@question.violates(each_update_from_the_one_before)
def learning_rate_forgotten(gradient, start, n, lr, epochs, rng):
    w = start
    for _ in range(epochs):
        for i in rng.permutation(n):
            w = w - gradient(w, i)
    return w


@question.violates(ends_after_the_last_update)
def point_before_the_last_update(gradient, start, n, lr, epochs, rng):
    w = before = start
    for _ in range(epochs):
        for i in rng.permutation(n):
            before, w = w, w - lr * gradient(w, i)
    return before


@question.violates(ends_after_the_last_update)
def mean_of_the_points(gradient, start, n, lr, epochs, rng):
    w, path = start, [start]
    for _ in range(epochs):
        for i in rng.permutation(n):
            w = w - lr * gradient(w, i)
            path.append(w)
    return np.mean(path, axis=0)


@question.violates(same_again)
def generator_of_its_own(gradient, start, n, lr, epochs, rng):
    w, rng = start, np.random.default_rng()
    for _ in range(epochs):
        for i in rng.permutation(n):
            w = w - lr * gradient(w, i)
    return w


@question.violates(same_again)
def global_random_numbers(gradient, start, n, lr, epochs, rng):
    w = start
    for _ in range(epochs):
        for i in np.random.permutation(n):
            w = w - lr * gradient(w, i)
    return w
