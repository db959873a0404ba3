"""Runs the cells of one notebook, inside the process forked for it.

The grader sends a cell, this process runs it in an IPython shell and sends back what a kernel would have sent: text,
pictures, results, errors. Nothing here is trusted by the grader, since the code of the notebook runs in the same process.
"""

from __future__ import annotations

import base64
import builtins
import getpass
import io
import json
import os
import signal
import socket
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from course_lib import asking
from course_lib.running.sandbox import missing_layers

CHUNK = 1 << 16


class NobodyThere(RuntimeError):
    """The notebook asks a question, and nobody is there to answer."""


class Channel:
    """The way back to the grader: one JSON object a line. Counts what a cell sends, and stops sending at its limit."""

    def __init__(self, connection: socket.socket, output_bytes: int, evidence_bytes: int, evidence_type: str) -> None:
        self._connection = connection
        self._lock = threading.RLock()
        self._limits = {"output": output_bytes, "evidence": evidence_bytes}
        self._sent = {"output": 0, "evidence": 0}
        self._evidence_type = evidence_type
        self.writing: Stream | None = None

    def begin_cell(self) -> None:
        self._sent = {"output": 0, "evidence": 0}

    def send(self, message: dict[str, Any]) -> None:
        """Send a message whatever its size; for the few that steer."""
        self._write(json.dumps(message))

    def text(self, name: str, text: str) -> None:
        """Send what was printed, as far as the limit allows."""
        left = self._limits["output"] - self._sent["output"]
        if left < 0:
            return
        self._sent["output"] += len(text)
        self.send({"type": "stream", "name": name, "text": text[:left]})
        if len(text) > left:
            self._sent["output"] = self._limits["output"] + 1
            self.send({"type": "cut", "what": "output"})

    def rich(self, message: dict[str, Any]) -> None:
        """Send a picture, a result or evidence, if the limit allows."""
        kind = "evidence" if self._evidence_type in message.get("data", {}) else "output"
        line = json.dumps(message, default=_plain)
        if self._sent[kind] > self._limits[kind]:
            return
        self._sent[kind] += len(line)
        if self._sent[kind] > self._limits[kind]:
            self.send({"type": "cut", "what": kind})
            return
        self._write(line)

    def _write(self, line: str) -> None:
        with self._lock:
            self._connection.sendall(line.encode() + b"\n")


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return str(value)


class Stream(io.TextIOBase):
    """sys.stdout or sys.stderr of the notebook."""

    encoding = "utf-8"
    errors = "replace"

    def __init__(self, name: str, channel: Channel, descriptor: int) -> None:
        self.name = f"<{name}>"
        self._kind = name
        self._channel = channel
        self._descriptor = descriptor
        self._parts: list[str] = []
        self._size = 0
        self._lock = threading.RLock()

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() takes a str, not {type(text).__name__}")
        other, self._channel.writing = self._channel.writing, self
        if other is not None and other is not self:
            # what was printed first is shown first
            other.flush()
        with self._lock:
            self._parts.append(text)
            self._size += len(text)
            if self._size >= CHUNK:
                self.flush()
        return len(text)

    def flush(self) -> None:
        with self._lock:
            parts, self._parts, self._size = self._parts, [], 0
            if parts:
                self._channel.text(self._kind, "".join(parts))

    def writable(self) -> bool:
        return True

    def isatty(self) -> bool:
        return False

    def fileno(self) -> int:
        return self._descriptor

    def close(self) -> None:
        """A notebook cannot close its output: the cells after it would lose theirs."""
        self.flush()


class Results(DisplayHook):
    """Sends the value of the last expression of a cell."""

    channel: Channel | None = None
    _message: dict[str, Any] | None = None

    def write_output_prompt(self) -> None:
        self._message = {
            "type": "execute_result",
            "execution_count": self.prompt_count,
            "data": {},
            "metadata": {},
        }

    def write_format_data(self, format_dict: dict, md_dict: dict | None = None) -> None:
        if self._message is not None:
            self._message.update(data=_encoded(format_dict), metadata=md_dict or {})

    def finish_displayhook(self) -> None:
        message, self._message = self._message, None
        flush()
        if message and message["data"] and self.channel:
            self.channel.rich(message)
        self._is_active = False


