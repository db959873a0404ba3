"""What the playground offers: problems, optimizers and schedules, with all that its script needs to know of them.

Constants, defaults, starts and windows are read off course_lib, so that they stand there alone. `_interactive/playground.js`
computes with them; the tests compare every step it takes with the objects made here.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, partial
from math import ceil
from typing import Any

import numpy as np
from sphinx.locale import get_translation

from course_lib import lr_scheduler, optim
from course_lib.experiments import run
from course_lib.problems import (
    Beale,
    Cliff,
    Ditch,
    DoubleWell,
    Function,
    Himmelblau,
    Plateau,
    Quadratic,
    Ravine,
    Rosenbrock,
    Saddle,
)
from course_lib.trace import DivergenceError, Trace

_ = get_translation("book")

PROBLEMS: dict[str, Function] = {
    "Ravine": Ravine(),
    "Quadratic": Quadratic([1.0, 10.0]),
    "Rosenbrock": Rosenbrock(),
    "Beale": Beale(),
    "Himmelblau": Himmelblau(),
    "Saddle": Saddle(),
    "DoubleWell": DoubleWell(),
    "Ditch": Ditch(),
    "Plateau": Plateau(),
    "Cliff": Cliff(),
}
CONSTANTS: dict[type, tuple[str, ...]] = {
    Quadratic: ("A", "minimum"),
    Ravine: ("A", "minimum"),
    Beale: ("constants",),
    DoubleWell: ("tilt",),
    Ditch: ("depth", "width", "place"),
    Cliff: ("sharpness", "lean"),
}
FORMULAS = {Ravine: "Quadratic"}  # the others have their own

# what a reader may choose; the limits of course_lib are wider
RANGES = {
    "lr": (1e-4, 1e3),
    "momentum": (0.01, 0.99),  # 0 is plain SGD, and no Nesterov
    "beta1": (0.0, 0.99),
    "beta2": (0.0, 0.999),
    "alpha": (0.0, 0.999),
    "rho": (0.0, 0.999),
    "weight_decay": (0.0, 1.0),
}
UPDATES = (50, 100, 200, 500)
STARTS_WITH = {"problem": "Ravine", "optimizers": ("SGD", "SGD with momentum"), "schedule": "constant", "updates": 100}


@dataclass(frozen=True)
class Offered:
    """An optimizer as a reader can choose it.

    Attributes
    ----------
    algorithm : class of `course_lib.optim`
    fixed : dict
        Options that differ from the algorithm's defaults and are not to be changed.
    sliders : tuple of str
        The options that can be changed besides lr; beta1 and beta2 are the two betas.
    shown : dict
        Where a slider stands at first, if not at the algorithm's default.
    scale : float
        By what the rates of `RATES` are multiplied before they are tried.
    """

    algorithm: type[optim.Optimizer]
    sliders: tuple[str, ...] = ()
    fixed: Mapping[str, Any] | None = None
    shown: Mapping[str, float] | None = None
    scale: float = 1.0

    @property
    def defaults(self) -> dict[str, Any]:
        """All numeric options, each beta by itself."""
        parameters = inspect.signature(self.algorithm).parameters.values()
        options = {p.name: p.default for p in parameters if p.default is not p.empty}
        if "betas" in options:
            options["beta1"], options["beta2"] = options.pop("betas")
        return {**options, **(self.fixed or {}), **(self.shown or {})}

    def make(self, options: Mapping[str, Any]) -> Callable[[list], optim.Optimizer]:
        """What makes the optimizer from its parameters, with the options of the sliders and lr."""
        given = {**(self.fixed or {}), **options}
        if "beta1" in given:
            given["betas"] = (float(given.pop("beta1")), float(given.pop("beta2")))
        return partial(self.algorithm, **given)


OPTIMIZERS = {
    "SGD": Offered(optim.SGD),
    # the default of torch and of course_lib is 0, which is no momentum
    "SGD with momentum": Offered(optim.SGD, ("momentum",), shown={"momentum": 0.9}),
    "SGD, Nesterov": Offered(optim.SGD, ("momentum",), fixed={"nesterov": True}, shown={"momentum": 0.9}),
    "Adagrad": Offered(optim.Adagrad),
    "RMSprop": Offered(optim.RMSprop, ("alpha",)),
    # its steps begin tiny, so on most of the landscapes it is best at a rate of 50 to 200
    "Adadelta": Offered(optim.Adadelta, ("rho",), scale=100.0),
    "Adam": Offered(optim.Adam, ("beta1", "beta2")),
    "AdamW": Offered(optim.AdamW, ("beta1", "beta2", "weight_decay")),
}

# shares of the run, so that a schedule suits runs of any length
SCHEDULES: dict[str, dict[str, float]] = {
    "constant": {},
    "StepLR": {"share": 1 / 3, "gamma": 0.1},
    "ExponentialLR": {"final": 0.01},
    "PolynomialLR": {"power": 1.0},
    "CosineAnnealingLR": {},
    "CosineAnnealingWarmRestarts": {"share": 1 / 7, "T_mult": 2},
    "LinearLR": {"share": 0.1, "start_factor": 0.1},
}


def schedule(name: str, updates: int) -> Callable[[Any], Any] | None:
    """What makes the schedule called `name` for a run of so many updates, each of which counts as an epoch of it."""
    options = SCHEDULES[name]
    length = ceil(options.get("share", 1) * updates)
    arguments: dict[str, dict[str, Any]] = {
        "StepLR": {"step_size": length},
        "ExponentialLR": {"gamma": options.get("final", 1) ** (1 / updates)},
        "PolynomialLR": {"total_iters": length},
        "CosineAnnealingLR": {"T_max": length},
        "CosineAnnealingWarmRestarts": {"T_0": length},
        "LinearLR": {"total_iters": length},
    }
    if name == "constant":
        return None
    more = {key: value for key, value in options.items() if key not in ("share", "final")}
    return partial(getattr(lr_scheduler, name), **arguments[name], **more)


def attempt(problem: str, optimizer: str, lr: float, updates: int = STARTS_WITH["updates"], label: str = "") -> Trace:
    """A run from the problem's start with everything else at its default."""
    offered = OPTIMIZERS[optimizer]
    options = {name: offered.defaults[name] for name in offered.sliders}
    f = PROBLEMS[problem]
    try:
        return run(f, offered.make({"lr": lr, **options}), f.start, epochs=updates, label=label or optimizer)
    except DivergenceError as error:
        return error.trace


