"""bubblewrap: a file system, processes and network of a program's own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from course_lib.running.sandbox.paths import Library, hidden_paths, readable_paths


@cache
def bubblewrap_missing() -> str:
    """Why bubblewrap cannot be used; empty if it can."""
    if shutil.which("bwrap") is None:
        return "not installed"
    # Python itself, as an installation that is not found inside would fail every notebook
    command = bubblewrap([sys.executable, "-I", "-S", "-c", ""])
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=20)
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"it does not run: {error}"
    return f"it does not run: {done.stderr.strip()[:200]}" if done.returncode else ""


def bubblewrap(command: Sequence[str], scratch_bytes: int = 1 << 28, library: Library | None = None) -> list[str]:
    """The command that runs `command` in a file system of its own, without network.

    There, ``/tmp`` and ``/dev/shm`` are empty, in memory, and hold `scratch_bytes` each.
    Of the course there is `library`, or where none is given the library itself.
    """
    wrapped = ["bwrap", "--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try"]
    if os.geteuid() != 0:
        wrapped.append("--unshare-user")
    wrapped += ["--hostname", "notebook", "--new-session"]
    size = str(scratch_bytes)
    wrapped += ["--proc", "/proc", "--dev", "/dev"]
    # before what is shown below: the course and its Python may themselves lie in /tmp
    wrapped += ["--perms", "1777", "--size", size, "--tmpfs", "/dev/shm", "--perms", "1777", "--size", size, "--tmpfs", "/tmp"]
    readable = readable_paths(library)
    for path in readable:
        # bubblewrap makes what leads to a path, but for its own user only
        for parent in [*map(str, reversed(Path(path).parents))][1:]:
            if parent not in wrapped and parent not in readable:
                wrapped += ["--perms", "0755", "--dir", parent]
        # a link, or what a link leads to, has one place only, so that hiding it there hides it everywhere
        real = os.path.realpath(path)
        wrapped += ["--ro-bind", path, path] if real == path else ["--symlink", real, path]
    for path in hidden_paths(library):
        wrapped += ["--tmpfs", path, "--remount-ro", path]
    return [*wrapped, "--chdir", "/", "--", *command]
