"""Writing marks with nbgrader's own code. Only the coordinator of a class imports this, since importing nbgrader takes a second."""

from __future__ import annotations

import glob
import logging
import os
import re
import shutil
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nbformat
import sqlalchemy.exc
from nbformat import NotebookNode
from nbgrader.api import Comment, Grade, Gradebook, MissingEntry
from nbgrader.apps.baseapp import NbGrader
from nbgrader.converters import Autograde, BaseConverter, GenerateFeedback, NbGraderException
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import AssignLatePenalties, CheckCellMetadata, Execute, SaveCells
from nbgrader.utils import setenv
from sqlalchemy.orm import joinedload
from traitlets.config import Config

from course_lib.grading.preprocessors import ForkExecute, Judge, find_alembic
from course_lib.grading.release import ReleaseChanged, UnknownCourse
from course_lib.grading.worker import Assignment, parse_release


class GradebookBusy(Exception):
    """Another program keeps the gradebook locked."""


class NotRecorded(Exception):
    """nbgrader could not record a submission; the message says why."""


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


class _OneStudent(BaseConverter):
    """Converts the notebooks of one student; nbgrader's own search for them stumbles over names with brackets."""

    student = ""
    failure: BaseException | None = None

    def init_notebooks(self) -> None:
        directory = self._format_source(self.coursedir.assignment_id, self.student)
        found = [os.path.join(directory, name) for name in sorted(os.listdir(directory)) if name.endswith(".ipynb")]
        self.assignments = {directory: found}

    @contextmanager
    def _remember_failure(self) -> Iterator[None]:
        """nbgrader logs why a submission failed and then raises something general; this keeps the reason."""
        try:
            yield
        except Exception as error:
            self.failure = error
            raise


class Recorder(_OneStudent, Autograde):
    """nbgrader's autograding without the grading: copies files, enters the marks of finished notebooks, applies late penalties."""

    def __init__(self, course: Course, assignment: str) -> None:
        super().__init__(coursedir=course.coursedir, parent=course.app)
        # once, at the end, is often enough to find a notebook valid
        self.update_config(Config({"NotebookExporter": {"optimistic_validation": True}}))
        self.coursedir.assignment_id = assignment
        self.force = True
        self.finished: dict[str, NotebookNode] = {}
        self.gradebook = _OneTransaction(self.coursedir.db_url, self.coursedir.course_id)

    def record(self, student: str, finished: dict[str, NotebookNode]) -> tuple[float, float]:
        """Enter the notebooks of one student; returns the points and the possible points of the submission.

        Raises
        ------
        NotRecorded
            If nbgrader refuses; then nothing of this student's is left in the autograded directory.
        GradebookBusy
            If the gradebook is locked.
        """
        submitted = Path(self.coursedir.format_path(self._input_directory, student, self.coursedir.assignment_id))
        ignored = self.coursedir.ignore
        self.finished, self.failure = finished, None
        self.student = student
        # nbgrader follows links when it copies, and so would hand out whatever they point to
        links = [path for path in submitted.rglob("*") if path.is_symlink()]
        self.coursedir.ignore = ignored + [glob.escape(path.name) for path in links]
        try:
            with self.gradebook.used_by_nbgrader():
                self.start()
            with self.gradebook:
                submission = self.gradebook.find_submission(self.coursedir.assignment_id, student)
            points = float(submission.score), float(submission.max_score)
            self.gradebook.save()
            return points
        except NbGraderException as error:
            failure = self.failure or error
            if isinstance(failure, sqlalchemy.exc.OperationalError):
                raise GradebookBusy(str(failure)) from failure
            raise NotRecorded(f"{type(failure).__name__}: {failure}") from failure
        except sqlalchemy.exc.OperationalError as error:
            shutil.rmtree(self._format_dest(self.coursedir.assignment_id, student), ignore_errors=True)
            raise GradebookBusy(str(error)) from error
        finally:
            self.gradebook.discard()
            self.coursedir.ignore = ignored

    def init_assignment(self, assignment_id: str, student_id: str) -> None:
        with self._remember_failure():
            super().init_assignment(assignment_id, student_id)

    def convert_single_notebook(self, notebook_filename: str) -> None:
        with self._remember_failure():
            resources = self.init_single_notebook_resources(notebook_filename)
            where = resources["nbgrader"]
            if where["notebook"] not in self.finished:
                self._give_no_points(where)
                return
            self._sanitizing = False
            try:
                self._init_preprocessors()
                with setenv(NBGRADER_EXECUTION="autograde"):
                    output, resources = self.exporter.from_notebook_node(self.finished[where["notebook"]], resources)
            finally:
                self._sanitizing = True
            self.write_single_notebook(output, resources)

    def _init_preprocessors(self) -> None:
        # the metadata that would be checked are those of the release
        done = (Execute, Judge, CheckCellMetadata)
        configured = self.autograde_preprocessors
        self.exporter._preprocessors = []
        for preprocessor in configured:
            if not (isinstance(preprocessor, type) and issubclass(preprocessor, done)):
                self.exporter.register_preprocessor(preprocessor)

    def _give_no_points(self, where: dict[str, str]) -> None:
        """A notebook that cannot be graded counts as one that is missing."""
        submission = self.gradebook.find_submission_notebook(where["notebook"], where["assignment"], where["student"])
        for grade in submission.grades:
            grade.auto_score = 0
            grade.needs_manual_grade = False


