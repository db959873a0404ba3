"""What the problem set on stochastic gradient descent expects, and the mistakes it knows."""

from __future__ import annotations

import math

import numpy as np

from course_lib import descent
from course_lib.checks.chance import of_the_result, repeated, requires_the_same_again
from course_lib.checks.declaration import Case, Question
from course_lib.checks.gradient_descent import examples
from course_lib.checks.parts import entries
from course_lib.problems import LinearRegression, Problem


def one_by_one(order):
    """A scheme that walks through the examples in a given order, one an update."""
    return lambda n, rng: (np.array([i]) for i in order)


# ---------------------------------------------------------------------------------------- example gradient


def example_gradient_cases(rng: np.random.Generator) -> list[Case]:
    cases = []
    for n, i in ((4, 2), (5, 0), (3, 2), (8, 5), (6, 1)):
        x, y = examples(rng, n)
        cases.append({"w": float(rng.normal(0, 2)), "b": float(rng.normal(0, 2)), "x": x, "y": y, "i": i})
    return cases


example_gradient = Question(
    name="stochastic-gradient-descent/example-gradient",
    cases=example_gradient_cases,
    reference=lambda w, b, x, y, i: tuple(LinearRegression(x, y).gradient([w, b], np.array([i]))),
    reading="stochastic-gradient-descent#one-example-at-a-time",
    hints=[
        "Only x[i] and y[i] take part. What is the error of this one example?",
        "Differentiate the square of that error by w and by b. There is no mean: nothing is added up or divided.",
    ],
)


@example_gradient.misconception
def whole_gradient(w, b, x, y, i):
    """This is the gradient over all examples, so every update would cost as much as in batch gradient descent. Use example i alone."""
    e = w * x + b - y
    return 2 * np.mean(e * x), 2 * np.mean(e)


@example_gradient.misconception
def summed_gradient(w, b, x, y, i):
    """You added the gradients of all examples up. Use example i alone."""
    e = w * x + b - y
    return 2 * np.sum(e * x), 2 * np.sum(e)


@example_gradient.misconception
def divided_by_n(w, b, x, y, i):
    """You divided by the number of examples. That would be example i's share of the full gradient; its own gradient is not divided, or the mean over
    the examples would be n times too small."""
    e = w * x[i] + b - y[i]
    return 2 * e * x[i] / len(x), 2 * e / len(x)


@example_gradient.misconception
def counted_from_one(w, b, x, y, i):
    """You took the example before: indices count from 0, so example i is x[i]."""
    e = w * x[i - 1] + b - y[i - 1]
    return 2 * e * x[i - 1], 2 * e


@example_gradient.misconception
def everything_up_to_i(w, b, x, y, i):
    """You use all examples up to number i. Use example i alone."""
    e = w * x[: i + 1] + b - y[: i + 1]
    return 2 * np.mean(e * x[: i + 1]), 2 * np.mean(e)


@example_gradient.misconception
def missing_factor_two(w, b, x, y, i):
    """The factor 2 is missing: the derivative of e² is 2e times the derivative of e."""
    e = w * x[i] + b - y[i]
    return e * x[i], e


@example_gradient.misconception
def opposite_sign(w, b, x, y, i):
    """Your gradient has the opposite sign: the error is prediction minus target."""
    e = y[i] - w * x[i] - b
    return 2 * e * x[i], 2 * e


@example_gradient.misconception
def x_forgotten(w, b, x, y, i):
    """In the derivative by w the inner derivative is missing: w x + b changes by x when w changes by 1."""
    e = w * x[i] + b - y[i]
    return 2 * e, 2 * e


@example_gradient.misconception
def swapped(w, b, x, y, i):
    """Your two derivatives are swapped: return (dw, db), the one by w first."""
    e = w * x[i] + b - y[i]
    return 2 * e, 2 * e * x[i]


@example_gradient.misconception
def intercept_left_out(w, b, x, y, i):
    """Your error leaves the intercept b out: the prediction is w x + b."""
    e = w * x[i] - y[i]
    return 2 * e * x[i], 2 * e


# ---------------------------------------------------------------------------------------------------- bias


def bias_cases(rng: np.random.Generator) -> list[Case]:
    cases = []
    for n, d, uniform in ((4, 2, False), (5, 1, True), (3, 3, False), (7, 2, True), (6, 2, False)):
        p = np.full(n, 1 / n) if uniform else rng.dirichlet(np.full(n, 2.0))
        cases.append({"gradients": rng.normal(size=(n, d)), "p": p})
    return cases


bias = Question(
    name="stochastic-gradient-descent/bias",
    cases=bias_cases,
    reference=lambda gradients, p: p @ gradients - gradients.mean(axis=0),
    reading="stochastic-gradient-descent#an-unbiased-estimate",
    hints=[
        "The expected value of a draw is the sum over all outcomes of probability times outcome. Here an outcome is a row of gradients.",
        "Multiply row i by p[i] and add the rows up; p @ gradients does both.",
        "Then subtract the gradient over all examples, which is the plain mean of the rows.",
    ],
)


@bias.misconception
def probabilities_ignored(gradients, p):
    """Your expected value is the plain mean of the rows, so the bias comes out zero whatever the probabilities are. An example that is drawn more
    often must count more."""
    return gradients.mean(axis=0) - gradients.mean(axis=0)


@bias.misconception
def opposite_sign(gradients, p):
    """You subtracted the other way round: the bias is what is expected of the draw minus what should be expected, the full gradient."""
    return gradients.mean(axis=0) - p @ gradients


@bias.misconception
def expected_value_itself(gradients, p):
    """This is the expected value of the drawn gradient. The bias is how far it lies from the full gradient: subtract that."""
    return p @ gradients


@bias.misconception
def divided_once_more(gradients, p):
    """You divided the expected value by n, for example by taking a mean of the weighted rows. The probabilities add up to 1: they do the dividing
    already."""
    return np.mean(p[:, None] * gradients, axis=0) - gradients.mean(axis=0)


