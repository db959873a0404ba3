"""The command line: exit statuses, and sentences in place of tracebacks."""

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
    assert "✗ gradient-descent/gradient: not yet" in shown and "SyntaxError" in shown
    assert "· gradient-descent/train: untouched" in shown
    assert "1 of 11 questions pass." in shown
    assert half_done.read_bytes() == before


def test_check_succeeds_when_all_pass(capsys):
    assert main(["check", str(SOLVED)]) == 0
    assert "11 of 11 questions pass." in capsys.readouterr().out


def test_a_notebook_without_questions_does_not_pass(tmp_path, capsys):
    path = tmp_path / "own.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1 + 1")]), path)
    assert main(["check", str(path)]) == 1
    assert "There is no check(...)" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("command", "message"),
    [
        (["check", "nowhere.ipynb"], "there is no file nowhere.ipynb"),
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
