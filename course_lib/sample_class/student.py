"""One submission of the sample class."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count

DUE = datetime(2026, 10, 1, 23, 59)

NAMES = [
    "amara",
    "bjorn",
    "carmen",
    "dmitri",
    "elif",
    "farid",
    "greta",
    "hiro",
    "ines",
    "jonas",
    "kofi",
    "leila",
    "mateo",
    "nadia",
    "oscar",
    "priya",
    "quentin",
    "rosa",
    "samir",
    "tomas",
    "uma",
    "victor",
    "wanda",
    "xavier",
    "yuki",
    "zofia",
]


@dataclass
class SampleStudent:
    """One submission of the sample class.

    Attributes
    ----------
    id : str
    story : str
        What is special about it.
    files : dict from file name to bytes
        What is submitted.
    points : dict from question to points, or None
        What the autograder should give; None if there is no notebook to grade.
    mistakes : dict from question to misconception
        The known mistakes the answers make.
    submitted : datetime
    """

    id: str
    story: str
    files: dict[str, bytes]
    points: dict[str, float] | None
    mistakes: dict[str, str] = field(default_factory=dict)
    submitted: datetime = DUE - timedelta(days=1)


def names() -> Iterator[str]:
    """amara, ..., zofia, amara-2, ..."""
    yield from NAMES
    for number in count(2):
        yield from (f"{name}-{number}" for name in NAMES)
