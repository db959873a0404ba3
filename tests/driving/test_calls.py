"""Calling answers that are functions."""

import numpy as np
import pytest

from course_lib.driving.calls import Entries


@pytest.mark.parametrize(
    ("result", "observed"),
    [
        ((1, 2), {"one": 1, "two": 2}),
        (np.array([1, 2]), {"one": 1, "two": 2}),
        (1, {"one": 1}),
        ([1, 2, 3], {"one": 1, "two": 2, "result 3": 3}),
        (None, None),
    ],
)
def test_the_entries_of_a_result_get_names(result, observed):
    assert Entries(["one", "two"])(lambda: result, {}) == observed
