"""Cells that once earned every point of every set, in an otherwise empty notebook: they find nothing to take, and the report names them."""

import shutil

import nbformat
import pytest
from nbformat.v4 import new_code_cell
from small_course import CONFIG, ROOT

from course_lib.grading.classroom import grade
from course_lib.outcomes.report import make_report

SETS = sorted(path.name for path in (ROOT / "solutions").iterdir() if path.is_dir())
BEGIN = """
import course_lib.checks as checks, sys, os
from IPython.display import publish_display_data
"""
ATTACKS = {
    # the reference, the seed and the collecting from the process in which the answer runs
    "takes-the-reference": BEGIN
    + """
def check(name, *rest, **more):
    from course_lib.checks.collecting import collect
    question = checks.question(name)
    evidence = collect(question, question.reference, int(os.environ["COURSE_SEED"]))
    evidence["called"] = []
    publish_display_data({"application/vnd.course.evidence+json": evidence})
""",
    "replaces-the-watch": BEGIN
    + """
import contextlib
import course_lib.checks.collecting as collecting
collecting._watch = lambda *a: contextlib.nullcontext({})
from course_lib.checks.at_hand import at_hand
genuine = checks.check
def check(name, *rest, **more): genuine(name, at_hand().question(name).reference, **more)
""",
    "from-a-thread": BEGIN
    + """
from concurrent.futures import ThreadPoolExecutor
genuine = checks.check
def check(name, *rest, **more):
    with ThreadPoolExecutor(1) as pool: reference = pool.submit(lambda: checks.question(name).reference).result()
    genuine(name, reference, **more)
""",
    # whatever is in memory that can be called with the inputs is tried
    "tries-every-function": BEGIN
    + """
import gc, types
genuine = checks.check
def check(name, *rest, **more):
    from course_lib import asking
    cases = asking.grader({"inputs": name, "student": more.get("student", "")})["cases"]
    words = name.partition("/")[2].split("-")
    found = [f for f in gc.get_objects() if isinstance(f, types.FunctionType) and "reference" in f.__name__
             or isinstance(f, types.FunctionType) and all(word in f.__qualname__ for word in words) and "course_lib" not in f.__module__]
    genuine(name, found[0] if found else None, **more)
""",
    "echoes-the-inputs": BEGIN
    + """
def check(name, *rest, **more):
    from course_lib import asking
    cases = asking.grader({"inputs": name, "student": more.get("student", "")})["cases"]
    values = [[value for _, value in case["dict"]] for case in cases]
    evidence = {"name": name, "student": more.get("student", ""), "cases": [{"output": case[-1]} for case in values], "called": []}
    publish_display_data({"application/vnd.course.evidence+json": evidence})
""",
}


@pytest.fixture(scope="module", params=SETS)
def course(request, tmp_path_factory):
    """A course with one set, and an attacker for each cell."""
    assignment, root = request.param, tmp_path_factory.mktemp("course")
    for place in ("exercises", "solutions"):
        shutil.copytree(ROOT / place / assignment, root / place / assignment)
    shutil.copy(CONFIG, root)
    for name, source in ATTACKS.items():
        notebook = nbformat.read(root / "exercises" / assignment / f"{assignment}.ipynb", 4)
        student = next((cell for cell in notebook.cells if cell.source.startswith('student_id = ""')), None)
        if student is not None:
            student.source = f"student_id = {name!r}"
        setup = next(i for i, cell in enumerate(notebook.cells) if "from course_lib.checks import" in cell.source)
        notebook.cells.insert(setup + 1, new_code_cell(source))
        folder = root / "submitted" / name / assignment
        folder.mkdir(parents=True)
        nbformat.write(notebook, folder / f"{assignment}.ipynb")
    return assignment, root


def test_a_cell_that_takes_what_it_finds_earns_nothing_and_is_named(course, here):
    assignment, root = course
    run = grade(assignment, root, executor=here, progress=False, say=lambda line: None)
    assert {name: (record.status, record.points) for name, record in run.records.items()} == dict.fromkeys(ATTACKS, ("graded", 0))
    assert {student.id for student in make_report(assignment, root).to_look_at} == set(ATTACKS)


def test_it_earns_nothing_by_nbgraders_own_command(course):
    from nbgrader.converters import Autograde

    from course_lib.grading.course import Course

    assignment, root = course
    opened = Course(root)
    opened.coursedir.assignment_id, opened.coursedir.student_id = assignment, "takes-the-reference"
    converter = Autograde(coursedir=opened.coursedir, parent=opened.app)
    converter.force = True
    converter.start()
    with opened.gradebook() as gradebook:
        assert gradebook.find_submission(assignment, "takes-the-reference").score == 0