RATES = tuple(float(rate) for rate in np.logspace(-4, 1, 21))


@cache
def best_rate(problem: str, optimizer: str) -> float:
    """The rate of `RATES`, on the optimizer's scale, whose run has the lowest mean loss: one that gets down soon and stays there.

    Raises
    ------
    ValueError
        If it is the smallest or the largest tried, so that a better one may lie beyond.
    """
    tried = [rate * OPTIMIZERS[optimizer].scale for rate in RATES]

    def mean_loss(lr: float) -> float:
        trace = attempt(problem, optimizer, lr)
        return float(trace.loss.mean()) if trace.updates == STARTS_WITH["updates"] else np.inf

    best = min(tried, key=mean_loss)
    if best in (tried[0], tried[-1]):
        raise ValueError(
            f"{optimizer} on {problem}: the best rate, {best:g}, is an end of the grid. Widen RATES or change its scale."
        )
    return best


def constants(problem: Function) -> dict[str, Any]:
    return {name: np.asarray(getattr(problem, name)).tolist() for name in CONSTANTS.get(type(problem), ())}


def settings() -> dict[str, Any]:
    """All that the script needs, as plain numbers and strings."""
    problems = {
        name: {
            "formula": FORMULAS.get(type(f), type(f).__name__),
            "about": inspect.getdoc(type(f)).splitlines()[0],
            "constants": constants(f),
            "box": [[float(v) for v in side] for side in f.box],
            "start": f.start.tolist(),
            "minima": f.minima.tolist(),
            "lowest": min(f.loss(w) for w in f.minima),
            "rates": {optimizer: best_rate(name, optimizer) for optimizer in OPTIMIZERS},
        }
        for name, f in PROBLEMS.items()
    }
    optimizers = {
        name: {
            "rule": offered.algorithm.__name__,
            "options": {key: float(value) for key, value in offered.defaults.items() if isinstance(value, int | float)},
            "sliders": list(offered.sliders),
        }
        for name, offered in OPTIMIZERS.items()
    }
    return {
        "problems": problems,
        "optimizers": optimizers,
        "schedules": SCHEDULES,
        "ranges": RANGES,
        "updates": UPDATES,
        "first": STARTS_WITH,
        "text": {key: str(text) for key, text in words().items()},
    }


def words() -> dict[str, str]:
    """What the script says, for translators to find; names in braces are filled in by the script."""
    return {
        "problem": _("problem"),
        "updates": _("updates"),
        "first": _("First optimizer"),
        "second": _("Second optimizer"),
        "optimizer": _("optimizer"),
        "schedule": _("schedule"),
        "constant": _("constant rate"),
        "lr": _("learning rate"),
        "reset": _("Back to the first start"),
        "loss": _("loss above the lowest"),
        "keys": _(
            "To choose the start, click into the landscape. With the keyboard: move the cross with the arrow keys "
            "(with Shift in small steps), and press Enter."
        ),
        "landscape": _("{problem}: landscape with the paths of two optimizers. Arrow keys move the cross, Enter starts there."),
        "curve": _("Loss against updates, on a logarithmic scale. {result}"),
        "cross": _("cross at {place}, loss {loss}"),
        "ended": _("{name}: {updates} updates lead from {start} to {end}, where the loss is {loss}."),
        "diverged": _("{name}: it diverges. After {updates} updates the loss is no longer a finite number."),
    }
