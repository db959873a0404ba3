"""What a student is told: for every odd answer a sentence that helps, never a traceback of the check."""

import re
from pathlib import Path

import numpy as np
import pytest
from verdicts import KEYS, evidence_of, made, question, verdict_on

from course_lib import asking
from course_lib.checks import CheckFailed, check, hint, personal_case
from course_lib.checks.drawing import FreshDraw, fresh
from course_lib.checks.explaining import message_html, place_in_book
from course_lib.checks.judging import _curves, judge
from course_lib.checks.keys import UnknownQuestion
from course_lib.driving.functions import Parabola

COST = "gradient-descent/cost"
GRADIENT = "gradient-descent/gradient"
PATH = "gradient-descent/gradient-descent"


def from_notebook(source, name="answer"):
    """A function as the notebook has it: compiled from a cell, living in __main__."""
    namespace = {"np": np, "__name__": "__main__"}
    exec(compile(source, "<ipython-input-3>", "exec"), namespace)
    return namespace[name]


def right_path(gradient, start, lr, epochs):
    path = [start.copy()]
    for _ in range(epochs):
        path.append(path[-1] - lr * gradient(path[-1]))
    return np.array(path)


def as_tensor(w, x, y):
    import torch

    return torch.tensor(np.mean((w * x - y) ** 2))


@pytest.mark.parametrize(
    ("answer", "kind", "message"),
    [
        (lambda w, x, y: None, "form", "is None. Is a return missing?"),
        (lambda w, x, y: "0.5", "form", "Your answer is a str, but a number is expected"),
        (lambda w, x, y: (w * x - y) ** 2, "form", "a single number is expected"),
        (lambda w, x, y: [np.mean((w * x - y) ** 2)], "form", "has shape (1,), but a single number is expected"),
        (as_tensor, "form", "is a torch.Tensor, but a number is expected. Convert it: .item()"),
        (lambda w, x, y: np.nan, "different", "is nan: a division by zero"),
        (lambda w, x, y: float("inf"), "different", "is inf"),
        (lambda w, x, y: 7.0, "different", "is 7, but"),
        (lambda w, x: 7.0, "raised", "raised TypeError"),
        (lambda w, x, y: {}["missing"], "raised", "raised KeyError: 'missing'"),
        (lambda w, x, y: (v for v in x), "form", "is a generator, but"),
        (lambda w, x, y: w.nothing, "raised", "AttributeError"),
        (3.5, "no answer", "asks for a function, but was given a number: 3.5"),
        (None, "no answer", "asks for a function, but was given None."),
        (..., "no answer", "There is no answer yet: this question asks for a function."),
        (lambda w, x, y: np.array([None]), "form", "Your answer is an array of dtype object, but a number is expected"),
        (lambda w, x, y: ..., "form", "Your answer is still ..., but a number is expected. Put your answer in its place."),
    ],
)
def test_odd_answers_get_a_sentence(answer, kind, message):
    verdict = verdict_on(COST, answer)
    assert not verdict.passed and verdict.score == 0
    assert verdict.kind == kind
    assert message in verdict.message
    for shown in (verdict.text(), verdict.html()):
        assert "Traceback" not in shown
        assert "gradient-descent/cost" in shown


@pytest.mark.parametrize("error", ["SystemExit", "GeneratorExit", "RecursionError", "MemoryError"])
def test_any_exception_of_an_answer_is_its_own(error):
    verdict = verdict_on(COST, from_notebook(f"def answer(w, x, y):\n    raise {error}('oops')"))
    assert verdict.kind == "raised"
    assert error in verdict.message


def test_an_exception_is_shown_from_the_students_line():
    import linecache

    source = "def answer(w, x, y):\n    total = 0\n    return np.linalg.inv(np.zeros((2, 2)))\n"
    linecache.cache["<ipython-input-3>"] = (len(source), None, source.splitlines(True), "<ipython-input-3>")
    message = verdict_on(COST, from_notebook(source)).message
    assert "line 3 of answer: return np.linalg.inv" in message
    assert "site-packages" not in message


ENDLESS = {
    "passing": "    while True:\n        w + 1",
    "catching errors": "    while True:\n        try:\n            np.mean(x)\n        except Exception:\n            pass",
    "catching all": "    while True:\n        try:\n            np.mean(x)\n        except: pass",
    "catching all of a call": "    def f():\n        return np.mean(x)\n    while True:\n        try:\n            f()\n        except:\n            y = 1",
    "catching all, twice": "    while True:\n        try:\n            try:\n                sum(x)\n            except: y = 2\n        finally:\n            y = 1",
}


