"""The three steps of grading as nbgrader preprocessors, so that nbgrader's own commands grade as `course grade` does."""

from __future__ import annotations

import os
import secrets
import sys
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import CheckCellMetadata, ClearOutput, Execute, NbGraderPreprocessor
from traitlets import Bool, Float, Integer

from course_lib.grading.rebuild import parse_notebook, rebuild
from course_lib.grading.release import Assignment, keys_beside, parse_release, read_assignment, read_files
from course_lib.grading.worker import keep, mark, run
from course_lib.running.execute import execute
from course_lib.running.limits import MB, Limits


class _FromRelease(NbGraderPreprocessor):
    """A preprocessor that looks at what was released."""

    def assignment(self, resources: dict[str, Any]) -> Assignment:
        """What was released, and the keys."""
        coursedir, where = self._coursedir(), resources["nbgrader"]
        released = Path(coursedir.format_path(coursedir.release_directory, ".", where["assignment"]))
        if not (released / f"{where['notebook']}.ipynb").is_file():
            raise FileNotFoundError(
                f"there is no {released / where['notebook']}.ipynb; make it with `nbgrader generate_assignment {where['assignment']}`."
            )
        return read_assignment(released.parent, released.name, coursedir.format_path(coursedir.source_directory, ".", ""))

    def release(self, resources: dict[str, Any]) -> NotebookNode:
        """The released notebook."""
        return parse_release(self.assignment(resources).notebooks[resources["nbgrader"]["notebook"]])

    def _coursedir(self) -> CourseDirectory:
        parent = self.parent
        while parent is not None:
            if isinstance(getattr(parent, "coursedir", None), CourseDirectory):
                return parent.coursedir
            parent = parent.parent
        return CourseDirectory(parent=self)


class RebuildFromSource(_FromRelease):
    """Takes the answers from the submission and everything else from the release."""

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        # nbformat lets through metadata of any shape
        submission = parse_notebook(nbformat.writes(nb).encode())
        rebuilt, repairs = rebuild(submission, self.release(resources))
        for sentence in repairs:
            self.log.warning("%s: %s", resources["nbgrader"]["student"], sentence)
        keep(rebuilt, repairs, {})
        return rebuilt, resources


class ForkExecute(_FromRelease, Execute):
    """Runs the notebook in a forked process with limits, in the place of nbgrader's Execute."""

    timeout = Float(
        Limits.cell_seconds,
        help="Seconds a cell may run; then it is interrupted, and the cells after it run on.",
    ).tag(config=True)
    grace_seconds = Float(Limits.grace_seconds, help="Seconds between the interrupt and the end of the whole notebook.").tag(
        config=True
    )
    notebook_seconds = Float(Limits.notebook_seconds, help="Seconds that all cells together may run.").tag(config=True)
    memory_mb = Integer(
        Limits.memory_bytes // MB,
        help="Megabytes that a notebook may allocate beyond the libraries loaded for it.",
    ).tag(config=True)
    output_kb = Integer(Limits.output_bytes // 1024, help="Kilobytes of output kept of one cell.").tag(config=True)
    notebook_output_kb = Integer(
        Limits.notebook_output_bytes // 1024, help="Kilobytes of output kept of all cells together."
    ).tag(config=True)
    evidence_kb = Integer(
        Limits.evidence_bytes // 1024, help="Kilobytes that the checks of one cell may hand over for judging."
    ).tag(config=True)
    processes = Integer(Limits.processes, help="Processes and threads a notebook may have at a time.").tag(config=True)
    file_mb = Integer(Limits.file_bytes // MB, help="Megabytes of the largest file a notebook may write.").tag(config=True)
    disk_mb = Integer(Limits.disk_bytes // MB, help="Megabytes of all files a notebook may write.").tag(config=True)
    require_sandbox = Bool(False, help="Refuse to run notebooks where a layer of the sandbox is missing.").tag(config=True)
    notebook_mb = Integer(Limits.notebook_bytes // MB, help="Megabytes of the largest notebook that is read at all.").tag(
        config=True
    )
    pictures = Bool(
        Limits.pictures,
        help="Draw also the figures of read-only cells, which takes most of the time of most notebooks; students have them at home.",
    ).tag(config=True)
    seed = Integer(
        None,
        allow_none=True,
        help="The seed from which the checks draw their inputs; by default a new one for each notebook.",
    ).tag(config=True)

    def limits(self) -> Limits:
        """The limits as they are configured."""
        return Limits(
            cell_seconds=self.timeout,
            grace_seconds=self.grace_seconds,
            notebook_seconds=self.notebook_seconds,
            memory_bytes=self.memory_mb * MB,
            output_bytes=self.output_kb * 1024,
            notebook_output_bytes=self.notebook_output_kb * 1024,
            evidence_bytes=self.evidence_kb * 1024,
            processes=self.processes,
            file_bytes=self.file_mb * MB,
            disk_bytes=self.disk_mb * MB,
            notebook_bytes=self.notebook_mb * MB,
            pictures=self.pictures,
        )

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any], km: Any = None) -> tuple[NotebookNode, dict[str, Any]]:
        if "nbgrader" in resources:
            seed = secrets.randbits(48) if self.seed is None else self.seed
            student = resources["nbgrader"]["student"]
            given = (self.release(resources), self.assignment(resources), seed, student, self.limits(), self.require_sandbox)
            execution = run(nb, *given)
        else:
            # nbgrader validate: the student looks on, so the checks judge at once, and the files are the student's
            files = read_files(Path.cwd()) | keys_beside()
            execution = execute(nb, files, imports=None, limits=self.limits(), require_sandbox=self.require_sandbox)
        for sentence in filter(None, [execution.problem, *execution.notes]):
            self.log.warning("%s", sentence)
        return nb, resources


class Judge(_FromRelease):
    """Judges the evidence in the test cells and writes verdicts and points in its place."""

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        how = nb.metadata.get("course", {}).get("run", {})
        if "seed" in how:
            before = len(how["notes"])
            mark(nb, self.release(resources), self.assignment(resources), how["seed"], resources["nbgrader"]["student"])
            for sentence in how["notes"][before:]:
                self.log.warning("%s", sentence)
        else:
            self.log.warning("The notebook was not executed, so there is no evidence to judge; its outputs are left as they are.")
        return nb, resources


def use_in_validator() -> None:
    """Have ``nbgrader validate`` run notebooks as they are graded; its list of preprocessors cannot be configured."""
    from nbgrader.validator import Validator

    Validator.preprocessors.default_args = ([CheckCellMetadata, ClearOutput, ForkExecute],)


def find_alembic() -> None:
    """Put this Python's commands on the PATH: nbgrader runs ``alembic`` from there when it creates the gradebook.

    Without it, it leaves a half-made gradebook, and later commands say that there is no assignment.
    """
    commands = os.path.dirname(os.path.abspath(sys.executable))
    path = os.environ.get("PATH", "").split(os.pathsep)
    if commands not in path:
        os.environ["PATH"] = os.pathsep.join([commands, *path])
