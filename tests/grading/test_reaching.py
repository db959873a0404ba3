"""What code reaches for past what it was to compute is told; honest code is not accused."""

from pathlib import Path

import nbformat
import pytest
from course_lib.grading.sample_class import SampleClass
from nbformat.v4 import new_code_cell, new_notebook
from small_notebooks import explanation, released, solution
from small_notebooks import test as checked

from course_lib.checks.declaration import assignments
from course_lib.grading.judge import asked_questions
from course_lib.grading.reaching import reached, sentence
from course_lib.outcomes.copies import REFERENCE, answers, find_alike, reference_sources

ROOT = Path(__file__).parents[2]


def notebook(answer, own="", asked="gradient-descent/cost"):
    return new_notebook(cells=[solution("a", answer), checked("t", f"check('{asked}', f)", 1), new_code_cell(own)])


@pytest.mark.parametrize(
    "code, named",
    [
        ("import sys\nsys.setprofile(None)", "sys.setprofile"),
        ("import sys as s\ns.setprofile(None)", "s.setprofile"),
        ("from sys import settrace as t", "sys.settrace"),
        ("import threading\nthreading.setprofile(print)", "threading.setprofile"),
        ("import sys\ngetattr(sys, 'setprofile')(None)", "setprofile"),
        ("from course_lib.checks.answers import right_answers", "course_lib.checks.answers.right_answers"),
        ("import course_lib.checks.judging", "course_lib.checks.judging"),
        ("from course_lib.checks import question", "course_lib.checks.question"),
        ("import course_lib.checks\ncourse_lib.checks.question('x')", "course_lib.checks.question"),
        ("__import__('course_lib.checks.declaration')", "course_lib.checks.declaration"),
        ("import course_lib.grading.judge", "course_lib.grading.judge"),
        ("from x import q\nq('x').reference(1)", "reference"),
        ("def f(gradient, w): return gradient.function.task.gradient(w)", "task"),
        ("def f(gradient, w): return getattr(gradient, 'function')(w)", "function"),
        ("import os\nos.environ['COURSE_SEED']", "COURSE_SEED"),
        ("d = {'application/vnd.course.evidence+json': 1}", "application/vnd.course.evidence+json"),
        ("%time\nimport sys\nsys.setprofile(None)", "sys.setprofile"),
        ("import sys\nsys.setprofile(None) )", "sys.setprofile"),
    ],
)
def test_what_reaches_past_the_question_is_named_in_an_answer_and_beside_it(code, named):
    assert named in reached(notebook(code))
    assert named in reached(notebook("f = 1", own=code))
    assert named in sentence(reached(notebook(code)))


def test_the_modules_that_a_question_forbids_are_named_in_its_answer_only():
    code = "from course_lib.descent import exhaustive_search"
    assert reached(notebook(code)) == {"course_lib.descent.exhaustive_search"}
    assert reached(notebook("f = 1", own=code)) == set()


def test_read_only_cells_and_texts_are_not_the_students():
    cells = [
        checked("t", "import course_lib.checks.judging\ncheck('gradient-descent/cost', f)", 1),
        explanation("why", "sys.setprofile"),
    ]
    assert reached(new_notebook(cells=cells)) == set()


@pytest.mark.parametrize(
    "code", ["from course_lib.checks import check, hint, personal_case", "task = function = 1\ntask", "'''A function.'''"]
)
def test_honest_code_is_not_accused(code):
    assert reached(notebook(code)) == set()


@pytest.fixture(scope="module", params=assignments())
def assignment(request):
    """The release, the honest students of a sample class, and what the report compares with."""
    name = request.param
    release = nbformat.read(ROOT / "exercises" / name / f"{name}.ipynb", as_version=4)
    sample = SampleClass(name, release, mistaken=[f"m{i}" for i in range(60)])
    students = [*sample.right_students(), *sample.mistaken_students()]
    notebooks = {student.id: nbformat.reads(next(iter(student.files.values())).decode(), 4) for student in students}
    return release, sample, notebooks


def test_no_right_or_mistaken_student_of_the_course_is_accused(assignment):
    release, _, notebooks = assignment
    accused = {student: found for student, notebook in notebooks.items() if (found := reached(notebook) - reached(release))}
    assert len(notebooks) > 60 and accused == {}


def test_code_of_the_library_retyped_shows_in_the_report(assignment):
    release, sample, notebooks = assignment
    references = reference_sources(name for names in asked_questions(release).values() for name in names)
    copy = released(release)
    for slot, source in zip(sample.slots, references, strict=False):
        copy.cells[slot.cell].source = source
    written = {student: answers(notebook) for student, notebook in notebooks.items()} | {"copies": answers(copy)}
    found = {alike.students for alike in find_alike(written, answers(release), references)}
    assert ("copies", REFERENCE) in found
    # nearly nobody is alike to the library by thinking the same
    assert len([students for students in found if REFERENCE in students]) <= 2
