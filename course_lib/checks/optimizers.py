"""What the problem set on optimizers expects, and the mistakes it knows.

A student's optimizer is a class with ``__init__(self, params, lr, ...)`` and ``step(self)``; each parameter has ``data`` and ``grad``, an
array or None. It is driven along whole runs and compared with `course_lib.optim` after every step. Its mistakes are edits of the
class below the question, so that each shows as the line that is wrong.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np

from course_lib import optim
from course_lib.checks.declaration import Case, Question
from course_lib.checks.mutating import mistakes_in
from course_lib.checks.parts import entries
from course_lib.optim import Parameter

# all of course_lib.optim but Parameter, which the answers are handed
FORBIDDEN = (
    *sorted({getattr(optim, name).__module__ for name in optim.__all__} - {Parameter.__module__}),
    "torch.optim",
    "course_lib.descent.momentum",
    "course_lib.checks.answers",
)

# --------------------------------------------------------------------------------------- driving an optimizer


def drive(answer: Callable, case: Case) -> dict[str, Any]:
    """Build an optimizer of class `answer` and let it make the steps of a case."""
    params = [Parameter(array.copy()) for array in case["params"]]
    options = [value for name, value in case.items() if name not in ("params", "lr", "gradients")]
    optimizer = answer(list(params), case["lr"][0], *options)

    def set_rates() -> Iterator[None]:
        for lr in case["lr"]:
            # students keep one rate in `lr`, course_lib.optim one for each group
            if isinstance(optimizer, optim.Optimizer):
                for group in optimizer.param_groups:
                    group["lr"] = lr
            else:
                optimizer.lr = lr
            yield

    return follow(optimizer, {f"params[{i}]": p for i, p in enumerate(params)}, case["gradients"], set_rates())


def follow(optimizer: Any, params: dict[str, Parameter], gradients: list, before_each_step: Iterable) -> dict[str, Any]:
    """Where the parameters are after each step, and whether the gradients were left alone."""
    path: dict[str, list] = {name: [_snapshot(p.data)] for name, p in params.items()}
    grad_after = "as before"
    for given, _ in zip(gradients, before_each_step, strict=True):
        for p, g in zip(params.values(), given, strict=True):
            if g is None or p.grad is None:
                p.grad = copy.deepcopy(g)
            else:
                # the same array again, as after zero_grad(set_to_none=False): state must not be an alias of it
                p.grad[...] = g
        _step(optimizer, any(g is None for g in given))
        for (name, p), g in zip(params.items(), given, strict=True):
            path[name].append(_snapshot(p.data))
            same = p.grad is g if p.grad is None or g is None else np.array_equal(p.grad, g)
            if not same:
                grad_after = "changed" if isinstance(p.grad, np.ndarray) else repr(p.grad)
                p.grad = None
    return {f"{name}.data after each step": _stacked(steps) for name, steps in path.items()} | {
        "p.grad after the step": grad_after
    }


class FailsWithoutGradient(Exception):
    """Any error in a step where a gradient is missing: what it is called depends on which operation met the None."""


def _step(optimizer: Any, a_gradient_is_missing: bool) -> None:
    try:
        optimizer.step()
    except NotImplementedError:
        raise
    except Exception as error:
        if not a_gradient_is_missing:
            raise
        # the traceback leads to the student's line
        raise FailsWithoutGradient(f"{type(error).__name__}: {error}").with_traceback(error.__traceback__) from None


def _snapshot(data: Any) -> Any:
    return np.array(data) if isinstance(data, (np.ndarray, np.generic)) else data


def _stacked(steps: list) -> Any:
    alike = all(isinstance(step, np.ndarray) and step.shape == steps[0].shape for step in steps)
    return np.array(steps) if alike else steps


def runs(rng: np.random.Generator, draw_options: Callable[[np.random.Generator], Case]) -> list[Case]:
    """Four runs: a plain one; several shapes and a rate that changes; missing gradients; gradients from zero to huge."""

    def run(shapes: list, gradients: list[list], lr: list[float], params: list | None = None) -> Case:
        start = params or [rng.normal(0, 2, shape) for shape in shapes]
        return {"params": start, "lr": lr, **draw_options(rng), "gradients": gradients}

    def normal(shapes: list, steps: int) -> list[list]:
        return [[rng.normal(0, 1, shape) for shape in shapes] for _ in range(steps)]

    def rates(steps: int) -> list[float]:
        # up, then down, as with a warm-up
        peak = rng.uniform(0.02, 0.2)
        return [float(peak * factor) for factor in (0.5, 0.5, 1, 1, 0.4, 0.4, 0.1, 0.1, 0.02)[:steps]]

    plain = run([(2,)], normal([(2,)], 5), [float(rng.uniform(0.05, 0.3))] * 5)

    shapes = [(3,), (2, 2), (1,)]
    several = run(shapes, normal(shapes, 6), rates(6))

    # two parameters begin at equal values; one joins late, one pauses, one has no gradient ever
    shapes = [(2,)] * 4
    gradients = normal(shapes, 6)
    for step, i in ((0, 1), (1, 1), (3, 0), (4, 0), *((step, 3) for step in range(6))):
        gradients[step][i] = None
    twins, other = rng.normal(0, 2, 2), rng.normal(0, 2, 2)
    missing = run(shapes, gradients, rates(6), [twins, twins.copy(), other, other.copy()])

    # an entry that never has a gradient but zero, tiny ones, large ones; a parameter that pauses with zeros; a spike
    shapes = [(4,), (2, 1)]
    gradients = [[np.array([0, 1e-7, 1, 1e5]) * g[0], g[1]] for g in normal(shapes, 9)]
    for step in (3, 4, 5):
        gradients[step][1] *= 0
    gradients[6][1][0] = 1e8
    extreme = run(shapes, gradients, rates(9))
    return [plain, several, missing, extreme]


# ---------------------------------------------------------------------------- mistakes with parameters and their state

SKIP = """            if p.grad is None:
                continue
