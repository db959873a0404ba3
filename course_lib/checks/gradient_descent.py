"""What the problem set on gradient descent expects, and the mistakes it knows."""

from __future__ import annotations

import numpy as np

from course_lib import descent
from course_lib.checks.declaration import Case, Question, call
from course_lib.problems import LinearRegression, Problem, Quadratic
from course_lib.problems import numerical_gradient as central_differences


def examples(rng: np.random.Generator, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Points near a line, never on it, so that no error is zero by chance."""
    x = rng.uniform(-3, 3, n)
    return x, rng.uniform(-2, 2) * x + rng.uniform(-2, 2) + rng.normal(0, 0.5, n)


# ---------------------------------------------------------------------------------------------------- cost


def cost_cases(rng: np.random.Generator) -> list[Case]:
    cases = []
    for n in (1, 3, 4, 7, 12):
        x, y = examples(rng, n)
        cases.append({"w": float(rng.normal(1, 2)), "x": x, "y": y})
    return cases


cost = Question(
    name="gradient-descent/cost",
    cases=cost_cases,
    reference=lambda w, x, y: LinearRegression(x, y, fit_intercept=False).loss([w]),
    reading="gradient-descent#the-cost-curve",
    hints=[
        "First compute all predictions at once: w times the array x.",
        "The error of each example is prediction minus target; square it.",
        "np.mean takes the mean over the examples.",
    ],
)


@cost.misconception
def sum_instead_of_mean(w, x, y):
    """You added the squared errors up, but the cost is their mean: it should not grow because there are more examples."""
    return np.sum((w * x - y) ** 2)


@cost.misconception
def half_the_mean(w, x, y):
    """Your cost is half of what is asked. Some texts put a factor 1/2 in front, to cancel the 2 of the derivative; the formula
    here has none."""
    return np.mean((w * x - y) ** 2) / 2


@cost.misconception
def not_squared(w, x, y):
    """You took the mean of the errors without squaring them, so errors above and below the line cancel."""
    return np.mean(w * x - y)


@cost.misconception
def absolute_error(w, x, y):
    """You took the absolute value of the errors; the formula squares them."""
    return np.mean(np.abs(w * x - y))


@cost.misconception
def square_of_the_mean(w, x, y):
    """You squared the mean error, but the cost is the mean of the squared errors: square first, then average."""
    return np.mean(w * x - y) ** 2


@cost.misconception
def root_of_the_mean(w, x, y):
    """You took the square root at the end. That is the root mean squared error; the cost here is without the root."""
    return np.sqrt(np.mean((w * x - y) ** 2))


@cost.misconception
def divided_by_n_minus_one(w, x, y):
    """You divided by n - 1, as for a sample variance. The cost is a plain mean over the n examples."""
    return np.sum((w * x - y) ** 2) / (len(x) - 1)


@cost.misconception
def all_pairs(w, x, y):
    """Your predictions and your targets have different shapes, (n, 1) and (n,), so the subtraction compared every prediction with
    every target, an (n, n) table. Both should have shape (n,)."""
    return np.mean((w * x[:, None] - y) ** 2)


# -------------------------------------------------------------------------------------------------- search


def search_cases(rng: np.random.Generator) -> list[Case]:
    cases = []
    # where the minimum lies relative to the interval: inside, beyond each end
    for place in (0.37, 1.4, -0.3, 0.81, 2.0):
        low = float(rng.uniform(-5, 0))
        high = low + float(rng.uniform(2, 8))
        bottom, curvature, level = low + place * (high - low), float(rng.uniform(0.5, 3)), float(rng.uniform(1, 9))

        def cost(w, bottom=bottom, curvature=curvature, level=level):
            """a function cost(w)"""
            return level + curvature * (w - bottom) ** 2

        cases.append({"cost": cost, "low": low, "high": high, "count": int(rng.integers(5, 30))})
    return cases


class _Cost(Problem):
    """A cost given as a function, as the exercises hand it over."""

    n = 1

    def __init__(self, cost, d: int = 1) -> None:
        self.cost, self.d = cost, d

    def loss(self, w, batch=None):
        return self.cost(w if self.d > 1 else w[0])

    def gradient(self, w, batch=None):
        raise TypeError("only the cost is given")


search = Question(
    name="gradient-descent/search",
    cases=search_cases,
    reference=lambda cost, low, high, count: descent.exhaustive_search(_Cost(cost), np.linspace(low, high, count)).best[0],
    reading="gradient-descent#before-gradient-descent-trying-everything",
    hints=[
        "Make an array of the candidates first, then an array of their costs.",
        "np.linspace(low, high, count) includes both ends; np.arange leaves the end out.",
        "np.argmin gives the position of the smallest cost. What stands at that position among the candidates?",
    ],
)


@search.misconception
def leaves_out_the_end(cost, low, high, count):
    """Your grid leaves out its end point `high`: np.arange(low, high, step) stops before it. On some of these problems `high` is the
    best candidate."""
    candidates = low + (high - low) / (count - 1) * np.arange(count - 1)
    return candidates[np.argmin([cost(w) for w in candidates])]


@search.misconception
def one_step_too_many(cost, low, high, count):
    """Your candidates are (high - low) / count apart, so they stop short of `high`. From the first to the last of `count` points there are
    count - 1 steps."""
    candidates = np.linspace(low, high, count, endpoint=False)
    return candidates[np.argmin([cost(w) for w in candidates])]


@search.misconception
def largest_cost(cost, low, high, count):
    """You kept the candidate of largest cost. Look for the smallest."""
    candidates = np.linspace(low, high, count)
    return candidates[np.argmax([cost(w) for w in candidates])]


@search.misconception
def returns_the_cost(cost, low, high, count):
    """You returned the lowest cost; the question asks for the w at which the cost is lowest."""
    return min(cost(w) for w in np.linspace(low, high, count))


@search.misconception
def returns_the_position(cost, low, high, count):
    """You returned the position of the best candidate in the grid; the question asks for the candidate itself."""
    return np.argmin([cost(w) for w in np.linspace(low, high, count)])


@search.misconception
def first_candidate(cost, low, high, count):
    """You always return the first candidate, `low`. Is the best candidate replaced when a better one is found?"""
    return low


@search.misconception
def last_candidate(cost, low, high, count):
    """You always return the last candidate, `high`. The comparison that keeps only a better candidate is missing or always true."""
    return high


# ------------------------------------------------------------------------------------------------ gradient


def gradient_cases(rng: np.random.Generator) -> list[Case]:
    cases = []
    for n in (1, 3, 5, 8, 12):
        x, y = examples(rng, n)
        cases.append({"w": float(rng.normal(0, 2)), "b": float(rng.normal(0, 2)), "x": x, "y": y})
    return cases


gradient = Question(
    name="gradient-descent/gradient",
    cases=gradient_cases,
    reference=lambda w, b, x, y: tuple(LinearRegression(x, y).gradient([w, b])),
    reading="gradient-descent#the-gradient",
    hints=[
        "Write the error of one example, e = w x + b - y, and differentiate e² by w and by b with the chain rule.",
        "de/dw is x, de/db is 1; both derivatives carry the factor 2 of the square.",
        "Return the mean over the examples, as a pair (dw, db).",
    ],
)


@gradient.misconception
def opposite_sign(w, b, x, y):
    """Your gradient has the opposite sign: it points downhill. The gradient points uphill, which is why the update subtracts it."""
    e = w * x + b - y
    return -2 * np.mean(e * x), -2 * np.mean(e)


@gradient.misconception
def missing_factor_two(w, b, x, y):
    """The factor 2 is missing: the derivative of e² is 2e times the derivative of e."""
    e = w * x + b - y
    return np.mean(e * x), np.mean(e)


@gradient.misconception
def sum_instead_of_mean(w, b, x, y):
    """You added the gradients of the examples up; the cost is a mean, so its gradient is the mean of theirs."""
    e = w * x + b - y
    return 2 * np.sum(e * x), 2 * np.sum(e)


@gradient.misconception
def mean_taken_twice(w, b, x, y):
    """You divided by the number of examples twice: np.mean already divides once."""
    e = w * x + b - y
    return 2 * np.mean(e * x) / len(x), 2 * np.mean(e) / len(x)


@gradient.misconception
def x_forgotten(w, b, x, y):
    """In the derivative by w the inner derivative is missing: w x + b changes by x when w changes by 1."""
    e = w * x + b - y
    return 2 * np.mean(e), 2 * np.mean(e)


@gradient.misconception
def x_in_both(w, b, x, y):
    """The derivative by b carries a factor x that does not belong there: w x + b changes by 1 when b changes by 1."""
    e = w * x + b - y
    return 2 * np.mean(e * x), 2 * np.mean(e * x)


@gradient.misconception
def swapped(w, b, x, y):
    """Your two derivatives are swapped: return (dw, db), the one by w first."""
    e = w * x + b - y
    return 2 * np.mean(e), 2 * np.mean(e * x)


@gradient.misconception
def product_of_means(w, b, x, y):
    """You multiplied the mean error by the mean of x. The mean of a product is not the product of the means: multiply example by
    example, then take the mean."""
    e = w * x + b - y
    return 2 * np.mean(e) * np.mean(x), 2 * np.mean(e)


@gradient.misconception
def intercept_left_out(w, b, x, y):
    """Your errors leave the intercept b out: the prediction is w x + b."""
    e = w * x - y
    return 2 * np.mean(e * x), 2 * np.mean(e)


# -------------------------------------------------------------------------------------- numerical gradient


def numerical_gradient_cases(rng: np.random.Generator) -> list[Case]:
    cases = []
    for d in (1, 2, 3, 4, 2):
        a, c, k = rng.normal(size=d), rng.normal(size=d), rng.uniform(0.5, 1.5, size=d)

        def f(w, a=a, c=c, k=k):
            """a function f(w) of an array w"""
            # each variable enters in its own way and all of them together, so that none can stand in for another
            return float(np.sum(a * w**3 + np.sin(k * w)) + 0.3 * np.dot(c, w) ** 2)

        cases.append({"f": f, "w": rng.normal(size=d), "h": float(rng.choice([1e-2, 3e-3, 1e-3]))})
    return cases


def moved_back(answer, case: Case):
    """Call the answer. An entry of w that it moved and moved back again may be off by a rounding: that is no change of w."""
    before = case["w"].copy()
    result = call(answer, case)
    if np.allclose(case["w"], before, rtol=1e-14, atol=1e-14):
        case["w"][...] = before
    return result


numerical_gradient = Question(
    name="gradient-descent/numerical-gradient",
    cases=numerical_gradient_cases,
    reference=lambda f, w, h: central_differences(_Cost(lambda v: f(np.atleast_1d(v)), len(w)), w, h=h),
    observe=moved_back,
    reading="gradient-descent#checking-a-gradient",
    rtol=1e-6,
    atol=1e-8,
    hints=[
        "One coordinate at a time: make a copy of w in which only entry j is larger by h, and one in which it is smaller by h.",
        "The two points are 2h apart, so divide the difference of f by 2h.",
        "Start from np.zeros_like(w) for the result and fill entry j in a loop over j.",
    ],
)


@numerical_gradient.misconception
def forward_difference(f, w, h):
    """You took the difference between w + h and w. It is right in the limit, but its error shrinks like h; the central difference between
    w + h and w - h, which is asked for, has an error like h²."""
    return np.array([(f(w + h * e) - f(w)) / h for e in np.eye(len(w))])


@numerical_gradient.misconception
def backward_difference(f, w, h):
    """You took the difference between w and w - h. The central difference, which is asked for, looks h ahead and h back."""
    return np.array([(f(w) - f(w - h * e)) / h for e in np.eye(len(w))])


@numerical_gradient.misconception
def divided_by_h(f, w, h):
    """You divided by h, but the points w + h and w - h are 2h apart: the slope comes out twice too large."""
    return np.array([(f(w + h * e) - f(w - h * e)) / h for e in np.eye(len(w))])


@numerical_gradient.misconception
def multiplied_by_half_h(f, w, h):
    """You wrote ... / 2 * h, which divides by 2 and multiplies by h. Put parentheses around the denominator: (2 * h)."""
    return np.array([(f(w + h * e) - f(w - h * e)) / 2 * h for e in np.eye(len(w))])


@numerical_gradient.misconception
def all_coordinates_at_once(f, w, h):
    """You moved all coordinates at the same time, so every entry holds the same slope, the one along the diagonal. Move only entry j
    for the j-th partial derivative."""
    return np.full(len(w), (f(w + h) - f(w - h)) / (2 * h))


@numerical_gradient.misconception
def not_moved_back(f, w, h):
    """You moved coordinate j and did not move it back, so the later coordinates are measured at another point."""
    w, slopes = w.copy(), []
    for j in range(len(w)):
        w[j] += h
        above = f(w)
        w[j] -= 2 * h
        slopes.append((above - f(w)) / (2 * h))
    return np.array(slopes)


@numerical_gradient.misconception
def step_below_the_rounding(f, w, h):
    """You use a step of your own, so small that w + h and w are nearly the same number: what is left of the difference is rounding, and
    dividing by a tiny h makes it huge. Use the h that you are given."""
    h = 1e-15
    return np.array([(f(w + h * e) - f(w - h * e)) / (2 * h) for e in np.eye(len(w))])


@numerical_gradient.misconception
def step_near_the_rounding(f, w, h):
    """You use a step of your own, so small that f ahead and f behind agree in nearly all their digits: hardly any are left in the
    difference. Use the h that you are given."""
    h = 1e-12
    return np.array([(f(w + h * e) - f(w - h * e)) / (2 * h) for e in np.eye(len(w))])


@numerical_gradient.misconception
def step_of_ones_own(f, w, h):
    """You use a step of your own; this is the slope as it is for a much smaller h. Use the h that you are given."""
    h = 1e-6
    return np.array([(f(w + h * e) - f(w - h * e)) / (2 * h) for e in np.eye(len(w))])


@numerical_gradient.misconception
def opposite_sign(f, w, h):
    """Your slopes have the opposite sign: take f ahead minus f behind."""
    return np.array([(f(w - h * e) - f(w + h * e)) / (2 * h) for e in np.eye(len(w))])


# ----------------------------------------------------------------------------------------- matrix gradient


def matrix_gradient_cases(rng: np.random.Generator) -> list[Case]:
    # one square X, where a missing transpose raises no error
    shapes = ((6, 2), (3, 3), (9, 1), (4, 5), (12, 3))
    return [{"w": rng.normal(size=d), "X": rng.normal(size=(n, d)), "y": rng.normal(size=n)} for n, d in shapes]


matrix_gradient = Question(
    name="gradient-descent/matrix-gradient",
    cases=matrix_gradient_cases,
    reference=lambda w, X, y: LinearRegression(X, y, fit_intercept=False).gradient(w),
    reading="gradient-descent#all-examples-at-once",
    hints=[
        "X @ w holds the prediction of every example; its shape is (n,).",
        "The gradient of one example is 2 (x·w - y) x. Adding these up over the rows of X is a product with the transpose of X.",
        "Check the shapes: (d, n) @ (n,) gives (d,), the shape of w. How many examples are there to divide by?",
    ],
)


@matrix_gradient.misconception
def predictions_as_a_column(w, X, y):
    """Your predictions are a column of shape (n, 1), the targets an array of shape (n,). Their difference is an (n, n) table, of every
    prediction with every target: keep both to the shape (n,)."""
    return 2 / len(y) * X.T @ (X @ w[:, None] - y)


@matrix_gradient.misconception
def targets_as_a_column(w, X, y):
    """Your targets are a column of shape (n, 1), the predictions an array of shape (n,). Their difference is an (n, n) table, of every
    prediction with every target: keep both to the shape (n,)."""
    return 2 / len(y) * X.T @ (X @ w - y[:, None])


@matrix_gradient.misconception
def opposite_sign(w, X, y):
    """Your gradient has the opposite sign: the error is prediction minus target, X @ w - y."""
    return 2 / len(y) * X.T @ (y - X @ w)


@matrix_gradient.misconception
def sum_instead_of_mean(w, X, y):
    """You added the gradients of the examples up without dividing by their number n."""
    return 2 * X.T @ (X @ w - y)


@matrix_gradient.misconception
def missing_factor_two(w, X, y):
    """The factor 2 is missing: the derivative of a square is twice the base."""
    return X.T @ (X @ w - y) / len(y)


@matrix_gradient.misconception
def divided_by_parameters(w, X, y):
    """You divided by the number of parameters d; the mean is over the n examples, the rows of X."""
    return 2 / X.shape[1] * X.T @ (X @ w - y)


@matrix_gradient.misconception
def divided_by_all_entries(w, X, y):
    """You divided by X.size, which is n times d; the mean is over the n examples."""
    return 2 / X.size * X.T @ (X @ w - y)


@matrix_gradient.misconception
def mean_over_everything(w, X, y):
    """You took the mean over all entries, so one number came out for all parameters. Only the examples are averaged: each parameter keeps
    its own derivative."""
    return np.full(len(w), 2 * np.mean((X @ w - y)[:, None] * X))


@matrix_gradient.misconception
def mean_error_times_mean_input(w, X, y):
    """You multiplied the mean error by the mean of each column. The mean of a product is not the product of the means."""
    return 2 * np.mean(X @ w - y) * X.mean(axis=0)


# ---------------------------------------------------------------------------------------- gradient descent


def bowl_gradient(A: np.ndarray, minimum: np.ndarray):
    bowl = Quadratic(A, minimum)

    def gradient(w):
        """a function gradient(w) that returns an array of the shape of w"""
        return bowl.gradient(w)

    return gradient


def gradient_descent_cases(rng: np.random.Generator) -> list[Case]:
    cases = []
    for d, epochs in ((1, 5), (2, 8), (3, 1), (2, 30), (4, 12)):
        A = np.diag(rng.uniform(0.5, 2, d)) + 0.1
        cases.append(
            {
                "gradient": bowl_gradient(A, rng.normal(size=d)),
                "start": rng.normal(0, 3, size=d),
                "lr": float(rng.uniform(0.05, 0.6)),
                "epochs": epochs,
            }
        )
    return cases


class _Slope(Problem):
    """A gradient given as a function, with a cost that says nothing."""

    n = 1

    def __init__(self, gradient, d: int, cost=lambda w: 0.0) -> None:
        self.slope, self.d, self.cost = gradient, d, cost

    def loss(self, w, batch=None):
        return self.cost(w)

    def gradient(self, w, batch=None):
        return self.slope(w)


gradient_descent = Question(
    name="gradient-descent/gradient-descent",
    cases=gradient_descent_cases,
    reference=lambda gradient, start, lr, epochs: (
        descent.gradient_descent(_Slope(gradient, len(start)), start, lr=lr, epochs=epochs).params
    ),
    reading="gradient-descent#the-update",
    hints=[
        "Before the loop: a copy of start, and a list that holds a copy of it.",
        "In each epoch: compute the gradient where you are now, take the step, append a copy.",
        "epochs updates make epochs + 1 points, the start included. np.array(list) stacks them.",
    ],
)


@gradient_descent.misconception
def ascent(gradient, start, lr, epochs):
    """You walk uphill: the gradient points to where the cost grows, so the update subtracts it."""
    path = [start.copy()]
    for _ in range(epochs):
        path.append(path[-1] + lr * gradient(path[-1]))
    return np.array(path)


@gradient_descent.misconception
def stale_gradient(gradient, start, lr, epochs):
    """You use the gradient of the start in every step. The slope changes as you walk: compute it again inside the loop, where you
    stand."""
    g, path = gradient(start), [start.copy()]
    for _ in range(epochs):
        path.append(path[-1] - lr * g)
    return np.array(path)


@gradient_descent.misconception
def history_of_one_array(gradient, start, lr, epochs):
    """All rows are the same, the last point: you appended the very array that you go on changing. A list holds references, so append a
    copy."""
    w = start.copy()
    path = [w]
    for _ in range(epochs):
        w -= lr * gradient(w)
        path.append(w)
    return np.array(path)


@gradient_descent.misconception
def never_moves(gradient, start, lr, epochs):
    """You never leave the start: the new point is computed but not kept for the next step. Assigning to a name inside a function
    changes nothing outside it."""
    return np.array([start] * (epochs + 1))


@gradient_descent.misconception
def learning_rate_forgotten(gradient, start, lr, epochs):
    """Your steps are not multiplied by the learning rate."""
    path = [start.copy()]
    for _ in range(epochs):
        path.append(path[-1] - gradient(path[-1]))
    return np.array(path)


@gradient_descent.misconception
def start_left_out(gradient, start, lr, epochs):
    """Your path begins after the first update. The start belongs to it, as row 0: epochs updates make epochs + 1 points."""
    w, path = start.copy(), []
    for _ in range(epochs):
        w = w - lr * gradient(w)
        path.append(w)
    return np.array(path)


@gradient_descent.misconception
def end_left_out(gradient, start, lr, epochs):
    """Your path lacks the last point. Either you record before each update, so that the result of the last one is lost, or you make one
    update too few: epochs updates make epochs + 1 points."""
    w, path = start.copy(), []
    for _ in range(epochs):
        path.append(w)
        w = w - lr * gradient(w)
    return np.array(path)


@gradient_descent.misconception
def one_update_too_many(gradient, start, lr, epochs):
    """You make one update too many: range(epochs + 1) runs epochs + 1 times."""
    path = [start.copy()]
    for _ in range(epochs + 1):
        path.append(path[-1] - lr * gradient(path[-1]))
    return np.array(path)


@gradient_descent.misconception
def only_the_last_point(gradient, start, lr, epochs):
    """You return only the last point; the question asks for the whole path, one row a point."""
    w = start.copy()
    for _ in range(epochs):
        w = w - lr * gradient(w)
    return w


@gradient_descent.misconception
def direction_only(gradient, start, lr, epochs):
    """You divide the gradient by its length, so every step is equally long. Plain gradient descent takes shorter steps where the slope
    is gentler."""
    path = [start.copy()]
    for _ in range(epochs):
        g = gradient(path[-1])
        path.append(path[-1] - lr * g / np.linalg.norm(g))
    return np.array(path)


# --------------------------------------------------------------------------------------------------- train


def train_cases(rng: np.random.Generator) -> list[Case]:
    cases = []
    for n, epochs in ((5, 4), (3, 10), (8, 1), (6, 60)):
        x, y = examples(rng, n)
        cases.append({"x": x, "y": y, "lr": float(rng.uniform(0.01, 0.08)), "epochs": epochs})
    return cases


def train_reference(x, y, lr, epochs):
    run = descent.gradient_descent(LinearRegression(x, y), [0.0, 0.0], lr=lr, epochs=epochs)
    w, b = run.params[-1]
    return w, b, run.loss[:-1]


train = Question(
    name="gradient-descent/train",
    cases=train_cases,
    reference=train_reference,
    reading="gradient-descent#a-line-with-an-intercept",
    hints=[
        "Your functions for the cost and the gradient hold nearly all of it; the cost needs the intercept too.",
        "In each epoch: errors from the current w and b, the loss from these errors, both derivatives from these errors, then both updates.",
        "Compute dw and db before you change either w or b.",
    ],
)


@train.misconception
def update_for_every_example(x, y, lr, epochs):
    """You update inside the loop over the examples. That is stochastic gradient descent: in batch gradient descent all examples are
    looked at first, and one update follows from their mean."""
    w = b = 0.0
    losses = []
    for _ in range(epochs):
        losses.append(np.mean((w * x + b - y) ** 2))
        for xi, yi in zip(x, y):
            e = w * xi + b - yi
            w, b = w - lr * 2 * e * xi, b - lr * 2 * e
    return w, b, losses


@train.misconception
def one_after_the_other(x, y, lr, epochs):
    """You update w first and compute the derivative by b with the new w. Both derivatives belong to the same point: compute both, then
    update both."""
    w = b = 0.0
    losses = []
    for _ in range(epochs):
        losses.append(np.mean((w * x + b - y) ** 2))
        w -= lr * 2 * np.mean((w * x + b - y) * x)
        b -= lr * 2 * np.mean(w * x + b - y)
    return w, b, losses


@train.misconception
def loss_after_the_update(x, y, lr, epochs):
    """Your losses are recorded after each update; the question asks for the loss at the beginning of each epoch, so that the first is
    the loss of the untrained line."""
    w = b = 0.0
    losses = []
    for _ in range(epochs):
        e = w * x + b - y
        w, b = w - lr * 2 * np.mean(e * x), b - lr * 2 * np.mean(e)
        losses.append(np.mean((w * x + b - y) ** 2))
    return w, b, losses


@train.misconception
def loss_of_the_last_example(x, y, lr, epochs):
    """Your losses are those of the last example alone; the loss is the mean over all of them."""
    w = b = 0.0
    losses = []
    for _ in range(epochs):
        e = w * x + b - y
        losses.append(e[-1] ** 2)
        w, b = w - lr * 2 * np.mean(e * x), b - lr * 2 * np.mean(e)
    return w, b, losses


@train.misconception
def summed_gradient(x, y, lr, epochs):
    """Your gradient is the sum over the examples; the loss is their mean, so the gradient is a mean too. With the sum, the learning rate
    means something else for every size of data set."""
    w = b = 0.0
    losses = []
    for _ in range(epochs):
        e = w * x + b - y
        losses.append(np.mean(e**2))
        w, b = w - lr * 2 * np.sum(e * x), b - lr * 2 * np.sum(e)
    return w, b, losses


@train.misconception
def missing_factor_two(x, y, lr, epochs):
    """The factor 2 of the derivative of the square is missing, so every step is half as long."""
    w = b = 0.0
    losses = []
    for _ in range(epochs):
        e = w * x + b - y
        losses.append(np.mean(e**2))
        w, b = w - lr * np.mean(e * x), b - lr * np.mean(e)
    return w, b, losses


@train.misconception
def intercept_never_learned(x, y, lr, epochs):
    """The intercept b stays 0: it is a parameter like w and needs its own derivative and update."""
    w = b = 0.0
    losses = []
    for _ in range(epochs):
        e = w * x + b - y
        losses.append(np.mean(e**2))
        w -= lr * 2 * np.mean(e * x)
    return w, b, losses


@train.misconception
def ascent(x, y, lr, epochs):
    """You add the gradient instead of subtracting it, so the loss grows."""
    w = b = 0.0
    losses = []
    for _ in range(epochs):
        e = w * x + b - y
        losses.append(np.mean(e**2))
        w, b = w + lr * 2 * np.mean(e * x), b + lr * 2 * np.mean(e)
    return w, b, losses


@train.misconception
def stale_gradient(x, y, lr, epochs):
    """You compute the gradient once, before the loop. It changes with every update: compute it inside."""
    w = b = 0.0
    e = w * x + b - y
    dw, db = 2 * np.mean(e * x), 2 * np.mean(e)
    losses = []
    for _ in range(epochs):
        losses.append(np.mean((w * x + b - y) ** 2))
        w, b = w - lr * dw, b - lr * db
    return w, b, losses


@train.misconception
def starts_from_one(x, y, lr, epochs):
    """You start from w = 1. The question starts from w = 0 and b = 0."""
    w, b = 1.0, 0.0
    losses = []
    for _ in range(epochs):
        e = w * x + b - y
        losses.append(np.mean(e**2))
        w, b = w - lr * 2 * np.mean(e * x), b - lr * 2 * np.mean(e)
    return w, b, losses


# --------------------------------------------------------------------------------------------------- until


def until_cases(rng: np.random.Generator) -> list[Case]:
    cases = []
    # lr times curvature: creeping, quick, overshooting, cycling (the cost stays the same), and diverging (it rises until max_epochs)
    for product, tolerance, max_epochs, at_zero in (
        (0.1, 1e-3, 500, False),
        (0.8, 1e-6, 500, True),
        (1.7, 1e-4, 500, False),
        (2.0, 1e-6, 9, False),
        (2.2, 1e-3, 12, False),
        (0.05, 1e-9, 7, False),
    ):
        curvature, bottom = float(rng.uniform(0.5, 2)), float(rng.normal())
        # mostly a cost above zero at its minimum: there a test on the cost itself never fires
        level = 0.0 if at_zero else float(rng.uniform(1, 3))

        def cost(w, curvature=curvature, bottom=bottom, level=level):
            """a function cost(w)"""
            return level + curvature / 2 * (w - bottom) ** 2

        def gradient(w, curvature=curvature, bottom=bottom):
            """a function gradient(w)"""
            return curvature * (w - bottom)

        cases.append(
            {
                "cost": cost,
                "gradient": gradient,
                "start": bottom + float(rng.choice([-1, 1]) * rng.uniform(2, 4)),
                "lr": product / curvature,
                "tolerance": tolerance,
                "max_epochs": max_epochs,
            }
        )
    return cases


def until_reference(cost, gradient, start, lr, tolerance, max_epochs):
    problem = _Slope(lambda w: np.array([gradient(w[0])]), 1, lambda w: cost(w[0]))
    # the cost of the start counts as the previous one of the first update
    small = descent.stopping.loss_change_below(tolerance, problem.loss([start]))
    run = descent.gradient_descent(problem, [start], lr=lr, epochs=max_epochs, stop=small)
    return run.params[-1, 0], run.updates


until = Question(
    name="gradient-descent/until",
    cases=until_cases,
    reference=until_reference,
    reading="gradient-descent#when-to-stop",
    hints=[
        "Keep the cost before the update, make the update, compute the cost after it, compare.",
        "A change can go either way: its size is the absolute value.",
        "Count the updates that were made, the last one included, and leave the loop at max_epochs in any case.",
    ],
)


@until.misconception
def cost_below_tolerance(cost, gradient, start, lr, tolerance, max_epochs):
    """You stop when the cost itself is below the tolerance. On these problems the lowest cost is above zero, as it is on any data with
    noise, so that never happens. The question asks for a small *change* of the cost."""
    w = start
    for epoch in range(1, max_epochs + 1):
        w -= lr * gradient(w)
        if cost(w) < tolerance:
            break
    return w, epoch


@until.misconception
def signed_change(cost, gradient, start, lr, tolerance, max_epochs):
    """You compare the change with its sign: when the cost *rises*, old minus new is negative and counts as small, so a diverging run stops as
    if it had converged. Take the absolute value."""
    w, before = start, cost(start)
    for epoch in range(1, max_epochs + 1):
        w -= lr * gradient(w)
        if before - cost(w) < tolerance:
            break
        before = cost(w)
    return w, epoch


@until.misconception
def change_since_the_start(cost, gradient, start, lr, tolerance, max_epochs):
    """You compare each cost with the cost of the start; compare it with the one before the last update."""
    w, before = start, cost(start)
    for epoch in range(1, max_epochs + 1):
        w -= lr * gradient(w)
        if abs(before - cost(w)) < tolerance:
            break
    return w, epoch


@until.misconception
def change_of_the_parameter(cost, gradient, start, lr, tolerance, max_epochs):
    """You stop when w changes little; the question asks for the change of the cost."""
    w = start
    for epoch in range(1, max_epochs + 1):
        step = lr * gradient(w)
        w -= step
        if abs(step) < tolerance:
            break
    return w, epoch


@until.misconception
def small_gradient(cost, gradient, start, lr, tolerance, max_epochs):
    """You stop when the gradient is small; the question asks for the change of the cost."""
    w = start
    for epoch in range(1, max_epochs + 1):
        w -= lr * gradient(w)
        if abs(gradient(w)) < tolerance:
            break
    return w, epoch


@until.misconception
def last_update_not_counted(cost, gradient, start, lr, tolerance, max_epochs):
    """Your number of epochs is one too small when the run stops early: the update that changed the cost too little was made, so it counts."""
    w, before = start, cost(start)
    for epoch in range(max_epochs):
        w -= lr * gradient(w)
        if abs(before - cost(w)) < tolerance:
            return w, epoch
        before = cost(w)
    return w, max_epochs


@until.misconception
def counted_from_zero(cost, gradient, start, lr, tolerance, max_epochs):
    """Your number of epochs is one too small: the loop variable of range counts from 0, the updates from 1."""
    w, before = start, cost(start)
    for epoch in range(max_epochs):
        w -= lr * gradient(w)
        if abs(before - cost(w)) < tolerance:
            break
        before = cost(w)
    return w, epoch


@until.misconception
def last_update_undone(cost, gradient, start, lr, tolerance, max_epochs):
    """You return the point before the last update. The update was made: return where it led."""
    w, before = start, cost(start)
    for epoch in range(1, max_epochs + 1):
        new = w - lr * gradient(w)
        if abs(before - cost(new)) < tolerance:
            return w, epoch
        w, before = new, cost(new)
    return w, epoch


@until.misconception
def never_stops_early(cost, gradient, start, lr, tolerance, max_epochs):
    """Your run always goes on to max_epochs: the test on the change of the cost is missing or never true."""
    w = start
    for _ in range(max_epochs):
        w -= lr * gradient(w)
    return w, max_epochs


# ----------------------------------------------------------------------------------- learning-rate limit


def limit_cases(rng: np.random.Generator) -> list[Case]:
    shapes = ((5, 1), (8, 2), (20, 3), (4, 4), (50, 2))
    # columns of different scale, so that the eigenvalues are far apart
    return [{"X": rng.normal(size=(n, d)) * rng.uniform(0.5, 4, size=d)} for n, d in shapes]


learning_rate_limit = Question(
    name="gradient-descent/learning-rate-limit",
    cases=limit_cases,
    reference=lambda X: descent.learning_rate_limit(LinearRegression(X, np.zeros(len(X)), fit_intercept=False).hessian),
    reading="gradient-descent#the-limit-2-l",
    hints=[
        "Differentiate the gradient (2/n) Xᵀ(Xw - y) once more by w. Which matrix is left?",
        "np.linalg.eigvalsh gives the eigenvalues of a symmetric matrix, in rising order.",
        "A step multiplies the error along an eigenvector by 1 - lr·λ. For which lr does this reach -1 first, and for which λ?",
    ],
)


@learning_rate_limit.misconception
def one_over_l(X):
    """You returned the rate that reaches the minimum along the steepest direction in one step. With a larger one the run overshoots, but it
    comes nearer all the same: by which factor does a step multiply the error when it no longer does?"""
    return 1 / np.linalg.eigvalsh(2 / len(X) * X.T @ X)[-1]


@learning_rate_limit.misconception
def smallest_eigenvalue(X):
    """You used the smallest eigenvalue. The steepest direction, that of the largest eigenvalue, is the first in which the steps grow."""
    return 2 / np.linalg.eigvalsh(2 / len(X) * X.T @ X)[0]


@learning_rate_limit.misconception
def missing_factor_two(X):
    """A factor 2 is missing from your second derivative: differentiate the square twice, and look at what becomes of its exponent."""
    return 2 / np.linalg.eigvalsh(X.T @ X / len(X))[-1]


@learning_rate_limit.misconception
def mean_forgotten(X):
    """You left the mean out: the loss is a mean over the n rows of X, and so are its derivatives."""
    return 2 / np.linalg.eigvalsh(2 * X.T @ X)[-1]


@learning_rate_limit.misconception
def bare_product(X):
    """You used the eigenvalues of XᵀX. That is the matrix of second derivatives up to a factor: differentiate the mean squared error twice."""
    return 2 / np.linalg.eigvalsh(X.T @ X)[-1]


@learning_rate_limit.misconception
def best_rate(X):
    """Your rate depends on the smallest eigenvalue, too. It is the one that converges in the fewest steps; the question asks for the limit
    beyond which the run diverges."""
    eigenvalues = np.linalg.eigvalsh(2 / len(X) * X.T @ X)
    return 2 / (eigenvalues[0] + eigenvalues[-1])


@learning_rate_limit.misconception
def trace(X):
    """You used the trace, the sum of all eigenvalues; the limit depends on the largest alone."""
    return 2 / np.trace(2 / len(X) * X.T @ X)


@learning_rate_limit.misconception
def singular_value(X):
    """You used the largest singular value of X without squaring it: the eigenvalues of XᵀX are the squares of the singular values of X."""
    return len(X) / np.linalg.svd(X)[1][0]


@learning_rate_limit.misconception
def largest_diagonal(X):
    """You used the largest entry on the diagonal of the Hessian. The diagonal holds the curvature along the axes; the steepest direction
    may lie between them, so the eigenvalues are needed."""
    return 2 / np.max(np.diag(2 / len(X) * X.T @ X))


# ------------------------------------------------------------------------------------------------ behavior


def behavior_cases(rng: np.random.Generator) -> list[Case]:
    products = np.concatenate(
        [rng.uniform(0.05, 0.95, 3), rng.uniform(1.05, 1.95, 3), rng.uniform(2.05, 6, 3), rng.uniform(0.85, 0.95, 1)]
    )
    # curvatures far below and above 1, so that neither factor alone decides, and one for which lr and lr / curvature differ in kind
    curvatures = np.concatenate([10.0 ** (rng.choice([-1, 1], 9) * rng.uniform(0.3, 2, 9)), rng.uniform(0.52, 0.6, 1)])
    cases = [{"lr": float(p / c), "curvature": float(c)} for p, c in zip(products, curvatures, strict=True)]
    return [cases[i] for i in rng.permutation(len(cases))]


behavior = Question(
    name="gradient-descent/behavior",
    cases=behavior_cases,
    reference=descent.behavior,
    reading="gradient-descent#the-limit-2-l",
    hints=[
        "For f(w) = (λ/2) w² write the update: w - lr·λ·w = (1 - lr·λ) w.",
        "The sign of the factor 1 - lr·λ tells whether w jumps across the minimum, its size whether it comes nearer.",
    ],
)


@behavior.misconception
def diverges_beyond_one(lr, curvature):
    """You call everything with lr·curvature above 1 diverging. Between 1 and 2 the point jumps across the minimum at each step, but lands
    nearer each time: it oscillates and converges."""
    return "monotone" if lr * curvature <= 1 else "diverges"


@behavior.misconception
def no_oscillation(lr, curvature):
    """You call everything below the limit monotone. Where 1 - lr·curvature is negative, the point changes sides at each step."""
    return "monotone" if lr * curvature < 2 else "diverges"


@behavior.misconception
def learning_rate_alone(lr, curvature):
    """You look at the learning rate alone. What counts is its product with the curvature: the same rate crawls in a flat bowl and diverges
    in a steep one."""
    return "monotone" if lr <= 1 else "oscillates" if lr < 2 else "diverges"


@behavior.misconception
def divided_by_curvature(lr, curvature):
    """You divide the learning rate by the curvature; the step is lr·curvature·w, so they multiply."""
    product = lr / curvature
    return "monotone" if product <= 1 else "oscillates" if product < 2 else "diverges"


@behavior.misconception
def converging_and_diverging_swapped(lr, curvature):
    """You have it the wrong way round: a large product lr·curvature diverges, a small one is monotone."""
    product = lr * curvature
    return "diverges" if product <= 1 else "oscillates" if product < 2 else "monotone"


@behavior.misconception
def oscillation_and_divergence_swapped(lr, curvature):
    """You have oscillating and diverging the wrong way round: between 1 and 2 the factor 1 - lr·curvature is negative but smaller than 1 in
    size."""
    product = lr * curvature
    return "monotone" if product <= 1 else "diverges" if product < 2 else "oscillates"


# ---------------------------------------------------------------------------------------- stationary point


def stationary_cases(rng: np.random.Generator) -> list[Case]:
    cases = []
    signs = [[1, 1], [-1, -1], [1, -1], [1, 1, 1], [-1, -1, -1], [1, 1, -1], [1, -1, -1], [1], [-1]]
    for pattern in signs:
        d = len(pattern)
        turn = np.linalg.qr(rng.normal(size=(d, d)))[0]
        hessian = turn @ np.diag(np.array(pattern) * rng.uniform(0.3, 3, d)) @ turn.T
        cases.append({"hessian": (hessian + hessian.T) / 2})
    # strong off-diagonal entries: a saddle whose diagonal is positive, so that a look at the diagonal misleads
    a, b = rng.uniform(0.5, 1.5, 2)
    cases.append({"hessian": np.array([[a, 2.5], [2.5, b]])})
    cases.append({"hessian": np.array([[-a, 2.5], [2.5, -b]])})
    return [cases[i] for i in rng.permutation(len(cases))]


stationary_point = Question(
    name="gradient-descent/stationary-point",
    cases=stationary_cases,
    reference=descent.classify_stationary_point,
    reading="gradient-descent#minima-saddle-points-and-convexity",
    hints=[
        "In one dimension the sign of the second derivative decides. In more, the signs of the eigenvalues of the Hessian do.",
        "np.linalg.eigvalsh gives the eigenvalues. All positive? All negative? Some of each?",
    ],
)


@stationary_point.misconception
def only_the_diagonal(hessian):
    """You look at the diagonal of the Hessian, the curvature along the axes. A direction between the axes may curve the other way: use the
    eigenvalues."""
    diagonal = np.diag(hessian)
    return "minimum" if np.all(diagonal > 0) else "maximum" if np.all(diagonal < 0) else "saddle"


@stationary_point.misconception
def determinant_and_corner(hessian):
    """You decide by the determinant and one entry. That rule holds for two variables only; with three, the determinant of a saddle may be
    positive. Use the signs of all eigenvalues."""
    if np.linalg.det(hessian) < 0:
        return "saddle"
    return "minimum" if hessian[0, 0] > 0 else "maximum"


@stationary_point.misconception
def trace(hessian):
    """You decide by the trace, the sum of the eigenvalues. It does not tell whether they have different signs."""
    return "minimum" if np.trace(hessian) > 0 else "maximum"


@stationary_point.misconception
def minimum_and_maximum_swapped(hessian):
    """You have minimum and maximum the wrong way round: where all directions curve upwards, the point is the lowest around."""
    eigenvalues = np.linalg.eigvalsh(hessian)
    return "maximum" if np.all(eigenvalues > 0) else "minimum" if np.all(eigenvalues < 0) else "saddle"


@stationary_point.misconception
def any_instead_of_all(hessian):
    """You call it a minimum as soon as one direction curves upwards. For a minimum all of them must."""
    eigenvalues = np.linalg.eigvalsh(hessian)
    return "minimum" if np.any(eigenvalues > 0) else "maximum"


@stationary_point.misconception
def always_a_minimum(hessian):
    """You call every point of zero gradient a minimum. A descent stops just as well on a saddle or a hilltop, if it comes to stand there
    exactly."""
    return "minimum"


QUESTIONS = [
    cost,
    search,
    gradient,
    numerical_gradient,
    matrix_gradient,
    gradient_descent,
    train,
    until,
    learning_rate_limit,
    behavior,
    stationary_point,
]
