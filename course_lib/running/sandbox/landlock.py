"""Landlock: which files this process and its children may touch. https://docs.kernel.org/userspace-api/landlock.html

Called as the kernel documents it: no package for it has reached a stable release, and the C library has no functions for it.
"""

from __future__ import annotations

import ctypes
import os
import struct
from collections.abc import Sequence
from functools import cache

from course_lib.running.sandbox.libc import checked, libc
from course_lib.running.sandbox.paths import Library, shown_paths

# numbers of system calls this young are the same on every processor
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR, _TRUNCATE, _IOCTL_DEV = 1 << 0, 1 << 1, 1 << 2, 1 << 3, 1 << 14, 1 << 15
_MAKE_CHAR, _MAKE_SOCK, _MAKE_BLOCK = 1 << 6, 1 << 9, 1 << 11
_OF_FILES = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | _IOCTL_DEV
_RULE_PATH_BENEATH = 1


@cache
def landlock_version() -> int:
    """The version of Landlock that the kernel has, 0 for none."""
    return max(0, libc.syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), 1))


def restrict_files(
    version: int, directories: Sequence[str], *, whole_proc: bool, sockets: bool, library: Library | None = None
) -> None:
    """Allow reading `readable_paths`, writing `directories`, and no file besides; from version 6 also no signals to others.

    Raises
    ------
    OSError
        If the kernel has no Landlock.
    """
    if version == 0:
        raise OSError(0, "the kernel has none")
    # each version handles more: moving files between directories, truncating, TCP, device commands, signals and sockets
    files = (1 << {1: 13, 2: 14, 3: 15, 4: 15}.get(version, 16)) - 1
    attributes = struct.pack("QQQ", files, 3 if version >= 4 else 0, 3 if version >= 6 else 0)
    size = 24 if version >= 6 else 16 if version >= 4 else 8
    ruleset = checked(libc.syscall(_CREATE_RULESET, attributes, ctypes.c_size_t(size), 0))
    read = _READ_FILE | _READ_DIR
    write = files & ~(_MAKE_CHAR | _MAKE_BLOCK) & ~(0 if sockets else _MAKE_SOCK)
    rules = [(path, read & _READ_DIR if within else read | _EXECUTE) for path, within in shown_paths(library)]
    rules += [(path, write) for path in directories]
    rules += [("/dev/null", _READ_FILE | _WRITE_FILE | _TRUNCATE)]
    rules += [(f"/dev/{name}", _READ_FILE) for name in ("zero", "full", "random", "urandom")]
    # without a name space of its own, /proc shows the command lines of everything that runs
    seen = [""] if whole_proc else ["/cpuinfo", "/meminfo", "/stat", "/filesystems", f"/{os.getpid()}"]
    rules += [(f"/proc{name}", read) for name in seen]
    for path, access in rules:
        try:
            descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
        except OSError:
            continue
        access &= files if os.path.isdir(path) else files & _OF_FILES
        rule = struct.pack("=Qi", access, descriptor)
        checked(libc.syscall(_ADD_RULE, ruleset, _RULE_PATH_BENEATH, rule, 0))
        os.close(descriptor)
    checked(libc.syscall(_RESTRICT_SELF, ruleset, 0))
    os.close(ruleset)
