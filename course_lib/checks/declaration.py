"""What an exercise expects, declared once: a file of ``solutions/<assignment>/questions/`` has one `Question`."""

from __future__ import annotations

import inspect
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from course_lib.checks.inputs import Inputs
from course_lib.driving.calls import Case, Driver, call

__all__ = ["VARIANTS", "Case", "Mistake", "Question", "call", "student_key"]

VARIANTS = 256
"""How many different data the students of a class may have in a personal question: so many can be sealed."""


def student_key(student: object) -> str:
    """A student's id in the form in which ids are compared: case and surrounding blanks do not matter; blank where there is none yet."""
    return "" if student is None or student is ... else str(student).strip().casefold()


def variant(student: object) -> int:
    """Which of the `VARIANTS` of a personal question is this student's."""
    return zlib.crc32(student_key(student).encode()) % VARIANTS


@dataclass(frozen=True)
class Mistake:
    """What is told of a known mistake.

    Attributes
    ----------
    name : str
        Its row in the class report.
    explanation : str
        For the student.
    """

    name: str
    explanation: str


def explanation(declared: Callable) -> str:
    """What the docstring of a mistake or property says, on one line."""
    return " ".join((declared.__doc__ or "").split())


@dataclass(kw_only=True, eq=False)
class Question:
    """One autograded question.

    Its misconceptions are declared below it::

        question = Question(cases=..., reference=...)

        @question.misconception
        def sum_instead_of_mean(w, x, y):
            '''You added the squared errors up, but the cost is their mean.'''
            return np.sum((w * x - y) ** 2)

    Attributes
    ----------
    name : str
        ``"assignment/question"``: the folder and the file in which it is declared, set by who reads them.
    cases : callable
        ``cases(rng)`` generates the inputs: a list of dicts from argument name to value. Values are data, random number generators, or of
        `course_lib.driving`: they travel into the process of an answer.
    reference : callable
        What a right answer computes.
    misconceptions : list of callables
        Each computes what one particular mistake computes; its docstring is the explanation that a student gets, its name the
        row in the class report. The first that fits is named, so put the special before the general.
    reading : str
        Where in the book the idea is explained: ``"page#section"``.
    hints : sequence of str
        From a nudge to nearly the way, shown one at a time on request.
    observe : Driver
        ``observe(answer, case)`` runs the answer and returns what is compared. By default it calls a function; a
        class is driven along a trajectory here, a generator listed. It is of `course_lib.driving`.
    repeated : bool
        The answer has chance in it: it is run a second time from the same random numbers.
    properties : sequence of callables
        For answers with chance in them, what every right answer has in common, of `course_lib.checks.properties`: ``holds(case, output)``,
        with a docstring that explains what is wrong where it does not hold. A question with properties is judged by them alone; its
        verdict is named after the first that does not hold. The reference must have them.
    value : bool
        The answer is a value (a number, a prediction), not a function; `reference` computes it from the one case there is.
    parts : bool
        The answer earns the share of its parts that are right: what is observed is a dict, and each of its keys, which the student gets
        to read, is a part. A part is right if it is on every case.
    personal : bool
        The case depends on the student's id, not on the seed of the run, so that a number cannot be copied from a neighbor.
    shows : callable, optional
        What a student gets to see of a personal case, where `cases` holds more than that; `reference` gets all of it.
    forbidden : sequence of str
        Modules an answer must not call into, because what it is to write stands there, or single functions
        (``"module.function"``) where the rest of a module may be used.
    rtol, atol : float
        How close numbers must be.
    time_limit : float
        Seconds for all cases together.
    """

    cases: Callable[[np.random.Generator], list[Case]]
    reference: Callable
    reading: str = ""
    hints: Sequence[str] = ()
    observe: Driver = call
    repeated: bool = False
    properties: Sequence[Callable[[Case, object], bool]] = ()
    shows: Callable[[Case], Case] = lambda case: case
    forbidden: Sequence[str] = ("course_lib.descent", "course_lib.problems")
    rtol: float = 1e-9
    atol: float = 1e-10
    time_limit: float = 10.0
    value: bool = False
    parts: bool = False
    personal: bool = False
    name: str = field(default="", init=False)
    misconceptions: list[Callable] = field(default_factory=list, init=False)
    violated: dict[str, str] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        for holds in self.properties:
            if not inspect.getdoc(holds):
                raise ValueError(f"the property {holds.__name__} has no docstring to explain it")

    def misconception(self, mistake: Callable) -> Callable:
        """Declare a mistake: a function that computes what the mistake computes and whose docstring explains it."""
        if not inspect.getdoc(mistake):
            raise ValueError(f"the misconception {mistake.__name__} has no docstring to explain it")
        self.misconceptions.append(mistake)
        return mistake

    def violates(self, holds: Callable) -> Callable[[Callable], Callable]:
        """Declare a mistake that is known by the first property it lacks: ``@question.violates(property)``."""
        if holds not in self.properties:
            raise ValueError(f"{holds.__name__} is not among the properties of the question")

        def declare(mistake: Callable) -> Callable:
            self.misconceptions.append(mistake)
            self.violated[mistake.__name__] = holds.__name__
            return mistake

        return declare

    def named(self, mistake: Callable) -> str:
        """The name under which verdicts report `mistake`."""
        return self.violated.get(mistake.__name__, mistake.__name__)

    @cached_property
    def mistakes(self) -> list[Mistake]:
        """What is told of the misconceptions, in their order."""
        return [Mistake(mistake.__name__, explanation(mistake)) for mistake in self.misconceptions]

    @property
    def assignment(self) -> str:
        return self.name.partition("/")[0]

    def draw_cases(self, seed: int, student: str = "") -> list[Case]:
        """The cases of a seed (or of a student, if they are personal), the same whenever and wherever they are drawn."""
        origin = variant(student) if self.personal else seed
        return self.cases(np.random.default_rng([origin, zlib.crc32(self.name.encode())]))

    def inputs(self, seed: int, student: str = "") -> Inputs:
        """What an answer is run on: the cases of a seed or of a student."""
        return self.inputs_of(self.draw_cases(seed, student))

    def inputs_of(self, cases: list[Case]) -> Inputs:
        """What an answer is run on, of cases that were drawn."""
        return Inputs(
            name=self.name,
            cases=[self.shows(case) for case in cases],
            observe=self.observe,
            repeated=self.repeated,
            value=self.value,
            forbidden=self.forbidden,
            time_limit=self.time_limit,
        )
