"""What all tests share: generated inputs that are the same in every run, programs of the system that may be missing, a small course."""

import os
import shutil
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

# before NumPy and torch are imported: several workers with several threads each would only wait for one another
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import matplotlib
import pytest
import torch  # noqa: F401 - a check's time limit must not be spent on an answer's first import of it
from hypothesis import HealthCheck, settings

from course_lib.checks.keys import Keys
from course_lib.grading.bundle import make_bundle

matplotlib.use("agg")
settings.register_profile(
    "course", deadline=None, derandomize=True, max_examples=40, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("course")

INSTALL = {"chromium": "chromium", "bwrap": "bubblewrap", "pg_ctlcluster": "postgresql", "pdftotext": "poppler-utils"}


def require_program(name: str) -> str:
    """The path of a program of the system. Without it a test is skipped at home and fails in CI."""
    path = shutil.which(name)
    if path is None:
        message = f"{name} is missing: run `make system-deps`, or install Debian's package {INSTALL.get(name, name)}."
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    return path


@pytest.fixture(scope="session")
def keys() -> Keys:
    """The questions and right answers of ``solutions/``."""
    return Keys.read(Path(__file__).parents[1] / "solutions")


@pytest.fixture(scope="session")
def unpacked(tmp_path_factory) -> Path:
    """The folder that students have when they have unpacked their zip."""
    folder = tmp_path_factory.mktemp("bundle")
    with zipfile.ZipFile(make_bundle(Path(__file__).parents[1], folder / "course.zip")) as bundle:
        bundle.extractall(folder)
    return folder / "course"


@pytest.fixture(scope="session")
def chromium() -> str:
    return require_program("chromium")


@pytest.fixture(scope="session")
def preloaded():
    """One process to fork notebooks from for all tests, since starting one takes seconds."""
    from course_lib.running.preloaded import borrowed, can_fork

    if not can_fork():
        pytest.skip("notebooks are forked on Linux only")
    with borrowed() as process:
        yield process


@pytest.fixture(scope="session")
def course_template(tmp_path_factory):
    """The folder of a course with one released assignment, to be copied."""
    from small_course import make_template

    root = tmp_path_factory.mktemp("template")
    make_template(root)
    return root


@pytest.fixture
def course(course_template, tmp_path):
    from small_course import SmallCourse

    shutil.copytree(course_template, tmp_path / "course")
    return SmallCourse(tmp_path / "course")


@pytest.fixture
def here():
    """An executor that works in this process, with a preloaded process that the next test finds idle."""
    with ThreadPoolExecutor(1) as executor:
        yield executor


@pytest.hookimpl(tryfirst=True)  # before pytest-xdist looks at the marks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """With xdist a file's tests stay on one worker, since they share what is slow to set up, and so do all that read the built book.

    The long matrix of the checks is spread.
    """
    for item in items:
        if "site" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.xdist_group("the built book"))
        elif "unpacked" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.xdist_group("the students' zip"))
        elif item.path.name != "test_error_rates.py":
            item.add_marker(pytest.mark.xdist_group(item.path.name))
