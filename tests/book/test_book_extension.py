"""The parts of the book's Sphinx extension that can be tried without a build."""

from __future__ import annotations

import inspect
import sys
from pathlib import Path

import numpy as np
import pytest
from py_mini_racer import JSEvalException, MiniRacer

from course_lib.descent import best_momentum, descent, gradient_descent, momentum_factor
from course_lib.experiments import run
from course_lib.optim import SGD
from course_lib.problems import Quadratic

BOOK = Path(__file__).parents[2] / "book"
sys.path.append(str(BOOK / "_ext"))

from course_book import freshness, interactive, katex  # noqa: E402
from course_book.source import source_of  # noqa: E402


def test_source_leaves_out_the_docstring_and_nothing_else() -> None:
    name = "course_lib.problems.regression.LinearRegression.gradient"
    shown = source_of(name)
    assert shown.startswith("def gradient(self") and shown.endswith("return 2 / len(y) * X.T @ (X @ w - y)")
    whole = source_of("course_lib.descent.descent.gradient_descent", docstring=True)
    assert whole == inspect.getsource(descent.gradient_descent).rstrip()
    assert '"""' not in source_of("course_lib.descent.descent.gradient_descent")


def test_source_cuts_to_the_lines_asked_for() -> None:
    cut = source_of("course_lib.descent.descent.descend", start="for _ in range(epochs)", end="w -= eta")
    assert cut.splitlines()[0] == "for _ in range(epochs):"
    assert cut.splitlines()[-1].strip() == "w -= eta * gradient"
    with pytest.raises(ValueError, match="has no line with 'nonsense'"):
        source_of("course_lib.descent.descent.descend", start="nonsense")


def test_source_shows_classes_and_properties() -> None:
    assert source_of("course_lib.trace.DivergenceError").startswith("class DivergenceError")
    assert "return len(self.lr)" in source_of("course_lib.trace.Trace.updates")


def test_formulas_are_set_with_mathml_beside_them() -> None:
    html = katex.render(r"\frac{1}{n}", display=True)
    assert "<mfrac>" in html and "katex-display" in html
    assert "katex-display" not in katex.render("x", display=False)
    with pytest.raises(JSEvalException):
        katex.render(r"\nonsense", display=False)


def test_a_digest_sees_names_and_contents(tmp_path: Path) -> None:
    file = tmp_path / "a.py"
    file.write_text("1")
    before = freshness.digest(tmp_path, [file])
    assert freshness.digest(tmp_path, [file]) == before
    assert freshness.digest(tmp_path, [file], ["numpy 3"]) != before
    file.write_text("2")
    assert freshness.digest(tmp_path, [file]) != before
    renamed = file.rename(tmp_path / "b.py")
    renamed.write_text("1")
    assert freshness.digest(tmp_path, [renamed]) != before


@pytest.mark.parametrize("multiple", [0.02, 0.5, 1.0, 1.8, 2.0, 2.3])
def test_every_step_of_the_learning_rate_figure_is_course_libs(multiple: float) -> None:
    settings = interactive.learning_rate()
    script = MiniRacer()
    script.eval((BOOK / "_interactive" / "learning-rate.js").read_text())
    rate = multiple / settings["curvature"]
    shown = np.array(list(script.call("descend", settings, rate, 200)), dtype=float)
    parabola = Quadratic([settings["curvature"]], minimum=[settings["minimum"]])
    expected = gradient_descent(parabola, [settings["start"]], lr=rate, epochs=200).params[:, 0]
    np.testing.assert_allclose(shown, expected, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(
    ("multiple", "said"),
    [(0.05, "crawls"), (0.5, "converges"), (1, "arrives"), (1.5, "oscillates"), (2, "for ever"), (2.1, "diverges")],
)
def test_the_learning_rate_figure_names_the_behavior(multiple: float, said: str) -> None:
    script = MiniRacer()
    script.eval((BOOK / "_interactive" / "learning-rate.js").read_text())
    assert said in interactive.learning_rate()["words"][script.call("behavior", multiple)]


@pytest.fixture(scope="module")
def momentum_script() -> MiniRacer:
    script = MiniRacer()
    script.eval((BOOK / "_interactive" / "momentum-plane.js").read_text())
    return script


@pytest.mark.parametrize("nesterov", [False, True])
@pytest.mark.parametrize(("multiple", "momentum"), [(0.02, 0.5), (1.0, 0.8), (1.3, 0.95), (3.0, 0.6), (4.0, 0.99)])
def test_every_step_of_the_momentum_figure_is_course_libs(
    momentum_script: MiniRacer, multiple: float, momentum: float, nesterov: bool
) -> None:
    settings = interactive.momentum_plane()
    lr = multiple / settings["steep"]
    shown = [list(point) for point in momentum_script.call("descend", settings, lr, momentum, nesterov, 80)]
    valley = Quadratic([settings["flat"], settings["steep"]])
    expected = run(
        valley, lambda params: SGD(params, lr=lr, momentum=momentum, nesterov=nesterov), [settings["x"], settings["y"]], epochs=80
    )
    np.testing.assert_allclose(np.array(shown, dtype=float), expected.params, rtol=1e-9, atol=1e-12)
    factor = momentum_script.call("factor", lr, settings["steep"], momentum, nesterov)
    assert factor == pytest.approx(float(momentum_factor(lr, settings["steep"], momentum, nesterov)))


def test_the_momentum_figure_names_the_behavior(momentum_script: MiniRacer) -> None:
    settings = interactive.momentum_plane()

    def said(multiple: float, momentum: float, nesterov: bool = False) -> str:
        return momentum_script.call("behavior", settings, multiple / settings["steep"], momentum, nesterov)

    assert "diverges" in said(2.01, 0) and "diverges" not in said(2.01, 0.1)
    assert "no nearer" in said(2, 0)
    assert "crawls" in said(0.1, 0) and "jumps" in said(1.95, 0) and "swings" in said(1, 0.95)
    assert "diverges" in said(1.5, 0.9, True)
    lr, momentum = best_momentum(Quadratic([settings["flat"], settings["steep"]]).A)
    assert "converges" in said(lr * settings["steep"], momentum)
