import json

import pytest
from nbformat.v4 import new_notebook, new_output
from nbgrader.utils import determine_grade
from small_course import ROOT
from small_notebooks import COST, EVIDENCE, HALF, SEARCH, explanation, is_valid, outputs, released, solution, test

from course_lib.checks.checking import VERDICT_TYPE
from course_lib.checks.keys import Keys
from course_lib.grading import judge
from course_lib.grading.asked import ReleaseError, asked_questions
from course_lib.grading.desk import Desk
from course_lib.grading.judge import judge_notebook, show_notes
from course_lib.running.execute import execute

SEED = 11
IMPORTS = ("from course_lib.checks import check",)


@pytest.fixture(scope="module")
def keys():
    return Keys.read(ROOT / "solutions")


@pytest.fixture
def release():
    return new_notebook(
        cells=[
            solution("cost", "from course_lib.checks import check\ndef cost(w, x, y):\n    raise NotImplementedError"),
            solution("search", "def search(cost, low, high, count):\n    raise NotImplementedError"),
            test("test-cost", "check('gradient-descent/cost', cost)", 2),
            test("test-both", "check('gradient-descent/cost', cost)\ncheck(name='gradient-descent/search', answer=search)", 3),
            explanation("why", "..."),
            test("test-old", "assert cost(1, np.ones(2), np.ones(2)) == 0", 1),
        ]
    )


@pytest.fixture
def judged(release, preloaded, keys):
    """Run answers in the released notebook and judge them; `tamper` is code that runs before the tests."""

    def judged(cost=COST, search=SEARCH, tamper="", student=""):
        notebook = released(release)
        notebook.cells[0].source = f"from course_lib.checks import check\n{cost}"
        notebook.cells[1].source = f"{search}\n{tamper}"
        desk = Desk(keys, SEED, student, release)
        execute(notebook, imports=IMPORTS, respond=desk, preloaded=preloaded)
        marks, judged.notes = judge_notebook(notebook, release, keys, SEED, student)
        assert is_valid(notebook)
        return notebook, marks

    return judged


def points(notebook):
    return [determine_grade(cell)[0] for cell in notebook.cells if cell.metadata.nbgrader.grade and cell.cell_type == "code"]


def test_right_answers_get_all_points_in_nbgraders_own_scoring(judged):
    notebook, marks = judged()
    assert points(notebook) == [2, 3, 1]
    assert [(mark.cell, mark.question, mark.points) for mark in marks] == [
        ("test-cost", "gradient-descent/cost", 2),
        ("test-both", "gradient-descent/cost", 1.5),
        ("test-both", "gradient-descent/search", 1.5),
    ]
    assert all(mark.passed for mark in marks)


def test_a_wrong_answer_gets_no_points_and_a_part_gets_its_part(judged):
    notebook, marks = judged(cost=HALF)
    assert points(notebook)[:2] == [0, 1.5]
    assert marks[0].misconception and marks[0].message
    assert not marks[1].passed and marks[2].passed


def test_the_evidence_is_gone_and_the_verdict_is_there_for_the_report(judged):
    notebook, marks = judged(cost=HALF)
    assert EVIDENCE not in json.dumps(notebook)
    [shown, error] = notebook.cells[2].outputs
    assert shown.data[VERDICT_TYPE]["question"] == "gradient-descent/cost"
    assert shown.data[VERDICT_TYPE]["misconception"] == marks[0].misconception
    assert shown.data[VERDICT_TYPE]["points"] == 0 and shown.data[VERDICT_TYPE]["max_points"] == 2
    assert error.ename == "CheckFailed" and marks[0].message in error.evalue


def test_warnings_on_stderr_cost_nothing(judged):
    noisy = COST.replace("    return", "    import warnings, sys; warnings.warn('x'); print('y', file=sys.stderr)\n    return")
    assert points(judged(cost=noisy)[0])[:2] == [2, 3]


def test_a_cell_without_a_check_is_scored_as_nbgrader_does(judged):
    assert points(judged(cost=COST)[0])[2] == 1
    assert points(judged(cost="def cost(w, x, y):\n    return 1.0")[0])[2] == 0


@pytest.mark.parametrize(
    "tamper, reason",
    [
        ("del cost", "NameError"),
        ("check = print", "left no evidence"),
        ("def check(name, answer): 1 / 0", "ZeroDivisionError"),
        ("def check(name, answer):\n    import os; os._exit(0)", "ended itself"),
        ("import os; os._exit(0)", "was not run"),
    ],
)
def test_without_evidence_there_are_no_points_and_a_reason(judged, tamper, reason):
    notebook, marks = judged(tamper=tamper)
    assert points(notebook)[:2] == [0, 0]
    assert all(mark.kind == "no evidence" for mark in marks)
    assert reason in marks[0].message
    assert marks[0].message in notebook.cells[2].outputs[0].data["text/html"].replace("&#x27;", "'")


def forge(evidence):
    return f"from IPython.display import publish_display_data\ndef check(name, answer):\n    publish_display_data({{'{EVIDENCE}': {evidence}}})"


@pytest.mark.parametrize(
    "evidence",
    [
        "{}",
        "7",
        "'not json'",
        "[[[[[[]]]]]]",
        "{'name': name}",
        "{'name': name, 'cases': 'x'}",
        "{'name': name, 'cases': []}",
        "{'name': name, 'cases': [{'output': {'float': 'nan'}}] * 100000}",
        "{'name': name, 'cases': [{'output': {'float': '0x0p+0'}}]}",
        "{'name': 'gradient-descent/other', 'cases': []}",
        "{'name': name, 'score': 1.0, 'passed': True, 'cases': None}",
    ],
)
def test_forged_evidence_earns_nothing(judged, evidence):
    notebook, marks = judged(tamper=forge(evidence))
    assert points(notebook)[:2] == [0, 0]
    assert not any(mark.passed for mark in marks)


