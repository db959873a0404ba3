"""How each submission was graded, on disk: ``reports/<assignment>/grading.json``."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from course_lib.grading.course import Course


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
        write_records(course.root, assignment, records)
        feedback = _records_path(course.root, assignment).with_name("feedback.json")
        with suppress(FileNotFoundError, ValueError):
            written = json.loads(feedback.read_text())
            feedback.write_text(json.dumps({student: value for student, value in written.items() if student in known}, indent=1))
    return records


def write_records(root: Path, assignment: str, records: dict[str, Record]) -> None:
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
