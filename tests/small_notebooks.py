"""Small notebooks as nbgrader and students make them."""

import copy
import json

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

COST = "def cost(w, x, y):\n    return ((w * x - y) ** 2).mean()"
HALF = "def cost(w, x, y):\n    return ((w * x - y) ** 2).mean() / 2"
SEARCH = (
    "import numpy as np\ndef search(cost, low, high, count):\n"
    "    candidates = np.linspace(low, high, count)\n    return candidates[np.argmin([cost(w) for w in candidates])]"
)
IMPORT = "from course_lib.checks import check\n"
RIGHT = {"cost": IMPORT + COST, "search": SEARCH, "why": "Because."}
EVIDENCE = "application/vnd.course.evidence+json"


def _marks(grade_id, *, grade=False, solution=False, locked=False, points=None):
    marks = {
        "grade_id": grade_id,
        "grade": grade,
        "solution": solution,
        "locked": locked,
        "task": False,
        "schema_version": 3,
    }
    return {"nbgrader": marks | ({} if points is None else {"points": points})}


def solution(grade_id, source):
    return new_code_cell(source, metadata=_marks(grade_id, solution=True))


def test(grade_id, source, points):
    return new_code_cell(source, metadata=_marks(grade_id, grade=True, locked=True, points=points))


test.__test__ = False


def explanation(grade_id, source, points=4):
    return new_markdown_cell(source, metadata=_marks(grade_id, grade=True, solution=True, points=points))


def code(*sources):
    """A notebook of ungraded code cells."""
    return new_notebook(cells=[new_code_cell(source) for source in sources])


def released(notebook):
    return copy.deepcopy(notebook)


def source_notebook(*cells):
    """An instructor's notebook."""
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return new_notebook(metadata={"kernelspec": kernel}, cells=list(cells))


def answer(notebook, **answers):
    """`notebook` with the text of the solution cells given by grade_id."""
    for cell in notebook.cells:
        marks = cell.metadata.get("nbgrader", {})
        if marks.get("solution") and marks["grade_id"] in answers:
            cell.source = answers[marks["grade_id"]]
    return notebook


def as_bytes(notebook):
    return json.dumps(notebook).encode()


def outputs(cell):
    """The outputs of a cell in short: (stream name, text), (error name, value) or (type, plain text)."""
    short = []
    for output in cell.outputs:
        if output.output_type == "stream":
            short.append((output.name, output.text))
        elif output.output_type == "error":
            short.append((output.ename, output.evalue))
        else:
            short.append((output.output_type, output.data.get("text/plain")))
    return short


def is_valid(notebook):
    nbformat.validate(notebook)
    return True
