"""Every claim of the book, over the seeds the book quotes, and on a seed nobody looked at as the least processor would round."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest

from course_lib.experiments.claims import SEEDS, DoesNotHold, Measured, all_claims, claim, find
from course_lib.experiments.claims.claim import Number
from course_lib.experiments.measuring import measure_all
from course_lib.experiments.variants import find_variant, kernels

CLAIMS = all_claims()
CHAPTERS = sorted({name.split("/")[0] for name in CLAIMS})
UNSEEN = 200


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


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_claims_hold_on_an_unseen_seed_with_the_least_kernel_and_noise(chapter: str) -> None:
    names = [name for name in CLAIMS if name.split("/")[0] == chapter]
    least = [*list(kernels())[:1], "dispatch", "noise"]
    found = measure_all(names, [find_variant("+".join(least))], [UNSEEN], workers=1)
    assert {outcome.claim for outcome in found} == set(names)
    assert not [f"{outcome.claim}: {failure}" for outcome in found for failure in outcome.failures]


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


def test_a_claim_about_several_seeds_gets_them_together_and_may_give_a_number_for_each() -> None:
    together = claim("test/together", "x is {x}")(lambda seeds: {"x": [2 * seed for seed in seeds], "n": len(seeds)})
    measured = together.measure((3, 4, 5))
    assert measured["x"].values == (6, 8, 10) and measured["n"].values == (3,)


def test_an_assertion_over_seeds_gets_what_it_names() -> None:
    steps = claim("test/steps", "{x} {y}")(lambda seed: {"x": seed, "y": -seed})

    @steps.over_seeds
    def _(y: Measured) -> None:
        assert y.low == -4, "the last seed is 4"

    assert steps.measure(range(5))["x"].values == (0, 1, 2, 3, 4)
    with pytest.raises(DoesNotHold, match=r"over seeds 0 to 2: the last seed is 4"):
        steps.measure(range(3))


def test_a_claim_that_does_not_hold_is_not_measured_and_says_what_it_found() -> None:
    def experiment(seed: int) -> dict[str, float]:
        if seed == 3:
            raise AssertionError("three is too many")
        return {"x": 1}

    wrong = claim("test/wrong", "x is {x}")(experiment)
    assert wrong.run(0) == {"x": 1}
    with pytest.raises(DoesNotHold, match="on seed 3: three is too many"):
        wrong.measure()


def test_an_experiment_takes_a_seed_or_seeds_or_nothing() -> None:
    with pytest.raises(TypeError, match="'test/other' may take `seed`, `seeds` or nothing, not `rng`"):
        claim("test/other", "")(lambda rng: {})


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
    assert x.mean == pytest.approx(2.002)


def test_how_often_a_number_is_below_another() -> None:
    x = Measured((1.0, 2.0, 3.0, 4.0))
    assert x.below(2.5) == 0.5
    assert x.below(Measured((2.0, 3.0, 4.0, 0.0))) == 0.75
    with pytest.raises(ValueError):
        x.below(Measured((1.0, 2.0)))
