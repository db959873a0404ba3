"""A course directory as nbgrader's commands see it. Importing nbgrader takes a second, so only the coordinator of a class imports this."""

from __future__ import annotations

import glob
import logging
import os
import re
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.apps.baseapp import NbGrader
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import AssignLatePenalties, SaveCells

from course_lib.grading.preprocessors import ForkExecute, find_alembic
from course_lib.grading.release import Assignment, ReleaseChanged, UnknownCourse, parse_release, read_assignment


class Course:
    """A course directory with its ``nbgrader_config.py``, as nbgrader's commands see it.

    Parameters
    ----------
    directory : path
        The folder with ``nbgrader_config.py``.

    Raises
    ------
    UnknownCourse
        If there is none.
    """

    def __init__(self, directory: str | os.PathLike) -> None:
        root = Path(directory).resolve()
        if not (root / "nbgrader_config.py").is_file():
            raise UnknownCourse(f"there is no nbgrader_config.py in {root}: give the folder of the course.")
        self.root = root
        self.app = _App()
        self.app.log_level = logging.CRITICAL
        self.app.initialize(argv=[], root=str(root))
        self.coursedir: CourseDirectory = self.app.coursedir
        find_alembic()

    def settings(self) -> ForkExecute:
        """How notebooks are run, as configured."""
        return ForkExecute(parent=self.app)

    def gradebook(self) -> Gradebook:
        """The gradebook, opened."""
        return Gradebook(self.coursedir.db_url, self.coursedir.course_id)

    def path(self, step: str, student: str, assignment: str) -> Path:
        """A folder of nbgrader, such as that of a submission."""
        return Path(self.coursedir.format_path(getattr(self.coursedir, f"{step}_directory"), student, assignment))

    def release_directory(self) -> Path:
        """The folder with the released assignments."""
        return self.path("release", ".", "")

    def source_directory(self) -> Path:
        """The folder with the assignments as instructors have them, and the keys."""
        return self.path("source", ".", "")

    def assignment(self, name: str) -> Assignment:
        """A released assignment with its keys; see `read_assignment`."""
        return read_assignment(self.release_directory(), name, self.source_directory())

    def submitted(self, assignment: str) -> list[str]:
        """The students who have a folder with a submission of the assignment."""
        return self._students("submitted", assignment)

    def autograded(self, assignment: str) -> list[str]:
        """The students whose submissions were graded."""
        return self._students("autograded", assignment)

    def _students(self, step: str, assignment: str) -> list[str]:
        directory = getattr(self.coursedir, f"{step}_directory")
        # a name may hold a line break
        pattern = re.compile(
            self.coursedir.format_path(directory, "(?P<student>.*)", re.escape(assignment), escape=True), re.DOTALL
        )
        found = glob.glob(self.coursedir.format_path(directory, "*", glob.escape(assignment)))
        return sorted(match["student"] for path in found if os.path.isdir(path) and (match := pattern.fullmatch(path)))

    def register(self, assignment: Assignment) -> None:
        """Enter an assignment into the gradebook, unless it is there as released.

        Raises
        ------
        ReleaseChanged
            If its graded cells are others than those that marks were given for.
        """
        with self.gradebook() as gradebook:
            gradebook.update_or_create_assignment(assignment.name)
            for name, data in assignment.notebooks.items():
                release = parse_release(data)
                if _registered(gradebook, assignment.name, name) == _graded_cells(release):
                    continue
                resources = {"nbgrader": {"notebook": name, "assignment": assignment.name, "db_url": self.coursedir.db_url}}
                try:
                    SaveCells(parent=self.app).preprocess(nbformat.from_dict(release), resources)
                except RuntimeError as error:
                    raise ReleaseChanged(
                        f"the graded cells of {assignment.name}/{name} are not those for which the gradebook has marks ({error}). "
                        "Release the notebook as it was, or start a new gradebook."
                    ) from error

    def lateness(self, assignment: str) -> bytes:
        """What penalties for late submissions depend on: when the assignment is due, and how they are computed."""
        penalties = AssignLatePenalties(parent=self.app)
        penalties.init_plugin()
        plugin = penalties.plugin_inst
        with self.gradebook() as gradebook:
            try:
                due = gradebook.find_assignment(assignment).duedate
            except MissingEntry:
                due = None
        options = sorted((name, getattr(plugin, name)) for name in plugin.trait_names(config=True))
        # the class may be in the configuration, which is no module
        written = Path(plugin.late_submission_penalty.__func__.__code__.co_filename).read_bytes()
        return repr((str(due), type(plugin).__qualname__, options)).encode() + written

    def marked(self, assignment: str) -> set[str]:
        """The students who have a submission in the gradebook."""
        with self.gradebook() as gradebook:
            try:
                return {submission.student_id for submission in gradebook.assignment_submissions(assignment)}
            except MissingEntry:
                return set()


class _App(NbGrader):
    """Loads the configuration of a course and of nothing else."""

    load_cwd_config = False

    def init_syspath(self) -> None:
        """The working directory stays off sys.path."""


def _graded_cells(release: NotebookNode) -> dict[str, tuple[float, str]]:
    return {
        marks["grade_id"]: (float(marks["points"]), cell.cell_type)
        for cell in release.cells
        if (marks := cell.metadata.get("nbgrader", {})).get("grade")
    }


def _registered(gradebook: Gradebook, assignment: str, notebook: str) -> dict[str, tuple[float, str]] | None:
    try:
        cells = gradebook.find_notebook(notebook, assignment).grade_cells
    except MissingEntry:
        return None
    return {cell.name: (float(cell.max_score), cell.cell_type) for cell in cells}
