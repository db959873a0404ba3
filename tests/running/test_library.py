"""What a notebook finds of the library: what it imports, and nothing beside it, in memory and on disk."""

import pytest
from small_notebooks import code, outputs

from course_lib.running.execute import execute
from course_lib.running.library import ROOT, ImportFailed, library_for

ABSENT = ("course_lib.descent",)
IMPORTS = ("from course_lib.checks import check", "from course_lib.problems import LinearRegression")


def lines_of(execution):
    return [outputs(cell) for cell in execution.notebook.cells]


def files_of(folder):
    return {path.relative_to(folder / "course_lib").as_posix() for path in folder.rglob("*.py")}


def test_a_library_holds_the_mathematics_and_what_runs_beside_answers_but_no_judge():
    files = files_of(library_for(IMPORTS))
    assert {"checks/collecting.py", "descent/search.py", "optim/adam.py", "driving/calls.py", "running/shell.py"} <= files
    assert not {name for name in files if name.startswith(("grading", "outcomes", "sample_class", "cli"))}
    assert not {"checks/judging.py", "checks/keys.py", "checks/declaration.py", "checks/drawing.py", "checks/sealing.py"} & files


def test_what_is_absent_is_not_there_unless_a_statement_loads_it():
    files = files_of(library_for(IMPORTS, ("course_lib.descent", "course_lib.problems", "course_lib.optim.adam")))
    assert {"problems/regression.py", "optim/adamw.py", "optim/parameter.py"} <= files
    assert not {name for name in files if name.startswith("descent/")} and "optim/adam.py" not in files


def test_imports_that_fail_are_said():
    with pytest.raises(ImportFailed, match="No module named 'course_lib.nonsense'"):
        library_for(("import course_lib.nonsense",))


def test_a_notebook_finds_the_rest_neither_by_importing_nor_by_reading():
    notebook = code(
        "from course_lib.problems import LinearRegression",
        "import course_lib.descent",
        "import os, sys\nsorted({name.split('.')[1] for name in sys.modules if name.startswith('course_lib.')})",
        "found = [os.path.join(folder, name) for top in sys.path for folder, _, names in os.walk(top) for name in names\n"
        "         if name in ('judging.py', 'keys.py', 'search.py') and 'course' in folder]\nfound",
        f"open({str(ROOT / 'course_lib' / 'descent' / 'descent.py')!r}).read()",
        f"os.listdir({str(ROOT / 'solutions')!r})",
    )
    imported, absent, rooms, found, read, listed = lines_of(execute(notebook, imports=IMPORTS, absent=ABSENT))
    assert imported == []
    assert absent[0][0] == "ModuleNotFoundError" and "a question asks to write what stands there" in absent[0][1]
    assert not {"descent", "grading", "outcomes"} & set(eval(rooms[0][1])) and found == [("execute_result", "[]")]
    assert read[0][0] in ("PermissionError", "FileNotFoundError") and listed[0][0] in ("PermissionError", "FileNotFoundError")


def test_without_a_choice_the_whole_library_is_there():
    [[(kind, shown)]] = lines_of(execute(code("from course_lib import descent, optim\ndescent.__name__"), imports=None))
    assert (kind, shown) == ("execute_result", "'course_lib.descent'")
