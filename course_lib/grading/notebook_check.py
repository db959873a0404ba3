"""A student's look at a whole notebook: which questions pass, which do not yet, which are untouched."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode

from course_lib.checks.at_hand import at_hand
from course_lib.checks.checking import VERDICT_TYPE
from course_lib.checks.keys import Keys
from course_lib.checks.sealing import Sealed
from course_lib.grading.asked import ReleaseError, checked_names
from course_lib.grading.rebuild import parse_notebook, read_bytes
from course_lib.grading.release import keys_beside
from course_lib.running.execute import execute
from course_lib.running.limits import Limits

LARGEST_FILE = 20_000_000


@dataclass(frozen=True)
class QuestionState:
    """How one question of a notebook stands.

    Attributes
    ----------
    name : str
    state : str
        "passed", "not yet", "untouched" or "missing": nothing in the notebook checks it.
    explanation : str
        Plain text; empty for a question that passes.
    """

    name: str
    state: str
    explanation: str = ""


def require_notebook(path: Path) -> None:
    """Raise FileNotFoundError if there is no such file."""
    if not path.is_file():
        raise FileNotFoundError(
            f"there is no file {path}. Give the path of a notebook, such as exercises/gradient-descent/gradient-descent.ipynb."
        )


def check_notebook(path: Path, limits: Limits | None = None) -> list[QuestionState]:
    """Run a copy of the notebook and say how each of its questions stands; the file is not changed.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    MalformedNotebook
        If it is not a notebook.
    NoKeys
        If there is nothing to check answers with.
    """
    require_notebook(path)
    notebook = parse_notebook(read_bytes(path))
    beside = {
        file.name: file.read_bytes()
        for file in path.parent.iterdir()
        if file.is_file() and file != path and not file.name.startswith(".") and file.stat().st_size <= LARGEST_FILE
    }
    keys = at_hand()
    # a student's own notebook: nothing is hidden from it, and its checks judge for themselves
    execute(notebook, beside | keys_beside(), imports=None, limits=limits)
    states = list(_states(notebook))
    return [*states, *_missing(keys, states, path.stem)]


def _missing(keys: Sealed | Keys, states: list[QuestionState], notebook_name: str) -> Iterator[QuestionState]:
    """The questions of the assignment that no cell checks: to the grader, which puts the cells back, they count."""
    checked = {state.name for state in states}
    named = {notebook_name, *(name.partition("/")[0] for name in checked)}
    for assignment in filter(named.__contains__, keys.assignments()):
        for name in keys.questions(assignment):
            if name not in checked:
                yield QuestionState(
                    name,
                    "missing",
                    f"[missing] {name}\n\nThe cell that checks it is not in this notebook. The grader puts it back, and without an "
                    "answer it earns nothing: copy it, and the cell for the answer, from the notebook that was given out.",
                )


def _states(notebook: NotebookNode) -> Iterator[QuestionState]:
    broken = ""
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        names = _questions_of(cell.source)
        if not names:
            # an answer that does not even run is the reason why its test finds nothing
            broken = _first_error(cell)
            continue
        shown = {
            output.data[VERDICT_TYPE]["question"]: output.data
            for output in cell.outputs
            if output.output_type in ("display_data", "execute_result") and VERDICT_TYPE in output.data
        }
        for name in names:
            if name not in shown:
                why = broken or _first_error(cell) or "The check of this question did not run."
                yield QuestionState(name, "not yet", f"[not yet] {name}\n\n{why}")
                continue
            verdict, text = shown[name][VERDICT_TYPE], shown[name]["text/plain"]
            if verdict["passed"]:
                yield QuestionState(name, "passed")
            else:
                yield QuestionState(name, "untouched" if verdict["kind"] == "no answer" else "not yet", text)


def _questions_of(source: str) -> list[str]:
    """The questions that a cell of a student's notebook checks; a cell that is not even Python checks none."""
    try:
        return checked_names(source, "")
    except ReleaseError:
        return []


def _first_error(cell: NotebookNode) -> str:
    for output in cell.outputs:
        if output.output_type == "error":
            return f"The cell ended with {output.ename}: {output.evalue}"
    return ""
