"""seccomp: which system calls are refused, by name; libseccomp knows their numbers on each processor."""

from __future__ import annotations

import ctypes
import os
import platform
from collections.abc import Iterable
from errno import ENOSYS, EPERM
from functools import cache
from socket import AF_UNIX

LIBRARY = "libseccomp.so.2"
DENIED = frozenset(
    {
        # looking into or changing other processes
        *("ptrace", "process_vm_readv", "process_vm_writev", "kcmp", "pidfd_getfd", "process_madvise", "process_mrelease"),
        *("migrate_pages", "move_pages"),
        # other views of the file system
        *("mount", "umount", "umount2", "pivot_root", "chroot", "unshare", "setns", "open_tree", "open_tree_attr", "move_mount"),
        *("fsopen", "fsconfig", "fsmount", "fspick", "mount_setattr", "open_by_handle_at", "name_to_handle_at"),
        *("fanotify_init", "quotactl", "quotactl_fd"),
        # doors that a notebook has no use for, and through which kernels have been entered
        *("bpf", "perf_event_open", "userfaultfd", "keyctl", "add_key", "request_key", "personality", "modify_ldt", "uselib"),
        *("io_uring_setup", "io_uring_enter", "io_uring_register", "lookup_dcookie"),
        # the machine as a whole
        *("init_module", "finit_module", "delete_module", "kexec_load", "kexec_file_load", "reboot", "swapon", "swapoff", "acct"),
        *("sethostname", "setdomainname", "syslog", "vhangup", "iopl", "ioperm"),
        *("settimeofday", "stime", "clock_settime", "clock_settime64", "clock_adjtime", "clock_adjtime64"),
        # memory that outlives a process or is not counted
        *("shmget", "shmat", "msgget", "semget", "memfd_create", "memfd_secret"),
        # how much of the disk a process, or all of a user, gets
        "ioprio_set",
        # on some processors, calls that hold others, so that a filter cannot see which
        *("socketcall", "ipc"),
    }
)
# owner, permissions and times of files, which Landlock does not guard
METADATA = frozenset(
    {
        *("chmod", "fchmod", "fchmodat", "fchmodat2", "chown", "fchown", "lchown", "chown32", "fchown32", "lchown32", "fchownat"),
        *("setxattr", "lsetxattr", "fsetxattr", "setxattrat", "removexattr", "lremovexattr", "fremovexattr", "removexattrat"),
        *("utime", "utimes", "futimesat", "utimensat", "utimensat_time64", "file_setattr"),
    }
)
SIGNALS_TO_PROCESSES = ("kill", "tgkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo")
SIGNALS_TO_OTHERS = ("tkill", "pidfd_send_signal")
# how much of the processor a process gets
SCHEDULING = ("sched_setscheduler", "sched_setparam", "sched_setaffinity", "sched_setattr")

# from <seccomp.h> and <linux/sched.h>
_ALLOW, _ERROR, _KILL_PROCESS = 0x7FFF0000, 0x00050000, 0x80000000
_BAD_ARCHITECTURE, _TRUE_ERRORS = 2, 9
_MASKED_EQUAL = 7
_NEW_NAMESPACES = 0x7E020000
# numbers beyond those that the library knows which are answered as by a kernel older than the call
_YOUNGER = 64


class _Comparison(ctypes.Structure):
    _fields_ = [
        ("argument", ctypes.c_uint),
        ("operator", ctypes.c_int),
        ("mask", ctypes.c_uint64),
        ("value", ctypes.c_uint64),
    ]