@bias.misconception
def full_gradient_summed(gradients, p):
    """You subtract the sum of the rows. The loss over all examples is a mean, so its gradient is the mean of the rows."""
    return p @ gradients - gradients.sum(axis=0)


@bias.misconception
def weighted_by_n(gradients, p):
    """You weight row i with n·p[i] and add up; that is n times the expected value."""
    return len(p) * p @ gradients - gradients.mean(axis=0)


@bias.misconception
def length_of_the_bias(gradients, p):
    """You return the length of the bias. It has a direction as well: return an array with an entry for each parameter."""
    return np.linalg.norm(p @ gradients - gradients.mean(axis=0))


@bias.misconception
def most_probable(gradients, p):
    """You take the gradient of the most probable example for the expected value. The expected value weighs all of them."""
    return gradients[np.argmax(p)] - gradients.mean(axis=0)


# ---------------------------------------------------------------------------------------------------- draw

DRAWS = 1500


def many_draws(answer, case):
    """The results of many calls with one generator: an array if they are numbers, else the first few."""
    draws = [answer(case["n"], case["rng"]) for _ in range(DRAWS)]
    if all(isinstance(draw, (int, float, np.number)) for draw in draws):
        return np.array(draws)
    return draws[:3]


def drawn_index(n, rng):
    (batch,) = descent.batches.with_replacement(n)(n, rng)
    return batch[0]


draw = Question(
    name="stochastic-gradient-descent/draw",
    cases=lambda rng: [{"n": n, "rng": np.random.default_rng(rng.integers(2**32))} for n in (5, 2, 3, 20)],
    reference=lambda n, rng: drawn_index(n, rng),
    observe=repeated(many_draws),
    reading="stochastic-gradient-descent#drawing-an-example",
    hints=[
        "The generator has a method that draws whole numbers: rng.integers. Does it include its upper end?",
        "Every call must be able to give each of 0, 1, ..., n - 1, and must draw from the rng it was handed.",
    ],
)

requires = of_the_result(draw)


@requires
def a_whole_number(case, output):
    """Return one index, a whole number: not a fraction, not an array, not a list of indices."""
    return isinstance(output, np.ndarray) and output.shape == (DRAWS,) and output.dtype.kind in "iu"


@requires
def within_the_examples(case, output):
    """You drew an index that no example has. With n examples the indices run from 0 to n - 1."""
    return output.min() >= 0 and output.max() < case["n"]


@requires
def not_always_the_same(case, output):
    """Every call gives the same index. A generator that is made anew with a fixed seed inside the function begins at the same point each time:
    draw from the rng that you are handed."""
    return len(set(output.tolist())) > 1


@requires
def none_left_out(case, output):
    """In thousands of draws one index never came. Which does your range leave out? rng.integers(low, high) stops before high already."""
    return len(set(output.tolist())) == case["n"]


@requires
def all_equally_likely(case, output):
    """In thousands of draws some indices came far more often than others, beyond what chance explains. All should be equally likely: rounding, for
    instance, makes the first and the last half as likely as the rest."""
    counts, p = np.bincount(output, minlength=case["n"]), 1 / case["n"]
    # seven standard deviations: chance alone exceeds them less than once in a hundred million checks
    return np.abs(counts - DRAWS * p).max() <= 7 * math.sqrt(DRAWS * p * (1 - p))


@requires
def independent_of_the_one_before(case, output):
    """Whether an index comes depends on the one before: some index follows itself far too seldom or too often. Every draw
    begins afresh, with all examples in the urn."""
    repeats, p = np.count_nonzero(output[1:] == output[:-1]), 1 / case["n"]
    return abs(repeats - DRAWS * p) <= 7 * math.sqrt(DRAWS * p * (1 - p))


same_again = requires_the_same_again(draw)


@draw.violates(a_whole_number)
def a_fraction(n, rng):
    return rng.random() * n


@draw.violates(a_whole_number)
def an_array_of_one(n, rng):
    return rng.integers(n, size=1)


@draw.violates(a_whole_number)
def a_whole_epoch(n, rng):
    return rng.permutation(n)


@draw.violates(within_the_examples)
def counted_from_one(n, rng):
    return rng.integers(1, n + 1)


@draw.violates(within_the_examples)
def end_included(n, rng):
    return rng.integers(0, n, endpoint=True)


@draw.violates(not_always_the_same)
def fixed_seed(n, rng):
    return np.random.default_rng(0).integers(n)


@draw.violates(none_left_out)
def last_left_out(n, rng):
    return rng.integers(0, n - 1)


@draw.violates(none_left_out)
def first_left_out(n, rng):
    return rng.integers(1, n)


@draw.violates(all_equally_likely)
def rounded(n, rng):
    return round(rng.random() * (n - 1))


@draw.violates(all_equally_likely)
def mean_of_two(n, rng):
    return (rng.integers(n) + rng.integers(n)) // 2


@draw.violates(independent_of_the_one_before)
def walks_through_the_data(n, rng, last=[-1]):  # noqa: B006
    last[0] += 1
    return last[0] % n


@draw.violates(independent_of_the_one_before)
def deals_out_an_epoch(n, rng, left=[]):  # noqa: B006
    if not left:
        left.extend(rng.permutation(n))
    return left.pop()


@draw.violates(same_again)
def generator_of_its_own(n, rng):
    return np.random.default_rng().integers(n)


@draw.violates(same_again)
def global_random_numbers(n, rng):
    return np.random.randint(n)


# --------------------------------------------------------------------------------------------- epoch order

EPOCHS = 300


def many_epochs(answer, case):
    """The orders of many epochs drawn with one generator: rows of an array if they have the same length, else the first few."""
    orders = [answer(case["n"], case["rng"]) for _ in range(EPOCHS)]
    try:
        table = np.array(orders)
    except ValueError:
        return orders[:3]
    return table if table.dtype.kind in "iu" else orders[:3]


