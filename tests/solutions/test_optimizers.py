"""What is particular to the problem set on optimizers: the driving of classes, and references that are formulas."""

import json
from pathlib import Path

import numpy as np
import pytest

from course_lib.checks.collecting import collect
from course_lib.checks.judging import judge
from course_lib.optim import SGD, Parameter

NOTEBOOK = Path(__file__).parents[2] / "solutions" / "optimizers" / "optimizers.ipynb"

MOMENTUM = """
class answer:
    def __init__(self, params, lr, momentum):
        self.params, self.lr, self.momentum = params, lr, momentum
        self.buffers = [np.zeros_like(p.data) for p in params]

    def step(self):
        for i, p in enumerate(self.params):
            {body}
"""
RIGHT = "self.buffers[i] = self.momentum * self.buffers[i] + p.grad; p.data = p.data - self.lr * self.buffers[i]"


@pytest.fixture
def verdict_on(keys):
    def verdict_on(name, source, seed=3):
        namespace = {"np": np, "__name__": "__main__"}
        exec(source, namespace)
        draw = keys.draw(name, seed=seed)
        return judge(draw, collect(draw.inputs, namespace["answer"]))

    return verdict_on


@pytest.mark.parametrize("seed", range(5))
def test_all_conventions_walk_the_path_of_torchs(keys, seed):
    conventions = keys.question("optimizers/conventions")
    case = conventions.draw_cases(seed)[2]
    averages, factors = conventions.reference(**case)
    p, m, v = Parameter(np.array([1.0])), 0.0, 0.0
    average, velocity, momentum = 1.0, 1.0, case["momentum"]
    optimizer = SGD([p], momentum=momentum)
    for lr, average_lr, factor in zip(case["rates"], averages, factors, strict=True):
        optimizer.param_groups[0]["lr"], p.grad = lr, np.cos(p.data)
        optimizer.step()
        m = momentum * m + (1 - momentum) * np.cos(average)
        average -= average_lr * m
        v = factor * v - lr * np.cos(velocity)
        velocity += v
        np.testing.assert_allclose([average, velocity], p.data[0], rtol=1e-12)


def test_a_class_in_a_few_lines_passes(verdict_on):
    assert verdict_on("optimizers/momentum", MOMENTUM.format(body=f"if p.grad is not None: {RIGHT}")).passed


@pytest.mark.parametrize("begin", ["", "g = p.grad.copy(); "], ids=["TypeError", "AttributeError"])
def test_a_missing_gradient_is_named_whatever_the_error_is_called(verdict_on, begin):
    verdict = verdict_on("optimizers/momentum", MOMENTUM.format(body=begin + RIGHT))
    assert verdict.misconception == "crash_without_gradient"


@pytest.mark.parametrize(
    ("body", "kind", "message"),
    [
        ("if p.grad is not None: p.data = None", "form", "params[0].data after each step"),
        ("if p.grad is not None: p.data = p.data[:, None]", "form", "an array of shape (6, 2) is expected"),
        ("p.gard = 0", "raised", "has no attribute 'gard'"),
        (
            "if p.grad is not None: p.data = p.data - self.lr * p.grad ** 2",
            "different",
            "['params[0].data after each step'][1][0]",
        ),
        ("raise NotImplementedError()", "no answer", "there is no answer yet"),
    ],
)
def test_undeclared_mistakes_get_a_sentence(verdict_on, body, kind, message):
    verdict = verdict_on("optimizers/momentum", MOMENTUM.format(body=body))
    assert verdict.kind == kind
    assert message.casefold() in verdict.message.casefold()


def test_where_a_path_departs_is_drawn(verdict_on):
    verdict = verdict_on("optimizers/momentum", MOMENTUM.format(body=f"if p.grad is not None: {RIGHT} * 1.1"))
    assert [name for name, _ in verdict.curves] == ["expected", "yours"]


GLOBAL = """
kept = {{}}

def answer(gradient, w, state, batches, lr, betas, eps):
    {fresh}
    m, v, t = (kept.get(name, 0.0) for name in "mvt")
    for batch in batches:
        g, t = gradient(w, batch), t + 1
        m, v = betas[0] * m + (1 - betas[0]) * g, betas[1] * v + (1 - betas[1]) * g * g
        w = w - lr * m / (1 - betas[0] ** t) / (np.sqrt(v / (1 - betas[1] ** t)) + eps)
    kept.update(m=m, v=v, t=t)
    return w, {{"begun": True}}
"""


def test_averages_kept_elsewhere_than_in_the_state_do_not_pass(verdict_on):
    verdict = verdict_on("optimizers/mend", GLOBAL.format(fresh="if not state: kept.clear()"))
    assert verdict.misconception == "state_kept_elsewhere"
    assert not verdict_on("optimizers/mend", GLOBAL.format(fresh="pass")).passed


def test_what_is_no_pair_is_no_state(verdict_on):
    verdict = verdict_on("optimizers/mend", "def answer(*arguments): return arguments[1]")
    assert "it should return a pair (w, state)" in verdict.message


def test_the_broken_function_of_the_notebook_has_just_the_faults_that_are_declared(verdict_on):
    cells = json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]
    source = next("".join(cell["source"]) for cell in cells if cell["id"] == "broken-epoch")
    assert verdict_on("optimizers/mend", source + "\nanswer = broken_adam_epoch").misconception == "nothing_mended"
