"""An answer that draws must draw from the generator that it is given: the result alone does not show whether it does."""

import numpy as np
import pytest

from course_lib.checks.collecting import collect
from course_lib.checks.judging import judge


@pytest.fixture
def verdict_on(keys):
    def verdict_on(name, answer, seed=3):
        draw = keys.draw(name, seed=seed)
        return judge(draw, collect(draw.inputs, answer))

    return verdict_on


@pytest.mark.parametrize("elsewhere", [lambda n: np.random.default_rng().permutation(n), np.random.permutation])
def test_drawing_from_anywhere_else_is_named(verdict_on, elsewhere):
    assert verdict_on("stochastic-gradient-descent/epoch-order", lambda n, rng: rng.permutation(n)).passed
    verdict = verdict_on("stochastic-gradient-descent/epoch-order", lambda n, rng: elsewhere(n))
    assert verdict.misconception == "same_random_numbers_give_the_same"


def test_a_generator_made_of_the_one_given_is_a_right_one(verdict_on):
    for child in (lambda rng: rng.spawn(1)[0], lambda rng: np.random.default_rng(rng.integers(2**32))):
        assert verdict_on("stochastic-gradient-descent/draw", lambda n, rng, child=child: child(rng).integers(n)).passed


def test_changing_the_start_in_place_is_not_taken_for_chance(verdict_on):
    def answer(gradient, start, n, lr, epochs, rng):
        for _ in range(epochs):
            for i in rng.permutation(n):
                start -= lr * gradient(start, i)
        return start

    assert verdict_on("stochastic-gradient-descent/sgd", answer).kind == "changed inputs"
