"""The patients of the clinic have what their diagnosis says, and show it."""

import numpy as np
import pytest

from course_lib import descent
from course_lib.checks.clinic import stands_out
from course_lib.checks.patients import CODE, CURVES, curve, diagnosis, listing
from course_lib.problems import LinearRegression


def patients(fault, among, how_many):
    """The first patients with a fault who are clear cases."""
    found = (p for p in range(10_000, 100_000) if diagnosis(p, among) == fault and (among is CODE or stands_out(p)))
    return [next(found) for _ in range(how_many)]


# what an eye sees, in numbers: where the curve ends, how low it gets, how often it turns, whether each epoch repeats the last
def signs(patient):
    losses, least = curve(patient)
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

    assert all(map(looks_like_it, patients(fault, CURVES, 20)))
    for other in set(CURVES) - {fault}:
        assert not any(map(looks_like_it, patients(other, CURVES, 10))), other


def run(fault, batch_size=4, n=10):
    namespace = {"np": np}
    exec(listing(patients(fault, CODE, 1)[0]), namespace)
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
    assert fault not in listing(patients(fault, CODE, 1)[0])


def test_what_an_epoch_is():
    lengths = {}
    for fault in CODE:
        x, y, train = run(fault)
        lengths[fault] = len(train(x, y, 0.01, 4, 3, np.random.default_rng(1)))
    assert lengths.pop("one update an epoch") == 3
    assert lengths.pop("last batch left out") == 6
    assert set(lengths.values()) == {9}
