"""The students' zip: complete enough to work from, and without a solution."""

import ast
import gzip
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import nbformat
import pytest

from course_lib.checks.keys import Keys
from course_lib.checks.mutating import as_student
from course_lib.grading.bundle import BundleError, make_bundle
from course_lib.grading.notebook_check import check_notebook

ROOT = Path(__file__).parents[2]
KEYS = Keys.read(ROOT / "solutions")
ASSIGNMENTS = KEYS.assignments()


@pytest.fixture
def small_course(tmp_path):
    """A course that released one assignment."""
    course = tmp_path / "course"
    course.mkdir()
    for name in ("pyproject.toml", "requirements.txt"):
        shutil.copy(ROOT / name, course)
    for folder in ("exercises", "solutions"):
        shutil.copytree(ROOT / folder / "gradient-descent", course / folder / "gradient-descent")
    shutil.copytree(ROOT / "course_lib" / "checks", course / "course_lib" / "checks")
    return course


def test_the_same_course_gives_the_same_bytes(small_course, tmp_path):
    first = make_bundle(small_course, tmp_path / "a.zip")
    # left by an earlier version, for instance
    stale = small_course / "course_lib" / "checks" / "sealed"
    stale.mkdir()
    (stale / "optimizers.json.gz").write_bytes(b"old")
    second = make_bundle(small_course, tmp_path / "b.zip")
    assert first.read_bytes() == second.read_bytes()
    assert not list(tmp_path.glob("*.tmp"))


def test_keys_are_sealed_of_what_was_released_alone(small_course, tmp_path):
    said = []
    with zipfile.ZipFile(make_bundle(small_course, tmp_path / "a.zip", say=said.append)) as bundle:
        sealed = sorted(name.rpartition("/")[2] for name in bundle.namelist() if "/sealed/" in name)
    assert sealed == ["assignments.json", "gradient-descent.json.gz"]
    assert said == ["Sealing the 11 questions of gradient-descent"]


def test_it_is_small(tmp_path, unpacked):
    assert sum(path.stat().st_size for path in unpacked.rglob("sealed/*")) < 12e6
    assert zipped(unpacked, tmp_path).stat().st_size < 15e6


def zipped(folder, tmp_path):
    return Path(shutil.make_archive(str(tmp_path / "again"), "zip", folder))


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
    assert not any(
        name.startswith(("solutions", "tests", "book")) or "/answers/" in name or "/questions/" in name for name in names
    )
    assert not any("solutions/" in name or name.endswith("error_rates.py") for name in names)


def test_no_function_of_a_key_is_in_it(unpacked):
    """Neither as code, under whatever name, nor as text."""
    keys = dict(functions_of(KEYS.sources, "/questions/", "/answers/"))
    assert len(keys) > 100
    library = {as_code(node) for path in unpacked.rglob("*.py") for node in definitions(path.read_text(encoding="utf-8"))}
    texts = {path.relative_to(unpacked): lines_of(path.read_text(encoding="utf-8")) for path in unpacked.rglob("*.py")}
    texts |= {path.relative_to(unpacked): sealed_text(path) for path in unpacked.rglob("sealed/*.gz")}
    for name, (code, text) in keys.items():
        # an answer of a line or two may well be the library's own formula
        if code.count("\n") < 3:
            continue
        assert code not in library, name
        assert not [path for path, lines in texts.items() if text in lines], name


def test_the_exercises_hold_no_right_answer(unpacked):
    texts = {path: "".join(lines_of(source) for source in sources_of(path)) for path in unpacked.rglob("*.ipynb")}
    for name, (code, text) in functions_of(KEYS.sources, "/answers/"):
        assert code.count("\n") < 3 or not [path for path, lines in texts.items() if text in lines], name


def functions_of(sources, *parts):
    """Each function and class of the keys by place, as code under another name, and as the lines of its body."""
    for path, source in sources.items():
        if path.endswith(".py") and any(part in path for part in parts) and path != "clinic/questions/_patients.py":
            source = source.decode()
            for node in definitions(source):
                body = node.body[1:] if ast.get_docstring(node) is not None else node.body
                if body:
                    lines = source.splitlines()[body[0].lineno - 1 : node.end_lineno]
                    yield f"{path}:{node.lineno}", (as_code(node), lines_of("\n".join(lines)))


def definitions(source):
    return [node for node in ast.walk(ast.parse(source)) if isinstance(node, (ast.FunctionDef, ast.ClassDef))]


def as_code(node):
    node = ast.parse(ast.unparse(node)).body[0]
    if ast.get_docstring(node) is not None:
        node.body = node.body[1:] or [ast.Pass()]
    node.name, node.decorator_list = "answer", []
    return ast.unparse(node)


def lines_of(text):
    return "\n" + "\n".join(line.strip() for line in text.splitlines() if line.strip()) + "\n"


