"""One class with a student for everything that goes wrong and everything that is tried, between students who are right.

Every fault ends with this submission marked or listed and all others graded; every attack earns what its answers deserve, which is
nothing, and leaves the course as it was.
"""

import hashlib
import select
import shutil
import socket
import sqlite3
from html.parser import HTMLParser
from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell
from small_course import SmallCourse
from small_notebooks import HALF, IMPORT, RIGHT, answer, as_bytes, outputs, released

from course_lib.grading.classroom import grade
from course_lib.outcomes.feedback import feedback
from course_lib.outcomes.report import make_report

CONFIG = """
c.ForkExecute.timeout = 20
c.ForkExecute.grace_seconds = 1.5
c.ForkExecute.notebook_seconds = 60
c.ForkExecute.memory_mb = 600
c.ForkExecute.disk_mb = 64
c.ForkExecute.processes = 30
c.ForkExecute.output_kb = 100
c.ForkExecute.notebook_mb = 2
"""
NEIGHBORS = ["aa-first", "mm-middle", "zz-last"]
WRONG_SEARCH = "def search(cost, low, high, count):\n    return low\n"


def read_sections(name):
    """Pieces of code by title, and what is said about each."""
    _, *sections = (Path(__file__).parent / "hostile" / name).read_text().split("### ")
    titles = [section.partition("\n")[0].split() for section in sections]
    return {title[0]: section.partition("\n")[2] for title, section in zip(titles, sections, strict=True)}, dict(
        (title[0], title[1]) for title in titles if len(title) > 1
    )


FAULTS, AFTERWARDS = read_sections("faults.txt")
ATTACKS, _ = read_sections("attacks.txt")
UNPREVENTED, _ = read_sections("unprevented.txt")
CHEATS = {
    "skip": lambda nb: [cell.metadata.update(tags=["skip-execution"]) for cell in nb.cells],
    "no-code": lambda nb: nb.cells.clear(),
    "edited-tests": lambda nb: [cell.update(source="2.0") for cell in nb.cells if cell.metadata.nbgrader.get("grade")],
    "outputs": lambda nb: nb.cells[1].update(outputs=[{"output_type": "execute_result", "data": {"text/plain": "2"}}]),
    "copied-test": lambda nb: nb.cells.insert(0, new_code_cell("2.0", metadata=nb.cells[1].metadata)),
    "not-graded": lambda nb: [cell.metadata["nbgrader"].update(grade=False, locked=False) for cell in nb.cells],
}
DISORDER = {
    "duplicated": lambda cells: cells.extend([cells[0], cells[1], cells[3]]),
    "deleted": lambda cells: [cells.pop(3), cells.pop(1)],
    "renamed": lambda cells: cells[0].metadata["nbgrader"].update(grade_id="mine"),
    "retyped": lambda cells: cells.__setitem__(0, new_markdown_cell(cells[0].source, metadata=cells[0].metadata)),
    "reordered": lambda cells: cells.reverse(),
    "tagged": lambda cells: [cell.metadata.update(tags=["skip-execution", "raises-exception"]) for cell in cells],
}
WITHOUT_REPAIR = {
    "more-points": lambda cells: cells[1].metadata["nbgrader"].update(points=100),
    "warns": lambda cells: cells[0].update(source=cells[0].source + "\nimport warnings; warnings.warn('old')"),
}
# what takes a parser, a cleaner or a highlighter long, beside right answers
LARGE = {
    "elements": lambda cells: cells.append(new_markdown_cell("<div>" * 100_000)),
    "elements-shown": lambda cells: cells.append(new_code_cell("from IPython.display import HTML\nHTML('<div>' * 100_000)")),
    "statements": lambda cells: cells.append(new_code_cell("x = 1;" * 100_000)),
    "statements-in-an-answer": lambda cells: cells[0].update(source=f"{cells[0].source}\n{'x = 1;' * 100_000}"),
    "parentheses": lambda cells: cells.append(new_code_cell("x = " + "(" * 100_000 + ")" * 100_000)),
}
MODULES = ("torch.py", "numpy.py", "random.py", "course_lib.py", "sitecustomize.py")


