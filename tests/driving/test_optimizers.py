"""Driving optimizers: what is set before a step, what is observed after it, and what travels to an answer."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from course_lib.checks.evidence import encode
from course_lib.checks.inputs import Inputs, decode_input, encode_input
from course_lib.driving.optimizers import BowlAndSinesGradient, FailsWithoutGradient, drive, drive_epochs, drive_groups
from course_lib.optim import SGD

QUESTIONS = Path(__file__).parents[2] / "solutions" / "optimizers" / "questions"
CASE = {"params": [np.ones(2)], "lr": [0.5, 0.25, 0.125], "gradients": [[np.full(2, 8.0)]] * 3}
PATH = [[1, 1], [-3, -3], [-5, -5], [-6, -6]]


class Plain:
    def __init__(self, params, lr):
        self.params, self.lr = params, lr

    def step(self):
        for p in self.params:
            p.data = p.data - self.lr * p.grad


class Grouped(Plain):
    def __init__(self, params, lr):
        self.param_groups = [{"params": params, "lr": lr}]

    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                p.data = p.data - group["lr"] * p.grad


class WithSomethingElseInGroups(Plain):
    param_groups = 3


class WithParametersInGroups(Plain):
    def __init__(self, params, lr):
        super().__init__(params, lr)
        self.param_groups = params


@pytest.mark.parametrize("answer", [Plain, Grouped, WithSomethingElseInGroups, WithParametersInGroups, SGD])
def test_the_rate_is_set_wherever_an_optimizer_keeps_it(answer):
    np.testing.assert_array_equal(drive(answer, CASE)["params[0].data after each step"], PATH)


def test_the_rates_of_groups_are_halved_after_half_of_the_steps():
    groups = [{"params": [np.ones(2)], "lr": 0.5}, {"params": [np.ones(2)], "lr": 0.25}]
    observed = drive_groups(lambda groups: SGD(groups, lr=1.0), {"groups": groups, "gradients": [[np.full(2, 8.0)] * 2] * 2})
    np.testing.assert_array_equal(observed["groups[0] params[0].data after each step"], [[1, 1], [-3, -3], [-5, -5]])
    np.testing.assert_array_equal(observed["groups[1] params[0].data after each step"], [[1, 1], [-1, -1], [-2, -2]])


@pytest.mark.parametrize(
    ("change", "seen"),
    [("pass", "as before"), ("p.grad *= 2", "changed"), ("p.grad = None", "None"), ("p.grad = 3", "3")],
)
def test_what_a_step_does_to_gradients_is_observed(change, seen):
    namespace = {}
    exec(f"def step(self):\n    for p in self.params:\n        {change}", namespace)
    answer = type("Answer", (Plain,), {"step": namespace["step"]})
    assert drive(answer, CASE)["p.grad after the step"] == seen


def test_an_error_has_one_name_where_a_gradient_is_missing_and_its_own_elsewhere():
    missing = CASE | {"gradients": [[np.ones(2)], [None], [np.ones(2)]]}
    with pytest.raises(FailsWithoutGradient, match="TypeError: unsupported operand"):
        drive(Plain, missing)
    unset = type("Answer", (Plain,), {"step": lambda self: self.missing})
    with pytest.raises(AttributeError):
        drive(unset, CASE)
    unwritten = type("Answer", (Plain,), {"step": lambda self: exec("raise NotImplementedError")})
    with pytest.raises(NotImplementedError):
        drive(unwritten, missing)


def test_a_state_is_handed_on_as_a_copy():
    given, seen = [], []

    def answer(gradient, w, state, batches, lr, betas, eps):
        given.append(state)
        seen.append(list(state.get("sizes", [])))
        state.setdefault("sizes", []).append(len(batches))
        return w + 1, state

    case = dict(gradient=None, start=np.zeros(1), epochs=[[[0]], [[0], [1]]], lr=0.1, betas=(0.9, 0.99), eps=1e-8)
    observed = drive_epochs(answer, case)
    np.testing.assert_array_equal(observed["w after each epoch"], [[0], [1], [2]])
    np.testing.assert_array_equal(observed["of two runs in turns, the first"], [[0], [1], [2]])
    np.testing.assert_array_equal(observed["the second"], [[1], [2], [3]])
    # the run alone, then both in turns
    assert seen == [[], [1], [], [], [1], [1]]
    assert len(set(map(id, given))) == len(given)


def test_the_gradient_of_bowl_and_sines_is_its_formula_here_and_where_it_is_sent():
    gradient = BowlAndSinesGradient(np.array([2.0, 3.0]), np.array([1.0, -1.0]))
    sent = decode_input(json.loads(json.dumps(encode_input(gradient))))
    w = np.array([0.5, 0.25])
    np.testing.assert_allclose(gradient(w), [2 * -0.5 + np.sin(0.5), 3 * 1.25 + np.sin(0.25)])
    np.testing.assert_array_equal(sent(w), gradient(w))
    assert sent.shown == gradient.shown


@pytest.mark.parametrize("name", sorted(path.stem for path in QUESTIONS.glob("[!_]*.py")))
@pytest.mark.parametrize("seed", [0, 1])
def test_a_right_answer_does_the_same_on_inputs_that_were_sent(keys, name, seed):
    question = keys.question(f"optimizers/{name}")
    inputs = question.inputs(seed, "student")
    sent = Inputs.from_json(json.loads(json.dumps(inputs.to_json())))
    assert sent.to_json() == inputs.to_json()
    if not question.value:
        for here, there in zip(inputs.cases, sent.cases, strict=True):
            assert encode(sent.observe(question.reference, there)) == encode(question.observe(question.reference, here))


def test_driving_an_optimizer_brings_no_optimizer():
    code = "import sys, course_lib.driving.optimizers; print(*(name for name in sys.modules if name.startswith('course_lib.')))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert {name for name in loaded if name.startswith("course_lib.optim")} == {"course_lib.optim", "course_lib.optim.parameter"}
