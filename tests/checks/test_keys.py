"""Reading what is declared in ``solutions/``: a question is a file, a set a folder, and no list names them."""

import inspect
import json
import shutil

import pytest
from small_course import ROOT

from course_lib.checks.keys import BrokenKey, Keys, UnknownQuestion

QUESTION = '''
from course_lib.checks.declaration import Question

question = Question(cases=lambda rng: [{"x": float(rng.normal())}], reference=lambda x: 2 * x)


@question.misconception
def half(x):
    """You halved it."""
    return x / 2
'''


@pytest.fixture
def solutions(tmp_path):
    shutil.copytree(ROOT / "solutions" / "gradient-descent", tmp_path / "gradient-descent")
    return tmp_path


def add(solutions, path, text):
    target = solutions / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text)


def test_a_question_is_added_by_a_file(solutions):
    before = set(Keys.read(solutions).questions("gradient-descent"))
    add(solutions, "gradient-descent/questions/double.py", QUESTION)
    add(solutions, "gradient-descent/answers/double.py", "def answer(x):\n    return x + x\n")
    keys = Keys.read(solutions)
    assert set(keys.questions("gradient-descent")) - before == {"gradient-descent/double"}
    asked = keys.question("gradient-descent/double")
    assert asked.name == "gradient-descent/double" and [mistake.explanation for mistake in asked.mistakes] == ["You halved it."]
    assert [answer(3) for answer in keys.right_answers(asked.name)] == [6]


def test_a_set_is_added_by_a_folder_and_comes_after_those_it_builds_on(solutions):
    for name, before in (("a-first-look", ["gradient-descent"]), ("beyond", ["a-first-look"])):
        add(solutions, f"{name}/questions/double.py", QUESTION)
        add(solutions, f"{name}/assignment.toml", f"builds_on = {json.dumps(before)}\n")
    keys = Keys.read(solutions)
    assert keys.assignments() == ["gradient-descent", "a-first-look", "beyond"]
    assert list(keys.questions("beyond")) == ["beyond/double"]


def test_questions_come_in_the_order_in_which_the_notebook_asks_them():
    keys = Keys.read(ROOT / "solutions")
    assert list(keys.questions("gradient-descent"))[:3] == [f"gradient-descent/{name}" for name in ("cost", "search", "gradient")]


def test_what_begins_with_an_underscore_is_shared_and_no_question(solutions):
    add(solutions, "new/questions/_factor.py", "FACTOR = 2\n")
    add(solutions, "new/questions/double.py", QUESTION.replace("2 * x", "FACTOR * x") + "\nfrom ._factor import FACTOR\n")
    keys = Keys.read(solutions)
    assert list(keys.questions("new")) == ["new/double"] and keys.question("new/double").reference(4) == 8


def test_keys_travel_as_texts_and_need_no_disk(solutions):
    sources = Keys.read(solutions).sources
    shutil.rmtree(solutions)
    asked = Keys(sources).question("gradient-descent/cost")
    # a mistake is an edit of source code, and a student's answer is made of it
    assert "def sum_instead_of_mean" in inspect.getsource(asked.misconceptions[0])


@pytest.mark.parametrize(
    ("path", "text", "says"),
    [
        ("new/questions/empty.py", "", "new/questions/empty.py declares no question"),
        ("new/questions/broken.py", "1 / 0", "new/questions/broken.py cannot be run: ZeroDivisionError"),
        ("new/questions/syntax.py", "def", "new/questions/syntax.py cannot be run: SyntaxError"),
        (
            "new/questions/silent.py",
            QUESTION.replace('    """You halved it."""\n', ""),
            "the misconception half has no docstring",
        ),
    ],
)
def test_a_file_that_declares_no_question_is_named(solutions, path, text, says):
    add(solutions, path, text)
    with pytest.raises(BrokenKey, match=says):
        Keys.read(solutions).questions("new")


def test_sets_that_build_on_each_other_are_named(solutions):
    for name, before in (("one", "two"), ("two", "one")):
        add(solutions, f"{name}/questions/double.py", QUESTION)
        add(solutions, f"{name}/assignment.toml", f'builds_on = ["{before}"]\n')
    with pytest.raises(BrokenKey, match=r"in a circle: .*one.*two"):
        Keys.read(solutions).assignments()


def test_what_is_not_there_is_answered_with_what_is(solutions):
    keys = Keys.read(solutions)
    with pytest.raises(UnknownQuestion, match="there is no assignment 'x'; there are: gradient-descent"):
        keys.question("x/y")
    with pytest.raises(UnknownQuestion, match="this assignment has: gradient-descent/cost"):
        keys.question("gradient-descent/y")