def submit_everything(course, port):
    for student in NEIGHBORS:
        course.submit(student, **RIGHT)
    for name, code in FAULTS.items():
        course.submit(f"fault-{name}", **RIGHT | {"cost": IMPORT + code})
    for name, code in ATTACKS.items():
        code = code.replace("COURSE", str(course.root)) if "COURSE/" in code else code
        code = code.replace("MARKER", str(course.root / "marker")).replace("PORT", str(port))
        course.submit(f"attack-{name}", cost=IMPORT + HALF, search=WRONG_SEARCH + code, why="")
    for name, code in UNPREVENTED.items():
        course.submit(f"unprevented-{name}", cost=IMPORT + code, search="", why="")
    for name, change in CHEATS.items():
        notebook = answer(released(course.release), cost=IMPORT + HALF, search=WRONG_SEARCH)
        change(notebook)
        course.submit(f"attack-{name}", notebook)
    for name, change in (DISORDER | WITHOUT_REPAIR | {f"large-{name}": change for name, change in LARGE.items()}).items():
        notebook = answer(released(course.release), **RIGHT)
        change(notebook.cells)
        course.submit(f"cells-{name}", notebook)
    right = answer(released(course.release), **RIGHT)
    kernel = released(right)
    kernel.metadata["kernelspec"] = {"name": "bash", "display_name": "Bash", "language": "bash"}
    course.submit("cells-kernel", kernel)
    for name in MODULES:
        (course.submit("file-modules", **RIGHT) / name).write_text("raise SystemExit('the wrong module')")
    course.submit("file-empty", b"")
    course.submit("file-corrupt", as_bytes(right)[:-500])
    course.submit("file-latin", '{"nbformat": 4, "cells": "é"}'.encode("latin-1"))
    course.submit("file-huge", as_bytes(right) + b" " * 3_000_000)
    course.submit("file-deep", b'{"nbformat": 4, "cells": ' + b"[" * 200_000)
    directory = course.submit("file-link", right)
    (directory / "lines.ipynb").rename(course.root / "elsewhere.ipynb")
    (directory / "lines.ipynb").symlink_to(course.root / "elsewhere.ipynb")


def digest(root):
    """Of all files of a course that grading does not write."""
    digest = hashlib.sha256((root / "nbgrader_config.py").read_bytes())
    for folder in ("solutions", "exercises", "submitted"):
        for path in sorted((root / folder).rglob("*")):
            digest.update(str(path).encode())
            if path.is_file() and not path.is_symlink():
                digest.update(path.read_bytes())
    return digest.hexdigest()


@pytest.fixture(scope="module")
def graded(course_template, tmp_path_factory):
    root = tmp_path_factory.mktemp("class") / "course"
    shutil.copytree(course_template, root)
    with open(root / "nbgrader_config.py", "a") as file:
        file.write(CONFIG)
    with open(root / "solutions" / "gradient-descent" / "questions" / "cost.py", "a") as file:
        file.write(
            "\n# what every notebook's process has, so that calls of it can only be watched\nquestion.forbidden = ('torch.nn',)\n"
        )
    course = SmallCourse(root)
    with socket.create_server(("127.0.0.1", 0)) as server:
        submit_everything(course, server.getsockname()[1])
        before = digest(root)
        course.run = grade("ps1", root, workers=2, progress=False, say=lambda line: None)
        course.reached = bool(select.select([server], [], [], 0)[0])
    course.untouched = before == digest(root)
    return course


def cell_of(course, student, grade_id):
    return next(c for c in course.graded(student).cells if c.metadata.get("nbgrader", {}).get("grade_id") == grade_id)


def test_every_neighbor_is_graded_in_full(graded):
    for student in NEIGHBORS:
        record = graded.run.records[student]
        assert (record.status, record.points, record.reason, record.repairs, record.notes) == ("graded", 6, "", [], [])


def test_everybody_is_in_the_gradebook_or_listed_with_a_reason(graded):
    submitted = {path.name for path in (graded.root / "submitted").iterdir()}
    assert set(graded.run.records) == submitted and not graded.run.interrupted
    with graded.gradebook() as gradebook:
        marked = {submission.student_id for submission in gradebook.assignment_submissions("ps1")}
    for student, record in graded.run.records.items():
        assert (student in marked) == (record.status == "graded")
        assert record.status == "graded" or record.reason
    assert submitted - marked == {f"file-{name}" for name in ("empty", "corrupt", "latin", "huge", "deep", "link")}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_costs_its_own_points(graded, name):
    record = graded.run.records[f"fault-{name}"]
    assert record.status == "graded" and record.points in (0, 4)
    assert outputs(cell_of(graded, record.student, "test-cost"))[-1][0] == "CheckFailed"
    if AFTERWARDS.get(name) == "survived":
        assert record.points == 4, record.notes
    elif AFTERWARDS.get(name) == "ended":
        assert record.points == 0 and "did not run to its end" in record.notes[0]


@pytest.mark.parametrize("name", LARGE)
def test_a_notebook_made_to_take_long_is_graded_and_shown(graded, name, here):
    record = graded.run.records[f"cells-large-{name}"]
    assert (record.status, record.points, record.reason) == ("graded", 6, "")
    assert feedback("ps1", graded.root, students=[record.student])[record.student].joinpath("lines.html").is_file()


@pytest.mark.parametrize("name", [*DISORDER, *WITHOUT_REPAIR, "kernel"])
def test_cells_in_disorder_cost_nothing(graded, name):
    record = graded.run.records[f"cells-{name}"]
    assert (record.status, record.points, record.max_points) == ("graded", 6, 10)
    assert bool(record.repairs) == (name not in WITHOUT_REPAIR)


