"""The benchmark of grading: what it compares, and that a missed target is an error."""

import importlib.util
import shutil
import sys
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def bench():
    spec = importlib.util.spec_from_file_location("grading_benchmark", ROOT / "benchmarks" / "grading.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(("slowness", "status"), [(1.0, 0), (10.0, 1)])
def test_a_missed_target_is_an_error(slowness, status, bench, monkeypatch, capsys):
    monkeypatch.setattr(bench, "compare", lambda *given: given[-1].check("times faster", 20 / slowness, least=12))
    monkeypatch.setattr(bench, "memory", lambda *given: given[-1].check("growth", slowness, most=1.1))
    monkeypatch.setattr(sys, "argv", ["grading.py", "gradient-descent", "--memory"])
    with pytest.raises(SystemExit) as ended:
        bench.main()
    assert ended.value.code == status
    assert capsys.readouterr().out.count("MISSED") == 2 * status


def test_the_part_that_stock_nbgrader_grades_is_scaled_without_counting_its_startup_twice(bench):
    # 4 s to start and 2 s each: 28 s for 12, and 124 s for 60
    assert bench.scaled(28.0, 4.0, 12, 60) == pytest.approx(124 / 60)


def test_marks_are_compared_cell_by_cell(bench):
    stock = {("a", "one"): (2.0, 2.0), ("a", "two"): (0.0, 4.0)}
    assert bench.different(stock, stock) == []
    assert bench.different(stock, stock | {("a", "two"): (1.0, 4.0)}) == []
    for cell, points in {("a", "two"): 4.0, ("a", "one"): 1.0, ("b", "one"): 0.0}.items():
        assert [line.partition(":")[0] for line in bench.different(stock, stock | {cell: (points, 4.0)})] == [" ".join(cell)]
    assert len(bench.different(stock, {})) == 2


@pytest.mark.parametrize("assignment", ["gradient-descent", "optimizers"])
def test_what_is_submitted_is_answered_by_the_student_who_hands_it_in(assignment, bench, tmp_path):
    shutil.copytree(ROOT / "exercises" / assignment, tmp_path / "exercises" / assignment)
    ids = bench.submit(tmp_path, assignment, 8)
    assert len(set(ids)) == 8 and sorted(ids) == sorted(path.name for path in (tmp_path / "submitted").iterdir())
    for id in ids:
        notebook = nbformat.read(tmp_path / "submitted" / id / assignment / f"{assignment}.ipynb", as_version=4)
        named = [cell.source for cell in notebook.cells if cell.source.startswith("student_id = ")]
        assert set(named) <= {f"student_id = {id!r}"}
        assert named or assignment != "optimizers"


def test_the_page_states_the_targets(bench):
    page = " ".join((ROOT / "book" / "cluster.md").read_text(encoding="utf-8").split())
    assert f"at least {bench.FASTER[1]:g} times with one worker and {bench.FASTER[2]:g} times with two" in page
    assert f"at most {bench.OUTSIDE:g} s a submission outside the student's own cells" in page
    assert f"from a class of {bench.CLASSES[0]} to one of {bench.CLASSES[1]}" in page
    assert bench.GROWTH == 1.1 and "more than a tenth is a miss" in page
    assert len(bench.ASSIGNMENTS) == 3 and all((ROOT / "exercises" / name).is_dir() for name in bench.ASSIGNMENTS)
