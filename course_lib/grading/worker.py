"""What a worker does with one submission: rebuild, execute, judge. It needs no file of the course and writes none."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import nbformat
from nbformat import NotebookNode

from course_lib.running.execute import execute
from course_lib.grading.judge import Mark, judge_notebook, show_notes
from course_lib.running.limits import Limits
from course_lib.grading.rebuild import MalformedNotebook, parse_notebook, rebuild


@dataclass(frozen=True)
class Assignment:
    """What the students were given.

    Attributes
    ----------
    name : str
    notebooks : dict from str to bytes
        The released notebooks by name, without ``.ipynb``.
    files : dict from str to bytes
        What is released beside them, by relative path.
    """

    name: str
    notebooks: dict[str, bytes]
    files: dict[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True)
class Submission:
    """What a student handed in: notebooks by name, as they came."""

    student: str
    notebooks: dict[str, bytes]


@dataclass
class Outcome:
    """A submission with marks.

    Attributes
    ----------
    student : str
    notebooks : dict from str to bytes
        The finished notebooks by name, as files.
    problems : dict from str to str
        For each notebook that could not be graded, a sentence that says why.
    marks : list of Mark
    repairs, notes : list of str
        What was not as released; what happened while it ran.
    seconds, overhead : float
        Wall time in the notebook's cells, and besides.
    isolation : list of str
    """

    student: str
    notebooks: dict[str, bytes] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)
    marks: list[Mark] = field(default_factory=list)
    repairs: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    seconds: float = 0.0
    overhead: float = 0.0
    isolation: list[str] = field(default_factory=list)


def grade_submission(
    submission: Submission, assignment: Assignment, seed: int, limits: Limits, require_sandbox: bool = False
) -> Outcome:
    """Rebuild, run and judge every notebook of a submission.

    Raises
    ------
    SandboxMissing
        If a layer of the sandbox is missing here and was required.
    """
    begun = time.monotonic()
    outcome = Outcome(submission.student)
    for name, released in assignment.notebooks.items():
        if name not in submission.notebooks:
            outcome.problems[name] = f"The notebook {name}.ipynb was not submitted."
            continue
        try:
            notebook = parse_notebook(submission.notebooks[name], limits.notebook_bytes)
        except MalformedNotebook as error:
            outcome.problems[name] = f"The notebook {name}.ipynb cannot be graded: {error}"
            continue
        release = parse_release(released)
        notebook, repairs = rebuild(notebook, release)
        execution = execute(notebook, assignment.files, seed=seed, limits=limits, require_sandbox=require_sandbox)
        finish(notebook, repairs, execution.to_json() | {"seed": seed})
        _, marks = judge_notebook(notebook, release, seed, submission.student)
        show_notes(notebook)
        # on one line: for the coordinator, which writes it out for people; with indents it takes Python ten times as long
        outcome.notebooks[name] = json.dumps(notebook, ensure_ascii=False).encode()
        outcome.marks += marks
        outcome.repairs += repairs
        outcome.notes += [*filter(None, [execution.problem]), *execution.notes]
        outcome.seconds += execution.seconds
        outcome.isolation = execution.isolation
    outcome.overhead = time.monotonic() - begun - outcome.seconds
    return outcome


@lru_cache(maxsize=16)
def parse_release(data: bytes) -> NotebookNode:
    """A released notebook; kept, since a class has the same one."""
    return nbformat.reads(data.decode(), as_version=4)


def finish(notebook: NotebookNode, repairs: list[str], run: dict[str, Any]) -> None:
    """Keep in the notebook itself how it was graded."""
    notebook.metadata["course"] = NotebookNode(repairs=repairs, run=NotebookNode(run))


def parse_notebook_file(data: bytes) -> NotebookNode:
    """A finished notebook."""
    return nbformat.v4.reads(data.decode())
