"""What a notebook that is graded gets of the keys: inputs, question by question; what is asked otherwise than it should be is noted."""

import json

import pytest
from nbformat.v4 import new_code_cell, new_notebook
from small_course import ROOT
from small_notebooks import solution, source_notebook, test

from course_lib.asking import Refused
from course_lib.checks.declaration import Question
from course_lib.checks.inputs import Inputs, decode_input
from course_lib.checks.keys import Keys
from course_lib.grading.desk import MOST_NOTES, Desk
from course_lib.grading.release import Assignment, absent_from, keys_of, read_assignment, read_keys
from course_lib.grading.worker import prepare

COST, SEARCH = "gradient-descent/cost", "gradient-descent/search"
PERSONAL = b"""
from course_lib.checks.declaration import Question

question = Question(
    cases=lambda rng: [{"start": float(rng.uniform()), "secret": 42.5}],
    shows=lambda case: {"start": case["start"]},
    reference=lambda start, secret: start + secret,
    personal=True,
    value=True,
)
"""


@pytest.fixture(scope="module")
def keys():
    return Keys(Keys.read(ROOT / "solutions").sources | {"gradient-descent/questions/mine.py": PERSONAL})


CELLS = {
    "cost": solution("cost", "def cost(w, x, y): ..."),
    "test-cost": test("test-cost", f"check('{COST}', cost)", 2),
    "search": solution("search", "..."),
    "test-both": test("test-both", f"check('{COST}', cost)\ncheck('{COST}', cost)\ncheck('{SEARCH}', search)", 2),
    "test-mine": test("test-mine", "check('gradient-descent/mine', mine, student_id)", 2),
}


@pytest.fixture
def desk(keys):
    return Desk(keys, 11, "ada", new_notebook(cells=list(CELLS.values())))


def ask(desk, name, cell, student=""):
    return desk({"inputs": name, "student": student}, cell if cell is None else CELLS.get(cell, new_code_cell("x")))


def test_each_test_cell_gets_the_inputs_of_its_questions_and_nothing_is_noted(desk, keys):
    given = [
        ask(desk, COST, "test-cost"),
        ask(desk, COST, "test-both"),
        ask(desk, COST, "test-both"),
        ask(desk, SEARCH, "test-both"),
    ]
    assert given[0] == given[1] == given[2] and given[3]["name"] == SEARCH
    inputs = Inputs.from_json(json.loads(json.dumps(given[0])))
    assert inputs.to_json() == keys.draw(COST, seed=11).inputs.to_json() != keys.draw(COST, seed=12).inputs.to_json()
    assert desk.notes == []


@pytest.mark.parametrize(
    ("cells", "note"),
    [
        (["test-cost", "test-cost"], "more often than its test cell does"),
        (["test-both"] * 3, "more often than its test cell does"),
        (["cost"], "in the cell 'cost', which is not its test cell"),
        (["test-mine"], "in the cell 'test-mine', which is not its test cell"),
        (["added"], "in an added cell, which is not its test cell"),
        ([None], "in an added cell, which is not its test cell"),
        (["added", "test-cost"], "in an added cell, which is not its test cell"),
    ],
)
def test_what_is_asked_twice_or_elsewhere_gets_the_same_and_is_noted(cells, note, desk):
    given = [ask(desk, COST, cell) for cell in cells]
    assert all(
        inputs == ask(Desk(desk._keys, 11, "bo", new_notebook(cells=[CELLS["test-cost"]])), COST, None) for inputs in given
    )
    assert len(desk.notes) == 1 and note in desk.notes[0] and COST in desk.notes[0]


def test_a_question_that_the_notebook_does_not_ask_is_refused(desk):
    for name in ("gradient-descent/gradient", "nowhere/cost", ""):
        with pytest.raises(Refused, match="has no question .*gradient-descent/cost"):
            ask(desk, name, "test-cost")
    with pytest.raises(Refused, match="has no question"):
        desk({"personal": "gradient-descent/train"}, None)
    for request in ({}, {"inputs": 3}, {"key": COST}, {"inputs": [COST]}, {"reference": COST}, {"personal": None}):
        with pytest.raises(Refused, match="nothing else"):
            desk(request, CELLS["test-cost"])
    # by this way nothing would be noted
    with pytest.raises(Refused, match="nobody's own"):
        desk({"personal": COST, "student": "ada"}, CELLS["cost"])