@pytest.mark.parametrize("body", ENDLESS.values(), ids=ENDLESS)
def test_an_endless_loop_is_stopped_and_named(body):
    import sys

    asked = question(COST)
    asked.time_limit = 0.3
    tracer = sys.gettrace()
    try:
        verdict = verdict_on(COST, from_notebook(f"def answer(w, x, y):\n{body}"))
        assert verdict.kind == "slow"
        assert "loop that never ends" in verdict.message
    finally:
        asked.time_limit = 10.0
    assert sys.gettrace() is tracer and sys.getprofile() is None
    assert verdict_on(COST, lambda w, x, y: np.mean((w * x - y) ** 2)).passed


@pytest.mark.parametrize(
    ("name", "source", "mistake"),
    [
        ("clinic/mean", "raise IndexError('list index out of range')", "one_term_too_many"),
        ("torch-optim/loop", "raise RuntimeError('expected m1 and m2 to have the same dtype')", "without_a_graph"),
        ("torch-optim/closure", "raise RuntimeError('expected m1 and m2 to have the same dtype')", "loss_computed_outside"),
        ("gradient-descent/gradient", "return arguments[-1](3)", ""),
    ],
)
def test_an_exception_of_another_cause_is_not_taken_for_a_known_mistake(name, source, mistake):
    verdict = verdict_on(name, from_notebook(f"def answer(*arguments):\n    {source}"))
    assert verdict.kind == "raised" and verdict.misconception is None
    if mistake:
        [known] = [known for known in question(name).misconceptions if known.__name__ == mistake]
        assert verdict_on(name, known).misconception == mistake


def test_a_difference_is_told_in_the_students_terms():
    verdict = verdict_on(COST, lambda w, x, y: np.mean((w * x - y) ** 2) + 0.25)
    rows = dict(verdict.details)
    assert float(rows["your answer"]) == pytest.approx(float(rows["expected"]) + 0.25)
    # the shown inputs are those that give the shown outputs
    shown = question(COST).draw_cases(5)[0]
    assert rows["with w"] == f"{shown['w']:.10g}"
    assert float(rows["expected"]) == pytest.approx(np.mean((shown["w"] * shown["x"] - shown["y"]) ** 2))


def test_the_step_at_which_a_path_departs_is_named():
    def late(gradient, start, lr, epochs):
        path = right_path(gradient, start, lr, epochs)
        path[4:] += 0.1
        return path

    verdict = verdict_on(PATH, late)
    assert "Entry [4][0] of your answer" in verdict.message


def test_a_path_of_wrong_length_says_so():
    verdict = verdict_on(PATH, lambda g, s, lr, e: right_path(g, s, lr, e)[:, :0])
    assert verdict.kind == "form" and "shape" in verdict.message


def test_of_several_trajectories_the_first_that_departs_is_drawn():
    paths = {"first": [np.full((2, 3), float(t)) for t in range(6)], "second": np.arange(6.0)}
    expected, yours = _curves(paths | {"second": np.arange(6.0) ** 2}, paths)
    assert (expected[0], yours[0]) == ("expected", "yours")
    assert yours[1] == (0.0, 1.0, 4.0, 9.0, 16.0, 25.0)
    bent = [array + (t > 2) for t, array in enumerate(paths["first"])]
    assert _curves(paths | {"first": bent}, paths)[1][1] == (0.0, 1.0, 2.0, 4.0, 5.0, 6.0)
    assert _curves((0.5, paths["second"]), (0.5, np.ones(6)))[1][1] == (0.0, 1.0, 2.0, 3.0, 4.0, 5.0)
    assert _curves(paths, paths) == _curves({}, paths) == _curves((1.0, 2.0), (1.0, 3.0)) == ()


def test_n_against_n_by_1_is_explained():
    verdict = verdict_on("gradient-descent/matrix-gradient", lambda w, X, y: np.ones((len(w), len(w))))
    assert "An (n,) array against an (n, 1) array gives (n, n)" in verdict.message


