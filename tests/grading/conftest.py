"""One preloaded process for all tests of grading, since starting one takes seconds, and a small course for each test."""

import shutil
import types
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
import pytest
from small_notebooks import COST, SEARCH, answer, as_bytes, explanation, released, solution, source_notebook, test

from course_lib.grading import execute
from course_lib.grading.execute import borrowed, can_fork

CONFIG = Path(__file__).parents[2] / "nbgrader_config.py"


@pytest.fixture(scope="session")
def preloaded():
    if not can_fork():
        pytest.skip("notebooks are forked on Linux only")
    with borrowed() as process:
        yield process


@pytest.fixture
def clock(monkeypatch):
    """The grader's clock, which stands still until a cell prints LATE: then all the time it has is over.

    A busy machine makes no other cell late, and nobody waits for the one that is.
    """
    now = [0.0]
    stream = execute._Run.stream

    def read(run, name, text):
        stream(run, name, text)
        now[0] += text.count("LATE") * (run.limits.cell_seconds + run.limits.grace_seconds)

    monkeypatch.setattr(execute._Run, "stream", read)
    monkeypatch.setattr(execute, "time", types.SimpleNamespace(monotonic=lambda: now[0]))


@pytest.fixture(scope="session")
def course_template(tmp_path_factory):
    """A course with one released assignment of 10 points: two questions, one explanation."""
    from nbgrader.converters import GenerateAssignment

    from course_lib.grading.gradebook import Course

    root = tmp_path_factory.mktemp("template")
    shutil.copy(CONFIG, root)
    source = root / "solutions" / "ps1"
    source.mkdir(parents=True)
    notebook = source_notebook(
        solution("cost", f"from course_lib.checks import check\n### BEGIN SOLUTION\n{COST}\n### END SOLUTION"),
        test("test-cost", "check('gradient-descent/cost', cost)", 2),
        solution("search", f"### BEGIN SOLUTION\n{SEARCH}\n### END SOLUTION"),
        test("test-search", "check('gradient-descent/search', search)", 4),
        explanation("why", "### BEGIN SOLUTION\nBecause.\n### END SOLUTION", 4),
    )
    nbformat.write(notebook, source / "lines.ipynb")
    (source / "data.txt").write_text("7")
    course = Course(root)
    course.coursedir.assignment_id = "ps1"
    GenerateAssignment(coursedir=course.coursedir, parent=course.app).start()
    return root


class SmallCourse:
    """A course on disk that students can submit to."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.release = nbformat.read(root / "exercises" / "ps1" / "lines.ipynb", as_version=4)

    def submit(self, student, notebook=None, *, name="lines.ipynb", time=None, **answers):
        """Hand in a notebook, bytes, or answers by grade_id in the released notebook."""
        directory = self.root / "submitted" / student / "ps1"
        directory.mkdir(parents=True, exist_ok=True)
        if notebook is None:
            notebook = answer(released(self.release), **answers)
        (directory / name).write_bytes(notebook if isinstance(notebook, bytes) else as_bytes(notebook))
        if time:
            (directory / "timestamp.txt").write_text(time)
        return directory

    def graded(self, student):
        return nbformat.read(self.root / "autograded" / student / "ps1" / "lines.ipynb", as_version=4)

    def gradebook(self):
        from nbgrader.api import Gradebook

        return Gradebook(f"sqlite:///{self.root}/gradebook.db")

    def score(self, student):
        with self.gradebook() as gradebook:
            return gradebook.find_submission("ps1", student).score


@pytest.fixture
def course(course_template, tmp_path):
    shutil.copytree(course_template, tmp_path / "course")
    return SmallCourse(tmp_path / "course")


@pytest.fixture
def here():
    """An executor that works in this process, with a preloaded process that the next test finds idle."""
    with ThreadPoolExecutor(1) as executor:
        yield executor
