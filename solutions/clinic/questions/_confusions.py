"""The mistakes of whoever takes one fault for another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations

from course_lib.checks.declaration import Question
from course_lib.checks.mutating import edited


def one_for_the_other(**patients):
    instead = dict(zip(["FAULT", "OTHER"], ["THAT", "THIS"]))
    return {letter: instead.get(patient.diagnosis, patient.diagnosis) for letter, patient in patients.items()}


def declare_confusions(question: Question, always: Sequence[str], explanations: Mapping[str, str]) -> None:
    """Declare the mistakes to take one fault for another, of which at least one is among those that `always` come."""
    for fault, other in combinations([*always, *(label for label in explanations if label not in always)], 2):
        if fault in always:
            explanation = " ".join(explanations[label] for label in (fault, other) if label in always)
            name = f"{fault} taken for {other}".replace(" ", "_")
            edits = ("FAULT", fault), ("OTHER", other), ("THAT", other), ("THIS", fault)
            question.misconception(edited(one_for_the_other, name, explanation, *edits))
