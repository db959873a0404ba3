"""What is particular to the problem set on torch.optim: killed runs, loops that never move, and what is read from torch objects."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from course_lib.checks.collecting import collect
from course_lib.checks.judging import judge

NOTEBOOK = Path(__file__).parents[2] / "solutions" / "torch-optim" / "torch-optim.ipynb"

LOOP = """
def answer(model, loss_fn, optimizer, X, y, epochs):
    losses = []
    for epoch in range(epochs):
        {body}
        losses.append({loss})
    return losses
"""
RESUME = """
import torch

def answer(model, loss_fn, optimizer, X, y, epochs, path):
    {body}
"""


@pytest.fixture
def verdict_on(keys):
    def verdict_on(name, source, seed=3):
        namespace = {"np": np, "torch": torch, "__name__": "__main__"}
        exec(source, namespace)
        draw = keys.draw(name, seed=seed)
        return judge(draw, collect(draw.inputs, namespace["answer"]))

    return verdict_on


@pytest.fixture
def loop(verdict_on):
    return lambda *lines: verdict_on("torch-optim/loop", LOOP.format(body="; ".join(lines), loss="loss.item()"))


FORWARD, BACKWARD, STEP, CLEAR = "loss = loss_fn(model(X), y)", "loss.backward()", "optimizer.step()", "optimizer.zero_grad()"


@pytest.mark.parametrize(
    ("lines", "name"),
    [
        ((FORWARD, BACKWARD, CLEAR, STEP), "zero_grad_between_backward_and_step"),
        ((CLEAR, FORWARD, BACKWARD, CLEAR, STEP), "zero_grad_between_backward_and_step"),
        ((CLEAR, FORWARD, STEP, BACKWARD), "step_before_backward"),
        ((CLEAR, FORWARD, BACKWARD), "step_missing"),
        ((FORWARD, CLEAR, STEP), "backward_missing"),
    ],
)
def test_a_model_that_never_moves_is_told_why(loop, lines, name):
    assert loop(*lines).misconception == name


@pytest.mark.parametrize(
    "lines", [(FORWARD, CLEAR, BACKWARD, STEP), (FORWARD, BACKWARD, STEP, CLEAR), (CLEAR, CLEAR, FORWARD, BACKWARD, STEP)]
)
def test_every_order_that_trains_passes(loop, lines):
    assert loop(*lines).passed


def test_a_whole_tensor_of_losses_is_not_a_list_of_numbers(verdict_on):
    source = LOOP.format(body="; ".join((CLEAR, FORWARD, BACKWARD, STEP)), loss="loss.detach()")
    verdict = verdict_on("torch-optim/loop", source.replace("return losses", "return torch.stack(losses)"))
    assert verdict.misconception == "losses_are_tensors"


@pytest.mark.parametrize(
    ("body", "kind", "message"),
    [
        ("return None", "form", "is None. Is a return missing?"),
        ("return [1.0]", "form", "should have called loss_fn once an epoch"),
        ("[loss_fn(model(X), y) for _ in range(epochs)]; return []", "different", "['a file was saved'] of your answer is False"),
        (
            "torch.save(model, path); loss_fn(model(X), y); torch.load(path)",
            "misconception",
            "Save what their state_dict() gives",
        ),
    ],
)
def test_undeclared_ways_not_to_resume_get_a_sentence(verdict_on, body, kind, message):
    verdict = verdict_on("torch-optim/resume", RESUME.format(body=body))
    assert verdict.kind == kind
    assert message in verdict.message


def test_parameters_left_out_and_strangers_are_counted(verdict_on):
    source = "def answer(model, *options):\n    return torch.optim.AdamW({params})"
    left_out = verdict_on("torch-optim/groups", source.format(params="[model[0].weight]"))
    assert "'parameters in no group'" in left_out.message
    stranger = "[*model.parameters(), torch.zeros(1, requires_grad=True)]"
    assert "parameters that are not the model's" in verdict_on("torch-optim/groups", source.format(params=stranger)).message


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_both_precisions_serve_for_the_complete_example(verdict_on, dtype):
    source = f"""
