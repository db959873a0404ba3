"""Objects of a case that an answer may ask, but must not hold: a network whose gradient is the answer to another question.

While a class is graded they stay with the grader, and a stand-in in the process of the answer passes each call on. In a student's own
notebook there is no grader, and the object itself is there, made of the public library.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any, ClassVar


class Kept:
    """The base of such objects: frozen dataclasses, whose settings are what is sealed for a student's own notebook.

    Attributes
    ----------
    kept : tuple of str
        The public methods, which alone can be called from the process of an answer. What they call in turn is not the answer's doing, so
        that a question may forbid it.
    shown : str
        What a message says in place of the object.
    """

    kept: ClassVar[tuple[str, ...]] = ()
    shown: str = "an object"

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        for name in cls.__dict__.get("kept", ()):
            setattr(cls, name, _unwatched(getattr(cls, name)))

    @property
    def limits(self) -> Mapping[str, int]:
        """How much of a method there is for one answer; a method that is not named has no limit."""
        return {}

    def cost(self, method: str, arguments: Sequence[Any]) -> int:
        """How much of its limit a call uses up."""
        return 1

    def __deepcopy__(self, memo: dict) -> Kept:
        # nobody can change it
        return self


@dataclass(frozen=True, eq=False)
class StandIn:
    """In the process of an answer, what is there of a `Kept`: ``ask(method, arguments)`` has the grader call the method."""

    shown: str
    methods: Sequence[str]
    ask: Callable[[str, Sequence[Any]], Any]

    def __getattr__(self, name: str) -> Callable:
        if name not in self.methods:
            raise AttributeError(f"{self.shown} has no {name!r}; there is {', '.join(self.methods)}.")
        return _unwatched(lambda *arguments: self.ask(name, arguments))

    def __deepcopy__(self, memo: dict) -> StandIn:
        return self


def _unwatched(function: Callable) -> Callable:
    @wraps(function)
    def call(*arguments: Any) -> Any:
        watcher = sys.getprofile()
        sys.setprofile(None)
        try:
            return function(*arguments)
        finally:
            sys.setprofile(watcher)

    return call
