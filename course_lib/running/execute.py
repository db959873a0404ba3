"""Running a notebook in a process of its own, with limits, and taking its outputs without trusting them."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from datetime import UTC, datetime
from typing import Any

from nbformat import NotebookNode

from course_lib.running import sandbox
from course_lib.running.execution import Execution, Respond, answered
from course_lib.running.kernel import NO_SANDBOX, execute_in_kernel
from course_lib.running.limits import Limits
from course_lib.running.outputs import Outputs, error_output
from course_lib.running.preloaded import Needs, Preloaded, borrowed, can_fork
from course_lib.running.process import Died, NotebookProcess
from course_lib.running.scratch import check_names


def execute(
    notebook: NotebookNode,
    files: Mapping[str, bytes] | None = None,
    *,
    imports: Sequence[str] | None = (),
    absent: Sequence[str] = (),
    respond: Respond | None = None,
    seed: int | None = None,
    drawn: Callable[[NotebookNode], bool] = lambda cell: True,
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
    imports : sequence of str, or None
        The import statements of the library that the notebook begins with. With them, its process has of course_lib what is for students;
        None shows it all there is.
    absent : sequence of str
        Modules of course_lib that the process has not, in memory or on disk, unless these statements load them.
    respond : callable, optional
        ``respond(request, cell)`` answers what the process asks while a cell runs, JSON data for JSON data; it may raise `Refused`. Without
        it nobody answers, and checks judge by the keys that are at hand, as they do for a student.
    seed : int, optional
        From which the notebook's random numbers start.
    drawn : callable
        Whether the figures of a cell are drawn.
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
        if require_sandbox:
            raise sandbox.SandboxMissing(f"the sandbox was required, but there is {NO_SANDBOX}.")
        return execute_in_kernel(notebook, files, respond=respond, limits=limits)
    needs = Needs(imports if imports is None else tuple(imports), tuple(sorted(absent)), limits.disk_bytes)
    with nullcontext(preloaded) if preloaded else borrowed(needs) as forks:
        forks.start(needs)
        run = _Run(notebook, limits, respond, drawn)
        run.process = NotebookProcess(forks, files, limits, seed, respond is not None, require_sandbox, run.outputs.stream)
        try:
            return run.cells(require_sandbox)
        finally:
            run.process.finish()


class _Run:
    """One run, from the first cell to the last."""

    process: NotebookProcess

    def __init__(
        self, notebook: NotebookNode, limits: Limits, respond: Respond | None, drawn: Callable[[NotebookNode], bool]
    ) -> None:
        self.result, self.limits, self.respond, self.drawn = Execution(notebook), limits, respond, drawn
        self.outputs = Outputs(limits, self.result.notes)
        self.current: NotebookNode | None = None

    def cells(self, require_sandbox: bool) -> Execution:
        begun = time.monotonic()
        result = self.result
        cells = [cell for cell in result.notebook.cells if cell.cell_type == "code"]
        for cell in cells:
            cell.outputs, cell.execution_count = [], None
        try:
            result.isolation = list(map(str, self.process.get_ready(self.take).get("isolation", [])))
            missing = sandbox.missing_layers(result.isolation)
            if require_sandbox and missing:
                raise sandbox.SandboxMissing(f"the sandbox was required, but there is {', '.join(missing)}.")
            for number, cell in enumerate(cells, 1):
                self.current = cell
                if cell.source.strip():
                    self.run_cell(cell, number)
        except Died as death:
            result.problem = f"The notebook did not run to its end, because {death}."
            reached = cells.index(self.current) if self.current is not None else -1
            for index, cell in enumerate(cells):
                if index == reached:
                    cell.outputs.append(error_output("NotebookEnded", f"The notebook ended here, because {death}."))
                elif index > reached and cell.source.strip():
                    cell.outputs = [error_output("NotRun", f"This cell was not run, because before it {death}.")]
        result.seconds = time.monotonic() - begun
        return result

    def run_cell(self, cell: NotebookNode, number: int) -> None:
        self.process.begin_cell()
        self.outputs.begin_cell(number)
        outputs = cell.outputs = self.outputs.cell
        begun = datetime.now(UTC)
        self.process.send({"source": cell.source, "pictures": self.drawn(cell)})
        done = self.process.wait_for("done", self.limits.cell_seconds, self.take)
        # as nbclient records it
        cell.metadata["execution"] = {
            "iopub.execute_input": begun.isoformat(),
            "shell.execute_reply": datetime.now(UTC).isoformat(),
        }
        count = done.get("execution_count")
        cell.execution_count = count if isinstance(count, int) and 0 < count < 10**6 else None
        self.process.drain_pipes()
        if self.process.interrupted:
            if outputs and outputs[-1].output_type == "error" and outputs[-1].ename == "KeyboardInterrupt":
                outputs.pop()
            limit = f"{self.limits.cell_seconds:g} seconds"
            outputs.append(error_output("CellTimeout", f"This cell was stopped after {limit}. Is there a loop that never ends?"))
            self.result.notes.append(f"Code cell {number} was stopped after {limit}.")

    def take(self, message: dict[str, Any]) -> None:
        """Take what the process sends: an output, or a question, which is answered."""
        if message.get("type") != "ask":
            self.outputs.take(message)
        elif self.respond and self.current is not None:
            self.process.send(answered(self.respond, message.get("request"), self.current) | {"number": message.get("number")})
