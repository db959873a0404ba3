"""torch.optim in NumPy: one algorithm a file, its rule a few lines that read like its formula.

Arguments, defaults and state carry torch's names. Lion and the two schedule-free methods torch does not have. What is about torch rather than about the algorithm is left
out: foreach, fused, capturable, differentiable, hooks, complex and sparse arrays, tensors as learning rates,
parameters with names.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

# each is loaded when it is asked for: where an optimizer is yet to be written, there may be Parameter and nothing else
if TYPE_CHECKING:
    from course_lib.optim.adadelta import Adadelta
    from course_lib.optim.adafactor import Adafactor
    from course_lib.optim.adagrad import Adagrad
    from course_lib.optim.adam import Adam
    from course_lib.optim.adamax import Adamax
    from course_lib.optim.adamw import AdamW
    from course_lib.optim.asgd import ASGD
    from course_lib.optim.lbfgs import LBFGS
    from course_lib.optim.lion import Lion
    from course_lib.optim.muon import Muon
    from course_lib.optim.nadam import NAdam
    from course_lib.optim.optimizer import Optimizer
    from course_lib.optim.parameter import Parameter
    from course_lib.optim.radam import RAdam
    from course_lib.optim.rmsprop import RMSprop
    from course_lib.optim.rprop import Rprop
    from course_lib.optim.schedulefreeadamw import ScheduleFreeAdamW
    from course_lib.optim.schedulefreesgd import ScheduleFreeSGD
    from course_lib.optim.sgd import SGD

# from simple to involved: the order in which to read them
__all__ = [
    "Parameter",
    "Optimizer",
    "SGD",
    "Rprop",
    "ASGD",
    "Adagrad",
    "RMSprop",
    "Adadelta",
    "Adam",
    "AdamW",
    "Adamax",
    "NAdam",
    "RAdam",
    "Adafactor",
    "Lion",
    "ScheduleFreeSGD",
    "ScheduleFreeAdamW",
    "Muon",
    "LBFGS",
]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    # the next time it is found without asking here
    globals()[name] = found = getattr(import_module(f"{__name__}.{name.lower()}"), name)
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
