"""Writing marks with nbgrader's own code. Only the coordinator of a class imports this, since importing nbgrader takes a second."""

from __future__ import annotations

import glob
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy.exc
from nbformat import NotebookNode
from nbgrader.converters import Autograde, BaseConverter, NbGraderException
from nbgrader.preprocessors import CheckCellMetadata, Execute
from nbgrader.utils import setenv
from traitlets.config import Config

from course_lib.grading.course import Course
from course_lib.grading.preprocessors import Judge
from course_lib.grading.transaction import OneTransaction


class GradebookBusy(Exception):
    """Another program keeps the gradebook locked."""


class NotRecorded(Exception):
    """nbgrader could not record a submission; the message says why."""


class OneStudent(BaseConverter):
    """Converts the notebooks of one student; nbgrader's own search for them stumbles over names with brackets."""

    student = ""
    failure: BaseException | None = None

    def init_notebooks(self) -> None:
        directory = self._format_source(self.coursedir.assignment_id, self.student)
        found = [os.path.join(directory, name) for name in sorted(os.listdir(directory)) if name.endswith(".ipynb")]
        self.assignments = {directory: found}

    @contextmanager
    def remember_failure(self) -> Iterator[None]:
        """nbgrader logs why a submission failed and then raises something general; this keeps the reason."""
        try:
            yield
        except Exception as error:
            self.failure = error
            raise


class Recorder(OneStudent, Autograde):
    """nbgrader's autograding without the grading: copies files, enters the marks of finished notebooks, applies late penalties."""

    def __init__(self, course: Course, assignment: str) -> None:
        super().__init__(coursedir=course.coursedir, parent=course.app)
        # once, at the end, is often enough to find a notebook valid
        self.update_config(Config({"NotebookExporter": {"optimistic_validation": True}}))
        self.coursedir.assignment_id = assignment
        self.force = True
        self.finished: dict[str, NotebookNode] = {}
        self.gradebook = OneTransaction(self.coursedir.db_url, self.coursedir.course_id)

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
        with self.remember_failure():
            super().init_assignment(assignment_id, student_id)

    def convert_single_notebook(self, notebook_filename: str) -> None:
        with self.remember_failure():
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
