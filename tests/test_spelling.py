"""The spelling of everything that is read: the book, the notebooks, the docstrings, the messages."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MISSPELLED = "t" + "eh"  # in two parts, or it would be found here


@pytest.fixture(scope="module")
def typos() -> str:
    beside_python = Path(sys.executable).parent
    path = shutil.which("typos", path=os.pathsep.join([str(beside_python), os.environ.get("PATH", "")]))
    if path is None:
        message = "typos is missing: run `pip install -r requirements.txt`."
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    return path


def check(typos: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [typos, "--config", str(ROOT / "typos.toml"), "--format", "brief", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True)


def test_nothing_is_misspelled(typos: str) -> None:
    said = check(typos)
    assert said.returncode == 0, said.stdout + said.stderr


@pytest.mark.parametrize("name", ["book/gradient-descent.md", "solutions/mini-batch/mini-batch.ipynb", "course_lib/optim/sgd.py"])
def test_a_misspelled_word_would_be_found(typos: str, tmp_path: Path, name: str) -> None:
    text = (ROOT / name).read_text("utf8")
    file = tmp_path / Path(name).name
    file.write_text(text.replace(" the ", f" {MISSPELLED} ", 1))
    said = check(typos, file)
    assert said.returncode != 0 and f"`{MISSPELLED}`" in said.stdout
