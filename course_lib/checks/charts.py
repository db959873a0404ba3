"""What the notebook of the clinic needs of the library; what is wrong with its patients is not to be had here."""

from __future__ import annotations

import numpy as np

# the training loop of `clinic/fit` is driven with these, and a notebook that is graded finds in the library what it imports, and nothing else
from course_lib.autodiff import Tensor, mse_loss  # noqa: F401
from course_lib.driving.clinic import Listing, Run
from course_lib.optim import SGD  # noqa: F401

__all__ = ["curve", "listing"]


def curve(patient: Run) -> tuple[np.ndarray, float]:
    """The losses that a patient's run recorded, one an update, and the least loss that any line has on its data."""
    return patient.losses, patient.least


def listing(patient: Listing) -> str:
    """The code of a patient's training function."""
    return patient.text
