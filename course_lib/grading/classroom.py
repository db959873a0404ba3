"""Grading a whole class: submissions go out to workers, finished notebooks come back, marks go into the gradebook.

One process, the coordinator, reads submissions and writes marks; it runs no student's code.
"""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import os
import secrets
import signal
import sys
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from course_lib.grading.executors import Cluster, OtherLibrary, connected, library
from course_lib.running.limits import Limits
from course_lib.grading.rebuild import MalformedNotebook, read_bytes
from course_lib.grading.release import read_assignment
from course_lib.running.sandbox import SandboxMissing
from course_lib.grading.worker import Assignment, Outcome, Submission, grade_submission

if TYPE_CHECKING:
    from course_lib.grading.gradebook import Course, Recorder

LOCK_SECONDS = 60.0
SAVE_SECONDS = 2.0
GO_ON = "What was graded is kept; run it again to go on."


class UnknownStudent(LookupError):
    """A student has not submitted; the message lists those who have."""


class NothingSubmitted(LookupError):
    """Nobody has submitted an assignment; the message says where it was looked for."""


class ExecutorLost(RuntimeError):
    """The workers are gone and cannot be replaced."""


@dataclass
class Record:
    """How one submission was graded; a line of ``reports/<assignment>/grading.json``.

    Attributes
    ----------
    student : str
    status : str
        "graded" or "not graded".
    reason : str
        Why it was not graded, or which of its notebooks was not.
    points, max_points : float
        As the gradebook had them when it was graded.
    repairs : list of str
        What was not as released.
    notes : list of str
        What happened while it ran: cells stopped, output cut, a process that died.
    seconds, overhead : float
        Wall time in the notebook's cells, and besides.
    seed : int
        From which the inputs of the checks were drawn.
    isolation : list of str
        What kept the notebook from the rest of the machine.
    fingerprint : str
        Of the submission, the release, the library and the limits: while it is the same, there is nothing to grade again. Empty
        where the reason may pass, so that the next run tries again.
    finished : str
        When, in UTC.
    """

    student: str
    status: str
    reason: str = ""
    points: float = 0.0
    max_points: float = 0.0
    repairs: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    seconds: float = 0.0
    overhead: float = 0.0
    seed: int = 0
    isolation: list[str] = field(default_factory=list)
    fingerprint: str = ""
    finished: str = ""

    @property
    def needs_attention(self) -> bool:
        """Whether an instructor should look at it."""
        return bool(self.status != "graded" or self.reason or self.repairs or self.notes)

    def sentence(self) -> str:
        """What is to be said about it, on one line."""
        said = [self.reason, *self.notes, *self.repairs]
        return printable(f"{self.student}: {self.status}. {' '.join(filter(None, said))}".rstrip())


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
    from course_lib.grading.gradebook import Course

    if workers < 1:
        raise ValueError(f"workers must be at least 1, got {workers}.")
    begun = time.monotonic()
    course = Course(course_dir)
    released = read_assignment(course.release_directory(), assignment)
    chosen = choose(submitters(course, assignment), students, f"submission of {assignment}")
    _check_release(released)
    course.register(released)
    settings = course.settings()
    seed = next((s for s in (seed, settings.seed) if s is not None), secrets.randbits(48))
    classroom = _Classroom(course, released, settings.limits(), seed, require_sandbox or settings.require_sandbox)
    run = GradingRun(assignment)
    todo = []
    for student in chosen:
        classroom.look_at(student)
        known = None if force else classroom.unchanged(student)
        if known is None:
            todo.append(student)
        else:
            run.records[student] = known
    try:
        classroom.save()
    except OSError as error:
        classroom.recorder.gradebook.disconnect()
        raise type(error)(f"nothing was graded, since what is graded could not be recorded in reports/: {error}") from error
    pool = _Pool(executor, workers, (assignment, seed))
    with _Progress(len(todo), progress, say) as bar, _until_interrupted() as stopped:
        for record in run.needs_attention:
            bar.say(record.sentence())
        try:
            for record in classroom.work(todo, pool, 2 * workers, stopped):
                run.records[record.student] = record
                run.graded.append(record.student)
                bar.advance(record)
        except BaseException:
            pool.close(at_once=True)
            raise
        finally:
            pool.close()
            classroom.save()
            classroom.recorder.gradebook.disconnect()
    run.waiting = [student for student in todo if student not in run.records]
    run.interrupted = bool(run.waiting)
    run.records = dict(sorted(run.records.items()))
    run.seconds = time.monotonic() - begun
    return run