epoch_order = Question(
    name="stochastic-gradient-descent/epoch-order",
    cases=lambda rng: [{"n": n, "rng": np.random.default_rng(rng.integers(2**32))} for n in (6, 4, 9)],
    reference=lambda n, rng: np.concatenate(list(descent.batches.shuffled(1)(n, rng))),
    observe=repeated(many_epochs),
    reading="stochastic-gradient-descent#drawing-an-example",
    hints=[
        "Think of a deck of n cards: shuffled, then dealt to the end. No card comes twice, none is left over.",
        "rng.permutation gives a new shuffled array; rng.shuffle shuffles an array in place and returns None.",
    ],
)

requires = of_the_result(epoch_order)


@requires
def n_indices(case, output):
    """Return an array (or list) of n whole numbers, the indices of the examples in the order in which they are visited."""
    return isinstance(output, np.ndarray) and output.shape == (EPOCHS, case["n"])


@requires
def within_the_examples(case, output):
    """Your order holds an index that no example has. With n examples the indices run from 0 to n - 1."""
    return output.min() >= 0 and output.max() < case["n"]


@requires
def every_example_once(case, output):
    """Some example comes twice in an epoch, and another not at all. Drawing n times with replacement is not an epoch: an epoch visits every
    example exactly once."""
    return bool((np.sort(output, axis=1) == np.arange(case["n"])).all())


@requires
def not_the_order_of_the_data(case, output):
    """Every epoch goes through the examples in the order of the data: nothing is shuffled."""
    return bool((output != np.arange(case["n"])).any())


@requires
def another_order_each_epoch(case, output):
    """Every epoch has the same order. Draw from the rng that you are handed: a generator made anew with a fixed seed begins at the same point each
    time."""
    return bool((output != output[0]).any())


@requires
def every_example_anywhere(case, output):
    """Some example comes first far more often than others, beyond what chance explains. In a shuffled epoch every example is equally likely at every
    place."""
    n = case["n"]
    counts = np.array([np.bincount(column, minlength=n) for column in output.T])
    # eight standard deviations: chance alone exceeds them less than once in a hundred million checks
    return np.abs(counts - EPOCHS / n).max() <= 8 * math.sqrt(EPOCHS / n * (1 - 1 / n))


@requires
def any_order_at_all(case, output):
    """Over many epochs only a few of the possible orders ever come, as when the data is cut like a deck of cards and not shuffled. After an example
    any other should be able to follow."""
    return len(np.unique(output, axis=0)) >= min(EPOCHS, math.factorial(case["n"])) / 2


same_again = requires_the_same_again(epoch_order)


@epoch_order.violates(n_indices)
def shuffle_returned(n, rng):
    order = np.arange(n)
    return rng.shuffle(order)


@epoch_order.violates(n_indices)
def last_left_out(n, rng):
    return rng.permutation(n - 1)


@epoch_order.violates(n_indices)
def one_index(n, rng):
    return rng.integers(n)


@epoch_order.violates(within_the_examples)
def counted_from_one(n, rng):
    return rng.permutation(n) + 1


@epoch_order.violates(every_example_once)
def with_replacement(n, rng):
    return rng.integers(n, size=n)


@epoch_order.violates(every_example_once)
def choice_without_its_option(n, rng):
    return rng.choice(n, n)


@epoch_order.violates(not_the_order_of_the_data)
def not_shuffled(n, rng):
    return np.arange(n)


@epoch_order.violates(not_the_order_of_the_data)
def shuffled_copy_thrown_away(n, rng):
    order = list(range(n))
    rng.permutation(order)
    return order


@epoch_order.violates(another_order_each_epoch)
def fixed_seed(n, rng):
    return np.random.default_rng(42).permutation(n)


@epoch_order.violates(every_example_anywhere)
def first_stays_first(n, rng):
    return np.concatenate([[0], 1 + rng.permutation(n - 1)])


@epoch_order.violates(every_example_anywhere)
def one_pair_swapped(n, rng):
    order = np.arange(n)
    i, j = rng.integers(n, size=2)
    order[i], order[j] = order[j], order[i]
    return order


@epoch_order.violates(any_order_at_all)
def cut_like_cards(n, rng):
    return np.roll(np.arange(n), rng.integers(n))


@epoch_order.violates(same_again)
def generator_of_its_own(n, rng):
    return np.random.default_rng().permutation(n)


@epoch_order.violates(same_again)
def global_random_numbers(n, rng):
    order = np.arange(n)
    np.random.shuffle(order)
    return order


# ----------------------------------------------------------------------------------------------- sgd epoch


def sgd_epoch_cases(rng: np.random.Generator) -> list[Case]:
    cases = []
    for n, replacement in ((5, False), (3, False), (8, False), (6, True), (12, False)):
        x, y = examples(rng, n)
        order = rng.integers(n, size=n + 2) if replacement else rng.permutation(n)
        # never the order of the data, in which an answer that ignores `order` would be right
        if (order[:n] == np.arange(n)).all():
            order = order[::-1].copy()
        w, b, lr = float(rng.normal()), float(rng.normal()), float(rng.uniform(0.01, 0.06))
        cases.append({"w": w, "b": b, "x": x, "y": y, "lr": lr, "order": order})
    return cases


sgd_epoch = Question(
    name="stochastic-gradient-descent/sgd-epoch",
    cases=sgd_epoch_cases,
    reference=lambda w, b, x, y, lr, order: (
        descent.stochastic_gradient_descent(LinearRegression(x, y), [w, b], lr=lr, epochs=1, batches=one_by_one(order)).params
    ),
    reading="stochastic-gradient-descent#one-example-at-a-time",
    hints=[
        "for i in order: one gradient from example i where you are now, one update of w and of b.",
        "The next example already sees the new w and b. That is all that makes it stochastic.",
        "Compute dw and db before you change either w or b, and append the pair (w, b) after each update.",
    ],
)


@sgd_epoch.misconception
def whole_gradient_each_time(w, b, x, y, lr, order):
    """Every one of your updates uses all examples. That is batch gradient descent with one update for each index, and n times the cost of what is
    asked: use example i alone."""
    path = [(w, b)]
    for _ in order:
        e = w * x + b - y
        w, b = w - lr * 2 * np.mean(e * x), b - lr * 2 * np.mean(e)
        path.append((w, b))
    return path


