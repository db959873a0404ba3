"""What the clinic hands out, and the benches that answers are tried on."""

import re
import subprocess
import sys
from pathlib import Path

import nbformat
import numpy as np
import pytest

from course_lib.checks.charts import curve, listing
from course_lib.driving.clinic import (
    BatchGradient,
    ExampleGradient,
    ExampleLoss,
    Listing,
    LossAlongAPath,
    Run,
    StepTowards,
    Workbench,
    observe_fit,
    observe_keep_best,
    observe_timing,
)
from course_lib.problems import LinearRegression
from course_lib.running.library import library_for

RNG = np.random.default_rng(3)
X, Y, W = RNG.normal(size=(5, 2)), RNG.normal(size=5), RNG.normal(size=2)


def test_the_charts_show_what_is_in_a_run_and_a_listing():
    losses = np.array([3.0, np.inf])
    assert curve(Run(losses, 0.5)) == (losses, 0.5)
    assert listing(Listing("def train():")) == "def train():"


def test_losses_and_gradients_of_examples_are_those_of_least_squares():
    problem = LinearRegression(X, Y, fit_intercept=False)
    for i in range(5):
        assert ExampleLoss(X, Y)(i, W) == pytest.approx(problem.loss(W, [i]))
        np.testing.assert_allclose(ExampleGradient(X, Y)(i, W), problem.gradient(W, [i]))
    np.testing.assert_allclose(BatchGradient(X, Y)(W, [4, 0, 4]), problem.gradient(W, [4, 0, 4]))


@pytest.mark.parametrize("missing", [-1, 5])
@pytest.mark.parametrize(
    "ask", [lambda i: ExampleLoss(X, Y)(i, W), lambda i: ExampleGradient(X, Y)(i, W), lambda i: BatchGradient(X, Y)(W, [0, i])]
)
def test_an_example_that_is_not_there_is_named(ask, missing):
    message = f"there is no example {missing}: the 5 examples have the numbers 0 to 4"
    with pytest.raises(IndexError, match=re.escape(message)):
        ask(missing)


def test_a_step_changes_w_in_place_and_the_loss_is_that_of_the_nearest_point():
    w, target = np.zeros(2), np.array([4.0, 8.0])
    StepTowards(target, 0.25)(w)
    np.testing.assert_array_equal(w, [1.0, 2.0])
    loss = LossAlongAPath(np.array([[0.0, 0.0], [1.0, 2.0]]), np.array([5.0, 7.0]))
    assert [loss(np.zeros(2)), loss(w + 0.1)] == [5.0, 7.0]


def test_what_is_kept_is_not_taken_for_a_changed_input():
    case = {"w": np.zeros(2), "step": StepTowards(np.ones(2), 0.5), "validation_loss": None, "epochs": 1}
    end = observe_keep_best(lambda w, step, validation_loss, epochs: (step(w), w)[1], case)
    np.testing.assert_array_equal(end, [0.5, 0.5])
    assert not case["w"].any()


FIT = {"X": X, "y": Y, "batches": [[0, 1, 2], [3, 4]], "epochs": 2, "lr": 0.05}


def fit(kept):
    def answer(loss_of, optimizer, batches, epochs):
        losses = []
        for _ in range(epochs):
            for batch in batches:
                optimizer.zero_grad()
                loss = loss_of(batch)
                loss.backward()
                optimizer.step()
                losses.append(kept(loss))
        return losses

    return answer


def test_a_training_loop_moves_w_only_where_there_is_a_rate():
    seen = observe_fit(fit(lambda loss: loss.item()), FIT)
    still = seen["the losses where lr is 0"]["losses"]
    assert still[:2] == still[2:] == [pytest.approx(np.mean(Y[batch] ** 2)) for batch in FIT["batches"]]
    assert seen["w at the end"].any() and seen["the losses"]["losses"] != still
    assert seen["the losses"]["each loss"] == "a number"


def test_the_training_loop_runs_where_what_the_set_asks_to_write_is_absent():
    notebook = Path(__file__).parents[2] / "exercises" / "clinic" / "clinic.ipynb"
    setup = next(cell.source for cell in nbformat.read(notebook, 4).cells if cell.cell_type == "code")
    statements = tuple(line for line in setup.splitlines() if "course_lib" in line)
    alone = f"""
import sys
sys.path.insert(0, {str(library_for(statements, ("course_lib.descent", "course_lib.problems")))!r})
import course_lib.driving.clinic as clinic
{setup}
def answer(loss_of, optimizer, batches, epochs):
    loss = loss_of(batches[0])
    loss.backward()
    optimizer.step()
    return [loss.item()]
case = dict(X=np.ones((2, 2)), y=np.ones(2), batches=[[0, 1]], epochs=1, lr=0.1)
print(clinic.observe_fit(answer, case)["w at the end"].tolist())
"""
    done = subprocess.run([sys.executable, "-P", "-c", alone], capture_output=True, text=True)
    assert done.stdout.splitlines() == ["[0.2, 0.2]"], done.stderr


def test_a_record_of_tensors_is_told_from_one_of_numbers():
    numbers, tensors = (observe_fit(fit(kept), FIT)["the losses"] for kept in (lambda loss: loss.item(), lambda loss: loss))
    assert tensors["losses"] == numbers["losses"]
    assert tensors["each loss"] == "a tensor that holds on to its whole computation"


def test_time_passes_only_where_something_is_done():
    case = {"update_seconds": [1.0, 2.0], "evaluation_seconds": [10.0, 20.0, 30.0], "losses": [5.0, 4.0, 3.0], "every": 1}
    bench = Workbench(case)
    began = bench.clock()
    assert bench.clock() == began
    assert bench.evaluate() == 5.0 and bench.clock() - began == 10.0
    bench.update()
    assert bench.evaluate() == 4.0 and bench.clock() - began == 31.0
    handed = observe_timing(lambda update, evaluate, clock, updates, every: (evaluate(), updates, every), case)
    assert handed == (5.0, 2, 1)
