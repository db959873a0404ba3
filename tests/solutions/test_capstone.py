"""The capstone's target is honest: in reach of several styles with a margin, out of reach of what comes to mind first."""

import json
from pathlib import Path

import numpy as np
import pytest

from course_lib.checks.inputs import Inputs
from course_lib.checks.keys import Keys
from course_lib.checks.properties.trained_networks import TARGET
from course_lib.driving.training import DigitsNetwork, Meter

KEYS = Keys.read(Path(__file__).parents[2] / "solutions")
(CASE,) = KEYS.question("capstone/train").draw_cases(0)
TRAINING, BUDGET, HIDDEN = CASE["n"], CASE["budget"], CASE["tasks"][0].hidden
NETWORKS = [DigitsNetwork(seed, TRAINING, HIDDEN, BUDGET) for seed in range(8)]


def accuracies(answer):
    runs = []
    for network in NETWORKS:
        start = network.start()
        meter = Meter(network, start.shape, TRAINING, BUDGET)
        w = answer(meter, start, TRAINING, BUDGET, np.random.default_rng(network.seed_of_the_run()))
        runs.append(network.accuracy(w))
        assert meter.evaluations <= BUDGET
    return np.array(runs)


@pytest.mark.parametrize("answer", KEYS.right_answers("capstone/train"), ids=lambda answer: answer.__name__)
def test_every_right_answer_clears_the_target_by_a_margin(answer):
    found = accuracies(answer)
    # the check averages three runs: three of their standard errors lie between the mean and the target
    assert found.mean() - TARGET > 3 * found.std(ddof=1) / np.sqrt(3)


def first_idea(lr, batch_size, adam=False):
    """One constant rate from beginning to end."""

    def train(gradient, w, n, budget, rng):
        m, v = np.zeros_like(w), np.zeros_like(w)
        for t in range(1, budget // batch_size + 1):
            g = gradient(w, rng.choice(n, batch_size, replace=False))
            m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
            w = w - lr * (m / (1 - 0.9**t) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8) if adam else g)
        return w

    return train


@pytest.mark.parametrize(
    "idea",
    [
        first_idea(0.001, 32, adam=True),
        first_idea(0.01, 32),
        first_idea(0.001, 8),
        first_idea(0.5, TRAINING),
        first_idea(0.01, 256, adam=True),
    ],
    ids=["Adam as it comes", "SGD 0.01", "SGD 0.001", "full batches", "Adam, large batches"],
)
def test_what_comes_to_mind_first_misses_it(idea):
    assert accuracies(idea).mean() < TARGET - 0.03


def test_the_network_is_the_one_whose_gradient_was_asked_for():
    network, batch = NETWORKS[0], np.array([3, 700, 1199])
    w = network.start()
    gradient_of = KEYS.question("capstone/gradient").reference
    _, parts = gradient_of(network.layers(w), network.split.x[batch], network.split.y[batch])
    np.testing.assert_allclose(
        network.gradient(w, batch), np.concatenate([part.ravel() for part in parts]), rtol=1e-9, atol=1e-12
    )
    loss, _ = gradient_of(network.layers(w), network.split.x, network.split.y)
    assert network.loss(w) == pytest.approx(loss)
    W1, b1, W2, b2 = network.layers(w)
    scores = np.maximum(0, network.split.x_test @ W1 + b1) @ W2 + b2
    assert network.accuracy(w) == KEYS.question("capstone/accuracy").reference(scores, network.split.y_test)


def test_every_case_survives_being_sent():
    for question in KEYS.questions("capstone").values():
        sent = json.loads(json.dumps(question.inputs(3, "ada").to_json()))
        assert Inputs.from_json(sent).to_json() == sent


def test_the_networks_of_each_draw_are_others():
    drawn = [network.seed for seed in range(5) for network in KEYS.question("capstone/train").draw_cases(seed)[0]["tasks"]]
    assert len(set(drawn)) == len(drawn) == 15
