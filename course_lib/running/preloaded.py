"""A process that has loaded what notebooks import, and forks one for each: the grader's end of it. The other is `forking`."""

from __future__ import annotations

import atexit
import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from course_lib.running import sandbox
from course_lib.running.library import ROOT, library_for
from course_lib.running.limits import Limits

# what a notebook's process gets to know of the environment the grader runs in; it must round as its judge does
ENVIRONMENT = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "LD_LIBRARY_PATH", "OPENBLAS_CORETYPE", "NPY_DISABLE_CPU_FEATURES")
ONE_THREAD = {name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")}
START_SECONDS = 120.0
START = """
import sys
sys.path.insert(0, sys.argv[1])
import course_lib
if not course_lib.__file__.startswith(sys.argv[1]):
    sys.exit(f"course_lib is found in {course_lib.__file__}, not in {sys.argv[1]}, where only what notebooks may see is")
from course_lib.running.forking import main
from course_lib.running.sandbox import Library
main(int(sys.argv[2]), sys.argv[3], Library(sys.argv[1], sys.argv[4]) if sys.argv[4] else None, sys.argv[5:])
"""


class PreloadedDied(RuntimeError):
    """The process that forks the notebooks is gone or does not answer."""


class NoFork(RuntimeError):
    """This platform cannot run notebooks in forked processes."""


def can_fork() -> bool:
    """Whether this platform can fork notebooks from a preloaded process; where not, `execute` starts a kernel for each."""
    return sys.platform == "linux" and hasattr(os, "pidfd_open")


@dataclass(frozen=True)
class Needs:
    """What notebooks need of the process that forks them; for other needs it is started anew.

    Attributes
    ----------
    imports : tuple of str, or None
        The import statements of the library that notebooks begin with; None shows them all of it.
    absent : tuple of str
        Modules of the library that they do not get to see, unless these statements load them.
    disk_bytes : int
        The size of the file system that its notebooks share, if they get one of their own.
    """

    imports: tuple[str, ...] | None = ()
    absent: tuple[str, ...] = ()
    disk_bytes: int = Limits.disk_bytes


class Preloaded:
    """A process to fork notebooks from, started at the first use and kept for the next.

    One notebook runs at a time; a grader that wants more has several.

    Parameters
    ----------
    wrap : bool
        Put bubblewrap around it, where it is installed.
    """

    def __init__(self, wrap: bool = True) -> None:
        self._wrap = wrap
        self._process: subprocess.Popen | None = None
        self._control: socket.socket | None = None
        self._users = 0
        self._loading = False
        self.needs = Needs()

    def begin(self, needs: Needs) -> None:
        """Start the process, unless one that serves these needs runs, and do not wait until it has loaded everything."""
        running = self._process is not None and self._process.poll() is None and self._control is not None
        if running and needs == self.needs:
            return
        self.needs = needs
        self.close()
        if not can_fork():
            raise NoFork("notebooks can be forked from a preloaded process on Linux only.")
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        environment = {name: os.environ[name] for name in (*ENVIRONMENT, "HOME", "MPLCONFIGDIR") if name in os.environ}
        # CUDA must not be touched before a fork, and a grader has better uses for a GPU
        environment |= ONE_THREAD | {"CUDA_VISIBLE_DEVICES": "", "MPLBACKEND": "agg"}
        # -P and a working directory elsewhere: nothing of a course may be imported by accident
        wrapped = sandbox.bubblewrap_missing() if self._wrap else "switched off"
        library = (
            None
            if needs.imports is None
            else sandbox.Library(str(library_for(needs.imports, needs.absent)), str(ROOT / "course_lib"))
        )
        seen = library.folder if library else str(ROOT)
        whole = library.instead_of if library else ""
        command = [sys.executable, "-P", "-c", START, seen, str(theirs.fileno()), wrapped, whole, *(needs.imports or ())]
        if not wrapped:
            command = sandbox.bubblewrap(command, needs.disk_bytes, library)
        self._process = subprocess.Popen(
            command,
            cwd="/",
            env=environment,
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        theirs.close()
        self._control, self._loading = ours, True

    def start(self, needs: Needs) -> None:
        """Start the process, unless one that serves these needs runs, and wait until it is ready to fork."""
        self.begin(needs)
        if not self._loading:
            return
        assert self._control is not None
        self._control.settimeout(START_SECONDS)
        threads = self.answer()["threads"]
        if threads != 1:
            self.close()
            raise PreloadedDied(f"the preloaded process has {threads} threads; only a process with one can be forked safely.")
        self._control.settimeout(30.0)
        self._loading = False

    def user(self) -> int | None:
        """The user that the next notebook runs as, for a grader who is root: none that another grader uses."""
        if os.geteuid() != 0:
            return None
        self._users = (self._users + 1) % 16
        return sandbox.FIRST_UID + 16 * os.getpid() + self._users

    def fork(self, request: dict[str, Any], descriptors: list[int]) -> int:
        """Start a notebook's process; returns a pidfd for it."""
        self.start(self.needs)
        assert self._control is not None
        try:
            socket.send_fds(self._control, [json.dumps(request).encode()], descriptors)
            _, received, _, _ = socket.recv_fds(self._control, 1024, 1)
        except OSError as error:
            self.close()
            raise PreloadedDied(f"the preloaded process does not answer ({error}).") from error
        if not received:
            self.close()
            raise PreloadedDied("the preloaded process has ended.")
        return received[0]

    def answer(self) -> dict[str, Any]:
        """The next message of the process."""
        assert self._control is not None
        try:
            data = self._control.recv(4096)
        except OSError as error:
            self.close()
            raise PreloadedDied(f"the preloaded process does not answer ({error}).") from error
        if not data:
            self.close()
            raise PreloadedDied("the preloaded process has ended.")
        return json.loads(data)

    def close(self) -> None:
        """End the process, and with it what it runs."""
        if self._control is not None:
            self._control.close()
            self._control = None
        if self._process is not None:
            try:
                self._process.wait(5)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None

    def __enter__(self) -> Preloaded:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


_idle: list[Preloaded] = []


@contextmanager
def borrowed(needs: Needs | None = None) -> Iterator[Preloaded]:
    """A preloaded process that no other thread uses, if there is one with what is needed loaded; kept afterwards for the next."""
    idle = sorted(_idle, key=lambda process: process.needs == needs)
    if idle:
        process = idle[-1]
        _idle.remove(process)
    else:
        process = Preloaded()
        atexit.register(process.close)
    try:
        yield process
    finally:
        _idle.append(process)
