from __future__ import annotations

import numpy as np
import pytest

from course_lib.autodiff import Tensor, gradient_check


def scaled(x: Tensor, factor: float) -> Tensor:
    """x², with a gradient that is `factor` times the right one."""
    return Tensor._record("square", x.data**2, (x, lambda g: factor * 2 * g * x.data))


@pytest.mark.parametrize("size", [1e-8, 1.0, 1e8])
@pytest.mark.parametrize("shape", [(), (3,), (2, 3), (0,)])
def test_right_gradient(shape, size):
    x = size * np.random.default_rng(0).standard_normal(shape)
    assert gradient_check(lambda x: (x**2).sum(), x) < 1e-7


@pytest.mark.parametrize("factor", [0.0, 0.5, -1.0, 0.99, 1.0001])
def test_wrong_gradient_is_measured(factor):
    expected = abs(1 - factor) / (1 + abs(factor))
    assert gradient_check(lambda x: scaled(x, factor), [1.0, -3.0]) == pytest.approx(expected, rel=1e-3)


def test_one_wrong_argument_among_several():
    assert gradient_check(lambda a, b: a + scaled(b, 1.0), [1.0], [2.0]) < 1e-7
    assert gradient_check(lambda a, b: a + scaled(b, 2.0), [1.0], [2.0]) > 0.3


def test_errors_that_would_cancel_in_a_sum_are_found():
    def swapped(x: Tensor) -> Tensor:
        return Tensor._record("swap", x.data.copy(), (x, lambda g: g[::-1]))

    assert gradient_check(lambda x: swapped(x).sum(), [1.0, 2.0]) < 1e-7
    assert gradient_check(swapped, [1.0, 2.0]) > 0.1


def test_argument_without_influence():
    assert gradient_check(lambda a, b: (a**2).sum(), [1.0, 2.0], [3.0]) < 1e-7


def test_nothing_is_changed():
    x = np.array([1.0, 1 / 3])
    seen = []
    gradient_check(lambda t: seen.append(t.data.copy()) or (t**2).sum(), x)
    np.testing.assert_array_equal(x, [1.0, 1 / 3])
    np.testing.assert_array_equal(seen[0], x)
