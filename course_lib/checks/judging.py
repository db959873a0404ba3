"""From evidence to verdict: a pure function of a draw and the evidence."""

from __future__ import annotations

import copy
from typing import Any, cast

import numpy as np

from course_lib.checks.comparing import Difference, compare, describe, kind
from course_lib.checks.declaration import explanation, student_key
from course_lib.checks.drawing import Draw, Key
from course_lib.checks.evidence import AFTERWARDS, MalformedEvidence, Opaque, Raised, decode
from course_lib.checks.explaining import Curve, Verdict
from course_lib.driving.calls import Case

MAX_POINTS = 500


def judge(draw: Draw, evidence: Any, student: str = "") -> Verdict:
    """The verdict on an answer, from what it did on the cases of a draw.

    Parameters
    ----------
    draw : Draw
        What the answer was run on, and the key to it.
    evidence : dict
        As `course_lib.checks.collecting.collect` makes it. It may come from anyone: whatever it holds, this function returns a
        verdict.
    student : str
        Whose answer it is; the draw of a personal question is this student's, whoever the evidence says it is.
    """
    key = draw.key
    try:
        if not isinstance(evidence, dict) or evidence.get("name") != key.name:
            raise MalformedEvidence("it belongs to another question")
        outputs = [decode(case["output"]) for case in evidence["cases"]]
        changed = [", ".join(map(str, case.get("changed", []))) for case in evidence["cases"]]
        called = [str(function) for function in evidence.get("called", [])]
        printed = str(evidence.get("printed", {}).get("head", ""))[:2000]
        claimed = str(evidence.get("student", ""))
    except (MalformedEvidence, AttributeError, KeyError, TypeError) as error:
        return _failed(key, "no evidence", f"this check ran, but left no evidence that can be judged ({error}).")
    if key.value and outputs and _is_blank(outputs[0]):
        return _failed(key, "no answer", "there is no answer yet.", printed=printed)
    if key.personal and not student_key(claimed):
        return _failed(
            key,
            "different",
            "your id is missing, so this answer is for nobody's data: set student_id in the cell that asks for it, and run that cell.",
        )
    if key.personal and student_key(claimed) != student_key(student):
        return _failed(
            key,
            "different",
            f"this answer is for the data of {claimed!r}, but it was handed in by {student!r}: set your own id.",
        )
    return _judge(draw, outputs, changed, called, bool(evidence.get("not_callable")), printed)


def _judge(draw: Draw, outputs: list, changed: list[str], called: list[str], not_callable: bool, printed: str) -> Verdict:
    key, cases = draw.key, draw.cases

    def failed(kind: str, message: str, **more: Any) -> Verdict:
        return _failed(key, kind, message, printed=printed, **more)

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

    fault = _by_properties(draw, outputs) if key.properties else _by_reference(draw, outputs)
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
    return Verdict(question=key.name, passed=True, score=1.0, kind="passed", printed=printed)


def _by_reference(draw: Draw, outputs: list) -> dict[str, Any] | None:
    """What is wrong with outputs that should equal those of the reference."""
    key = draw.key
    fault = _fault(draw, outputs)
    if not fault or not key.parts or fault["kind"] == "no answer":
        return fault
    right = draw.right_parts(outputs)
    if right is None:
        return fault
    parts = draw.expected[0]
    count = f"{len(right)} of {len(parts)} parts are right; not right yet: {', '.join(repr(p) for p in parts if p not in right)}."
    # that "{...} is not right" says less than which of its parts are not
    message = count if key.value and fault["kind"] == "different" else f"{fault['message']} {count}"
    return fault | {"message": message, "score": len(right) / len(parts)}


def _fault(draw: Draw, outputs: list) -> dict[str, Any] | None:
    """What tells outputs from the expected ones, and the mistake that this is."""
    key, differences = draw.key, draw.differences(outputs)
    first = next((i for i, difference in enumerate(differences) if difference), None)
    if first is None:
        return None
    difference, expected = cast(Difference, differences[first]), draw.expected
    # what is expected of a value is the answer itself
    shown = [] if key.value else [("expected", describe(expected[first]))]
    details = [*_inputs(draw.cases[first]), ("your answer", describe(outputs[first])), *shown]
    curves = () if key.value else _curves(outputs[first], expected[first])
    mistake = draw.mistake(outputs)
    if mistake:
        # values are shown shortened: where they part may be in what is left out
        if not key.value and not isinstance(outputs[first], Raised):
            details.append(("first difference", difference.sentence))
        known = {"message": mistake.explanation, "misconception": mistake.name}
        return {"kind": "misconception", "details": details, "curves": curves} | known
    unwritten = _unwritten(outputs)
    if unwritten:
        return unwritten
    if isinstance(outputs[first], Raised):
        kind_of_fault = "form" if outputs[first].line == AFTERWARDS else "raised"
        return {"kind": kind_of_fault, "message": difference.sentence, "details": _inputs(draw.cases[first])}
    if difference.form:
        return {"kind": "form", "message": difference.sentence, "details": details}
    if key.value:
        return {"kind": "different", "message": f"{describe(outputs[first])} is not right.", "details": details}
    if all(compare(a, e, 1e-4, 1e-6) is None for a, e in zip(outputs, expected, strict=True)):
        message = "your answer is right to a few digits only. Is something computed in single precision (float32, which is torch's default)?"
        return {"kind": "precision", "message": message + " Use float64.", "details": details}
    return {"kind": "different", "message": difference.sentence, "details": details, "curves": curves}


def _by_properties(draw: Draw, outputs: list) -> dict[str, Any] | None:
    """What is wrong with outputs that have chance in them: the first property that does not hold."""
    unwritten = _unwritten(outputs)
    if unwritten:
        return unwritten
    # a property may use up what is in its case, such as a generator
    for case, output in zip(copy.deepcopy(draw.cases), outputs, strict=True):
        details = [*_inputs(case), ("your answer", describe(output))]
        if isinstance(output, Raised):
            sentence = cast(Difference, compare(output, None, 0, 0)).sentence
            return {"kind": "raised", "message": sentence, "details": _inputs(case)}
        for holds in draw.key.properties:
            try:
                held = bool(holds(case, output))
            # a property may trip over an output of a form nobody thought of: then it does not hold
            except Exception:
                held = False
            if not held:
                known = {"message": explanation(holds), "misconception": holds.__name__}
                return {"kind": "misconception", "details": details} | known
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


def _failed(key: Key, kind: str, message: str, score: float = 0.0, **more: Any) -> Verdict:
    message = message[:1].upper() + message[1:]
    return Verdict(question=key.name, passed=False, score=score, kind=kind, message=message, reading=key.reading, **more)


def _inputs(case: Case) -> list[tuple[str, str]]:
    return [(f"with {name}", describe(value)) for name, value in case.items()]
