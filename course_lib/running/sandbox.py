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

import ctypes
import os
import platform
import resource
import shutil
import struct
import subprocess
import sys
import sysconfig
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import course_lib

MISSING = "no "  # a layer in the report of `confine` that begins like this is not there
FIRST_UID = 1_900_000_000  # above what distributions and container managers hand out
_libc = ctypes.CDLL(None, use_errno=True)
_PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS, _PR_SET_DUMPABLE = 22, 38, 4


class SandboxMissing(RuntimeError):
    """A layer of the sandbox is missing and was required."""


def missing_layers(report: Sequence[str]) -> list[str]:
    """The layers that a report of `confine` says are not there."""
    return [layer for layer in report if layer.startswith(MISSING)]


# what may be read


@cache
def readable_paths() -> tuple[str, ...]:
    """What a notebook reads: Python, its packages, course_lib, the system's programs and libraries, and nothing of the course."""
    paths = {sys.prefix, sys.base_prefix, sys.exec_prefix, *sysconfig.get_paths().values(), *course_lib.__path__}
    paths |= {"/usr", "/lib", "/lib32", "/lib64", "/bin", "/sbin", "/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/alternatives"}
    paths |= {
        "/etc/fonts",
        "/etc/localtime",
        "/etc/timezone",
        "/etc/mime.types",
        "/sys/devices/system/cpu",
        "/sys/devices/system/node",
    }
    paths |= set(filter(None, os.environ.get("LD_LIBRARY_PATH", "").split(":")))
    found: list[str] = []
    for path in sorted({os.path.abspath(path) for path in paths if os.path.exists(path)}):
        if path != "/" and not any(path.startswith(f"{outer}/") for outer in found):
            found.append(path)
    return tuple(found)


@cache
def hidden_paths() -> tuple[str, ...]:
    """What lies among the readable paths and is not for a notebook: the right answers, and what is written with them."""
    course = Path(course_lib.__path__[0]).resolve()
    paths = [course / "checks" / "answers"]
    for module in (course / "checks" / "matrix.py", course / "grading" / "sample_class.py"):
        # the bytecode holds what the text holds
        paths += [module, *(module.parent / "__pycache__").glob(f"{module.stem}.*.pyc")]
    return tuple(str(path) for path in paths if path.exists())


def read_by_everyone(paths: Sequence[str]) -> str | None:
    """The first of the paths that only its owner can reach, or None."""
    for path in paths:
        # a link such as /bin leads elsewhere
        resolved = Path(path).resolve()
        for part in (resolved, *resolved.parents):
            if not part.stat().st_mode & (0o005 if part == resolved and part.is_dir() else 0o001 if part.is_dir() else 0o004):
                return str(part)
    return None


# bubblewrap


@cache
def bubblewrap_missing() -> str:
    """Why bubblewrap cannot be used; empty if it can."""
    program = shutil.which("bwrap")
    if program is None:
        return "not installed"
    try:
        done = subprocess.run(bubblewrap(["true"]), capture_output=True, text=True, timeout=20)
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"it does not run: {error}"
    return f"it does not run: {done.stderr.strip()[:200]}" if done.returncode else ""


def bubblewrap(command: Sequence[str], scratch_bytes: int = 1 << 28, library: str | None = None) -> list[str]:
    """The command that runs `command` in a file system of its own, without network.

    There, ``/tmp`` and ``/dev/shm`` are empty, in memory, and hold `scratch_bytes` each.
    """
    wrapped = ["bwrap", "--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try"]
    if os.geteuid() != 0:
        wrapped.append("--unshare-user")
    wrapped += ["--hostname", "notebook", "--new-session"]
    size = str(scratch_bytes)
    wrapped += ["--proc", "/proc", "--dev", "/dev"]
    # before what is shown below: the course and its Python may themselves lie in /tmp
    wrapped += ["--perms", "1777", "--size", size, "--tmpfs", "/dev/shm", "--perms", "1777", "--size", size, "--tmpfs", "/tmp"]
    for path in readable_paths():
        # bubblewrap makes what leads to a path, but for its own user only
        for parent in [*map(str, reversed(Path(path).parents))][1:]:
            if parent not in wrapped and parent not in readable_paths():
                wrapped += ["--perms", "0755", "--dir", parent]
        wrapped += ["--symlink", os.readlink(path), path] if os.path.islink(path) else ["--ro-bind", path, path]
    for path in hidden_paths():
        wrapped += ["--tmpfs", path, "--remount-ro", path] if os.path.isdir(path) else ["--ro-bind", "/dev/null", path]
    return [*wrapped, "--chdir", "/", "--", *command]


