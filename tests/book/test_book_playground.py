"""Every step of the playground is course_lib's; its script runs here in an engine without a browser."""

from __future__ import annotations

import json
import sys
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from py_mini_racer import MiniRacer

from course_lib.experiments import run
from course_lib.optim import Parameter

BOOK = Path(__file__).parents[2] / "book"
sys.path.append(str(BOOK / "_ext"))

from course_book import playground  # noqa: E402

SCRIPT = BOOK / "_interactive" / "playground.js"
CHOICES = [(problem, optimizer) for problem in playground.PROBLEMS for optimizer in playground.OPTIMIZERS]


@cache
def engine() -> MiniRacer:
    racer = MiniRacer()
    racer.eval(SCRIPT.read_text("utf8"))
    return racer


@cache
def offered() -> dict[str, Any]:
    # what the page holds, after its way through JSON
    return json.loads(json.dumps(playground.settings()))


def descend(problem: str, optimizer: str, options: dict[str, float], schedule: str, start: list[float], updates: int) -> dict:
    """The run that the page shows, the arrays as NumPy's."""
    entry = offered()["optimizers"][optimizer]
    arguments = (
        offered()["problems"][problem],
        {"rule": entry["rule"], "options": {**entry["options"], **options}},
        {"name": schedule, "options": offered()["schedules"][schedule]},
        start,
        updates,
    )
    code = f"JSON.stringify(descend({', '.join(map(json.dumps, arguments))}))"
    shown = json.loads(engine().eval(code))
    return {key: np.array(value, dtype=float) if isinstance(value, list) else value for key, value in shown.items()}


def follow(problem: str, optimizer: str, options: dict[str, float], schedule: str, start: list[float], updates: int) -> None:
    """Compare a run of the page with course_lib's, step by step along the page's points.

    Each step starts from the page's own point, with the optimizer's memory of all the steps before: on some landscapes a
    difference in the last digit grows with every step, and would hide what is compared here.
    """
    shown = descend(problem, optimizer, options, schedule, start, updates)
    f = playground.PROBLEMS[problem]
    w = Parameter(np.array(start, dtype=float))
    ours = playground.OPTIMIZERS[optimizer].make(options)([w])
    make_schedule = playground.schedule(schedule, updates)
    rates = make_schedule(ours) if make_schedule else None
    with np.errstate(all="ignore"):
        for t, (point, loss) in enumerate(zip(shown["path"], shown["losses"], strict=True)):
            if t:
                scale = max(np.abs(point).max(), np.abs(shown["path"][t - 1]).max())
                np.testing.assert_allclose(w.data, point, rtol=1e-9, atol=1e-9 * scale, err_msg=f"step {t}")
            np.testing.assert_allclose(f.loss(point), loss, rtol=1e-9, atol=1e-12)
            if t < len(shown["rates"]):
                np.testing.assert_allclose(shown["rates"][t], ours.param_groups[0]["lr"], rtol=1e-9, atol=1e-15)
            w.data[:] = point
            w.grad = f.gradient(point)
            ours.step()
            if rates:
                rates.step()
        if shown["diverged"]:
            assert not np.isfinite(f.loss(w.data)) or not np.isfinite(w.data).all()
        else:
            assert len(shown["path"]) == updates + 1


@st.composite
def hyperparameters(draw: st.DrawFn, optimizer: str) -> dict[str, float]:
    entry = playground.OPTIMIZERS[optimizer]
    low, high = np.log10(playground.RANGES["lr"])
    options = {name: draw(st.floats(*playground.RANGES[name])) for name in entry.sliders}
    return {"lr": float(10 ** draw(st.floats(low, high))), **options}


@pytest.mark.parametrize(("problem", "optimizer"), CHOICES)
def test_every_step_is_course_libs(problem: str, optimizer: str) -> None:
    box = playground.PROBLEMS[problem].box

    @settings(max_examples=5)
    @given(start=st.tuples(*(st.floats(low, high) for low, high in box)), options=hyperparameters(optimizer))
    def check(start: tuple[float, ...], options: dict[str, float]) -> None:
        for schedule in playground.SCHEDULES:
            follow(problem, optimizer, options, schedule, list(start), 20)

    check()


