import numpy as np
import pytest

from course_lib.descent import exhaustive_search
from course_lib.problems import LinearRegression, Quadratic


def test_it_finds_the_best_of_all_candidates_and_counts_them():
    bowl = Quadratic([1.0, 5.0], minimum=[0.3, -0.7])
    a, b = np.linspace(-2, 2, 21), np.linspace(-1, 1, 11)
    result = exhaustive_search(bowl, a, b)
    assert result.evaluations == 21 * 11
    brute = min((bowl.loss(np.array([p, q])), p, q) for p in a for q in b)
    assert (result.best_loss, *result.best) == brute
    assert result.loss.min() == result.best_loss


def test_of_equal_candidates_the_first_is_kept():
    assert exhaustive_search(Quadratic([1.0]), [-1.0, 1.0]).best.tolist() == [-1.0]


@pytest.mark.parametrize(
    ("axes", "message"),
    [
        ([], r"one axis .* each of the 1 parameter\(s\), got 0"),
        ([[1.0], [2.0]], "got 2"),
        ([[]], "axis 0 is empty"),
        ([[np.nan]], "axis 0 holds nan"),
    ],
)
def test_bad_axes_are_refused(axes, message):
    with pytest.raises(ValueError, match=message):
        exhaustive_search(LinearRegression([1.0], [1.0], fit_intercept=False), *axes)


def test_too_many_candidates_are_refused_before_they_are_made():
    axis = np.linspace(0, 1, 1000)
    with pytest.raises(ValueError, match=r"1000 x 1000 x 1000 = 1,000,000,000 candidates.*gradient descent"):
        exhaustive_search(Quadratic([1.0, 1.0, 1.0]), axis, axis, axis)
