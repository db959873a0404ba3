"""Grading a whole class: submissions go out to workers, finished notebooks come back, marks go into the gradebook.

One process, the coordinator, reads submissions and writes marks; it runs no student's code.
"""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Executor
from dataclasses import dataclass, field

from course_lib.grading.asked import asked_questions
from course_lib.grading.executors import connected
from course_lib.grading.pool import Pool
from course_lib.grading.progress import Progress, until_interrupted
from course_lib.grading.records import Record
from course_lib.grading.release import keys_of, parse_release
from course_lib.grading.submissions import choose, read_submission, submitters
from course_lib.grading.submitting import outcomes
from course_lib.grading.worker import Submission


@dataclass
class GradingRun:
    """What a call of `grade` did.

    Attributes
    ----------
    assignment : str
    records : dict from str to Record
        All students who were asked for, including those whose submission had not changed.
    graded : list of str
        The students whose submissions were graded or tried now.
    seconds : float
    interrupted : bool
        It was stopped before the end; the next call goes on.
    """

    assignment: str
    records: dict[str, Record] = field(default_factory=dict)
    graded: list[str] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    seconds: float = 0.0
    interrupted: bool = False

    @property
    def needs_attention(self) -> list[Record]:
        """The records an instructor should look at."""
        return [record for record in self.records.values() if record.needs_attention]

    def summary(self) -> str:
        """The run in a few lines."""
        graded = [record for record in self.records.values() if record.status == "graded"]
        now = sum(self.records[student].status == "graded" for student in self.graded)
        lines = [
            f"{self.assignment}: {now} submission{'s' * (now != 1)} graded in {self.seconds:.1f} s, "
            f"{len(self.records) - len(self.graded)} unchanged."
        ]
        if graded:
            mean = sum(record.points for record in graded) / len(graded)
            lines.append(f"{len(graded)} are in the gradebook, on average with {mean:.1f} of {graded[0].max_points:g} points.")
        if len(graded) < len(self.records):
            lines.append(f"{len(self.records) - len(graded)} could not be graded; the reasons are above and in the report.")
        if self.interrupted:
            lines.append(f"Stopped with {len(self.waiting)} submissions left; run it again to go on.")
        return "\n".join(lines)


def grade(
    assignment: str,
    course_dir: str | os.PathLike = ".",
    *,
    students: Iterable[str] | None = None,
    workers: int = 2,
    executor: Executor | str | None = None,
    force: bool = False,
    progress: bool = True,
    say: Callable[[str], None] | None = None,
    seed: int | None = None,
    require_sandbox: bool = False,
) -> GradingRun:
    """Grade the submissions of an assignment and enter the marks into the gradebook.

    What was graded before and has not changed since is left alone. Ctrl-C finishes what is running and keeps what is done.

    Parameters
    ----------
    assignment : str
    course_dir : path
        The folder with ``nbgrader_config.py``.
    students : iterable of str, optional
        By default all who submitted.
    workers : int
        Submissions graded at a time.
    executor : concurrent.futures.Executor or str, optional
        Where the work is done; by default in processes on this machine. A string is the address of a cluster, such as
        ``dask://HOST:PORT``; as many submissions are graded at a time as it has threads.
    force : bool
        Grade also what has not changed.
    progress : bool
        Show a progress bar on stderr.
    say : callable, optional
        Called with a line for each submission that needs attention, graded now or before; by default it is printed on stderr.
    seed : int, optional
        The inputs of the checks are drawn from it; by default a new one for each call.
    require_sandbox : bool
        Grade nothing where a layer of the sandbox is missing.

    Returns
    -------
    GradingRun

    Raises
    ------
    UnknownCourse, UnknownAssignment, UnknownStudent
        If one of them does not exist; the message lists what does.
    NothingSubmitted
        If there is nothing to grade.
    OSError
        If the records of what is graded cannot be written; then nothing is graded.
    ReleaseError
        If a test of the release does not name its question.
    SandboxMissing
        If a layer of the sandbox is missing and was required.
    """
    if isinstance(executor, str):
        with connected(executor) as (cluster, threads):
            return grade(
                assignment,
                course_dir,
                students=students,
                workers=threads,
                executor=cluster,
                force=force,
                progress=progress,
                say=say,
                seed=seed,
                require_sandbox=require_sandbox,
            )
    # here, since workers import the script that calls this, and nbgrader takes a second
    from course_lib.grading.course import Course
    from course_lib.grading.ledger import Ledger

    if workers < 1:
        raise ValueError(f"workers must be at least 1, got {workers}.")
    begun = time.monotonic()
    course = Course(course_dir)
    released = course.assignment(assignment)
    chosen = choose(submitters(course, assignment), students, f"submission of {assignment}")
    for data in released.notebooks.values():
        asked_questions(parse_release(data), keys_of(released))
    course.register(released)
    settings = course.settings()
    limits = settings.limits()
    seed = next((s for s in (seed, settings.seed) if s is not None), secrets.randbits(48))
    ledger = Ledger(course, released, limits, seed)
    known = {student: ledger.unchanged(student) for student in chosen}
    run = GradingRun(assignment, {student: record for student, record in known.items() if record and not force})
    todo = [student for student in chosen if student not in run.records]
    try:
        ledger.save()
    except OSError as error:
        ledger.close()
        raise type(error)(f"nothing was graded, since what is graded could not be recorded in reports/: {error}") from error

    def read(student: str) -> Submission:
        return read_submission(course.path("submitted", student, assignment), student, released, limits)

    how = (released, seed, limits, require_sandbox or settings.require_sandbox)
    pool = Pool(executor, workers, (released, seed, limits))
    with Progress(len(todo), progress, say) as bar, until_interrupted() as stopped:
        for record in run.needs_attention:
            bar.say(record.sentence())
        try:
            for result in outcomes(todo, read, how, pool, 2 * workers, stopped):
                record = run.records[result.student] = ledger.take(result)
                run.graded.append(record.student)
                bar.advance(record)
        except BaseException:
            pool.close(at_once=True)
            raise
        finally:
            pool.close()
            ledger.save()
            ledger.close()
    run.waiting = [student for student in todo if student not in run.records]
    run.interrupted = bool(run.waiting)
    run.records = dict(sorted(run.records.items()))
    run.seconds = time.monotonic() - begun
    return run