@pytest.mark.parametrize(("problem", "optimizer"), CHOICES)
def test_what_is_shown_first_is_the_run_that_the_rate_was_chosen_for(problem: str, optimizer: str) -> None:
    f = playground.PROBLEMS[problem]
    options = {"lr": offered()["problems"][problem]["rates"][optimizer]}
    defaults = playground.OPTIMIZERS[optimizer].defaults
    options |= {name: float(defaults[name]) for name in playground.OPTIMIZERS[optimizer].sliders}
    shown = descend(problem, optimizer, options, "constant", f.start.tolist(), 20)
    expected = run(f, playground.OPTIMIZERS[optimizer].make(options), f.start, epochs=20)
    np.testing.assert_allclose(shown["path"], expected.params, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("updates", playground.UPDATES)
@pytest.mark.parametrize("schedule", playground.SCHEDULES)
def test_schedules_suit_every_length_that_is_offered(schedule: str, updates: int) -> None:
    options = {"lr": 0.01}
    shown = descend("Quadratic", "SGD", options, schedule, [1.0, 1.0], updates)["rates"]
    expected = run(
        playground.PROBLEMS["Quadratic"], playground.OPTIMIZERS["SGD"].make(options), [1.0, 1.0],
        epochs=updates, scheduler=playground.schedule(schedule, updates),
    ).lr  # fmt: skip
    np.testing.assert_allclose(shown, expected, rtol=1e-9, atol=1e-15)


def test_a_run_that_diverges_says_so() -> None:
    shown = descend("Rosenbrock", "SGD", {"lr": 10.0}, "constant", [-1.5, 2.0], 100)
    assert shown["diverged"] and len(shown["path"]) < 20
    assert np.isfinite(shown["losses"]).all()


@pytest.mark.parametrize("optimizer", playground.OPTIMIZERS)
def test_all_that_sliders_can_be_set_to_is_allowed(optimizer: str) -> None:
    entry = playground.OPTIMIZERS[optimizer]
    for end in (0, 1):
        options = {name: playground.RANGES[name][end] for name in ("lr", *entry.sliders)}
        entry.make(options)([Parameter(np.zeros(2))])
    for name in entry.sliders:
        low, high = playground.RANGES[name]
        assert low <= entry.defaults[name] <= high


@pytest.mark.parametrize("kept", [slice(4), slice(-4, None)])
def test_a_best_rate_at_an_end_of_the_grid_is_refused(monkeypatch: pytest.MonkeyPatch, kept: slice) -> None:
    monkeypatch.setattr(playground, "RATES", playground.RATES[kept])
    with pytest.raises(ValueError, match="SGD on Ravine: the best rate, .*, is an end of the grid"):
        playground.best_rate.__wrapped__("Ravine", "SGD")


def test_the_script_is_small_and_speaks_no_language() -> None:
    script = SCRIPT.read_text("utf8")
    assert len(script) < 19_000  # a third of that as it is sent, compressed
    words = set(offered()["text"])
    for word in words:
        assert f"text.{word}" in script, f"{word} is translated and never said"


def test_the_page_describes_what_is_offered() -> None:
    page = (BOOK / "playground.md").read_text("utf8")
    assert f"same\n{len(playground.RATES)} rates" in page
    assert playground.STARTS_WITH["updates"] == 100 and "over 100 updates" in page
    for optimizer, exponent in (("SGD", -1.5), ("SGD with momentum", -1.75)):
        assert playground.best_rate("Ravine", optimizer) == pytest.approx(10**exponent) and f"lr=10**{exponent}" in page
    curvature = playground.PROBLEMS["Ravine"].L
    assert f"valley is {curvature:.0f}" in page
