"""What students get: one zip with the exercises, the library as they need it with the sealed keys, and a page to start from."""

from __future__ import annotations

import json
import os
import re
import tomllib
import zipfile
from collections.abc import Callable, Iterator
from fnmatch import fnmatch
from pathlib import Path

import course_lib
from course_lib.checks.keys import Keys
from course_lib.checks.sealing import SEALED, seal

# what only an instructor runs, and what an earlier bundle left
KEPT_BACK = (
    "course_lib/checks/error_rates.py",
    "course_lib/checks/mutating.py",
    "course_lib/checks/sealed/*",
    "course_lib/grading/bundle.py",
    "course_lib/sample_class/*",
    "*/__pycache__/*",
    "*.pyc",
)
EPOCH = (1980, 1, 1, 0, 0, 0)
SECRETS = ("### BEGIN SOLUTION", "### BEGIN HIDDEN TESTS")


class BundleError(RuntimeError):
    """The bundle would be incomplete or give something away; the message says what."""


def make_bundle(
    course_dir: str | os.PathLike = ".",
    path: str | os.PathLike = "course.zip",
    say: Callable[[str], object] = lambda text: None,
) -> Path:
    """Write the students' zip. The same course gives the same bytes.

    Parameters
    ----------
    course_dir : path
        The folder of the course, with what was released in ``exercises/``.
    path : path
        The file to write.
    say : callable
        Is told what is being done.

    Returns
    -------
    Path

    Raises
    ------
    BundleError
        If nothing was released yet, or a file would carry a solution.
    BrokenKey
        If a question cannot be sealed.
    """
    root, target = Path(course_dir).resolve(), Path(path)
    released = sorted(folder.name for folder in (root / "exercises").glob("*") if folder.is_dir())
    if not released:
        raise BundleError(f"nothing was released in {root / 'exercises'}: run `course release` first.")
    files = {str(file.relative_to(root)): file.read_bytes() for file in _library_and_exercises(root)}
    files["requirements.txt"] = _requirements(root).encode()
    files["README.md"] = b"Open START-HERE.html in a browser.\n"
    for name, content in files.items():
        if name.startswith("exercises/") and any(secret.encode() in content for secret in SECRETS):
            raise BundleError(f"{name} carries a solution: run `course release` again, or take the file out of exercises/.")
    keys = _keys(root, released)
    files["START-HERE.html"] = _start_page(root, released, keys.assignments()).encode()
    library = Path(course_lib.__file__).parents[1]
    files |= {(SEALED.relative_to(library) / name).as_posix(): content for name, content in seal(keys, say=say).items()}
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_name(target.name + ".tmp")
    with zipfile.ZipFile(unfinished, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name in sorted(files):
            entry = zipfile.ZipInfo(f"course/{name}", EPOCH)
            entry.external_attr, entry.compress_type = 0o644 << 16, zipfile.ZIP_DEFLATED
            bundle.writestr(entry, files[name])
    os.replace(unfinished, target)
    return target


def _library_and_exercises(root: Path) -> Iterator[Path]:
    candidates = [*(root / "course_lib").rglob("*"), *(root / "exercises").rglob("*")]
    candidates += [root / name for name in ("pyproject.toml", "LICENSE", "LICENSE-CONTENT")]
    for path in candidates:
        name = path.relative_to(root).as_posix()
        hidden = any(part.startswith(".") for part in path.relative_to(root).parts)
        if path.is_file() and not path.is_symlink() and not hidden and not any(fnmatch(name, pattern) for pattern in KEPT_BACK):
            yield path


def _requirements(root: Path) -> str:
    """The pins of requirements.txt for what the extra "student" of pyproject.toml asks for."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = {_name(line) for line in [*project["dependencies"], *project["optional-dependencies"]["student"]]}
    pins = [line.strip() for line in (root / "requirements.txt").read_text(encoding="utf-8").splitlines() if "==" in line]
    chosen = [pin for pin in pins if _name(pin) in wanted]
    missing = wanted - {_name(pin) for pin in chosen}
    if missing:
        raise BundleError(f"requirements.txt has no pin for {', '.join(sorted(missing))}, which students need.")
    return "# what the exercises need, in the versions they were tested with\n" + "\n".join(chosen) + "\n"


def _name(requirement: str) -> str:
    return re.split(r"[^A-Za-z0-9._-]", requirement.strip(), maxsplit=1)[0].lower().replace("_", "-")


def _keys(root: Path, released: list[str]) -> Keys:
    """The keys of what was released, with the order of the course."""
    sources = Keys.read(root / "solutions").sources
    return Keys({path: text for path, text in sources.items() if path.partition("/")[0] in released})


def _start_page(root: Path, released: list[str], order: list[str]) -> str:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    # in the order of the course, not of the alphabet
    places = {name: place for place, name in enumerate(order)}
    assignments = []
    for name in sorted(released, key=lambda name: (places.get(name, len(places)), name)):
        for path in sorted((root / "exercises" / name).glob("*.ipynb")):
            assignments.append((f"exercises/{name}/{path.name}", _title(path)))
    environment = Environment(
        loader=PackageLoader("course_lib.outcomes"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    return environment.get_template("start.html.j2").render(assignments=assignments)


def _title(path: Path) -> str:
    """The first heading of a notebook."""
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        heading = re.match(r"#\s+(.+)", "".join(cell["source"]))
        if cell["cell_type"] == "markdown" and heading:
            return heading[1]
    return path.stem
