"""Nothing imports upwards, and what should be light is light."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "course_lib"

# each may import what stands before it on its own line of descent, as ARCHITECTURE.md draws it
MAY_IMPORT = {
    "validation": set(),
    "trace": {"validation"},
    "problems": {"validation", "trace", "autodiff"},
    "autodiff": {"validation", "trace"},
    "descent": {"validation", "trace", "problems", "autodiff"},
    "optim": {"validation", "trace", "problems", "autodiff"},
    "lr_scheduler": {"validation", "trace", "problems", "autodiff"},
    "experiments": {"validation", "trace", "problems", "autodiff", "descent", "optim", "lr_scheduler"},
    "plots": {"validation", "trace", "problems", "autodiff", "descent", "optim", "lr_scheduler", "experiments"},
    "checks": {"validation", "trace", "problems", "autodiff", "descent", "optim", "lr_scheduler"},
    "grading": {"validation", "checks"},
    "cli": {"validation", "checks", "grading"},
}
MATHEMATICS = ["validation", "trace", "problems", "autodiff", "descent", "optim", "lr_scheduler"]


def modules(part):
    path = PACKAGE / part
    return sorted(path.rglob("*.py")) if path.is_dir() else [path.with_suffix(".py")]


def imports(path, inside_functions=True):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree) if inside_functions else tree.body:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively; say course_lib..."
            yield from ([f"course_lib.{alias.name}" for alias in node.names] if node.module == "course_lib" else [node.module])


def test_every_part_of_the_package_has_its_place():
    parts = {path.stem for path in PACKAGE.iterdir() if path.suffix == ".py" or (path.is_dir() and any(path.rglob("*.py")))}
    assert parts - {"__init__"} == set(MAY_IMPORT)


@pytest.mark.parametrize("part", MAY_IMPORT)
def test_nothing_imports_upwards(part):
    for path in modules(part):
        for name in imports(path):
            if name.startswith("course_lib."):
                imported = name.split(".")[1]
                assert imported == part or imported in MAY_IMPORT[part], f"{path.relative_to(PACKAGE)} imports {name}"


@pytest.mark.parametrize("part", MATHEMATICS)
def test_the_mathematics_needs_numpy_alone(part):
    for path in modules(part):
        # data that ships with scikit-learn is loaded where it is asked for
        for name in imports(path, inside_functions=False):
            top = name.split(".")[0]
            assert top in ("numpy", "course_lib") or top in sys.stdlib_module_names, f"{path.relative_to(PACKAGE)} imports {name}"


@pytest.mark.parametrize("module", ["course_lib", "course_lib.checks", "course_lib.checks.gradient_descent", "course_lib.cli"])
def test_importing_stays_light(module):
    code = (
        f"import sys, {module}; print([m for m in ('torch', 'matplotlib', 'nbgrader', 'IPython', 'sklearn') if m in sys.modules])"
    )
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert loaded.strip() == "[]"


def test_tests_that_share_a_setup_run_on_one_worker(request):
    """Otherwise the book would be built, and each class graded, once for every worker."""
    if os.environ.get("PYTEST_XDIST_WORKER"):
        assert request.node.nodeid.endswith("@test_architecture.py")
