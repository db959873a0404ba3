"""Each optimizer is loaded when it is asked for: a notebook that is to write one may have Parameter without having the others."""

import subprocess
import sys
from inspect import getmembers
from pathlib import Path

import pytest

import course_lib.optim

MODULES = {f"course_lib.optim.{path.stem}" for path in Path(course_lib.optim.__file__).parent.glob("*.py")} - {
    "course_lib.optim.__init__"
}


def loaded_by(statement: str) -> set[str]:
    code = f"import sys; {statement}; print(*sys.modules)"
    output = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    return {name for name in output.split() if name.startswith("course_lib")} - {"course_lib"}


@pytest.mark.parametrize(
    "statement",
    [
        "from course_lib.optim import Parameter",
        "from course_lib.optim.parameter import Parameter",
        "import course_lib.optim; course_lib.optim.Parameter; dir(course_lib.optim)",
    ],
)
def test_parameter_comes_without_the_optimizers(statement):
    assert loaded_by(statement) == {"course_lib.optim", "course_lib.optim.parameter", "course_lib.validation"}


def test_an_optimizer_comes_with_what_it_builds_on_and_no_other():
    assert loaded_by("from course_lib.optim import AdamW") & MODULES == {
        f"course_lib.optim.{name}" for name in ("parameter", "optimizer", "limits", "adam", "adamw")
    }


def test_a_star_loads_all():
    assert loaded_by("from course_lib.optim import *; SGD, Parameter") >= MODULES


@pytest.mark.parametrize("name", course_lib.optim.__all__)
def test_every_name_is_found_in_the_file_named_after_it(name):
    found = getattr(course_lib.optim, name)
    assert (found.__module__, found.__qualname__) == (f"course_lib.optim.{name.lower()}", name)


def test_those_who_look_around_see_all_names():
    assert set(course_lib.optim.__all__) <= set(dir(course_lib.optim))
    assert set(course_lib.optim.__all__) <= {name for name, _ in getmembers(course_lib.optim)}


def test_what_is_not_there_is_an_attribute_error():
    assert not hasattr(course_lib.optim, "Sgd")
    with pytest.raises(ImportError, match="cannot import name 'Sgd' from 'course_lib.optim'"):
        from course_lib.optim import Sgd  # noqa: F401