"""


def declare_common_mistakes(mistake: Callable, fresh: str, missing_matters: bool = True) -> None:
    """The mistakes of every class, as edits of the lines that all of them have.

    Parameters
    ----------
    mistake : callable
        As `mistakes_in` makes it.
    fresh : str
        The source of the state that a parameter starts from.
    missing_matters : bool
        Whether a gradient of zero does anything at all.
    """
    state = f"[{fresh} for p in params]"
    mistake(
        "crash_without_gradient",
        "Your step stops on a parameter whose grad is None. That happens to every layer that is frozen or took no part in the "
        "loss: skip such a parameter.",
        (SKIP, ""),
    )
    if missing_matters:
        mistake(
            "missing_gradient_taken_for_zero",
            "You treat a missing gradient (None) as a gradient of zero, so the parameter moves on, or its state fades. None "
            "means that the parameter took no part: leave it and its state as they are.",
            (SKIP, ""),
            ("lr, g = self.lr, p.grad", "lr, g = self.lr, np.zeros_like(p.data) if p.grad is None else p.grad"),
        )
    mistake(
        "stops_at_a_missing_gradient",
        "You leave the loop at the first parameter without a gradient, so those after it stay where they are.",
        (SKIP, SKIP.replace("continue", "break")),
    )
    mistake(
        "one_state_for_all_parameters",
        "All your parameters share one state, so the gradients of one steer the others. Each parameter needs its own.",
        (state, f"[{fresh.replace('p.data', 'params[0].data')}] * len(params)"),
    )
    mistake(
        "state_by_value",
        "Parameters that begin at equal values share one state in your class: you find the state by the value of the parameter. "
        "Find it by the parameter itself or its place in the list.",
        (state, f"list(map({{repr(p): {fresh} for p in params}}.get, map(repr, params)))"),
    )
    mistake(
        "state_by_place_among_gradients",
        "Your states are counted over the parameters that have a gradient in this step, so when one has none, those after it "
        "take over the state of their neighbor. Count over all parameters, and skip inside the loop.",
        ("zip(self.params, self.state)", "zip([p for p in self.params if p.grad is not None], self.state)"),
    )
    mistake(
        "state_made_anew",
        "Your state begins from nothing in every step, so nothing is remembered. Make it once, in __init__.",
        ("def step(self):\n", f"def step(self):\n        self.state = [{fresh} for p in self.params]\n"),
    )
    mistake(
        "rate_of_the_start",
        "Your step uses the learning rate that __init__ was given. During a run the rate changes, as a schedule does it, by "
        "setting optimizer.lr: read self.lr in every step.",
        ("self.params, self.lr", "self.params, self.rate"),
        ("lr, g = self.lr, p.grad", "lr, g = self.rate, p.grad"),
    )
    mistake(
        "biases_skipped",
        "Parameters with one dimension, such as biases, never move in your class.",
        (SKIP, SKIP.replace("p.grad is None", "p.grad is None or p.data.ndim < 2")),
    )
    mistake(
        "only_a_local_name",
        "Your parameters never move: data = data - ... gives a local name a new array and leaves p.data as it was. Assign to "
        "p.data, or change it in place.",
        ("p.data -= ", "data = p.data\n            data = data - "),
    )
    mistake("ascent", "You walk uphill: the step is subtracted.", ("p.data -= ", "p.data += "))
    mistake(
        "gradient_cleared",
        "Your step sets p.grad to None. The path is right, but a step reads gradients and leaves them: clearing them is for "
        "zero_grad, and whoever measures the gradient after the step would find nothing.",
        ("p.data -= ", "p.grad = None\n            p.data -= "),
    )


# ------------------------------------------------------------------------------------------------- momentum

momentum = Question(
    name="optimizers/momentum",
    cases=lambda rng: runs(rng, lambda rng: {"momentum": float(rng.uniform(0.5, 0.95))}),
    reference=lambda params, lr, momentum: optim.SGD(params, lr=lr, momentum=momentum),
    observe=drive,
    forbidden=FORBIDDEN,
    reading="momentum#the-momentum-update",
    hints=[
        "Make one buffer of zeros for each parameter in __init__, for example a list of np.zeros_like(p.data).",
        "In step, loop over parameters and buffers together; a parameter whose grad is None is passed over before anything is "
        "changed.",
        "The learning rate appears in the last line only: the buffer holds gradients, not steps.",
    ],
)


class Momentum:
    def __init__(self, params, lr, momentum):
        self.params, self.lr, self.momentum = params, lr, momentum
        self.state = [np.zeros_like(p.data) for p in params]

    def step(self):
        for p, b in zip(self.params, self.state):
            if p.grad is None:
                continue
            lr, g = self.lr, p.grad
            b *= self.momentum
            b += g
            p.data -= lr * b


mistake = mistakes_in(Momentum, momentum)
declare_common_mistakes(mistake, "np.zeros_like(p.data)")
mistake(
    "exponential_average",
    "You weight the new gradient by 1 - momentum, which makes the buffer an average. PyTorch's buffer is a sum: the gradient is "
    "added in full, so that your steps are too short by that factor.",
    ("b += g", "b += (1 - self.momentum) * g"),
)
mistake(
    "average_after_the_first_step",
    "You weight every gradient but the first by 1 - momentum. That is what dampening=momentum does in PyTorch; the rule here "
    "has no dampening.",
    ("b += g", "b += g if not b.any() else (1 - self.momentum) * g"),
)
mistake(
    "learning_rate_in_the_buffer",
    "You multiply the gradient by the learning rate on its way into the buffer. While the rate is constant that is the same, "
    "but when it changes, old gradients keep their old rate. Here the rate multiplies the whole buffer, in the last line.",
    ("b += g", "b += lr * g"),
    ("lr * b", "b"),
)
mistake(
    "learning_rate_twice",
    "Your learning rate enters twice: into the buffer and again into the step.",
    ("b += g", "b += lr * g"),
)
mistake(
    "steps_with_the_old_buffer",
    "You step first and put the gradient into the buffer afterwards, so each gradient acts one step late.",
    (
        "b *= self.momentum\n            b += g\n            p.data -= lr * b",
        "p.data -= lr * b\n            b *= self.momentum\n            b += g",
    ),
)
mistake(
    "gradient_added_twice",
    "You add the gradient to the step besides the buffer, which holds it already.",
    ("lr * b", "lr * (g + b)"),
)
mistake(
    "nesterov_step",
    "This is Nesterov's step, the next question: it goes along g + momentum * b. Classical momentum goes along the buffer b.",
    ("lr * b", "lr * (g + self.momentum * b)"),
)
mistake(
    "momentum_on_the_gradient",
    "You multiply the gradient by momentum, too. Only the old buffer fades.",
    ("b *= self.momentum\n            b += g", "b += g\n            b *= self.momentum"),
)
mistake(
    "buffer_is_the_gradient",
    "Your buffer is the very array p.grad from the first step on, not a copy: when the next gradient is written into p.grad, it "
    "overwrites the buffer, and your step changes p.grad.",
    ("[np.zeros_like(p.data) for p in params]", "[None] * len(params)"),
    ("for p, b in zip(self.params, self.state):", "for i, p in enumerate(self.params):"),
    (
        "            b *= self.momentum\n            b += g\n",
        "            if self.state[i] is None:\n"
        "                self.state[i] = g\n"
        "            else:\n"
        "                self.state[i] *= self.momentum\n"
        "                self.state[i] += g\n"
        "            b = self.state[i]\n",
    ),
)
mistake(
    "gradient_changed_in_place",
    "Your parameters go the right way, but p.grad is changed on the way: g = p.grad is the same array under another name, and "
    "+= writes into it. Work on a copy.",
    ("b *= self.momentum\n            b += g", "g += self.momentum * b\n            b[...] = g"),
)


# ---------------------------------------------------------------------------------------------- conventions


def conventions_cases(rng: np.random.Generator) -> list[Case]:
    cases = []
    for steps in (4, 6, 8, 5):
        rates = np.exp(rng.normal(-3, 0.8, steps))
        cases.append({"rates": [float(rate) for rate in rates], "momentum": float(rng.uniform(0.5, 0.95))})
    return cases


def conventions_reference(rates, momentum):
    return [rate / (1 - momentum) for rate in rates], [
        momentum * new / old for old, new in zip([rates[0], *rates], rates, strict=False)
    ]


conventions = Question(
    name="optimizers/conventions",
    cases=conventions_cases,
    reference=conventions_reference,
    observe=entries("averages", "factors"),
    parts=True,
    forbidden=FORBIDDEN,
    reading="momentum#conventions-of-momentum",
    hints=[
        "Compare what is subtracted from p in step t. For the average: m is b times a constant. Which?",
        "For the velocity: you want v to be -lr b in every step. Write b = momentum * (old b) + g with v in place of b.",
        "The old b is -(old v) / (old lr). Which factor stands before the old v then?",
    ],
)


def conventions_answer(rates, momentum):
    averages = [rate / (1 - momentum) for rate in rates]
    factors = [momentum] + [momentum * rates[t] / rates[t - 1] for t in range(1, len(rates))]
    return averages, factors


mistake = mistakes_in(conventions_answer, conventions)
AVERAGE, FACTOR = "rate / (1 - momentum)", "momentum * rates[t] / rates[t - 1]"
mistake(
    "nothing_to_convert",
    "You give all three forms the same numbers. The average holds each gradient 1 - momentum times, so its steps would be "
    "shorter; and a velocity remembers steps taken at the old rate.",
    (AVERAGE, "rate"),
    (FACTOR, "momentum"),
)
mistake(
    "average_unchanged",
    "The average is as large as the buffer times 1 - momentum, so with the same rate its steps are shorter.",
    (AVERAGE, "rate"),
)
mistake(
    "average_the_wrong_way",
    "Your rates for the average go the wrong way: the average is smaller than the buffer, so its rate must be larger.",
    (AVERAGE, "rate * (1 - momentum)"),
)
mistake(
    "average_over_momentum",
    "For the average, compare how much of a new gradient enters: not momentum of it, the rest.",
    (AVERAGE, "rate / momentum"),
)
mistake(
    "velocity_unchanged",
    "Your factors for the velocity do not follow the rate. The velocity holds old steps, taken at the old rate; where the rate "
    "changes, they must be brought to the new one.",
    (FACTOR, "momentum"),
)
mistake(
    "velocity_the_wrong_way",
    "Your ratio of the rates is upside down: when the rate falls, the old velocity must shrink with it.",
    (FACTOR, "momentum * rates[t - 1] / rates[t]"),
)
mistake(
    "velocity_against_the_first_rate",
    "You compare each rate with the first. The velocity was brought to the last rate one step before, so compare with that one.",
    (FACTOR, "momentum * rates[t] / rates[0]"),
)
mistake(
    "velocity_without_momentum",
    "Your factors hold the change of the rate, but the velocity has to fade, too.",
    (FACTOR, "rates[t] / rates[t - 1]"),
)
mistake(
    "velocity_looks_ahead",
    "Your factors are one step early: in step t the new gradient enters at the rate of step t, and the old velocity stands at "
    "the rate of step t - 1.",
    (
        "[momentum] + [momentum * rates[t] / rates[t - 1] for t in range(1, len(rates))]",
        "[momentum * rates[t] / rates[t - 1] for t in range(1, len(rates))] + [momentum]",
    ),
)


# ------------------------------------------------------------------------------------------------- nesterov

nesterov = Question(
    name="optimizers/nesterov",
    cases=lambda rng: runs(rng, lambda rng: {"momentum": float(rng.uniform(0.5, 0.95))}),
    reference=lambda params, lr, momentum: optim.SGD(params, lr=lr, momentum=momentum, nesterov=True),
    observe=drive,
    forbidden=FORBIDDEN,
    reading="momentum#nesterov-momentum",
    hints=[
        "Begin with a copy of your class Momentum. Its buffer stays as it is.",
        "Only the direction of the step changes: g + momentum * b instead of b.",
        "Which b? The one that holds the new gradient already.",
    ],
)


class Nesterov:
    def __init__(self, params, lr, momentum):
        self.params, self.lr, self.momentum = params, lr, momentum
        self.state = [np.zeros_like(p.data) for p in params]

    def step(self):
        for p, b in zip(self.params, self.state):
            if p.grad is None:
                continue
            lr, g = self.lr, p.grad
            b *= self.momentum
            b += g
            direction = g + self.momentum * b
            p.data -= lr * direction


mistake = mistakes_in(Nesterov, nesterov)
declare_common_mistakes(mistake, "np.zeros_like(p.data)")
mistake(
    "classical_momentum",
    "This is classical momentum: your step goes along the buffer b, or along g + momentum * (old b), which is the same. "
    "Nesterov's goes along g + momentum * b with the new buffer.",
    ("direction = g + self.momentum * b", "direction = b"),
)
mistake(
    "looks_twice_as_far",
    "Your step goes along b + momentum * b. The gradient should enter beside the buffer, not the buffer twice.",
    ("direction = g + self.momentum * b", "direction = b + self.momentum * b"),
)
mistake(
    "whole_buffer_ahead",
    "Your step goes along g + b. In the look-ahead the buffer fades once more: momentum * b.",
    ("direction = g + self.momentum * b", "direction = g + b"),
)
mistake(
    "direction_kept_in_the_buffer",
    "You keep the direction of the step, g + momentum * b, as the new buffer. The buffer itself is the same as in classical "
    "momentum.",
    ("p.data -= lr * direction", "b[...] = direction\n            p.data -= lr * direction"),
)
mistake(
    "exponential_average",
    "You weight the new gradient by 1 - momentum on its way into the buffer. PyTorch adds it in full.",
    ("b += g", "b += (1 - self.momentum) * g"),
)
mistake(
    "learning_rate_in_the_buffer",
    "Your buffer holds steps, gradients times the rate of their time. When the rate changes, that is another algorithm; here "
    "the rate multiplies the whole direction, in the last line.",
    ("b += g", "b += lr * g"),
    ("direction = g", "direction = lr * g"),
    ("p.data -= lr * direction", "p.data -= direction"),
)
mistake(
    "gradient_changed_in_place",
    "Your parameters go the right way, but p.grad is changed on the way: g = p.grad is the same array under another name, and "
    "+= writes into it.",
    ("direction = g + self.momentum * b", "g += self.momentum * b\n            direction = g"),
)


# ------------------------------------------------------------------------------------------------ lookahead


def lookahead_cases(rng: np.random.Generator) -> list[Case]:
    cases = []
    for d, steps in ((1, 6), (2, 10), (3, 1), (2, 25)):
        curvature, minimum = rng.uniform(0.5, 4, d), rng.normal(size=d)

        def gradient(w, curvature=curvature, minimum=minimum):
            """a function gradient(w) that returns an array of the shape of w"""
            return curvature * (w - minimum) + np.sin(w)

        cases.append(
            {
                "gradient": gradient,
                "start": rng.normal(0, 3, d),
                "lr": float(rng.uniform(0.02, 0.15)),
                "momentum": float(rng.uniform(0.5, 0.9)),
                "steps": steps,
            }
        )
    return cases


def lookahead_reference(gradient, start, lr, momentum, steps):
    """PyTorch's form walks along the points ahead; the positions lie back from them by what it looked ahead."""
    p = Parameter(start.copy())
    optimizer = optim.SGD([p], lr=lr, momentum=momentum, nesterov=True)
    positions, ahead = [start], []
    for _ in range(steps):
        ahead.append(p.data.copy())
        p.grad = gradient(p.data)
        optimizer.step()
        positions.append(p.data + lr * momentum * optimizer.state[p]["momentum_buffer"])
    return np.array(positions), np.array(ahead)


