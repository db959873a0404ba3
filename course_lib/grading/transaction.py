"""A gradebook in which nbgrader's many small steps for a submission are one."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy.exc
from nbgrader.api import Comment, Grade, Gradebook, MissingEntry
from sqlalchemy.orm import joinedload


class OneTransaction(Gradebook):
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

    def __enter__(self) -> OneTransaction:
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
