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


def eps_and(**draws: Callable[[np.random.Generator], Any]) -> Callable[[np.random.Generator], Case]:
    """Draws these options and, last, an eps that is of the size of the smallest gradients."""
    return lambda rng: {name: draw(rng) for name, draw in draws.items()} | {"eps": float(10 ** rng.uniform(-8, -6))}


def uniform(low: float, high: float) -> Callable[[np.random.Generator], float]:
    return lambda rng: float(rng.uniform(low, high))


def betas(rng: np.random.Generator) -> tuple[float, float]:
    return float(rng.uniform(0.7, 0.93)), float(rng.uniform(0.95, 0.999))


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
