"""A process that has imported everything already and forks a child for each notebook: importing torch takes seconds, forking
milliseconds.

Started by `course_lib.running.preloaded` with one end of a socket, why there is no bubblewrap around it, and what notebooks import. It must
never run a second thread or touch the files of a course: a child starts as its exact copy. What is in its memory is the notebooks', too, so
it imports nothing but what they may see.
"""

from __future__ import annotations

import base64
import contextlib
import gc
import importlib
import io
import json
import os
import pkgutil
import random
import resource
import select
import signal
import socket
import sys
import tempfile
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from pathlib import Path
from typing import Any

import course_lib.driving
from course_lib.running import sandbox
from course_lib.running.sandbox.libc import PR_SET_CHILD_SUBREAPER, PR_SET_PDEATHSIG, prctl
from course_lib.running.scratch import Scratch, remove_tree

MAX_REQUEST = 1 << 16
WATCH_MILLISECONDS = 200
LAST = 19
SHARED_MEMORY = Path("/dev/shm")
# what is left there by a notebook is all that was not there before the first
BEFORE: set[Path] = set()


def main(descriptor: int, wrapped: str, library: sandbox.Library | None, imports: Sequence[str]) -> None:
    """Answer requests until the other end of the socket is closed."""
    control = socket.socket(fileno=descriptor)
    prctl(PR_SET_CHILD_SUBREAPER, 1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    preload(imports)
    from course_lib.running.shell import make_shell

    shell = make_shell()
    show_figures(shell)
    threads = len(os.listdir("/proc/self/task"))
    BEFORE.update(_shared_files())
    sandbox.prepare(wrapped=wrapped, library=library)
    gc.collect()
    gc.freeze()
    control.send(json.dumps({"threads": threads}).encode())
    while True:
        data, descriptors, _, _ = socket.recv_fds(control, MAX_REQUEST, 3)
        if not data:
            os._exit(0)
        request = json.loads(data) | {"wrapped": wrapped}
        scratch = Scratch()
        loaded = _anonymous(os.getpid())
        child = os.fork()
        if child == 0:
            try:
                _become_notebook(request, descriptors, scratch, shell, library)
            finally:
                # the ordinary way out runs torch's teardown, which takes longer than most notebooks
                os._exit(0)
        process = os.pidfd_open(child)
        try:
            socket.send_fds(control, [b"started"], [process])
        except OSError:
            # the grader has gone
            signal.pidfd_send_signal(process, signal.SIGKILL)
            _clean_up(scratch, wrapped)
            os._exit(0)
        for received in descriptors:
            os.close(received)
        reason = _wait(child, process, control, request, scratch, loaded)
        _, status = os.waitpid(child, 0)
        os.close(process)
        _clean_up(scratch, wrapped)
        try:
            control.send(json.dumps({"exit": os.waitstatus_to_exitcode(status), "reason": reason}).encode())
        except OSError:
            # the grader went while this was cleaning up
            os._exit(0)


class _Absent(MetaPathFinder):
    """Says why a module of the library is not there; asked last, when nothing else has found it."""

    def find_spec(self, fullname: str, path: object = None, target: object = None) -> None:
        if fullname.startswith("course_lib."):
            raise ModuleNotFoundError(
                f"No module named {fullname!r}: it is absent while a class is graded, because a question asks to write what stands there.",
                name=fullname,
            )


def preload(imports: Sequence[str]) -> None:
    """Import what notebooks import, and do once what is slow the first time."""
    import matplotlib

    matplotlib.use("agg")
    import matplotlib.pyplot as plt

    # drawn as notebooks draw: the first picture, label, contour and logarithmic axis load what all need
    figure, (left, right) = plt.subplots(1, 2)
    left.plot([0.0, 1.0], "o-", label="$x^2$")
    left.legend()
    left.set(title="a", xlabel="b", yscale="log")
    right.contour([[0.0, 1.0], [2.0, 4.0]])
    figure.savefig(io.BytesIO(), format="png", bbox_inches="tight")
    plt.close(figure)
    with contextlib.suppress(ImportError):
        import torch
        import torch._dynamo

        weight = torch.zeros(2, requires_grad=True)
        (weight**2).sum().backward()
        torch.optim.Adam([weight]).step()
    for module in pkgutil.iter_modules(course_lib.driving.__path__, "course_lib.driving."):
        importlib.import_module(module.name)
    for statement in imports:
        exec(statement, {})
    sys.meta_path.append(_Absent())


def show_figures(shell: Any) -> None:
    """Have figures shown below their cells, as notebooks do."""
    import matplotlib.pyplot as plt
    import matplotlib_inline.backend_inline  # noqa: F401 - after the shell exists, as it looks for one

    shell.enable_matplotlib("inline")
    # after each cell it would draw every figure once more, on a canvas that nobody sees
    plt.uninstall_repl_displayhook()


def _wait(child: int, process: int, control: socket.socket, request: dict[str, Any], scratch: Scratch, loaded: int) -> str:
    """Until the notebook has ended; returns why, if it used more than it may."""
    poll = select.poll()
    poll.register(process, select.POLLIN)
    poll.register(control, select.POLLIN)
    while True:
        ready = [descriptor for descriptor, _ in poll.poll(WATCH_MILLISECONDS)]
        if process in ready:
            return ""
        if control.fileno() in ready:
            # the grader has gone, and nobody wants the notebook any more
            signal.pidfd_send_signal(process, signal.SIGKILL)
            _clean_up(scratch, request["wrapped"])
            os._exit(0)
        processes = descendants()
        _give_way(processes, child)
        reason = _too_much(processes, request, scratch, loaded)
        if reason:
            signal.pidfd_send_signal(process, signal.SIGKILL)
            return reason


def _give_way(processes: list[int], child: int) -> None:
    """Let what a notebook starts beside its own process run last, or a fork bomb would cost other notebooks their time."""
    for process in processes:
        if process != child:
            # it may have ended, or belong to a user that cannot be touched
            with contextlib.suppress(OSError):
                os.setpriority(os.PRIO_PROCESS, process, LAST)


def _too_much(processes: list[int], request: dict[str, Any], scratch: Scratch, loaded: int) -> str:
    """What all processes of the notebook use too much of together; the kernel limits one process at a time."""
    limits = request["limits"]
    threads = sum(map(_threads, processes))
    if threads > limits["processes"]:
        return f"it had {threads} processes and threads, more than {limits['processes']:g}"
    most = limits["memory_bytes"]
    if sum(max(0, _anonymous(process) - loaded) for process in processes) > most:
        # memory that a fork shares was counted for each process until here
        used = sum(map(_proportional, processes)) - loaded
        if used > most:
            return f"its processes used {used / 1e6:.0f} MB of memory together, more than {most / 1e6:.0f} MB"
    if request["wrapped"] and scratch.size() > limits["disk_bytes"]:
        return f"it wrote more than {limits['disk_bytes'] / 1e6:.0f} MB into files"
    return ""


def _anonymous(process: int) -> int:
    """Memory of a process that is no file's."""
    try:
        with open(f"/proc/{process}/statm") as file:
            _, resident, shared, *_ = map(int, file.read().split())
    except OSError:
        return 0
    return (resident - shared) * resource.getpagesize()


def _proportional(process: int) -> int:
    """The same, where what several processes share is counted once."""
    try:
        with open(f"/proc/{process}/smaps_rollup") as file:
            return next(int(line.split()[1]) * 1024 for line in file if line.startswith("Pss_Anon:"))
    except (OSError, StopIteration):
        return 0


def _threads(process: int) -> int:
    try:
        return len(os.listdir(f"/proc/{process}/task"))
    except OSError:
        return 0


def _clean_up(scratch: Scratch, wrapped: str) -> None:
    """End what the notebook started and left behind, and remove what it wrote."""
    kill_descendants()
    scratch.remove()
    if not wrapped:
        for path in set(_shared_files()) - BEFORE:
            if path.is_dir() and not path.is_symlink():
                remove_tree(path)
            else:
                path.unlink(missing_ok=True)


def _shared_files() -> list[Path]:
    """What lies in the directories that bubblewrap gives to all notebooks of this process."""
    return [path for directory in (Path("/tmp"), SHARED_MEMORY) if directory.is_dir() for path in directory.iterdir()]


def kill_descendants() -> None:
    """End all descendants. Orphans come to this process, so in the end none is left."""
    while True:
        with contextlib.suppress(ChildProcessError):
            # those that are dead already
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        found = descendants()
        if not found:
            return
        # stopped first, so that what forks faster than it is killed does not
        for number in (signal.SIGSTOP, signal.SIGKILL):
            for process in found:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(process, number)
        with contextlib.suppress(ChildProcessError):
            os.waitpid(-1, 0)


def descendants() -> list[int]:
    """All processes that descend from this one, however they are related."""
    children: dict[int, list[int]] = {}
    for name in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError), open(f"/proc/{name}/stat") as file:
            # the name of a process, in brackets, may hold anything
            parent = int(file.read().rpartition(")")[2].split()[1])
            children.setdefault(parent, []).append(int(name))
    found: list[int] = []
    queue = [os.getpid()]
    while queue:
        new = children.get(queue.pop(), [])
        found += new
        queue += new
    return found


