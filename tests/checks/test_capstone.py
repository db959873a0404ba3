"""The capstone's target is honest: in reach of several styles with a margin, out of reach of what comes to mind first."""

import numpy as np
import pytest

from course_lib.checks.answers import right_answers
from course_lib.checks.capstone import BUDGET, CLASSES, HIDDEN, TARGET, TRAINING, Meter, Task, pictures
from course_lib.problems import MLP

TASKS = [Task(np.random.default_rng([seed, 5])) for seed in range(8)]


def accuracies(answer):
    runs = []
    for task in TASKS:
        meter = Meter(task, BUDGET)
        runs.append(task.accuracy(answer(meter, task.start.copy(), TRAINING, BUDGET, np.random.default_rng(task.seed))))
        assert meter.evaluations <= BUDGET
    return np.array(runs)


@pytest.mark.parametrize("answer", right_answers("capstone/train"), ids=lambda answer: answer.__name__)
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


def test_the_network_is_the_one_of_the_library():
    task = TASKS[0]
    same = MLP(task.x, task.y, hidden=[HIDDEN])
    batch = np.array([3, 700, 1199])
    np.testing.assert_allclose(task.gradient(task.start, batch), same.gradient(task.start, batch), rtol=1e-9, atol=1e-12)
    assert task.loss(task.start) == pytest.approx(same.loss(task.start))
    assert task.accuracy(task.start) == same.accuracy(task.start, task.x_test, task.y_test)


def test_nothing_that_is_held_out_takes_part_in_the_training():
    _, y = pictures()
    for task in TASKS:
        assert len(task.y) + len(task.y_test) == len(y) == 1797
        assert np.array_equal(
            np.bincount(task.y, minlength=CLASSES) + np.bincount(task.y_test, minlength=CLASSES), np.bincount(y)
        )
        # standardized with the numbers of the training examples alone
        assert np.allclose(task.x.mean(axis=0), 0, atol=1e-9)
        assert set(np.round(task.x.std(axis=0), 9)) <= {0.0, 1.0}
        # class by class, as the notebook says
        assert np.array_equal(task.y, np.sort(task.y))
    assert len({tuple(task.y_test[:20]) for task in TASKS}) == len(TASKS)
