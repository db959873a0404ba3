"""The students' side with the newest libraries that pyproject.toml allows, in an environment of its own; `make newest` runs it.

It installs some gigabytes, so it runs on request only. Where TORCH_INDEX is set, PyTorch comes from there, as README.md says.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

pytestmark = pytest.mark.skipif(not os.environ.get("COURSE_NEWEST"), reason="`make newest` runs it")


@pytest.fixture(scope="module")
def python(tmp_path_factory):
    """The interpreter of a new environment with `course-lib[student]` installed from a copy of what is here."""
    folder = tmp_path_factory.mktemp("newest")
    source, environment = folder / "course", folder / "venv"
    shutil.copytree(ROOT / "course_lib", source / "course_lib", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE", "LICENSE-CONTENT"):
        shutil.copy(ROOT / name, source)
    subprocess.run([sys.executable, "-m", "venv", environment], check=True)
    python = environment / "bin" / "python"
    install = [python, "-m", "pip", "install", "--quiet"]
    if index := os.environ.get("TORCH_INDEX"):
        subprocess.run([*install, "torch", "--index-url", index], check=True)
    subprocess.run([*install, f"{source}[student]"], check=True)
    yield python
    shutil.rmtree(folder)


def test_the_library_imports_what_was_installed(python, tmp_path, capfd):
    code = (
        "import numpy, torch, sys, course_lib.checks, course_lib.optim, course_lib.plots\n"
        "assert course_lib.__file__.startswith(sys.prefix), course_lib.__file__\n"
        "print('numpy', numpy.__version__, 'torch', torch.__version__)"
    )
    subprocess.run([python, "-P", "-W", "error::DeprecationWarning:course_lib", "-c", code], cwd=tmp_path, check=True)
    with capfd.disabled():
        print(capfd.readouterr().out, end="")


@pytest.mark.parametrize("notebook", sorted((ROOT / "solutions").glob("*/*.ipynb")), ids=lambda path: path.stem)
def test_a_solved_notebook_passes_and_a_released_one_is_untouched(python, notebook, tmp_path):
    def check(path):
        shutil.copy(path, tmp_path)
        command = [python, "-P", "-m", "course_lib.cli", "check", path.name]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    solved = check(notebook)
    assert solved.returncode == 0, solved.stdout + solved.stderr
    released = check(ROOT / "exercises" / notebook.parent.name / notebook.name)
    assert released.returncode == 1 and "untouched" in released.stdout, released.stdout + released.stderr
    assert "not yet" not in released.stdout and "missing" not in released.stdout
