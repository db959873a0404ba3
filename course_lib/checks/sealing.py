"""Sealed keys: what judging needs of ``solutions/``, as numbers and texts, for whom may not have the solutions.

For each assignment there is a file, read when one of its questions is asked for. A draw of a question has inputs, what a right answer computes on
them, and sketches of what each mistake computes. The right answer to a personal question is a number or a word; of it and of its mistakes there
are only slow digests, for the data of each student whom a class may have.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import import_module
from pathlib import Path
from typing import Any

from course_lib.checks.declaration import VARIANTS, Mistake, Question, variant
from course_lib.checks.digesting import Digests, blank, restored, right_places
from course_lib.checks.drawing import Draw, FreshDraw
from course_lib.checks.evidence import decode, encode
from course_lib.checks.inputs import Inputs
from course_lib.checks.keys import BrokenKey, Catalogue, Keys
from course_lib.checks.sketching import Sketch

SEALED = Path(__file__).with_name("sealed")
ORDER = "assignments.json"
DRAWS = 8
PROPERTIES = f"{__name__.rpartition('.')[0]}.properties"


def seal(keys: Keys, draws: int = DRAWS, say: Callable[[str], object] = lambda text: None) -> dict[str, bytes]:
    """The sealed keys of a course: the files of `SEALED` by name. The same ``solutions/`` give the same bytes.

    Parameters
    ----------
    keys : Keys
    draws : int
        How many there are of a question that is not personal.
    say : callable
        Is told of each assignment before it is sealed, which may take a minute.

    Raises
    ------
    BrokenKey
        If a question cannot be sealed; the message says why.
    """
    order = keys.assignments()
    files = {ORDER: json.dumps(order).encode()}
    for assignment in order:
        questions = keys.questions(assignment)
        say(f"Sealing the {len(questions)} questions of {assignment}")
        secret = secret_of(keys, assignment)
        data = [_sealed_question(question, draws, secret) for question in questions.values()]
        files[f"{assignment}.json.gz"] = gzip.compress(json.dumps(data, separators=(",", ":")).encode(), mtime=0)
    return files


def secret_of(keys: Keys, assignment: str) -> bytes:
    """What is random to everyone who has not the sources, which hold all answers."""
    sources = [(path, text) for path, text in keys.sources.items() if path.startswith(f"{assignment}/")]
    return hashlib.sha256(repr(sources).encode()).digest()


def opened(question: Question, index: int, secret: bytes) -> FreshDraw:
    """The draw that is sealed under an index: of a personal question the variant."""
    if question.personal:
        return FreshDraw(question, 0, _students()[index])
    seed = hashlib.sha256(secret + f"{question.name} {index}".encode()).digest()
    return FreshDraw(question, int.from_bytes(seed[:6], "big"))


def _sealed_question(question: Question, draws: int, secret: bytes) -> dict[str, Any]:
    try:
        sealed = [_sealed_draw(question, index, secret) for index in range(VARIANTS if question.personal else draws)]
        return {
            "name": question.name,
            "reading": question.reading,
            "hints": list(question.hints),
            "parts": question.parts,
            "value": question.value,
            "personal": question.personal,
            "rtol": question.rtol,
            "atol": question.atol,
            "properties": [_name_of(holds) for holds in question.properties],
            "mistakes": [[mistake.name, mistake.explanation] for mistake in question.mistakes],
            "draws": sealed,
        }
    except Exception as error:
        raise BrokenKey(f"{question.name} cannot be sealed: {type(error).__name__}: {error}") from error


def _sealed_draw(question: Question, index: int, secret: bytes) -> dict[str, Any]:
    draw = opened(question, index, secret)
    inputs = draw.inputs.to_json()
    if question.properties:
        return {"inputs": inputs}
    if not question.value:
        mistakes = [[[s.form, *s.sums, s.reach] for s in draw.sketches(number)] for number in range(len(question.mistakes))]
        return {"inputs": inputs, "expected": [encode(output) for output in draw.expected], "mistakes": mistakes}
    digests = Digests(f"{question.name} {index}", question.rtol, question.atol)
    values = [draw.expected[0], *(draw.computed_by(mistake)[0] for mistake in question.misconceptions)]
    return {
        "inputs": inputs,
        "expected": [encode(blank(draw.expected[0]))],
        "values": [digests.seal(value, number, secret) for number, value in enumerate(values)],
    }


@cache
def _students() -> dict[int, str]:
    """A student for each of the variants of a personal question."""
    students: dict[int, str] = {}
    number = 0
    while len(students) < VARIANTS:
        students.setdefault(variant(str(number)), str(number))
        number += 1
    return students


def _name_of(holds: Callable) -> str:
    name = f"{holds.__module__.removeprefix(f'{PROPERTIES}.')}.{holds.__qualname__}"
    if not holds.__module__.startswith(f"{PROPERTIES}.") or _property(name) is not holds:
        raise BrokenKey(f"the property {holds.__qualname__} does not stand at the top of a file of {PROPERTIES}")
    return name


def _property(name: str) -> Callable:
    module, _, function = name.rpartition(".")
    return getattr(import_module(f"{PROPERTIES}.{module}"), function)


@dataclass(kw_only=True, eq=False)
class SealedQuestion:
    """What is kept of a `Question`: its attributes of the same names, and draws of it."""

    name: str
    reading: str
    hints: Sequence[str]
    parts: bool
    value: bool
    personal: bool
    rtol: float
    atol: float
    properties: Sequence[Callable]
    mistakes: Sequence[Mistake]
    draws: Sequence[dict[str, Any]]

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> SealedQuestion:
        """What `seal` wrote."""
        known = {
            "properties": [_property(name) for name in data["properties"]],
            "mistakes": [Mistake(*m) for m in data["mistakes"]],
        }
        return cls(**data | known)


class Sealed(Catalogue[SealedQuestion]):
    """The sealed keys in a folder.

    Parameters
    ----------
    folder : path
    """

    def __init__(self, folder: str | Path = SEALED) -> None:
        super().__init__()
        self.folder = Path(folder)

    def assignments(self) -> list[str]:
        return json.loads((self.folder / ORDER).read_bytes())

    def _load(self, assignment: str) -> dict[str, SealedQuestion]:
        data = json.loads(gzip.decompress((self.folder / f"{assignment}.json.gz").read_bytes()))
        return {question["name"]: SealedQuestion.from_json(question) for question in data}

    def draw(self, name: str, student: str = "", seed: int | None = None) -> Draw:
        """A draw of a question: of the student, if it is personal; else one by chance, or that of a seed."""
        question = self.question(name)
        number = variant(student) if question.personal else secrets.randbits(48) if seed is None else seed
        return (SealedValue if question.value else SealedDraw)(question, number % len(question.draws))


class SealedDraw(Draw):
    """A draw with the outputs of a right answer, and sketches of those of the mistakes."""

    def __init__(self, question: SealedQuestion, index: int) -> None:
        self.key, self.index, self.kept = question, index, question.draws[index]
        self.inputs = Inputs.from_json(self.kept["inputs"])

    @cached_property
    def expected(self) -> list[Any]:
        return [decode(output) for output in self.kept["expected"]]

    def sketches(self, mistake: int) -> list[Sketch]:
        return [Sketch(form, tuple(sums), reach) for form, *sums, reach in self.kept["mistakes"][mistake]]


class SealedValue(SealedDraw):
    """A draw that knows the right value and those of the mistakes by digests; `expected` has the form of the right value, and nothing in it."""

    def __init__(self, question: SealedQuestion, index: int) -> None:
        super().__init__(question, index)
        self._digests = Digests(f"{question.name} {index}", question.rtol, question.atol)
        self._seen: dict[str, dict[str, list[bytes]]] = {}

    def compared_with(self, outputs: list) -> list[Any]:
        right = right_places(self.kept["values"][0], 0, self._of(outputs[0]))
        return [restored(self.expected[0], outputs[0], right)]

    def recognizer(self, outputs: list) -> Callable[[int], bool]:
        form, seen = self._digests.form(outputs[0]), self._of(outputs[0])

        def computes(mistake: int) -> bool:
            number = mistake + 1
            kept = self.kept["values"][number]
            return kept["form"] == form and right_places(kept, number, seen) == set(kept["tags"])

        return computes

    def _of(self, output: Any) -> dict[str, list[bytes]]:
        # they are slow, and asked for several times
        known = json.dumps(encode(output))
        if known not in self._seen:
            places = {place for value in self.kept["values"] for place in value["tags"]}
            self._seen[known] = self._digests.seen(output, places)
        return self._seen[known]
