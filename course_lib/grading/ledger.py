"""Who was graded and how: marks go into the gradebook, and beside it stands what there is to say of each submission."""

from __future__ import annotations

import time
from contextlib import suppress
from datetime import UTC, datetime

from course_lib.grading.course import Course
from course_lib.grading.gradebook import GradebookBusy, NotRecorded, Recorder
from course_lib.grading.records import Record, forget, write_records
from course_lib.grading.release import Assignment
from course_lib.grading.submissions import fingerprint, fingerprint_of
from course_lib.grading.submitting import Failure, short
from course_lib.grading.worker import Outcome, parse_notebook_file
from course_lib.running.limits import Limits

LOCK_SECONDS = 60.0
SAVE_SECONDS = 2.0


class Ledger:
    """The records of one assignment and the marks in the gradebook.

    Parameters
    ----------
    course : Course
    assignment : Assignment
    limits : Limits
    seed : int
        From which the inputs of this run are drawn.
    """

    def __init__(self, course: Course, assignment: Assignment, limits: Limits, seed: int) -> None:
        self.course, self.assignment, self.limits, self.seed = course, assignment, limits, seed
        self.recorder = Recorder(course, assignment.name)
        self.records = forget(course, assignment.name)
        self.marked = course.marked(assignment.name)
        self.fingerprints: dict[str, str] = {}
        self.base = fingerprint_of(assignment, limits) + course.lateness(assignment.name)
        self.patience = LOCK_SECONDS
        self.saved = time.monotonic()

    def unchanged(self, student: str) -> Record | None:
        """The record of a submission that has been graded as it is now."""
        now = fingerprint(self.course.path("submitted", student, self.assignment.name), self.base, self.limits)
        self.fingerprints[student] = now
        record = self.records.get(student)
        if record is None or record.fingerprint != now:
            return None
        if record.status == "graded":
            directory = self.course.path("autograded", student, self.assignment.name)
            if student not in self.marked or not directory.is_dir():
                return None
        return record

    def take(self, result: Outcome | Failure) -> Record:
        """Enter what came of a submission."""
        if isinstance(result, Failure):
            return self.keep(self.not_graded(result.student, result.reason), result.for_good)
        record = self.enter(result)
        return self.keep(record, for_good=record.status == "graded" or not result.notebooks)

    def enter(self, outcome: Outcome) -> Record:
        """Write a graded submission into the gradebook."""
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
            return self.not_graded(record.student, f"What its cells put out could not be read back ({short(error)}).")
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
        write_records(self.course.root, self.assignment.name, self.records)

    def close(self) -> None:
        """Let go of the gradebook."""
        self.recorder.gradebook.disconnect()
