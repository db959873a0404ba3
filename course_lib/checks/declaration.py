"""What an exercise expects, declared once."""

from __future__ import annotations

import inspect
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np

Case = dict[str, Any]

COURSE_ORDER = (
    "gradient-descent",
    "backpropagation",
    "stochastic-gradient-descent",
    "mini-batch",
    "torch-optim",
    "optimizers",
    "learning-rate-decay",
    "clinic",
    "capstone",
)


def student_key(student: Any) -> str:
    """A student's id in the form in which ids are compared: case and surrounding blanks do not matter; blank where there is none yet."""
    return "" if student is None or student is ... else str(student).strip().casefold()


def personal_case(name: str, student: str | int) -> Case:
    """The data of one student for the personal question `name`: what a notebook shows before it asks.

    Parameters
    ----------
    name : str
    student : str or int
        The student's id, as the instructor has it; case and surrounding blanks do not matter.

    Raises
    ------
    ValueError
        If there is no id yet.
    """
    if not student_key(student):
        raise ValueError(f"your id is missing, got {student!r}: set student_id in the cell that asks for it, and run that cell.")
    return question(name).draw_cases(0, str(student))[0]


def call(answer: Callable, case: Case) -> Any:
    """Run a function on a case: the values of the case in order are its arguments, whatever names the answer gives them."""
    return answer(*case.values())


@dataclass(frozen=True, kw_only=True, eq=False)
class Question:
    """One autograded question.

    Its misconceptions are declared below it::

        cost = Question(name="gradient-descent/cost", cases=..., reference=...)

        @cost.misconception
        def sum_instead_of_mean(w, x, y):
            '''You added the squared errors up, but the cost is their mean.'''
            return np.sum((w * x - y) ** 2)

    Attributes
    ----------
    name : str
        ``"assignment/question"``.
    cases : callable
        ``cases(rng)`` generates the inputs: a list of dicts from argument name to value. A value that is a function is
        one that the answer may call.
    reference : callable
        What a right answer computes.
    misconceptions : list of callables
        Each computes what one particular mistake computes; its docstring is the explanation that a student gets, its name the
        row in the class report. The first that fits is named, so put the special before the general.
    reading : str
        Where in the book the idea is explained: ``"page#section"``.
    hints : sequence of str
        From a nudge to nearly the way, shown one at a time on request.
    observe : callable
        ``observe(answer, case)`` runs the answer and returns what is compared. By default it calls a function; a
        class is driven along a trajectory here, a generator listed.
    properties : list of callables
        For answers with chance in them, what every right answer has in common: ``holds(case, output)``, with a docstring that explains what
        is wrong where it does not hold. A question with properties is judged by them alone; its verdict is named after the first that
        does not hold. The reference must have them.
    value : bool
        The answer is a value (a number, a prediction), not a function; `reference` computes it from the one case there is.
    parts : bool
        The answer earns the share of its parts that are right: what is observed is a dict, and each of its keys, which the student gets
        to read, is a part. A part is right if it is on every case.
    personal : bool
        The case depends on the student's id, not on the seed of the run, so that a number cannot be copied from a neighbor.
    forbidden : sequence of str
        Modules an answer must not call into, because what it is to write stands there, or single functions
        (``"module.function"``) where the rest of a module may be used.
    rtol, atol : float
        How close numbers must be.
    time_limit : float
        Seconds for all cases together.
    """

    name: str
    cases: Callable[[np.random.Generator], list[Case]]
    reference: Callable
    reading: str = ""
    hints: Sequence[str] = ()
    observe: Callable[[Callable, Case], Any] = call
    forbidden: Sequence[str] = ("course_lib.descent", "course_lib.problems", "course_lib.checks.answers")
    rtol: float = 1e-9
    atol: float = 1e-10
    time_limit: float = 10.0
    value: bool = False
    parts: bool = False
    personal: bool = False
    misconceptions: list[Callable] = field(default_factory=list, init=False)
    properties: list[Callable] = field(default_factory=list, init=False)
    violated: dict[str, str] = field(default_factory=dict, init=False)

    def misconception(self, mistake: Callable) -> Callable:
        """Declare a mistake: a function that computes what the mistake computes and whose docstring explains it."""
        if not inspect.getdoc(mistake):
            raise ValueError(f"{self.name}: the misconception {mistake.__name__} has no docstring to explain it")
        self.misconceptions.append(mistake)
        return mistake

    def requires(self, holds: Callable) -> Callable:
        """Declare a property of right answers: ``holds(case, output)``, whose docstring explains what is wrong where it is False."""
        if not inspect.getdoc(holds):
            raise ValueError(f"{self.name}: the property {holds.__name__} has no docstring to explain it")
        self.properties.append(holds)
        return holds

    def violates(self, holds: Callable) -> Callable[[Callable], Callable]:
        """Declare a mistake that is known by the first property it lacks: ``@question.violates(property)``."""

        def declare(mistake: Callable) -> Callable:
            self.misconceptions.append(mistake)
            self.violated[mistake.__name__] = holds.__name__
            return mistake

        return declare

    def named(self, mistake: Callable) -> str:
        """The name under which verdicts report `mistake`."""
        return self.violated.get(mistake.__name__, mistake.__name__)

    @property
    def assignment(self) -> str:
        return self.name.partition("/")[0]

    def draw_cases(self, seed: int, student: str = "") -> list[Case]:
        """The cases of a seed (or of a student, if they are personal), the same whenever and wherever they are drawn."""
        origin = zlib.crc32(student_key(student).encode()) if self.personal else seed
        return self.cases(np.random.default_rng([origin, zlib.crc32(self.name.encode())]))


class UnknownQuestion(LookupError):
    """There is no question of that name."""


@cache
def questions(assignment: str) -> dict[str, Question]:
    """All questions of an assignment by name, in their order; they are declared in ``course_lib/checks/<assignment>.py``."""
    module = f"{__package__}.{assignment.replace('-', '_')}"
    # the assignment's name comes from a notebook: it must be one of ours, not any module that can be imported
    if assignment not in assignments():
        raise UnknownQuestion(f"there is no assignment {assignment!r}; there are: {', '.join(assignments())}.")
    return {question.name: question for question in import_module(module).QUESTIONS}


def assignments() -> list[str]:
    """The assignments that have questions declared, in the order of the course."""
    return [name for name in COURSE_ORDER if find_spec(f"{__package__}.{name.replace('-', '_')}")]


def question(name: str) -> Question:
    """The question called `name`.

    Raises
    ------
    UnknownQuestion
        If there is none; the message lists those there are.
    """
    if not isinstance(name, str):
        raise UnknownQuestion(f'a question\'s name is a string like "gradient-descent/cost", got {name!r}.')
    known = questions(name.partition("/")[0])
    if name not in known:
        raise UnknownQuestion(f"there is no question {name!r}; this assignment has: {', '.join(known)}.")
    return known[name]
