"""Mistakes that are known by what they lack."""

from __future__ import annotations

from collections.abc import Callable

from course_lib.checks.declaration import Question
from course_lib.checks.mutating import edited


def lacks_of(asked: Question, original: Callable) -> Callable[..., None]:
    """A way to declare the mistakes that `original` becomes by edits, each with the first property that it lacks."""

    def lacks(holds: Callable, name: str, *edits: tuple[str, str]) -> None:
        asked.violates(holds)(edited(original, name, "", *edits))

    return lacks
