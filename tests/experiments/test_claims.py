"""Every claim of the book, over the seeds the book quotes."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest

from course_lib.experiments.claims import SEEDS, Measured, all_claims, claim, find
from course_lib.experiments.claims.claim import Number

CLAIMS = all_claims()


def test_there_are_at_least_five_seeds() -> None:
    assert len(set(SEEDS)) >= 5


@pytest.mark.parametrize("name", CLAIMS)
def test_claim_holds_and_measures_every_number_it_states(name: str) -> None:
    measured = CLAIMS[name].measure()
    for template_field in string.Formatter().parse(CLAIMS[name].statement):
        if template_field[1] is not None:
            assert template_field[1].split(".")[0] in measured
    # formulas have braces
    sentence = re.sub(r"\$[^$]*\$", "", CLAIMS[name].statement.format(**measured))
    assert not any(word in sentence for word in ("nan", "inf ", "{", "}"))


@pytest.mark.parametrize("name", CLAIMS)
def test_claim_is_in_the_module_of_its_chapter(name: str) -> None:
    chapter = name.split("/")[0].replace("-", "_")
    assert Path(CLAIMS[name].experiment.__code__.co_filename).stem == chapter


def test_a_random_claim_is_run_once_a_seed_and_another_only_once() -> None:
    seeds: list[int] = []

    def experiment(seed: int) -> dict[str, float]:
        seeds.append(seed)
        return {"x": seed}

    assert claim("test/random", "x is {x}")(experiment).measure(range(3))["x"].values == (0, 1, 2)
    assert seeds == [0, 1, 2]
    assert claim("test/fixed", "x is {x}")(lambda: {"x": 7}).measure()["x"].values == (7,)


def test_a_claim_that_does_not_hold_is_not_measured() -> None:
    def experiment(seed: int) -> dict[str, float]:
        assert seed != 3
        return {"x": 1}

    wrong = claim("test/wrong", "x is {x}")(experiment)
    assert wrong.check(0) == {"x": 1}
    with pytest.raises(AssertionError):
        wrong.measure()


def test_two_claims_cannot_share_a_name() -> None:
    claim("test/twice", "")(lambda: {})
    with pytest.raises(ValueError, match="two claims named 'test/twice'"):
        claim("test/twice", "")(lambda: {})


def test_a_missing_claim_says_which_there_are() -> None:
    with pytest.raises(KeyError, match="no claim is called 'gradient-descent/nonsense'.*gradient-descent/limit"):
        find("gradient-descent/nonsense")


@pytest.mark.parametrize(
    ("value", "spec", "text"),
    [
        (1.5e-5, ".1e", "1.5×10⁻⁵"),
        (1e-5, ".0e", "10⁻⁵"),
        (2e12, ".0e", "2×10¹²"),
        (-0.25, ".2f", "−0.25"),
        (13300.0, "", "13,300"),
        (0.5, "", "0.5"),
        (199.0, "d", "199"),
    ],
)
def test_numbers_are_written_as_in_print(value: float, spec: str, text: str) -> None:
    assert format(Number(value), spec) == text


def test_a_measured_number_is_written_as_its_range() -> None:
    x = Measured((1.971, 2.034, 2.001))
    assert f"{x:.2f}" == "1.97 to 2.03"
    assert f"{x:.0f}" == "2"
    assert f"{x.low:.1f} {x.median:.1f} {x.high:.1f}" == "2.0 2.0 2.0"
    assert (x.low, x.median, x.high) == (1.971, 2.001, 2.034)