def test_a_right_answer_that_spoils_its_input_does_not_pass():
    def spoiling(gradient, start, lr, epochs):
        path = right_path(gradient, start, lr, epochs)
        start *= 0
        return path

    verdict = verdict_on(PATH, spoiling)
    assert verdict.kind == "changed inputs"
    assert "start" in verdict.message


def test_lists_and_python_numbers_serve_as_arrays():
    assert verdict_on(GRADIENT, lambda w, b, x, y: [2 * np.mean((w * x + b - y) * x), 2 * np.mean(w * x + b - y)]).passed
    assert verdict_on(PATH, lambda *a: right_path(*a).tolist()).passed


def test_single_precision_is_told_from_a_mistake():
    def single(w, x, y):
        x, y = x.astype(np.float32), y.astype(np.float32)
        return np.mean((np.float32(w) * x - y) ** 2)

    verdict = verdict_on(COST, single)
    assert not verdict.passed
    assert verdict.kind == "precision" and "float64" in verdict.message


def test_prints_are_kept_short():
    def chatty(w, x, y):
        for i in range(20000):
            print("step", i)
        return np.mean((w * x - y) ** 2)

    verdict = verdict_on(COST, chatty)
    assert verdict.passed
    assert "step 0" in verdict.text()
    assert len(verdict.text()) < 1000


def test_an_answer_cannot_be_hard_coded():
    one = question(COST).draw_cases(1)
    assert any(a["w"] != b["w"] for a, b in zip(one, question(COST).draw_cases(2), strict=True))
    memorized = {repr(case): question(COST).reference(**case) for case in one}
    verdict = verdict_on(COST, lambda w, x, y: memorized.get(repr({"w": w, "x": x, "y": y}), 0.0), seed=2)
    assert not verdict.passed


def test_cases_of_a_seed_do_not_depend_on_what_was_drawn_before():
    first = question(COST).draw_cases(7)
    question(GRADIENT).draw_cases(7), question(COST).draw_cases(8)
    assert repr(first) == repr(question(COST).draw_cases(7))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda e: e | {"name": GRADIENT},
        lambda e: e | {"cases": e["cases"][:-1]},
        lambda e: e | {"cases": []},
        lambda e: e | {"cases": [{}] * len(e["cases"])},
        lambda e: e | {"cases": None},
        lambda e: e | {"cases": [{"output": {"array": "x", "dtype": "O", "shape": []}}]},
        lambda e: {k: v for k, v in e.items() if k != "cases"},
        lambda e: [],
        lambda e: None,
        lambda e: "passed",
        lambda e: e | {"called": 3},
        lambda e: e | {"printed": "all tests passed"},
        lambda e: e | {"cases": [case | {"changed": 3} for case in e["cases"]]},
    ],
)
def test_evidence_of_any_other_form_earns_nothing(spoil):
    draw, evidence = evidence_of(question(COST), lambda w, x, y: np.mean((w * x - y) ** 2))
    assert judge(draw, evidence).passed
    verdict = judge(draw, spoil(evidence))
    assert not verdict.passed
    assert verdict.kind == "no evidence"


def test_in_a_notebook_a_wrong_answer_raises_and_a_right_one_does_not(capsys):
    check(COST, lambda w, x, y: np.mean((w * x - y) ** 2))
    assert "[passed]" in capsys.readouterr().out
    with pytest.raises(CheckFailed, match="sum|added"):
        check(COST, lambda w, x, y: np.sum((w * x - y) ** 2))
    assert "[not yet]" in capsys.readouterr().out


def test_while_a_class_is_graded_a_wrong_answer_does_not_stop_the_cell(monkeypatch, capsys):
    monkeypatch.setattr(asking, "grader", lambda request: question(request["inputs"]).inputs(5).to_json())
    check(COST, lambda w, x, y: 0.0)
    hint(COST)
    assert "evidence collected" in capsys.readouterr().out


def test_an_unknown_question_lists_those_there_are():
    with pytest.raises(UnknownQuestion, match="this assignment has: gradient-descent/cost"):
        check("gradient-descent/costs", print)
    for name in ("no-such-assignment/x", "../x", "os", "declaration/x", "evidence/x", "", 3):
        with pytest.raises(UnknownQuestion):
            check(name, print)


