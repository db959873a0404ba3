"""What the kernel offers and Python has no function for.

The numbers are those of <linux/prctl.h>, which are the same on every processor; the packages that wrap prctl are not kept up.
"""

from __future__ import annotations

import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_CHILD_SUBREAPER, PR_SET_NO_NEW_PRIVS = 1, 4, 36, 38


def prctl(option: int, value: int) -> None:
    """Set an attribute of this process."""
    checked(libc.prctl(option, ctypes.c_ulong(value), 0, 0, 0))


def checked(result: int) -> int:
    """The result of a function of the C library; OSError if it failed."""
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result
