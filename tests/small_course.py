"""A small course on disk, for tests: one released assignment of 10 points, with two questions of the real course and one explanation."""

import shutil
from pathlib import Path

import nbformat
from small_notebooks import COST, SEARCH, answer, as_bytes, explanation, released, solution, source_notebook, test

ROOT = Path(__file__).parents[1]
CONFIG = ROOT / "nbgrader_config.py"
KEYS = ROOT / "solutions" / "gradient-descent" / "questions"


def make_template(root):
    """Make the course in `root` and release its assignment."""
    from nbgrader.converters import GenerateAssignment

    from course_lib.grading.course import Course

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
    # an assignment may ask questions of others, and have keys of its own beside its notebook
    for assignment in ("gradient-descent", "ps1"):
        shutil.copytree(KEYS, root / "solutions" / assignment / "questions", ignore=shutil.ignore_patterns("__pycache__"))
    answers = KEYS.with_name("answers")
    shutil.copytree(answers, source / "answers", ignore=shutil.ignore_patterns("__pycache__"))
    (source / "assignment.toml").write_text('builds_on = ["gradient-descent"]\n')
    course = Course(root)
    course.coursedir.assignment_id = "ps1"
    GenerateAssignment(coursedir=course.coursedir, parent=course.app).start()


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