def _become_notebook(
    request: dict[str, Any], descriptors: list[int], scratch: Scratch, shell: Any, library: sandbox.Library | None
) -> None:
    """In the child: forget where it comes from, be confined, run the cells."""
    os.setsid()
    prctl(PR_SET_CHILD_SUBREAPER, 0)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    # whatever else was open is not the notebook's
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    highest = max(descriptors) + 1
    for target, descriptor in enumerate((descriptors[1], descriptors[2], descriptors[0]), start=1):
        os.dup2(descriptor, highest + target)
    for target in (1, 2, 3):
        os.dup2(highest + target, target, inheritable=target < 3)
    os.closerange(4, 4096)
    connection = socket.socket(fileno=3)
    lines = connection.makefile("r", encoding="utf-8", newline="\n")
    scratch.fill({name: base64.b64decode(content) for name, content in json.loads(lines.readline()).items()})
    gc.enable()

    os.environ.clear()
    os.environ.update(request["environment"] | scratch.environment())
    if library:
        # for the processes that it starts
        os.environ["PYTHONPATH"] = library.folder
    os.chdir(scratch.work)
    sys.path.insert(0, str(scratch.work))
    sys.argv = ["notebook"]
    tempfile.tempdir = None
    _seed(request["seed"])
    directories = [str(scratch.path)] + ([] if request["wrapped"] else [str(SHARED_MEMORY)])
    layers = sandbox.confine(directories, request["limits"], wrapped=request["wrapped"], uid=request["uid"], library=library)
    # a change of user would undo it
    prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    from course_lib.running.shell import run

    run(connection, lines, request | {"report": {"isolation": layers}}, shell)


def _seed(seed: int) -> None:
    """The random numbers of a run depend on its seed alone, not on what the parent drew before."""
    import numpy as np

    random.seed(seed)
    np.random.seed(seed % 2**32)
    if "torch" in sys.modules:
        sys.modules["torch"].manual_seed(seed)
