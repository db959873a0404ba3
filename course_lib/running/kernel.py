"""Running a notebook in an ordinary Jupyter kernel, where processes cannot be forked (Windows, macOS).

Slower, and with nothing between the notebook and the machine but a time limit: `Execution.isolation` says so.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping

from nbformat import NotebookNode

from course_lib.running.execute import (
    EVIDENCE_TYPE,
    Execution,
    error_output,
    notebook_environment,
)
from course_lib.running.limits import Limits
from course_lib.running.scratch import Scratch

NO_SANDBOX = "no sandbox (notebooks cannot be forked on this platform, so they ran in ordinary kernels with the grader's rights)"


def execute_in_kernel(notebook: NotebookNode, files: Mapping[str, bytes], *, seed: int | None, limits: Limits) -> Execution:
    """Run the code cells of a notebook in a kernel; arguments and result are those of `execute`."""
    from nbclient import NotebookClient
    from nbclient.exceptions import CellTimeoutError, DeadKernelError

    result = Execution(notebook, isolation=[NO_SANDBOX])
    scratch = Scratch()
    begun = time.monotonic()
    try:
        scratch.fill(files)
        environment = dict(os.environ) | notebook_environment(seed) | scratch.environment()
        if seed is None:
            environment.pop("COURSE_SEED", None)
        client = NotebookClient(
            notebook,
            timeout=limits.cell_seconds,
            interrupt_on_timeout=True,
            allow_errors=True,
            kernel_name="python3",
            shutdown_kernel="immediate",
            coalesce_streams=True,
            resources={"metadata": {"path": str(scratch.work)}},
            on_cell_executed=lambda cell, cell_index, execute_reply: _limit(cell, execute_reply, limits, result),
        )
        try:
            client.execute(env=environment)
        except (TimeoutError, CellTimeoutError, DeadKernelError) as error:
            result.problem = f"The notebook did not run to its end, because the kernel ended ({type(error).__name__})."
            for cell in notebook.cells:
                if cell.cell_type == "code" and cell.source.strip() and cell.execution_count is None:
                    cell.outputs = [error_output("NotRun", "This cell was not run, because before it the kernel ended.")]
    finally:
        scratch.remove()
    result.seconds = time.monotonic() - begun
    return result


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
