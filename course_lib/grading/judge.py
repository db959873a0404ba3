"""From an executed notebook to marks: the evidence in each test cell is judged here, and the verdict takes its place."""

from __future__ import annotations

import ast
import html
import json
from dataclasses import asdict, dataclass
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell

from course_lib import checks
from course_lib.checks.checking import VERDICT_TYPE
from course_lib.running.execute import EVIDENCE_TYPE, GRADER_ERRORS, new_output
from course_lib.grading.rebuild import grade_id, is_autograded

MOST_PIECES = 10  # of evidence for one question in a cell; each is judged, and judging takes time


class ReleaseError(ValueError):
    """The released notebook cannot be judged; this is the instructor's to mend."""


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
        As in `course_lib.checks.Verdict`, or "no evidence".
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
    notebook: NotebookNode, release: NotebookNode, seed: int, student: str = ""
) -> tuple[NotebookNode, list[Mark]]:
    """Judge the evidence in the test cells of an executed notebook.

    Parameters
    ----------
    notebook : NotebookNode
        It is changed: the outputs of a test cell are replaced by the verdicts, in the form from which nbgrader reads
        full, partial or no points.
    release : NotebookNode
        The released notebook: which questions a test cell asks is read here, not from the notebook that ran.
    seed : int
        The seed of the run; evidence from another counts for nothing.
    student : str
        Who handed it in; questions with personal data are judged on this student's.

    Returns
    -------
    notebook : NotebookNode
    marks : list of Mark
        In the order of the notebook. Test cells without a ``check(...)`` are left to nbgrader's own scoring.

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
    marks: list[Mark] = []
    for cell_id, names in asked_questions(release).items():
        cell = executed.get(cell_id)
        if not names or cell is None:
            continue
        max_points = float(released[cell_id].metadata["nbgrader"].get("points", 0))
        outputs: list[NotebookNode] = []
        earned = []
        for name in names:
            mark, shown = _judge_question(name, seed, student, cell, max_points / len(names))
            earned.append(mark)
            outputs.append(shown)
        marks += earned
        cell.outputs = outputs + _score_output(earned, max_points)
        if cell.outputs[-1].output_type == "execute_result":
            cell.execution_count = cell.outputs[-1].execution_count = cell.execution_count or 1
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            output.get("data", {}).pop(EVIDENCE_TYPE, None)
    return notebook, marks


def asked_questions(release: NotebookNode) -> dict[str, list[str]]:
    """The questions of each test cell of a released notebook, by the cell's grade_id.

    Raises
    ------
    ReleaseError
        If a test cell does not name a question there is.
    """
    asked = {}
    for cell in release.cells:
        if is_autograded(cell):
            cell_id = str(grade_id(cell))
            asked[cell_id] = checked_names(cell.source, cell_id)
            for name in asked[cell_id]:
                try:
                    checks.question(name)
                except checks.UnknownQuestion as error:
                    raise ReleaseError(f"the released test cell {cell_id!r}: {error}") from error
    return asked


def checked_names(source: str, cell: str) -> list[str]:
    """The questions that a released test cell asks: the first arguments of its calls of ``check``.

    Raises
    ------
    ReleaseError
        If the source is not Python, or the argument is not a literal string.
    """
    try:
        tree = ast.parse(source)
    except SyntaxError as error:
        raise ReleaseError(f"the released test cell {cell!r} is not plain Python: {error}.") from error
    names: list[str] = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", None)
        if called != "check":
            continue
        first = node.args[0] if node.args else next((k.value for k in node.keywords if k.arg == "name"), None)
        if not (isinstance(first, ast.Constant) and isinstance(first.value, str)):
            raise ReleaseError(
                f"the released test cell {cell!r} must call check with a literal string: the grader reads its question from the text."
            )
        if first.value not in names:
            names.append(first.value)
    return names


def _judge_question(name: str, seed: int, student: str, cell: NotebookNode, points: float) -> tuple[Mark, NotebookNode]:
    """The mark for one question of a cell, and the output that shows it."""
    found = [output.data[EVIDENCE_TYPE] for output in cell.outputs if EVIDENCE_TYPE in output.get("data", {})]
    found = [evidence for evidence in map(_loaded, found) if isinstance(evidence, dict) and evidence.get("name") == name]
    if not found:
        return _without_evidence(name, cell, points, _why_nothing(name, cell))
    if len(found) > MOST_PIECES:
        many = f"The cell left {len(found)} pieces of evidence for this question; more than {MOST_PIECES} count for nothing."
        return _without_evidence(name, cell, points, many)
    # a cell that checks two answers to one question, or forges a second, earns what the worse of them does
    try:
        verdict = min((checks.judge(name, seed, evidence, student) for evidence in found), key=lambda verdict: verdict.score)
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
        passed=bool(verdict.passed),
        score=score,
        points=score * points,
        max_points=points,
        kind=str(content.get("kind", "passed" if verdict.passed else "different")),
        misconception=verdict.misconception,
        message=str(content.get("message", "")),
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


def _why_nothing(name: str, cell: NotebookNode) -> str:
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