lookahead = Question(
    name="optimizers/lookahead",
    cases=lookahead_cases,
    reference=lookahead_reference,
    observe=entries("positions", "ahead"),
    parts=True,
    forbidden=FORBIDDEN,
    reading="momentum#nesterov-momentum",
    hints=[
        "Keep two arrays: the position w and the velocity v, which begins at zeros. Record copies.",
        "In each step: the point ahead is w + momentum * v, and the gradient is taken there.",
        "Then the velocity is updated, and w moves by the whole velocity, from where it was, not from the point ahead.",
    ],
)


def lookahead_answer(gradient, start, lr, momentum, steps):
    w, v = start.copy(), np.zeros_like(start)
    positions, ahead = [w], []
    for _ in range(steps):
        seen = w + momentum * v
        ahead.append(seen)
        v = momentum * v - lr * gradient(seen)
        w = w + v
        positions.append(w)
    return np.array(positions), np.array(ahead)


mistake = mistakes_in(lookahead_answer, lookahead)
mistake(
    "gradient_where_you_stand",
    "You take the gradient where you stand. That is classical momentum; Nesterov takes it at the point ahead, w + momentum * v.",
    ("gradient(seen)", "gradient(w)"),
)
mistake(
    "no_look_ahead",
    "Your points ahead are the positions themselves, so this is classical momentum. Look along the velocity first.",
    ("seen = w + momentum * v", "seen = w"),
)
mistake(
    "whole_velocity_ahead",
    "You look ahead by the whole velocity; it will fade to momentum * v in this step, so look that far.",
    ("seen = w + momentum * v", "seen = w + v"),
)
mistake(
    "looks_back", "You look back: the point ahead is w plus momentum * v.", ("seen = w + momentum * v", "seen = w - momentum * v")
)
mistake(
    "learning_rate_in_the_look_ahead",
    "You multiply the look-ahead by the learning rate. The velocity is a step already, the rate is in it.",
    ("seen = w + momentum * v", "seen = w + lr * momentum * v"),
)
mistake(
    "steps_from_the_point_ahead",
    "You move from the point ahead by the whole velocity, so the part you looked ahead is walked twice. Move from the position.",
    ("w = w + v", "w = seen + v"),
)
mistake(
    "velocity_not_kept",
    "Your velocity does not remember: momentum times the old velocity is missing.",
    ("v = momentum * v - lr", "v = -lr"),
)
mistake(
    "exponential_average",
    "You weight the gradient by 1 - momentum. Here it enters the velocity in full, times the learning rate.",
    ("- lr * gradient", "- (1 - momentum) * lr * gradient"),
)
mistake(
    "ascent",
    "Your velocity goes uphill: the gradient is subtracted.",
    ("- lr * gradient", "+ lr * gradient"),
)
mistake(
    "velocity_kept_without_the_rate",
    "Your velocity holds gradients, and w moves by lr * v; but then the look-ahead must carry the rate, too. In the form of the "
    "question the rate enters the velocity.",
    ("- lr * gradient(seen)", "- gradient(seen)"),
    ("w = w + v", "w = w + lr * v"),
)
mistake(
    "points_ahead_returned_as_positions",
    "Your positions are the points ahead. Both begin at the start, then the points ahead are momentum * v further on.",
    ("np.array(positions), np.array(ahead)", "np.array([*ahead, w + momentum * v]), np.array(ahead)"),
)
mistake(
    "start_left_out",
    "The start belongs to the positions, as row 0: steps steps make steps + 1 positions.",
    ("positions, ahead = [w], []", "positions, ahead = [], []"),
)


# --------------------------------------------------------------------------------------------------- groups


def drive_groups(answer: Callable, case: Case) -> dict[str, Any]:
    """Build an optimizer from groups, halve all rates after half of the steps."""
    groups: list[dict] = []
    named: dict[str, Parameter] = {}
    for i, group in enumerate(case["groups"]):
        params = [Parameter(array.copy()) for array in group["params"]]
        groups.append({**group, "params": params})
        named |= {f"groups[{i}] params[{j}]": p for j, p in enumerate(params)}
    options = [value for name, value in case.items() if name not in ("groups", "gradients")]
    optimizer = answer(groups, *options)
    steps = len(case["gradients"])

    def halve_rates() -> Iterator[None]:
        for step in range(steps):
            if step == steps // 2:
                for group in optimizer.param_groups:
                    group["lr"] = group["lr"] / 2
            yield

    return follow(optimizer, named, case["gradients"], halve_rates())


