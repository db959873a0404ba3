"""Running a notebook in an ordinary Jupyter kernel, where processes cannot be forked (Windows, macOS).

Slower, and with nothing between the notebook and the machine but a time limit: `Execution.isolation` says so.
"""

from __future__ import annotations

import contextlib
import json
import os
import threading
import time
from collections.abc import Mapping
from multiprocessing import AuthenticationError
from multiprocessing.connection import Listener

from nbformat import NotebookNode

from course_lib.asking import ADDRESS_VARIABLE, EVIDENCE_TYPE
from course_lib.running.execution import Execution, Respond, answered
from course_lib.running.limits import Limits
from course_lib.running.outputs import error_output
from course_lib.running.process import notebook_environment
from course_lib.running.scratch import Scratch

MAX_REQUEST = 1 << 24
NO_SANDBOX = "no sandbox (notebooks cannot be forked on this platform, so they ran in ordinary kernels with the grader's rights)"


def execute_in_kernel(
    notebook: NotebookNode, files: Mapping[str, bytes], *, respond: Respond | None, limits: Limits
) -> Execution:
    """Run the code cells of a notebook in a kernel; arguments and result are those of `execute`."""
    from nbclient import NotebookClient
    from nbclient.exceptions import CellTimeoutError, DeadKernelError

    result = Execution(notebook, isolation=[NO_SANDBOX])
    scratch, line = Scratch(), _Line(respond)
    begun = time.monotonic()
    try:
        scratch.fill(files)
        client = NotebookClient(
            notebook,
            timeout=limits.cell_seconds,
            interrupt_on_timeout=True,
            allow_errors=True,
            kernel_name="python3",
            shutdown_kernel="immediate",
            coalesce_streams=True,
            resources={"metadata": {"path": str(scratch.work)}},
            on_cell_start=lambda cell, cell_index: line.begin_cell(cell),
            on_cell_executed=lambda cell, cell_index, execute_reply: _limit(cell, execute_reply, limits, result),
        )
        try:
            client.execute(env=dict(os.environ) | notebook_environment() | scratch.environment() | line.environment())
        except (TimeoutError, CellTimeoutError, DeadKernelError) as error:
            result.problem = f"The notebook did not run to its end, because the kernel ended ({type(error).__name__})."
            for cell in notebook.cells:
                if cell.cell_type == "code" and cell.source.strip() and cell.execution_count is None:
                    cell.outputs = [error_output("NotRun", "This cell was not run, because before it the kernel ended.")]
    finally:
        line.close()
        scratch.remove()
    result.seconds = time.monotonic() - begun
    return result


class _Line:
    """Listens on this machine for what the kernel asks, in a thread of its own."""

    def __init__(self, respond: Respond | None) -> None:
        self._respond = respond
        self._cell = NotebookNode()
        self._key = os.urandom(32)
        self._listener = Listener(("127.0.0.1", 0), authkey=self._key) if respond else None
        if self._listener:
            threading.Thread(target=self._serve, daemon=True).start()

    def begin_cell(self, cell: NotebookNode) -> None:
        self._cell = cell

    def environment(self) -> dict[str, str]:
        """How the kernel finds it."""
        if not self._listener:
            return {}
        host, port = self._listener.address
        return {ADDRESS_VARIABLE: f"{host} {port} {self._key.hex()}"}

    def close(self) -> None:
        if self._listener:
            self._listener.close()

    def _serve(self) -> None:
        # whatever a student's code does to the line ends the line and nothing else; it carries bytes, since objects would be unpickled
        with contextlib.suppress(OSError, EOFError, ValueError, AuthenticationError):
            assert self._listener and self._respond
            with self._listener.accept() as connection:
                while True:
                    request = json.loads(connection.recv_bytes(MAX_REQUEST))
                    connection.send_bytes(json.dumps(answered(self._respond, request, self._cell)).encode())


def _limit(cell: NotebookNode, reply: dict, limits: Limits, result: Execution) -> None:
    """Cut what a cell put out, and note an interrupted one. A kernel cannot do either while the cell runs."""
    for output in cell.outputs:
        limit = limits.evidence_bytes if EVIDENCE_TYPE in output.get("data", {}) else limits.output_bytes
        if output.output_type == "stream" and len(output.text) > limit:
            output.text = output.text[:limit] + "\n... the output was cut here.\n"
            result.notes.append("A cell's output was cut.")
        elif "data" in output and len(str(output.data)) > limit:
            output.data.clear()
    if reply.get("content", {}).get("ename") == "KeyboardInterrupt" or reply.get("content", {}).get("status") == "aborted":
        seconds = f"{limits.cell_seconds:g} seconds"
        cell.outputs.append(
            error_output("CellTimeout", f"This cell was stopped after {seconds}. Is there a loop that never ends?")
        )
        result.notes.append(f"A cell was stopped after {seconds}.")
