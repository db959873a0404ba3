"""What an answer is run on: the one thing about a question that the process of a notebook gets to know, as data."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from course_lib.checks.evidence import MalformedEvidence, decode, encode
from course_lib.driving import public
from course_lib.driving.calls import Case, Driver


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

    def to_json(self) -> dict[str, Any]:
        """The inputs as JSON data."""
        return {
            "name": self.name,
            "cases": [encode_input(case) for case in self.cases],
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


def encode_input(value: Any) -> Any:
    """A value of a case as JSON data: what evidence can hold, random number generators, and what is of `course_lib.driving`.

    Raises
    ------
    NotPublic
        If it is anything else.
    """

    def special(value: Any) -> dict:
        if isinstance(value, np.random.Generator):
            return {"generator": _plain(value.bit_generator.state)}
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
        if "generator" in data:
            return _generator(data["generator"])
        raise MalformedEvidence(f"expected an input, got the keys {sorted(map(str, data))[:5]}")

    value = decode(data, special)
    return _writable(value)


def _generator(state: dict[str, Any]) -> np.random.Generator:
    kinds: dict[str, Callable] = {kind.__name__: kind for kind in (np.random.PCG64, np.random.MT19937, np.random.Philox)}
    bits = kinds[state["bit_generator"]]()
    bits.state = state
    return np.random.Generator(bits)


def _plain(state: Any) -> Any:
    if isinstance(state, dict):
        return {key: _plain(value) for key, value in state.items()}
    return state.tolist() if isinstance(state, (np.ndarray, np.integer)) else state


def _writable(value: Any) -> Any:
    """Arrays that are read from bytes cannot be written to, but an answer may work in them."""
    if isinstance(value, np.ndarray):
        return value.copy()
    if isinstance(value, (list, tuple)):
        return type(value)(map(_writable, value))
    return {key: _writable(item) for key, item in value.items()} if isinstance(value, dict) else value
