"""What an assertion that failed had compared.

PYTEST_DONT_REWRITE: pytest would put a message of its own into the assertions below, which a claim does not have.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from course_lib.experiments.claims.explaining import explain

LIMIT = 3


def simple(x: float) -> None:
    assert x < 0.5


def several(x: float) -> None:
    assert x > 0 and 1 < x < LIMIT and x < 9


def each(x: float) -> None:
    assert all(x * k < 10 for k in range(1, 5))


def whole(x: float) -> None:
    assert np.all(np.arange(3) < np.array([x, 5.0, 0.5]))


def near(x: float) -> None:
    assert np.isclose(x, 3)


def none(x: float) -> None:
    assert not any(x * k > 10 for k in range(1, 5))


def on_two_lines(x: float) -> None:
    values = {"a": x}
    assert (
        values["a"]
        < 0.5
    ), "too large"  # fmt: skip


def passed_on(x: float) -> None:
    np.testing.assert_allclose(x, 1.0)


@pytest.mark.parametrize(
    ("claim", "message"),
    [
        (simple, "assert x < 0.5, where x = 4"),
        (several, "assert x > 0 and 1 < x < LIMIT and (x < 9), where x = 4, LIMIT = 3"),
        (each, "assert all((x * k < 10 for k in range(1, 5))), where x * k = 4, x * k = 8, x * k = 12"),
        (whole, "where np.arange(3) = [0, 1, 2], np.array([x, 5.0, 0.5]) = [4. , 5. , 0.5]"),
        (near, "assert np.isclose(x, 3), where np.isclose(x, 3) = False, x = 4"),
        (none, "where x * k = 4, x * k = 8, x * k = 12"),
        (on_two_lines, "too large: assert values['a'] < 0.5, where values['a'] = 4"),
        (passed_on, "Mismatched elements: 1 / 1"),
    ],
)
def test_the_numbers_compared_are_shown(claim: Callable[[float], None], message: str) -> None:
    with pytest.raises(AssertionError) as caught:
        claim(4.0)
    found = explain(caught.value)
    assert message in found, found


def test_what_cannot_be_evaluated_twice_is_said() -> None:
    once = iter([4])

    def failing() -> None:
        assert next(once) < 3

    with pytest.raises(AssertionError) as caught:
        failing()
    found = explain(caught.value)
    assert "assert next(once) < 3, where (evaluated again it fails: StopIteration())" in found, found
