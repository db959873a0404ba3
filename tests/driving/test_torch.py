"""Driving what is written with torch: what is read from its objects, what travels to an answer, and when torch is loaded."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from course_lib.checks.collecting import collect
from course_lib.checks.evidence import encode
from course_lib.checks.inputs import Inputs
from course_lib.driving import torch_loops, torch_optimizers
from course_lib.driving.torch_models import losses, network, plain, require, weights_of

QUESTIONS = Path(__file__).parents[2] / "solutions" / "torch-optim" / "questions"


@pytest.mark.parametrize("name", sorted(path.stem for path in QUESTIONS.glob("[!_]*.py")))
@pytest.mark.parametrize("seed", [0, 1])
def test_a_right_answer_does_the_same_on_inputs_that_were_sent(keys, name, seed):
    question = keys.question(f"torch-optim/{name}")
    inputs = question.inputs(seed, "student")
    sent = Inputs.from_json(json.loads(json.dumps(inputs.to_json())))
    assert sent.to_json() == inputs.to_json()
    if not question.value:
        for here, there in zip(inputs.cases, sent.cases, strict=True):
            assert encode(sent.observe(question.reference, there)) == encode(question.observe(question.reference, here))


def printed_by(code):
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()


def test_torch_is_not_loaded_with_its_drivers():
    imports = "import sys; from course_lib.driving import torch_loops, torch_models, torch_optimizers;"
    assert printed_by(f"{imports} print('torch' in sys.modules)") == "False"


def test_every_driver_has_torch_loaded_before_the_time_begins():
    drivers = [
        driver
        for module in (torch_loops, torch_optimizers)
        for name, driver in vars(module).items()
        if name.startswith("drive_") and driver.__module__ == module.__name__
    ]
    assert len(drivers) == 8
    assert len({driver.prepare for driver in drivers}) == 1
    # the first step of the first optimizer finds all that it needs
    assert (
        printed_by(
            "import sys; from course_lib.driving.torch_loops import drive_loop; drive_loop.prepare(); before = set(sys.modules);"
            "import torch; p = torch.zeros(1, requires_grad=True); p.grad = torch.ones(1);"
            "torch.optim.SGD([p], lr=1.0).step(); print(set(sys.modules) - before)"
        )
        == "set()"
    )


def test_what_a_driver_prepares_is_not_the_answers_time():
    clock = []

    def note_clock(*_):
        clock.append(signal.getitimer(signal.ITIMER_REAL)[0] > 0)

    def observe(answer, case):
        return answer(*case.values())

    observe.prepare = note_clock
    inputs = Inputs(name="a/b", cases=[{"x": 1}], observe=observe, repeated=False, value=False, forbidden=(), time_limit=600.0)
    collect(inputs, note_clock)
    assert clock == [False, True]


def test_a_network_is_made_of_its_weights_and_gives_them_back():
    rng = np.random.default_rng(0)
    arrays = [rng.normal(size=shape) for shape in ((3, 2), (3,), (1, 3), (1,))]
    model, x = network(arrays), rng.normal(size=(4, 2))
    expected = np.tanh(x @ arrays[0].T + arrays[1]) @ arrays[2].T + arrays[3]
    np.testing.assert_allclose(plain(model(torch.from_numpy(x))), expected)
    read = weights_of(model)
    assert list(read) == [f"model {name} at the end" for name in ("0.weight", "0.bias", "2.weight", "2.bias")]
    for array, weight in zip(arrays, read.values(), strict=True):
        np.testing.assert_array_equal(array, weight)


@pytest.mark.parametrize(
    ("given", "kind", "values"),
    [
        ([1.0, 2.0], "numbers", [1.0, 2.0]),
        ((torch.tensor(1.0), 2.0), "tensors", [1.0, 2.0]),
        (torch.tensor([1.0, 2.0]), "tensors", [1.0, 2.0]),
        (np.array([1.0, 2.0]), "numbers", [1.0, 2.0]),
        (torch.tensor(3.0, requires_grad=True), "tensors", 3.0),
        (None, "numbers", None),
    ],
)
def test_losses_that_are_tensors_are_told_from_numbers(given, kind, values):
    assert losses(given) == {"the losses are": kind, "losses": values}


def test_what_is_required_is_named():
    require("a pair", True, 3)
    with pytest.raises(TypeError, match="it should return a pair, but returned a tuple of 3"):
        require("a pair", False, (1, 2, 3))
