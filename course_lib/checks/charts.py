"""What the notebook of the clinic shows of its patients; what is wrong with them is not to be had here."""

from __future__ import annotations

import numpy as np

from course_lib.driving.clinic import Listing, Run

__all__ = ["curve", "listing"]


def curve(patient: Run) -> tuple[np.ndarray, float]:
    """The losses that a patient's run recorded, one an update, and the least loss that any line has on its data."""
    return patient.losses, patient.least


def listing(patient: Listing) -> str:
    """The code of a patient's training function."""
    return patient.text
