"""What is noted while an answer runs."""

import json

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
    (tmp_path / "package_that_takes_long.py").write_text("import time\nfor _ in range(5):\n    time.sleep(0.1)\n")
    monkeypatch.syspath_prepend(tmp_path)
    asked = made(lambda rng: [{"x": 1}], time_limit=0.2)

    def imports(x):
        import package_that_takes_long  # noqa: F401

        return x

    def imports_and_hangs(x):
        import package_that_takes_long  # noqa: F401

        while True:
            pass

    assert collect(asked.inputs(1), imports)["cases"] == [{"output": {"int": "1"}}]
    assert collect(asked.inputs(1), imports_and_hangs)["cases"][-1]["output"]["raised"][0] == "OutOfTime"
