"""What is noted of answers that are handed the gradient of one example."""

import numpy as np

from course_lib.driving.functions import LeastSquaresGradient
from course_lib.driving.gradient_calls import one_example_each


def test_points_are_noted_before_an_answer_changes_them():
    rng = np.random.default_rng(1)
    case = {"gradient": LeastSquaresGradient(rng.normal(size=(5, 2)), rng.normal(size=5)), "start": np.ones(2), "lr": 0.1}

    def in_place(gradient, w, lr):
        for i in (3, np.array([1]), np.array([0, 2])):
            w -= lr * gradient(w, i)
        return w

    seen = one_example_each(in_place, case)
    assert seen["examples"][:2] == [3, 1]
    assert seen["examples"][2].tolist() == [0, 2]
    np.testing.assert_array_equal(seen["points"][0], [1, 1])
    np.testing.assert_allclose(seen["points"][1], 1 - 0.1 * case["gradient"](np.ones(2), 3))
    np.testing.assert_allclose(seen["end"], seen["points"][2] - 0.1 * case["gradient"](seen["points"][2], [0, 2]))
