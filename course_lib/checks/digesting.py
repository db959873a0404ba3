"""Recognizing the answer to a personal question without having it: slow digests in place of its numbers and words.

A number lies in a cell of its height (see `course_lib.checks.sketching`), `CELLS` of which are as wide as the tolerance. Of a value that is to be
recognized there is for each number a digest of its cell, for each word one of the word. Whoever has an answer digests the cells of its
numbers and those around; what agrees is found, and nothing that is off by more than 1 + 1/`CELLS` tolerances. Each digest is made with one of
`PEPPERS` endings that is not kept: who looks for it must try them all, which costs a check little and a search through all numbers much.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from course_lib.checks.sketching import heights, sketch

CELLS, PEPPERS, ROUNDS = 8, 8, 1000
Where = tuple[int | str, ...]
Leaf = bool | str | int | float


def mapped(value: Any, change: Callable[[Where, Any], Leaf], where: Where = ()) -> Any:
    """The decoded `value` with each of its leaves (numbers, strings, truth values) changed: ``change(where, leaf)``."""
    if isinstance(value, np.ndarray):
        entries = [change((*where, *index), value[index].item()) for index in np.ndindex(value.shape)]
        return np.array(entries, dtype=bool if value.dtype.kind == "b" else float).reshape(value.shape)
    if isinstance(value, (list, tuple)):
        return type(value)(mapped(item, change, (*where, i)) for i, item in enumerate(value))
    if isinstance(value, dict):
        return {key: mapped(item, change, (*where, key)) for key, item in value.items()}
    return change(where, value) if isinstance(value, (bool, str, int, float)) else value


def blank(value: Any) -> Any:
    """`value` with nothing in its leaves: all that a message about its form needs."""
    return mapped(value, lambda where, leaf: _kind(leaf)())


def leaves(value: Any) -> dict[Where, Leaf]:
    """The leaves of a value."""
    found: dict[Where, Leaf] = {}
    mapped(value, lambda where, leaf: found.setdefault(where, leaf))
    return found


class Digests:
    """The digests of one student's data, of a value expected or of mistakes.

    Parameters
    ----------
    salt : str
        The question and the student's variant of it.
    rtol, atol : float
        As in `Question`.
    """

    def __init__(self, salt: str, rtol: float, atol: float) -> None:
        self.salt, self.rtol, self.atol = salt, rtol, atol
        self._known: dict[tuple[str, str, int], bytes] = {}

    def seal(self, value: Any, number: int, secret: bytes) -> dict[str, Any]:
        """What is kept, as JSON data, of value number `number`; `secret` chooses the endings."""
        tags = {}
        for where, leaf in leaves(value).items():
            cell = self._cell(leaf)
            pepper = hashlib.sha256(secret + f"{self.salt} {where} {cell}".encode()).digest()[0] % PEPPERS
            tags[repr(where)] = _tag(self._slow(repr(where), cell, pepper), number)
        return {"form": self.form(value), "tags": tags}

    def form(self, value: Any) -> str:
        """A digest of all of a value but its leaves."""
        return sketch(blank(value), 1e-9, 1e-9).form

    def seen(self, value: Any, at: set[str]) -> dict[str, list[bytes]]:
        """What can be known of the leaves of an answer at the places `at`; it is slow."""
        return {
            place: [self._slow(place, cell, pepper) for cell in self._around(leaf) for pepper in range(PEPPERS)]
            for place, leaf in ((repr(where), leaf) for where, leaf in leaves(value).items())
            if place in at
        }

    def _slow(self, place: str, cell: str, pepper: int) -> bytes:
        made = (place, cell, pepper)
        if made not in self._known:
            salt = f"{self.salt} {pepper}".encode()
            self._known[made] = hashlib.pbkdf2_hmac("sha256", f"{place} {cell}".encode(), salt, ROUNDS, 16)
        return self._known[made]

    def _cell(self, leaf: Leaf) -> str:
        return repr(leaf) if isinstance(leaf, (bool, str)) else f"{self._height(leaf)}"

    def _around(self, leaf: Leaf) -> Iterator[str]:
        middle = math.nan if isinstance(leaf, (bool, str)) else self._height(leaf)
        if math.isfinite(middle):
            yield from (f"{middle + off}" for off in range(-CELLS, CELLS + 1))
        else:
            yield self._cell(leaf)

    def _height(self, number: float) -> int | float:
        """The cell of a number; of one that has none the number itself."""
        try:
            x = float(number)
        except OverflowError:
            return math.inf
        return math.floor(CELLS * float(heights(np.array([x]), self.rtol, self.atol)[0])) if math.isfinite(x) else x


def right_places(kept: Mapping[str, Any], number: int, seen: Mapping[str, list[bytes]]) -> set[str]:
    """The places at which an answer has what value number `number` has."""
    return {place for place, tag in kept["tags"].items() if any(_tag(slow, number) == tag for slow in seen.get(place, ()))}


def restored(blanked: Any, answer: Any, right: set[str]) -> Any:
    """The value whose form is `blanked`, as far as an answer has it: the answer's own leaves where they are right, others where they are not."""
    own = leaves(answer)

    def fill(where: Where, empty: Leaf) -> Leaf:
        leaf = own.get(where)
        if leaf is None or _kind(leaf) is not _kind(empty):
            return empty
        return leaf if repr(where) in right else _other_than(leaf)

    return mapped(blanked, fill)


def _tag(slow: bytes, number: int) -> str:
    # two values with the same number must not show that they have: a mistake would tell where it is one
    return hashlib.blake2b(slow, digest_size=6, person=str(number).encode()).hexdigest()


def _kind(leaf: Leaf) -> type:
    return bool if isinstance(leaf, bool) else str if isinstance(leaf, str) else float


def _other_than(leaf: Leaf) -> Leaf:
    if isinstance(leaf, bool):
        return not leaf
    return f"not {leaf}" if isinstance(leaf, str) else 0.0 if leaf != leaf else math.nan
