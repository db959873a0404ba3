"""torch.optim.lr_scheduler in plain Python: schedules for anything that has `param_groups`, ours and torch's alike.

A schedule is built on an optimizer and from then on sets the learning rate of its groups: call `optimizer.step()`
for every update and `scheduler.step()` afterwards, once an epoch or once an update, as the schedule counts.
"""

from course_lib.lr_scheduler.composition import ChainedScheduler, SequentialLR
from course_lib.lr_scheduler.cosine import CosineAnnealingLR, CosineAnnealingWarmRestarts
from course_lib.lr_scheduler.custom import LambdaLR, MultiplicativeLR
from course_lib.lr_scheduler.cyclic import CyclicLR, OneCycleLR
from course_lib.lr_scheduler.decay import ExponentialLR, MultiStepLR, PolynomialLR, StepLR
from course_lib.lr_scheduler.plateau import ReduceLROnPlateau
from course_lib.lr_scheduler.scheduler import LRScheduler
from course_lib.lr_scheduler.warmup import ConstantLR, LinearLR

# from simple to involved
__all__ = [
    "LRScheduler",
    "StepLR",
    "MultiStepLR",
    "ExponentialLR",
    "PolynomialLR",
    "ConstantLR",
    "LinearLR",
    "LambdaLR",
    "MultiplicativeLR",
    "CosineAnnealingLR",
    "CosineAnnealingWarmRestarts",
    "ReduceLROnPlateau",
    "CyclicLR",
    "OneCycleLR",
    "ChainedScheduler",
    "SequentialLR",
]