def test_personal_data_are_those_of_the_student_who_is_named(desk, keys):
    name = "gradient-descent/mine"
    shown = decode_input(desk({"personal": name, "student": " Ada "}, CELLS["cost"]))
    assert shown == keys.draw(name, "ada").cases[0] and set(shown) == {"start"}
    assert Inputs.from_json(ask(desk, name, "test-mine", "ada")).cases == [shown]
    assert desk.notes == []
    assert decode_input(desk({"personal": name, "student": "bo"}, CELLS["cost"])) == keys.draw(name, "bo").cases[0]
    assert desk.notes == ["The notebook asked for the data of 'bo', but 'ada' handed it in."]
    for number in range(100):
        desk({"personal": name, "student": f"{number} {'x' * 1000}"}, None)
    assert len(desk.notes) == MOST_NOTES and all(len(note) < 200 for note in desk.notes)


def test_nothing_of_the_keys_is_in_what_is_sent(keys):
    for name, question in keys.questions("gradient-descent").items():
        desk = Desk(keys, 271828182845, "ada", new_notebook(cells=[test("t", f"check('{name}', x)", 1)]))
        sent = json.dumps(ask(desk, name, None, "ada"))
        assert "271828182845" not in sent and "solutions" not in sent
        for line in keys.sources[f"gradient-descent/questions/{name.rpartition('/')[2]}.py"].decode().splitlines():
            # what drives an answer and the modules it must not call are public
            assert len(line.strip()) < 25 or "forbidden" in line or line.strip().strip('",') not in sent
        texts = [*(mistake.explanation for mistake in question.mistakes), *question.hints, question.reading]
        assert not [text for text in texts if text and text[:40] in sent]
    [mine] = [cell for cell in CELLS.values() if "mine" in cell.source]
    assert "42.5" not in json.dumps(ask(Desk(keys, 1, "ada", new_notebook(cells=[mine])), "gradient-descent/mine", None, "ada"))


# how the keys get to where they are needed


def test_an_assignment_travels_with_the_keys_of_what_it_asks_and_no_more(course, tmp_path):
    solutions = course.root / "solutions"
    (solutions / "other").mkdir()
    (solutions / "other" / "questions").mkdir()
    (solutions / "other" / "questions" / "secret.py").write_text("question = 1 / 0")
    assignment = read_assignment(course.root / "exercises", "ps1", solutions)
    assert {path.split("/")[0] for path in assignment.keys} == {"gradient-descent"}
    assert not [path for path in assignment.keys if "answers" in path]
    assert assignment.imports == ("from course_lib.checks import check",)
    assert list(assignment.files) == ["data.txt"]
    keys = keys_of(assignment)
    assert keys is keys_of(read_assignment(course.root / "exercises", "ps1", solutions))
    assert isinstance(keys.question(SEARCH), Question)
    assert read_assignment(course.root / "exercises", "ps1").keys == {}


def test_questions_keep_the_order_of_their_notebook_without_its_outputs():
    whole, sent = Keys.read(ROOT / "solutions"), read_keys(ROOT / "solutions", ["gradient-descent"])
    assert list(Keys(sent).questions("gradient-descent")) == list(whole.questions("gradient-descent"))
    [notebook] = [text for path, text in sent.items() if path.endswith(".ipynb")]
    assert b"output" not in notebook and len(notebook) < 5000


def test_imports_of_the_library_are_those_of_the_release(tmp_path):
    folder = tmp_path / "ps2"
    folder.mkdir()
    (folder / "tools.py").write_text("from course_lib.problems import Bowl")
    release = source_notebook(
        solution("a", "%matplotlib inline\nimport numpy as np, course_lib.plots\nfrom course_lib.checks import check, hint"),
        solution(
            "b", "from course_lib.checks import check, hint\ndef f():\n    import course_lib.optim as o\nfrom course import x"
        ),
        solution("c", "this is no Python"),
    )
    (folder / "ps2.ipynb").write_text(json.dumps(release))
    assert read_assignment(tmp_path, "ps2").imports == (
        "import numpy as np, course_lib.plots",
        "from course_lib.checks import check, hint",
        "import course_lib.optim as o",
        "from course_lib.problems import Bowl",
    )


def test_what_the_questions_of_a_set_forbid_of_the_library_is_absent():
    key = "from course_lib.checks.declaration import Question\nquestion = Question(cases=len, reference=len, forbidden={})"
    forbidden = {"one": ("course_lib.optim.adam", "torch.optim"), "two": ("course_lib.descent",)}
    keys = Keys({f"a/questions/{name}.py": key.format(modules).encode() for name, modules in forbidden.items()})
    assert absent_from(keys) == ("course_lib.descent", "course_lib.optim.adam")


def test_a_question_that_fails_stops_no_worker_from_starting():
    release = source_notebook(test("t", "check('a/broken', x)", 1))
    key = b"from course_lib.checks.declaration import Question\nquestion = Question(cases=lambda rng: 1 / 0, reference=len)"
    prepare(Assignment("a", {"a": json.dumps(release).encode()}, keys={"a/questions/broken.py": key}), 3)
