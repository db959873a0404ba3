"""Newton's method."""

from __future__ import annotations

import numpy as np
import pytest

from course_lib.descent import DivergenceError, newton, newton_step
from course_lib.problems import Beale, Plateau, Quadratic, Rosenbrock, Saddle


def symmetric(rng: np.random.Generator, eigenvalues: list[float]) -> np.ndarray:
    q = np.linalg.qr(rng.normal(size=(len(eigenvalues), len(eigenvalues))))[0]
    return q @ np.diag(eigenvalues) @ q.T


@pytest.mark.parametrize("seed", range(5))
def test_one_step_solves_a_quadratic_of_any_conditioning(seed: int) -> None:
    rng = np.random.default_rng(seed)
    bowl = Quadratic(symmetric(rng, [1.0, 10.0, 1e5]), rng.normal(size=3))
    trace = newton(bowl, rng.normal(size=3), updates=1)
    assert np.allclose(trace.params[-1], bowl.minimum, atol=1e-8)


@pytest.mark.parametrize("seed", range(5))
def test_downhill_turns_the_step_along_negative_curvatures_only(seed: int) -> None:
    rng = np.random.default_rng(seed)
    H, g = symmetric(rng, [-2.0, 0.5, 3.0]), rng.normal(size=3)
    plain, down = newton_step(g, H), newton_step(g, H, downhill=True)
    assert np.allclose(H @ plain, -g)
    assert np.allclose(symmetric(np.random.default_rng(seed), [2.0, 0.5, 3.0]) @ down, -g)
    assert g @ down < 0


@pytest.mark.parametrize("problem", [Rosenbrock(), Beale()])
def test_converges_near_a_minimum(problem: Rosenbrock | Beale) -> None:
    trace = newton(problem, problem.minima[0] + 0.05, updates=8)
    assert np.allclose(trace.params[-1], problem.minima[0], atol=1e-12)
    assert trace.updates == 8 and trace.gradient_evaluations[-1] == 8


def test_plain_newton_goes_to_the_saddle_and_downhill_leaves_it() -> None:
    assert np.allclose(newton(Saddle(), [1.0, 0.3], updates=10).params[-1], 0)
    assert np.allclose(newton(Saddle(), [1.0, 0.3], updates=20, downhill=True).params[-1], [0, 1])


def test_a_singular_hessian_is_a_divergence() -> None:
    with pytest.raises(DivergenceError, match="no finite step at update 1"):
        newton(Plateau(), [1.0], updates=3)
    with pytest.raises(np.linalg.LinAlgError):
        newton_step(np.ones(2), np.diag([1.0, 0.0]), downhill=True)
