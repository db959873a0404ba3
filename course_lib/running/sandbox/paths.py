"""What a notebook may read: Python, its packages, and of the course no more than is made for it."""

from __future__ import annotations

import os
import sys
import sysconfig
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

import course_lib

SYSTEM = (
    *("/usr", "/lib", "/lib32", "/lib64", "/bin", "/sbin", "/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/alternatives"),
    *("/etc/fonts", "/etc/localtime", "/etc/timezone", "/etc/mime.types", "/sys/devices/system/cpu", "/sys/devices/system/node"),
)


class Library(NamedTuple):
    """What notebooks find of the course's library.

    Attributes
    ----------
    folder : str
        Where the modules are that they may see.
    instead_of : str
        Where the whole of it is.
    """

    folder: str
    instead_of: str


@cache
def readable_paths(library: Library | None = None) -> tuple[str, ...]:
    """What a notebook reads: Python, its packages, the course's modules, the system's programs and libraries.

    Parameters
    ----------
    library : Library, optional
        The folder that stands for the course's library; by default the library itself.

    Returns
    -------
    tuple of str
        Absolute paths, none inside another. Where a link leads to one of them, both are there.
    """
    paths = {sys.prefix, sys.base_prefix, sys.exec_prefix, sys.executable, *sysconfig.get_paths().values(), *SYSTEM}
    paths |= set(course_lib.__path__ if library is None else [library.folder])
    paths |= set(filter(None, os.environ.get("LD_LIBRARY_PATH", "").split(":")))
    found: list[str] = []
    names = {name for path in paths if os.path.exists(path) for name in _names(os.path.abspath(path))}
    for path in sorted(names):
        if path != "/" and not any(path.startswith(f"{outer}/") for outer in found):
            found.append(path)
    return tuple(found)


def _names(path: str) -> list[str]:
    """A path, those that it leads to as a link, one after the other, and the one with no link on the way."""
    names = [path]
    while os.path.islink(names[-1]):
        folder = os.path.realpath(os.path.dirname(names[-1]))
        names.append(os.path.normpath(os.path.join(folder, os.readlink(names[-1]))))
    return [*names, os.path.realpath(path)]


@cache
def hidden_paths(library: Library | None = None) -> tuple[str, ...]:
    """What lies among the readable paths and is not for a notebook: the installed course, where `library` stands for it."""
    if library is None:
        return ()
    readable = [os.path.realpath(path) for path in readable_paths(library)]
    installed = [os.path.realpath(library.instead_of)]
    return tuple(path for path in installed if any(path.startswith(f"{outer}/") for outer in readable))


@cache
def shown_paths(library: Library | None = None) -> tuple[tuple[str, bool], ...]:
    """The readable paths, split where something hidden lies in them: what is granted below a path cannot be taken back.

    With each, whether something hidden lies in it, so that no more than the names in it may be read.
    """
    found: list[tuple[str, bool]] = []
    hidden = hidden_paths(library)
    queue = list(readable_paths(library))
    while queue:
        path = queue.pop()
        resolved = os.path.realpath(path)
        if resolved in hidden:
            continue
        within = any(inner.startswith(f"{resolved}/") for inner in hidden)
        found.append((path, within))
        if within:
            # a link leads to what is readable by itself or not at all
            queue += [entry.path for entry in os.scandir(path) if not entry.is_symlink()]
    return tuple(found)


def read_by_everyone(paths: Sequence[str]) -> str | None:
    """The first of the paths that only its owner can reach, or None."""
    for path in paths:
        # a link such as /bin leads elsewhere
        resolved = Path(path).resolve()
        for part in (resolved, *resolved.parents):
            if not part.stat().st_mode & (0o005 if part == resolved and part.is_dir() else 0o001 if part.is_dir() else 0o004):
                return str(part)
    return None
