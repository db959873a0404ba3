"""Running an answer on the inputs of a question and noting what happened: the evidence."""

from __future__ import annotations

import contextlib
import copy
import io
import linecache
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterator, Sequence
from types import CodeType, FrameType
from typing import Any

import numpy as np

from course_lib.checks.evidence import AFTERWARDS, Raised, encode
from course_lib.checks.inputs import Inputs
from course_lib.driving.calls import Case, Driver

MAX_MESSAGE = 500
REPEAT_SECONDS = 0.2
# what is observed of an answer with chance in it
RESULT, SAME_AGAIN = "result", "the same again with the same random numbers"


class OutOfTime(BaseException):
    """The answer took too long. Not an Exception, so that an answer's own `except Exception` does not swallow it."""


class _Printed(io.TextIOBase):
    """Takes what an answer prints, keeps the beginning, counts the rest."""

    def __init__(self, keep: int = 2000) -> None:
        self.keep, self.head, self.total = keep, "", 0

    def write(self, text: str) -> int:
        self.head += text[: max(0, self.keep - len(self.head))]
        self.total += len(text)
        return len(text)


def collect(inputs: Inputs, answer: Any, student: str = "") -> dict[str, Any]:
    """Run `answer` on the cases of `inputs`.

    Returns
    -------
    dict
        JSON data: "name", "student", and "cases", a list with for each case the encoded "output" and, where there is something to
        tell, "changed" (inputs that the answer changed). Beside them "called" (forbidden functions that were called) and
        "printed". If the time runs out, the cases end with the one that was running.
    """
    evidence: dict[str, Any] = {"name": inputs.name, "student": student, "cases": [], "called": []}
    if inputs.value or not callable(answer):
        evidence["cases"] = [{"output": encode(answer)}]
        return evidence if inputs.value else evidence | {"not_callable": True}
    # what a driver has to load takes seconds, which are not the answer's
    getattr(inputs.observe, "prepare", lambda: None)()
    printed = _Printed()
    try:
        with _time_limit(inputs.time_limit), contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
            for case in inputs.cases:
                evidence["cases"].append(_run(inputs, answer, case, evidence["called"]))
    except OutOfTime:
        limit = f"{inputs.time_limit:g} seconds"
        evidence["cases"].append({"output": encode(Raised("OutOfTime", f"not done after {limit}"))})
    if printed.total:
        evidence["printed"] = {"head": printed.head, "total": printed.total}
    return evidence


def observed(observe: Driver, repeated: bool, answer: Callable, case: Case) -> Any:
    """What is observed of an answer on a case; where chance is in it, also whether the same random numbers give the same again."""
    if not repeated:
        return observe(answer, case)
    # all of the case, for an answer may change the start in place
    again = copy.deepcopy(case)
    result = observe(answer, case)
    return {RESULT: result, SAME_AGAIN: encode(observe(answer, again)) == encode(result)}


def _run(inputs: Inputs, answer: Callable, case: Case, called: list[str]) -> dict[str, Any]:
    mine = copy.deepcopy(case)
    entered: dict[int, CodeType] = {}
    try:
        with _watch(inputs.forbidden, called) as entered:
            output = observed(inputs.observe, inputs.repeated, answer, mine)
    except OutOfTime:
        raise
    # SystemExit and the like in an answer are its failure, not the end of the check
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt):
            raise
        line = _line_of(error)
        if not line and _has_returned(answer, error, entered):
            line = AFTERWARDS
        output = Raised(type(error).__name__, str(error)[:MAX_MESSAGE], line)
    result = {"output": encode(output)}
    changed = [name for name in case if encode_arrays(mine[name]) != encode_arrays(case[name])]
    if changed:
        result["changed"] = changed
    return result


def encode_arrays(value: Any) -> Any:
    """`value` encoded if it is data that could be changed in place, else nothing to compare."""
    return encode(value) if isinstance(value, (np.ndarray, list, dict)) else None


@contextlib.contextmanager
def _watch(forbidden: Sequence[str], called: list[str]) -> Iterator[dict[int, CodeType]]:
    """Note calls into the forbidden modules by what is called, whatever the text of the answer looks like.

    Gives the code that was run and is not forbidden, by identity.
    """
    modules = tuple(forbidden)
    # by identity, as comparing code compares all of it; kept, so that no other code gets the identity of one that is gone
    allowed: dict[int, CodeType] = {}

    def watch(frame: FrameType, event: str, arg: object) -> None:
        code = frame.f_code
        if event != "call" or id(code) in allowed:
            return
        function = f"{frame.f_globals.get('__name__') or ''}.{code.co_qualname}"
        if not function.startswith(modules):
            allowed[id(code)] = code
        elif function not in called and len(called) < 5 and not _is_importing(frame):
            called.append(function)

    sys.setprofile(watch)
    try:
        yield allowed
    finally:
        sys.setprofile(None)


def _is_importing(frame: FrameType) -> bool:
    """Whether `frame` only runs because a module is imported: ``import torch`` runs code of torch.optim, but calls nothing there."""
    caller: FrameType | None = frame
    while caller and caller.f_code is not _run.__code__:
        if caller.f_code.co_filename.startswith("<frozen importlib"):
            return True
        caller = caller.f_back
    return False


@contextlib.contextmanager
def _time_limit(seconds: float) -> Iterator[None]:
    """Raise OutOfTime in the main thread after `seconds`; where signals cannot do that, there is no limit."""
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "setitimer"):
        yield
        return

    def ring(signum: int, frame: FrameType | None) -> None:
        inside = []
        if frame and _is_importing(frame):
            # torch takes long to import and cannot be imported again after half of it: the time begins anew
            signal.setitimer(signal.ITIMER_REAL, seconds, REPEAT_SECONDS)
            return
        while frame and frame.f_code is not _run.__code__:
            inside.append(frame)
            frame = frame.f_back
        # past the answer there is nothing left to stop
        if frame is None:
            return

        def insist(traced: FrameType, event: str, arg: object) -> Callable | None:
            if traced not in inside:
                return None
            # a bare `except:` in a loop would take this for one more error and go on: raise again in its block
            if event == "line" and sys.exc_info()[0] is OutOfTime:
                raise OutOfTime
            return insist

        sys.settrace(insist)
        for running in inside:
            running.f_trace = insist
        raise OutOfTime

    previous, tracer = signal.signal(signal.SIGALRM, ring), sys.gettrace()
    signal.setitimer(signal.ITIMER_REAL, seconds, REPEAT_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)
        if sys.gettrace() is not tracer:
            sys.settrace(tracer)


def _has_returned(answer: Callable, error: BaseException, entered: dict[int, CodeType]) -> bool:
    """Whether `error` arose when the answer was done, in what the question does with its result."""
    code = getattr(answer, "__code__", None)
    return id(code) in entered and all(frame.f_code is not code for frame, _ in traceback.walk_tb(error.__traceback__))


def _line_of(error: BaseException) -> str:
    """The last line of the student's own code in the traceback of `error`, which is where to look."""
    student = ""
    for frame, number in traceback.walk_tb(error.__traceback__):
        file = frame.f_code.co_filename
        # code typed into a notebook has no file on disk
        if frame.f_globals.get("__name__") == "__main__" or file.startswith(("<ipython", "<string")):
            text = linecache.getline(file, number, frame.f_globals).strip()
            student = f"line {number} of {frame.f_code.co_name}: {text}" if text else f"line {number} of {frame.f_code.co_name}"
    return student