def groups_cases(rng: np.random.Generator) -> list[Case]:
    def draw(low: float, high: float) -> float:
        return float(rng.uniform(low, high))

    def case(groups: list[dict], missing: Iterable[tuple[int, int]] = (), steps: int = 6, **options: Any) -> Case:
        arrays = [array for group in groups for array in group["params"]]
        gradients: list[list] = [[rng.normal(size=array.shape) for array in arrays] for _ in range(steps)]
        for step, i in missing:
            gradients[step][i] = None
        defaults = {"lr": draw(0.05, 0.3), "momentum": 0.0, "dampening": 0.0, "weight_decay": 0.0, "maximize": False}
        return {"groups": groups, **defaults, **options, "gradients": gradients}

    def arrays(*shapes: tuple) -> list[np.ndarray]:
        return [rng.normal(0, 2, shape) for shape in shapes]

    momentum, decay = draw(0.5, 0.95), draw(0.05, 0.3)
    return [
        case([{"params": arrays((2,))}], momentum=momentum),
        case([{"params": arrays((2,))}], momentum=momentum, dampening=draw(0.2, 0.7), weight_decay=decay),
        # a layer, its biases without decay, and a head with a rate of its own; the second bias joins late
        case(
            [
                {"params": arrays((2, 2), (3,))},
                {"params": arrays((2, 2), (3,)), "weight_decay": 0.0, "momentum": 0.0},
                {"params": arrays((2, 1)), "lr": draw(0.4, 0.6), "momentum": draw(0.1, 0.4), "dampening": draw(0.1, 0.4)},
            ],
            missing=[(0, 1), (1, 1), (4, 0)],
            momentum=momentum,
            weight_decay=decay,
        ),
        case(
            [{"params": arrays((3,)), "maximize": False}, {"params": arrays((3,))}],
            weight_decay=decay,
            momentum=momentum,
            maximize=True,
        ),
        case([{"params": arrays((1,), (2, 2))}, {"params": arrays((1,)), "weight_decay": decay}], missing=[(2, 0)]),
    ]


groups = Question(
    name="optimizers/groups",
    cases=groups_cases,
    reference=lambda groups, lr, momentum, dampening, weight_decay, maximize: optim.SGD(
        groups, lr=lr, momentum=momentum, dampening=dampening, weight_decay=weight_decay, maximize=maximize
    ),
    observe=drive_groups,
    forbidden=FORBIDDEN,
    reading="torch-optim#parameter-groups",
    hints=[
        "Complete each group in __init__: a new dict with the defaults first and the group's own entries over them. Keep these "
        "as self.param_groups.",
        "In step: a loop over the groups, in it a loop over group['params']; read every option from the group.",
        "Keep the buffers in a dict with the parameter itself as key. A buffer that is not there yet: this is the first "
        "gradient, which enters in full.",
        "The order matters: first the sign (maximize), then the decay, then the buffer, then the step.",
    ],
)


class SGD:
    def __init__(self, groups, lr, momentum, dampening, weight_decay, maximize):
        own = dict(lr=lr, momentum=momentum, dampening=dampening, weight_decay=weight_decay, maximize=maximize)
        self.param_groups = [{**own, **group} for group in groups]
        self.buffers = {}

    def step(self):
        for group in self.param_groups:
            lr, momentum, dampening = group["lr"], group["momentum"], group["dampening"]
            for i, p in enumerate(group["params"]):
                if p.grad is None:
                    continue
                g = p.grad
                g = -g if group["maximize"] else g
                g = g + group["weight_decay"] * p.data
                b = momentum * self.buffers[p] + (1 - dampening) * g if p in self.buffers else np.array(g)
                if momentum:
                    self.buffers[p] = g = b
                p.data = p.data - lr * g


mistake = mistakes_in(SGD, groups)
DECAY = 'g = g + group["weight_decay"] * p.data'
mistake(
    "dampening_from_the_first_step",
    "You dampen the first gradient, too. The first time, the buffer is the gradient itself; dampening counts from the second on.",
    ("else np.array(g)", "else (1 - dampening) * g"),
)
mistake(
    "dampening_ignored",
    "Your gradients enter the buffer in full. After the first, they enter 1 - dampening times.",
    ("(1 - dampening) * g", "g"),
)
mistake(
    "dampening_of_the_past",
    "You multiply the buffer by 1 - dampening; it is the new gradient that is dampened.",
    ("momentum * self.buffers[p] + (1 - dampening) * g", "(1 - dampening) * momentum * self.buffers[p] + g"),
)
mistake(
    "decay_after_momentum",
    "Your weight decay passes by the buffer: it is added to the step, after momentum. In SGD it is added to the gradient "
    "before, so that the buffer remembers it.",
    (DECAY, 'decay = group["weight_decay"] * p.data'),
    ("lr * g", "lr * (g + decay)"),
)
mistake("decay_forgotten", "Your weight decay does nothing.", (DECAY, "g = np.array(g)"))
mistake(
    "decay_of_the_wrong_sign",
    "Your weight decay makes the parameters grow: the gradient of the penalty, weight_decay * p, is added to the gradient.",
    (DECAY, DECAY.replace("+", "-")),
)
mistake(
    "decay_with_factor_two",
    "Your weight decay is twice too strong. The penalty is weight_decay / 2 times the squared length, so that its gradient is "
    "weight_decay * p.",
    (DECAY, DECAY.replace("+", "+ 2 *")),
)
mistake(
    "decay_turned_round_by_maximize",
    "With maximize you turn round the decay as well, so the parameters grow. The sign of the gradient is turned first, then the "
    "decay is added: it always pulls to zero.",
    ('                g = -g if group["maximize"] else g\n', ""),
    (DECAY, DECAY + '\n                g = -g if group["maximize"] else g'),
)
mistake(
    "maximize_ignored",
    "You ignore maximize: where it is set, the step goes uphill.",
    ('g = -g if group["maximize"] else g', "g = np.array(g)"),
)
mistake(
    "gradient_changed_in_place",
    "Your parameters go the right way, but you add the decay into p.grad itself: g += ... writes into the array that p.grad is. "
    "Use g = g + ...",
    ('g = -g if group["maximize"] else g', 'g = np.negative(g, out=g) if group["maximize"] else g'),
    (DECAY, DECAY.replace("g = g +", "g +=")),
)
mistake(
    "only_the_first_group",
    "Only the parameters of the first group move: a return or a break ends the loop over the groups, or you read "
    "self.param_groups[0] alone.",
    ("for group in self.param_groups:", "for group in self.param_groups[:1]:"),
)
mistake(
    "defaults_win",
    "The options of a group are overwritten by the defaults. The defaults are for what a group leaves out.",
    ("{**own, **group}", "{**group, **own}"),
)
mistake(
    "only_the_rate_is_the_groups",
    "You read the learning rate from the group, but the other options from the arguments of __init__. Every option may be the "
    "group's own.",
    ("{**own, **group}", "{**own, 'lr': group.get('lr', lr), 'params': group['params']}"),
)
mistake(
    "rate_of_the_start",
    "You read the learning rates once, at the start. A schedule changes group['lr'] during the run: read it in every step.",
    ("self.buffers = {}", 'self.buffers, self.rates = {}, [group["lr"] for group in self.param_groups]'),
    ("for group in self.param_groups:", "for group, rate in zip(self.param_groups, self.rates):"),
    ('lr, momentum, dampening = group["lr"]', "lr, momentum, dampening = rate"),
)
mistake(
    "state_by_place_in_the_group",
    "The first parameters of all groups share one buffer in your class, and so on: the place within a group is not unique. Find "
    "the buffer by the parameter itself.",
    ("if p in self.buffers", "if i in self.buffers"),
    ("momentum * self.buffers[p]", "momentum * self.buffers[i]"),
    ("self.buffers[p] = g", "self.buffers[i] = g"),
)
mistake(
    "crash_without_gradient",
    "Your step stops on a parameter whose grad is None. Skip such a parameter.",
    ("                if p.grad is None:\n                    continue\n", ""),
)
mistake(
    "biases_skipped",
    "Parameters with one dimension, such as biases, never move in your class.",
    ("p.grad is None", "p.grad is None or p.data.ndim < 2"),
)
mistake(
    "exponential_average",
    "You weight the gradient by 1 - momentum on its way into the buffer. Its weight is 1 - dampening, and the first time 1.",
    ("(1 - dampening) * g", "(1 - momentum) * g"),
)
mistake(
    "learning_rate_in_the_buffer",
    "Your buffer holds steps, gradients times the rate of their time. Here the rate multiplies the whole buffer, in the last "
    "line.",
    ("(1 - dampening) * g", "(1 - dampening) * lr * g"),
    ("else np.array(g)", "else lr * g"),
    ("self.buffers[p] = g = b", "self.buffers[p] = g = b\n                else:\n                    g = lr * g"),
    ("p.data = p.data - lr * g", "p.data = p.data - g"),
)


