"""Nothing imports upwards, and what should be light is light."""

import ast
import os
import subprocess
import sys
from graphlib import CycleError, TopologicalSorter
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
    "asking": set(),
    # what runs beside an answer knows nothing of what is right
    "driving": {"asking", "validation"},
    "checks": {"asking", "driving"},
    "running": {"asking", "driving"},
    "grading": {"asking", "checks", "running"},
    "outcomes": {"checks", "running", "grading"},
    "sample_class": {"checks", "grading"},
    "cli": {"validation", "checks", "running", "grading", "outcomes", "sample_class"},
}
# single modules of a part that is out of bounds otherwise, and why
EXCEPTIONS = {
    ("driving", "course_lib.optim.parameter"),  # what an optimizer is handed: an array and its gradient
    ("driving", "course_lib.autodiff"),  # what the clinic's notebook says that it hands out
    ("driving", "course_lib.optim"),
    ("driving", "course_lib.problems"),  # data and networks, for what the grader keeps to itself and a student has anyway
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
            # what is imported from a package is a module of it, or stands in it
            yield from (
                f"{node.module}.{alias.name}" if _is_module(node.module, alias.name) else node.module for alias in node.names
            )


def _is_module(package, name):
    path = PACKAGE.parent.joinpath(*package.split("."), name)
    return path.with_suffix(".py").is_file() or path.is_dir()


def test_every_part_of_the_package_has_its_place():
    parts = {path.stem for path in PACKAGE.iterdir() if path.suffix == ".py" or (path.is_dir() and any(path.rglob("*.py")))}
    assert parts - {"__init__"} == set(MAY_IMPORT)


@pytest.mark.parametrize("part", MAY_IMPORT)
def test_nothing_imports_upwards(part):
    for path in modules(part):
        for name in imports(path):
            if name.startswith("course_lib."):
                imported = name.split(".")[1]
                allowed = imported == part or imported in MAY_IMPORT[part] or (part, name) in EXCEPTIONS
                assert allowed, f"{path.relative_to(PACKAGE)} imports {name}"


def test_no_file_imports_another_in_a_circle():
    """At module level or inside functions: a file that stands on another can be read after it."""
    files = {_module_name(path): path for path in PACKAGE.rglob("*.py")}
    needs = {name: {found for found in imports(path) if found in files and found != name} for name, path in files.items()}
    try:
        list(TopologicalSorter(needs).static_order())
    except CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))


def _module_name(path):
    return ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__")


@pytest.mark.parametrize("part", MATHEMATICS)
def test_the_mathematics_needs_numpy_alone(part):
    for path in modules(part):
        # data that ships with scikit-learn is loaded where it is asked for
        for name in imports(path, inside_functions=False):
            top = name.split(".")[0]
            assert top in ("numpy", "course_lib") or top in sys.stdlib_module_names, f"{path.relative_to(PACKAGE)} imports {name}"


@pytest.mark.parametrize("module", ["course_lib", "course_lib.checks", "course_lib.checks.keys", "course_lib.cli"])
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
