"""Gradients against central differences, Hessians against those of the gradient, minima where they are said to be."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_lib import problems
from course_lib.optim import SGD, Parameter
from course_lib.problems import numerical_gradient

FUNCTIONS = [
    problems.Quadratic([[3.0, 0.5], [0.5, 1.0]], minimum=[1.0, -2.0]),
    problems.DoubleWell(),
    problems.Saddle(),
    problems.Rosenbrock(),
    problems.Beale(),
    problems.Himmelblau(),
    problems.Plateau(),
    problems.Shelf(),
    problems.Cliff(),
    problems.Ravine(),
    problems.Ditch(),
]
each_function = pytest.mark.parametrize("function", FUNCTIONS, ids=lambda f: type(f).__name__)


def inside(function, data):
    return np.array([data.draw(st.floats(low, high)) for low, high in function.box])


@each_function
@given(data=st.data())
def test_gradient_is_the_slope_of_the_loss(function, data):
    w = inside(function, data)
    scale = max(1.0, np.abs(function.hessian(w)).max())
    assert function.gradient(w) == pytest.approx(numerical_gradient(function, w), rel=1e-5, abs=1e-5 * scale)


@each_function
@given(data=st.data())
def test_hessian_is_the_slope_of_the_gradient(function, data):
    w, h = inside(function, data), 1e-5
    columns = [(function.gradient(w + h * e) - function.gradient(w - h * e)) / (2 * h) for e in np.eye(function.d)]
    scale = max(1.0, np.abs(function.hessian(w)).max())
    assert function.hessian(w) == pytest.approx(np.array(columns), rel=1e-4, abs=1e-4 * scale)


@each_function
def test_known_minima_are_minima_and_the_first_is_the_lowest(function):
    losses = [function.loss(w) for w in function.minima]
    assert len(losses) > 0
    assert min(losses) == pytest.approx(losses[0], abs=1e-12)
    for w in function.minima:
        assert function.gradient(w) == pytest.approx(np.zeros(function.d), abs=1e-9)
        assert np.linalg.eigvalsh(function.hessian(w)).min() > 0


@each_function
def test_box_shows_minima_and_start(function):
    for point in [*function.minima, function.start]:
        for value, (low, high) in zip(point, function.box, strict=True):
            assert low <= value <= high


@each_function
def test_value_can_be_drawn_on_a_grid(function):
    axes = np.meshgrid(*[np.linspace(low, high, 4) for low, high in function.box], indexing="ij")
    grid = np.array(axes)
    values = function.value(grid)
    assert values.shape == grid.shape[1:]
    corner = grid[(slice(None), *[-1] * function.d)]
    assert values[(-1,) * function.d] == pytest.approx(function.loss(corner))


@each_function
def test_a_point_of_wrong_shape_is_refused(function):
    with pytest.raises(ValueError, match="variable"):
        function.loss(np.zeros(function.d + 1))


def test_quadratic_knows_its_curvature():
    bowl = problems.Quadratic([1.0, 4.0, 100.0])
    assert (bowl.L, bowl.condition_number) == (100.0, 100.0)
    assert problems.Quadratic([1.0, -3.0]).L == 3.0
    assert problems.Quadratic([1.0, 0.0]).condition_number == np.inf
    assert len(problems.Quadratic([1.0, -3.0]).minima) == 0


@pytest.mark.parametrize(
    ("A", "message"),
    [
        ([[1.0, 2.0], [0.0, 1.0]], "symmetric"),
        ([[1.0, 2.0]], "symmetric"),
        ([], "empty"),
        ([1.0, np.nan], "nan at index 1"),
    ],
)
def test_quadratic_refuses_what_is_no_hessian(A, message):
    with pytest.raises(ValueError, match=message):
        problems.Quadratic(A)


def test_double_well_has_a_hill_between_its_wells():
    well = problems.DoubleWell()
    assert well.minima[0] < well.hilltop < well.minima[1]
    assert well.gradient(well.hilltop) == pytest.approx([0], abs=1e-9)
    assert well.hessian(well.hilltop) < 0


@each_function
def test_nobody_can_change_a_function_for_all_others(function):
    w = function.start.copy()
    loss, hessian = function.loss(w), function.hessian(w)
    for array in (function.start, function.minima):
        with pytest.raises(ValueError, match="read-only. Use a copy"):
            SGD([Parameter(array)], lr=0.1)
        with pytest.raises(ValueError, match="read-only"):
            array += 1
    function.hessian(w)[:] = 0
    assert function.loss(w) == loss
    np.testing.assert_array_equal(function.hessian(w), hessian)


def test_a_problem_leaves_the_arrays_it_is_made_from_writable():
    A, minimum = np.eye(2), np.zeros(2)
    bowl = problems.Quadratic(A, minimum)
    A[0, 0] = minimum[0] = 7.0
    assert bowl.loss([1.0, 0.0]) == 0.5


def test_what_a_regression_knows_of_itself_cannot_be_moved():
    line = problems.LinearRegression([1.0, 2.0, 3.0], [2.0, 4.0, 7.0])
    for array in (line.minimum, line.hessian):
        with pytest.raises(ValueError, match="read-only"):
            array += 1
