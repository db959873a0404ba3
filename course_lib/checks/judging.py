"""From evidence to verdict: a pure function of the question, the seed and the evidence."""

from __future__ import annotations

import builtins
import contextlib
import copy
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any, TypeAlias, cast

import numpy as np

from course_lib.checks.collecting import MAX_MESSAGE
from course_lib.checks.comparing import Difference, compare, describe, kind
from course_lib.checks.declaration import Case, Question, UnknownQuestion, question, questions, student_key
from course_lib.checks.evidence import AFTERWARDS, MalformedEvidence, Opaque, Raised, decode, encode
from course_lib.checks.explaining import verdict_html, verdict_text

Curve: TypeAlias = "tuple[str, tuple[float, ...]]"
MAX_POINTS = 500


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What a check found.

    Attributes
    ----------
    question : str
    passed : bool
    score : float
        The part of the points that is earned, 0 to 1.
    kind : str
        "passed", "misconception" (a known mistake), "different" (an unknown one), "form" (not the kind of value that is asked
        for), "precision" (right to a few digits only), "raised", "slow", "changed inputs", "called" (what it was to write), "no answer" or "no evidence".
    misconception : str or None
        The name of the mistake, if it is a known one.
    message : str
        For the student: what is wrong.
    details : sequence of (str, str)
        A first differing case: inputs, the student's output, the expected one.
    reading : str
        Where in the book to read.
    printed : str
        The beginning of what the answer printed.
    curves : sequence of (name, values)
        Two trajectories to draw, where a picture says more than the first difference.
    """

    question: str
    passed: bool
    score: float
    kind: str
    misconception: str | None = None
    message: str = ""
    details: Sequence[tuple[str, str]] = ()
    reading: str = ""
    printed: str = ""
    curves: Sequence[Curve] = ()

    def text(self) -> str:
        """The verdict in plain text."""
        return verdict_text(self)

    def html(self) -> str:
        """The verdict for a notebook."""
        return verdict_html(self)

    def to_json(self) -> dict[str, Any]:
        """The verdict as JSON data."""
        return asdict(self)


def judge(name: str, seed: int, evidence: Any, student: str = "") -> Verdict:
    """The verdict on an answer, from what it did on the cases of `seed`.

    Parameters
    ----------
    name : str
        The question.
    seed : int
        Drew the cases; evidence from another seed counts for nothing.
    evidence : dict
        As `course_lib.checks.collecting.collect` makes it. It may come from anyone: whatever it holds, this function returns a
        verdict.

    student : str
        Whose answer it is; the cases of a personal question are this student's, whoever the evidence says it is.

    Raises
    ------
    UnknownQuestion
        If there is no such question.
    """
    asked = question(name)
    try:
        if not isinstance(evidence, dict) or evidence.get("name") != name or evidence.get("seed") != str(seed):
            raise MalformedEvidence("it belongs to another question or another run")
        outputs = [decode(case["output"]) for case in evidence["cases"]]
        changed = [", ".join(map(str, case.get("changed", []))) for case in evidence["cases"]]
        called = [str(function) for function in evidence.get("called", [])]
        printed = str(evidence.get("printed", {}).get("head", ""))[:2000]
        claimed = str(evidence.get("student", ""))
    except (MalformedEvidence, AttributeError, KeyError, TypeError) as error:
        return _failed(asked, "no evidence", f"this check ran, but left no evidence that can be judged ({error}).")
    if asked.value and outputs and _is_blank(outputs[0]):
        return _failed(asked, "no answer", "there is no answer yet.", printed=printed)
    if asked.personal and not student_key(claimed):
        return _failed(
            asked,
            "different",
            "your id is missing, so this answer is for nobody's data: set student_id in the cell that asks for it, and run that cell.",
        )
    if asked.personal and student_key(claimed) != student_key(student):
        return _failed(
            asked,
            "different",
            f"this answer is for the data of {claimed!r}, but it was handed in by {student!r}: set your own id.",
        )
    trials = _trials(asked, seed, student_key(student) if asked.personal else "")
    return _judge(trials, outputs, changed, called, bool(evidence.get("not_callable")), printed)


class Trials:
    """The cases of a seed, and what our own functions do on them, each run once: a class is judged by the same."""

    def __init__(self, asked: Question, seed: int, student: str) -> None:
        self.asked, self.cases = asked, asked.draw_cases(seed, student)
        self._outputs: dict[tuple[Callable, int], Any] = {}

    def output(self, answer: Callable, number: int) -> Any:
        """What `answer` does on the case of that number, in the form that evidence has."""
        if (answer, number) not in self._outputs:
            self._outputs[answer, number] = _run(self.asked, answer, copy.deepcopy(self.cases[number]))
        return self._outputs[answer, number]


def prepare(assignment: str, seed: int) -> None:
    """Compute what the answers to an assignment will be compared with, so that the first of a class need not wait for it."""
    with contextlib.suppress(UnknownQuestion):
        for asked in questions(assignment).values():
            if not asked.personal and not asked.properties:
                trials = _trials(asked, seed, "")
                for number in range(len(trials.cases)):
                    trials.output(asked.reference, number)


@lru_cache(maxsize=64)
def _trials(asked: Question, seed: int, student: str) -> Trials:
    return Trials(asked, seed, student)


def _judge(trials: Trials, outputs: list, changed: list[str], called: list[str], not_callable: bool, printed: str) -> Verdict:
    asked, cases = trials.asked, trials.cases

    def failed(kind: str, message: str, **more: Any) -> Verdict:
        return _failed(asked, kind, message, printed=printed, **more)

    if not_callable:
        got = outputs[0] if outputs else None
        if _is_blank(got) and got is not None:
            return failed("no answer", "there is no answer yet: this question asks for a function.")
        given = describe(got) if got is None or isinstance(got, Opaque) else f"{kind(got)}: {describe(got)}"
        return failed("no answer", f"this question asks for a function, but was given {given}.")
    if outputs and isinstance(outputs[-1], Raised) and outputs[-1].type == "OutOfTime":
        inputs = _inputs(cases[min(len(outputs), len(cases)) - 1])
        return failed(
            "slow", f"your answer was {outputs[-1].message} and was stopped. Is there a loop that never ends?", details=inputs
        )
    if len(outputs) != len(cases):
        return failed("no evidence", f"there are outputs for {len(outputs)} of {len(cases)} cases.")
    if called:
        return failed("called", f"your answer calls {called[0]}, which is what you are asked to write yourself.")

    fault = _by_properties(trials, outputs) if asked.properties else _by_reference(trials, outputs)
    spoiled = next((names for names in changed if names), None)
    if fault and spoiled and fault.get("score"):
        fault |= {
            "score": 0.0,
            "message": f"{fault['message']} No part counts while your answer changes its input {spoiled} in place.",
        }
    if fault:
        return failed(**fault)
    if spoiled:
        return failed(
            "changed inputs",
            f"the result is right, but your answer changes its input {spoiled} in place, so that a second call would start from something "
            "else. Work on a copy.",
        )
    return Verdict(question=asked.name, passed=True, score=1.0, kind="passed", printed=printed)


def _by_reference(trials: Trials, outputs: list) -> dict[str, Any] | None:
    """What is wrong with outputs that should equal those of the reference."""
    asked = trials.asked
    expected = [trials.output(asked.reference, number) for number in range(len(trials.cases))]
    fault = _fault(trials, outputs, expected)
    if not fault or not asked.parts or fault["kind"] == "no answer":
        return fault
    right = _right_parts(asked, outputs, expected)
    if right is None:
        return fault
    open_parts = ", ".join(f"{part!r}" for part in expected[0] if part not in right)
    count = f"{len(right)} of {len(expected[0])} parts are right; not right yet: {open_parts}."
    # that "{...} is not right" says less than which of its parts are not
    message = count if asked.value and fault["kind"] == "different" else f"{fault['message']} {count}"
    return fault | {"message": message, "score": len(right) / len(expected[0])}


def _right_parts(asked: Question, outputs: list, expected: list[dict]) -> list | None:
    """The parts that are right on every case, or None if an output does not have the parts that are asked for."""
    if any(not isinstance(output, dict) or set(output) != set(parts) for output, parts in zip(outputs, expected, strict=True)):
        return None
    return [
        part
        for part in expected[0]
        if all(compare(a[part], e[part], asked.rtol, asked.atol) is None for a, e in zip(outputs, expected, strict=True))
    ]


def _fault(trials: Trials, outputs: list, expected: list) -> dict[str, Any] | None:
    """What tells outputs from the expected ones, and the mistake that this is."""
    asked, cases = trials.asked, trials.cases
    differences = [compare(a, e, asked.rtol, asked.atol) for a, e in zip(outputs, expected, strict=True)]
    first = next((i for i, difference in enumerate(differences) if difference), None)
    if first is None:
        return None
    difference = cast(Difference, differences[first])
    # what is expected of a value is the answer itself
    shown = [] if asked.value else [("expected", describe(expected[first]))]
    details = [*_inputs(cases[first]), ("your answer", describe(outputs[first])), *shown]
    mistake = _recognize(trials, outputs)
    if mistake:
        message = " ".join((mistake.__doc__ or "").split())
        curves = _curves(outputs[first], expected[first])
        # values are shown shortened: where they part may be in what is left out
        if not asked.value and not isinstance(outputs[first], Raised):
            details.append(("first difference", difference.sentence))
        return {
            "kind": "misconception",
            "message": message,
            "misconception": mistake.__name__,
            "details": details,
            "curves": curves,
        }
    unwritten = _unwritten(outputs)
    if unwritten:
        return unwritten
    if isinstance(outputs[first], Raised):
        kind_of_fault = "form" if outputs[first].line == AFTERWARDS else "raised"
        return {"kind": kind_of_fault, "message": difference.sentence, "details": _inputs(cases[first])}
    if difference.form:
        return {"kind": "form", "message": difference.sentence, "details": details}
    if asked.value:
        return {"kind": "different", "message": f"{describe(outputs[first])} is not right.", "details": details}
    if all(compare(a, e, 1e-4, 1e-6) is None for a, e in zip(outputs, expected, strict=True)):
        message = "your answer is right to a few digits only. Is something computed in single precision (float32, which is torch's default)?"
        return {"kind": "precision", "message": message + " Use float64.", "details": details}
    return {
        "kind": "different",
        "message": difference.sentence,
        "details": details,
        "curves": _curves(outputs[first], expected[first]),
    }


def _by_properties(trials: Trials, outputs: list) -> dict[str, Any] | None:
    """What is wrong with outputs that have chance in them: the first property that does not hold."""
    unwritten = _unwritten(outputs)
    if unwritten:
        return unwritten
    # a property may use up what is in its case, such as a generator
    for case, output in zip(copy.deepcopy(trials.cases), outputs, strict=True):
        details = [*_inputs(case), ("your answer", describe(output))]
        if isinstance(output, Raised):
            sentence = cast(Difference, compare(output, None, 0, 0)).sentence
            return {"kind": "raised", "message": sentence, "details": _inputs(case)}
        for holds in trials.asked.properties:
            try:
                held = bool(holds(case, output))
            # a property may trip over an output of a form nobody thought of: then it does not hold
            except Exception:
                held = False
            if not held:
                message = " ".join((holds.__doc__ or "").split())
                return {"kind": "misconception", "message": message, "misconception": holds.__name__, "details": details}
    return None


def _unwritten(outputs: list) -> dict[str, Any] | None:
    if all(isinstance(output, Raised) and output.type == "NotImplementedError" for output in outputs):
        return {"kind": "no answer", "message": "there is no answer yet: replace the line that raises NotImplementedError."}
    return None


def _is_blank(value: Any) -> bool:
    """Whether nothing has been put in place of the ``...`` of a value, or of its entries."""
    if isinstance(value, (dict, list, tuple)) and value:
        return all(map(_is_blank, value.values() if isinstance(value, dict) else value))
    return value is None or (isinstance(value, Opaque) and value.type == "builtins.ellipsis")


def _curves(answer: Any, expected: Any) -> tuple[Curve, ...]:
    """The two trajectories of a case, if that is what they are, to draw where they part."""
    if isinstance(answer, dict) and isinstance(expected, dict):
        answer, expected = tuple(answer.get(key) for key in expected), tuple(expected.values())
    if isinstance(answer, tuple) and isinstance(expected, tuple):
        # of several trajectories the first that differs
        pairs = (_curves(a, e) for a, e in zip(answer, expected, strict=False))
        return next((curves for curves in pairs if curves and not np.allclose(curves[0][1], curves[1][1])), ())
    try:
        pair = [np.asarray(value, dtype=float) for value in (answer, expected)]
    except (TypeError, ValueError):
        return ()
    # a list with an array for each step is a trajectory, an array of three dimensions need not be one
    deepest = 4 if isinstance(expected, list) else 2
    if any(not 1 <= a.ndim <= deepest or len(a) < 5 or a.size == 0 for a in pair):
        return ()
    # of several parameters the first that differs is drawn
    columns = [a.reshape(len(a), -1) for a in pair]
    if columns[0].shape != columns[1].shape:
        return ()
    worst = int(np.argmax(np.nan_to_num(np.abs(columns[0] - columns[1])).max(axis=0)))
    return tuple(
        (name, tuple(map(float, a[:MAX_POINTS, worst]))) for name, a in zip(("expected", "yours"), reversed(columns), strict=True)
    )


def _failed(asked: Question, kind: str, message: str, score: float = 0.0, **more: Any) -> Verdict:
    message = message[:1].upper() + message[1:]
    return Verdict(question=asked.name, passed=False, score=score, kind=kind, message=message, reading=asked.reading, **more)


def _run(asked: Question, answer: Callable, case: Case) -> Any:
    """What `answer`, one of our own functions, does on a case, which it may change, in the form that evidence has."""
    if asked.value:
        return decode(encode(answer(**case)))
    try:
        with np.errstate(all="ignore"), contextlib.redirect_stdout(None):
            output = asked.observe(answer, case)
    except Exception as error:
        output = Raised(type(error).__name__, str(error)[:MAX_MESSAGE])
    return decode(encode(output))


def _recognize(trials: Trials, outputs: list) -> Callable | None:
    """The first misconception that computes what the answer computed, on every case."""
    asked = trials.asked

    def fits(output: Any, mistaken: Any) -> bool:
        # any slip raises a TypeError: only the message tells that it is this one
        return compare(output, mistaken, asked.rtol, asked.atol) is None and _errors(output) == _errors(mistaken)

    for mistake in asked.misconceptions:
        if all(fits(output, trials.output(mistake, number)) for number, output in enumerate(outputs)):
            return mistake
    return None


def _errors(value: Any) -> list[tuple[str, str]]:
    """The exceptions in a value; the type of one that a question defines itself says it all, whatever the message."""
    if isinstance(value, Raised):
        return [(value.type, value.message if hasattr(builtins, value.type) else "")]
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, (list, tuple)) else ()
    return [error for part in parts for error in _errors(part)]


def _inputs(case: Case) -> list[tuple[str, str]]:
    return [(f"with {name}", describe(value)) for name, value in case.items()]