def test_a_hint_for_what_is_mistyped_is_a_sentence(capsys):
    hint("gradient-descent/gradeint")
    assert capsys.readouterr().out.startswith(
        "There is no question 'gradient-descent/gradeint'; this assignment has: gradient-descent/"
    )
    hint("gradient-decent/gradient")
    assert capsys.readouterr().out.startswith("There is no assignment 'gradient-decent'; there are: gradient-descent")


def test_hints_come_one_at_a_time_and_stay_at_the_last(capsys):
    for _ in range(5):
        hint(GRADIENT)
    shown = capsys.readouterr().out.splitlines()
    assert [line[:11] for line in shown] == ["Hint 1 of 3", "Hint 2 of 3", "Hint 3 of 3", "Hint 3 of 3", "Hint 3 of 3"]


@pytest.mark.parametrize("untouched", [None, ..., {"A": ..., "B": ...}, [None, ...]])
def test_a_value_that_is_not_there_yet_is_no_answer(untouched):
    name = "learning-rate-decay/last-rate"
    verdict = verdict_on(name, untouched, claimed="ada")
    assert (verdict.passed, verdict.kind) == (False, "no answer")


PERSONAL = "learning-rate-decay/last-rate"


def verdict_on_value(value, claimed, student):
    return verdict_on(PERSONAL, value, student=student, claimed=claimed)


def test_a_personal_answer_counts_for_the_student_it_is_drawn_for():
    asked = question(PERSONAL)
    right = asked.reference(**asked.draw_cases(0, "ada")[0])
    assert verdict_on_value(right, "ada", "ada").passed
    assert verdict_on_value(right, " Ada ", "ada").passed
    copied = verdict_on_value(right, "ada", "ben")
    assert not copied.passed and "'ada'" in copied.message and "'ben'" in copied.message
    assert not verdict_on_value(right, "ben", "ben").passed


def test_a_personal_question_says_what_is_missing():
    assert verdict_on_value(..., "", "ada").kind == "no answer"
    asked = question(PERSONAL)
    nobodys = asked.reference(**asked.draw_cases(0, "")[0])
    for student in ("ada", ""):
        for answer in (0.5, nobodys):
            verdict = verdict_on_value(answer, "", student)
            assert not verdict.passed and "set student_id" in verdict.message


@pytest.mark.parametrize("blank", ["", "  ", None, ...])
def test_without_an_id_there_are_no_data_and_no_pass(blank):
    with pytest.raises(ValueError, match="your id is missing.*set student_id"):
        personal_case(PERSONAL, blank)
    asked = question(PERSONAL)
    with pytest.raises(CheckFailed, match="id is missing"):
        check(PERSONAL, asked.reference(**asked.draw_cases(0, "")[0]), student=blank)


def test_an_id_may_be_a_number():
    case = personal_case(PERSONAL, 12345)
    assert case == personal_case(PERSONAL, " 12345 ") != personal_case(PERSONAL, 12346)
    check(PERSONAL, question(PERSONAL).reference(**case), student=12345)


def test_the_step_at_which_a_known_mistake_departs_is_named():
    verdict = verdict_on(PATH, lambda gradient, start, lr, epochs: right_path(lambda w: -gradient(w), start, lr, epochs))
    assert verdict.kind == "misconception"
    assert "entry [1][0] of your answer is" in dict(verdict.details)["first difference"]


@pytest.fixture
def parted():
    """A function whose answer has three parts."""
    asked = made(
        cases=lambda rng: [{"x": float(rng.integers(2, 9))}, {"x": -1.0}],
        reference=lambda x: {"double": 2 * x, "square": x * x, "half": x / 2},
        parts=True,
    )

    @asked.misconception
    def cube(x):
        """You cube."""
        return {"double": 2 * x, "square": x**3, "half": x / 2}

    return asked


def test_an_answer_of_parts_earns_the_share_that_is_right_on_all_cases(parted):
    verdict = verdict_on(parted, lambda x: {"double": 2 * x, "square": 7.0, "half": x / 2})
    assert not verdict.passed and verdict.score == pytest.approx(2 / 3)
    assert "2 of 3 parts are right; not right yet: 'square'." in verdict.message
    # right for -1 only
    assert verdict_on(parted, lambda x: {"double": -2.0, "square": 1.0, "half": x / 2}).score == pytest.approx(1 / 3)
    none = verdict_on(parted, lambda x: {"double": None, "square": "4", "half": 0.3})
    assert none.score == 0 and "0 of 3 parts are right; not right yet: 'double', 'square', 'half'." in none.message
    right = verdict_on(parted, lambda x: {"half": x / 2, "square": x * x, "double": x + x})
    assert right.passed and right.score == 1


