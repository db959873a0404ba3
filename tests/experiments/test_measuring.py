"""Measuring claims on other seeds and as other machines would round."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest

from course_lib.experiments import measuring
from course_lib.experiments.claims.claim import Claim, Measured
from course_lib.experiments.variants import NOISE, dispatched, find_variant, kernels, noisy, variants

QUICK = "momentum/thousand"


@pytest.mark.parametrize(
    ("seeds", "expected"),
    [
        (range(100, 120), [range(100, 105), range(105, 110), range(110, 115), range(115, 120)]),
        (range(7), [range(7)]),
        ([3], [range(3, 8)]),
        ([9, 2], [[9, 2, 3, 4, 5]]),
        (range(12), [range(5), range(5, 12)]),
    ],
)
def test_seeds_are_measured_in_groups_as_large_as_the_books(seeds: range | list, expected: list) -> None:
    assert measuring.groups(list(seeds)) == [tuple(group) for group in expected]


def test_a_claim_about_one_seed_fails_on_those_where_it_does_not_hold() -> None:
    def experiment(seed: int) -> dict[str, float]:
        if seed == 5:
            raise ZeroDivisionError("nothing to divide by")
        assert seed % 4
        return {"x": seed}

    runs, failures = measuring.measure(Claim("test/some", "", experiment), range(1, 9))
    assert runs == 8
    assert [failure.split(":")[0] for failure in failures] == ["on seed 4", "(5,)", "on seed 8"]


def test_a_claim_over_seeds_is_judged_on_each_group_and_on_all() -> None:
    judged: list[int] = []
    some = Claim("test/groups", "", lambda seed: {"x": seed})

    @some.over_seeds
    def _(x: Measured) -> None:
        judged.append(len(x.values))
        assert x.low > 4

    runs, failures = measuring.measure(some, range(10))
    assert (runs, judged) == (10, [5, 5, 10])
    assert [failure.split(":")[0] for failure in failures] == ["over seeds 0 to 4", "over seeds 0 to 9"]


def test_a_claim_about_seeds_together_is_run_on_each_group() -> None:
    runs, failures = measuring.measure(Claim("test/seeds", "", lambda seeds: {"x": seeds}), range(10))
    assert (runs, failures) == (2, [])


def test_a_claim_without_chance_is_run_once() -> None:
    assert measuring.measure(Claim("test/fixed", "", lambda: {"x": 1}), range(10)) == (1, [])


def test_every_claim_named_is_measured_under_every_variant(capsys: pytest.CaptureFixture) -> None:
    status = measuring.main([QUICK, "backpropagation/three-examples", "--seeds", "7,8", "--variants", "as-it-is,noise"])
    said = capsys.readouterr().out
    assert status == 0, said
    assert "2 claims, 2 seeds, 2 variants: 6 runs, 0 failures. Every claim holds." in said
    assert [line.split() for line in said.splitlines() if line.startswith(QUICK)] == [[QUICK, "2", "2", "4", "0"]]


def test_a_failure_is_in_the_table_with_its_numbers() -> None:
    found = [
        measuring.Outcome(QUICK, "as-it-is", 2, []),
        measuring.Outcome(QUICK, "noise", 2, ["on seed 7: assert x < 1, where x = 2"]),
    ]
    said = measuring.table(found, [7, 8])
    assert f"{QUICK} under noise: on seed 7: assert x < 1, where x = 2" in said
    assert said.endswith("1 claims, 2 seeds, 2 variants: 4 runs, 1 failures of 1 claims.")


def test_a_process_that_ends_early_is_a_failure_of_what_it_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measuring.sys, "executable", "/bin/false")
    (outcome,) = measuring.outcomes([QUICK], variants()["as-it-is"], [7])
    assert outcome.failures == ["the process ended with status 1: no message"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["momentum/nonsense"], "no claim is called 'momentum/nonsense'; there are: .*momentum/thousand"),
        (["--variants", "nonsense"], "no variant or kernel is called 'nonsense' on this machine; there are: as-it-is, .*noise"),
        (["--seeds", "nonsense"], "seeds are different whole numbers such as 100-119 or 7,9,11; got 'nonsense'"),
        (["--seeds", "5-3"], "seeds are different whole numbers"),
        (["--seeds", "3-"], "seeds are different whole numbers"),
        (["--seeds", "3,3"], "seeds are different whole numbers"),
        (["--workers", "0"], "workers is a number of processes, 1 or more; got '0'"),
    ],
)
def test_bad_arguments_are_told(arguments: list[str], message: str, capsys: pytest.CaptureFixture) -> None:
    import re

    with pytest.raises(SystemExit):
        measuring.main(arguments)
    assert re.search(message, capsys.readouterr().err)


# -- variants ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", kernels())
def test_a_kernel_that_is_asked_for_runs(name: str) -> None:
    code = "import numpy, threadpoolctl; print([i.get('architecture') for i in threadpoolctl.threadpool_info()])"
    environment = {**os.environ, **find_variant(name).environment}
    assert kernels()[name] in subprocess.check_output([sys.executable, "-c", code], env=environment, text=True)


def test_kernels_are_different() -> None:
    assert len(set(kernels().values())) == len(kernels())


@pytest.mark.skipif(not dispatched(), reason="NumPy uses no more here than every processor of this kind has")
def test_dispatch_takes_numpys_instructions_away() -> None:
    code = "from course_lib.experiments.variants import dispatched; print(dispatched())"
    environment = {**os.environ, **find_variant("dispatch").environment}
    assert not subprocess.check_output([sys.executable, "-c", code], env=environment, text=True).strip()


def test_variants_can_be_joined() -> None:
    names = ["dispatch", "noise"]
    both = find_variant("+".join(names))
    assert both.noise and both.environment == variants()["dispatch"].environment and both.name == "dispatch+noise"


def test_noise_is_small_uniform_and_the_same_for_the_same_number() -> None:
    x = np.random.default_rng(0).normal(size=10_000)
    u = (noisy(x) / x - 1) / NOISE
    assert np.abs(u).max() < 1.01 and abs(u.mean()) < 0.05 and 0.55 < u.std() < 0.6
    np.testing.assert_array_equal(noisy(x), noisy(x))
    assert abs(np.corrcoef(u[1:], u[:-1])[0, 1]) < 0.05
    assert noisy(0.0) == 0 and noisy(np.float32(1)).dtype == np.float32


def test_noise_reaches_problems_autodiff_and_torch() -> None:
    code = """
import numpy as np, torch
from course_lib.autodiff import Tensor
from course_lib.problems import Quadratic, LinearRegression, MLP
from course_lib.experiments.variants import add_noise

def gradients():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(9, 2)), rng.normal(size=9)
    w = Tensor([0.3, 0.7], requires_grad=True)
    (w**2).sum().backward()
    p = torch.nn.Parameter(torch.tensor([0.3, 0.7], dtype=torch.float64))
    (p**2).sum().backward()
    torch.optim.SGD([p], lr=1.0).step()
    network = MLP(x, y, (3,))
    return [Quadratic([1.0, 3.0]).gradient([0.3, 0.7]), Quadratic([1.0, 3.0]).slope(np.array([0.3, 0.7])),
            LinearRegression(x, y).gradient([0.3, 0.7, 0.2]), network.gradient(network.initial(0)), w.grad, p.detach().numpy()]

before = gradients()
add_noise()
for a, b in zip(before, gradients(), strict=True):
    assert (a != b).any() and np.allclose(a, b, rtol=1e-12, atol=1e-12), (a, b)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
