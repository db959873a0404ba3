"""The students in trouble: every kind of submission that a grader must survive."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from datetime import timedelta

from course_lib.sample_class.answering import submission
from course_lib.sample_class.blank import Blank, Notebook, Slot
from course_lib.sample_class.student import DUE, SampleStudent


def students_in_trouble(blank: Blank) -> Iterator[SampleStudent]:
    first, second = [slot for slot in blank.slots if not blank.keys.question(slot.question).value][:2]

    def all_right(id: str) -> Notebook:
        return blank.filled_in(id, blank.right)

    def but(id: str, slot: Slot, source: str) -> Notebook:
        notebook = all_right(id)
        notebook["cells"][slot.cell]["source"] = source
        return notebook

    def without(*slots: Slot) -> dict[str, float]:
        return {**blank.full, **{slot.question: 0.0 for slot in slots}}

    def test_cell(notebook: Notebook, slot: Slot) -> int:
        return next(i for i, cell in enumerate(notebook["cells"]) if f'check("{slot.question}"' in cell["source"])

    yield submission(blank, "t-empty", "nothing filled in", deepcopy(blank.release), blank.zero)
    yield submission(
        blank, "t-late", "right, but two days late", all_right("t-late"), blank.full, submitted=DUE + timedelta(days=2)
    )
    yield submission(
        blank,
        "t-syntax",
        "a syntax error in the first answer",
        but("t-syntax", first, f"def {first.function}(:\n    return"),
        without(first),
    )
    yield submission(
        blank,
        "t-endless",
        "an answer that never returns",
        but("t-endless", first, f"def {first.function}(*args):\n    while True:\n        pass"),
        without(first),
    )
    yield submission(
        blank,
        "t-loop",
        "an endless loop outside any function",
        but("t-loop", first, "while True:\n    pass"),
        without(first),
    )
    yield submission(
        blank,
        "t-printing",
        "prints 50 MB",
        but(
            "t-printing",
            second,
            f"{blank.source(second, blank.right(second), 't-printing')}\nfor _ in range(50):\n    print('x' * 1_000_000)",
        ),
        blank.full,
    )
    yield submission(
        blank,
        "t-exit",
        "leaves the kernel in the second answer",
        but("t-exit", second, "import os\nos._exit(0)"),
        {name: points if place < blank.slots.index(second) else 0.0 for place, (name, points) in enumerate(blank.full.items())},
    )

    deleted = all_right("t-deleted")
    del deleted["cells"][test_cell(deleted, first)]
    yield submission(blank, "t-deleted", "right, with a test cell deleted", deleted, blank.full)

    edited = but("t-edited", first, f"def {first.function}(*args):\n    return None")
    edited["cells"][test_cell(edited, first)]["source"] = "print('all tests passed')"
    yield submission(blank, "t-edited", "a wrong answer, and its test cell replaced", edited, without(first))

    duplicated = all_right("t-duplicated")
    duplicated["cells"].insert(second.cell + 1, deepcopy(duplicated["cells"][second.cell]))
    yield submission(blank, "t-duplicated", "right, with a cell pasted twice", duplicated, blank.full)

    kernel = all_right("t-kernel")
    kernel["metadata"]["kernelspec"] = {
        "name": "my-own-env",
        "display_name": "My own env",
        "language": "python",
    }
    yield submission(blank, "t-kernel", "right, with the name of a kernel nobody else has", kernel, blank.full)

    name = f"{blank.assignment}.ipynb"
    yield SampleStudent(
        "t-text",
        "an essay saved as a notebook",
        {name: b"Dear teacher, my notebook did not open.\n"},
        None,
    )
    yield SampleStudent("t-cut", "a notebook cut off in the middle", {name: json.dumps(all_right("t-cut")).encode()[:2000]}, None)
    yield SampleStudent("t-nothing", "a submission without a notebook", {"notes.txt": b"coming soon\n"}, None)
