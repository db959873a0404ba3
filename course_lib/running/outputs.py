"""The outputs of a notebook's cells, made of what its process sends, which nobody can trust: checked, cleaned, and cut at the limits."""

from __future__ import annotations

import json
import re
from typing import Any

from nbformat import NotebookNode

from course_lib.asking import EVIDENCE_TYPE
from course_lib.running.limits import Limits

# errors in a cell's outputs that are the grader's own words
GRADER_ERRORS = ("NotRun", "NotebookEnded", "CellTimeout", "EvidenceTooLarge")
DEEPEST = 100  # lists and dicts in each other in an output; evidence has few, and a written notebook must be read again
_MIME = re.compile(r"[\w.+-]{1,60}/[\w.+-]{1,100}")


class Outputs:
    """Takes the messages of one notebook, cell by cell.

    Attributes
    ----------
    cell : list of NotebookNode
        The outputs of the cell that runs.
    notes : list of str
        What was dropped, for people.
    """

    def __init__(self, limits: Limits, notes: list[str]) -> None:
        self.limits, self.notes = limits, notes
        self._displays: dict[str, list[NotebookNode]] = {}
        self._kept = 0
        self.begin_cell(None)

    def begin_cell(self, number: int | None) -> None:
        self.cell: list[NotebookNode] = []
        self.number = number
        self._clear_next = False
        self._cut: set[str] = set()
        self._size = {"output": 0, "evidence": 0}

    def take(self, message: dict[str, Any]) -> None:
        kind = message.get("type")
        if kind == "stream" and message.get("name") in ("stdout", "stderr") and isinstance(message.get("text"), str):
            self.stream(message["name"], message["text"])
        elif kind in ("display_data", "execute_result"):
            output = new_output(kind, data=_bundle(message.get("data")), metadata=harmless_metadata(message.get("metadata")))
            if kind == "execute_result":
                output["execution_count"] = None
                count = message.get("execution_count")
                if isinstance(count, int) and 0 < count < 10**6:
                    output["execution_count"] = count
            if output.data and self.keep(output):
                name = message.get("display_id")
                if isinstance(name, str):
                    self._displays.setdefault(name, []).append(output)
        elif kind == "update_display_data":
            self.update(message)
        elif kind == "error":
            lines = message.get("traceback")
            lines = [str(line) for line in lines] if isinstance(lines, list) else []
            self.keep(error_output(str(message.get("ename")), str(message.get("evalue")), lines))
        elif kind == "clear_output":
            self._clear_next = True
            if not message.get("wait"):
                self.clear()
        elif kind == "cut":
            self.say_cut("evidence" if message.get("what") == "evidence" else "output")

    def keep(self, output: NotebookNode) -> bool:
        kind = "evidence" if EVIDENCE_TYPE in output.get("data", {}) else "output"
        size = len(json.dumps(output))
        limit = self.limits.evidence_bytes if kind == "evidence" else self.limits.output_bytes
        self._size[kind] += size
        self._kept += size
        total = self.limits.notebook_output_bytes + 4 * self.limits.evidence_bytes
        if self._size[kind] > limit + 1000 or self._kept > total:
            self.say_cut(kind)
            return False
        self.clear()
        self.cell.append(output)
        return True

    def stream(self, name: str, text: str) -> None:
        left = self.limits.output_bytes - self._size["output"]
        if not text or left <= 0 or self._kept > self.limits.notebook_output_bytes:
            if text:
                self.say_cut("output")
            return
        self.clear()
        kept = text[:left]
        self._size["output"] += len(kept)
        self._kept += len(kept)
        last = self.cell[-1] if self.cell else None
        if last is not None and last.output_type == "stream" and last.name == name:
            last.text += kept
        else:
            self.cell.append(new_output("stream", name=name, text=kept))
        if len(text) > left:
            self.say_cut("output")

    def say_cut(self, what: str) -> None:
        """Note once in a cell that something was dropped."""
        if what in self._cut:
            return
        self._cut.add(what)
        if what == "evidence":
            note = f"Code cell {self.number}: its evidence was more than {self.limits.evidence_bytes} bytes and was dropped."
            self.cell.append(error_output("EvidenceTooLarge", note))
        else:
            note = f"Code cell {self.number}: its output was cut after {self.limits.output_bytes} bytes."
            self.cell.append(new_output("stream", name="stdout", text=f"\n... {note}\n"))
        self.notes.append(note)

    def update(self, message: dict[str, Any]) -> None:
        data, metadata = _bundle(message.get("data")), harmless_metadata(message.get("metadata"))
        size = len(json.dumps(data))
        self._size["output"] += size
        self._kept += size
        if EVIDENCE_TYPE in data or self._size["output"] > self.limits.output_bytes:
            return
        name = message.get("display_id")
        for output in self._displays.get(name, []) if isinstance(name, str) else []:
            output["data"], output["metadata"] = data, metadata

    def clear(self) -> None:
        if self._clear_next:
            self._clear_next = False
            # in place: the list is the cell's
            del self.cell[:]


def new_output(kind: str, **fields: Any) -> NotebookNode:
    """An output of a cell. nbformat's own constructor validates it against a schema, which takes longer than all else."""
    if kind in ("display_data", "execute_result"):
        fields = {"metadata": NotebookNode()} | fields
    return NotebookNode(output_type=kind, **fields)


def error_output(name: str, value: str, traceback: list[str] | None = None) -> NotebookNode:
    """An error as a cell shows it."""
    return new_output("error", ename=name, evalue=value, traceback=traceback or [f"{name}: {value}"])


def _bundle(data: Any) -> NotebookNode:
    """The MIME bundle of an output, without what is not one."""
    if not isinstance(data, dict):
        return NotebookNode()
    return NotebookNode(
        {
            mime: value
            for mime, value in data.items()
            if _MIME.fullmatch(mime) and (isinstance(value, str) or (mime.endswith("json") and not _is_deeper(value, DEEPEST)))
        }
    )


def _is_deeper(value: Any, depth: int) -> bool:
    """Whether lists and dicts lie in each other more than `depth` times; too deep, they cannot be written or read any more."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return any(depth == 0 or _is_deeper(item, depth - 1) for item in inner if isinstance(item, (dict, list)))


def harmless_metadata(data: Any) -> NotebookNode:
    """Of the metadata of an output the sizes of its pictures and what they are drawn on: pages quote it as it stands."""
    kept = NotebookNode()
    for mime, said in data.items() if isinstance(data, dict) else ():
        if mime.startswith("image/") and _MIME.fullmatch(mime) and isinstance(said, dict):
            sizes = {name: said[name] for name in ("width", "height") if type(said.get(name)) in (int, float)}
            kept[mime] = NotebookNode({name: size for name, size in sizes.items() if 0 < size < 1e5})
            if said.get("needs_background") in ("light", "dark"):
                kept[mime]["needs_background"] = said["needs_background"]
    return kept
