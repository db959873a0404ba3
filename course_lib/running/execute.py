"""Running a notebook in a process of its own, with limits, and taking its outputs without trusting them."""

from __future__ import annotations

import atexit
import base64
import codecs
import contextlib
import json
import os
import re
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

import course_lib
from course_lib.checks.collecting import MIME_TYPE as EVIDENCE_TYPE
from course_lib.running import sandbox
from course_lib.running.limits import Limits
from course_lib.running.scratch import check_names

# what a notebook's process gets to know of the environment the grader runs in
ENVIRONMENT = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "LD_LIBRARY_PATH")
ONE_THREAD = {name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")}
START_SECONDS = 120.0
# the library that grades is the one that notebooks find, installed or not
START = f"""
import sys
sys.path.insert(0, {str(Path(course_lib.__file__).parents[1])!r})
import course_lib
del sys.path[0]
from course_lib.running.forking import main
main(int(sys.argv[1]), sys.argv[2])
"""
# errors in a cell's outputs that are the grader's own words
GRADER_ERRORS = ("NotRun", "NotebookEnded", "CellTimeout", "EvidenceTooLarge")
DEEPEST = 100  # lists and dicts in each other in an output; evidence has few, and a written notebook must be read again
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")
_MIME = re.compile(r"[\w.+-]{1,60}/[\w.+-]{1,100}")


class PreloadedDied(RuntimeError):
    """The process that forks the notebooks is gone or does not answer."""


class NoFork(RuntimeError):
    """This platform cannot run notebooks in forked processes."""


@dataclass
class Execution:
    """How the run of a notebook went.

    Attributes
    ----------
    notebook : NotebookNode
        The notebook with outputs.
    problem : str
        Why it did not run to its end, as a sentence; empty if it did.
    notes : list of str
        What else happened on the way: cells that were stopped, output that was cut.
    seconds : float
        Wall time of all cells.
    isolation : list of str
        What kept the notebook from the rest of the machine.
    """

    notebook: NotebookNode
    problem: str = ""
    notes: list[str] = field(default_factory=list)
    seconds: float = 0.0
    isolation: list[str] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """Everything but the notebook, as JSON data."""
        return {
            "problem": self.problem,
            "notes": self.notes,
            "seconds": round(self.seconds, 3),
            "isolation": self.isolation,
        }


def can_fork() -> bool:
    """Whether this platform can fork notebooks from a preloaded process; where not, `execute` starts a kernel for each."""
    return sys.platform == "linux" and hasattr(os, "pidfd_open")


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
        self._disk_bytes = 0
        self._users = 0
        self._loading = False

    def begin(self, disk_bytes: int = Limits.disk_bytes) -> None:
        """Start the process, unless it runs, and do not wait until it has loaded everything.

        Its notebooks share a file system of this size, if they get one of their own.
        """
        running = self._process is not None and self._process.poll() is None and self._control is not None
        if running and disk_bytes == self._disk_bytes:
            return
        self._disk_bytes = disk_bytes
        self.close()
        if not can_fork():
            raise NoFork("notebooks can be forked from a preloaded process on Linux only.")
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        environment = {name: os.environ[name] for name in (*ENVIRONMENT, "HOME", "MPLCONFIGDIR") if name in os.environ}
        # CUDA must not be touched before a fork, and a grader has better uses for a GPU
        environment |= ONE_THREAD | {"CUDA_VISIBLE_DEVICES": "", "MPLBACKEND": "agg"}
        # -P and a working directory elsewhere: nothing of a course may be imported by accident
        wrapped = sandbox.bubblewrap_missing() if self._wrap else "switched off"
        command = [sys.executable, "-P", "-c", START, str(theirs.fileno()), wrapped]
        if not wrapped:
            command = sandbox.bubblewrap(command, disk_bytes)
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

    def start(self, disk_bytes: int = Limits.disk_bytes) -> None:
        """Start the process, unless it runs, and wait until it is ready to fork."""
        self.begin(disk_bytes)
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
        self.start(self._disk_bytes or Limits.disk_bytes)
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
def borrowed() -> Iterator[Preloaded]:
    """A preloaded process that no other thread uses; kept afterwards for the next."""
    try:
        process = _idle.pop()
    except IndexError:
        process = Preloaded()
        atexit.register(process.close)
    try:
        yield process
    finally:
        _idle.append(process)


def execute(
    notebook: NotebookNode,
    files: Mapping[str, bytes] | None = None,
    *,
    seed: int | None = None,
    limits: Limits | None = None,
    preloaded: Preloaded | None = None,
    require_sandbox: bool = False,
) -> Execution:
    """Run the code cells of a notebook, from the first to the last.

    Parameters
    ----------
    notebook : NotebookNode
        It is changed: its cells get their outputs.
    files : mapping from str to bytes
        What lies beside the notebook, by relative path.
    seed : int, optional
        The seed of the grading run, which checks find in the environment as ``COURSE_SEED`` and from which random numbers start.
        Without it, checks judge at once, as they do for a student.
    limits : Limits
    preloaded : Preloaded
        The process to fork from, which no other thread may use meanwhile; by default one that is idle.
    require_sandbox : bool
        Refuse where a layer of the sandbox is missing.

    Returns
    -------
    Execution

    Raises
    ------
    SandboxMissing
        If a layer is missing and was required.
    ValueError
        If a file would not lie beside the notebook.
    """
    limits, files = limits or Limits(), files or {}
    check_names(files)
    if not can_fork():
        from course_lib.running.kernel import NO_SANDBOX, execute_in_kernel

        if require_sandbox:
            raise sandbox.SandboxMissing(f"the sandbox was required, but there is {NO_SANDBOX}.")
        return execute_in_kernel(notebook, files, seed=seed, limits=limits)
    with nullcontext(preloaded) if preloaded else borrowed() as process:
        run = _Run(notebook, limits)
        run.start(process, files, seed, require_sandbox)
        try:
            return run.cells()
        finally:
            run.finish()


def notebook_environment(seed: int | None) -> dict[str, str]:
    """The environment a notebook runs in: a few harmless variables."""
    environment = {name: os.environ[name] for name in ENVIRONMENT if name in os.environ}
    environment |= ONE_THREAD | {"CUDA_VISIBLE_DEVICES": "", "MPLBACKEND": "inline", "PAGER": "cat", "TERM": "xterm-color"}
    environment["USER"] = environment["LOGNAME"] = "student"
    if seed is not None:
        environment["COURSE_SEED"] = str(seed)
    return environment


class _Died(Exception):
    """The notebook's process is gone, or was killed; the message is the reason as a clause."""


class _Run:
    """One run: talks to the notebook's process and turns what it sends into outputs."""

    def __init__(self, notebook: NotebookNode, limits: Limits) -> None:
        self.result = Execution(notebook)
        self.limits = limits
        self.displays: dict[str, list[NotebookNode]] = {}
        self.kept = 0
        self.exit: int | None = None
        self.reason = ""
        self.buffer = bytearray()
        self.ended = False

    def start(self, preloaded: Preloaded, files: Mapping[str, bytes], seed: int | None, require_sandbox: bool) -> None:
        self.preloaded = preloaded
        self.require_sandbox = require_sandbox
        self.files = {name: base64.b64encode(content).decode() for name, content in files.items()}
        preloaded.start(self.limits.disk_bytes)
        self.connection, theirs = socket.socketpair()
        out, out_end = os.pipe()
        err, err_end = os.pipe()
        request = {
            "environment": notebook_environment(seed),
            "evidence_type": EVIDENCE_TYPE,
            "limits": self.limits.to_json(),
            "require_sandbox": require_sandbox,
            "seed": int.from_bytes(os.urandom(6)) if seed is None else seed,
            "uid": preloaded.user(),
        }
        self.pipes = {out: ("stdout", _decoder()), err: ("stderr", _decoder())}
        self.opened = [out, err]
        try:
            self.process = preloaded.fork(request, [theirs.fileno(), out_end, err_end])
        except BaseException:
            self.close_descriptors()
            raise
        finally:
            theirs.close()
            os.close(out_end)
            os.close(err_end)
        for descriptor in (self.connection.fileno(), out, err):
            os.set_blocking(descriptor, False)
        self.poll = select.poll()
        for descriptor in (self.connection.fileno(), out, err, self.process):
            self.poll.register(descriptor, select.POLLIN)

    def cells(self) -> Execution:
        begun = time.monotonic()
        self.notebook_deadline = begun + self.limits.notebook_seconds
        result = self.result
        cells = [cell for cell in result.notebook.cells if cell.cell_type == "code"]
        for cell in cells:
            cell.outputs, cell.execution_count = [], None
        current = None
        try:
            self.begin_cell(None)
            self.send(self.files)
            result.isolation = list(map(str, self.wait_for("ready", START_SECONDS).get("isolation", [])))
            missing = sandbox.missing_layers(result.isolation)
            if self.require_sandbox and missing:
                raise sandbox.SandboxMissing(f"the sandbox was required, but there is {', '.join(missing)}.")
            for number, current in enumerate(cells, 1):
                if current.source.strip():
                    self.run_cell(current, number)
        except _Died as death:
            result.problem = f"The notebook did not run to its end, because {death}."
            reached = cells.index(current) if current is not None else -1
            for index, cell in enumerate(cells):
                if index == reached:
                    cell.outputs.append(error_output("NotebookEnded", f"The notebook ended here, because {death}."))
                elif index > reached and cell.source.strip():
                    cell.outputs = [error_output("NotRun", f"This cell was not run, because before it {death}.")]
        result.seconds = time.monotonic() - begun
        return result

    def run_cell(self, cell: NotebookNode, number: int) -> None:
        self.begin_cell(number)
        cell.outputs = self.outputs
        begun = datetime.now(UTC)
        pictures = self.limits.pictures or not cell.metadata.get("nbgrader", {}).get("locked")
        self.send({"source": cell.source, "pictures": pictures})
        done = self.wait_for("done", self.limits.cell_seconds)
        # as nbclient records it
        cell.metadata["execution"] = {
            "iopub.execute_input": begun.isoformat(),
            "shell.execute_reply": datetime.now(UTC).isoformat(),
        }
        count = done.get("execution_count")
        cell.execution_count = count if isinstance(count, int) and 0 < count < 10**6 else None
        self.drain_pipes()
        if self.interrupted:
            if self.outputs and self.outputs[-1].output_type == "error" and self.outputs[-1].ename == "KeyboardInterrupt":
                self.outputs.pop()
            limit = f"{self.limits.cell_seconds:g} seconds"
            self.outputs.append(
                error_output("CellTimeout", f"This cell was stopped after {limit}. Is there a loop that never ends?")
            )
            self.result.notes.append(f"Code cell {number} was stopped after {limit}.")

    def begin_cell(self, number: int | None) -> None:
        self.outputs: list[NotebookNode] = []
        self.number = number
        self.clear_next = self.interrupted = False
        self.cut: set[str] = set()
        self.size = {"output": 0, "evidence": 0}
        self.received = 0

    # talking to the process

    def send(self, message: dict[str, Any]) -> None:
        data = json.dumps(message).encode() + b"\n"
        self.connection.setblocking(True)
        self.connection.settimeout(self.limits.grace_seconds + 30)
        try:
            self.connection.sendall(data)
        except OSError as error:
            raise self.death("the Python process no longer listened to the grader") from error
        finally:
            self.connection.setblocking(False)

    def wait_for(self, kind: str, seconds: float) -> dict[str, Any]:
        """Take messages until one of the given kind; interrupt after `seconds`, then kill."""
        deadline = time.monotonic() + seconds
        while True:
            while (message := self.next_message()) is not None:
                if message.get("type") == kind:
                    return message
                self.take(message)
            now = time.monotonic()
            if now >= self.notebook_deadline:
                self.kill()
                raise _Died(f"all cells together took more than {self.limits.notebook_seconds:g} seconds")
            if now >= deadline:
                if self.interrupted or kind == "ready":
                    self.kill()
                    raise _Died(
                        f"a cell took more than {self.limits.cell_seconds:g} seconds, could not be interrupted and was killed"
                    )
                self.interrupted = True
                with contextlib.suppress(ProcessLookupError):
                    signal.pidfd_send_signal(self.process, signal.SIGINT)
                deadline = now + self.limits.grace_seconds
            self.receive(min(deadline, self.notebook_deadline) - now)

    def receive(self, seconds: float) -> None:
        ready = [descriptor for descriptor, _ in self.poll.poll(max(0, seconds) * 1000 + 1)]
        for descriptor in ready:
            if descriptor in self.pipes:
                self.read_pipe(descriptor)
                continue
            if descriptor == self.process:
                # what it sent before it died comes first; a copy of it may hold the connection open
                if self.connection.fileno() not in ready:
                    raise self.death("the Python process ended")
                continue
            try:
                data = self.connection.recv(1 << 20)
            except BlockingIOError:
                continue
            except OSError:
                data = b""
            if not data:
                raise self.death("the Python process closed its connection to the grader")
            self.buffer += data
            self.received += len(data)
            if self.received > self.flood:
                self.kill()
                raise _Died("a cell sent far more output than is accepted")

    @property
    def flood(self) -> int:
        """More than an honest process can send of one cell: it stops at its limits, and JSON makes six bytes of one at most."""
        return 8 * self.limits.output_bytes + 2 * self.limits.evidence_bytes + (1 << 20)

    def next_message(self) -> dict[str, Any] | None:
        line, newline, rest = self.buffer.partition(b"\n")
        if not newline:
            return None
        self.buffer = rest
        try:
            message = json.loads(line)
            if _SURROGATE.search(line):
                message = _without_surrogates(message)
        except (ValueError, RecursionError):
            message = None
        if not isinstance(message, dict):
            self.kill()
            raise _Died("the Python process sent the grader something that is not an output")
        return message

    def read_pipe(self, descriptor: int) -> bool:
        """Take what was written past Python, by a subprocess or a C library."""
        try:
            data = os.read(descriptor, 1 << 16)
        except BlockingIOError:
            return False
        if not data:
            self.poll.unregister(descriptor)
            del self.pipes[descriptor]
            return False
        name, decoder = self.pipes[descriptor]
        self.stream(name, decoder.decode(data))
        return True

    def drain_pipes(self) -> None:
        for descriptor in list(self.pipes):
            # a process left in the background may write for ever
            for _ in range(64):
                if not self.read_pipe(descriptor):
                    break

    def kill(self) -> None:
        if not self.ended:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self.process, signal.SIGKILL)
            answer = self.preloaded.answer()
            self.exit, self.reason = answer["exit"], answer["reason"]
            self.ended = True

    def death(self, otherwise: str) -> _Died:
        """Why the process is gone."""
        time_to_die = select.poll()
        time_to_die.register(self.process, select.POLLIN)
        if not time_to_die.poll(1000):
            self.kill()
            return _Died(otherwise)
        self.kill()
        if self.reason:
            return _Died(self.reason)
        if self.exit is not None and self.exit < 0:
            number = -self.exit
            if number == signal.SIGKILL:
                return _Died("the Python process was killed, most likely because the memory ran out")
            if number in (signal.SIGSEGV, signal.SIGBUS, signal.SIGABRT, signal.SIGILL, signal.SIGFPE):
                return _Died(f"the Python process crashed ({signal.strsignal(number)})")
            return _Died(f"the Python process was ended by a signal ({signal.strsignal(number)})")
        return _Died(f"the Python process ended itself (exit code {self.exit})")

    def finish(self) -> None:
        """End the process and everything it started."""
        try:
            self.kill()
        finally:
            os.close(self.process)
            self.close_descriptors()

    def close_descriptors(self) -> None:
        self.connection.close()
        for descriptor in self.opened:
            os.close(descriptor)

    # turning messages into outputs

    def take(self, message: dict[str, Any]) -> None:
        kind = message.get("type")
        if kind == "stream" and message.get("name") in ("stdout", "stderr") and isinstance(message.get("text"), str):
            self.stream(message["name"], message["text"])
        elif kind in ("display_data", "execute_result"):
            output = new_output(kind, data=_bundle(message.get("data")), metadata=harmless_metadata(message.get("metadata")))
            if kind == "execute_result":
                output["execution_count"] = None
                count = message.get("execution_count")
                if isinstance(count, int) and 0 < count < 10**6:
                    output["execution_count"] = count
            if output.data and self.keep(output):
                name = message.get("display_id")
                if isinstance(name, str):
                    self.displays.setdefault(name, []).append(output)
        elif kind == "update_display_data":
            self.update(message)
        elif kind == "error":
            lines = message.get("traceback")
            lines = [str(line) for line in lines] if isinstance(lines, list) else []
            self.keep(error_output(str(message.get("ename")), str(message.get("evalue")), lines))
        elif kind == "clear_output":
            self.clear_next = True
            if not message.get("wait"):
                self.clear()
        elif kind == "cut":
            self.say_cut("evidence" if message.get("what") == "evidence" else "output")

    def keep(self, output: NotebookNode) -> bool:
        kind = "evidence" if EVIDENCE_TYPE in output.get("data", {}) else "output"
        size = len(json.dumps(output))
        limit = self.limits.evidence_bytes if kind == "evidence" else self.limits.output_bytes
        self.size[kind] += size
        self.kept += size
        total = self.limits.notebook_output_bytes + 4 * self.limits.evidence_bytes
        if self.size[kind] > limit + 1000 or self.kept > total:
            self.say_cut(kind)
            return False
        self.clear()
        self.outputs.append(output)
        return True

    def stream(self, name: str, text: str) -> None:
        left = self.limits.output_bytes - self.size["output"]
        if not text or left <= 0 or self.kept > self.limits.notebook_output_bytes:
            if text:
                self.say_cut("output")
            return
        self.clear()
        kept = text[:left]
        self.size["output"] += len(kept)
        self.kept += len(kept)
        last = self.outputs[-1] if self.outputs else None
        if last is not None and last.output_type == "stream" and last.name == name:
            last.text += kept
        else:
            self.outputs.append(new_output("stream", name=name, text=kept))
        if len(text) > left:
            self.say_cut("output")

    def say_cut(self, what: str) -> None:
        """Note once in a cell that something was dropped."""
        if what in self.cut:
            return
        self.cut.add(what)
        if what == "evidence":
            note = f"Code cell {self.number}: its evidence was more than {self.limits.evidence_bytes} bytes and was dropped."
            self.outputs.append(error_output("EvidenceTooLarge", note))
        else:
            note = f"Code cell {self.number}: its output was cut after {self.limits.output_bytes} bytes."
            self.outputs.append(new_output("stream", name="stdout", text=f"\n... {note}\n"))
        self.result.notes.append(note)

    def update(self, message: dict[str, Any]) -> None:
        data, metadata = _bundle(message.get("data")), harmless_metadata(message.get("metadata"))
        size = len(json.dumps(data))
        self.size["output"] += size
        self.kept += size
        if EVIDENCE_TYPE in data or self.size["output"] > self.limits.output_bytes:
            return
        name = message.get("display_id")
        for output in self.displays.get(name, []) if isinstance(name, str) else []:
            output["data"], output["metadata"] = data, metadata

    def clear(self) -> None:
        if self.clear_next:
            self.clear_next = False
            # in place: the list is the cell's
            del self.outputs[:]