class Displays(DisplayPublisher):
    """Sends what `display` shows."""

    channel: Channel | None = None

    def publish(
        self,
        data: dict,
        metadata: dict | None = None,
        source: Any = None,
        *,
        transient: Any = None,
        update: bool = False,
        **_: Any,
    ) -> None:
        self._validate_data(data, metadata)
        flush()
        if self.channel:
            kind = "update_display_data" if update else "display_data"
            shown = {"type": kind, "data": _encoded(data), "metadata": metadata or {}}
            self.channel.rich(shown | {"display_id": (transient or {}).get("display_id")})

    def clear_output(self, wait: bool = False) -> None:
        flush()
        if self.channel:
            self.channel.send({"type": "clear_output", "wait": bool(wait)})


class CellShell(InteractiveShell):
    """An IPython shell whose outputs go to the grader."""

    displayhook_class = Results
    display_pub_class = Displays
    channel: Channel | None = None

    def attach(self, channel: Channel) -> None:
        self.channel = self.displayhook.channel = self.display_pub.channel = channel

    def _showtraceback(self, etype: type, evalue: BaseException, stb: list[str]) -> None:
        flush()
        if self.channel:
            try:
                value = str(evalue)
            except Exception as error:
                value = f"(its text cannot be shown: {type(error).__name__})"
            traceback = [str(line) for line in stb]
            self.channel.rich({"type": "error", "ename": etype.__name__, "evalue": value, "traceback": traceback})

    def enable_gui(self, gui: Any = None) -> None:
        """There are no windows here."""

    def ask_exit(self) -> None:
        """`exit` in a cell ends nothing, so that what stands below is graded too."""

    def set_next_input(self, text: str, replace: bool = False) -> None:
        """There is no next input to fill in."""

    def system(self, command: str) -> None:
        """`!command`: run it, and show what it prints while it prints."""
        import subprocess

        command = self.var_expand(command, depth=1)
        pipes: dict[str, Any] = {
            "stdin": subprocess.DEVNULL,
            "stdout": subprocess.PIPE,
            "stderr": subprocess.STDOUT,
        }
        with subprocess.Popen(command, shell=True, text=True, errors="replace", **pipes) as running:
            assert running.stdout is not None
            try:
                while text := running.stdout.read(CHUNK):
                    sys.stdout.write(text)
            except BaseException:
                running.kill()
                raise
        sys.stdout.flush()
        self.user_ns["_exit_code"] = running.returncode


def _encoded(data: dict) -> dict:
    """Pictures as nbformat keeps them, base64 without line breaks."""
    return {mime: base64.b64encode(value).decode() if isinstance(value, bytes) else value for mime, value in data.items()}


