"""The patients of the clinic have what their diagnosis says, and show it; what is shown of them does not say it."""

import importlib
import json
from pathlib import Path

import nbformat
import numpy as np
import pytest

from course_lib import descent
from course_lib.checks.charts import curve, listing
from course_lib.checks.collecting import collect
from course_lib.checks.comparing import describe
from course_lib.checks.inputs import Inputs
from course_lib.checks.judging import judge
from course_lib.checks.keys import Keys
from course_lib.driving.clinic import Listing, Run
from course_lib.problems import LinearRegression

SOLUTIONS = Path(__file__).parents[2] / "solutions"
KEYS = Keys.read(SOLUTIONS)
# the file of the patients, beside that of a question about them
PATIENTS = importlib.import_module("._patients", KEYS.question("clinic/code").cases.__module__.rpartition(".")[0])
CODE, CURVES, OnPaper, OnScreen = PATIENTS.CODE, PATIENTS.CURVES, PATIENTS.OnPaper, PATIENTS.OnScreen


def patients(fault, kind, how_many):
    """The first patients with a fault who are clear cases."""
    everybody = map(kind, range(10_000, 100_000))
    found = (p for p in everybody if p.diagnosis == fault and (kind is OnPaper or p.stands_out()))
    return [next(found) for _ in range(how_many)]


# what an eye sees, in numbers: where the curve ends, how low it gets, how often it turns, whether each epoch repeats the last
def signs(patient):
    losses, least = curve(patient.seen)
    turns = int(np.sum(np.diff(np.sign(np.diff(losses))) != 0))
    half = losses[100:]
    return {
        "diverges": losses[-1] > 100 * losses[0],
        "below the least": losses.min() < 0.9 * least,
        "smooth": turns < 10,
        "still falling": losses[-1] < 0.9 * losses[-40],
        "at rest far up": abs(losses[-1] - losses[-40]) < 0.02 * least and losses[-1] > 1.4 * least,
        "same every epoch": np.corrcoef(half[:-10], half[10:])[0, 1] > 0.99 and half.std() > 0.01 * half.mean(),
        "slow waves": 10 <= turns <= 30,
        "near the least": half.mean() < 1.15 * least <= 1.15 * losses.min() * 1.001,
    }


@pytest.mark.parametrize(
    ("fault", "shows", "lacks"),
    [
        ("rate too large", {"diverges"}, set()),
        ("rate too small", {"smooth", "still falling"}, set()),
        ("gradients add up", {"slow waves"}, {"diverges"}),
        ("same batch again", {"smooth", "at rest far up"}, set()),
        ("not shuffled", {"same every epoch"}, {"smooth"}),
        ("loss of the batch", {"below the least"}, set()),
        ("healthy", {"near the least"}, {"same every epoch", "smooth"}),
    ],
)
def test_a_curve_shows_its_fault_and_no_other_curve_does(fault, shows, lacks):
    def looks_like_it(patient):
        present = {sign for sign, there in signs(patient).items() if there}
        return shows <= present and not present & lacks

    assert all(map(looks_like_it, patients(fault, OnScreen, 20)))
    for other in set(CURVES) - {fault}:
        assert not any(map(looks_like_it, patients(other, OnScreen, 10))), other


def run(fault, batch_size=4, n=10):
    namespace = {"np": np}
    exec(listing(patients(fault, OnPaper, 1)[0].seen), namespace)
    rng = np.random.default_rng(7)
    x = rng.normal(size=n)
    return x, 2 * x + rng.normal(size=n), namespace["train"]


def test_the_healthy_code_is_mini_batch_gradient_descent():
    x, y, train = run("healthy")
    losses = train(x, y, 0.1, 4, 3, np.random.default_rng(1))
    right = descent.minibatch_gradient_descent(LinearRegression(x, y), [0.0, 0.0], lr=0.1, epochs=3, batch_size=4, rng=1)
    np.testing.assert_allclose(losses, right.loss[1:], rtol=1e-12)