class _OneTransaction(Gradebook):
    """One gradebook for all that nbgrader does for a submission, in one transaction.

    nbgrader opens the gradebook anew for every step and commits every mark by itself: slow, and half done where it is stopped.
    """

    def __init__(self, db_url: str, course_id: str) -> None:
        super().__init__(db_url, course_id)
        self.db.commit = self._commit_later
        self._known: dict[tuple, dict[str, Any]] = {}

    def find_grade(self, grade_cell: str, notebook: str, assignment: str, student: str) -> Grade:
        found = self._of_notebook(Grade, notebook, assignment, student).get(grade_cell)
        return found or super().find_grade(grade_cell, notebook, assignment, student)

    def find_comment(self, solution_cell: str, notebook: str, assignment: str, student: str) -> Comment:
        found = self._of_notebook(Comment, notebook, assignment, student).get(solution_cell)
        return found or super().find_comment(solution_cell, notebook, assignment, student)

    def _of_notebook(self, kind: Any, notebook: str, assignment: str, student: str) -> dict[str, Any]:
        """All grades or comments of a notebook by the names of their cells: nbgrader asks for them one by one."""
        key = (kind, notebook, assignment, student)
        if key not in self._known:
            try:
                found = self.find_submission_notebook(notebook, assignment, student)
            except MissingEntry:
                return {}
            with_cells = self.db.query(kind).options(joinedload(kind.cell)).filter(kind.notebook_id == found.id)
            self._known[key] = {item.cell.name: item for item in with_cells}
        return self._known[key]

    def __enter__(self) -> _OneTransaction:
        """A step of nbgrader begins: what the database computes, such as scores, is read anew."""
        self.db.expire_all()
        self._known.clear()
        return self

    def __exit__(self, *_: object) -> None:
        """It stays open."""

    def close(self) -> None:
        """It stays open."""

    def _commit_later(self) -> None:
        self.db.flush()

    def save(self) -> None:
        """Commit what was done since the last time."""
        type(self.db).commit(self.db)

    def disconnect(self) -> None:
        """Let go of the database."""
        self.discard()
        self.engine.dispose()

    def discard(self) -> None:
        """Forget what was not saved, and all that was read."""
        self._known.clear()
        self.db.rollback()
        self.db.remove()

    @contextmanager
    def used_by_nbgrader(self) -> Iterator[None]:
        """Have nbgrader's steps use this gradebook instead of opening one each."""
        users = [
            module
            for name, module in list(sys.modules.items())
            if name.startswith("nbgrader.") and vars(module).get("Gradebook") is Gradebook
        ]
        for module in users:
            vars(module)["Gradebook"] = lambda *_, **__: self
        try:
            with warnings.catch_warnings():
                # nbgrader's objects meet in one session here before they are added to it, which its own order of steps takes care of
                warnings.filterwarnings("ignore", "Object of type .* not in session", sqlalchemy.exc.SAWarning)
                yield
        finally:
            for module in users:
                vars(module)["Gradebook"] = Gradebook


class Feedback(_OneStudent, GenerateFeedback):
    """nbgrader's feedback, for one student after the other, on a page that loads nothing."""

    def __init__(self, course: Course, assignment: str) -> None:
        super().__init__(coursedir=course.coursedir, parent=course.app)
        page = {"template_name": "course_feedback", "extra_template_basedirs": [str(Path(__file__).parent / "templates")]}
        self.update_config(Config({"HTMLExporter": page}))
        self.coursedir.assignment_id = assignment
        self.force = True

    def write(self, student: str) -> None:
        """Write the feedback of one student.

        Raises
        ------
        NotRecorded
            If nbgrader cannot.
        """
        self.student, self.failure = student, None
        try:
            self.start()
        except NbGraderException as error:
            raise NotRecorded(f"{type(self.failure).__name__}: {self.failure}" if self.failure else str(error)) from error

    def convert_single_notebook(self, notebook_filename: str) -> None:
        with self._remember_failure():
            super().convert_single_notebook(notebook_filename)


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