def test_a_named_mistake_keeps_the_parts_it_has_right(parted):
    verdict = verdict_on(parted, lambda x: {"double": 2 * x, "square": x * x * x, "half": x / 2})
    assert (verdict.kind, verdict.misconception) == ("misconception", "cube")
    assert verdict.score == pytest.approx(2 / 3)
    assert verdict.message == "You cube. 2 of 3 parts are right; not right yet: 'square'."


def test_no_part_counts_where_something_else_forbids_it(parted):
    def incomplete(x):
        return {"double": 2 * x, "half": x / 2}

    def sometimes(x):
        return {"double": 2 * x, "square": 0.0, "half": 1 / (x + 1) * 0 + x / 2}

    def calling(x):
        return {"double": 2 * x, "square": 0.0, "half": x / 2 + len(message_html("")) * 0}

    assert verdict_on(parted, incomplete).score == 0
    assert verdict_on(parted, sometimes).score == 0
    parted.forbidden = ("course_lib.checks.explaining",)
    assert (verdict_on(parted, calling).kind, verdict_on(parted, calling).score) == ("called", 0)
    parted.forbidden = ()
    draw, evidence = evidence_of(parted, lambda x: {"double": 2 * x, "square": 0.0, "half": x / 2})
    evidence["cases"][0]["changed"] = ["x"]
    spoiled = judge(draw, evidence)
    assert spoiled.score == 0 and "changes its input x in place" in spoiled.message


def test_a_question_without_parts_is_all_or_nothing(parted):
    parted.parts = False
    assert verdict_on(parted, lambda x: {"double": 2 * x, "square": 7.0, "half": x / 2}).score == 0


def test_a_value_of_parts_does_not_give_the_others_away(parted):
    parted.value = True
    parted.cases = lambda rng: [{"x": 3.25}]
    verdict = verdict_on(parted, {"double": 6.5, "square": ..., "half": 7.0})
    assert verdict.score == pytest.approx(1 / 3)
    assert "1 of 3 parts are right; not right yet: 'square', 'half'." in verdict.message
    assert "10.5" not in verdict.text() and "1.625" not in verdict.text()
    assert verdict_on(parted, {"double": ..., "square": ..., "half": ...}).kind == "no answer"


def test_in_a_notebook_some_parts_are_not_enough(parted, monkeypatch, capsys):
    monkeypatch.setattr(type(KEYS), "draw", lambda self, name, student="", seed=None: FreshDraw(parted, 5))
    with pytest.raises(CheckFailed, match="2 of 3 parts"):
        check("any/parts", lambda x: {"double": 2 * x, "square": 7.0, "half": x / 2})
    assert "[not yet]" in capsys.readouterr().out


ROWS = np.ones((3, 2))


def torch_rows():
    import torch

    return [torch.ones(2), torch.ones(2), torch.ones(2)]


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ([ROWS[0], None, ROWS[2]], "Entry [1] of your answer is None. Is a return missing?"),
        ([None, None, None], "Entry [0] of your answer is None."),
        ([[1.0, 1.0], [1.0, "1"], [1.0, 1.0]], "Entry [1][1] of your answer is a str, but a number is expected."),
        ([[1.0, 1.0], [1.0, ...], [1.0, 1.0]], "Entry [1][1] of your answer is still ..., but a number is expected."),
        ([[1.0, 1.0], [1.0], [1.0, 1.0]], "Your answer is a list of lists of different lengths"),
        (torch_rows, "Entry [0] of your answer is a torch.Tensor, but an array of shape (2,) is expected. Convert it"),
        (ROWS + 1j, "Your answer is an array of dtype complex128, but an array of shape (3, 2) is expected."),
    ],
)
def test_what_is_no_number_in_an_array_is_named(answer, message):
    verdict = verdict_on(made(reference=lambda x: ROWS), lambda x: answer() if callable(answer) else answer)
    assert verdict.kind == "form"
    assert verdict.message.startswith(message)


