"""What a chapter depends on besides its own text: course_lib, and the versions of the libraries it computes with.

The execution cache of myst-nb knows a chapter by the code in its cells alone. Here the cache gets a folder named
by everything else, so that a changed library executes every chapter again and an unchanged one none. Pages are also
written again when the style sheets, scripts or extensions of the book change.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.config import Config

LIBRARIES = ("numpy", "torch", "matplotlib", "scikit-learn", "ipykernel")
# a chapter imports none of these, and the work on the assignments should not rebuild the book
NOT_IN_THE_BOOK = {"checks", "grading"}


def library_key() -> str:
    """A digest of course_lib's sources and of the libraries' versions."""
    import course_lib

    root = Path(course_lib.__file__).parent
    sources = [f for f in root.rglob("*.py") if f.relative_to(root).parts[0] not in NOT_IN_THE_BOOK]
    return digest(root, sources, [f"{name} {version(name)}" for name in LIBRARIES])


def digest(root: Path, files: Iterable[Path], more: Iterable[str] = ()) -> str:
    sha = hashlib.sha256()
    for file in sorted(files):
        sha.update(file.relative_to(root).as_posix().encode() + b"\0" + file.read_bytes())
    for text in more:
        sha.update(text.encode() + b"\0")
    return sha.hexdigest()[:16]


def choose_cache(app: Sphinx, config: Config) -> None:
    caches, key = Path(app.outdir).parent / ".jupyter_cache", library_key()
    for stale in caches.glob("*"):
        if stale.is_dir() and stale.name != key:
            shutil.rmtree(stale)
    # Sphinx reads every page again when this value changes
    config.nb_execution_cache_path = str(caches / key)
    book = Path(app.srcdir)
    assets = [
        file
        for part in ("_ext", "_static", "_templates", "_interactive")
        for file in (book / part).rglob("*.*")
        if file.suffix != ".pyc"
    ]
    config.book_assets = digest(book, assets)


def setup(app: Sphinx) -> dict:
    app.add_config_value("book_assets", "", "html", str)
    app.connect("config-inited", choose_cache)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
