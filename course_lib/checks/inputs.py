"""What an answer is run on: the one thing about a question that the process of a notebook gets to know, as data."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import count
from typing import Any

import numpy as np

from course_lib.checks.evidence import MalformedEvidence, decode, encode, writable
from course_lib.checks.keeping import ask
from course_lib.driving import public
from course_lib.driving.calls import Case, Driver
from course_lib.driving.kept import Kept, StandIn


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """One draw of a question's cases, and how an answer is run on them.

    Attributes
    ----------
    name : str
        The question.
    cases : list of dict
        From argument name to value.
    observe : Driver
        Of `course_lib.driving`: runs the answer on a case and gives what is compared.
    repeated, value : bool
    forbidden : sequence of str
    time_limit : float
        As in `Question`.
    """

    name: str
    cases: list[Case]
    observe: Driver
    repeated: bool
    value: bool
    forbidden: Sequence[str]
    time_limit: float

    def to_json(self, keep: bool = False) -> dict[str, Any]:
        """The inputs as JSON data.

        Parameters
        ----------
        keep : bool
            Whether objects that may be kept with the grader are: then what is sent is where to ask for them, else their settings.
        """
        places = [{"call": self.name, "case": number} if keep else None for number in range(len(self.cases))]
        return {
            "name": self.name,
            "cases": [encode_input(case, place) for case, place in zip(self.cases, places, strict=True)],
            "observe": encode_input(self.observe),
            "repeated": self.repeated,
            "value": self.value,
            "forbidden": list(self.forbidden),
            "time_limit": self.time_limit,
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Inputs:
        """What `to_json` gave."""
        decoded = {"cases": [decode_input(case) for case in data["cases"]], "observe": decode_input(data["observe"])}
        return cls(**data | decoded)


def encode_input(value: Any, place: dict[str, Any] | None = None) -> Any:
    """A value of a case as JSON data: what evidence can hold, random number generators, and what is of `course_lib.driving`.

    With a `place`, the question and the number of the case, its `Kept` objects stay with the grader.

    Raises
    ------
    NotPublic
        If it is anything else.
    """

    numbers = count()

    def special(value: Any) -> dict:
        if isinstance(value, np.random.Generator):
            return {"generator": _plain(value.bit_generator.state)}
        if isinstance(value, Kept) and place is not None:
            return {"kept": {"shown": value.shown, "methods": list(value.kept)}, "place": {**place, "object": next(numbers)}}
        data = public.to_data(value, encode_input)
        if data is None:
            raise public.NotPublic(
                f"{value!r} cannot be sent to an answer: a case holds numbers, strings, arrays, lists, dicts, random number generators "
                f"and what is declared in {public.PACKAGE}."
            )
        return data

    return encode(value, special)


def decode_input(data: Any) -> Any:
    """The value that `encode_input` was given."""

    def special(data: dict) -> Any:
        if "public" in data:
            return public.from_data(data, decode_input)
        if "kept" in data:
            return StandIn(**data["kept"], ask=partial(ask, data["place"]))
        if "generator" in data:
            return _generator(data["generator"])
        raise MalformedEvidence(f"expected an input, got the keys {sorted(map(str, data))[:5]}")

    return writable(decode(data, special))


def _generator(state: dict[str, Any]) -> np.random.Generator:
    kinds: dict[str, Callable] = {kind.__name__: kind for kind in (np.random.PCG64, np.random.MT19937, np.random.Philox)}
    bits = kinds[state["bit_generator"]]()
    bits.state = state
    return np.random.Generator(bits)


def _plain(state: Any) -> Any:
    if isinstance(state, dict):
        return {key: _plain(value) for key, value in state.items()}
    return state.tolist() if isinstance(state, (np.ndarray, np.integer)) else state
