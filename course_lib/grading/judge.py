"""From an executed notebook to marks: the evidence in each test cell is judged here, and the verdict takes its place."""

from __future__ import annotations

import html
import json
from dataclasses import asdict, dataclass
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell

from course_lib.asking import EVIDENCE_TYPE
from course_lib.checks.checking import VERDICT_TYPE
from course_lib.checks.drawing import Draw, draw_for
from course_lib.checks.judging import judge
from course_lib.checks.keys import Keys
from course_lib.grading.asked import asked_questions
from course_lib.grading.rebuild import grade_id
from course_lib.running.outputs import GRADER_ERRORS, new_output

MOST_PIECES = 10  # of evidence for one question in a cell; each is judged, and judging takes time


@dataclass(frozen=True)
class Mark:
    """What a question in a test cell earned.

    Attributes
    ----------
    cell : str
        The grade_id of the test cell.
    question : str
    passed : bool
    score : float
        The part of its points, 0 to 1.
    points, max_points : float
        A cell with several questions shares its points equally.
    kind : str
        As in `course_lib.checks.judging.Verdict`, or "no evidence".
    misconception : str or None
    message : str
        What the student is told.
    """

    cell: str
    question: str
    passed: bool
    score: float
    points: float
    max_points: float
    kind: str
    misconception: str | None
    message: str

    def to_json(self) -> dict[str, Any]:
        """The mark as JSON data."""
        return asdict(self)


def judge_notebook(
    notebook: NotebookNode, release: NotebookNode, keys: Keys, seed: int, student: str = ""
) -> tuple[list[Mark], list[str]]:
    """Judge the evidence in the test cells of an executed notebook.

    Parameters
    ----------
    notebook : NotebookNode
        It is changed: the outputs of a test cell are replaced by the verdicts, in the form from which nbgrader reads
        full, partial or no points.
    release : NotebookNode
        The released notebook: which questions a test cell asks is read here, not from the notebook that ran.
    keys : Keys
    seed : int
        From which the inputs were drawn that the answers ran on.
    student : str
        Who handed it in; questions with personal data are judged on this student's.

    Returns
    -------
    marks : list of Mark
        In the order of the notebook. Test cells without a ``check(...)`` are left to nbgrader's own scoring.
    notes : list of str
        Evidence that did not count, because it was not in the test cell of its question.

    Raises
    ------
    ReleaseError
        If a released test cell does not name a question there is.
    """
    executed = {grade_id(cell): cell for cell in notebook.cells if grade_id(cell)}
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            # a verdict is the grader's word, also where no marks depend on it
            output.get("data", {}).pop(VERDICT_TYPE, None)
    released = {grade_id(cell): cell for cell in release.cells if grade_id(cell)}
    asked = asked_questions(release, keys)
    notes = _misplaced(notebook, asked)
    marks: list[Mark] = []
    for cell_id, names in asked.items():
        cell = executed.get(cell_id)
        if not names or cell is None:
            continue
        max_points = float(released[cell_id].metadata["nbgrader"].get("points", 0))
        outputs: list[NotebookNode] = []
        earned = []
        for name in names:
            draw = draw_for(keys.question(name), seed, student)
            mark, shown = _judge_question(draw, student, cell, max_points / len(names))
            earned.append(mark)
            outputs.append(shown)
        marks += earned
        cell.outputs = outputs + _score_output(earned, max_points)
        if cell.outputs[-1].output_type == "execute_result":
            cell.execution_count = cell.outputs[-1].execution_count = cell.execution_count or 1
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            output.get("data", {}).pop(EVIDENCE_TYPE, None)
    return marks, notes


def _evidence(cell: NotebookNode) -> list[Any]:
    found = [output.data[EVIDENCE_TYPE] for output in cell.get("outputs", []) if EVIDENCE_TYPE in output.get("data", {})]
    return [_loaded(evidence) for evidence in found]


def _misplaced(notebook: NotebookNode, asked: dict[str, list[str]]) -> list[str]:
    """What is to be said about evidence outside of the test cell of its question."""
    known = {name for names in asked.values() for name in names}
    notes: dict[str, None] = {}
    for cell in notebook.cells:
        place = grade_id(cell)
        for evidence in _evidence(cell):
            name = evidence.get("name") if isinstance(evidence, dict) else None
            if name in asked.get(place or "", []):
                continue
            what = f"Evidence for {name}" if name in known else "Evidence for no question of this notebook"
            where = f"the cell {place!r}" if place else "an added cell"
            notes[f"{what} was left in {where} and did not count."] = None
    return list(notes)


