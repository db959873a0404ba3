"""The students' zip: complete enough to work from, and without a solution."""

import ast
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from course_lib.checks.answers import as_student, right_answers
from course_lib.checks.declaration import assignments, questions
from course_lib.grading.bundle import BundleError, make_bundle

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bundle")
    with zipfile.ZipFile(make_bundle(ROOT, folder / "course.zip")) as bundle:
        bundle.extractall(folder)
    return folder / "course"


def test_the_same_course_gives_the_same_bytes(tmp_path):
    first, second = make_bundle(ROOT, tmp_path / "a.zip"), make_bundle(ROOT, tmp_path / "b.zip")
    assert first.read_bytes() == second.read_bytes()
    assert not list(tmp_path.glob("*.tmp"))


def test_it_holds_the_exercises_and_a_page_that_names_each(unpacked):
    page = (unpacked / "START-HERE.html").read_text(encoding="utf-8")
    assert "http" not in page and "<script" not in page
    released = sorted((ROOT / "exercises").rglob("*.ipynb"))
    assert released
    for path in released:
        name = path.relative_to(ROOT)
        assert (unpacked / name).read_bytes() == path.read_bytes()
        assert str(name) in page


def test_it_holds_no_solution(unpacked):
    names = {path.relative_to(unpacked).as_posix() for path in unpacked.rglob("*") if path.is_file()}
    assert not any(name.startswith(("solutions", "tests", "book")) or "answers/" in name for name in names)
    library = {ast.unparse(node) for path in unpacked.rglob("*.py") for node in _definitions(path)}
    for assignment in assignments():
        for name in questions(assignment):
            for answer in right_answers(name):
                source = as_student(answer, answer.__name__)
                # an answer of one line may well be the library's own formula
                assert source not in library or source.count("\n") < 3, answer.__name__


def _definitions(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            node.decorator_list = []
            yield node


def test_a_student_can_check_a_notebook_with_nothing_else(unpacked):
    # -P and another working directory: only the unpacked library can be found, not the one of this repository
    code = (
        "import sys; sys.path.insert(0, '.'); import course_lib; from course_lib.cli import main; "
        "assert course_lib.__file__.startswith(sys.argv[1]), course_lib.__file__; "
        "sys.exit(main(['check', 'exercises/gradient-descent/gradient-descent.ipynb']))"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", code, str(unpacked)], cwd=unpacked, capture_output=True, text=True, check=False
    )
    assert "· gradient-descent/cost: untouched" in done.stdout, done.stderr
    assert done.returncode == 1


def test_the_pins_are_those_of_the_course(unpacked):
    pins = (unpacked / "requirements.txt").read_text(encoding="utf-8").splitlines()[1:]
    ours = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    assert set(pins) <= set(ours)
    assert {pin.split("==")[0] for pin in pins} >= {"numpy", "torch", "matplotlib", "jupyterlab", "nbgrader"}


def test_the_pins_are_what_the_students_extra_allows_and_what_the_readme_installs(unpacked):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    allowed = {
        r.name: r.specifier for r in map(Requirement, project["dependencies"] + project["optional-dependencies"]["student"])
    }
    pins = dict(pin.split("==") for pin in (unpacked / "requirements.txt").read_text(encoding="utf-8").splitlines()[1:])
    assert pins.keys() == allowed.keys() and all(allowed[name].contains(version) for name, version in pins.items())
    assert 'pip install -c requirements.txt ".[student]"' in (ROOT / "README.md").read_text(encoding="utf-8")


def test_what_would_give_something_away_is_refused(tmp_path):
    course = tmp_path / "course"
    for name in ("pyproject.toml", "requirements.txt"):
        course.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, course)
    with pytest.raises(BundleError, match="course release"):
        make_bundle(course, tmp_path / "x.zip")
    leaky = course / "exercises" / "gradient-descent"
    leaky.mkdir(parents=True)
    shutil.copy(ROOT / "solutions" / "gradient-descent" / "gradient-descent.ipynb", leaky)
    with pytest.raises(BundleError, match="carries a solution"):
        make_bundle(course, tmp_path / "x.zip")
    assert not (tmp_path / "x.zip").exists()
