"""Keeping a notebook from the rest of the machine.

Layers, each of which holds where another is missing, from the outside in:

========== ==================================================================================================
bubblewrap The preloaded process sees the Python installation and empty directories, and no network or process besides its own.
own user   Where the grader is root, each worker's notebooks run as a user that owns nothing.
limits     Of memory, processes, file sizes, processor time.
Landlock   A notebook reads the Python installation, writes its scratch directory, and signals nobody outside.
seccomp    No sockets to anywhere, no looking into other processes, no mounts, none of the rarely used doors of the kernel.
========== ==================================================================================================

`confine` is called in the process of a notebook before any of its code, and says which layers there are.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from course_lib.running.sandbox.landlock import landlock_version, restrict_files
from course_lib.running.sandbox.libc import PR_SET_NO_NEW_PRIVS, prctl
from course_lib.running.sandbox.paths import Library, hidden_paths, read_by_everyone, readable_paths, shown_paths
from course_lib.running.sandbox.resources import FIRST_UID, become, set_limits
from course_lib.running.sandbox.seccomp import make_rules, refuse_calls
from course_lib.running.sandbox.wrapping import bubblewrap, bubblewrap_missing

__all__ = [
    "FIRST_UID",
    "Library",
    "SandboxMissing",
    "bubblewrap",
    "bubblewrap_missing",
    "confine",
    "hidden_paths",
    "landlock_version",
    "missing_layers",
    "prepare",
    "read_by_everyone",
    "readable_paths",
    "shown_paths",
]
MISSING = "no "  # a layer in the report of `confine` that begins like this is not there


class SandboxMissing(RuntimeError):
    """A layer of the sandbox is missing and was required."""


def missing_layers(report: Sequence[str]) -> list[str]:
    """The layers that a report of `confine` says are not there."""
    return [layer for layer in report if layer.startswith(MISSING)]


def prepare(*, wrapped: str, library: Library | None = None) -> None:
    """Find out once, in the process that forks the notebooks, what `confine` would find out in each of them."""
    shown_paths(library)
    others = os.geteuid() == 0 and read_by_everyone(readable_paths(library)) is None
    # what is missing is reported by `confine`
    with suppress(OSError):
        make_rules(**_calls(wrapped, others))


def confine(
    directories: Sequence[str], limits: dict[str, Any], *, wrapped: str, uid: int | None, library: Library | None = None
) -> list[str]:
    """Confine this process for good.

    Parameters
    ----------
    directories : sequence of str
        What may be written.
    limits : dict
        As `Limits.to_json` gives them.
    wrapped : str
        Why there is no bubblewrap around this process; empty if there is.
    uid : int or None
        The user to become, where this process is root.
    library : Library, optional
        What notebooks find of the course's library, which cannot be read then.

    Returns
    -------
    list of str
        The layers that are there; those that are not begin with ``no `` and say why.
    """
    report = [f"{MISSING}bubblewrap ({wrapped})" if wrapped else "bubblewrap"]
    others = False
    if os.geteuid() == 0 and uid is not None:
        hidden = read_by_everyone(readable_paths(library))
        if hidden is None:
            become(uid, directories)
            others = True
            report.append("own user")
        else:
            report.append(f"{MISSING}own user (only root can read {hidden}, where Python is)")
    set_limits(limits, counted_alone=others or not wrapped)
    report.append("limits")
    prctl(PR_SET_NO_NEW_PRIVS, 1)
    version = landlock_version()
    report.append(
        _attempt(
            f"Landlock {version}",
            lambda: restrict_files(version, directories, whole_proc=not wrapped, sockets=not wrapped, library=library),
        )
    )
    report.append(_attempt("seccomp", lambda: refuse_calls(**_calls(wrapped, others))))
    return report


def _calls(wrapped: str, others: bool) -> dict[str, bool]:
    """What system calls are allowed, where there is bubblewrap or a user of its own around the notebook, or neither."""
    protected = not wrapped or others
    return {"unix_sockets": not wrapped, "metadata": protected, "signals": protected or landlock_version() >= 6}


def _attempt(layer: str, apply: Callable[[], None]) -> str:
    try:
        apply()
    except OSError as error:
        return f"{MISSING}{layer.split()[0]} ({error.strerror})"
    return layer