def sealed_text(path):
    """All that a file of sealed keys holds besides inputs: what those show is the student's to see."""
    questions = json.loads(gzip.decompress(path.read_bytes()))
    for question in questions:
        question["draws"] = [{name: value for name, value in draw.items() if name != "inputs"} for draw in question["draws"]]
    return lines_of("\n".join(strings(questions)))


def strings(data):
    if isinstance(data, str):
        yield data
    for item in data.values() if isinstance(data, dict) else data if isinstance(data, list) else ():
        yield from strings(item)


def sources_of(path):
    return [cell.source for cell in nbformat.read(path, 4).cells]


def alone(unpacked, code, *arguments):
    """Run code that finds the unpacked library and nothing else of the course: -P, another folder, and a bare environment."""
    environment = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR", "LANG") if name in os.environ}
    found = "import course_lib, sys; assert course_lib.__file__.startswith(sys.argv[1]), course_lib.__file__; "
    command = [sys.executable, "-P", "-c", found + code, str(unpacked), *map(str, arguments)]
    return subprocess.run(
        command, cwd="/", env=environment | {"PYTHONPATH": str(unpacked)}, capture_output=True, text=True, check=False
    )


CHECK = "from course_lib.cli import main; sys.exit(main(['check', sys.argv[2]]))"


def test_it_judges_by_sealed_keys(unpacked):
    done = alone(
        unpacked, "from course_lib.checks.at_hand import at_hand; print(type(at_hand()).__name__, len(at_hand().assignments()))"
    )
    assert done.stdout == f"Sealed {len(ASSIGNMENTS)}\n", done.stderr


def test_a_student_can_check_a_notebook_with_nothing_else(unpacked):
    done = alone(unpacked, CHECK, unpacked / "exercises" / "gradient-descent" / "gradient-descent.ipynb")
    assert "· gradient-descent/cost: untouched" in done.stdout, done.stderr
    assert done.returncode == 1


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_right_answers_pass_with_nothing_else(assignment, unpacked, tmp_path):
    shutil.copy(ROOT / "solutions" / assignment / f"{assignment}.ipynb", tmp_path)
    for data in (ROOT / "exercises" / assignment).iterdir():
        if data.is_file() and data.suffix != ".ipynb":
            shutil.copy(data, tmp_path)
    done = alone(unpacked, CHECK, tmp_path / f"{assignment}.ipynb")
    count = len(KEYS.questions(assignment))
    assert f"{count} of {count} questions pass." in done.stdout, done.stdout + done.stderr


def test_mistakes_are_told_as_in_a_checkout(unpacked, tmp_path):
    notebook = nbformat.read(ROOT / "exercises" / "gradient-descent" / "gradient-descent.ipynb", 4)
    for cell in notebook.cells:
        question = KEYS.questions("gradient-descent").get(f"gradient-descent/{cell.get('id')}")
        wanted = re.search(r"^def (\w+)", cell.source, re.M)
        if question and wanted:
            cell.source = as_student(question.misconceptions[0], wanted[1])
    path = tmp_path / "gradient-descent.ipynb"
    nbformat.write(notebook, path)
    done = alone(unpacked, CHECK, path)
    states = check_notebook(path)
    assert sum(state.state == "not yet" for state in states) > 8
    for state in states:
        if state.state == "not yet":
            # which inputs are shown is up to chance
            told = " ".join(state.explanation.split("\n\n")[0].split("\n"))[:200]
            assert told in " ".join(done.stdout.split("\n")), done.stdout


def test_what_pip_installs_judges_too(unpacked, tmp_path):
    """As the start page says: without the unpacked folder, that is."""
    source = tmp_path / "source"
    shutil.copytree(unpacked, source)
    names = wheel_of(source, tmp_path)
    assert "course_lib/checks/sealed/gradient-descent.json.gz" in names
    assert "course_lib/checks/sealed/assignments.json" in names


def test_a_wheel_of_the_repository_holds_no_key(tmp_path):
    source = tmp_path / "source"
    source.mkdir()
    for name in ("pyproject.toml", "README.md", "LICENSE", "LICENSE-CONTENT"):
        shutil.copy(ROOT / name, source)
    for name in ("course_lib", "solutions"):
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    names = wheel_of(source, tmp_path)
    assert "course_lib/checks/keys.py" in names
    assert not [name for name in names if not name.startswith(("course_lib/", "course_lib-")) or "sealed/" in name]


def wheel_of(source, tmp_path):
    build = "from setuptools import build_meta; import sys; print(build_meta.build_wheel(sys.argv[1]))"
    done = subprocess.run([sys.executable, "-c", build, str(tmp_path)], cwd=source, capture_output=True, text=True, check=True)
    with zipfile.ZipFile(tmp_path / done.stdout.splitlines()[-1]) as wheel:
        return wheel.namelist()


def test_the_pins_are_those_of_the_course(unpacked):
    pins = (unpacked / "requirements.txt").read_text(encoding="utf-8").splitlines()[1:]
    ours = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    assert set(pins) <= set(ours)
    assert {pin.split("==")[0] for pin in pins} >= {"numpy", "torch", "matplotlib", "jupyterlab", "nbgrader"}


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
