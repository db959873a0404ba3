"""What a worker does with one submission: rebuild, execute, judge. It needs no file of the course and writes none."""

from __future__ import annotations

import contextlib
import hashlib
import json
import time
from dataclasses import dataclass, field
from typing import Any

import nbformat
from nbformat import NotebookNode

from course_lib.checks.drawing import draw_for
from course_lib.grading.asked import asked_questions
from course_lib.grading.desk import Desk
from course_lib.grading.judge import Mark, judge_notebook, show_notes
from course_lib.grading.reaching import replaced, replaced_sentence
from course_lib.grading.rebuild import MalformedNotebook, parse_notebook, rebuild
from course_lib.grading.release import Assignment, absent_from, keys_of, parse_release
from course_lib.running.execute import execute
from course_lib.running.execution import Execution
from course_lib.running.limits import Limits


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


def prepare(assignment: Assignment, seed: int) -> None:
    """Compute what the answers of a class are compared with: it is the same for all, and kept."""
    keys = keys_of(assignment)
    for data in assignment.notebooks.values():
        for names in asked_questions(parse_release(data), keys).values():
            for name in names:
                question = keys.question(name)
                if not question.personal and not question.properties:
                    # what is wrong with a question is said where an answer to it is judged
                    with contextlib.suppress(Exception):
                        _ = draw_for(question, seed).expected


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
        keep(notebook, repairs, {})
        execution = run(notebook, release, assignment, seed, submission.student, limits, require_sandbox)
        outcome.marks += mark(notebook, release, assignment, seed, submission.student)
        # on one line: for the coordinator, which writes it out for people; with indents it takes Python ten times as long
        outcome.notebooks[name] = json.dumps(notebook, ensure_ascii=False).encode()
        outcome.repairs += repairs
        outcome.notes += [*filter(None, [execution.problem]), *notebook.metadata["course"]["run"]["notes"]]
        outcome.seconds += execution.seconds
        outcome.isolation = execution.isolation
    outcome.overhead = time.monotonic() - begun - outcome.seconds
    return outcome


def run(
    notebook: NotebookNode,
    release: NotebookNode,
    assignment: Assignment,
    seed: int,
    student: str,
    limits: Limits,
    require_sandbox: bool = False,
) -> Execution:
    """Run a rebuilt notebook, answer what it asks, and keep in it how that went."""
    desk = Desk(keys_of(assignment), seed, student, release)
    execution = execute(
        notebook,
        assignment.files,
        imports=assignment.imports,
        absent=absent_from(keys_of(assignment)),
        respond=desk,
        # the seed of the inputs must not be found from the random numbers of the notebook
        seed=int.from_bytes(hashlib.sha256(f"notebook {seed}".encode()).digest()[:6]),
        drawn=lambda cell: limits.pictures or not cell.metadata.get("nbgrader", {}).get("locked"),
        limits=limits,
        require_sandbox=require_sandbox,
    )
    execution.notes += desk.notes
    keep(notebook, notebook.metadata.get("course", {}).get("repairs", []), execution.to_json() | {"seed": seed})
    return execution


def mark(notebook: NotebookNode, release: NotebookNode, assignment: Assignment, seed: int, student: str) -> list[Mark]:
    """Judge a notebook that ran, and say in it what is to be said about it."""
    found = replaced(notebook, release)
    marks, notes = judge_notebook(notebook, release, keys_of(assignment), seed, student)
    notebook.metadata["course"]["run"]["notes"] += [*notes, *([replaced_sentence(found)] if found else [])]
    show_notes(notebook)
    return marks


def keep(notebook: NotebookNode, repairs: list[str], run: dict[str, Any]) -> None:
    """Keep in the notebook itself how it was graded."""
    notebook.metadata["course"] = NotebookNode(repairs=repairs, run=NotebookNode(run))


def parse_notebook_file(data: bytes) -> NotebookNode:
    """A finished notebook."""
    return nbformat.v4.reads(data.decode())