def _without_surrogates(value: Any) -> Any:
    """JSON may hold halves of characters, which cannot be written into a file."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, list):
        return [_without_surrogates(item) for item in value]
    if isinstance(value, dict):
        return {_without_surrogates(key): _without_surrogates(item) for key, item in value.items()}
    return value


def _decoder() -> Any:
    return codecs.getincrementaldecoder("utf-8")("replace")


def new_output(kind: str, **fields: Any) -> NotebookNode:
    """An output of a cell. nbformat's own constructor validates it against a schema, which takes longer than all else."""
    if kind in ("display_data", "execute_result"):
        fields = {"metadata": NotebookNode()} | fields
    return NotebookNode(output_type=kind, **fields)


def error_output(name: str, value: str, traceback: list[str] | None = None) -> NotebookNode:
    """An error as a cell shows it."""
    return new_output("error", ename=name, evalue=value, traceback=traceback or [f"{name}: {value}"])


def _bundle(data: Any) -> NotebookNode:
    """The MIME bundle of an output, without what is not one."""
    if not isinstance(data, dict):
        return NotebookNode()
    return NotebookNode(
        {
            mime: value
            for mime, value in data.items()
            if _MIME.fullmatch(mime) and (isinstance(value, str) or (mime.endswith("json") and not _is_deeper(value, DEEPEST)))
        }
    )


def _is_deeper(value: Any, depth: int) -> bool:
    """Whether lists and dicts lie in each other more than `depth` times; too deep, they cannot be written or read any more."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return any(depth == 0 or _is_deeper(item, depth - 1) for item in inner if isinstance(item, (dict, list)))


def harmless_metadata(data: Any) -> NotebookNode:
    """Of the metadata of an output the sizes of its pictures and what they are drawn on: pages quote it as it stands."""
    kept = NotebookNode()
    for mime, said in data.items() if isinstance(data, dict) else ():
        if mime.startswith("image/") and _MIME.fullmatch(mime) and isinstance(said, dict):
            sizes = {name: said[name] for name in ("width", "height") if type(said.get(name)) in (int, float)}
            kept[mime] = NotebookNode({name: size for name, size in sizes.items() if 0 < size < 1e5})
            if said.get("needs_background") in ("light", "dark"):
                kept[mime]["needs_background"] = said["needs_background"]
    return kept