# -------------------------------------------------------------------------------------------------- adagrad


def eps_and(**draws: Callable[[np.random.Generator], Any]) -> Callable[[np.random.Generator], Case]:
    """Draws these options and, last, an eps that is of the size of the smallest gradients."""
    return lambda rng: {name: draw(rng) for name, draw in draws.items()} | {"eps": float(10 ** rng.uniform(-8, -6))}


def uniform(low: float, high: float) -> Callable[[np.random.Generator], float]:
    return lambda rng: float(rng.uniform(low, high))


adagrad = Question(
    name="optimizers/adagrad",
    cases=lambda rng: runs(rng, eps_and()),
    reference=lambda params, lr, eps: optim.Adagrad(params, lr=lr, eps=eps),
    observe=drive,
    forbidden=FORBIDDEN,
    reading="adaptive-methods#adagrad",
    hints=[
        "The structure is that of your class Momentum: one array of zeros for each parameter, here for the sum of squares.",
        "g * g squares each entry; nothing is summed over the entries of a parameter.",
        "First the new square is added, then the step is divided by the root of the sum. eps stands outside the root.",
    ],
)


class Adagrad:
    def __init__(self, params, lr, eps):
        self.params, self.lr, self.eps = params, lr, eps
        self.state = [np.zeros_like(p.data) for p in params]
        self.t = 0

    def step(self):
        self.t += 1
        for p, s in zip(self.params, self.state):
            if p.grad is None:
                continue
            lr, g = self.lr, p.grad
            s += g * g
            p.data -= lr * g / (np.sqrt(s) + self.eps)


mistake = mistakes_in(Adagrad, adagrad)
declare_common_mistakes(mistake, "np.zeros_like(p.data)", missing_matters=False)
FORGETS = "Your Adagrad forgets: the squares are averaged, with a factor that makes old ones fade. That is RMSprop. Adagrad's sum only grows."
mistake("forgets", FORGETS, ("s += g * g", "s *= 0.9\n            s += 0.1 * g * g"))
mistake("forgets_slowly", FORGETS, ("s += g * g", "s *= 0.99\n            s += 0.01 * g * g"))
mistake(
    "mean_of_the_squares",
    "You divide the sum of the squares by the number of steps. Then the steps would not shrink as the sum grows, which is what "
    "Adagrad is known for.",
    ("np.sqrt(s)", "np.sqrt(s / self.t)"),
)
mistake(
    "root_forgotten",
    "The root is missing: you divide by the sum of the squares. With the root, the unit of the gradient cancels.",
    ("np.sqrt(s)", "s"),
)
mistake(
    "square_forgotten",
    "You add up gradients instead of their squares, so that opposite ones cancel, and the root may not exist.",
    ("s += g * g", "s += g"),
)
mistake(
    "absolute_values",
    "You add up absolute values. The sum is of squares, and the root is taken of the sum.",
    ("s += g * g", "s += np.abs(g)"),
    ("np.sqrt(s)", "s"),
)
mistake(
    "eps_inside_the_root",
    "Your eps stands inside the root, where it counts for much more: sqrt(1e-8) is 1e-4. It is added to the root.",
    ("np.sqrt(s) + self.eps", "np.sqrt(s + self.eps)"),
)
mistake(
    "eps_left_out",
    "Your eps is missing: an entry whose gradients were all zero is divided by zero.",
    ("np.sqrt(s) + self.eps", "np.sqrt(s)"),
)
mistake(
    "sum_of_before",
    "You divide by the sum before you add the new square, so the first step is divided by next to nothing.",
    (
        "s += g * g\n            p.data -= lr * g / (np.sqrt(s) + self.eps)",
        "p.data -= lr * g / (np.sqrt(s) + self.eps)\n            s += g * g",
    ),
)
mistake(
    "one_rate_for_the_whole_parameter",
    "You add the squares of all entries of a parameter together, so that they share one rate. In Adagrad each entry has its own.",
    ("s += g * g", "s += np.sum(g * g)"),
)
mistake(
    "gradient_changed_in_place",
    "Your parameters go the right way, but you divide p.grad itself: g = p.grad is the same array under another name.",
    ("p.data -= lr * g / (np.sqrt(s) + self.eps)", "g /= np.sqrt(s) + self.eps\n            p.data -= lr * g"),
)


# -------------------------------------------------------------------------------------------------- rmsprop

rmsprop = Question(
    name="optimizers/rmsprop",
    cases=lambda rng: runs(rng, eps_and(alpha=uniform(0.8, 0.99))),
    reference=lambda params, lr, alpha, eps: optim.RMSprop(params, lr=lr, alpha=alpha, eps=eps),
    observe=drive,
    forbidden=FORBIDDEN,
    reading="adaptive-methods#rmsprop",
    hints=[
        "Only one line of your Adagrad changes.",
        "The average keeps alpha of its past and takes 1 - alpha of the new square.",
    ],
)


class RMSprop:
    def __init__(self, params, lr, alpha, eps):
        self.params, self.lr, self.alpha, self.eps = params, lr, alpha, eps
        self.state = [np.zeros_like(p.data) for p in params]
        self.t = 0

    def step(self):
        self.t += 1
        for p, v in zip(self.params, self.state):
            if p.grad is None:
                continue
            lr, g = self.lr, p.grad
            v *= self.alpha
            v += (1 - self.alpha) * g * g
            p.data -= lr * g / (np.sqrt(v) + self.eps)


mistake = mistakes_in(RMSprop, rmsprop)
declare_common_mistakes(mistake, "np.zeros_like(p.data)")
AVERAGE = "v *= self.alpha\n            v += (1 - self.alpha) * g * g"
mistake(
    "accumulates_for_ever",
    "Your squares add up for ever, as in Adagrad. RMSprop's average forgets: the old value fades by alpha in each step.",
    (AVERAGE, "v += g * g"),
)
mistake(
    "never_fades",
    "Your average never fades: the old value has to be multiplied by alpha.",
    (AVERAGE, "v += (1 - self.alpha) * g * g"),
)
mistake(
    "new_square_in_full",
    "You add the new square in full; an average takes 1 - alpha of it.",
    (AVERAGE, "v *= self.alpha\n            v += g * g"),
)
mistake(
    "weights_swapped",
    "You have the weights the wrong way round: alpha, near 1, is for the past, 1 - alpha for the new square.",
    (AVERAGE, "v *= 1 - self.alpha\n            v += self.alpha * g * g"),
)
mistake(
    "average_of_the_gradient",
    "You average the gradients and square the average; gradients of opposite signs cancel in it. Average the squares.",
    (AVERAGE, "v *= self.alpha\n            v += (1 - self.alpha) * g"),
    ("np.sqrt(v)", "np.sqrt(v * v)"),
)
mistake(
    "root_forgotten",
    "The root is missing: the step is divided by the root of the mean square, which is the RMS of the name.",
    ("np.sqrt(v)", "v"),
)
mistake(
    "eps_inside_the_root",
    "Your eps stands inside the root, where it counts for much more. It is added to the root.",
    ("np.sqrt(v) + self.eps", "np.sqrt(v + self.eps)"),
)
mistake(
    "eps_left_out",
    "Your eps is missing: an entry whose gradients were all zero is divided by zero.",
    ("np.sqrt(v) + self.eps", "np.sqrt(v)"),
)
mistake(
    "average_of_before",
    "You divide by the average before the new square is in it.",
    (
        AVERAGE + "\n            p.data -= lr * g / (np.sqrt(v) + self.eps)",
        "p.data -= lr * g / (np.sqrt(v) + self.eps)\n            " + AVERAGE,
    ),
)
mistake(
    "corrected_for_the_start",
    "You correct the average for having started from zero. That is Adam's idea; RMSprop leaves it, so that its first steps are "
    "longer.",
    ("np.sqrt(v)", "np.sqrt(v / (1 - self.alpha**self.t))"),
)
mistake(
    "gradient_changed_in_place",
    "Your parameters go the right way, but you divide p.grad itself: g = p.grad is the same array under another name.",
    ("p.data -= lr * g / (np.sqrt(v) + self.eps)", "g /= np.sqrt(v) + self.eps\n            p.data -= lr * g"),
)


# ------------------------------------------------------------------------------------------------- adadelta

