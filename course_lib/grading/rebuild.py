"""The notebook that is graded: the released one, with the student's answers in it.

A submission is not repaired, it is only read. Order, metadata, tests and everything that is not the student's to write
come from the release; the text of the solution cells and the student's own cells come from the submission.
"""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from course_lib.running.limits import Limits

MAX_CELLS = 2000
MAX_REPAIRS = 30
CELL_TYPES = ("code", "markdown", "raw")


class MalformedNotebook(Exception):
    """A file is not a notebook that can be graded; the message is a sentence that says why."""


@dataclass(frozen=True)
class _Cell:
    """All that is taken from a cell of a submission."""

    type: str
    source: str
    grade_id: str | None
    attachments: dict[str, dict[str, str]]
    tags: tuple[str, ...]


def read_bytes(path: str | Path, limit: int = Limits.notebook_bytes) -> bytes:
    """The content of a submitted file, if it is an ordinary one.

    Raises
    ------
    MalformedNotebook
        If it is missing, a symbolic link, not a regular file, unreadable or larger than `limit` bytes.
    """
    name = os.path.basename(path)
    if os.path.islink(path):
        raise MalformedNotebook(f"the file {name} is a symbolic link; only the file itself can be submitted.")
    try:
        # a named pipe would block, and a link put there since the test above would be followed
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    except OSError as error:
        raise MalformedNotebook(f"the file {name} cannot be read: {error.strerror}.") from error
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise MalformedNotebook(f"the file {name} is not a regular file.")
        if status.st_size > limit:
            raise MalformedNotebook(
                f"the file {name} has {status.st_size / 1e6:.0f} MB, more than the {limit / 1e6:.0f} MB that a notebook may have. "
                "Clear its outputs and submit it again."
            )
        with open(descriptor, "rb", closefd=False) as file:
            return file.read(limit + 1)
    finally:
        os.close(descriptor)