def answer(x, y, lr, epochs):
    X, Y = torch.tensor(x, dtype=torch.{dtype})[:, None], torch.tensor(y, dtype=torch.{dtype})[:, None]
    model, losses = torch.nn.Linear(1, 1, dtype=torch.{dtype}), []
    model.load_state_dict({{"weight": torch.zeros(1, 1), "bias": torch.zeros(1)}})
    for _ in range(epochs):
        model.zero_grad()
        loss = ((model(X) - Y) ** 2).mean()
        loss.backward()
        losses.append(loss.item())
        for p in model.parameters():
            p.data -= lr * p.grad
    return model.weight.item(), model.bias.item(), losses, model(torch.full((1, 1), 10, dtype=torch.{dtype})).item()
"""
    assert verdict_on("torch-optim/complete", source).passed


MEND = """
def answer(model, loss_fn, batches, lr, epochs):
    {made_once}optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=0.9)
    history = []
    for epoch in range(epochs):
        {made_anew}optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=0.9)
        total, count = 0.0, 0
        for X, y in batches:
            {clear}optimizer.zero_grad()
            loss = loss_fn(model(X), y)
            loss.backward()
            optimizer.step()
            total += {loss} * {size}
            count += {size}
        history.append(total / count)
    return history
"""
MENDED = {"made_once": "", "made_anew": "# ", "clear": "", "loss": "loss.item()", "size": "len(y)"}


@pytest.mark.parametrize(
    ("left", "score"),
    [
        ({}, 1.0),
        ({"made_anew": ""}, 0.5),
        ({"clear": "# "}, 0.25),
        ({"loss": "loss"}, 0.5),
        ({"size": "1"}, 0.5),
        ({"made_anew": "", "clear": "# ", "loss": "loss", "size": "1"}, 0.0),
    ],
)
def test_three_of_four_faults_mended_are_worth_something(verdict_on, left, score):
    assert verdict_on("torch-optim/mend", MEND.format(**MENDED | left)).score == score


BY_HAND = """
def answer(x, y, lr, epochs):
    x, y = torch.tensor(x), torch.tensor(y)
    w, b, losses = torch.zeros((), requires_grad=True), torch.zeros((), requires_grad=True), []
    for _ in range(epochs):
        loss = torch.mean((b + x * w - y) ** 2)
        losses.append(loss.item())
        loss.backward()
        {update}
    return w.item(), b.item(), losses, (w * 10 + b).item()
"""


@pytest.mark.parametrize(
    ("update", "name"),
    [
        ("w, b = w - lr * w.grad, b - lr * b.grad", "update_recorded"),
        ("w = w - w.grad * lr; b = b - b.grad * lr; w.grad.zero_()", "update_recorded_then_cleared"),
        ("w -= lr * w.grad", "update_of_a_leaf_in_place"),
    ],
)
def test_an_update_that_torch_records_is_named(verdict_on, update, name):
    assert verdict_on("torch-optim/complete", BY_HAND.format(update=update)).misconception == name


def test_weights_that_are_left_as_they_begin_are_named(verdict_on):
    source = """
def answer(x, y, lr, epochs):
    model = torch.nn.Linear(1, 1).double()
    X, Y, losses = torch.tensor(x)[:, None], torch.tensor(y)[:, None], []
    for _ in range(epochs):
        model.zero_grad()
        loss = torch.nn.functional.mse_loss(model(X), Y)
        loss.backward()
        losses.append(loss.item())
        for p in model.parameters():
            p.data -= lr * p.grad
    return model.weight.item(), model.bias.item(), losses, model(torch.tensor([[10.0]]).double()).item()
"""
    assert verdict_on("torch-optim/complete", source).misconception == "random_start"


def test_the_broken_loop_of_the_notebook_has_just_the_faults_that_are_declared(verdict_on):
    cells = json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]
    source = next("".join(cell["source"]) for cell in cells if cell["id"] == "broken-train")
    verdict = verdict_on("torch-optim/mend", source + "\nanswer = broken_train")
    assert verdict.message.startswith("All four faults are left: ")
