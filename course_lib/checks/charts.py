"""What the notebook of the clinic shows of its patients; what is wrong with them is not to be had here."""

from course_lib.checks.patients import curve, listing

__all__ = ["curve", "listing"]
