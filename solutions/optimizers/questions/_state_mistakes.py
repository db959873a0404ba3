"""The mistakes of every class: with parameters, with the state that belongs to each, and with the rate."""

from __future__ import annotations

from collections.abc import Callable

SKIP = """            if p.grad is None:
                continue
"""


def declare_state_mistakes(mistake: Callable, fresh: str, missing_matters: bool = True) -> None:
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