@sgd_epoch.misconception
def gradients_of_the_start(w, b, x, y, lr, order):
    """You take every example's gradient at the parameters from before the epoch. Each update must start from where the one before led."""
    start, path = (w, b), [(w, b)]
    for i in order:
        e = start[0] * x[i] + start[1] - y[i]
        w, b = w - lr * 2 * e * x[i], b - lr * 2 * e
        path.append((w, b))
    return path


@sgd_epoch.misconception
def one_update_an_epoch(w, b, x, y, lr, order):
    """You gather the gradients and update once at the end. In stochastic gradient descent there is an update for each example."""
    e = w * x[order] + b - y[order]
    return [(w, b), (w - lr * 2 * np.mean(e * x[order]), b - lr * 2 * np.mean(e))]


@sgd_epoch.misconception
def order_ignored(w, b, x, y, lr, order):
    """You walk through the examples in the order of the data. Take the indices from `order`, one after the other."""
    path = [(w, b)]
    for i in range(len(x)):
        e = w * x[i] + b - y[i]
        w, b = w - lr * 2 * e * x[i], b - lr * 2 * e
        path.append((w, b))
    return path


@sgd_epoch.misconception
def position_for_index(w, b, x, y, lr, order):
    """You use the position in `order` where its entry is meant: the k-th update belongs to the example order[k], not to example k."""
    path = [(w, b)]
    for k in range(len(order)):
        e = w * x[k % len(x)] + b - y[k % len(x)]
        w, b = w - lr * 2 * e * x[k % len(x)], b - lr * 2 * e
        path.append((w, b))
    return path


@sgd_epoch.misconception
def one_after_the_other(w, b, x, y, lr, order):
    """You update w first and compute the derivative by b with the new w. Both derivatives belong to the same point: compute both, then
    update both."""
    path = [(w, b)]
    for i in order:
        w = w - lr * 2 * (w * x[i] + b - y[i]) * x[i]
        b = b - lr * 2 * (w * x[i] + b - y[i])
        path.append((w, b))
    return path


@sgd_epoch.misconception
def divided_by_n(w, b, x, y, lr, order):
    """You divide each gradient by the number of examples, so that a whole epoch moves about as far as one update should. An example's own gradient
    is not divided."""
    path = [(w, b)]
    for i in order:
        e = w * x[i] + b - y[i]
        w, b = w - lr * 2 * e * x[i] / len(x), b - lr * 2 * e / len(x)
        path.append((w, b))
    return path


@sgd_epoch.misconception
def ascent(w, b, x, y, lr, order):
    """You walk uphill: the update subtracts the gradient."""
    path = [(w, b)]
    for i in order:
        e = w * x[i] + b - y[i]
        w, b = w + lr * 2 * e * x[i], b + lr * 2 * e
        path.append((w, b))
    return path


@sgd_epoch.misconception
def missing_factor_two(w, b, x, y, lr, order):
    """The factor 2 of the derivative of the square is missing, so every step is half as long."""
    path = [(w, b)]
    for i in order:
        e = w * x[i] + b - y[i]
        w, b = w - lr * e * x[i], b - lr * e
        path.append((w, b))
    return path


@sgd_epoch.misconception
def history_of_one_array(w, b, x, y, lr, order):
    """All rows are the same, the last point: you appended the very array that you go on changing. A list holds references, so append a
    copy."""
    p = np.array([w, b])
    path = [p]
    for i in order:
        p -= lr * 2 * (p[0] * x[i] + p[1] - y[i]) * np.array([x[i], 1])
        path.append(p)
    return path


@sgd_epoch.misconception
def start_left_out(w, b, x, y, lr, order):
    """Your path begins after the first update. The start belongs to it, as row 0."""
    path = []
    for i in order:
        e = w * x[i] + b - y[i]
        w, b = w - lr * 2 * e * x[i], b - lr * 2 * e
        path.append((w, b))
    return path


@sgd_epoch.misconception
def only_the_last_point(w, b, x, y, lr, order):
    """You return only the last pair; the question asks for the whole path, one row a point."""
    for i in order:
        e = w * x[i] + b - y[i]
        w, b = w - lr * 2 * e * x[i], b - lr * 2 * e
    return w, b


# ----------------------------------------------------------------------------------------------------- sgd


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


