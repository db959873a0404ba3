"""A user of the notebook's own, and how much of the machine it gets."""

from __future__ import annotations

import os
import resource
from collections.abc import Sequence
from typing import Any

from course_lib.running.sandbox.libc import PR_SET_DUMPABLE, prctl

FIRST_UID = 1_900_000_000  # above what distributions and container managers hand out


def become(uid: int, directories: Sequence[str]) -> None:
    """Stop being root: become a user that owns `directories` and nothing else."""
    for directory in directories:
        if directory.startswith("/dev/"):
            continue
        os.chown(directory, uid, uid)
        for folder, folders, files in os.walk(directory):
            for name in folders + files:
                os.lchown(os.path.join(folder, name), uid, uid)
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)
    # a process that changed its user cannot look at itself in /proc otherwise
    prctl(PR_SET_DUMPABLE, 1)


def set_limits(limits: dict[str, Any], *, counted_alone: bool) -> None:
    """Take the resource limits.

    Processes are counted by user: where the user is shared with others, as many more as there are now are allowed.
    """
    with open("/proc/self/statm") as file:
        loaded = int(file.read().split()[0]) * resource.getpagesize()
    processes = int(limits["processes"]) + (1 if counted_alone else _tasks_of(os.getuid()))
    for which, amount in (
        (resource.RLIMIT_AS, loaded + int(limits["memory_bytes"])),
        (resource.RLIMIT_FSIZE, int(limits["file_bytes"])),
        (resource.RLIMIT_CPU, int(limits["notebook_seconds"]) + 60),
        (resource.RLIMIT_NPROC, processes),
        (resource.RLIMIT_NOFILE, 512),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_MEMLOCK, 1 << 16),
        (resource.RLIMIT_MSGQUEUE, 0),
    ):
        hard = resource.getrlimit(which)[1]
        amount = amount if hard == resource.RLIM_INFINITY else min(amount, hard)
        resource.setrlimit(which, (amount, amount))


def _tasks_of(uid: int) -> int:
    """Threads of all processes of a user, which is what the kernel counts."""
    count = 0
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            if os.stat(f"/proc/{name}").st_uid == uid:
                count += len(os.listdir(f"/proc/{name}/task"))
        except OSError:
            continue
    return count
