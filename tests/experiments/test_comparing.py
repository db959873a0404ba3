"""Comparisons that are fair: equal budgets, and seeds to judge on that were not tuned on."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from course_lib.descent import gradient_descent, stochastic_gradient_descent
from course_lib.experiments import EdgeOfGrid, compare, final_loss, first_below, repeat
from course_lib.problems import LinearRegression, Quadratic
from course_lib.trace import Trace

BOWL = Quadratic([1.0, 10.0])


def descent(lr: float, seed: int) -> Trace:
    return gradient_descent(BOWL, np.random.default_rng(seed).normal(size=2), lr=lr, epochs=200)


def test_the_best_rate_is_found_and_its_runs_returned() -> None:
    found = compare({"gd": descent}, [0.001, 0.18, 5.0], seeds=range(4), tuning_seeds=range(10, 13))
    assert found.best == {"gd": 0.18}
    assert found.tuning["gd"].shape == (3, 3)
    assert np.isinf(found.tuning["gd"][2]).all(), "a run that diverges scores infinity"
    assert [run.lr[0] for run in found.runs["gd"]] == [0.18] * 4
    np.testing.assert_allclose(found.scores["gd"], [run.loss[-1] for run in found.runs["gd"]])
    # judged on other seeds than tuned on
    np.testing.assert_allclose(found.runs["gd"][2].params[0], np.random.default_rng(2).normal(size=2))


@pytest.mark.parametrize("rates", [[0.001, 0.01, 5.0][:2], [0.18, 5.0], [0.18]])
def test_a_best_rate_at_the_edge_is_refused(rates: list[float]) -> None:
    with pytest.raises(
        EdgeOfGrid, match=r"the best rate for gd, 0\.\d+, is at the edge .*median scores 0\.\d+: .*at least three"
    ):
        compare({"gd": descent}, rates)


def test_a_method_that_fails_at_every_rate_has_infinite_scores_and_no_edge() -> None:
    found = compare({"gd": descent}, [5.0, 6.0])
    assert np.isinf(found.scores["gd"]).all()


def test_of_rates_that_tie_the_middle_one_is_best() -> None:
    scores = {0.1: [2.0] * 3, 0.2: [1.0] * 3, 0.3: [1.0001] * 3, 0.4: [0.9999] * 3}
    assert compare({"m": partial(fake, scores=scores)}, list(scores), seeds=[0], tuning_seeds=[3, 4, 5]).best == {"m": 0.3}


def test_other_seeds_are_tuned_on_other_seeds() -> None:
    seen: list[int] = []

    def method(lr: float, seed: int) -> Trace:
        seen.append(seed)
        return descent(lr, seed)

    compare({"gd": method}, [0.001, 0.18, 5.0], seeds=[7, 8, 9], tuning_seeds=2)
    assert seen == [1007, 1008] * 3 + [7, 8, 9]


def test_rates_may_differ_but_their_number_may_not() -> None:
    methods = {"a": descent, "b": descent}
    found = compare(methods, {"a": [0.001, 0.1, 5.0], "b": [0.001, 0.18, 5.0]})
    assert found.best == {"a": 0.1, "b": 0.18}
    with pytest.raises(ValueError, match="same number of learning rates, got a: 2, b: 1"):
        compare(methods, {"a": [0.1, 0.2], "b": [0.01]})


def fake(lr: float, seed: int, scores: dict[float, list[float]]) -> Trace:
    """A run that ends with the loss that `scores` says for its rate and tuning seed."""
    trace = descent(0.1, seed)
    return replace(trace, loss=np.append(trace.loss[:-1], scores[lr][seed % 3]))


def test_a_rate_is_chosen_by_the_median_of_its_scores() -> None:
    # 0.1 has the least score and the least sum, 0.4 the least worst score, 0.3 the least median
    scores = {0.1: [0.0, 5.0, 5.0], 0.3: [3.0, 3.0, 90.0], 0.4: [4.0, 4.0, 4.0]}
    method = partial(fake, scores=scores)
    assert compare({"m": method}, list(scores), seeds=[0], tuning_seeds=[3, 4, 5]).best == {"m": 0.3}


def test_a_score_that_is_no_number_does_not_win() -> None:
    scores = {0.1: [np.nan] * 3, 0.2: [1.0] * 3, 0.3: [2.0] * 3}
    found = compare({"m": partial(fake, scores=scores)}, list(scores), seeds=[0], tuning_seeds=[3, 4, 5])
    assert found.best == {"m": 0.2}
    assert np.isinf(found.tuning["m"][0]).all()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"methods": {}}, "methods is empty"),
        ({"seeds": []}, "seeds is empty"),
        ({"tuning_seeds": []}, "tuning_seeds is empty"),
        ({"lrs": []}, "lrs is empty"),
        ({"lrs": {"gd": []}}, "lrs is empty"),
        ({"lrs": {}}, "lrs has no rates for gd, but for none"),
        ({"lrs": {"sgd": [0.1]}}, "lrs has no rates for gd, but for sgd"),
        ({"lrs": [0.1, -1.0]}, "lr must be finite and greater than 0"),
    ],
)
def test_a_comparison_of_nothing_is_refused(change: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        compare(**{"methods": {"gd": descent}, "lrs": [0.1], **change})


def test_seeds_serve_once() -> None:
    with pytest.raises(ValueError, match=r"seeds \[3\] serve both"):
        compare({"gd": descent}, [0.1], seeds=[1, 3], tuning_seeds=[3, 4])


def test_the_score_can_be_chosen() -> None:
    found = compare({"gd": descent}, [0.01, 0.18, 5.0], score=lambda trace: first_below(trace, 1e-3, "update"))
    assert found.best["gd"] == 0.18
    assert all(score == int(score) for score in found.scores["gd"])


def test_repeat_keeps_what_a_diverging_run_recorded() -> None:
    runs = repeat(lambda seed: descent(0.1 if seed else 1e5, seed), range(3))
    assert [run.stopped.startswith("diverged") for run in runs] == [True, False, False]
    assert [np.isinf(final_loss(run)) for run in runs] == [True, False, False]


def test_first_below_counts_in_any_currency() -> None:
    x = np.arange(1.0, 6.0)
    line = LinearRegression(x, 2 * x)
    run = stochastic_gradient_descent(line, [0.0, 0.0], lr=0.01, epochs=50, rng=0)
    reached = int(np.argmax(run.loss < 0.1))
    assert first_below(run, 0.1, "update") == reached
    assert first_below(run, 0.1, "epoch") == reached / 5
    assert first_below(run, 0.1) == reached
    assert first_below(run, 0.1, "seconds") == run.seconds[reached]
    assert first_below(run, -1) == np.inf
