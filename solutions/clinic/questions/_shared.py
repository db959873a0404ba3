"""What the clinic of broken training runs expects, and the mistakes it knows."""

from __future__ import annotations

from collections.abc import Callable

from itertools import combinations

from typing import Any

import numpy as np

from course_lib import descent

from course_lib.autodiff import Tensor, mse_loss

from course_lib.checks.chance import of_the_result, repeated, requires_the_same_again

from course_lib.checks.declaration import Case, Question

from course_lib.checks.mutating import edited, mistakes_in

from course_lib.checks.patients import CODE, CURVES, curve, diagnosis

from course_lib.optim import SGD

from course_lib.problems import LinearRegression, Problem

from course_lib.validation import Array


def admit(rng: np.random.Generator, faults: list[str], among: dict, clear: Callable = lambda patient: True) -> Case:
    """A patient for each of the faults, under letters in random order."""
    patients = []
    for fault in faults:
        patient = int(rng.integers(10_000, 100_000))
        while diagnosis(patient, among) != fault or not clear(patient):
            patient = int(rng.integers(10_000, 100_000))
        patients.append(patient)
    return {letter: patients[i] for letter, i in zip("ABCDEF", rng.permutation(len(faults)))}


def diagnoses(patients: Case, among: dict) -> dict[str, str]:
    """What is wrong with each patient, by letter."""
    return {letter: diagnosis(patient, among) for letter, patient in patients.items()}


def confused(patients: Case, among: dict, fault: str, other: str) -> dict[str, str]:
    """The right diagnoses, but with one fault taken for another, and that one for it."""
    instead = {fault: other, other: fault}
    return {letter: instead.get(label, label) for letter, label in diagnoses(patients, among).items()}


def one_for_the_other(**patients):
    from course_lib.checks import clinic

    return clinic.confused(patients, clinic.AMONG, "FAULT", "OTHER")


def declare_confusions(asked: Question, among: str, always: list[str], explanations: dict[str, str]) -> None:
    """Declare the mistakes to take one fault for another, of which at least one is among those that `always` come."""
    for fault, other in combinations([*always, *(label for label in explanations if label not in always)], 2):
        if fault in always:
            explanation = " ".join(explanations[label] for label in (fault, other) if label in always)
            name = f"{fault} taken for {other}".replace(" ", "_")
            edits = ("clinic.AMONG", f"clinic.{among}"), ("FAULT", fault), ("OTHER", other)
            asked.misconception(edited(one_for_the_other, name, explanation, *edits))


def _existing(i: int, n: int) -> int:
    if not 0 <= i < n:
        raise IndexError(f"there is no example {i}: the {n} examples have the numbers 0 to {n - 1}")
    return i
