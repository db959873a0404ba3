"""A schedule that watches how training goes, instead of the epoch."""

from __future__ import annotations

import math
import warnings
from math import inf
from typing import Literal, SupportsFloat

from course_lib.lr_scheduler.arguments import at_least, number, numbers
from course_lib.lr_scheduler.scheduler import (
    EPOCH_DEPRECATION_WARNING,
    LRScheduler,
    Optimizer,
    assign,
    group_values,
    param_groups,
    per_group,
)


class ReduceLROnPlateau(LRScheduler):
    r"""Lower the rate whenever a quantity, such as the validation loss, has stopped improving.

    .. math::

        \eta \leftarrow \max(\mathrm{factor} \; \eta, \ \mathrm{min\_lr}) \qquad
        \text{after more than patience epochs without improvement}

    Parameters
    ----------
    optimizer : object with `param_groups`
        The optimizer whose learning rates are set.
    mode : {"min", "max"}
        Whether lower or higher is better.
    factor : float, below 1
        The factor of each reduction.
    patience : int
        How many epochs without improvement to put up with.
    threshold : float
        How much better than the best so far counts as an improvement.
    threshold_mode : {"rel", "abs"}
        Whether `threshold` is a fraction of the size of the best so far, or an amount. For a quantity that passes
        through 0, a fraction of it makes little sense: use "abs".
    cooldown : int
        How many epochs after a reduction are not held against it.
    min_lr : float, or list of float
        The rate to stop at, for all groups or for each.
    eps : float
        A reduction by no more than this is left out.

    Attributes
    ----------
    best : float
        The best value so far.
    num_bad_epochs : int
        The number of epochs since, or since the last reduction or cooldown.

    Raises
    ------
    TypeError
        If `optimizer` has no `param_groups`, or an argument is not a number.
    ValueError
        If `factor` is not below 1, `mode` or `threshold_mode` is unknown, or `min_lr` a list of another length than the
        groups.

    Notes
    -----
    Of a negative best value torch takes the fraction with its sign: there ``best=-100`` with ``threshold=0.1`` is beaten,
    in mode "min", by all below -90, so that a loss that rises by less than a tenth an epoch counts as improving, and
    `best` rises with it. Here it takes a value below -110. For values that are not negative, both do the same.

    References
    ----------
    K. He, X. Zhang, S. Ren, J. Sun (2016). Deep residual learning for image recognition. CVPR. (Section 3.4: "divided by
    10 when the error plateaus".)

    Examples
    --------
    >>> import numpy as np
    >>> from course_lib.lr_scheduler import ReduceLROnPlateau
    >>> from course_lib.optim import SGD, Parameter
    >>> optimizer = SGD([Parameter(np.ones(2))], lr=0.8)
    >>> scheduler = ReduceLROnPlateau(optimizer, factor=0.5, patience=1)
    >>> rates = []
    >>> for loss in [5.0, 3.0, 3.0, 3.1, 2.9, 2.0]:
    ...     rates += scheduler.get_last_lr()
    ...     optimizer.step()
    ...     scheduler.step(loss)
    >>> np.array(rates).round(3)
    array([0.8, 0.8, 0.8, 0.8, 0.4, 0.4])
    """

    def __init__(
        self,
        optimizer: Optimizer,
        mode: Literal["min", "max"] = "min",
        factor: float = 0.1,
        patience: int = 10,
        threshold: float = 1e-4,
        threshold_mode: Literal["rel", "abs"] = "rel",
        cooldown: int = 0,
        min_lr: list[float] | float = 0,
        eps: float = 1e-8,
    ) -> None:
        factor = number("factor", factor)
        if factor >= 1.0:
            raise ValueError(f"factor must be below 1, or the rate would not fall; got {factor}.")
        if mode not in ("min", "max"):
            raise ValueError(f'mode must be "min" or "max", got {mode!r}.')
        if threshold_mode not in ("rel", "abs"):
            raise ValueError(f'threshold_mode must be "rel" or "abs", got {threshold_mode!r}.')
        self.optimizer = optimizer
        self.mode = mode
        self.factor = factor
        # endless patience is a schedule switched off
        self.patience = patience if patience == math.inf else at_least(0, "patience", patience)
        self.threshold = number("threshold", threshold)
        self.threshold_mode = threshold_mode
        self.cooldown = at_least(0, "cooldown", cooldown)
        min_lr = numbers("min_lr", min_lr)
        self.default_min_lr = None if isinstance(min_lr, (list, tuple)) else min_lr
        self.min_lrs = per_group("min_lr", min_lr, optimizer)
        self.eps = number("eps", eps)
        self.last_epoch = 0
        self.best = inf if mode == "min" else -inf
        self.num_bad_epochs = 0
        self.cooldown_counter = 0
        self._last_lr = group_values(optimizer, "lr")

    def step(self, metrics: SupportsFloat, epoch: int | None = None) -> None:  # type: ignore[override]
        """Take note of the quantity at the end of an epoch, and lower the rates if it is time.

        Parameters
        ----------
        metrics : float
            The quantity, for example the validation loss.
        epoch : int, optional
            The number of the epoch, if not the next. Deprecated.

        Raises
        ------
        TypeError, ValueError
            If `metrics` is no number.
        RuntimeError
            If groups were added to the optimizer, and `min_lr` was a list.
        """
        try:
            current = float(metrics)
        except (TypeError, ValueError) as error:
            raise type(error)(
                f"metrics must be a number, the quantity to watch, got {type(metrics).__name__}: {metrics!r}. "
                f"Call scheduler.step(loss)."
            ) from error
        if epoch is not None:
            warnings.warn(EPOCH_DEPRECATION_WARNING, UserWarning, stacklevel=2)
        self.last_epoch = self.last_epoch + 1 if epoch is None else epoch

        if self._is_better(current):
            self.best = current
            self.num_bad_epochs = 0
        else:
            self.num_bad_epochs += 1

        if self.in_cooldown:
            self.cooldown_counter -= 1
            self.num_bad_epochs = 0

        if self.num_bad_epochs > self.patience:
            self._reduce_lr()
            self.cooldown_counter = self.cooldown
            self.num_bad_epochs = 0

        self._last_lr = group_values(self.optimizer, "lr")

    @property
    def in_cooldown(self) -> bool:
        """Whether the last reduction was so recent that bad epochs do not count."""
        return self.cooldown_counter > 0

    def _is_better(self, current: float) -> bool:
        sign = 1 if self.mode == "max" else -1  # of an improvement
        margin = sign * self.threshold
        if self.threshold_mode == "abs":
            bar = self.best + margin
        elif -inf < self.best < 0:
            bar = self.best * (1 - margin)
        else:
            bar = self.best * (1 + margin)
        return sign * current > sign * bar

    def _reduce_lr(self) -> None:
        groups = param_groups(self.optimizer)
        if len(self.min_lrs) != len(groups):
            if self.default_min_lr is None:
                raise RuntimeError(
                    f"The number of param groups in the optimizer has become {len(groups)}, but min_lr was given for "
                    f"{len(self.min_lrs)}. Append a rate for each group that you add to the scheduler's min_lrs."
                )
            self.min_lrs = [self.default_min_lr] * len(groups)
        for group, min_lr in zip(groups, self.min_lrs, strict=True):
            old = float(group["lr"])
            new = max(old * self.factor, min_lr)
            if old - new > self.eps:
                assign(group, "lr", new)
