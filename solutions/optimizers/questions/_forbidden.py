"""What an answer of this set must not call: every optimizer there is. `Parameter` it may, it is handed them."""

from __future__ import annotations

from course_lib import optim
from course_lib.optim import Parameter

FORBIDDEN = (
    *sorted({getattr(optim, name).__module__ for name in optim.__all__} - {Parameter.__module__}),
    "torch.optim",
    "course_lib.descent.momentum",
)