def test_a_forged_pass_beside_the_true_evidence_earns_nothing(judged):
    evidence = "{'name': 'gradient-descent/cost', 'cases': [], 'passed': True}"
    tamper = f"honest = check\n{forge(evidence)}\nforged = check\ndef check(name, answer):\n    honest(name, answer); forged(name, answer)"
    assert points(judged(cost=HALF, tamper=tamper)[0])[0] == 0


def test_a_shown_verdict_or_number_counts_for_nothing(judged):
    fake = (
        "def check(name, answer):\n    from IPython.display import display\n"
        f"    display({{'{VERDICT_TYPE}': {{'passed': True, 'score': 1}}, 'text/plain': '2.0'}}, raw=True)\n"
        "    get_ipython().displayhook(2.0)"
    )
    assert points(judged(cost=HALF, tamper=fake)[0])[:2] == [0, 0]


def test_evidence_from_another_cell_counts_for_nothing(judged, release, preloaded):
    # the checks are run early, by the student, on the course's own answer; the test cells themselves are silenced
    early = "check('gradient-descent/cost', cost)\ncost = 7\ncheck = print"
    notebook, _ = judged(tamper=early)
    assert points(notebook)[:2] == [0, 0]
    assert judged.notes == ["Evidence for gradient-descent/cost was left in the cell 'search' and did not count."]
    notebook, _ = judged()
    assert points(notebook) == [2, 3, 1] and judged.notes == []
    notebook, _ = judged(tamper=f"{forge('{}')}\ncheck(1, 2)")
    assert "Evidence for no question of this notebook was left in the cell 'search' and did not count." in judged.notes


def test_too_much_evidence_is_said_to_be_too_much(judged):
    notebook, marks = judged(tamper=forge("{'name': name, 'x': 'x' * 9_000_000}"))
    assert points(notebook)[:2] == [0, 0]
    assert "more than" in marks[0].message


def test_pieces_of_evidence_without_end_are_not_judged(judged, monkeypatch):
    judgments = []
    honest = judge.judge
    monkeypatch.setattr(judge, "judge", lambda *arguments: judgments.append(arguments) or honest(*arguments))
    tamper = (
        "from IPython.display import publish_display_data\nhonest = check\n"
        "def check(name, answer):\n    honest(name, answer)\n    for i in range(COUNT):\n"
        f"        publish_display_data({{'{EVIDENCE}': {{'name': name, 'cases': []}}}})"
    )
    notebook, marks = judged(tamper=tamper.replace("COUNT", "5000"))
    assert points(notebook)[:2] == [0, 0] and judgments == []
    assert marks[0].kind == "no evidence" and "5001 pieces" in marks[0].message
    # a cell that checks several answers to one question is honest
    notebook, marks = judged(tamper="honest = check\ndef check(name, answer):\n    for i in range(3): honest(name, answer)")
    assert points(notebook)[:2] == [2, 3] and judgments


def test_what_a_student_wrote_is_escaped_where_it_is_quoted(judged):
    notebook, _ = judged(tamper="def check(name, answer): raise ValueError('<script>alert(1)</script>')")
    assert "<script" not in notebook.cells[2].outputs[0].data["text/html"]


def test_questions_are_read_from_the_release_alone(judged, release, keys):
    notebook, _ = judged()
    for cell in notebook.cells:
        cell.source = cell.source.replace("gradient-descent/search", "gradient-descent/cost")
    marks, _ = judge_notebook(notebook, release, keys, SEED)
    assert [mark.question for mark in marks].count("gradient-descent/search") == 1


@pytest.mark.parametrize(
    "source, reason",
    [
        ("check(name, cost)", "literal"),
        ("check()", "literal"),
        ("check(f'{x}', cost)", "literal"),
        ("%magic", "not plain Python"),
        ("check('gradient-descent/no-such', cost)", "no question"),
        ("check('no-such/cost', cost)", "no assignment"),
    ],
)
def test_a_release_that_cannot_be_judged_is_the_instructors_error(source, reason, keys):
    with pytest.raises(ReleaseError, match=reason):
        asked_questions(new_notebook(cells=[test("test-a", source, 1)]), keys)


def test_notes_stand_first_and_are_not_interpreted():
    notebook = new_notebook(
        cells=[], metadata={"course": {"repairs": ["The <b>\n\n# tag"], "run": {"problem": "It ended.", "notes": []}}}
    )
    show_notes(notebook)
    assert is_valid(notebook)
    assert "<li>The &lt;b&gt; # tag</li>" in notebook.cells[0].source and "It ended." in notebook.cells[0].source
    clean = new_notebook(metadata={"course": {"repairs": [], "run": {"problem": "", "notes": []}}})
    show_notes(clean)
    assert clean.cells == []


def test_a_picture_in_a_test_cell_does_not_count_as_evidence(release, keys):
    notebook = released(release)
    notebook.cells[2].outputs = [new_output("display_data", data={"image/png": "AAAA"})]
    judge_notebook(notebook, release, keys, SEED)
    assert outputs(notebook.cells[2])[-1][0] == "CheckFailed"
