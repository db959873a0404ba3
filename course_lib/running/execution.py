"""How the run of a notebook went, and how what it asks on the way is answered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from nbformat import NotebookNode

from course_lib.asking import Refused

Respond = Callable[[dict[str, Any], NotebookNode], Any]


@dataclass
class Execution:
    """How the run of a notebook went.

    Attributes
    ----------
    notebook : NotebookNode
        The notebook with outputs.
    problem : str
        Why it did not run to its end, as a sentence; empty if it did.
    notes : list of str
        What else happened on the way: cells that were stopped, output that was cut.
    seconds : float
        Wall time of all cells.
    isolation : list of str
        What kept the notebook from the rest of the machine.
    """

    notebook: NotebookNode
    problem: str = ""
    notes: list[str] = field(default_factory=list)
    seconds: float = 0.0
    isolation: list[str] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """Everything but the notebook, as JSON data."""
        return {
            "problem": self.problem,
            "notes": self.notes,
            "seconds": round(self.seconds, 3),
            "isolation": self.isolation,
        }


def answered(respond: Respond, request: Any, cell: NotebookNode) -> dict[str, Any]:
    """The message that answers a request, which may be anything."""
    if not isinstance(request, dict):
        return {"refused": "what was asked is not a question."}
    try:
        return {"answer": respond(request, cell)}
    except Refused as refusal:
        return {"refused": str(refusal)}