adadelta = Question(
    name="optimizers/adadelta",
    cases=lambda rng: runs(rng, eps_and(rho=uniform(0.8, 0.95))),
    reference=lambda params, lr, rho, eps: optim.Adadelta(params, lr=lr, rho=rho, eps=eps),
    observe=drive,
    forbidden=FORBIDDEN,
    reading="adaptive-methods#adadelta",
    hints=[
        "Two arrays for each parameter now: v for the squares of the gradients, u for the squares of the steps.",
        "The order is: v, then d from the old u and the new v, then u from d, then the parameter.",
        "Here eps stands inside both roots, and the learning rate is not part of d.",
    ],
)


class Adadelta:
    def __init__(self, params, lr, rho, eps):
        self.params, self.lr, self.rho, self.eps = params, lr, rho, eps
        self.state = [(np.zeros_like(p.data), np.zeros_like(p.data)) for p in params]

    def step(self):
        rho, eps = self.rho, self.eps
        for p, (v, u) in zip(self.params, self.state):
            if p.grad is None:
                continue
            lr, g = self.lr, p.grad
            v *= rho
            v += (1 - rho) * g * g
            d = np.sqrt(u + eps) / np.sqrt(v + eps) * g
            u *= rho
            u += (1 - rho) * d * d
            p.data -= lr * d


mistake = mistakes_in(Adadelta, adadelta)
declare_common_mistakes(mistake, "(np.zeros_like(p.data), np.zeros_like(p.data))")
STEP, KEEP = "d = np.sqrt(u + eps) / np.sqrt(v + eps) * g", "u *= rho\n            u += (1 - rho) * d * d"
mistake(
    "second_average_never_grows",
    "Your second average, u, stays zero, so all steps keep the length of the first. It has to take in the squares of the steps "
    "d.",
    (KEEP, "u *= rho"),
)
mistake(
    "without_the_second_average",
    "The root of u is missing from your step: this is RMSprop. In Adadelta the length of the last steps takes the place of the "
    "learning rate.",
    ("np.sqrt(u + eps) / np.sqrt", "1 / np.sqrt"),
)
mistake(
    "second_average_of_the_gradients",
    "Your second average holds the squares of the gradients, like the first. It is for the squares of the steps d.",
    ("(1 - rho) * d * d", "(1 - rho) * g * g"),
)
mistake(
    "second_average_before_the_step",
    "You let u fade before the step uses it. d is computed from the u of before.",
    (STEP + "\n            u *= rho\n", "u *= rho\n            " + STEP + "\n"),
)
mistake(
    "learning_rate_in_the_second_average",
    "Your u holds the squares of lr * d. The learning rate scales the step from outside; u holds the squares of d.",
    ("(1 - rho) * d * d", "(1 - rho) * (lr * d) ** 2"),
)
mistake(
    "averages_swapped",
    "Your two averages are swapped in the step: the root of u goes above, the root of v below.",
    (STEP, "d = np.sqrt(v + eps) / np.sqrt(u + eps) * g"),
)
mistake(
    "eps_outside_the_roots",
    "Your eps stands outside the roots. Here it is inside: it sets the length of the first steps, when u is still zero.",
    (STEP, "d = (np.sqrt(u) + eps) / (np.sqrt(v) + eps) * g"),
)
mistake("roots_forgotten", "The roots are missing.", (STEP, "d = (u + eps) / (v + eps) * g"))
mistake(
    "accumulates_for_ever",
    "Your first average adds the squares up for ever; the old value has to fade by rho.",
    ("            v *= rho\n", ""),
)
mistake(
    "gradient_changed_in_place",
    "Your parameters go the right way, but p.grad is changed on the way: g = p.grad is the same array under another name, and "
    "g *= ... writes into it. Work on a copy.",
    (STEP, "g *= np.sqrt(u + eps) / np.sqrt(v + eps)\n            d = g"),
)
mistake(
    "average_of_before",
    "You compute the step before the new square is in v.",
    (
        "            v *= rho\n            v += (1 - rho) * g * g\n            " + STEP,
        "            " + STEP + "\n            v *= rho\n            v += (1 - rho) * g * g",
    ),
)


# ----------------------------------------------------------------------------------------------------- adam


def betas(rng: np.random.Generator) -> tuple[float, float]:
    return float(rng.uniform(0.7, 0.93)), float(rng.uniform(0.95, 0.999))


adam = Question(
    name="optimizers/adam",
    cases=lambda rng: runs(rng, eps_and(betas=betas)),
    reference=lambda params, lr, betas, eps: optim.Adam(params, lr=lr, betas=betas, eps=eps),
    observe=drive,
    forbidden=FORBIDDEN,
    reading="adaptive-methods#adam",
    hints=[
        "For each parameter: m, v and t. In step: t goes up by one, then both averages, then both corrections, then the update.",
        "The first step uses t = 1, so that both corrections give back the gradient and its square exactly.",
        "The corrected averages are for this step's update alone: what is kept is m and v.",
        "A parameter without a gradient is passed over entirely, its t too. So t cannot be one number for the optimizer.",
    ],
)


class Adam:
    def __init__(self, params, lr, betas, eps):
        self.params, self.lr, self.betas, self.eps = params, lr, betas, eps
        self.state = [{"t": 0, "m": np.zeros_like(p.data), "v": np.zeros_like(p.data)} for p in params]
        self.t = 0

    def step(self):
        beta1, beta2 = self.betas
        for p, s in zip(self.params, self.state):
            if p.grad is None:
                continue
            lr, g = self.lr, p.grad
            s["t"] += 1
            t = s["t"]
            m = s["m"] = beta1 * s["m"] + (1 - beta1) * g
            v = s["v"] = beta2 * s["v"] + (1 - beta2) * g * g
            m_hat = m / (1 - beta1**t)
            v_hat = v / (1 - beta2**t)
            p.data -= lr * m_hat / (np.sqrt(v_hat) + self.eps)


ADAM_STATE = '{"t": 0, "m": np.zeros_like(p.data), "v": np.zeros_like(p.data)}'
M_HAT, V_HAT = "m_hat = m / (1 - beta1**t)", "v_hat = v / (1 - beta2**t)"
ONE_COUNT = ('            s["t"] += 1\n            t = s["t"]\n', "            t = self.t\n")


def declare_mistakes_of_adam(mistake: Callable) -> None:
    """The mistakes that Adam and AdamW share."""
    mistake(
        "no_bias_correction",
        "Neither average is corrected for having started from zero, so the first steps are wrong.",
        (M_HAT, "m_hat = m"),
        (V_HAT, "v_hat = v"),
    )
    mistake(
        "only_m_corrected",
        "Only m is corrected for having started from zero; v needs it as well, with its own beta.",
        (V_HAT, "v_hat = v"),
    )
    mistake(
        "only_v_corrected",
        "Only v is corrected for having started from zero; m needs it as well, with its own beta.",
        (M_HAT, "m_hat = m"),
    )
    mistake(
        "t_starts_at_zero",
        "Your t is 0 in the first step, so the correction divides by 1 - 1 = 0. Count the step before you correct.",
        ('t = s["t"]', 't = s["t"] - 1'),
    )
    mistake(
        "t_one_ahead",
        "Your t is one too large: the first step has t = 1.",
        ('t = s["t"]', 't = s["t"] + 1'),
    )
    mistake(
        "t_never_grows",
        "Your t stays 1, so the averages are corrected in every step as if it were the first.",
        ('t = s["t"]', "t = 1"),
    )
    mistake(
        "t_counts_parameters",
        "Your t grows with every parameter instead of every step: it is one counter, increased inside the loop over the "
        "parameters.",
        ('            s["t"] += 1\n            t = s["t"]\n', "            self.t += 1\n            t = self.t\n"),
    )
    mistake(
        "t_of_the_optimizer",
        "You have one t for all parameters, so it counts steps in which a parameter had no gradient and its averages rested. "
        "Each parameter needs a t of its own.",
        ONE_COUNT,
        ("beta1, beta2 = self.betas", "beta1, beta2 = self.betas\n        self.t += 1"),
    )
    mistake(
        "corrected_averages_kept",
        "You keep the corrected averages as the new m and v, so the correction is made again and again. Correct copies for the "
        "update, keep the averages.",
        (M_HAT, 'm_hat = s["m"] = m / (1 - beta1**t)'),
        (V_HAT, 'v_hat = s["v"] = v / (1 - beta2**t)'),
    )
    mistake(
        "corrected_with_the_wrong_beta",
        "Both corrections use the same beta. m is corrected with beta1, v with beta2.",
        (V_HAT, "v_hat = v / (1 - beta1**t)"),
    )
    mistake(
        "correction_multiplies_t",
        "You wrote beta * t; the correction is 1 minus beta to the power t.",
        (M_HAT, "m_hat = m / (1 - beta1 * t)"),
        (V_HAT, "v_hat = v / (1 - beta2 * t)"),
    )
    mistake(
        "betas_swapped",
        "You have the betas the wrong way round: betas is (beta1, beta2), beta1 for the gradient, beta2 for its square.",
        ("beta1, beta2 = self.betas", "beta2, beta1 = self.betas"),
    )
    mistake(
        "square_of_the_average",
        "Your v averages the squares of m. It averages the squares of the gradient: where signs alternate, m is small and v is "
        "not.",
        ("(1 - beta2) * g * g", "(1 - beta2) * m * m"),
    )
    mistake(
        "square_forgotten",
        "Your v averages the gradient instead of its square.",
        ("(1 - beta2) * g * g", "(1 - beta2) * g"),
    )
    mistake("root_forgotten", "The root is missing: the step is divided by the root of v.", ("np.sqrt(v_hat)", "v_hat"))
    mistake(
        "eps_inside_the_root",
        "Your eps stands inside the root, where it counts for much more: sqrt(1e-8) is 1e-4. It is added to the root.",
        ("np.sqrt(v_hat) + self.eps", "np.sqrt(v_hat + self.eps)"),
    )
    mistake(
        "eps_before_the_correction",
        "You add eps to the root of v before it is corrected, so that it weighs more in the first steps. It is added to the "
        "root of the corrected v.",
        ("np.sqrt(v_hat) + self.eps", "(np.sqrt(v) + self.eps) / np.sqrt(1 - beta2**t)"),
    )
    mistake(
        "eps_left_out",
        "Your eps is missing: an entry whose gradients were all zero is divided by zero.",
        ("np.sqrt(v_hat) + self.eps", "np.sqrt(v_hat)"),
    )
    mistake(
        "gradient_changed_in_place",
        "Your parameters go the right way, but p.grad is changed on the way: g = p.grad is the same array under another name, and "
        "g *= ... writes into it. Work on a copy.",
        ("(1 - beta2) * g * g", "(1 - beta2) * np.multiply(g, g, out=g)"),
    )
    mistake(
        "gradient_in_place_of_m",
        "Your step goes along the gradient, divided by the root of v: RMSprop with a correction. Adam goes along the corrected "
        "m.",
        ("lr * m_hat", "lr * g"),
    )