# inside the notebook's process


def confine(directories: Sequence[str], limits: dict[str, Any], *, wrapped: str, uid: int | None) -> list[str]:
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

    Returns
    -------
    list of str
        The layers that are there; those that are not begin with ``no `` and say why.
    """
    report = [f"{MISSING}bubblewrap ({wrapped})" if wrapped else "bubblewrap"]
    others = False
    if os.geteuid() == 0 and uid is not None:
        hidden = read_by_everyone(readable_paths())
        if hidden is None:
            become(uid, directories)
            others = True
            report.append("own user")
        else:
            report.append(f"{MISSING}own user (only root can read {hidden}, where Python is)")
    set_limits(limits, counted_alone=others or not wrapped)
    report.append("limits")
    _libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    version = landlock_version()
    report.append(
        _attempt(f"Landlock {version}", lambda: landlock(version, directories, whole_proc=not wrapped, sockets=not wrapped))
    )
    protected = not wrapped or others
    report.append(
        _attempt(
            "seccomp",
            lambda: seccomp(unix_sockets=not wrapped, metadata=protected, signals=protected or version >= 6),
        )
    )
    return report


def _attempt(layer: str, apply: Any) -> str:
    try:
        apply()
    except OSError as error:
        return f"{MISSING}{layer.split()[0]} ({error.strerror})"
    return layer


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
    _libc.prctl(_PR_SET_DUMPABLE, 1, 0, 0, 0)


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


# Landlock: https://docs.kernel.org/userspace-api/landlock.html

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR, _TRUNCATE, _IOCTL_DEV = 1 << 0, 1 << 1, 1 << 2, 1 << 3, 1 << 14, 1 << 15
_MAKE_CHAR, _MAKE_SOCK, _MAKE_BLOCK = 1 << 6, 1 << 9, 1 << 11
_OF_FILES = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | _IOCTL_DEV
_RULE_PATH_BENEATH = 1


@cache
def landlock_version() -> int:
    """The version of Landlock that the kernel has, 0 for none."""
    return max(0, _libc.syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), 1))


def landlock(version: int, directories: Sequence[str], *, whole_proc: bool, sockets: bool) -> None:
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
    ruleset = _checked(_libc.syscall(_CREATE_RULESET, attributes, ctypes.c_size_t(size), 0))
    read = _READ_FILE | _READ_DIR
    write = files & ~(_MAKE_CHAR | _MAKE_BLOCK) & ~(0 if sockets else _MAKE_SOCK)
    rules = [(path, read & _READ_DIR if within else read | _EXECUTE) for path, within in shown_paths()]
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
        _checked(_libc.syscall(_ADD_RULE, ruleset, _RULE_PATH_BENEATH, rule, 0))
        os.close(descriptor)
    _checked(_libc.syscall(_RESTRICT_SELF, ruleset, 0))
    os.close(ruleset)


@cache
def shown_paths() -> tuple[tuple[str, bool], ...]:
    """The readable paths, split where something hidden lies in them: what is granted below a path cannot be taken back.

    With each, whether something hidden lies in it, so that no more than the names in it may be read.
    """
    found: list[tuple[str, bool]] = []
    queue = list(readable_paths())
    while queue:
        path = queue.pop()
        resolved = os.path.realpath(path)
        if resolved in hidden_paths():
            continue
        within = any(hidden.startswith(f"{resolved}/") for hidden in hidden_paths())
        found.append((path, within))
        if within:
            # a link leads to what is readable by itself or not at all
            queue += [entry.path for entry in os.scandir(path) if not entry.is_symlink()]
    return tuple(found)


def _checked(result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result


# seccomp: numbers of system calls on x86-64 and on ARM-64, None where there is no such call

_ARCHITECTURES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}
_DENIED: dict[str, tuple[int | None, int | None]] = {
    # looking into or changing other processes
    **{"ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271), "kcmp": (312, 272)},
    **{"pidfd_getfd": (438, 438), "process_madvise": (440, 440), "process_mrelease": (448, 448)},
    **{"migrate_pages": (256, 238), "move_pages": (279, 239)},
    # other views of the file system
    **{"mount": (165, 40), "umount2": (166, 39), "pivot_root": (155, 41), "chroot": (161, 51), "open_tree": (428, 428)},
    **{"move_mount": (429, 429), "fsopen": (430, 430), "fsconfig": (431, 431), "fsmount": (432, 432), "fspick": (433, 433)},
    **{"mount_setattr": (442, 442), "open_by_handle_at": (304, 265), "name_to_handle_at": (303, 264)},
    **{"fanotify_init": (300, 262), "quotactl": (179, 60), "quotactl_fd": (443, 443)},
    **{"unshare": (272, 97), "setns": (308, 268)},
    # doors that a notebook has no use for, and through which kernels have been entered
    **{"bpf": (321, 280), "perf_event_open": (298, 241), "userfaultfd": (323, 282), "keyctl": (250, 219), "add_key": (248, 217)},
    **{"request_key": (249, 218), "io_uring_setup": (425, 425), "io_uring_enter": (426, 426), "io_uring_register": (427, 427)},
    **{"personality": (135, 92), "modify_ldt": (154, None), "uselib": (134, None), "lookup_dcookie": (212, 18)},
    # the machine as a whole
    **{"init_module": (175, 105), "finit_module": (313, 273), "delete_module": (176, 106), "kexec_load": (246, 104)},
    **{"kexec_file_load": (320, 294), "reboot": (169, 142), "swapon": (167, 224), "swapoff": (168, 225), "acct": (163, 89)},
    **{"sethostname": (170, 161), "setdomainname": (171, 162), "syslog": (103, 116), "vhangup": (153, 58), "iopl": (172, None)},
    **{"ioperm": (173, None), "settimeofday": (164, 170), "clock_settime": (227, 112), "clock_adjtime": (305, 266)},
    # memory that outlives a process or is not counted
    **{"shmget": (29, 194), "shmat": (30, 196), "msgget": (68, 186), "semget": (64, 190)},
    **{"memfd_create": (319, 279), "memfd_secret": (447, 447)},
    # how much of the disk a process, or all of a user, gets
    **{"ioprio_set": (251, 30)},
}
# owner, permissions and times of files, which Landlock does not guard
_METADATA: dict[str, tuple[int | None, int | None]] = {
    **{"chmod": (90, None), "fchmod": (91, 52), "fchmodat": (268, 53), "fchmodat2": (452, 452), "chown": (92, None)},
    **{"fchown": (93, 55), "lchown": (94, None), "fchownat": (260, 54), "setxattr": (188, 5), "lsetxattr": (189, 6)},
    **{"fsetxattr": (190, 7), "setxattrat": (463, 463), "removexattr": (197, 14), "lremovexattr": (198, 15)},
    **{"fremovexattr": (199, 16), "removexattrat": (466, 466), "utime": (132, None), "utimes": (235, None)},
    **{"futimesat": (261, None), "utimensat": (280, 88)},
}
_SIGNALS: dict[str, tuple[int | None, int | None]] = {
    **{"kill": (62, 129), "tkill": (200, 130), "tgkill": (234, 131), "rt_sigqueueinfo": (129, 138)},
    **{"rt_tgsigqueueinfo": (297, 240), "pidfd_send_signal": (424, 424)},
}
# how much of the processor a process gets, by the place of its number among the arguments
_SCHEDULING: dict[str, tuple[int, tuple[int, int]]] = {
    **{"setpriority": (1, (141, 140)), "sched_setscheduler": (0, (144, 119)), "sched_setparam": (0, (142, 118))},
    **{"sched_setaffinity": (0, (203, 122)), "sched_setattr": (0, (314, 274))},
}
_PRIO_PROCESS = 0
_SOCKET, _CLONE, _CLONE3, _PRLIMIT = (41, 198), (56, 220), (435, 435), (302, 261)
_NEW_NAMESPACES = 0x7E020000
_AF_UNIX = 1
_EPERM, _ENOSYS = 1, 38


def seccomp(*, unix_sockets: bool, metadata: bool, signals: bool) -> None:
    """Refuse system calls, with the error a program gets that has no permission.

    Parameters
    ----------
    unix_sockets : bool
        Allow sockets within the machine; the others are never allowed.
    metadata : bool
        Allow changing owner, permissions and times of files; where nothing else guards those of others, it is not.
    signals : bool
        Allow signals; where nothing else guards other processes, a process can signal itself only.

    Raises
    ------
    OSError
        If the kernel has no seccomp, or this architecture is not known here.
    """
    machine = platform.machine()
    if machine not in _ARCHITECTURES:
        raise OSError(0, f"its numbers for {machine} are not known here")
    column, architecture = _ARCHITECTURES[machine]
    load_low = 0x20
    equal, at_least, masked = 0x15, 0x35, 0x45
    back = 0x06
    allow, kill, error = 0x7FFF0000, 0x80000000, 0x00050000
    number, of_architecture = 0, 4

    def argument(index: int) -> int:
        return 16 + 8 * index

    program: list[tuple[int, int, int, int]] = [
        (load_low, 0, 0, of_architecture),
        (equal, 1, 0, architecture),
        (back, 0, 0, kill),
        (load_low, 0, 0, number),
        # the 32-bit face of x86-64 has numbers of its own
        (at_least, 0, 1, 0x40000000),
        (back, 0, 0, error | _EPERM),
    ]
    refused = list(_DENIED.values()) + ([] if metadata else list(_METADATA.values()))
    for call in refused:
        if call[column] is not None:
            program += [(equal, 0, 1, call[column]), (back, 0, 0, error | _EPERM)]  # type: ignore[list-item]
    # glibc falls back to clone, whose flags can be seen
    program += [(equal, 0, 1, _CLONE3[column]), (back, 0, 0, error | _ENOSYS)]

    def look(call: tuple[int | None, int | None], index: int, test: tuple[int, int], refuse_if_true: bool) -> None:
        """Refuse a call depending on one of its arguments."""
        condition, value = test
        hit = (condition, 0, 1, value) if refuse_if_true else (condition, 1, 0, value)
        program.extend(
            [
                (equal, 0, 4, call[column]),  # type: ignore[list-item]
                (load_low, 0, 0, argument(index)),
                hit,
                (back, 0, 0, error | _EPERM),
                (back, 0, 0, allow),
            ]
        )

    look(_CLONE, 0, (masked, _NEW_NAMESPACES), True)
    look(_PRLIMIT, 0, (equal, 0), False)
    # the process that forks the next notebooks may belong to the same user
    for index, call in _SCHEDULING.values():
        program += [
            (equal, 0, 8 if index else 5, call[column]),
            # the first argument of setpriority says whether a process is meant, or a group or all of a user
            *([(load_low, 0, 0, argument(0)), (equal, 1, 0, _PRIO_PROCESS), (back, 0, 0, error | _EPERM)] if index else []),
            (load_low, 0, 0, argument(index)),
            (equal, 2, 0, 0),
            (equal, 1, 0, os.getpid()),
            (back, 0, 0, error | _EPERM),
            (back, 0, 0, allow),
        ]
    if unix_sockets:
        look(_SOCKET, 0, (equal, _AF_UNIX), False)
    else:
        program += [(equal, 0, 1, _SOCKET[column]), (back, 0, 0, error | _EPERM)]
    if not signals:
        for name, call in _SIGNALS.items():
            if name in ("tkill", "pidfd_send_signal"):
                program += [(equal, 0, 1, call[column]), (back, 0, 0, error | _EPERM)]  # type: ignore[list-item]
            else:
                look(call, 0, (equal, os.getpid()), False)
    program.append((back, 0, 0, allow))

    code = b"".join(struct.pack("HBBI", *instruction) for instruction in program)
    buffer = ctypes.create_string_buffer(code, len(code))
    filter_program = struct.pack("HxxxxxxQ", len(program), ctypes.addressof(buffer))
    _checked(_libc.prctl(_PR_SET_SECCOMP, 2, ctypes.c_char_p(filter_program), 0, 0))
