"""Both ends of the line between an answer and the objects of its cases that stay with the grader."""

from __future__ import annotations

import builtins
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, Protocol

import numpy as np

from course_lib import asking
from course_lib.checks.evidence import decode, encode, writable
from course_lib.driving.calls import Case
from course_lib.driving.kept import Kept

MAX_MESSAGE = 500


class UsedUp(RuntimeError):
    """A call asks for more than there is for one answer."""


class Drawn(Protocol):
    """What is needed of a draw: the cases with the objects themselves."""

    @property
    def cases(self) -> list[Case]: ...


def ask(place: dict[str, Any], method: str, arguments: Sequence[Any]) -> Any:
    """Where the answer runs: what a method of the object at `place` gives; what it raises is raised here."""
    if asking.grader is None:
        raise RuntimeError("there is no grader to ask.")
    reply = asking.grader({**place, "method": method, "arguments": encode(list(arguments))})
    if "raised" in reply:
        kind, message = reply["raised"]
        known = getattr(builtins, kind, None)
        raise (known if isinstance(known, type) and issubclass(known, Exception) else RuntimeError)(message)
    return writable(decode(reply["returned"]))


def answer_call(draw: Drawn, request: Any, spent: Counter | None = None) -> dict[str, Any]:
    """Where the grader is: call the method that a request asks for. Whatever the request holds, nothing is raised.

    Parameters
    ----------
    draw : Draw
        The draw whose inputs were handed out.
    request : dict
        "call" (the question), "case" (which of its cases), "object" (which of the kept objects of the case), "method" and "arguments", as
        `ask` sends them. It comes from a process that cannot be trusted.
    spent : Counter, optional
        What was used up of the limits of the objects. Whoever hands out inputs begins a new one each time and gives it to each of the
        calls that follow; without one there are no limits.

    Returns
    -------
    dict
        JSON data: what was "returned", or the type and message of what was "raised".
    """
    try:
        case, number, method = request["case"], request["object"], request["method"]
        if type(case) is not int or type(number) is not int or min(case, number) < 0 or not isinstance(method, str):
            raise ValueError("a call names a case and an object by their numbers, and a method.")
        thing = list(kept_in(draw.cases[case]))[number]
        if method not in thing.kept:
            raise AttributeError(f"{thing.shown} has no {method!r}; there is {', '.join(thing.kept)}.")
        arguments = decode(request["arguments"])
        if not isinstance(arguments, list):
            raise ValueError("the arguments of a call are a list.")
        if spent is not None and method in thing.limits:
            cost = thing.cost(method, arguments)
            if spent[case, number, method] + cost > thing.limits[method]:
                raise UsedUp(f"there are {thing.limits[method]} of {method} for one answer, and they are used up.")
            spent[case, number, method] += cost
        with np.errstate(all="ignore"):
            return {"returned": encode(getattr(thing, method)(*arguments))}
    # a responder must outlive what it is asked
    except Exception as error:
        return {"raised": [type(error).__name__, str(error)[:MAX_MESSAGE]]}


def kept_in(value: Any) -> Iterator[Kept]:
    """The kept objects in a case, in the order of their numbers."""
    if isinstance(value, Kept):
        yield value
    elif isinstance(value, dict):
        yield from kept_in(list(value.values()))
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from kept_in(item)
