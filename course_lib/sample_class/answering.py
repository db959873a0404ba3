"""The students who answer everything: rightly, each in a style of their own, or with known mistakes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import islice
from typing import Any

from course_lib.sample_class.blank import Blank, Notebook, Slot
from course_lib.sample_class.student import NAMES, SampleStudent, names


def submission(blank: Blank, id: str, story: str, notebook: Notebook, points: dict[str, float], **more: Any) -> SampleStudent:
    """What the student `id` hands in: one notebook under its right name."""
    return SampleStudent(id, story, {f"{blank.assignment}.ipynb": json.dumps(notebook, indent=1).encode()}, points, **more)


def right_students(blank: Blank) -> Iterator[SampleStudent]:
    for style, (id, story) in enumerate(
        [
            ("ada", "right, in the first style"),
            ("ben", "right, with loops"),
            ("chen", "right, another way"),
        ]
    ):
        yield submission(blank, id, story, blank.filled_in(id, partial(blank.right, style=style)), blank.full)

    def torch_where_it_serves(slot: Slot) -> Callable:
        declared = {answer.__name__: answer for answer in blank.keys.right_answers(slot.question)}
        return declared.get("with_torch", blank.right(slot))

    yield submission(blank, "dana", "right, with torch", blank.filled_in("dana", torch_where_it_serves), blank.full)


def mistaken_students(blank: Blank, ids: Sequence[str] | None = None) -> Iterator[SampleStudent]:
    """Every misconception of every question at least once, and never two in one question.

    Parameters
    ----------
    blank : Blank
    ids : sequence of str, optional
        Of the students; more than any question has misconceptions, since nobody makes two mistakes in one question. By default `NAMES`, or
        as many as that takes.
    """
    most = 1 + max(len(blank.keys.question(slot.question).misconceptions) for slot in blank.slots)
    ids = list(ids or islice(names(), max(most, len(NAMES))))
    if len(ids) < most:
        raise ValueError(f"{blank.assignment} needs {most} students to make its mistakes, got {len(ids)}.")
    # some students make one mistake, others many, as in a real class
    weight = {id: 1 + i % 7 for i, id in enumerate(ids)}
    made: dict[str, dict[str, Callable]] = {id: {} for id in ids}
    for slot in blank.slots:
        declared = blank.keys.question(slot.question).misconceptions
        # the first mistake declared for a question stands for the one most often made
        for mistake in [*declared, declared[0]]:
            free = [id for id in ids if slot.question not in made[id]]
            made[min(free, key=lambda id: len(made[id]) / weight[id])][slot.question] = mistake
    for id, mine in made.items():

        def answer(slot: Slot, mine: dict = mine) -> Callable:
            return mine.get(slot.question, blank.right(slot))

        points = {
            name: points * (blank.share_of(name, mine[name], id) if name in mine else 1) for name, points in blank.full.items()
        }
        named = {name: blank.keys.question(name).named(mistake) for name, mistake in mine.items()}
        yield submission(blank, id, f"mistakes: {', '.join(named.values())}", blank.filled_in(id, answer), points, mistakes=named)