def flush() -> None:
    """Send what was printed so far, so that text and pictures keep their order."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except Exception:  # whatever the notebook put in its place
            continue


@contextmanager
def undrawn(shell: InteractiveShell) -> Iterator[None]:
    """Show figures as a line of text: their picture is made when they are shown, and takes longer than all the rest of a cell."""
    from matplotlib.figure import Figure

    assert shell.display_formatter is not None
    formatters = shell.display_formatter.formatters
    drawn = [(formatter, formatter.pop(Figure, None)) for formatter in formatters.values()]
    plain = formatters["text/plain"]
    plain.for_type(Figure, lambda figure, printer, cycle: printer.text("(a picture, not drawn while grading)"))
    try:
        yield
    finally:
        plain.pop(Figure, None)
        for formatter, draw in drawn:
            if draw is not None:
                formatter.for_type(Figure, draw)


def make_shell() -> CellShell:
    """The shell, before it is known whose cells it will run. Starts no thread, so that the process can still be forked."""
    config = Config()
    config.HistoryManager.enabled = False
    shell = CellShell.instance(config=config)
    # the first traceback loads what all need
    shell.run_cell("1 / 0", store_history=False)
    return shell


class Line:
    """The grader's end of the connection, as this process reads it: cells to run, and answers to what was asked.

    Threads that a cell left behind may ask while the next cell is waited for. One of those who wait reads, for all.
    """

    def __init__(self, lines: Iterable[str], channel: Channel) -> None:
        self._lines, self._channel = iter(lines), channel
        self._changed = threading.Condition()
        self._reading = self._closed = False
        self._asked = 0
        self._cells: deque[dict[str, Any]] = deque()
        self._answers: dict[int, dict[str, Any]] = {}

    def cells(self) -> Iterator[dict[str, Any]]:
        """The cells to run, until the grader closes the connection."""
        while (message := self._wait_for(lambda: self._cells.popleft() if self._cells else None)) is not None:
            yield message

    def ask(self, request: dict[str, Any]) -> Any:
        """The grader's answer to a question.

        Raises
        ------
        Refused
            If it does not answer this.
        """
        # an interrupt in the middle of a line would leave its rest to be read as the next
        with _uninterrupted():
            with self._changed:
                self._asked += 1
                number = self._asked
            self._channel.send({"type": "ask", "request": request, "number": number})
            message = self._wait_for(lambda: self._answers.pop(number, None))
        if message is None:
            raise asking.Refused("the grader has gone.")
        return asking.answer_in(message)

    def _wait_for(self, mine: Callable[[], dict[str, Any] | None]) -> dict[str, Any] | None:
        """What `mine` finds among the messages, as soon as it is there; None if the connection is closed before."""
        while True:
            with self._changed:
                while (found := mine()) is None and self._reading and not self._closed:
                    self._changed.wait()
                if found is not None or self._closed:
                    return found
                self._reading = True
            line = None
            try:
                line = next(self._lines, None)
            finally:
                with self._changed:
                    self._reading = False
                    message = {} if line is None else json.loads(line)
                    self._closed = line is None
                    if "source" in message:
                        self._cells.append(message)
                    elif "number" in message:
                        self._answers[message["number"]] = message
                    self._changed.notify_all()


@contextmanager
def _uninterrupted() -> Iterator[None]:
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGALRM})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def run(connection: socket.socket, lines: Iterable[str], request: dict[str, Any], shell: CellShell) -> None:
    """Run the cells that come over `connection` as lines of JSON, until it closes."""
    limits = request["limits"]
    channel = Channel(connection, limits["output_bytes"], limits["evidence_bytes"], request["evidence_type"])
    shell.attach(channel)
    sys.stdout, sys.stderr = Stream("stdout", channel, 1), Stream("stderr", channel, 2)
    vars(sys).update(__stdout__=sys.stdout, __stderr__=sys.stderr)
    sys.stdin = open(os.devnull)  # noqa: SIM115 - it stays open as long as the process lives

    def ask(prompt: object = "", stream: Any = None) -> str:
        raise NobodyThere(
            "input() was called, but nobody is there to answer while a notebook is graded. Write the value into the cell instead."
        )

    builtins.input = ask
    getpass.getpass = ask
    line = Line(lines, channel)
    if request["asks"]:
        asking.grader = line.ask
    process = os.getpid()
    channel.send({"type": "ready", **request["report"]})
    if request["require_sandbox"] and missing_layers(request["report"]["isolation"]):
        return
    for message in line.cells():
        channel.begin_cell()
        count = shell.execution_count
        with nullcontext() if message["pictures"] else undrawn(shell):
            shell.run_cell(message["source"], store_history=True)
        flush()
        if os.getpid() != process:
            # a cell that forks comes back twice; the copy must not go on with the notebook
            os._exit(0)
        channel.send({"type": "done", "execution_count": count})