@pytest.mark.parametrize(
    ("expected", "answer", "kind", "message"),
    [
        ("Adam", "SGD", "different", "Your answer is 'SGD', but 'Adam' is expected."),
        (True, False, "different", "Your answer is False, but True is expected."),
        (None, 0, "form", "Your answer is 0, but None is expected."),
        ("Adam", 0, "form", "Your answer is 0, but a str is expected."),
    ],
)
def test_a_word_is_told_with_the_expected_one_unless_that_is_the_answer(expected, answer, kind, message):
    verdict = verdict_on(made(reference=lambda x: expected), lambda x: answer)
    assert (verdict.kind, verdict.message) == (kind, message)
    if expected is not None:
        value = verdict_on(made(reference=lambda x: expected, value=True), answer)
        assert not value.passed and repr(expected) not in value.text()


def test_fractions_and_decimals_are_numbers():
    from decimal import Decimal
    from fractions import Fraction

    for number in (Fraction(1, 4), Decimal("0.25")):
        assert verdict_on(made(reference=lambda x: 0.25), lambda x, number=number: number).passed
        assert verdict_on(made(reference=lambda x: ROWS[0] / 4), lambda x, number=number: [number, number]).passed
        assert not verdict_on(made(reference=lambda x: 0.26), lambda x, number=number: number).passed


def test_an_error_in_the_use_of_a_result_is_not_called_the_answers():
    def total(answer, case):
        return sum(answer(case["x"]))

    def fails(x):
        raise TypeError("mine")

    def verdict(answer):
        return verdict_on(made(reference=lambda x: [x], observe=total), answer)

    useless = verdict(from_notebook("def answer(x):\n    return None"))
    assert useless.kind == "form"
    assert useless.message == "What your answer returned cannot be used: 'NoneType' object is not iterable"
    for answer, message in ((fails, "mine"), (from_notebook("def answer():\n    return [1]"), "takes 0 positional arguments")):
        assert verdict(answer).kind == "raised"
        assert verdict(answer).message.startswith("Your answer raised TypeError") and message in verdict(answer).message


def test_inputs_are_described_without_addresses():
    def cases(rng):
        return [{"rng": np.random.default_rng(1), "cost": Parabola(1.0, 2.0, 3.0)}]

    rows = dict(verdict_on(made(cases, lambda rng, cost: 1), lambda rng, cost: 2).details)
    assert rows["with rng"] == "a random number generator"
    assert rows["with cost"] == "a function cost(w)"


BOOK = Path(__file__).parents[2] / "book"
READINGS = sorted({asked.reading for assignment in KEYS.assignments() for asked in KEYS.questions(assignment).values()})


@pytest.mark.parametrize("reading", READINGS)
def test_a_reading_has_the_titles_of_the_book(reading):
    page, _, section = reading.partition("#")
    headings = re.findall(r"^(#+) (.+)$", (BOOK / f"{page}.md").read_text(encoding="utf-8"), re.MULTILINE)
    title = next(text for level, text in headings if level == "#")
    titles = [text for _, text in headings if re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") == section]
    assert [place_in_book(reading)] == [f"{title} > {text}" for text in titles]


def test_numpy_with_a_function_replaced_gets_no_verdict(monkeypatch):
    monkeypatch.setattr(np, "mean", None)
    with pytest.raises(CheckFailed, match=r"np.mean is no longer NumPy's"):
        check(GRADIENT, from_notebook("def answer(w, b, x, y):\n    return np.mean(x), 0.0"))


def test_a_class_is_judged_by_outputs_computed_once():
    runs = []

    def reference(x):
        runs.append(x)
        return 2 * x

    asked = made(lambda rng: [{"x": 1.0}, {"x": 2.0}], reference)
    for _ in range(3):
        draw = fresh(asked, 987)
        assert judge(draw, evidence_of(asked, lambda x: x + x, 987)[1]).passed
    assert runs == [1.0, 2.0]


def test_our_own_functions_leave_the_cases_as_they_were_drawn():
    def spoils(w):
        w[:] = 7.0
        return w

    draw = FreshDraw(made(lambda rng: [{"w": rng.normal(size=3)}], spoils), 5)
    before = draw.cases[0]["w"].copy()
    assert np.all(draw.expected[0] == 7.0)
    np.testing.assert_array_equal(draw.cases[0]["w"], before)


def test_backticks_are_code_in_a_notebook_and_markup_of_a_student_is_none():
    assert message_html("Use `np.mean`, not <b>`x`</b>.") == "Use <code>np.mean</code>, not &lt;b&gt;<code>x</code>&lt;/b&gt;."
