"""The command line: exit statuses, and sentences in place of tracebacks."""

import os
import shutil
from pathlib import Path

import nbformat
import pytest

from course_lib.cli import main

ROOT = Path(__file__).parents[1]
SOLVED = ROOT / "solutions" / "gradient-descent" / "gradient-descent.ipynb"


@pytest.fixture
def half_done(tmp_path):
    """A notebook with one answer right, one wrong, one that does not parse, and the rest untouched."""
    notebook = nbformat.read(ROOT / "exercises" / "gradient-descent" / "gradient-descent.ipynb", 4)
    cells = {cell.id: cell for cell in notebook.cells}
    cells["cost"].source = "def cost(w, x, y):\n    return np.mean((w * x - y) ** 2)"
    cells["search"].source = "def search(cost, low, high, count):\n    return low"
    cells["gradient"].source = "def gradient(w, b, x, y:\n    return 0, 0"
    path = tmp_path / "gradient-descent.ipynb"
    nbformat.write(notebook, path)
    return path


def test_check_shows_each_question_and_fails_unless_all_pass(half_done, capsys):
    before = half_done.read_bytes()
    assert main(["check", str(half_done)]) == 1
    shown = capsys.readouterr().out
    assert "✓ gradient-descent/cost\n" in shown
    assert "✗ gradient-descent/search: not yet" in shown
    assert "You always return the first candidate" in shown
    assert "✗ gradient-descent/gradient: not yet" in shown
    assert "[not yet] gradient-descent/gradient\n\nThe cell ended with SyntaxError" in shown
    assert "· gradient-descent/train: untouched" in shown
    assert "1 of 11 questions pass." in shown
    assert half_done.read_bytes() == before


def test_check_succeeds_when_all_pass(capsys):
    assert main(["check", str(SOLVED)]) == 0
    assert "11 of 11 questions pass." in capsys.readouterr().out


@pytest.mark.parametrize("name", ["gradient-descent.ipynb", "homework.ipynb"])
def test_a_question_whose_test_is_gone_is_missed(name, tmp_path, capsys):
    notebook = nbformat.read(SOLVED, 4)
    notebook.cells = [cell for cell in notebook.cells if cell.id not in ("cost", "test-cost")]
    nbformat.write(notebook, tmp_path / name)
    assert main(["check", str(tmp_path / name)]) == 1
    shown = capsys.readouterr().out
    assert "? gradient-descent/cost: missing" in shown
    assert "[missing] gradient-descent/cost\n\nThe cell that checks it is not in this notebook." in shown
    assert "10 of 11 questions pass." in shown


def test_the_errors_that_the_students_guide_explains_are_those_that_are_seen(tmp_path, capsys):
    notebook = nbformat.read(SOLVED, 4)
    cells = {cell.id: cell for cell in notebook.cells}
    cells["cost"].source = cells["cost"].source.replace("def cost(", "def costs(")
    cells["search"].source += "\ncheck = None"
    nbformat.write(notebook, tmp_path / "gradient-descent.ipynb")
    assert main(["check", str(tmp_path / "gradient-descent.ipynb")]) == 1
    shown = capsys.readouterr().out
    guide = (ROOT / "book" / "students.md").read_text(encoding="utf-8")
    for error, question in [
        ("NameError: name 'cost' is not defined", "cost"),
        ("'NoneType' object is not callable", "search"),
        ("'NoneType' object is not callable", "train"),
    ]:
        assert f"`{error}`" in guide
        explanation = shown.partition(f"[not yet] gradient-descent/{question}\n\n")[2]
        assert error in explanation.partition("\n")[0]


def test_watch_checks_again_at_every_save(tmp_path, monkeypatch, capsys):
    from course_lib.grading import notebook_check

    path = tmp_path / "gradient-descent.ipynb"
    path.write_text("first")
    os.utime(path, (1, 1))
    rounds = iter(["nothing", "second", "nothing", "torn"])

    def read(path):
        if path.read_text() == "torn":
            raise ValueError("half written")
        return [notebook_check.QuestionState("a/b", "passed" if path.read_text() == "second" else "not yet")]

    def sleep(seconds):
        text = next(rounds, None)
        if text is None:
            raise KeyboardInterrupt
        if text != "nothing":
            path.write_text(text)
            os.utime(path, (len(text) * 100,) * 2)

    monkeypatch.setattr(notebook_check, "check_notebook", read)
    monkeypatch.setattr("course_lib.cli.time.sleep", sleep)
    assert main(["check", "--watch", str(path)]) == 0
    shown = capsys.readouterr().out
    assert [shown.count(line) for line in ("✗ a/b", "✓ a/b", "half written", "Waiting")] == [1, 1, 1, 3]


def test_a_notebook_without_questions_does_not_pass(tmp_path, capsys):
    path = tmp_path / "own.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1 + 1")]), path)
    assert main(["check", str(path)]) == 1
    assert "There is no check(...)" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("command", "message"),
    [
        (["check", "nowhere.ipynb"], "there is no file nowhere.ipynb"),
        (["check", "--watch", "nowhere.ipynb"], "there is no file nowhere.ipynb"),
        (["grade", "gradient-descent", "--course", "{tmp}"], "no nbgrader_config.py"),
        (["release", "--course", "{tmp}"], "no nbgrader_config.py"),
        (["report", "gradient-descent", "--course", "{tmp}"], "no nbgrader_config.py"),
        (["grade", "gradient-decent", "--course", "{root}"], "gradient-descent"),
        (["release", "gradient-decent", "--course", "{root}"], "there are: gradient-descent"),
        (["demo", "{tmp}/mine", "--course", "{root}"], "was not made by `course demo`"),
    ],
)
def test_what_the_user_can_mend_is_said_in_a_sentence(command, message, tmp_path, capsys):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    course = tmp_path / "course"
    shutil.copytree(ROOT / "exercises", course / "exercises")
    (course / "solutions").mkdir()
    (course / "solutions" / "gradient-descent").mkdir()
    shutil.copy(ROOT / "nbgrader_config.py", course)
    filled = [part.format(tmp=tmp_path, root=course) for part in command]
    assert main(filled) == 2
    shown = capsys.readouterr()
    assert message in shown.err
    assert "Traceback" not in shown.err
    assert (tmp_path / "mine" / "thesis.txt").exists()


def test_a_text_file_is_refused_as_a_notebook(tmp_path, capsys):
    path = tmp_path / "essay.ipynb"
    path.write_text("Dear teacher")
    assert main(["check", str(path)]) == 2
    assert "not a notebook" in capsys.readouterr().err