def refuse_calls(*, unix_sockets: bool, metadata: bool, signals: bool) -> None:
    """Refuse system calls, with the error a program gets that has no permission.

    A call that the library does not know fails as on a kernel that does not have it.

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
        If the kernel has no seccomp, or libseccomp is not installed.
    """
    rules = make_rules(unix_sockets=unix_sockets, metadata=metadata, signals=signals)
    own = os.getpid()
    for name in SIGNALS_TO_PROCESSES if not signals else ():
        _allow_if(rules, name, _equal(0, own))
    # the process that forks the next notebooks may belong to the same user
    for process in (0, own):
        for name in SCHEDULING:
            _allow_if(rules, name, _equal(0, process))
        # its first argument says whether a process is meant, or a group or all of a user
        _allow_if(rules, "setpriority", _equal(0, os.PRIO_PROCESS), _equal(1, process))
    library = _library()
    if library.seccomp_arch_native() == library.seccomp_arch_resolve_name(b"x86_64"):
        # the 32-bit face of x86-64 has numbers of its own; without rules, all of them are refused
        _checked(library.seccomp_arch_add(rules, library.seccomp_arch_resolve_name(b"x32")))
    _checked(library.seccomp_load(rules))


@cache
def make_rules(*, unix_sockets: bool, metadata: bool, signals: bool) -> ctypes.c_void_p:
    """The rules that are the same for all processes: made once, before notebooks are forked."""
    library = _library()
    rules = ctypes.c_void_p(library.seccomp_init(_ERROR | EPERM))
    _checked(library.seccomp_attr_set(rules, _BAD_ARCHITECTURE, _KILL_PROCESS))
    # older libraries do not have it
    library.seccomp_attr_set(rules, _TRUE_ERRORS, 1)
    refused = DENIED | {"socket", "clone", "prlimit64", "setpriority", *SCHEDULING}
    refused |= frozenset() if metadata else METADATA
    refused |= frozenset() if signals else {*SIGNALS_TO_PROCESSES, *SIGNALS_TO_OTHERS}
    known = _known_calls()
    for number in range(max(known) + 1 + _YOUNGER):
        name = known.get(number)
        # without clone3, the C library falls back to clone, whose flags can be seen
        if name is None or name == "clone3":
            _add(rules, _ERROR | ENOSYS, number)
        elif name not in refused:
            _add(rules, _ALLOW, number)
    flags = 1 if platform.machine() == "s390x" else 0
    _allow_if(rules, "clone", (flags, _NEW_NAMESPACES, 0))
    _allow_if(rules, "prlimit64", _equal(0, 0))
    if unix_sockets:
        _allow_if(rules, "socket", _equal(0, AF_UNIX))
    return rules


def _known_calls() -> dict[int, str]:
    """The system calls of this processor, as far as the library knows them, by number."""
    library = _library()
    native = library.seccomp_arch_native()
    names = ((number, library.seccomp_syscall_resolve_num_arch(native, number)) for number in range(1024))
    return {number: name.decode() for number, name in names if name}


def _equal(argument: int, value: int) -> tuple[int, int, int]:
    """Of the register, the kernel takes the lower half, as the argument is an int."""
    return argument, 0xFFFFFFFF, value


def _allow_if(rules: ctypes.c_void_p, name: str, *conditions: tuple[int, int, int]) -> None:
    """Allow a call whose arguments, masked, have given values; this processor may not have it."""
    number = _library().seccomp_syscall_resolve_name(name.encode())
    if number >= 0:
        _add(rules, _ALLOW, number, [_Comparison(argument, _MASKED_EQUAL, mask, value) for argument, mask, value in conditions])


def _add(rules: ctypes.c_void_p, action: int, number: int, comparisons: Iterable[_Comparison] = ()) -> None:
    array = [*comparisons]
    _checked(_library().seccomp_rule_add_array(rules, action, number, len(array), (_Comparison * len(array))(*array)))


@cache
def _library() -> ctypes.CDLL:
    # pyseccomp, the package for it, was last released in 2021, and looks for the library by running compilers
    try:
        library = ctypes.CDLL(LIBRARY)
    except OSError as error:
        raise OSError(0, "libseccomp is not installed") from error
    library.seccomp_init.restype = ctypes.c_void_p
    library.seccomp_arch_native.restype = library.seccomp_arch_resolve_name.restype = ctypes.c_uint32
    library.seccomp_syscall_resolve_num_arch.restype = ctypes.c_char_p
    return library


def _checked(result: int) -> None:
    """libseccomp returns the number of an error, negative."""
    if result < 0:
        raise OSError(-result, os.strerror(-result))
