"""Networks that are trained within a budget, and what is noted of the training."""

import numpy as np
import pytest

from course_lib.driving.training import CLASSES, DIGITS, DigitsNetwork, train_each
from course_lib.problems import digits

NETWORKS = [DigitsNetwork(seed, 1200, 32, 200) for seed in range(8)]


def case(networks=NETWORKS[:1]):
    return {"tasks": networks, "n": 1200, "budget": 200}


def descent(size, updates, end=lambda w: w):
    def answer(gradient, w, n, budget, rng):
        for _ in range(updates):
            w = w - 0.1 * gradient(w, rng.integers(n, size=size))
        return end(w)

    return answer


def test_nothing_that_is_held_out_takes_part_in_the_training():
    everything = digits()
    of_each_class = np.bincount(np.concatenate([everything.y, everything.y_test]))
    for network in NETWORKS:
        split = network.split
        assert (len(split.y), len(split.y_test)) == (1200, DIGITS - 1200)
        assert np.array_equal(
            np.bincount(split.y, minlength=CLASSES) + np.bincount(split.y_test, minlength=CLASSES), of_each_class
        )
        # standardized with the numbers of the training examples alone
        assert np.allclose(split.x.mean(axis=0), 0, atol=1e-9)
        assert set(np.round(split.x.std(axis=0), 9)) <= {0.0, 1.0}
        # class by class, as the notebook says
        assert np.array_equal(split.y, np.sort(split.y))
    assert len({tuple(network.split.y_test[:20]) for network in NETWORKS}) == len(NETWORKS)


def test_pictures_and_labels_stay_together():
    network = NETWORKS[0]
    split = digits(0, test_fraction=1 - 1200 / DIGITS)

    def pairs(x, y):
        return {(*picture, label) for picture, label in zip(x.tolist(), y.tolist(), strict=True)}

    assert pairs(network.split.x, network.split.y) == pairs(split.x, split.y)


def test_it_is_said_what_a_network_is():
    assert NETWORKS[0].shown == "1200 digits to train with, 597 held out"


def test_starts_and_random_numbers_differ_from_network_to_network():
    assert len({tuple(network.start()[:5]) for network in NETWORKS}) == len(NETWORKS)
    assert len({network.seed_of_the_run() for network in NETWORKS}) == len(NETWORKS)
    assert np.array_equal(NETWORKS[0].start(), DigitsNetwork(0, 1200, 32, 200).start())


@pytest.mark.parametrize(
    ("w", "batch", "error", "message"),
    [
        (np.zeros(3), [0], ValueError, r"w must be an array of shape \(2410,\), got shape \(3,\)"),
        (np.zeros(2410), [], ValueError, "at least one"),
        (np.zeros(2410), [0.5], ValueError, "a batch is an array of example numbers"),
        (np.zeros(2410), [[0]], ValueError, "a batch is an array of example numbers"),
        (np.zeros(2410), [1200], IndexError, "the examples have the numbers 0 to 1199, the batch holds 1200 to 1200"),
        (np.zeros(2410), [-1], IndexError, "the batch holds -1 to -1"),
    ],
)
def test_a_gradient_that_cannot_be_asked_for(w, batch, error, message):
    with pytest.raises(error, match=message):
        NETWORKS[0].gradient(w, batch)
    with pytest.raises(error, match=message):
        train_each(lambda gradient, *rest: gradient(w, batch), case())


def test_what_a_run_used_is_noted():
    (run,) = train_each(descent(size=10, updates=20), case())
    assert (run["evaluations"], run["updates"], run["examples"].shape) == (200, 20, (200,))
    assert run["accuracy"] == NETWORKS[0].accuracy(run["w"])
    assert len(run["training loss"]) == 5
    assert run["training loss"][0] == NETWORKS[0].loss(NETWORKS[0].start())
    assert run["training loss"][-1] == NETWORKS[0].loss(run["w"])


def test_a_run_gets_no_gradient_beyond_the_budget_and_ends_far_beyond_it():
    w_at_200 = train_each(descent(size=10, updates=20), case())[0]["w"]
    (beyond,) = train_each(descent(size=10, updates=40), case())
    assert beyond["evaluations"] == 400
    assert np.array_equal(beyond["w"], w_at_200)
    (endless,) = train_each(descent(size=10, updates=10_000), case())
    assert (endless["evaluations"], endless["w"]) == (610, None)


@pytest.mark.parametrize("nothing", [None, "w", 3.0, np.zeros(2)])
def test_what_is_no_network_has_no_accuracy(nothing):
    (run,) = train_each(descent(1, 1, end=lambda w: nothing), case())
    assert run["accuracy"] is None
    assert run["training loss"] == []
    assert run["w"] is nothing
