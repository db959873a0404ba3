"""What code reaches for past what it was to compute is told; honest code is not accused."""

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from small_course import ROOT
from small_notebooks import explanation, released, solution
from small_notebooks import test as checked

from course_lib.checks.keys import Keys
from course_lib.grading.asked import asked_questions
from course_lib.grading.reaching import reached, replaced, replaced_sentence, sentence
from course_lib.outcomes.copies import REFERENCE, answers, find_alike, reference_sources
from course_lib.sample_class import Blank, mistaken_students, right_students

KEYS = Keys.read(ROOT / "solutions")


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
        ("from course_lib.checks.keys import Keys", "course_lib.checks.keys.Keys"),
        ("import course_lib.checks.judging", "course_lib.checks.judging"),
        ("from course_lib.checks import collecting", "course_lib.checks.collecting"),
        ("import course_lib.checks\ncourse_lib.checks.inputs.Inputs", "course_lib.checks.inputs.Inputs"),
        ("__import__('course_lib.checks.declaration')", "course_lib.checks.declaration"),
        ("import course_lib.grading.judge", "course_lib.grading.judge"),
        ("from course_lib import asking", "course_lib.asking"),
        ("import course_lib\ncourse_lib.asking.grader({'inputs': 'x'})", "course_lib.asking.grader"),
        ("import course_lib.driving.calls", "course_lib.driving.calls"),
        ("from course_lib.running.shell import CellShell", "course_lib.running.shell.CellShell"),
        ("def f(cost, w): return cost.bottom", "bottom"),
        ("def f(gradient, w): return getattr(gradient, 'minimum')", "minimum"),
        ("import os\nos.environ['COURSE_GRADER']", "COURSE_GRADER"),
        ("d = {'application/vnd.course.evidence+json': 1}", "application/vnd.course.evidence+json"),
        ("%time\nimport sys\nsys.setprofile(None)", "sys.setprofile"),
        ("import sys\nsys.setprofile(None) )", "sys.setprofile"),
    ],
)
def test_what_reaches_past_the_question_is_named_in_an_answer_and_beside_it(code, named):
    assert named in reached(notebook(code), KEYS)
    assert named in reached(notebook("f = 1", own=code), KEYS)
    assert named in sentence(reached(notebook(code), KEYS))


def test_the_modules_that_a_question_forbids_are_named_in_its_answer_only():
    code = "from course_lib.descent import exhaustive_search"
    assert reached(notebook(code), KEYS) == {"course_lib.descent.exhaustive_search"}
    assert reached(notebook("f = 1", own=code), KEYS) == set()


def test_read_only_cells_and_texts_are_not_the_students():
    cells = [
        checked("t", "import course_lib.checks.judging\ncheck('gradient-descent/cost', f)", 1),
        explanation("why", "sys.setprofile"),
    ]
    assert reached(new_notebook(cells=cells), KEYS) == set()


@pytest.mark.parametrize(
    "code", ["from course_lib.checks import check, hint, personal_case", "minimum = bottom = 1\nminimum", "'''A function.'''"]
)
def test_honest_code_is_not_accused(code):
    assert reached(notebook(code), KEYS) == set()


def test_what_a_question_forbids_is_named_where_its_key_says_so():
    ours = Keys(
        {
            "a/questions/b.py": b"from course_lib.checks.declaration import Question\n"
            b"question = Question(cases=len, reference=len, forbidden=('torch.optim',))"
        }
    )
    code = "import torch\ndef f(): return torch.optim.SGD"
    assert reached(notebook(code, asked="a/b"), ours) == {"torch.optim", "torch.optim.SGD"}
    assert reached(notebook(code), KEYS) == reached(notebook(code, asked="no/such"), KEYS) == set()


def test_many_names_are_read_in_time_that_grows_as_they_do():
    code = "import course_lib.checks as c\n" + "\n".join(f"course_lib.checks.x{i}.y{i}" for i in range(30_000))
    assert len(reached(notebook(code), KEYS)) >= 30_000


RELEASE = new_notebook(
    cells=[
        new_code_cell("import numpy as np\nfrom course_lib.checks import check, hint\nimport course_lib.problems as p"),
        solution("a", "def f():\n    raise NotImplementedError"),
        checked("t", "check('gradient-descent/cost', f)", 1),
    ]
)


def with_answer(code, own="", release=RELEASE):
    submitted = released(release)
    submitted.cells[1].source = code
    submitted.cells.append(new_code_cell(own))
    return submitted