mistake = mistakes_in(Adam, adam)
declare_mistakes_of_adam(mistake)
declare_common_mistakes(mistake, ADAM_STATE)


# ---------------------------------------------------------------------------------------------------- adamw

adamw = Question(
    name="optimizers/adamw",
    cases=lambda rng: [
        # eps last is Adam's order; in this class weight_decay follows
        {
            **{name: value for name, value in case.items() if name != "gradients"},
            "weight_decay": decay,
            "gradients": case["gradients"],
        }
        for case, decay in zip(runs(rng, eps_and(betas=betas)), rng.uniform(0.05, 0.3, 4).tolist(), strict=True)
    ],
    reference=lambda params, lr, betas, eps, weight_decay: optim.AdamW(
        params, lr=lr, betas=betas, eps=eps, weight_decay=weight_decay
    ),
    observe=drive,
    forbidden=FORBIDDEN,
    reading="adaptive-methods#adamw-and-weight-decay",
    hints=[
        "Begin with a copy of your Adam: one line is added.",
        "The decay touches p.data and nothing else, neither g nor m nor v.",
        "It shrinks the parameter by the factor 1 - lr * weight_decay, before Adam's update.",
    ],
)


class AdamW:
    def __init__(self, params, lr, betas, eps, weight_decay):
        self.params, self.lr, self.betas, self.eps, self.weight_decay = params, lr, betas, eps, weight_decay
        self.state = [{"t": 0, "m": np.zeros_like(p.data), "v": np.zeros_like(p.data)} for p in params]
        self.t = 0

    def step(self):
        beta1, beta2 = self.betas
        for p, s in zip(self.params, self.state):
            if p.grad is None:
                continue
            lr, g = self.lr, p.grad
            s["t"] += 1
            t = s["t"]
            p.data *= 1 - lr * self.weight_decay
            m = s["m"] = beta1 * s["m"] + (1 - beta1) * g
            v = s["v"] = beta2 * s["v"] + (1 - beta2) * g * g
            m_hat = m / (1 - beta1**t)
            v_hat = v / (1 - beta2**t)
            p.data -= lr * m_hat / (np.sqrt(v_hat) + self.eps)


mistake = mistakes_in(AdamW, adamw)
DECAY = "            p.data *= 1 - lr * self.weight_decay\n"
mistake(
    "decay_in_the_gradient",
    "You add weight_decay * p to the gradient. That is Adam with an L2 penalty: the decay passes through the averages and is "
    "divided by the root of v. In AdamW it shrinks the parameter directly.",
    (DECAY, "            g = g + self.weight_decay * p.data\n"),
)
mistake(
    "decay_without_the_rate",
    "Your decay is not scaled by the learning rate: the factor is 1 - lr * weight_decay, so that a schedule lowers the decay "
    "along with the step.",
    ("1 - lr * self.weight_decay", "1 - self.weight_decay"),
)
mistake(
    "decay_divided_by_the_root",
    "You add weight_decay * p to the corrected m, so the decay is divided by the root of v like the rest. It passes by the "
    "averages and the division.",
    (DECAY, ""),
    ("lr * m_hat", "lr * (m_hat + self.weight_decay * p.data)"),
)
mistake(
    "decay_after_the_update",
    "You shrink the parameter after the update, so that the update shrinks along with it. The decay comes first.",
    (DECAY, ""),
    ("(np.sqrt(v_hat) + self.eps)", "(np.sqrt(v_hat) + self.eps)\n" + DECAY.rstrip()),
)
mistake("decay_of_the_wrong_sign", "Your parameters grow by the decay: the factor is below 1.", ("1 - lr", "1 + lr"))
mistake("decay_forgotten", "This is Adam: the decay is missing.", (DECAY, ""))
mistake(
    "decay_without_a_gradient",
    "You shrink parameters that have no gradient. They took no part in this step, so they are left alone, decay included.",
    (DECAY, ""),
    (SKIP, DECAY.replace("lr *", "self.lr *") + SKIP),
)
mistake(
    "decay_of_the_weights_alone",
    "You leave the biases out of the decay. That is often done, but by a parameter group whose weight_decay is 0; the class "
    "treats all parameters alike.",
    (DECAY, "            if p.data.ndim > 1:\n    " + DECAY),
)
declare_mistakes_of_adam(mistake)
declare_common_mistakes(mistake, ADAM_STATE)


# ---------------------------------------------------------------------------------------------------- decay


def decay_cases(rng: np.random.Generator) -> list[Case]:
    return [
        {
            "w": float(rng.choice([-1, 1]) * rng.integers(2, 9)),
            "lr": float(rng.choice([0.1, 0.2, 0.3, 0.4])),
            "weight_decay": float(rng.choice([0.01, 0.03, 0.07])),
        }
    ]


def decay_reference(w, lr, weight_decay):
    after = []
    for algorithm in (optim.SGD, optim.Adam, optim.AdamW):
        p = Parameter(np.array([w]))
        p.grad = np.zeros(1)
        algorithm([p], lr=lr, weight_decay=weight_decay).step()
        after.append(p.data[0])
    return after


decay = Question(
    name="optimizers/decay",
    cases=decay_cases,
    reference=decay_reference,
    reading="adaptive-methods#adamw-and-weight-decay",
    value=True,
    personal=True,
    # five digits: 1.0000 may stand for 1.00005
    rtol=5e-5,
    hints=[
        "In SGD and Adam the decay becomes part of the gradient. What is the gradient then, in this first step?",
        "In Adam's first step both corrections undo the averaging: m_hat is g, and v_hat is g². What is left of g / sqrt(g²)?",
        "AdamW's averages see a gradient of zero. What is left is the factor 1 - lr * weight_decay.",
    ],
)


@decay.misconception
def all_alike(w, lr, weight_decay):
    """You let all three shrink w by the same factor. In Adam the decay is part of the gradient, and the gradient is divided by its own
    size."""
    return [w * (1 - lr * weight_decay)] * 3


@decay.misconception
def nothing_moves(w, lr, weight_decay):
    """You let nothing move because the gradient of the loss is zero. The decay acts all the same."""
    return [w] * 3


@decay.misconception
def adam_and_adamw_swapped(w, lr, weight_decay):
    """You have Adam and AdamW the wrong way round: in AdamW the decay passes by the averages and the division."""
    shrunk = w * (1 - lr * weight_decay)
    return [shrunk, shrunk, w - lr * np.sign(w)]


@decay.misconception
def both_adams_normalize(w, lr, weight_decay):
    """You let AdamW divide the decay by the root of v, as Adam does. In AdamW the decay does not enter the gradient."""
    return [w * (1 - lr * weight_decay), w - lr * np.sign(w), w - lr * np.sign(w)]


