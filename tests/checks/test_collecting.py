"""What is noted while an answer runs."""

import json
import signal
import sys

import pytest
from verdicts import made

from course_lib.checks.collecting import collect


@pytest.mark.parametrize(
    ("forbidden", "called"),
    [(("json",), True), (("json.dumps",), True), (("json.loads",), False), (("jso.n",), False), ((), False)],
)
def test_a_module_or_a_single_function_of_it_can_be_forbidden(forbidden, called):
    asked = made(lambda rng: [{"x": 1}], forbidden=forbidden)
    evidence = collect(asked.inputs(1), lambda x: json.dumps(x))
    assert ("json.dumps" in evidence["called"]) is called


def test_importing_a_module_is_not_calling_into_it(tmp_path, monkeypatch):
    # as torch.optim, which runs functions of its own while torch is imported
    (tmp_path / "package_that_defines.py").write_text("def decorate(f):\n    return f\n\n@decorate\ndef f(x):\n    return x\n")
    monkeypatch.syspath_prepend(tmp_path)
    asked = made(lambda rng: [{"x": 1}], forbidden=("package_that_defines",))

    def imports(x):
        import package_that_defines  # noqa: F401

        return x

    def calls(x):
        import package_that_defines

        return package_that_defines.f(x)

    assert collect(asked.inputs(1), imports)["called"] == []
    assert collect(asked.inputs(1), calls)["called"] == ["package_that_defines.f"]


def test_an_import_is_not_cut_in_half_by_the_time_limit(tmp_path, monkeypatch):
    # the time is over when the alarm rings; nobody waits for it
    ring = "import signal\nsignal.raise_signal(signal.SIGALRM)\n"
    (tmp_path / "package_that_takes_long.py").write_text(f"{ring}left = signal.getitimer(signal.ITIMER_REAL)[0]\n")
    monkeypatch.syspath_prepend(tmp_path)
    asked, left = made(lambda rng: [{"x": 1}], time_limit=1000.0), []

    def imports(x):
        signal.setitimer(signal.ITIMER_REAL, 500)
        import package_that_takes_long

        left.append(package_that_takes_long.left)
        return x

    def imports_and_hangs(x):
        import package_that_takes_long  # noqa: F401

        while True:
            signal.raise_signal(signal.SIGALRM)

    assert collect(asked.inputs(1), imports)["cases"] == [{"output": {"int": "1"}}]
    assert left[0] > 500, "the time should begin anew"
    del sys.modules["package_that_takes_long"]
    assert collect(asked.inputs(1), imports_and_hangs)["cases"][-1]["output"]["raised"][0] == "OutOfTime"
