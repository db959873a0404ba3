"""What one notebook may use while it is graded."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any

MB = 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Limits of one notebook. Every one is a setting of `ForkExecute` in ``nbgrader_config.py``.

    Attributes
    ----------
    cell_seconds : float
        A cell that runs longer is interrupted; the cells after it still run.
    grace_seconds : float
        A cell that goes on after the interrupt is killed this much later, and the notebook ends there.
    notebook_seconds : float
        All cells together.
    memory_bytes : int
        What a process of the notebook may allocate beyond the libraries loaded for it.
    output_bytes : int
        Text and pictures kept of one cell; what it prints beyond that is dropped while it prints.
    notebook_output_bytes : int
        The same for all cells together.
    evidence_bytes : int
        What the checks in one cell may hand over for judging.
    processes : int
        Processes and threads at a time.
    file_bytes : int
        The largest file a notebook may write.
    disk_bytes : int
        All files it may write.
    notebook_bytes : int
        The largest notebook that is read at all.
    pictures : bool
        Whether figures of read-only cells are drawn too. They take most of the time of most notebooks, earn no points, and a student
        has them at home.
    """

    cell_seconds: float = 30.0
    grace_seconds: float = 2.0
    notebook_seconds: float = 300.0
    memory_bytes: int = 2048 * MB
    output_bytes: int = 1 * MB
    notebook_output_bytes: int = 16 * MB
    evidence_bytes: int = 8 * MB
    processes: int = 64
    file_bytes: int = 64 * MB
    disk_bytes: int = 256 * MB
    notebook_bytes: int = 16 * MB
    pictures: bool = False

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(field.default, bool):
                if not isinstance(value, bool):
                    raise ValueError(f"{field.name} must be True or False, got {value!r}.")
            elif isinstance(value, bool) or not isinstance(value, (int, float)) or not value > 0:
                raise ValueError(f"the limit {field.name} must be a number greater than 0, got {value!r}.")

    def to_json(self) -> dict[str, Any]:
        """The limits as JSON data."""
        return asdict(self)
