"""Where processes cannot be forked: the same notebooks in ordinary kernels."""

import os

import pytest
from small_notebooks import COST, EVIDENCE, IMPORT, code, outputs
from verdicts import question

from course_lib.running import execute as module
from course_lib.running.execute import execute
from course_lib.running.limits import Limits
from course_lib.running.sandbox import SandboxMissing, missing_layers


@pytest.fixture
def run(monkeypatch):
    monkeypatch.setattr(module, "can_fork", lambda: False)

    def run(*sources, **options):
        return execute(code(*sources), **options)

    return run


def test_a_notebook_runs_in_a_kernel_and_says_that_nothing_confines_it(run):
    result = run(
        "x = open('data.txt').read()\nx",
        "import os\nos.getcwd()",
        "1 / 0",
        IMPORT + COST + "\ncheck('gradient-descent/cost', cost)",
        "print('x' * 100_000)",
        files={"data.txt": b"7"},
        respond=lambda request, cell: question(request["inputs"]).inputs(5).to_json(),
        limits=Limits(cell_seconds=600, output_bytes=10_000),
    )
    cells = result.notebook.cells
    assert outputs(cells[0]) == [("execute_result", "'7'")]
    assert not os.path.exists(eval(outputs(cells[1])[0][1]))
    assert outputs(cells[2])[0][0] == "ZeroDivisionError"
    assert len(cells[3].outputs[0].data[EVIDENCE]["cases"]) == len(question("gradient-descent/cost").draw_cases(5))
    assert len(cells[4].outputs[0].text) < 10_100
    assert result.problem == "" and len(result.notes) == 1
    [missing] = missing_layers(result.isolation)
    assert "no sandbox" in missing


def test_an_endless_loop_is_stopped_in_a_kernel(run):
    # the others run for no time: an untouched kernel has loaded what they need
    result = run("1", "while True: pass", "2", limits=Limits(cell_seconds=5))
    assert [outputs(cell)[-1][0] for cell in result.notebook.cells] == ["execute_result", "CellTimeout", "execute_result"]
    assert result.problem == "" and len(result.notes) == 1


def test_a_kernel_that_dies_keeps_what_ran_before(run):
    result = run("1", "import os; os._exit(1)", "2")
    first, _, last = map(outputs, result.notebook.cells)
    assert first == [("execute_result", "1")] and last[0][0] == "NotRun"
    assert "did not run to its end" in result.problem


def test_where_the_sandbox_is_required_nothing_runs(run):
    with pytest.raises(SandboxMissing, match="no sandbox"):
        run("1", require_sandbox=True)