sgd = Question(
    name="stochastic-gradient-descent/sgd",
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

requires = of_the_result(sgd)


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


same_again = requires_the_same_again(sgd)


@sgd.violates(one_example_a_call)
def whole_epoch_at_once(gradient, start, n, lr, epochs, rng):
    w = start
    for _ in range(epochs):
        w = w - lr * gradient(w, rng.permutation(n))
    return w


@sgd.violates(an_epoch_is_n_updates)
def updates_counted_as_epochs(gradient, start, n, lr, epochs, rng):
    w = start
    for _ in range(epochs):
        w = w - lr * gradient(w, rng.integers(n))
    return w


@sgd.violates(one_gradient_an_update)
def whole_gradient_each_time(gradient, start, n, lr, epochs, rng):
    w = start
    for _ in range(epochs):
        for _ in rng.permutation(n):
            w = w - lr * sum(gradient(w, j) for j in range(n)) / n
    return w


@sgd.violates(all_updates_made)
def last_example_left_out(gradient, start, n, lr, epochs, rng):
    w = start
    for _ in range(epochs):
        order = rng.permutation(n)
        for k in range(n - 1):
            w = w - lr * gradient(w, order[k])
    return w


@sgd.violates(every_example_once_an_epoch)
def with_replacement(gradient, start, n, lr, epochs, rng):
    w = start
    for _ in range(epochs):
        for _ in range(n):
            w = w - lr * gradient(w, rng.integers(n))
    return w


@sgd.violates(every_example_once_an_epoch)
def shuffled_in_the_middle(gradient, start, n, lr, epochs, rng):
    w, order = start, np.arange(n)
    for _ in range(epochs):
        for k in range(n):
            rng.shuffle(order)
            w = w - lr * gradient(w, order[k])
    return w


@sgd.violates(not_the_order_of_the_data)
def not_shuffled(gradient, start, n, lr, epochs, rng):
    w = start
    for _ in range(epochs):
        for i in range(n):
            w = w - lr * gradient(w, i)
    return w


@sgd.violates(another_order_each_epoch)
def shuffled_once(gradient, start, n, lr, epochs, rng):
    w, order = start, rng.permutation(n)
    for _ in range(epochs):
        for i in order:
            w = w - lr * gradient(w, i)
    return w


@sgd.violates(begins_at_the_start)
def begins_at_zero(gradient, start, n, lr, epochs, rng):
    w = np.zeros_like(start)
    for _ in range(epochs):
        for i in rng.permutation(n):
            w = w - lr * gradient(w, i)
    return w


@sgd.violates(moves)
def new_value_not_kept(gradient, start, n, lr, epochs, rng):
    w = start
    for _ in range(epochs):
        for i in rng.permutation(n):
            new = w - lr * gradient(w, i)
    return new


@sgd.violates(each_update_from_the_one_before)
def ascent(gradient, start, n, lr, epochs, rng):
    w = start
    for _ in range(epochs):
        for i in rng.permutation(n):
            w = w + lr * gradient(w, i)
    return w


@sgd.violates(each_update_from_the_one_before)
def one_update_after_all_examples(gradient, start, n, lr, epochs, rng):
    w = start
    for _ in range(epochs):
        w = w - lr * sum(gradient(w, i) for i in rng.permutation(n)) / n
    return w


@sgd.violates(each_update_from_the_one_before)
def learning_rate_forgotten(gradient, start, n, lr, epochs, rng):
    w = start
    for _ in range(epochs):
        for i in rng.permutation(n):
            w = w - gradient(w, i)
    return w


@sgd.violates(ends_after_the_last_update)
def point_before_the_last_update(gradient, start, n, lr, epochs, rng):
    w = before = start
    for _ in range(epochs):
        for i in rng.permutation(n):
            before, w = w, w - lr * gradient(w, i)
    return before


@sgd.violates(ends_after_the_last_update)
def mean_of_the_points(gradient, start, n, lr, epochs, rng):
    w, path = start, [start]
    for _ in range(epochs):
        for i in rng.permutation(n):
            w = w - lr * gradient(w, i)
            path.append(w)
    return np.mean(path, axis=0)


@sgd.violates(same_again)
def generator_of_its_own(gradient, start, n, lr, epochs, rng):
    w, rng = start, np.random.default_rng()
    for _ in range(epochs):
        for i in rng.permutation(n):
            w = w - lr * gradient(w, i)
    return w


@sgd.violates(same_again)
def global_random_numbers(gradient, start, n, lr, epochs, rng):
    w = start
    for _ in range(epochs):
        for i in np.random.permutation(n):
            w = w - lr * gradient(w, i)
    return w


# -------------------------------------------------------------------------------------------------- passes


def passes_cases(rng: np.random.Generator) -> list[Case]:
    # the run of the lecture notes, and shorter ones
    cases = [{"n": 199, "updates": 1000}, {"n": 2, "updates": 3}, {"n": 10, "updates": 10}]
    return cases + [{"n": int(n), "updates": int(n * part)} for n, part in zip(rng.integers(6, 30, 4), (0.4, 0.7, 1.6, 3.3))]


passes = Question(
    name="stochastic-gradient-descent/passes",
    cases=passes_cases,
    reference=lambda n, updates: (updates / n, n * (1 - 1 / n) ** updates),
    observe=entries("passes", "unseen"),
    parts=True,
    reading="stochastic-gradient-descent#epochs-and-updates",
    hints=[
        "An epoch is n examples. How many times n examples do `updates` updates see?",
        "What is the chance that one particular example is missed by one draw? By all of them? The draws are independent.",
        "The expected number of missed examples is the number of examples times the chance of each to be missed.",
    ],
)


@passes.misconception
def updates_as_epochs(n, updates):
    """You count every update as an epoch. An epoch is once through all n examples; an update with one example is the n-th part of it."""
    return updates, n * (1 - 1 / n) ** updates


@passes.misconception
def whole_epochs_only(n, updates):
    """You round the number of epochs down. Give it as a fraction: 15 updates on 10 examples are 1.5 epochs."""
    return updates // n, n * (1 - 1 / n) ** updates


@passes.misconception
def turned_round(n, updates):
    """You divided the wrong way round: more updates are more epochs."""
    return n / updates, n * (1 - 1 / n) ** updates


@passes.misconception
def every_draw_a_new_example(n, updates):
    """You count as if every draw found an example that was not drawn before. The draws are independent: an example can come again."""
    return updates / n, max(0, n - updates)


@passes.misconception
def share_instead_of_number(n, updates):
    """Your second number is the chance that one example is never drawn. The question asks for the expected number of such examples among all n."""
    return updates / n, (1 - 1 / n) ** updates


@passes.misconception
def seen_instead_of_unseen(n, updates):
    """Your second number counts the examples that were drawn at least once; the question asks for those that never were."""
    return updates / n, n - n * (1 - 1 / n) ** updates


@passes.misconception
def limit_for_many_examples(n, updates):
    """Your second number uses the exponential function, which is the limit for very many examples. With few, the exact value differs: multiply the
    chances of the single draws."""
    return updates / n, n * np.exp(-updates / n)


@passes.misconception
def always_one_epoch(n, updates):
    """Your second number is the one for n draws, whatever the number of updates is."""
    return updates / n, n * (1 - 1 / n) ** n


@passes.misconception
def none_unseen(n, updates):
    """You say that no example is left unseen. With independent draws some usually are, also after more than n draws."""
    return updates / n, 0


# -------------------------------------------------------------------------------------------- epochs until


def epochs_until_cases(rng: np.random.Generator) -> list[Case]:
    cases: list[Case] = []
    while len(cases) < 5:
        n, epochs = int(rng.integers(5, 9)), 10
        x, y = examples(rng, n)
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


epochs_until = Question(
    name="stochastic-gradient-descent/epochs-until",
    cases=epochs_until_cases,
    reference=epochs_until_reference,
    reading="stochastic-gradient-descent#when-to-stop",
    hints=[
        "An epoch is len(x) updates. Which rows of path are the points after one, two, three epochs?",
        "At such a point compute the mean squared error over all of x and y. `order` is not needed for that.",
        "The first epoch whose loss is below the tolerance is the answer; if the loop ends without one, return None.",
    ],
)


@epochs_until.misconception
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


@epochs_until.misconception
def loss_of_one_example_at_the_end_of_an_epoch(path, order, x, y, tolerance):
    """After each epoch you test the loss of the last example only. Test the loss over all examples."""
    n = len(x)
    for t in range(n, len(path), n):
        w, b = path[t]
        i = order[t - 1]
        if (w * x[i] + b - y[i]) ** 2 < tolerance:
            return t // n
    return None


@epochs_until.misconception
def tested_after_every_update(path, order, x, y, tolerance):
    """You test the loss after every update and return the number of that update. Test once an epoch, and return the number of epochs."""
    for t in range(1, len(path)):
        w, b = path[t]
        if np.mean((w * x + b - y) ** 2) < tolerance:
            return t
    return None


@epochs_until.misconception
def stopped_within_an_epoch(path, order, x, y, tolerance):
    """You test the loss after every update. One test costs as much as an epoch of updates, so the run would become many times slower:
    test at the end of each epoch only."""
    n = len(x)
    for t in range(1, len(path)):
        w, b = path[t]
        if np.mean((w * x + b - y) ** 2) < tolerance:
            return (t + n - 1) // n
    return None


@epochs_until.misconception
def start_tested(path, order, x, y, tolerance):
    """You test the start as well, and stop before the first update where it is good enough. Row 0 is no end of an epoch: the first that
    counts is row n."""
    n = len(x)
    for t in range(0, len(path), n):
        w, b = path[t]
        if np.mean((w * x + b - y) ** 2) < tolerance:
            return t // n
    return None


@epochs_until.misconception
def number_of_updates(path, order, x, y, tolerance):
    """You return the number of updates; the question asks for the number of epochs."""
    n = len(x)
    for t in range(n, len(path), n):
        w, b = path[t]
        if np.mean((w * x + b - y) ** 2) < tolerance:
            return t
    return None


@epochs_until.misconception
def counted_from_zero(path, order, x, y, tolerance):
    """Your number is one too small: the first epoch is number 1, and its end is row n of the path."""
    n = len(x)
    for epoch in range((len(path) - 1) // n):
        w, b = path[(epoch + 1) * n]
        if np.mean((w * x + b - y) ** 2) < tolerance:
            return epoch
    return None


@epochs_until.misconception
def rows_taken_for_epochs(path, order, x, y, tolerance):
    """You test the first rows of the path as if there were one row for each epoch. There is one for each update."""
    for epoch in range(1, (len(path) - 1) // len(x) + 1):
        w, b = path[epoch]
        if np.mean((w * x + b - y) ** 2) < tolerance:
            return epoch
    return None


@epochs_until.misconception
def all_epochs_when_never(path, order, x, y, tolerance):
    """Where the loss never falls below the tolerance you return the number of all epochs, as if the last one had reached it. The question
    asks for None then."""
    n = len(x)
    for t in range(n, len(path), n):
        w, b = path[t]
        if np.mean((w * x + b - y) ** 2) < tolerance:
            break
    return t // n


@epochs_until.misconception
def running_mean_of_the_losses(path, order, x, y, tolerance):
    """You average the losses of the single examples as they were met during the epoch, each at other parameters. That describes the
    epoch, not the point where it ended: test the loss over all examples at that point."""
    n = len(x)
    seen = [(path[t][0] * x[order[t]] + path[t][1] - y[order[t]]) ** 2 for t in range(len(order))]
    for epoch in range(len(order) // n):
        if np.mean(seen[epoch * n : (epoch + 1) * n]) < tolerance:
            return epoch + 1
    return None


@epochs_until.misconception
def sum_instead_of_mean(path, order, x, y, tolerance):
    """You compare the sum of the squared errors with the tolerance; the loss is their mean."""
    n = len(x)
    for t in range(n, len(path), n):
        w, b = path[t]
        if np.sum((w * x + b - y) ** 2) < tolerance:
            return t // n
    return None


@epochs_until.misconception
def always_none(path, order, x, y, tolerance):
    """Your answer is always None. Is the return missing, or is the comparison never true? Each epoch ends at a row of the path, and on
    most of these paths one of these rows is good enough."""
    return None


@epochs_until.misconception
def always_the_first(path, order, x, y, tolerance):
    """You always stop after the first epoch: is the comparison turned round?"""
    return 1


# ------------------------------------------------------------------------------------------ gradient noise


def gradient_noise_cases(rng: np.random.Generator) -> list[Case]:
    cases = []
    for n in (5, 3, 8, 12):
        x, y = examples(rng, n)
        cases.append({"w": float(rng.normal(0, 2)), "b": float(rng.normal(0, 2)), "x": x, "y": y})
    # at the least squares line: the mean gradient is zero, the single ones are not
    x, y = examples(rng, 6)
    w, b = map(float, LinearRegression(x, y).minimum)
    cases.append({"w": w, "b": b, "x": x, "y": y})
    # and on data without noise: there the single ones are zero too
    x = np.arange(1.0, 7.0)
    return [*cases, {"w": 2.0, "b": 0.0, "x": x, "y": 2 * x}]


def gradient_noise_reference(w, b, x, y):
    line = LinearRegression(x, y)
    return descent.batch_gradient_variance([line.gradient([w, b], np.array([i])) for i in range(line.n)])


gradient_noise = Question(
    name="stochastic-gradient-descent/gradient-noise",
    cases=gradient_noise_cases,
    reference=gradient_noise_reference,
    reading="stochastic-gradient-descent#data-without-noise",
    hints=[
        "First an array of shape (n, 2): row i is the gradient of example i. Its mean over the rows is the full gradient.",
        "The squared distance of a row from the mean is the sum over both parameters of the squared differences.",
        "Add over the parameters, average over the examples.",
    ],
)


@gradient_noise.misconception
def mean_not_subtracted(w, b, x, y):
    """You average the squared lengths of the gradients. The noise is how far they scatter around the full gradient: subtract that first."""
    e = w * x + b - y
    return np.mean((2 * e * x) ** 2 + (2 * e) ** 2)


@gradient_noise.misconception
def divided_by_n_minus_one(w, b, x, y):
    """You divided by n - 1, as for a sample from something larger. Here all n examples there are can be drawn: it is a plain mean over n."""
    e = w * x + b - y
    return np.var(2 * e * x, ddof=1) + np.var(2 * e, ddof=1)


@gradient_noise.misconception
def averaged_over_parameters(w, b, x, y):
    """You averaged over the two parameters as well. A squared distance adds up over the coordinates; only the examples are averaged."""
    e = w * x + b - y
    return (np.var(2 * e * x) + np.var(2 * e)) / 2


@gradient_noise.misconception
def all_entries_in_one(w, b, x, y):
    """You took the variance of all entries together, so the derivatives by w and by b scatter around a common mean. Each parameter has its own."""
    e = w * x + b - y
    return np.var([2 * e * x, 2 * e])


@gradient_noise.misconception
def one_variance_a_parameter(w, b, x, y):
    """You return one variance for each parameter; the squared distance is their sum, one number."""
    e = w * x + b - y
    return np.var(2 * e * x), np.var(2 * e)


@gradient_noise.misconception
def square_root(w, b, x, y):
    """You took a root at the end. That is the root mean squared distance; the question asks for the mean squared one."""
    e = w * x + b - y
    return np.sqrt(np.var(2 * e * x) + np.var(2 * e))


@gradient_noise.misconception
def mean_distance(w, b, x, y):
    """You average the distances themselves; the question asks for the mean of their squares."""
    e = w * x + b - y
    g = np.stack([2 * e * x, 2 * e], axis=1)
    return np.mean(np.linalg.norm(g - g.mean(axis=0), axis=1))


@gradient_noise.misconception
def summed_over_examples(w, b, x, y):
    """You added up over the examples; the question asks for the mean."""
    e = w * x + b - y
    return len(x) * (np.var(2 * e * x) + np.var(2 * e))


@gradient_noise.misconception
def missing_factor_two(w, b, x, y):
    """Your result is a quarter of what it should be: the gradients lack the factor 2 of the derivative of the square."""
    e = w * x + b - y
    return np.var(e * x) + np.var(e)


@gradient_noise.misconception
def scatter_of_the_losses(w, b, x, y):
    """You took the variance of the losses. It is the gradients that move the parameters."""
    return np.var((w * x + b - y) ** 2)


@gradient_noise.misconception
def only_by_w(w, b, x, y):
    """The derivatives by b are missing in your sum: the gradient has two entries."""
    return np.var(2 * (w * x + b - y) * x)


# --------------------------------------------------------------------------------------------- noise floor


def noise_floor_cases(rng: np.random.Generator) -> list[Case]:
    cases = []
    for product in (0.01, 0.3, 1.0, 1.5, 1.9):
        curvature = float(rng.uniform(0.3, 4))
        cases.append({"lr": product / curvature, "curvature": curvature, "variance": float(rng.uniform(0.2, 5))})
    return cases


noise_floor = Question(
    name="stochastic-gradient-descent/noise-floor",
    cases=noise_floor_cases,
    reference=descent.noise_floor,
    reading="stochastic-gradient-descent#the-noise-floor",
    hints=[
        "At the floor an update changes nothing on average: put D on both sides of the equation.",
        "Bring the D to one side: D · (1 - (1 - lr·curvature)²) = lr² · variance.",
        "1 - (1 - z)² = z (2 - z), which cancels one lr.",
    ],
)


@noise_floor.misconception
def small_rate_only(lr, curvature, variance):
    """Your formula is the limit for small learning rates, lr·variance / (2·curvature). The question asks for the exact value: keep the square of the
    factor (1 - lr·curvature) whole."""
    return lr * variance / (2 * curvature)


@noise_floor.misconception
def factor_not_squared(lr, curvature, variance):
    """You multiply the squared distance by the factor itself. The distance shrinks by 1 - lr·curvature, so its square shrinks by the square of
    that."""
    return lr * variance / curvature


@noise_floor.misconception
def noise_of_one_update(lr, curvature, variance):
    """This is the noise that a single update adds. It piles up: what earlier updates added is shrunk, but not gone, when the next is added."""
    return lr**2 * variance


@noise_floor.misconception
def learning_rate_not_squared(lr, curvature, variance):
    """You add lr·variance in each update. The noise is multiplied by lr, so its square is multiplied by lr²."""
    return variance / (curvature * (2 - lr * curvature))


@noise_floor.misconception
def noise_not_scaled(lr, curvature, variance):
    """You add the variance of the gradient as it is. The gradient is multiplied by lr before it moves anything."""
    return variance / (lr * curvature * (2 - lr * curvature))


@noise_floor.misconception
def square_root(lr, curvature, variance):
    """You took a root at the end. The question asks for the mean squared distance."""
    return np.sqrt(lr * variance / (curvature * (2 - lr * curvature)))


@noise_floor.misconception
def goes_to_zero(lr, curvature, variance):
    """You expect the run to settle in the minimum. It would, if the gradients had no noise; with a constant learning rate each update adds
    some again."""
    return 0.0


@noise_floor.misconception
def curvature_forgotten(lr, curvature, variance):
    """The curvature is missing in your denominator: a steeper bowl pulls back more strongly."""
    return lr * variance / (2 - lr * curvature)


@noise_floor.misconception
def wrong_sign_in_the_denominator(lr, curvature, variance):
    """The sign in your denominator is wrong: the closer the learning rate comes to 2/curvature, the higher the floor rises."""
    return lr * variance / (curvature * (2 + lr * curvature))


# ----------------------------------------------------------------------------------------- decreasing rate


def decreasing_rate_cases(rng: np.random.Generator) -> list[Case]:
    cases = []
    for n, epochs in ((4, 3), (3, 5), (7, 2), (5, 6)):
        x, y = examples(rng, n)
        cases.append(
            {
                "w": float(rng.normal()),
                "b": float(rng.normal()),
                "x": x,
                "y": y,
                "lr": float(rng.uniform(0.03, 0.07)),
                "orders": [rng.permutation(n) for _ in range(epochs)],
            }
        )
    return cases


def decreasing_rate_reference(w, b, x, y, lr, orders):
    return descent.stochastic_gradient_descent(
        LinearRegression(x, y), [w, b], lr=lambda t: lr / (1 + t / len(x)), epochs=1, batches=one_by_one(np.concatenate(orders))
    ).params


decreasing_rate = Question(
    name="stochastic-gradient-descent/decreasing-rate",
    cases=decreasing_rate_cases,
    reference=decreasing_rate_reference,
    reading="stochastic-gradient-descent#a-decreasing-learning-rate",
    hints=[
        "Keep a counter t of all updates made so far. Where must it be set to 0, and where does it grow?",
        "Compute the rate of each update from the lr that you were given, never from the rate before.",
        "The very first update has t = 0, so its rate is lr.",
    ],
)


@decreasing_rate.misconception
def rate_stays(w, b, x, y, lr, orders):
    """Your learning rate stays constant. It should fall with every update."""
    path = [(w, b)]
    for order in orders:
        for i in order:
            e = w * x[i] + b - y[i]
            w, b = w - lr * 2 * e * x[i], b - lr * 2 * e
            path.append((w, b))
    return path


@decreasing_rate.misconception
def begins_again_each_epoch(w, b, x, y, lr, orders):
    """Your count of updates begins again in each epoch, so the rate jumps back up. t counts the updates of the whole run."""
    path, n = [(w, b)], len(x)
    for order in orders:
        for t, i in enumerate(order):
            e, eta = w * x[i] + b - y[i], lr / (1 + t / n)
            w, b = w - eta * 2 * e * x[i], b - eta * 2 * e
            path.append((w, b))
    return path


@decreasing_rate.misconception
def constant_within_an_epoch(w, b, x, y, lr, orders):
    """Your rate falls only from epoch to epoch. In the formula t counts updates, so t / n grows with each of them."""
    path = [(w, b)]
    for epoch, order in enumerate(orders):
        eta = lr / (1 + epoch)
        for i in order:
            e = w * x[i] + b - y[i]
            w, b = w - eta * 2 * e * x[i], b - eta * 2 * e
            path.append((w, b))
    return path


@decreasing_rate.misconception
def epochs_for_updates(w, b, x, y, lr, orders):
    """You put the number of the epoch in the place of t. In the formula t counts updates, n times as many."""
    path, n = [(w, b)], len(x)
    for epoch, order in enumerate(orders):
        eta = lr / (1 + epoch / n)
        for i in order:
            e = w * x[i] + b - y[i]
            w, b = w - eta * 2 * e * x[i], b - eta * 2 * e
            path.append((w, b))
    return path


@decreasing_rate.misconception
def counted_from_one(w, b, x, y, lr, orders):
    """Your first update already has a smaller rate: t is the number of updates made before, so it is 0 at the first."""
    path, n, t = [(w, b)], len(x), 0
    for order in orders:
        for i in order:
            t += 1
            e, eta = w * x[i] + b - y[i], lr / (1 + t / n)
            w, b = w - eta * 2 * e * x[i], b - eta * 2 * e
            path.append((w, b))
    return path


@decreasing_rate.misconception
def compounded(w, b, x, y, lr, orders):
    """You divide the rate of the update before, so the divisions pile up and the rate falls far too fast. Compute each rate from the lr at
    the beginning."""
    path, n, t = [(w, b)], len(x), 0
    for order in orders:
        for i in order:
            lr = lr / (1 + t / n)
            e = w * x[i] + b - y[i]
            w, b = w - lr * 2 * e * x[i], b - lr * 2 * e
            path.append((w, b))
            t += 1
    return path


@decreasing_rate.misconception
def n_forgotten(w, b, x, y, lr, orders):
    """Your rate is lr / (1 + t): after one epoch it would be down to a small part already. In the formula t is divided by n."""
    path, t = [(w, b)], 0
    for order in orders:
        for i in order:
            e, eta = w * x[i] + b - y[i], lr / (1 + t)
            w, b = w - eta * 2 * e * x[i], b - eta * 2 * e
            path.append((w, b))
            t += 1
    return path


@decreasing_rate.misconception
def parenthesis_forgotten(w, b, x, y, lr, orders):
    """You wrote lr / 1 + t / n, which adds t / n to the rate, so that it grows. The denominator needs its parentheses."""
    path, n, t = [(w, b)], len(x), 0
    for order in orders:
        for i in order:
            e, eta = w * x[i] + b - y[i], lr / 1 + t / n
            w, b = w - eta * 2 * e * x[i], b - eta * 2 * e
            path.append((w, b))
            t += 1
    return path


@decreasing_rate.misconception
def gradients_scaled_twice(w, b, x, y, lr, orders):
    """Your rate falls like the square of what is asked: the denominator is applied twice."""
    path, n, t = [(w, b)], len(x), 0
    for order in orders:
        for i in order:
            e, eta = w * x[i] + b - y[i], lr / (1 + t / n) ** 2
            w, b = w - eta * 2 * e * x[i], b - eta * 2 * e
            path.append((w, b))
            t += 1
    return path


@decreasing_rate.misconception
def start_left_out(w, b, x, y, lr, orders):
    """Your path begins after the first update. The start belongs to it, as row 0."""
    path, n, t = [], len(x), 0
    for order in orders:
        for i in order:
            e, eta = w * x[i] + b - y[i], lr / (1 + t / n)
            w, b = w - eta * 2 * e * x[i], b - eta * 2 * e
            path.append((w, b))
            t += 1
    return path


QUESTIONS = [
    example_gradient,
    bias,
    draw,
    epoch_order,
    sgd_epoch,
    sgd,
    passes,
    epochs_until,
    gradient_noise,
    noise_floor,
    decreasing_rate,
]