def _judge_question(draw: Draw, student: str, cell: NotebookNode, points: float) -> tuple[Mark, NotebookNode]:
    """The mark for one question of a cell, and the output that shows it."""
    name = draw.key.name
    found = [evidence for evidence in _evidence(cell) if isinstance(evidence, dict) and evidence.get("name") == name]
    if not found:
        return _without_evidence(name, cell, points, _why_nothing(cell))
    if len(found) > MOST_PIECES:
        many = f"The cell left {len(found)} pieces of evidence for this question; more than {MOST_PIECES} count for nothing."
        return _without_evidence(name, cell, points, many)
    if not draw.key.properties:
        # a reference that fails is no fault of the evidence
        _ = draw.expected
    # a cell that checks two answers to one question, or forges a second, earns what the worse of them does
    try:
        verdict = min((judge(draw, evidence, student) for evidence in found), key=lambda verdict: verdict.score)
        score = min(1.0, max(0.0, float(verdict.score)))
        told = {"text/plain": verdict.text(), "text/html": verdict.html()}
        content = verdict.to_json()
    # whatever a notebook managed to put into its evidence costs its own points and nothing else
    except Exception as error:
        return _without_evidence(
            name,
            cell,
            points,
            f"The evidence could not be judged ({type(error).__name__}: {str(error)[:300]}).",
        )
    mark = Mark(
        cell=str(grade_id(cell)),
        question=name,
        passed=verdict.passed,
        score=score,
        points=score * points,
        max_points=points,
        kind=verdict.kind,
        misconception=verdict.misconception,
        message=verdict.message,
    )
    return mark, _shown(told | {VERDICT_TYPE: content | mark.to_json()})


def _shown(data: dict[str, Any]) -> NotebookNode:
    return new_output("display_data", data=NotebookNode(data))


def _loaded(evidence: Any) -> Any:
    if not isinstance(evidence, str):
        return evidence
    try:
        return json.loads(evidence)
    except (ValueError, RecursionError):
        return None


def _without_evidence(name: str, cell: NotebookNode, points: float, message: str) -> tuple[Mark, NotebookNode]:
    mark = Mark(str(grade_id(cell)), name, False, 0.0, 0.0, points, "no evidence", None, message)
    told = {
        "text/plain": f"{name}: {message}",
        "text/html": f"<p><strong>{html.escape(name)}</strong>: {html.escape(message)}</p>",
    }
    return mark, _shown(told | {VERDICT_TYPE: mark.to_json()})


def _why_nothing(cell: NotebookNode) -> str:
    """Why there is no evidence, as far as the other outputs of the cell tell."""
    for output in cell.outputs:
        if output.output_type == "error":
            if output.ename in GRADER_ERRORS:
                return str(output.evalue)[:500]
            return f"The check did not come to its end: the cell stopped with {output.ename}: {str(output.evalue)[:300]}"
    return "The check left no evidence, so there is nothing to judge."


def _score_output(earned: list[Mark], max_points: float) -> list[NotebookNode]:
    """What nbgrader reads the points from: an error is none, a displayed number is partial credit, nothing is all."""
    points = sum(mark.points for mark in earned)
    if all(mark.score == 1.0 for mark in earned):
        return []
    if points > 0:
        return [
            new_output(
                "execute_result",
                data={"text/plain": repr(round(min(points, max_points), 6))},
                execution_count=1,
            )
        ]
    failed = ", ".join(mark.question for mark in earned)
    message = next(mark.message for mark in earned)
    return [
        new_output(
            "error",
            ename="CheckFailed",
            evalue=f"{failed}: {message}",
            traceback=[f"CheckFailed: {failed}: {message}"],
        )
    ]


def show_notes(notebook: NotebookNode) -> None:
    """Put what the grader had to do into a first cell, for the student to read; nothing where there is nothing to say."""
    course = notebook.metadata.get("course", {})
    run = course.get("run", {})
    sentences = [*course.get("repairs", []), *filter(None, [run.get("problem")]), *run.get("notes", [])]
    if not sentences:
        return
    # names in these sentences may be the student's; as one block of HTML they are shown and not interpreted
    lines = [f"<li>{html.escape(' '.join(sentence.split()))}</li>" for sentence in sentences]
    text = "\n".join(["<strong>Notes from the grader</strong>", "<ul>", *lines, "</ul>"])
    notebook.cells.insert(0, new_markdown_cell(text, id="grader-notes"))
