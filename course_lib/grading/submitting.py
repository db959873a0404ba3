"""Sending submissions to workers and taking back what they made of them, whatever happens to the workers."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Future, wait
from dataclasses import dataclass
from typing import Any

from course_lib.grading.executors import OtherLibrary
from course_lib.grading.pool import Pool
from course_lib.grading.rebuild import MalformedNotebook
from course_lib.grading.worker import Outcome, Submission, grade_submission
from course_lib.running.sandbox import SandboxMissing


@dataclass(frozen=True)
class Failure:
    """A submission without an outcome.

    Attributes
    ----------
    student : str
    reason : str
    for_good : bool
        It would be so again; otherwise the next run tries again.
    """

    student: str
    reason: str
    for_good: bool = True


def outcomes(
    students: Iterable[str],
    read: Callable[[str], Submission],
    how: tuple[Any, ...],
    pool: Pool,
    at_a_time: int,
    stopped: Callable[[], bool],
) -> Iterator[Outcome | Failure]:
    """Have submissions graded and yield what comes of them as they are done, until all are or somebody says stop.

    When workers die, what they had is tried again one by one, so that a submission that kills its worker costs no other.

    Parameters
    ----------
    students : iterable of str
    read : callable
        Reads the submission of a student.
    how : tuple
        What `grade_submission` gets besides.
    pool : Pool
    at_a_time : int
        How many are sent before one is back.
    stopped : callable
    """
    waiting = deque(students)
    again: deque[str] = deque()
    running: dict[Future[Outcome], str] = {}
    tried: Counter[str] = Counter()
    while running or again or waiting:
        while (again or waiting) and not stopped():
            alone = bool(again) or any(tried[student] > 1 for student in running.values())
            if len(running) >= (1 if alone else at_a_time):
                break
            student = again.popleft() if again else waiting.popleft()
            try:
                submission = read(student)
            except (MalformedNotebook, OSError) as error:
                yield Failure(student, sentence(error))
                continue
            tried[student] += 1
            running[pool.submit(grade_submission, submission, *how)] = student
        if not running:
            if stopped():
                return
            continue
        done, _ = wait(running, timeout=0.5, return_when=FIRST_COMPLETED)
        if not done:
            pool.check()
        broken = False
        for future in done:
            student = running.pop(future)
            try:
                outcome: Outcome | Failure = future.result()
            except (SandboxMissing, OtherLibrary):
                # it would be so for all others too
                raise
            except Exception as error:
                broken = broken or isinstance(error, BrokenExecutor)
                if tried[student] < 2:
                    again.append(student)
                    continue
                outcome = Failure(student, f"The worker failed on it twice ({short(error)}).", for_good=False)
            yield outcome
        if broken:
            again.extend(running.values())
            running.clear()
            pool.renew()


def short(error: Exception) -> str:
    """An error in a few words."""
    return f"{type(error).__name__}: {str(error)[:200]}"


def sentence(error: object) -> str:
    """What an error says, as a sentence."""
    text = str(error)
    return text[:1].upper() + text[1:]
