"""Every assignment: solved it earns full marks, untouched none, and what students get is generated and gives nothing away."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from verdicts import KEYS

from course_lib.grading.asked import asked_questions
from course_lib.grading.notebook_check import check_notebook

ROOT = Path(__file__).parents[2]
ASSIGNMENTS = sorted(path.name for path in (ROOT / "solutions").iterdir() if path.is_dir())
each_assignment = pytest.mark.parametrize("name", ASSIGNMENTS)


def notebook(folder, name):
    return ROOT / folder / name / f"{name}.ipynb"


def test_every_assignment_with_questions_has_a_notebook():
    assert set(ASSIGNMENTS) == set(KEYS.assignments())


@each_assignment
def test_the_notebook_asks_every_declared_question_once(name):
    asked = [
        question for names in asked_questions(nbformat.read(notebook("solutions", name), 4), KEYS).values() for question in names
    ]
    assert sorted(asked) == sorted(KEYS.questions(name))


@each_assignment
def test_the_solution_passes_every_question(name):
    assert {
        state.name: state.explanation for state in check_notebook(notebook("solutions", name)) if state.state != "passed"
    } == {}


@each_assignment
def test_every_question_of_the_released_notebook_is_untouched(name, tmp_path):
    # alone in a directory, as a student has it
    alone = tmp_path / f"{name}.ipynb"
    shutil.copy(notebook("exercises", name), alone)
    states = check_notebook(alone)
    assert sorted(state.name for state in states) == sorted(KEYS.questions(name))
    assert {state.name: state.explanation for state in states if state.state != "untouched"} == {}


@each_assignment
def test_committed_notebooks_carry_no_outputs(name):
    for folder in ("solutions", "exercises"):
        for cell in nbformat.read(notebook(folder, name), 4).cells:
            assert not cell.get("outputs") and not cell.get("execution_count")


@each_assignment
def test_no_line_of_a_solution_is_released(name):
    solution = nbformat.read(notebook("solutions", name), 4)
    released = json.dumps(json.loads(notebook("exercises", name).read_text(encoding="utf-8")), ensure_ascii=False)
    assert "BEGIN SOLUTION" not in released
    prose = "\n".join(cell.source for cell in solution.cells if not cell.metadata.get("nbgrader", {}).get("solution"))
    for cell in solution.cells:
        if "### BEGIN SOLUTION" not in cell.source:
            continue
        secret = cell.source.partition("### BEGIN SOLUTION")[2].partition("### END SOLUTION")[0]
        for line in filter(lambda line: len(line) > 12, map(str.strip, secret.splitlines())):
            # a line that the question itself shows is no secret
            if line not in prose:
                assert json.dumps(line, ensure_ascii=False)[1:-1] not in released, line


@pytest.fixture(scope="module")
def regenerated(tmp_path_factory):
    """What nbgrader makes of solutions/ now."""
    course = tmp_path_factory.mktemp("course")
    shutil.copytree(ROOT / "solutions", course / "solutions")
    shutil.copy(ROOT / "nbgrader_config.py", course)
    subprocess.run([sys.executable, "-m", "course_lib.cli", "release", "--course", str(course)], check=True, capture_output=True)
    return course / "exercises"


def test_exercises_are_what_nbgrader_generates_byte_for_byte(regenerated):
    def content(folder):
        return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}

    assert content(regenerated) == content(ROOT / "exercises"), "run `make exercises` and commit what it changes"