def parse_notebook(data: bytes, limit: int = Limits.notebook_bytes) -> NotebookNode:
    """A submitted notebook, reduced to cells of text.

    Parameters
    ----------
    data : bytes
        The content of the file.
    limit : int
        The largest number of bytes that is accepted.

    Returns
    -------
    NotebookNode
        Cells without outputs; of the metadata nothing but the kernel, and of each cell nbgrader's id, tags and attached pictures.

    Raises
    ------
    MalformedNotebook
        If the data is no notebook in the format 4.
    """
    if len(data) > limit:
        raise MalformedNotebook(f"the notebook has {len(data)} bytes, more than the {limit} that are accepted.")
    if not data.strip():
        raise MalformedNotebook("the file is empty.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise MalformedNotebook(f"the file is not text in UTF-8 (byte {error.start}), so it is not a notebook.") from error
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise MalformedNotebook(f"the file is not a notebook: it is not valid JSON ({_short(error)}).") from error
    if not isinstance(content, dict) or "nbformat" not in content:
        raise MalformedNotebook("the file is JSON but not a notebook: it has no 'nbformat'.")
    if content["nbformat"] != 4:
        raise MalformedNotebook(
            f"the notebook is in the format {_short(content['nbformat'])!r}, expected 4. Open it in JupyterLab and save it again."
        )
    cells = content.get("cells")
    if not isinstance(cells, list):
        raise MalformedNotebook("the notebook has no list of cells.")
    if len(cells) > MAX_CELLS:
        raise MalformedNotebook(f"the notebook has {len(cells)} cells, more than the {MAX_CELLS} that are accepted.")
    notebook = NotebookNode(nbformat=4, nbformat_minor=5, metadata=NotebookNode(), cells=[])
    kernel = _dict(_dict(content.get("metadata")).get("kernelspec")).get("name")
    if isinstance(kernel, str):
        notebook.metadata["kernelspec"] = NotebookNode(name=kernel[:100])
    for number, cell in enumerate(cells, 1):
        notebook.cells.append(_parse_cell(cell, number))
    return notebook


def _parse_cell(cell: Any, number: int) -> NotebookNode:
    kind = _dict(cell).get("cell_type")
    if kind not in CELL_TYPES:
        raise MalformedNotebook(f"cell {number} of the notebook is neither code nor text: its type is {_short(kind)!r}.")
    source = cell.get("source", "")
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        source = "".join(source)
    if not isinstance(source, str):
        raise MalformedNotebook(f"the source of cell {number} is not text.")
    # a lone surrogate is valid JSON and cannot be written back
    source = source.encode("utf-8", "replace").decode("utf-8")
    made = _new_cell(kind, source)
    metadata = _dict(cell.get("metadata"))
    grade_id = _dict(metadata.get("nbgrader")).get("grade_id")
    if isinstance(grade_id, str) and grade_id:
        made.metadata["nbgrader"] = NotebookNode(grade_id=grade_id)
    tags = metadata.get("tags")
    if isinstance(tags, list):
        made.metadata["tags"] = [tag for tag in tags if isinstance(tag, str)]
    pictures = {
        name: NotebookNode(data)
        for name, data in _dict(cell.get("attachments")).items()
        if isinstance(data, dict) and data and all(m.startswith("image/") and isinstance(d, str) for m, d in data.items())
    }
    if pictures and kind == "markdown":
        made["attachments"] = NotebookNode(pictures)
    return made


def rebuild(submission: NotebookNode, release: NotebookNode) -> tuple[NotebookNode, list[str]]:
    """The released notebook with the answers of a submission.

    Parameters
    ----------
    submission : NotebookNode
        What the student handed in, as `parse_notebook` returns it.
    release : NotebookNode
        What the student was given.

    Returns
    -------
    notebook : NotebookNode
        The notebook to run. Solution cells, found by their grade_id, have the student's text; the student's own cells stand
        where the student put them, after the same cell of the release; all else is as released.
    repairs : list of str
        What was not as it should be, in sentences that the student and the instructor read.
    """
    theirs = [_reduce(cell) for cell in submission.cells]
    ours = list(release.cells)
    place = {grade_id(cell): index for index, cell in enumerate(ours) if grade_id(cell)}
    unmarked: dict[tuple[str, str], list[int]] = {}
    for index, cell in enumerate(ours):
        if not grade_id(cell):
            unmarked.setdefault((cell.cell_type, cell.source.strip()), []).append(index)

    repairs: list[str] = []
    copies: dict[int, list[_Cell]] = {}  # by position in the release: the cells of the submission that are this one
    matches: list[int | None] = []  # for each cell of the submission: that position, None for the student's own
    own_notes: list[str] = []
    for cell in theirs:
        match = None
        if cell.grade_id is not None:
            match = place.get(cell.grade_id)
            if match is None:
                own_notes.append(
                    f"A cell carries the id {_short(cell.grade_id)!r}, which is none of the assignment's; it is kept as your own."
                )
        else:
            # the same text twice: the first is the first, whatever stands in between
            candidates = unmarked.get((cell.type, cell.source.strip()))
            match = candidates.pop(0) if candidates else None
        matches.append(match)
        if match is not None:
            copies.setdefault(match, []).append(cell)

    chosen: dict[int, _Cell] = {}
    for index, cell in enumerate(ours):
        if not grade_id(cell):
            continue
        found = copies.get(index, [])
        repairs.extend(_notes(cell, found))
        if is_solution(cell) and found:
            changed = [copy for copy in found if copy.source != cell.source]
            chosen[index] = (changed or found)[0]
    known = [match for match in matches if match is not None and grade_id(ours[match])]
    if known != sorted(known) and len(known) == len(set(known)):
        repairs.append("The cells of the assignment were in another order; they were put back in theirs.")
    repairs.extend(own_notes)
    repairs.extend(_kernel_note(submission, release))

    following = _own_cells(theirs, matches, chosen, ours)
    notebook = NotebookNode(nbformat=4, nbformat_minor=5, metadata=_copy(release.metadata), cells=[])
    for index in range(-1, len(ours)):
        if index >= 0:
            cell = _copy(ours[index])
            if cell.cell_type == "code":
                cell["outputs"], cell["execution_count"] = [], None
            if index in chosen:
                cell["source"] = chosen[index].source
                if cell.cell_type == "markdown" and chosen[index].attachments:
                    cell["attachments"] = NotebookNode(chosen[index].attachments)
            notebook.cells.append(cell)
        for own in following.get(index, []):
            made = _new_cell(own.type, own.source)
            if own.attachments:
                made["attachments"] = NotebookNode(own.attachments)
            notebook.cells.append(made)
    # ids that a tool made up, or that were copied with a cell, may repeat
    for number, cell in enumerate(notebook.cells):
        cell["id"] = f"cell-{number}"
    if len(repairs) > MAX_REPAIRS:
        repairs[MAX_REPAIRS:] = [f"{len(repairs) - MAX_REPAIRS} more things were not as released."]
    return notebook, repairs


def _own_cells(
    theirs: list[_Cell], matches: list[int | None], chosen: dict[int, _Cell], ours: list[NotebookNode]
) -> dict[int, list[_Cell]]:
    """The student's own cells by the position of the released cell they follow.

    A cell that the student put in the place of a deleted one comes after the deleted one, which is put back: so that what the
    student wrote there is what counts.
    """
    following: dict[int, list[_Cell]] = {}
    pending: list[_Cell] = []
    present = {match for match in matches if match is not None}
    last = -1
    for cell, match in zip(theirs, matches, strict=True):
        if match is None:
            if cell.source.strip():
                pending.append(cell)
            continue
        copied = is_solution(ours[match]) and cell is not chosen.get(match)
        if copied:
            # of a copied answer the copies that were worked on are run too, in their places
            if cell.source != ours[match].source:
                pending.append(cell)
            continue
        target = last
        while target + 1 < match and target + 1 not in present:
            target += 1
        following.setdefault(target, []).extend(pending)
        pending, last = [], match
    following.setdefault(last, []).extend(pending)
    return following


def _notes(released: NotebookNode, found: list[_Cell]) -> Iterator[str]:
    """What is to be said about the submitted copies of a cell of the release."""
    what = f"{_role(released)} {grade_id(released)!r}"
    if not found:
        yield f"The {what} was missing; it was put back as released."
        return
    if len(found) > 1:
        taken = ", and the first copy with changes was taken as the answer" if is_solution(released) else ""
        yield f"The {what} was there {len(found)} times{taken}."
    if any(cell.type != released.cell_type for cell in found):
        other = next(cell.type for cell in found if cell.type != released.cell_type)
        yield f"The {what} had been turned into a {other} cell; it was turned back into {released.cell_type}."
    if not is_solution(released) and any(cell.source.strip() != released.source.strip() for cell in found):
        yield f"The {what} had been edited; the released text was used."
    extra = sorted({tag for cell in found for tag in cell.tags} - set(released.metadata.get("tags", [])))
    if extra:
        yield f"The {what} carried the tags {', '.join(map(_short, extra))}; they were removed."


def _kernel_note(submission: NotebookNode, release: NotebookNode) -> Iterator[str]:
    used = submission.metadata.get("kernelspec", {}).get("name")
    meant = release.metadata.get("kernelspec", {}).get("name", "python3")
    if used is not None and used != meant:
        yield f"The notebook asked for the kernel {_short(used)!r}; it was run with {meant!r}."


def grade_id(cell: NotebookNode) -> str | None:
    """nbgrader's id of a cell that it manages, None for any other."""
    return cell.metadata.get("nbgrader", {}).get("grade_id") or None


def is_solution(cell: NotebookNode) -> bool:
    """Whether the text of a cell is the student's to write."""
    return bool(cell.metadata.get("nbgrader", {}).get("solution", False))


def is_autograded(cell: NotebookNode) -> bool:
    """Whether a cell is a test that earns points."""
    marks = cell.metadata.get("nbgrader", {})
    return bool(cell.cell_type == "code" and marks.get("grade", False) and not marks.get("solution", False))


def _role(cell: NotebookNode) -> str:
    if is_solution(cell):
        return "answer cell"
    return "test cell" if is_autograded(cell) else "read-only cell"


def _reduce(cell: NotebookNode) -> _Cell:
    return _Cell(
        cell.cell_type,
        cell.source,
        grade_id(cell),
        dict(cell.get("attachments", {})),
        tuple(cell.metadata.get("tags", [])),
    )


def _new_cell(kind: str, source: str) -> NotebookNode:
    # nbformat's own constructors validate each cell against a schema, which takes longer than all else here
    cell = NotebookNode(cell_type=kind, id="", metadata=NotebookNode(), source=source)
    if kind == "code":
        cell.update(outputs=[], execution_count=None)
    return cell


def _copy(node: Any) -> Any:
    return NotebookNode(json.loads(json.dumps(node), object_hook=NotebookNode))


def _dict(value: Any) -> dict:
    return value if isinstance(value, dict) else {}


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 80 else text[:77] + "..."