def read_records(course_dir: str | os.PathLike, assignment: str) -> dict[str, Record]:
    """The records of an assignment as they were left by `grade`; none if it was never graded."""
    try:
        content = json.loads(_records_path(Path(course_dir), assignment).read_text())
        return {student: Record(**record) for student, record in content["students"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def forget(course: Course, assignment: str) -> dict[str, Record]:
    """The records of an assignment, without those of students who were removed: from the folders and from the gradebook.

    What is kept on disk about these students besides, the records and which feedback was written, goes with them.
    """
    records = read_records(course.root, assignment)
    known = {*course.submitted(assignment), *course.autograded(assignment), *course.marked(assignment)}
    gone = set(records) - known
    if gone:
        records = {student: record for student, record in records.items() if student in known}
        _write_records(course.root, assignment, records)
        feedback = _records_path(course.root, assignment).with_name("feedback.json")
        with suppress(FileNotFoundError, ValueError):
            written = json.loads(feedback.read_text())
            feedback.write_text(json.dumps({student: value for student, value in written.items() if student in known}, indent=1))
    return records


def _write_records(root: Path, assignment: str, records: dict[str, Record]) -> None:
    """Write records, so that they are complete whenever they are read."""
    path = _records_path(root, assignment)
    path.parent.mkdir(parents=True, exist_ok=True)
    students = {student: asdict(record) for student, record in sorted(records.items())}
    unfinished = path.with_suffix(".tmp")
    with open(unfinished, "w") as file:
        json.dump({"assignment": assignment, "students": students}, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    os.replace(unfinished, path)


def printable(text: str) -> str:
    """`text` on one line and without control characters: names and tags are a student's, and a terminal obeys what it is sent."""
    return "".join(character if character.isprintable() else character.encode("unicode_escape").decode() for character in text)


def _records_path(root: Path, assignment: str) -> Path:
    return root / "reports" / assignment / "grading.json"


def submitters(course: Course, assignment: str) -> list[str]:
    """The students who submitted.

    Raises
    ------
    NothingSubmitted
        If there is none.
    """
    found = course.submitted(assignment)
    if not found:
        where = course.path("submitted", "*", assignment)
        raise NothingSubmitted(f"nobody has submitted {assignment}: there is no folder {where}, where * is a student.")
    return found


def choose(available: list[str], students: Iterable[str] | None, what: str) -> list[str]:
    """The students to work on: those asked for, or all there are.

    Raises
    ------
    UnknownStudent
        If one of those asked for is not there.
    """
    if students is None:
        return available
    chosen = list(dict.fromkeys(students))
    unknown = [student for student in chosen if student not in available]
    if unknown:
        listed = ", ".join(available[:30]) + (", ..." if len(available) > 30 else "") or "nobody"
        raise UnknownStudent(printable(f"there is no {what} by {', '.join(unknown)}. There is one by: {listed}."))
    return chosen


def _check_release(assignment: Assignment) -> None:
    from course_lib.grading.judge import asked_questions
    from course_lib.grading.worker import parse_release

    for data in assignment.notebooks.values():
        asked_questions(parse_release(data))


class _Classroom:
    """The submissions of one assignment on their way to the gradebook."""

    def __init__(self, course: Course, assignment: Assignment, limits: Limits, seed: int, require_sandbox: bool) -> None:
        from course_lib.grading.gradebook import Recorder

        self.course, self.assignment, self.limits, self.seed = course, assignment, limits, seed
        self.how = (assignment, seed, limits, require_sandbox)
        self.recorder: Recorder = Recorder(course, assignment.name)
        self.records = forget(course, assignment.name)
        self.marked = course.marked(assignment.name)
        self.fingerprints: dict[str, str] = {}
        self.base = _fingerprint_of(assignment, limits) + course.lateness(assignment.name)
        self.patience = LOCK_SECONDS
        self.saved = time.monotonic()

    # what there is to do

    def look_at(self, student: str) -> None:
        """Note what the submission is like now."""
        digest = hashlib.sha256(self.base)
        directory = self.course.path("submitted", student, self.assignment.name)
        for path in sorted(directory.rglob("*")):
            digest.update(f"{path.relative_to(directory)}\0{path.is_symlink()}\0".encode(errors="surrogateescape"))
            if path.is_file() and not path.is_symlink():
                status = path.stat()
                if status.st_size <= self.limits.notebook_bytes:
                    with suppress(OSError):
                        digest.update(hashlib.sha256(path.read_bytes()).digest())
                else:
                    digest.update(f"{status.st_size} {status.st_mtime_ns}".encode())
        self.fingerprints[student] = digest.hexdigest()

    def unchanged(self, student: str) -> Record | None:
        """The record of a submission that has been graded as it is now."""
        record = self.records.get(student)
        if record is None or record.fingerprint != self.fingerprints[student]:
            return None
        if record.status == "graded":
            directory = self.course.path("autograded", student, self.assignment.name)
            if student not in self.marked or not directory.is_dir():
                return None
        return record

    def read(self, student: str) -> Submission:
        """Read a submission.

        Raises
        ------
        MalformedNotebook
            If there is no notebook in it that could be graded.
        """
        directory = self.course.path("submitted", student, self.assignment.name)
        expected = list(self.assignment.notebooks)
        found: dict[str, bytes] = {}
        problems = []
        for name in expected:
            path = directory / f"{name}.ipynb"
            if not os.path.lexists(path):
                continue
            try:
                found[name] = read_bytes(path, self.limits.notebook_bytes)
            except MalformedNotebook as error:
                problems.append(str(error))
        if not found:
            others = sorted(path.name for path in directory.iterdir() if path.name != "timestamp.txt")
            wanted = " and ".join(f"{name}.ipynb" for name in expected)
            if problems:
                raise MalformedNotebook(" ".join(problems))
            if not others:
                raise MalformedNotebook(f"the submission is empty; expected {wanted}.")
            raise MalformedNotebook(f"there is no {wanted} in the submission, only {', '.join(others[:5])}. Was it renamed?")
        return Submission(student, found)

    # doing it

    def work(self, students: list[str], pool: _Pool, at_a_time: int, stopped: Callable[[], bool]) -> Iterator[Record]:
        """Grade submissions and yield their records as they are done.

        When workers die, what they had is tried again one by one, so that a submission that kills its worker costs no other.
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
                    submission = self.read(student)
                except (MalformedNotebook, OSError) as error:
                    yield self.keep(self.not_graded(student, _sentence(error)))
                    continue
                tried[student] += 1
                running[pool.submit(grade_submission, submission, *self.how)] = student
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
                    outcome = future.result()
                except (SandboxMissing, OtherLibrary):
                    # it would be so for all others too
                    raise
                except Exception as error:
                    broken = broken or isinstance(error, BrokenExecutor)
                    if tried[student] < 2:
                        again.append(student)
                        continue
                    reason = f"The worker failed on it twice ({_short(error)})."
                    yield self.keep(self.not_graded(student, reason), for_good=False)
                    continue
                record = self.enter(outcome)
                yield self.keep(record, for_good=record.status == "graded" or not outcome.notebooks)
            if broken:
                again.extend(running.values())
                running.clear()
                pool.renew()

    def enter(self, outcome: Outcome) -> Record:
        """Write a graded submission into the gradebook."""
        from course_lib.grading.gradebook import GradebookBusy, NotRecorded
        from course_lib.grading.worker import parse_notebook_file

        record = Record(
            outcome.student,
            "graded",
            " ".join(outcome.problems.values()),
            repairs=outcome.repairs,
            notes=outcome.notes,
            seconds=round(outcome.seconds, 3),
            overhead=round(outcome.overhead, 3),
            isolation=outcome.isolation,
        )
        if not outcome.notebooks:
            return self.not_graded(record.student, record.reason)
        try:
            finished = {name: parse_notebook_file(data) for name, data in outcome.notebooks.items()}
        # what is in it is a student's work, and one student must not stop the class
        except Exception as error:
            return self.not_graded(record.student, f"What its cells put out could not be read back ({_short(error)}).")
        while True:
            begun = time.monotonic()
            try:
                record.points, record.max_points = self.recorder.record(outcome.student, finished)
                return record
            except GradebookBusy as error:
                if self.patience <= 0:
                    record.status, record.reason = "not graded", f"The gradebook could not be written: {error}"
                    return record
                time.sleep(0.5)
                self.patience -= time.monotonic() - begun
            except NotRecorded as error:
                record.status, record.reason = "not graded", f"nbgrader could not record it: {error}"
                return record

    def not_graded(self, student: str, reason: str) -> Record:
        """The record of a submission without marks."""
        if student in self.marked:
            reason += " The marks of an earlier submission are still in the gradebook."
        return Record(student, "not graded", reason)

    def keep(self, record: Record, for_good: bool = True) -> Record:
        """Remember a record, and every now and then write all of them to disk."""
        record.seed = self.seed
        record.fingerprint = self.fingerprints[record.student] if for_good else ""
        record.finished = datetime.now(UTC).isoformat(timespec="seconds")
        self.records[record.student] = record
        if time.monotonic() - self.saved > SAVE_SECONDS:
            # on a full disk it may work later, and is tried at the end in any case
            with suppress(OSError):
                self.save()
        return record

    def save(self) -> None:
        """Write the records to disk."""
        self.saved = time.monotonic()
        _write_records(self.course.root, self.assignment.name, self.records)


def _short(error: Exception) -> str:
    return f"{type(error).__name__}: {str(error)[:200]}"


def _sentence(error: object) -> str:
    text = str(error)
    return text[:1].upper() + text[1:]


def _fingerprint_of(assignment: Assignment, limits: Limits) -> bytes:
    digest = hashlib.sha256(library())
    for files in (assignment.notebooks, assignment.files):
        for name, data in sorted(files.items()):
            digest.update(f"{name}\0{len(data)}\0".encode() + data)
    digest.update(json.dumps(limits.to_json(), sort_keys=True).encode())
    return digest.digest()


class _Pool:
    """Where submissions are graded: the executor that was given, or processes of this machine, which can be replaced."""

    def __init__(self, given: Executor | None, workers: int, prepared_for: tuple[str, int]) -> None:
        self.given, self.workers, self.prepared_for = given, workers, prepared_for
        self.executor = given

    def submit(self, function: Callable[..., Any], *arguments: Any) -> Future:
        if self.executor is None:
            self.others = set(multiprocessing.active_children())
            context = multiprocessing.get_context("spawn")
            self.executor = ProcessPoolExecutor(
                self.workers, mp_context=context, initializer=_start_worker, initargs=self.prepared_for
            )
        try:
            with _control_c_held_back():
                return self.executor.submit(function, *arguments)
        except BrokenExecutor as error:
            # it broke while nothing was being waited for
            failed: Future = Future()
            failed.set_exception(error)
            return failed

    def renew(self) -> None:
        """Start afresh after workers died.

        Raises
        ------
        ExecutorLost
            If the executor is not ours to replace.
        """
        if self.given is not None:
            raise ExecutorLost(f"the executor lost its workers. {GO_ON}")
        self.close()

    def check(self) -> None:
        """See whether somebody is left to work.

        Raises
        ------
        ExecutorLost
            If a cluster has been without workers for a while.
        """
        why = self.given.lost() if isinstance(self.given, Cluster) else ""
        if why:
            raise ExecutorLost(f"{why} {GO_ON}")

    def close(self, at_once: bool = False) -> None:
        """End our processes; `at_once` without waiting for what they do."""
        if self.given is None and self.executor is not None:
            if at_once:
                for process in set(multiprocessing.active_children()) - self.others:
                    process.kill()
            self.executor.shutdown(wait=True, cancel_futures=True)
            self.executor = None


def _start_worker(assignment: str, seed: int) -> None:
    """In a new worker: leave Ctrl-C to the coordinator, die with it, and load what notebooks need."""
    from course_lib.checks.judging import prepare
    from course_lib.running.execute import borrowed, can_fork

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(signal, "pthread_sigmask"):
        # held back since it began
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    if sys.platform == "linux":
        import ctypes

        set_parent_death_signal = 1
        ctypes.CDLL(None).prctl(set_parent_death_signal, signal.SIGKILL, 0, 0, 0)
    if can_fork():
        with borrowed() as process:
            process.begin()
    # meanwhile
    prepare(assignment, seed)


@contextmanager
def _control_c_held_back() -> Iterator[None]:
    """A process begun in here does not hear Ctrl-C until it says what to do about it; here it comes a moment later."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def _until_interrupted() -> Iterator[Callable[[], bool]]:
    """Whether Ctrl-C was pressed: once to finish what is running, twice to leave at once."""
    pressed = threading.Event()

    def press(signum: int, frame: object) -> None:
        if pressed.is_set():
            raise KeyboardInterrupt
        pressed.set()
        print("\nFinishing what is running; press Ctrl-C again to leave at once.", file=sys.stderr)

    if threading.current_thread() is not threading.main_thread():
        yield pressed.is_set
        return
    previous = signal.signal(signal.SIGINT, press)
    try:
        yield pressed.is_set
    finally:
        signal.signal(signal.SIGINT, previous)


class _Progress:
    """A progress bar on stderr, and a line for each submission that needs attention."""

    def __init__(self, total: int, shown: bool, say: Callable[[str], None] | None) -> None:
        self.bar: Any = None
        if shown and total:
            from tqdm import tqdm

            self.bar = tqdm(total=total, unit="submission", file=sys.stderr, dynamic_ncols=True)
        self.say = say or (self.bar.write if self.bar else _complain)

    def __enter__(self) -> _Progress:
        return self

    def __exit__(self, *_: object) -> None:
        if self.bar:
            self.bar.close()

    def advance(self, record: Record) -> None:
        if record.needs_attention:
            self.say(record.sentence())
        if self.bar:
            self.bar.update()


def _complain(line: str) -> None:
    print(line, file=sys.stderr)