@pytest.mark.parametrize("fault", [fault for fault in CODE if fault != "healthy"])
def test_a_fault_shows_in_the_numbers_and_not_in_the_text(fault):
    x, y, train = run(fault)
    healthy = run("healthy")[2]
    # the best line through two points has no loss, so that stopping on one example has its chance
    x[:], y[:] = np.where(np.arange(10) < 5, 1.0, 2.0), np.where(np.arange(10) < 5, 1.0, 3.0)
    x[9] = 3.0 if fault != "stops on one example" else 2.0
    ill = train(x, y, 0.1, 4, 80, np.random.default_rng(1))
    assert not np.array_equal(ill, healthy(x, y, 0.1, 4, 80, np.random.default_rng(1)))
    assert fault not in listing(patients(fault, OnPaper, 1)[0].seen)


def test_what_an_epoch_is():
    lengths = {}
    for fault in CODE:
        x, y, train = run(fault)
        lengths[fault] = len(train(x, y, 0.01, 4, 3, np.random.default_rng(1)))
    assert lengths.pop("one update an epoch") == 3
    assert lengths.pop("last batch left out") == 6
    assert set(lengths.values()) == {9}


def verdict_on(name, answer, student):
    draw = KEYS.draw(name, student)
    return judge(draw, collect(draw.inputs, answer, student), student)


def right_answer(name, student):
    question = KEYS.question(name)
    return question.reference(**question.draw_cases(0, student)[0])


@pytest.mark.parametrize("name", ["clinic/curves", "clinic/code"])
def test_every_letter_counts(name):
    right = right_answer(name, "ada")
    assert verdict_on(name, right, "ada").score == 1
    turned = right | dict(zip("ABC", [right[letter] for letter in "BCA"], strict=True))
    verdict = verdict_on(name, turned, "ada")
    assert verdict.score == pytest.approx(1 / 2)
    assert not any(label in verdict.message for label in right.values())
    swapped = right | {"E": right["F"], "F": right["E"]}
    assert verdict_on(name, swapped, "ada").score == pytest.approx(4 / 6)
    assert verdict_on(name, list(right.values()), "ada").score == 0
    assert verdict_on(name, dict.fromkeys("ABCDEF", ...), "ada").kind == "no answer"


def test_every_case_survives_being_sent():
    for question in KEYS.questions("clinic").values():
        sent = json.loads(json.dumps(question.inputs(3, "ada").to_json()))
        assert Inputs.from_json(sent).to_json() == sent


@pytest.mark.parametrize("name", ["clinic/curves", "clinic/code"])
def test_what_is_sent_of_a_patient_is_what_the_notebook_shows(name):
    question = KEYS.question(name)
    (full,) = question.draw_cases(0, "ada")
    (case,) = Inputs.from_json(json.loads(json.dumps(question.inputs(0, "ada").to_json()))).cases
    assert list(case) == list(full) == list("ABCDEF")
    for letter, patient in full.items():
        assert isinstance(case[letter], Run if name == "clinic/curves" else Listing)
        sent, seen = vars(case[letter]), vars(patient.seen)
        # nothing else: a number from which the diagnosis follows would be the answer
        assert set(sent) == set(seen) == ({"losses", "least"} if name == "clinic/curves" else {"text"})
        assert all(np.array_equal(sent[field], seen[field]) for field in seen)
        assert describe(case[letter]) in {"a run", "a listing"}


def test_no_two_students_need_have_the_same_patients():
    firsts = {right_answer("clinic/code", f"student-{i}")["A"] for i in range(30)}
    assert len(firsts) > 3


@pytest.mark.parametrize("name", ["curves", "code"])
def test_the_labels_in_the_solution_are_those_of_its_student(name):
    notebook = nbformat.read(SOLUTIONS / "clinic" / "clinic.ipynb", 4)
    cells = {cell.metadata.get("nbgrader", {}).get("grade_id"): cell.source for cell in notebook.cells}
    namespace = {}
    for cell in ("student-id", name):
        exec(cells[cell], namespace)
    assert verdict_on(f"clinic/{name}", namespace[name], namespace["student_id"]).passed
