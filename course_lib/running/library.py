"""The part of course_lib that a notebook gets to see, copied into a folder of its own.

What an answer is to write stands in course_lib, too; a file that is not there can be read by nobody.
"""

from __future__ import annotations

import atexit
import json
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

import course_lib

ROOT = Path(course_lib.__file__).parents[1]
# what runs beside answers, and knows nothing
BESIDE = ("driving", "running")
# the mathematics and its pictures, which a student has at home
FOR_STUDENTS = ("validation", "trace", "problems", "autodiff", "descent", "optim", "lr_scheduler", "experiments", "plots")
# what a statement loads is found by importing them, since some packages load theirs when they are needed
_FIND = """
import json, sys
root, *statements = sys.argv[1:]
sys.path.insert(0, root)
import course_lib.asking
for statement in statements:
    exec(statement)
print(json.dumps([m.__file__ for name, m in sys.modules.items() if name.partition(".")[0] == "course_lib" and m.__file__]))
"""


class ImportFailed(ImportError):
    """What a released notebook imports from the library cannot be imported; the message holds Python's own."""


@cache
def library_for(imports: tuple[str, ...], absent: tuple[str, ...] = ()) -> Path:
    """A folder with the modules of course_lib for a notebook; removed when this process ends.

    It has what runs beside answers, and the mathematics; of the checks, what the statements load.

    Parameters
    ----------
    imports : tuple of str
        Import statements. What they load is there in any case.
    absent : tuple of str
        Modules of the mathematics that are not, such as ``course_lib.descent``.

    Raises
    ------
    ImportFailed
        If one of them cannot be executed.
    """
    command = [sys.executable, "-P", "-c", _FIND, str(ROOT), *imports]
    done = subprocess.run(command, capture_output=True, text=True, cwd="/")
    if done.returncode:
        raise ImportFailed(f"the notebook's imports {imports} fail: {done.stderr.strip().splitlines()[-1]}")
    folder = Path(tempfile.mkdtemp(prefix="course-library-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    needed = {*map(Path, json.loads(done.stdout.splitlines()[-1]))}
    for room in (*BESIDE, *FOR_STUDENTS):
        path = ROOT / "course_lib" / room
        modules = [*path.rglob("*.py")] if path.is_dir() else [path.with_suffix(".py")]
        needed.update(module for module in modules if not _is_of(module, absent))
    for file in needed:
        target = folder / file.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(file, target)
        # with the bytecode, which is taken for that of the copy because their times are the same
        for compiled in (file.parent / "__pycache__").glob(f"{file.stem}.*.pyc"):
            (target.parent / "__pycache__").mkdir(exist_ok=True)
            shutil.copy2(compiled, target.parent / "__pycache__")
    # notebooks may run as another user
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    return folder


def _is_of(file: Path, modules: tuple[str, ...]) -> bool:
    """Whether a file is one of the modules, or of the packages, of these names."""
    name = ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    return any(f"{name}.".startswith(f"{module}.") for module in modules)
