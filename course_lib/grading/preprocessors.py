"""The three steps of grading as nbgrader preprocessors, so that nbgrader's own commands grade as `course grade` does."""

from __future__ import annotations

import os
import re
import secrets
import sys
from html import escape
from pathlib import Path
from typing import Any

import nbformat
from bleach import clean
from bleach.css_sanitizer import CSSSanitizer
from bleach.sanitizer import ALLOWED_TAGS
from nbconvert.preprocessors.sanitize import SanitizeHTML
from nbformat import NotebookNode
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import CheckCellMetadata, ClearOutput, Execute, NbGraderPreprocessor
from traitlets import Any as AnyTrait
from traitlets import Bool, Float, Integer, List, Unicode

from course_lib.checks.checking import VERDICT_TYPE
from course_lib.checks.explaining import place_in_book
from course_lib.outcomes import showing
from course_lib.running.execute import execute, harmless_metadata
from course_lib.grading.judge import judge_notebook, show_notes
from course_lib.running.limits import MB, Limits
from course_lib.grading.rebuild import parse_notebook, rebuild
from course_lib.grading.release import read_files
from course_lib.grading.worker import finish

_MATH = re.compile(r"```.*?```|`[^`]*`|\$\$(?P<block>.+?)\$\$|\$(?P<inline>[^\s$](?:[^$]*[^\s$])?)\$", re.DOTALL)


class _FromRelease(NbGraderPreprocessor):
    """A preprocessor that looks at what was released."""

    def release_directory(self, resources: dict[str, Any]) -> Path:
        coursedir = self._coursedir()
        return Path(coursedir.format_path(coursedir.release_directory, ".", resources["nbgrader"]["assignment"]))

    def release(self, resources: dict[str, Any]) -> NotebookNode:
        path = self.release_directory(resources) / f"{resources['nbgrader']['notebook']}.ipynb"
        if not path.is_file():
            assignment = resources["nbgrader"]["assignment"]
            raise FileNotFoundError(f"there is no {path}; make it with `nbgrader generate_assignment {assignment}`.")
        return nbformat.read(path, as_version=4)

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
        finish(rebuilt, repairs, {})
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
            files = read_files(self.release_directory(resources))
        else:
            # nbgrader validate: the student looks on, so the checks judge at once, and the files are the student's
            seed, files = None, read_files(Path.cwd())
        execution = execute(nb, files, seed=seed, limits=self.limits(), require_sandbox=self.require_sandbox)
        for sentence in filter(None, [execution.problem, *execution.notes]):
            self.log.warning("%s", sentence)
        if seed is not None:
            finish(nb, nb.metadata.get("course", {}).get("repairs", []), execution.to_json() | {"seed": seed})
        return nb, resources


class Judge(_FromRelease):
    """Judges the evidence in the test cells and writes verdicts and points in its place."""

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        run = nb.metadata.get("course", {}).get("run", {})
        if "seed" in run:
            judge_notebook(nb, self.release(resources), run["seed"], resources["nbgrader"]["student"])
            show_notes(nb)
        else:
            self.log.warning("The notebook was not executed, so there is no evidence to judge; its outputs are left as they are.")
        return nb, resources


class ShowSafely(SanitizeHTML):
    """Shows notebooks in feedback and formgrader without running what students put into them.

    What they wrote and what their code shows loses scripts and the like once it is HTML; the grader's verdicts and the text of the
    release keep theirs. Formulas become MathML, which browsers show without help from another host.
    """

    book_url = Unicode(help="Where the students find the book, as a prefix of its pages; verdicts then link to them.").tag(
        config=True
    )

    tags = List(Unicode(), sorted({*ALLOWED_TAGS, *showing.SAFE_TAGS}), help="HTML tags that are shown.").tag(config=True)
    attributes = AnyTrait(showing.is_harmless, help="Attributes of HTML tags that are kept.").tag(config=True)

    def preprocess_cell(
        self, cell: NotebookNode, resources: dict[str, Any], cell_index: int
    ) -> tuple[NotebookNode, dict[str, Any]]:
        if cell.cell_type == "code":
            verdicts = [output for output in cell.outputs if VERDICT_TYPE in output.get("data", {})]
            self.sanitize_code_outputs([output for output in cell.outputs if output not in verdicts])
            for output in verdicts:
                output.data["text/html"] = self._linked(output.data)
            if verdicts:
                # it says once more what the verdict says
                cell.outputs = [output for output in cell.outputs if output.get("ename") != "CheckFailed"]
        elif cell.metadata.get("nbgrader", {}).get("locked", False):
            cell.source = _MATH.sub(_mathml, cell.source)
        elif cell.cell_type == "markdown":
            cell.source = showing.render(cell.source, cell.pop("attachments", {}), self.sanitize_html_tags)
        else:
            cell.source = self.sanitize_html_tags(cell.source)
        return cell, resources

    def sanitize_code_outputs(self, outputs: list[NotebookNode]) -> list[NotebookNode]:
        rendered = []
        for output in outputs:
            if "data" in output:
                output.metadata = harmless_metadata(output.get("metadata"))
                markdown = output.data.pop("text/markdown", None)
                if isinstance(markdown, str) and "text/html" not in output.data:
                    rendered.append((output, showing.render(markdown, {}, self.sanitize_html_tags)))
        super().sanitize_code_outputs(outputs)
        for output, html in rendered:
            output.data["text/html"] = html
        return outputs

    def sanitize_html_tags(self, html_str: str) -> str:
        if not showing.is_simple(html_str):
            return showing.as_text(html_str)
        return clean(
            html_str,
            tags=self.tags,
            attributes=self.attributes,
            protocols=showing.PROTOCOLS,
            strip=self.strip,
            strip_comments=self.strip_comments,
            css_sanitizer=CSSSanitizer(allowed_css_properties=self.styles),
        )

    def _linked(self, data: NotebookNode) -> str:
        """The verdict, with the place in the book as a link, if it is known where the book is."""
        html, reading = data.get("text/html", ""), data[VERDICT_TYPE].get("reading")
        if not (self.book_url and reading):
            return html
        page, _, section = reading.partition("#")
        place = escape(place_in_book(reading))
        address = escape(f"{self.book_url.rstrip('/')}/{page}.html#{section}")
        return html.replace(f"<em>{place}</em>", f'<a href="{address}">{place}</a>')


def _mathml(found: re.Match) -> str:
    """A formula as MathML; what is code, or no formula that is understood, as it stands."""
    block, inline = found["block"], found["inline"]
    source = block or inline
    formula = showing.mathml(source, "block" if block else "inline") if source else ""
    # Markdown must not take a product for emphasis
    return formula.replace("*", "&#42;").replace("_", "&#95;") or found[0]


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