@decay.misconception
def decay_without_the_rate(w, lr, weight_decay):
    """Your AdamW shrinks w by weight_decay alone; in the factor the decay is multiplied by the learning rate."""
    return [w * (1 - lr * weight_decay), w - lr * np.sign(w), w * (1 - weight_decay)]


@decay.misconception
def adam_away_from_zero(w, lr, weight_decay):
    """Your Adam moves w by the learning rate, but away from zero. The decay pulls towards it, whatever the sign of w."""
    return [w * (1 - lr * weight_decay), w + lr * np.sign(w), w * (1 - lr * weight_decay)]


@decay.misconception
def adam_not_corrected(w, lr, weight_decay):
    """Your Adam leaves the corrections out: m is a tenth of g, the root of v about a thirtieth. With them, the first step is as long as the learning
    rate."""
    return [w * (1 - lr * weight_decay), w - lr * np.sign(w) * 0.1 / np.sqrt(0.001), w * (1 - lr * weight_decay)]


@decay.misconception
def adam_scales_with_the_decay(w, lr, weight_decay):
    """Your Adam moves by lr * weight_decay. After the division nothing is left of the size of the gradient, and so of the decay: only its sign."""
    return [w * (1 - lr * weight_decay), w - lr * weight_decay * np.sign(w), w * (1 - lr * weight_decay)]


# ----------------------------------------------------------------------------------------------------- mend


def drive_epochs(answer: Callable, case: Case) -> Any:
    """Hand over the state from epoch to epoch, by way of a copy as saving and loading makes it, in a run alone and in two that take
    turns: what is remembered elsewhere than in the state gets mixed up."""

    def epoch(w: Any, state: Any, batches: list) -> tuple[Any, Any]:
        result = answer(case["gradient"], w.copy(), state, list(batches), case["lr"], case["betas"], case["eps"])
        if not (isinstance(result, (tuple, list)) and len(result) == 2):
            raise TypeError(f"it should return a pair (w, state), but returned {result!r:.60}")
        return _snapshot(result[0]), copy.deepcopy(result[1])

    def run(*starts: Any) -> list:
        runs: list = [(start, {}) for start in starts]
        paths: list[list] = [[start] for start in starts]
        for batches in case["epochs"]:
            runs = [epoch(w, state, batches) for w, state in runs]
            for path, (w, _) in zip(paths, runs, strict=True):
                path.append(w)
        return [_stacked(path) for path in paths]

    (alone,) = run(case["start"])
    beside, other = run(case["start"], case["start"] + 1)
    return {"w after each epoch": alone, "of two runs in turns, the first": beside, "the second": other}


def mend_cases(rng: np.random.Generator) -> list[Case]:
    cases = []
    for d, epochs in ((1, [2]), (2, [3, 3, 2]), (3, [1, 4, 2, 3]), (2, [2, 2, 2, 2, 2])):
        n = 6
        X, y = rng.normal(size=(n, d)), rng.normal(size=n)

        def gradient(w, batch, X=X, y=y):
            """a function gradient(w, batch)"""
            return 2 / len(batch) * X[batch].T @ (X[batch] @ w - y[batch])

        cases.append(
            {
                "gradient": gradient,
                "start": rng.normal(0, 2, d),
                "epochs": [[rng.permutation(n)[:2].tolist() for _ in range(count)] for count in epochs],
                "lr": float(rng.uniform(0.05, 0.3)),
                "betas": (float(rng.uniform(0.6, 0.9)), float(rng.uniform(0.9, 0.99))),
                "eps": 1e-8,
            }
        )
    return cases


def mend_reference(gradient, w, state, batches, lr, betas, eps):
    p = Parameter(w.copy())
    optimizer = optim.Adam([p], lr=lr, betas=betas, eps=eps)
    if state:
        optimizer.load_state_dict(state)
    for batch in batches:
        p.grad = gradient(p.data, batch)
        optimizer.step()
    return p.data, optimizer.state_dict()


mend = Question(
    name="optimizers/mend",
    cases=mend_cases,
    reference=mend_reference,
    observe=drive_epochs,
    forbidden=FORBIDDEN,
    reading="adaptive-methods#adam",
    hints=[
        "Ask of each of t, m and v: what is it in the first step of the second epoch? And what should it be?",
        "Write down t for each of the steps of two epochs with three batches. It should go from 1 to 6.",
        "Is anything that is kept for the next step also changed for the update of this one?",
    ],
)


def adam_epoch(gradient, w, state, batches, lr, betas, eps):
    beta1, beta2 = betas
    m, v = state.get("m", np.zeros_like(w)), state.get("v", np.zeros_like(w))
    t = state.get("t", 0)
    for batch in batches:
        t += 1
        g = gradient(w, batch)
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g * g
        m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
        w = w - lr * m_hat / (np.sqrt(v_hat) + eps)
    return w, {"t": t, "m": m, "v": v}


mistake = mistakes_in(adam_epoch, mend)
COUNT_EPOCHS = (('    t = state.get("t", 0)\n', '    t = state.get("t", 0) + 1\n'), ("        t += 1\n", ""))
RESET = ('state.get("m", np.zeros_like(w)), state.get("v", np.zeros_like(w))', "np.zeros_like(w), np.zeros_like(w)")
KEEP_CORRECTED = (("m_hat, v_hat = m /", "m_hat, v_hat = m, v = m /"),)
mistake(
    "t_counts_epochs",
    "Two of the three faults are mended. Your t still counts epochs: all batches of an epoch are corrected alike, though the "
    "averages go on.",
    *COUNT_EPOCHS,
)
mistake(
    "averages_begin_anew_each_epoch",
    "Two of the three faults are mended. Your averages still begin from zero in every epoch, while t goes on.",
    RESET,
)
mistake(
    "corrected_averages_kept",
    "Two of the three faults are mended. The corrected averages are still kept as m and v, and corrected again in the next step.",
    *KEEP_CORRECTED,
)
mistake(
    "only_the_kept_corrections_mended",
    "One of the three faults is mended. What happens to t within an epoch, and to the averages between two?",
    *COUNT_EPOCHS,
    RESET,
)
mistake(
    "only_the_averages_mended",
    "One of the three faults is mended. What does t count, and what do m and v hold after the correction?",
    *COUNT_EPOCHS,
    *KEEP_CORRECTED,
)
mistake(
    "only_t_mended",
    "One of the three faults is mended. What are m and v at the beginning of an epoch, and after the correction?",
    RESET,
    *KEEP_CORRECTED,
)
mistake(
    "nothing_mended",
    "This does what the broken function does: all three faults are still there.",
    *COUNT_EPOCHS,
    RESET,
    *KEEP_CORRECTED,
)
mistake(
    "t_not_saved",
    "Your t begins from zero in every epoch, while the averages go on, so they are corrected as if they had just begun. t "
    "belongs into the state as well.",
    ('state.get("t", 0)', "0"),
)
mistake(
    "nothing_saved",
    "In every epoch your Adam begins anew: m, v and t all belong into the state that is returned, and are taken from the state "
    "that is given.",
    ('{"t": t, "m": m, "v": v}', "{}"),
)
mistake(
    "state_kept_elsewhere",
    "A single run is right, but two runs that take turns mix up their averages: you keep m, v and t outside of the state, where every "
    "run finds those of the other. Take them from the state that is given, and return them in it.",
    ("lr, betas, eps):", "lr, betas, eps, kept={}):\n    state = kept if state else kept.clear() or kept"),
    ('return w, {"t": t, "m": m, "v": v}', 'kept.update(t=t, m=m, v=v)\n    return w, {"begun": True}'),
)
mistake(
    "t_starts_at_zero",
    "Your t is 0 in the first step, so the correction divides by 1 - 1 = 0. Count the step before you correct.",
    ("        t += 1\n", ""),
    ("(np.sqrt(v_hat) + eps)", "(np.sqrt(v_hat) + eps)\n        t += 1"),
)
mistake(
    "one_step_an_epoch",
    "You make one step an epoch, with the mean gradient of its batches. Each batch is a step.",
    ("for batch in batches:", "for _ in [0]:"),
    ("gradient(w, batch)", "np.mean([gradient(w, batch) for batch in batches], axis=0)"),
)
mistake(
    "stale_gradient",
    "You take all gradients of an epoch at the point where it begins. Each batch's gradient belongs to where w is when its turn "
    "comes.",
    ("    for batch in batches:", "    start = w\n    for batch in batches:"),
    ("gradient(w, batch)", "gradient(start, batch)"),
)


QUESTIONS = [
    momentum,
    conventions,
    nesterov,
    lookahead,
    groups,
    adagrad,
    rmsprop,
    adadelta,
    adam,
    adamw,
    decay,
    mend,
]
