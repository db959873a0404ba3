"""Pictures: what they draw, what they say to those who cannot see them, and that they come out the same every time."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import matplotlib
import numpy as np
import pytest
from matplotlib.figure import Figure

from course_lib import plots
from course_lib.autodiff import Tensor, graph
from course_lib.descent import batches, descend, exhaustive_search, gradient_descent, stochastic_gradient_descent, stopping
from course_lib.experiments import compare
from course_lib.plots import DARK, LIGHT, Picture
from course_lib.problems import DoubleWell, LinearRegression, Quadratic, Ravine, Saddle
from course_lib.trace import Trace

X = np.arange(1.0, 6.0)
ORIGIN = LinearRegression(X, 2 * X, fit_intercept=False)
LINE = LinearRegression(X, 2 * X + np.array([0.5, -0.5, 0.3, -0.3, 0.0]))
RUN = gradient_descent(LINE, [0.0, 0.0], lr=0.02, epochs=30, label="batch")
NOISY = [stochastic_gradient_descent(LINE, [0.0, 0.0], lr=0.02, epochs=30, rng=s, label="noisy") for s in range(3)]
ON_CURVE = gradient_descent(ORIGIN, [0.5], lr=0.02, epochs=5, label="down")
DECAYING = gradient_descent(LINE, [0.0, 0.0], lr=lambda t: 0.02 * 0.9**t, epochs=10, label="decaying")
COMPARED = compare({"gd": lambda lr, seed: gradient_descent(LINE, [0.0, 0.0], lr=lr, epochs=100)}, [0.01, 0.05, 1.0])

PICTURES: dict[str, Picture] = {
    "cost curve": plots.cost_curve(ORIGIN, ON_CURVE, tangents=[1.0], search=exhaustive_search(ORIGIN, [0.0, 1.0, 2.0])),
    "double well": plots.cost_curve(DoubleWell(), gradient_descent(DoubleWell(), [1.5], lr=0.05, epochs=5)),
    "contour": plots.contour(Ravine(), gradient_descent(Ravine(), Ravine().start, lr=1.9 / 50, epochs=20)),
    "contour of data": plots.contour(LINE, RUN, DECAYING),
    "no run": plots.contour(Saddle()),
    "losses": plots.losses(RUN, NOISY, lowest=LINE.loss(LINE.minimum)),
    "parameters": plots.parameters(RUN, ["w", "b"], goal=LINE.minimum),
    "learning rates": plots.learning_rates(RUN, DECAYING),
    "sensitivity": plots.sensitivity(COMPARED),
    "noise": plots.gradient_noise(LINE, [0.0, 0.0], [4, 1]),
    "line fit": plots.line_fit(LINE, {"start": [0, 0], "end": RUN.params[-1]}, residuals=True),
    "curves": plots.curves([1, 2, 3], {"a": [1, 10, 100], "b": [3, 2, 1]}, xlabel="n", ylabel="work", log="y"),
    "plane": plots.plane(
        [0, 1, 2],
        [0, 1],
        [[1, 2, 3], [2, 3, 4]],
        [1.5, 2.5],
        xlabel="lr",
        ylabel="momentum",
        lines={"limit": ([0, 2], [1, 0])},
        points={"best": (0, 0)},
        alt="The quantity rises to the right and upwards, from 1 to 4.",
    ),
}
EVERY = pytest.mark.parametrize("picture", PICTURES.values(), ids=PICTURES.keys())


def axes_of(picture: Picture):
    axes = Figure().add_subplot()
    picture.draw(axes, LIGHT)
    return axes


@EVERY
def test_a_picture_is_two_valid_drawings_that_come_out_the_same(picture: Picture) -> None:
    light, dark = picture.svg(LIGHT), picture.svg(DARK)
    assert light == picture.svg(LIGHT)
    for drawing, own, other in ((light, LIGHT, DARK), (dark, DARK, LIGHT)):
        ElementTree.fromstring(drawing)
        assert own.ink in drawing
        assert not any(color in drawing for color in {*other.series, other.ink} - {*own.series, own.ink, own.faint})
        assert "<dc:date>" not in drawing
    assert len(light) < 250_000


@EVERY
def test_a_picture_has_words(picture: Picture) -> None:
    assert len(picture.alt) > 40
    assert picture.alt.endswith(".")
    assert not re.search(r"\bnan\b|\binf\b|  |\[|None|e-\d\d ", picture.alt), picture.alt


def test_the_same_drawing_in_another_process(tmp_path: Path) -> None:
    program = (
        "from course_lib import plots; from course_lib.problems import Ravine; import hashlib;"
        "print(hashlib.sha256(plots.contour(Ravine()).svg().encode()).hexdigest())"
    )
    hashes = {
        subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout for _ in range(2)
    }
    assert len(hashes) == 1


def test_drawing_leaves_matplotlib_as_it_was() -> None:
    before = dict(matplotlib.rcParams)
    PICTURES["losses"].svg()
    assert dict(matplotlib.rcParams) == before


def test_a_notebook_shows_both_drawings_with_their_words() -> None:
    html = PICTURES["losses"]._repr_html_()
    assert html.count("<img") == 2 and html.count('alt="Loss') == 2
    assert 'class="only-light"' in html and 'class="only-dark"' in html
    row = plots.side_by_side(PICTURES["losses"], PICTURES["contour"])._repr_html_()
    assert row.count("<img") == 4
    assert PICTURES["losses"].alt in repr(PICTURES["losses"])
    escaped = Picture(lambda axes, scheme: None, alt='"<b>&')._repr_html_()
    assert 'alt="&quot;&lt;b&gt;&amp;"' in escaped


def test_words_can_be_given() -> None:
    assert plots.losses(RUN, alt="My own words.").alt == "My own words."


@pytest.mark.parametrize(
    ("against", "label"),
    [
        ("update", "updates"),
        ("epoch", "epochs"),
        ("gradient_evaluations", "gradients of single examples"),
        ("seconds", "seconds"),
    ],
)
def test_losses_are_drawn_against_any_cost(against: str, label: str) -> None:
    picture = plots.losses(RUN, against=against)
    (line,) = axes_of(picture).get_lines()
    np.testing.assert_array_equal(line.get_xdata(), getattr(RUN, against))
    np.testing.assert_array_equal(line.get_ydata(), RUN.loss)
    assert axes_of(picture).get_xlabel() == label
    assert f"after {plots.wording.number(getattr(RUN, against)[-1])} {label}" in picture.alt


def test_a_cost_on_a_logarithmic_scale_leaves_out_the_start() -> None:
    picture = plots.losses(RUN, against="update", log_cost=True)
    (line,) = axes_of(picture).get_lines()
    np.testing.assert_array_equal(line.get_xdata(), RUN.update[1:])
    np.testing.assert_array_equal(line.get_ydata(), RUN.loss[1:])
    assert axes_of(picture).get_xscale() == "log"
    assert "updates, these on a logarithmic scale" in picture.alt


def test_a_goal_is_a_dashed_line_above_the_lowest_loss() -> None:
    picture = plots.losses(RUN, lowest=0.5, goal=0.75)
    *_, finish = axes_of(picture).get_lines()
    assert set(finish.get_ydata()) == {0.25} and finish.get_linestyle() == "--"
    assert picture.alt.endswith("A dashed line marks 0.25.")
    assert "dashed" not in plots.losses(RUN, lowest=0.5).alt


def test_runs_over_seeds_are_their_median_in_a_band() -> None:
    axes = axes_of(plots.losses(NOISY))
    np.testing.assert_allclose(axes.get_lines()[0].get_ydata(), np.median([run.loss for run in NOISY], axis=0))
    band = axes.collections[0].get_paths()[0].vertices
    assert band[:, 1].min() == min(run.loss.min() for run in NOISY)
    assert band[:, 1].max() == max(run.loss.max() for run in NOISY)
    assert "median of 3 seeds" in plots.losses(NOISY).alt


def stopped_after(updates: int, **options) -> Trace:
    return gradient_descent(
        LINE, [0.0, 0.0], lr=0.02, epochs=30, stop=stopping.after_updates(updates), label="early", **options
    )  # fmt: skip


@pytest.mark.parametrize("against", ["update", "epoch", "seconds"])
def test_runs_that_end_at_different_moments_are_drawn_each_for_itself(against: str) -> None:
    runs = [stopped_after(updates) for updates in (9, 4, 6)]
    picture = plots.losses(runs, against=against)
    axes = axes_of(picture)
    assert not axes.collections
    for line, run in zip(axes.get_lines(), runs, strict=True):
        np.testing.assert_array_equal(line.get_xdata(), getattr(run, against))
        np.testing.assert_array_equal(line.get_ydata(), run.loss)


def test_the_words_for_runs_of_different_length_are_their_true_ends() -> None:
    runs = [stopped_after(updates) for updates in (9, 4, 6)]
    low, high = (plots.wording.number(LINE.loss(runs[k].params[-1])) for k in (0, 1))
    start = plots.wording.number(LINE.loss(np.zeros(2)))
    said = f"early: 3 runs, from {start} to between {low} and {high}, after between 4 and 9 updates."
    assert plots.losses(runs, against="update").alt.endswith(said)


def test_runs_recorded_at_different_moments_are_not_paired_by_row() -> None:
    runs = [stopped_after(8, record_every=every) for every in (1, 2)]
    lines = axes_of(plots.losses(runs, against="update")).get_lines()
    assert [line.get_xdata().tolist() for line in lines] == [list(range(9)), [0, 2, 4, 6, 8]]
    for line in lines:
        np.testing.assert_allclose(line.get_ydata(), runs[0].loss[line.get_xdata()])


def test_runs_with_the_same_updates_have_one_band_over_seconds() -> None:
    axes = axes_of(plots.losses(NOISY, against="seconds"))
    (line,) = axes.get_lines()
    np.testing.assert_allclose(line.get_xdata(), np.median([run.seconds for run in NOISY], axis=0))
    assert len(axes.collections) == 1


def test_a_loss_of_zero_is_left_out_on_a_logarithmic_scale() -> None:
    exact = gradient_descent(Quadratic([1.0]), [1.0], lr=1.0, epochs=2)
    assert np.isnan(axes_of(plots.losses(exact)).get_lines()[0].get_ydata()[1:]).all()
    assert axes_of(plots.losses(exact, log=False)).get_lines()[0].get_ydata()[-1] == 0


def test_the_path_lies_on_the_cost_curve() -> None:
    axes = axes_of(plots.cost_curve(ORIGIN, ON_CURVE))
    curve, path = axes.get_lines()
    np.testing.assert_array_equal(path.get_xdata(), ON_CURVE.params[:, 0])
    np.testing.assert_allclose(np.interp(path.get_xdata(), *curve.get_data()), path.get_ydata(), rtol=1e-2)


def test_a_tangent_has_the_slope_of_the_gradient() -> None:
    tangent = axes_of(plots.cost_curve(ORIGIN, window=(0, 4), tangents=[1.0])).get_lines()[1]
    (x0, x1), (y0, y1) = tangent.get_data()
    assert (y1 - y0) / (x1 - x0) == pytest.approx(ORIGIN.gradient([1.0])[0])
    assert "At 1 the slope is -22" in plots.cost_curve(ORIGIN, window=(0, 4), tangents=[1.0]).alt


def test_contours_show_paths_starts_and_minima() -> None:
    saddle = Saddle()
    run = gradient_descent(saddle, [1.0, 0.1], lr=0.1, epochs=10)
    path, start, minima = axes_of(plots.contour(saddle, run)).get_lines()
    np.testing.assert_array_equal(np.column_stack(path.get_data()), run.params)
    np.testing.assert_array_equal(np.ravel(start.get_data()), [1.0, 0.1])
    np.testing.assert_array_equal(np.column_stack(minima.get_data()), saddle.minima)
    assert "crossing the valley" in PICTURES["contour"].alt
    assert "crossing the valley" not in plots.contour(saddle, run).alt


def test_learning_rates_are_those_consumed() -> None:
    steps = axes_of(plots.learning_rates(DECAYING)).patches[0]
    np.testing.assert_allclose(steps.get_data().values, 0.02 * 0.9 ** np.arange(10))


def test_noise_clouds_lie_around_the_whole_gradient_and_shrink_with_the_batch() -> None:
    picture = plots.gradient_noise(LINE, [0.0, 0.0], [1, 16], draws=800)
    single, batch, whole, origin = axes_of(picture).get_lines()
    gradient = LINE.gradient(np.zeros(2))
    np.testing.assert_allclose(np.ravel(whole.get_data()), gradient)
    for cloud in (single, batch):
        np.testing.assert_allclose(np.mean(cloud.get_data(), axis=1), gradient, atol=0.15 * np.abs(gradient).max())
    ratio = np.std(single.get_data(), axis=1) / np.std(batch.get_data(), axis=1)
    np.testing.assert_allclose(ratio, 4, rtol=0.15)
    np.testing.assert_array_equal(np.ravel(origin.get_data()), [0, 0])


def test_sensitivity_leaves_out_what_diverged_and_says_so() -> None:
    shown = axes_of(plots.sensitivity(COMPARED)).get_lines()[0].get_ydata()
    assert np.isfinite(shown).tolist() == [True, True, False]
    assert "best at 0.05 and fails at 1 of 3 rates" in plots.sensitivity(COMPARED).alt


def test_residuals_reach_from_the_examples_to_the_line() -> None:
    bars = axes_of(plots.line_fit(LINE, {"flat": [0.0, 1.0]}, residuals=True)).collections[0].get_segments()
    np.testing.assert_allclose([bar[:, 1] for bar in bars], np.column_stack([LINE.y, np.ones(5)]))


SIX = {
    "losses": lambda six: plots.losses(*([run] for run in six)),
    "curves": lambda six: plots.curves([1, 2], {str(i): [i, i] for i in range(6)}, xlabel="x", ylabel="y", markers=True),
    "learning rates": lambda six: plots.learning_rates(*six),
    "contour": lambda six: plots.contour(LINE, *six),
    "cost curve": lambda six: plots.cost_curve(ORIGIN, *[ON_CURVE] * 6, tangents=[1.0] * 6),
    "line fit": lambda six: plots.line_fit(LINE, {str(i): run.params[-1] for i, run in enumerate(six)}),
    "noise": lambda six: plots.gradient_noise(LINE, [0.0, 0.0], range(1, 7), draws=3),
    "plane": lambda six: plots.plane(
        [0, 1], [0, 1], [[1, 2], [2, 3]], [1.5], xlabel="x", ylabel="y", alt="Rising.",
        lines={str(i): ([0, 1], [0, i]) for i in range(6)}, points={str(i): (0, i) for i in range(6)},
    ),
    "sensitivity": lambda six: plots.sensitivity(compare(
        {str(i): lambda lr, seed: gradient_descent(LINE, [0.0, 0.0], lr=lr, epochs=2) for i in range(6)}, [0.001, 0.05, 1.0]
    )),
}  # fmt: skip


@pytest.mark.parametrize("draw", SIX.values(), ids=SIX)
def test_more_series_than_colors_can_be_drawn(draw: Callable[[list[Trace]], Picture]) -> None:
    ElementTree.fromstring(draw([stopped_after(updates) for updates in range(1, 7)]).svg())


def test_a_color_that_comes_again_has_other_dashes_and_another_marker() -> None:
    looks = [(str(LIGHT.line(i)), str(LIGHT.points(i))) for i in range(25)]
    assert len({line for line, _ in looks}) == len({points for _, points in looks}) == 25


@pytest.mark.filterwarnings("error")
def test_a_method_that_fails_at_every_rate_is_told() -> None:
    failing = compare({"gd": lambda lr, seed: gradient_descent(LINE, [0.0, 0.0], lr=lr, epochs=500)}, [10.0, 20.0])
    picture = plots.sensitivity(failing)
    assert np.isnan(axes_of(picture).get_lines()[0].get_ydata()).all()
    assert picture.alt.endswith("gd fails at all of 2 rates.")


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (lambda: plots.losses([]), "at least one run of each method"),
        (lambda: plots.losses(RUN, against="epochs"), "against must be one of 'update', 'epoch', .*; got 'epochs'"),
        (lambda: plots.parameters(RUN, ["w", "b"], against="loss"), "against must be one of .*; got 'loss'"),
        (
            lambda: plots.curves([1, 2], {"a": [1, 2, 3]}, xlabel="x", ylabel="y"),
            r"curve 'a' needs .* got shape \(3,\) for x of \(2,\)",
        ),
        (lambda: plots.curves([], {"a": []}, xlabel="x", ylabel="y"), r"curve 'a' needs"),
        (lambda: plots.cost_curve(LINE), r"needs a problem with 1 parameter\(s\), got one with 2"),
        (lambda: plots.contour(ORIGIN), r"needs a problem with 2 parameter\(s\), got one with 1"),
        (lambda: plots.gradient_noise(ORIGIN, [0.0], [1]), "needs a problem with 2"),
        (lambda: plots.gradient_noise(LINE, [0.0, 0.0], [0]), "batch size must be at least 1"),
        (lambda: plots.line_fit(LinearRegression(np.eye(3), X[:3]), {}), "needs a regression on one input, got 3"),
    ],
)
def test_what_cannot_be_drawn_is_refused(draw, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        draw()


def test_long_runs_stay_small() -> None:
    long = descend(LINE, [0.0, 0.0], lr=0.01, epochs=2000, batches=batches.whole)
    assert len(plots.contour(LINE, long).svg()) < 100_000


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ([3, 2, 1], "falling all the way"),
        ([1, 2, 2], "rising all the way"),
        ([1, 1], "unchanged"),
        ([3, 1, 2], "turning between falling and rising once"),
        ([3, 1, 2, 1], "turning between falling and rising 2 times"),
    ],
)
def test_courses_are_put_into_words(values: list[float], said: str) -> None:
    assert plots.wording.course(values) == said


@pytest.mark.parametrize(
    ("value", "said"), [(0.5, "0.5"), (13300, "13,300"), (1.5e-5, "1.5e-5"), (2e9, "2e+9"), (-0.25, "-0.25")]
)
def test_numbers_are_short(value: float, said: str) -> None:
    assert plots.wording.number(value) == said


def test_a_computation_graph_names_every_node_and_gradient():
    w, x = Tensor(3.0, requires_grad=True), Tensor(2.0)
    product = w * x
    loss = product**2 + w
    loss.backward()
    picture = plots.computation_graph(graph(loss, w=w, x=x, loss=loss), gradients=True)
    assert picture.alt.startswith("A graph of 6 nodes")
    assert "w = 3, gradient 25" in picture.alt and "loss = 39" in picture.alt
    assert "<svg" in picture.svg()
