"""The directory that a notebook works in, made for it and removed after it."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any


class Scratch:
    """``work``, where the notebook and the files beside it are, and ``tmp`` for everything temporary."""

    def __init__(self) -> None:
        self.path = Path(tempfile.mkdtemp(prefix="course-"))
        self.work, self.temporary = self.path / "work", self.path / "tmp"
        self.work.mkdir()
        self.temporary.mkdir()

    def fill(self, files: Mapping[str, bytes]) -> None:
        """Put files beside the notebook, by relative path."""
        for name, content in files.items():
            path = self.work / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)

    def environment(self) -> dict[str, str]:
        """The variables that say where things go."""
        names = ("HOME", "TMPDIR", "MPLCONFIGDIR", "IPYTHONDIR", "XDG_CACHE_HOME", "TORCHINDUCTOR_CACHE_DIR")
        return dict.fromkeys(names, str(self.temporary))

    def size(self, most: int = 20_000) -> int:
        """Bytes of all files; more than `most` files count as too large for any limit."""
        total = count = 0
        for folder, _, files in os.walk(self.path):
            for name in files:
                count += 1
                if count > most:
                    return 1 << 62
                with contextlib.suppress(OSError):
                    total += os.lstat(os.path.join(folder, name)).st_blocks * 512
        return total

    def remove(self) -> None:
        """Remove it, whatever permissions a notebook left in it."""
        remove_tree(self.path)


def check_names(files: Mapping[str, bytes]) -> None:
    """Check that files lie beside a notebook.

    Raises
    ------
    ValueError
        If one would not.
    """
    for name in files:
        if Path(name).is_absolute() or ".." in Path(name).parts:
            raise ValueError(f"the file {name!r} would not lie beside the notebook.")


def remove_tree(path: Path) -> None:
    """Remove a directory whatever permissions it holds."""

    def insist(function: Any, name: str, _: Any) -> None:
        with contextlib.suppress(OSError):
            os.chmod(os.path.dirname(name), 0o700)
            os.chmod(name, 0o700)
            function(name)

    shutil.rmtree(path, onerror=insist)
    shutil.rmtree(path, ignore_errors=True)
