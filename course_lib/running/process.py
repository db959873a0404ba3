"""Talking to the process of one notebook: lines of JSON in both directions, what is written past Python, interrupts, and its end."""

from __future__ import annotations

import base64
import codecs
import contextlib
import json
import os
import re
import select
import signal
import socket
import time
from collections.abc import Callable, Mapping
from typing import Any

from course_lib.asking import EVIDENCE_TYPE
from course_lib.running.limits import Limits
from course_lib.running.preloaded import ENVIRONMENT, ONE_THREAD, START_SECONDS, Preloaded

_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")
Message = dict[str, Any]


class Died(Exception):
    """The notebook's process is gone, or was killed; the message is the reason as a clause."""


class NotebookProcess:
    """A process forked for one notebook.

    Parameters
    ----------
    preloaded : Preloaded
    files : mapping from str to bytes
        What lies beside the notebook.
    limits : Limits
    seed : int or None
        From which the notebook's random numbers start.
    asks : bool
        Whether there is somebody to answer what it asks.
    require_sandbox : bool
    written : callable
        Takes the name of a stream and what a subprocess or a C library wrote to it.
    """

    def __init__(
        self,
        preloaded: Preloaded,
        files: Mapping[str, bytes],
        limits: Limits,
        seed: int | None,
        asks: bool,
        require_sandbox: bool,
        written: Callable[[str, str], None],
    ) -> None:
        self.preloaded, self.limits, self.written = preloaded, limits, written
        self.interrupted = False
        self._exit: int | None = None
        self._reason = ""
        self._buffer = bytearray()
        self._received = 0
        self._ended = False
        self._connection, theirs = socket.socketpair()
        out, out_end = os.pipe()
        err, err_end = os.pipe()
        request = {
            "asks": asks,
            "environment": notebook_environment(),
            "evidence_type": EVIDENCE_TYPE,
            "limits": limits.to_json(),
            "require_sandbox": require_sandbox,
            "seed": int.from_bytes(os.urandom(6)) if seed is None else seed,
            "uid": preloaded.user(),
        }
        self._pipes = {out: ("stdout", _decoder()), err: ("stderr", _decoder())}
        self._opened = [out, err]
        try:
            self._process = preloaded.fork(request, [theirs.fileno(), out_end, err_end])
        except BaseException:
            self._close_descriptors()
            raise
        finally:
            theirs.close()
            os.close(out_end)
            os.close(err_end)
        for descriptor in (self._connection.fileno(), out, err):
            os.set_blocking(descriptor, False)
        self._poll = select.poll()
        for descriptor in (self._connection.fileno(), out, err, self._process):
            self._poll.register(descriptor, select.POLLIN)
        self._deadline = time.monotonic() + limits.notebook_seconds
        self._files = {name: base64.b64encode(content).decode() for name, content in files.items()}

    def get_ready(self, take: Callable[[Message], None]) -> Message:
        """Hand over the files and wait until it is confined; returns what it says of that."""
        self.send(self._files)
        return self.wait_for("ready", START_SECONDS, take)

    def begin_cell(self) -> None:
        self.interrupted, self._received = False, 0

    def send(self, message: Message) -> None:
        data = json.dumps(message).encode() + b"\n"
        self._connection.setblocking(True)
        self._connection.settimeout(self.limits.grace_seconds + 30)
        try:
            self._connection.sendall(data)
        except OSError as error:
            raise self._death("the Python process no longer listened to the grader") from error
        finally:
            self._connection.setblocking(False)

    def wait_for(self, kind: str, seconds: float, take: Callable[[Message], None]) -> Message:
        """Hand messages to `take` until one of the given kind; interrupt after `seconds`, then kill."""
        deadline = time.monotonic() + seconds
        while True:
            while (message := self._next_message()) is not None:
                if message.get("type") == kind:
                    return message
                begun = time.monotonic()
                take(message)
                if message.get("type") == "ask":
                    # the grader's own work is not the notebook's time
                    deadline += time.monotonic() - begun
                    self._deadline += time.monotonic() - begun
            now = time.monotonic()
            if now >= self._deadline:
                self._kill()
                raise Died(f"all cells together took more than {self.limits.notebook_seconds:g} seconds")
            if now >= deadline:
                if self.interrupted or kind == "ready":
                    self._kill()
                    raise Died(
                        f"a cell took more than {self.limits.cell_seconds:g} seconds, could not be interrupted and was killed"
                    )
                self.interrupted = True
                with contextlib.suppress(ProcessLookupError):
                    signal.pidfd_send_signal(self._process, signal.SIGINT)
                deadline = now + self.limits.grace_seconds
            self._receive(min(deadline, self._deadline) - now)

    def drain_pipes(self) -> None:
        """Take what was written past Python so far."""
        for descriptor in list(self._pipes):
            # a process left in the background may write for ever
            for _ in range(64):
                if not self._read_pipe(descriptor):
                    break

    def finish(self) -> None:
        """End the process and everything it started."""
        try:
            self._kill()
        finally:
            os.close(self._process)
            self._close_descriptors()

    def _receive(self, seconds: float) -> None:
        ready = [descriptor for descriptor, _ in self._poll.poll(max(0, seconds) * 1000 + 1)]
        for descriptor in ready:
            if descriptor in self._pipes:
                self._read_pipe(descriptor)
                continue
            if descriptor == self._process:
                # what it sent before it died comes first; a copy of it may hold the connection open
                if self._connection.fileno() not in ready:
                    raise self._death("the Python process ended")
                continue
            try:
                data = self._connection.recv(1 << 20)
            except BlockingIOError:
                continue
            except OSError:
                data = b""
            if not data:
                raise self._death("the Python process closed its connection to the grader")
            self._buffer += data
            self._received += len(data)
            if self._received > self._flood:
                self._kill()
                raise Died("a cell sent far more output than is accepted")

    @property
    def _flood(self) -> int:
        """More than an honest process can send of one cell: it stops at its limits, and JSON makes six bytes of one at most."""
        return 8 * self.limits.output_bytes + 2 * self.limits.evidence_bytes + (1 << 20)

    def _next_message(self) -> Message | None:
        line, newline, rest = self._buffer.partition(b"\n")
        if not newline:
            return None
        self._buffer = rest
        try:
            message = json.loads(line)
            if _SURROGATE.search(line):
                message = _without_surrogates(message)
        except (ValueError, RecursionError):
            message = None
        if not isinstance(message, dict):
            self._kill()
            raise Died("the Python process sent the grader something that is not an output")
        if message.get("type") == "ask":
            # a question is answered and forgotten, so many of them are no flood
            self._received -= len(line)
        return message

    def _read_pipe(self, descriptor: int) -> bool:
        """Take what was written past Python, by a subprocess or a C library."""
        try:
            data = os.read(descriptor, 1 << 16)
        except BlockingIOError:
            return False
        if not data:
            self._poll.unregister(descriptor)
            del self._pipes[descriptor]
            return False
        name, decoder = self._pipes[descriptor]
        self.written(name, decoder.decode(data))
        return True

    def _kill(self) -> None:
        if not self._ended:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._process, signal.SIGKILL)
            answer = self.preloaded.answer()
            self._exit, self._reason = answer["exit"], answer["reason"]
            self._ended = True

    def _death(self, otherwise: str) -> Died:
        """Why the process is gone."""
        time_to_die = select.poll()
        time_to_die.register(self._process, select.POLLIN)
        if not time_to_die.poll(1000):
            self._kill()
            return Died(otherwise)
        self._kill()
        if self._reason:
            return Died(self._reason)
        if self._exit is not None and self._exit < 0:
            number = -self._exit
            if number == signal.SIGKILL:
                return Died("the Python process was killed, most likely because the memory ran out")
            if number in (signal.SIGSEGV, signal.SIGBUS, signal.SIGABRT, signal.SIGILL, signal.SIGFPE):
                return Died(f"the Python process crashed ({signal.strsignal(number)})")
            return Died(f"the Python process was ended by a signal ({signal.strsignal(number)})")
        return Died(f"the Python process ended itself (exit code {self._exit})")

    def _close_descriptors(self) -> None:
        self._connection.close()
        for descriptor in self._opened:
            os.close(descriptor)


def notebook_environment() -> dict[str, str]:
    """The environment a notebook runs in: a few harmless variables."""
    environment = {name: os.environ[name] for name in ENVIRONMENT if name in os.environ}
    environment |= ONE_THREAD | {"CUDA_VISIBLE_DEVICES": "", "MPLBACKEND": "inline", "PAGER": "cat", "TERM": "xterm-color"}
    environment["USER"] = environment["LOGNAME"] = "student"
    return environment


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