def test_modules_beside_the_notebook_are_not_imported(graded):
    assert graded.run.records["file-modules"].points == 6


@pytest.mark.parametrize("name", [*ATTACKS, *CHEATS])
def test_an_attack_earns_nothing(graded, name):
    record = graded.run.records[f"attack-{name}"]
    assert (record.status, record.points, record.max_points) == ("graded", 0, 10)


@pytest.mark.parametrize("name", UNPREVENTED)
def test_what_is_not_prevented_shows_in_the_report(graded, name):
    # it earns the points: where it does not any more, marks.md promises too little
    assert graded.run.records[f"unprevented-{name}"].points == 2
    [student] = [student for student in make_report("ps1", graded.root).to_look_at if student.id == f"unprevented-{name}"]
    assert [reason for reason in student.reasons if "can be had without computing" in reason], student.reasons


REPLACING = (
    *(
        "display-number",
        "patched-check",
        "patched-judge",
        "patched-compare",
        "poisoned-modules",
        "patched-collect",
        "forged-verdict",
    ),
    *("forged-pass", "forged-large", "forged-deep", "forged-shape", "pickle", "forged-often", "knows-it-is-judged"),
    *("passes-on-other-inputs", "judges-itself", "ten-lines", "asks-by-itself"),
)


@pytest.mark.parametrize("name", REPLACING)
def test_who_replaces_what_the_course_defines_is_named(graded, name):
    assert [note for note in graded.run.records[f"attack-{name}"].notes if "gives another meaning to " in note]


@pytest.mark.parametrize("name", ["asks-by-itself", "asks-without-end", "answers-for-the-grader", "passes-on-other-inputs"])
def test_who_asks_for_inputs_outside_of_the_tests_or_too_often_is_named(graded, name):
    assert [note for note in graded.run.records[f"attack-{name}"].notes if "were asked for" in note]


def test_the_grader_gives_nothing_but_inputs(graded):
    [(_, printed)] = outputs(cell_of(graded, "attack-asks-for-what-is-not-its-own", "search"))
    lines = printed.splitlines()
    assert len(lines) == 6 and all("has no question" in line or "nothing else" in line for line in lines)


def test_a_neighbor_is_not_accused(graded):
    assert not {student.id for student in make_report("ps1", graded.root).to_look_at} & set(NEIGHBORS)


def test_the_network_is_not_reached(graded):
    assert not graded.reached


def test_the_course_is_untouched(graded):
    assert graded.untouched and not (graded.root / "marker").exists()
    with graded.gradebook() as gradebook:
        marks = {submission.student_id: submission.score for submission in gradebook.assignment_submissions("ps1")}
    assert marks == {student: record.points for student, record in graded.run.records.items() if record.status == "graded"}
    assert sqlite3.connect(graded.root / "gradebook.db").execute("pragma integrity_check").fetchone() == ("ok",)


@pytest.mark.parametrize(
    "name",
    [
        "solutions",
        "solutions-by-relative-path",
        "neighbors",
        "neighbors-listed",
        "environment-of-the-grader",
        "gradebook",
        "configuration",
        "reads-the-keys",
        "imports-the-keys",
        "network",
    ],
)
def test_an_attack_learns_and_changes_nothing(graded, name):
    [(error, _)] = outputs(cell_of(graded, f"attack-{name}", "search"))
    assert error in ("PermissionError", "FileNotFoundError", "OperationalError", "URLError", "ImportError", "ModuleNotFoundError")


def test_what_a_student_wrote_does_not_run_in_the_instructors_browser(graded, here):
    evil = "<script>evil()</script><img src=x onerror=evil()><a href='javascript:evil()'>x</a><iframe src='//evil'></iframe><b>bold</b>"
    shown = (
        "from IPython.display import display, HTML, Javascript\n"
        f"display(HTML({evil!r})); display(Javascript('evil()'));\n"
        "display({'image/svg+xml': '<svg onload=evil()></svg>', 'text/plain': 'svg'}, raw=True)\n"
        "display({'application/vnd.course.verdict+json': {}, 'text/html': '<script>evil()</script>'}, raw=True)"
    )
    notebook = answer(released(graded.release), cost=IMPORT + HALF, search=shown, why=evil + " and $a < b$")
    notebook.cells.append(new_markdown_cell(evil))
    graded.submit("page", notebook)
    grade("ps1", graded.root, students=["page"], executor=here, progress=False, say=lambda line: None)
    page = (feedback("ps1", graded.root, students=["page"])["page"] / "lines.html").read_text()
    seen = Elements()
    seen.feed(page[page.index("<body") :])
    assert not {"script", "iframe"} & set(seen.tags)
    assert not [name for name, value in seen.attributes if name.startswith("on") or "javascript:" in (value or "")]
    assert "b" in seen.tags and "border-left:4px solid" in page


class Elements(HTMLParser):
    """The tags and attributes of a page."""

    def __init__(self):
        super().__init__()
        self.tags, self.attributes = [], []

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.attributes += attributes