@pytest.mark.parametrize(
    ("code", "named"),
    [
        ("check = print", "check"),
        ("check: object = print", "check"),
        ("a, (check, b) = 1, (2, 3)", "check"),
        ("check += 1", "check"),
        ("(check := print)", "check"),
        ("[check := i for i in range(3)]", "check"),
        ("def check(*what): pass", "check"),
        ("async def check(*what): pass", "check"),
        ("class check: pass", "check"),
        ("for check in []: pass", "check"),
        ("with open('x') as check: pass", "check"),
        ("try: pass\nexcept ValueError as hint: pass", "hint"),
        ("match 1:\n    case check: pass", "check"),
        ("del hint", "hint"),
        ("import pickle as check", "check"),
        ("from json import loads as check", "check"),
        ("from tools import check", "check"),
        ("from course_lib.checks.collecting import collect as check", "check"),
        ("p = 3", "p"),
        ("def f():\n    global check\n    check = print", "check"),
        ("if True:\n    check = print", "check"),
        ("%time\ncheck = print", "check"),
        ("import course_lib.checks\ncourse_lib.checks.check = print", "course_lib.checks.check"),
        ("import course_lib\ncourse_lib.checks.checking.collect = print", "course_lib.checks.checking.collect"),
        ("import course_lib\ndel course_lib.asking.grader", "course_lib.asking.grader"),
        ("import course_lib.asking as line\nline.grader = print", "line.grader"),
        ("from course_lib import asking\nfor asking.grader in [print]: pass", "asking.grader"),
        ("from course_lib.checks import checking\nsetattr(checking, 'collect', print)", "checking.collect"),
        ("from course_lib.checks import checking\nvars(checking)['collect'] = print", "checking.collect"),
        ("from course_lib.checks import checking\nchecking.__dict__.update(collect=print)", "collect"),
        ("check.__code__ = (lambda: 1).__code__", "check.__code__"),
        ("check.__globals__['collect'] = print", "check.__globals__.collect"),
        ("p.LinearRegression = 3", "p.LinearRegression"),
        ("import builtins\nbuiltins.check = print", "check"),
        ("import __main__\nsetattr(__main__, 'hint', print)", "hint"),
        ("globals()['check'] = print", "check"),
        ("globals().update(check=print)", "check"),
        ("globals().update({'check': print})", "check"),
        ("get_ipython().user_ns['check'] = print", "check"),
        ("get_ipython().push({'check': print})", "check"),
        ("import sys\nsys.modules['course_lib.checks'] = 3", "course_lib.checks"),
        ("import sys\ndel sys.modules['course_lib.asking']", "course_lib.asking"),
    ],
)
def test_a_name_of_the_course_that_gets_another_meaning_is_told(code, named):
    assert replaced(with_answer(code), RELEASE) == {named}
    assert replaced(with_answer("f = 1", own=code), RELEASE) == {named}
    assert named in replaced_sentence([named])


@pytest.mark.parametrize(
    "code",
    [
        "from course_lib.checks import check, hint, personal_case",
        "from course_lib.checks.checking import check",
        "import course_lib.checks, course_lib.problems as p",
        "def f(check, hint=1):\n    check = hint\n    for hint in []: del check\n    return [check for check in [1]]",
        "class Mine:\n    hint = 1\n    def check(self): self.check = self.hint",
        "lambda check: check",
        "d = {}\nd['check'] = 1\nd.update(check=2)\nd.pop('hint')\nwords = {'hint': 1}",
        "import numpy as np\nnp.random.seed(1)\nnp.seterr(all='ignore')",
        "w = p.LinearRegression\nw.check = 1\nprint(check)",
        "x = check",
        "check = (",
        "def f():\n    raise NotImplementedError",
    ],
)
def test_names_that_keep_their_meaning_are_not_told(code):
    assert replaced(with_answer(code), RELEASE) == set()


def test_what_the_release_itself_does_is_not_the_students():
    release = released(RELEASE)
    release.cells[1].source = "check = check"
    assert replaced(with_answer("check = check", release=release), release) == set()
    assert replaced(with_answer("check = print", release=release), release) == {"check"}


@pytest.fixture(scope="module", params=KEYS.assignments())
def assignment(request):
    """The release, the honest students of a sample class, and what the report compares with."""
    name = request.param
    release = nbformat.read(ROOT / "exercises" / name / f"{name}.ipynb", as_version=4)
    blank = Blank(name, release, KEYS)
    students = [*right_students(blank), *mistaken_students(blank, [f"m{i}" for i in range(60)])]
    notebooks = {student.id: nbformat.reads(next(iter(student.files.values())).decode(), 4) for student in students}
    return release, blank, notebooks


def test_no_right_or_mistaken_student_of_the_course_is_accused(assignment):
    release, _, notebooks = assignment
    given = reached(release, KEYS)
    accused = {student: found for student, notebook in notebooks.items() if (found := reached(notebook, KEYS) - given)}
    assert len(notebooks) > 60 and accused == {}
    assert {student: found for student, notebook in notebooks.items() if (found := replaced(notebook, release))} == {}


def test_code_of_the_library_retyped_shows_in_the_report(assignment):
    release, blank, notebooks = assignment
    asked = [KEYS.question(name) for names in asked_questions(release, KEYS).values() for name in names]
    references = reference_sources(asked)
    copy = released(release)
    for slot, source in zip(blank.slots, references, strict=False):
        copy.cells[slot.cell].source = source
    written = {student: answers(notebook) for student, notebook in notebooks.items()} | {"copies": answers(copy)}
    found = {alike.students for alike in find_alike(written, answers(release), references)}
    assert ("copies", REFERENCE) in found
    # nearly nobody is alike to the library by thinking the same
    assert len([students for students in found if REFERENCE in students]) <= 2
