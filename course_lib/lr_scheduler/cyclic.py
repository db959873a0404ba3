"""Schedules that raise the rate and lower it again, and cycle the momentum the other way round."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from math import cos, floor, pi
from typing import Any, Literal

from course_lib.lr_scheduler.arguments import at_least, number, numbers
from course_lib.lr_scheduler.scheduler import (
    LRScheduler,
    Optimizer,
    assign,
    function_state,
    param_groups,
    per_group,
    require_key,
    restore_function,
)


class MomentumCyclingLR(LRScheduler, ABC):
    """A schedule that sets, along with the rate of a group, its momentum: "momentum", or the first of "betas"."""

    cycle_momentum: bool

    def _update_lr(self, epoch: int | None = None) -> None:
        super()._update_lr(epoch)
        if self.cycle_momentum:
            for group, momentum in zip(self.optimizer.param_groups, self._next_momentum(), strict=True):
                set_momentum(group, momentum)

    @abstractmethod
    def _next_momentum(self) -> list[float]:
        """The momentum of each group at epoch `last_epoch`."""


def momentum_bounds(
    optimizer: Optimizer, base_momentum: Any, max_momentum: Any, last_epoch: int
) -> tuple[list[float], list[float]]:
    """The bounds for each group, which keeps them for the optimizer's state dict."""
    groups = optimizer.param_groups
    for i, group in enumerate(groups):
        if "momentum" not in group and "betas" not in group:
            raise ValueError(
                f"optimizer must support momentum or beta1 with cycle_momentum=True, but param_groups[{i}] of this "
                f'{type(optimizer).__name__} has neither "momentum" nor "betas". Use cycle_momentum=False.'
            )
    lows = per_group("base_momentum", numbers("base_momentum", base_momentum), optimizer)
    highs = per_group("max_momentum", numbers("max_momentum", max_momentum), optimizer)
    if last_epoch == -1:
        for group, low, high in zip(groups, lows, highs, strict=True):
            group["base_momentum"] = low
            group["max_momentum"] = high
    return lows, highs


def set_momentum(group: dict[str, Any], momentum: float) -> None:
    if "betas" in group:
        group["betas"] = (momentum, *group["betas"][1:])
    else:
        group["momentum"] = momentum


class CyclicLR(MomentumCyclingLR):
    r"""Let the rate go up and down between two bounds, linearly, over and over.

    .. math::

        \eta_t = \mathrm{base\_lr} + (\mathrm{max\_lr} - \mathrm{base\_lr}) \, h_t \, s_t

    where :math:`h_t` rises from 0 to 1 in `step_size_up` steps and falls back to 0 in `step_size_down`, and
    :math:`s_t` scales the height of the peak, in cycle number :math:`c = 1, 2, \ldots`:

    ============= ==============================
    mode          scale
    ============= ==============================
    "triangular"  1
    "triangular2" :math:`2^{1-c}`
    "exp_range"   :math:`\mathrm{gamma}^t`
    ============= ==============================

    Call `step` after every update, not every epoch.

    Parameters
    ----------
    optimizer : object with `param_groups`
        The optimizer whose learning rates are set.
    base_lr : float, or list of float
        The lower bound, where the cycle starts, for all groups or for each.
    max_lr : float, or list of float
        The upper bound.
    step_size_up : int
        The number of steps from the lower bound to the upper.
    step_size_down : int, optional
        The number of steps back; by default the same.
    mode : {"triangular", "triangular2", "exp_range"}
        How the height of the peak changes. Ignored if `scale_fn` is given.
    gamma : float
        The factor of "exp_range".
    scale_fn : function, optional
        A scale :math:`s` of your own, from the cycle or the step to a number from 0 to 1.
    scale_mode : {"cycle", "iterations"}
        Whether `scale_fn` is asked for the number of the cycle, from 1, or of the step, from 0.
    cycle_momentum : bool
        Whether the momentum goes the other way: at `max_momentum` where the rate is lowest.
    base_momentum, max_momentum : float, or list of float
        The bounds of the momentum, or of beta 1.
    last_epoch : int
        -1 to start, otherwise the step to resume after; see `LRScheduler`.

    Raises
    ------
    TypeError
        If `optimizer` has no `param_groups`, or an argument is not a number.
    ValueError
        If `mode` or `scale_mode` is unknown, a list is of another length than the groups, or the optimizer has no
        momentum to cycle.
    ZeroDivisionError
        If `step_size_up` is 0.

    References
    ----------
    L. N. Smith (2017). Cyclical learning rates for training neural networks. WACV.

    Examples
    --------
    >>> import numpy as np
    >>> from course_lib.lr_scheduler import CyclicLR
    >>> from course_lib.optim import SGD, Parameter
    >>> optimizer = SGD([Parameter(np.ones(2))], lr=0.1, momentum=0.9)
    >>> scheduler = CyclicLR(optimizer, base_lr=0.1, max_lr=0.5, step_size_up=2, mode="triangular2")
    >>> rates = []
    >>> for update in range(7):
    ...     rates += scheduler.get_last_lr()
    ...     optimizer.step()
    ...     scheduler.step()
    >>> np.array(rates).round(3)
    array([0.1, 0.3, 0.5, 0.3, 0.1, 0.2, 0.3])
    """

    def __init__(
        self,
        optimizer: Optimizer,
        base_lr: float | list[float],
        max_lr: float | list[float],
        step_size_up: int = 2000,
        step_size_down: int | None = None,
        mode: Literal["triangular", "triangular2", "exp_range"] = "triangular",
        gamma: float = 1.0,
        scale_fn: Callable[[float], float] | None = None,
        scale_mode: Literal["cycle", "iterations"] = "cycle",
        cycle_momentum: bool = True,
        base_momentum: float | list[float] = 0.8,
        max_momentum: float | list[float] = 0.9,
        last_epoch: int = -1,
    ) -> None:
        self.optimizer = optimizer
        base_lrs = per_group("base_lr", numbers("base_lr", base_lr), optimizer)
        for group, lr in zip(param_groups(optimizer), base_lrs, strict=True):
            assign(group, "lr", lr)
        self.max_lrs = per_group("max_lr", numbers("max_lr", max_lr), optimizer)

        if at_least(0, "step_size_up", step_size_up) == 0:
            raise ZeroDivisionError("step_size_up is the number of steps from base_lr to max_lr: at least 1, got 0.")
        step_size_down = step_size_up if step_size_down is None else at_least(0, "step_size_down", step_size_down)
        self.total_size = float(step_size_up) + float(step_size_down)
        self.step_ratio = float(step_size_up) / self.total_size

        if scale_fn is None:
            if mode not in ("triangular", "triangular2", "exp_range"):
                raise ValueError(f'mode must be "triangular", "triangular2" or "exp_range", got {mode!r}; or give a scale_fn.')
            scale_mode = "iterations" if mode == "exp_range" else "cycle"
        elif not callable(scale_fn):
            raise TypeError(f"scale_fn must be a function or None, got {type(scale_fn).__name__}: {scale_fn!r}.")
        elif scale_mode not in ("cycle", "iterations"):
            raise ValueError(f'scale_mode must be "cycle" or "iterations", got {scale_mode!r}.')
        self.mode = mode
        self.gamma = number("gamma", gamma)
        self._scale_fn_custom = scale_fn
        self.scale_mode = scale_mode

        self.cycle_momentum = cycle_momentum
        if cycle_momentum:
            self.base_momentums, self.max_momentums = momentum_bounds(optimizer, base_momentum, max_momentum, last_epoch)
        super().__init__(optimizer, last_epoch)
        # Only now, as in torch: where an earlier schedule has left its "initial_lr", the first rate is that.
        self.base_lrs = base_lrs

    def scale_fn(self, x: float) -> float:
        """The scale of the peak at cycle or step `x`."""
        if self._scale_fn_custom is not None:
            return self._scale_fn_custom(x)
        if self.mode == "triangular":
            return 1.0
        if self.mode == "triangular2":
            return 1 / 2.0 ** (x - 1)
        return self.gamma**x

    def _height_and_scale(self) -> tuple[float, float]:
        cycle = floor(1 + self.last_epoch / self.total_size)
        x = 1.0 + self.last_epoch / self.total_size - cycle  # from 0 to 1 within a cycle
        height = x / self.step_ratio if x <= self.step_ratio else (x - 1) / (self.step_ratio - 1)
        return height, self.scale_fn(cycle if self.scale_mode == "cycle" else self.last_epoch)

    def _next_lr(self) -> list[float]:
        height, scale = self._height_and_scale()
        return [low + (high - low) * height * scale
                for low, high in zip(self.base_lrs, self.max_lrs, strict=True)]  # fmt: skip

    def _next_momentum(self) -> list[float]:
        height, scale = self._height_and_scale()
        return [high - (high - low) * height * scale
                for low, high in zip(self.base_momentums, self.max_momentums, strict=True)]  # fmt: skip

    def state_dict(self) -> dict[str, Any]:
        """All that is needed to resume, apart from the optimizer and a `scale_fn`.

        Of a `scale_fn` that is a callable object the attributes are saved. Give a function again when you build the
        schedule anew.
        """
        return {**super().state_dict(), "_scale_fn_custom": function_state(self._scale_fn_custom)}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        scale_fn = self._scale_fn_custom
        super().load_state_dict({**state_dict, "_scale_fn_custom": scale_fn})
        restore_function(scale_fn, state_dict["_scale_fn_custom"])


class OneCycleLR(MomentumCyclingLR):
    r"""Raise the rate to a peak once, lower it to almost nothing, and stop.

    From :math:`\eta_{\mathrm{initial}} = \mathrm{max\_lr} / \mathrm{div\_factor}` to `max_lr` within the first
    `pct_start` of all steps, then down to
    :math:`\eta_{\mathrm{min}} = \eta_{\mathrm{initial}} / \mathrm{final\_div\_factor}`. Each phase goes from one rate
    :math:`a` to the next :math:`b`, with :math:`p` from 0 to 1,

    .. math::

        \eta = b + \frac{a - b}{2} (1 + \cos \pi p) \quad \text{("cos")}, \qquad
        \eta = a + (b - a) \, p \quad \text{("linear")}

    Call `step` after every update, not every epoch.

    Parameters
    ----------
    optimizer : object with `param_groups`
        The optimizer whose learning rates are set.
    max_lr : float, or list of float
        The peak, for all groups or for each.
    total_steps : int, optional
        The number of updates in all; by default ``epochs * steps_per_epoch``.
    epochs, steps_per_epoch : int, optional
        The number of epochs, and of updates in each.
    pct_start : float, from 0 to 1
        The fraction of the steps that the rate rises.
    anneal_strategy : {"cos", "linear"}
        The shape of a phase.
    cycle_momentum : bool
        Whether the momentum goes the other way: at `base_momentum` where the rate is highest.
    base_momentum, max_momentum : float, or list of float
        The bounds of the momentum, or of beta 1.
    div_factor : float
        How many times smaller than the peak the first rate is.
    final_div_factor : float
        How many times smaller than the first rate the last is.
    three_phase : bool
        Whether to come down as long as it went up, to the first rate, and only then to the last, as in the paper.
    last_epoch : int
        -1 to start, otherwise the step to resume after; see `LRScheduler`.

    Raises
    ------
    TypeError
        If `optimizer` has no `param_groups`, or an argument is not a number.
    ValueError
        If the number of steps is missing or no positive integer, `pct_start` is no float from 0 to 1,
        `anneal_strategy` is unknown, a list is of another length than the groups, or the optimizer has no momentum to
        cycle; from `step`, if it is called more than `total_steps` times.
    ZeroDivisionError
        If a phase is left without a single step, as when ``pct_start * total_steps`` is 1.

    References
    ----------
    L. N. Smith, N. Topin (2019). Super-convergence: very fast training of neural networks using large learning rates.
    SPIE 11006. arXiv:1708.07120. (The two phases are fastai's.)

    Examples
    --------
    >>> import numpy as np
    >>> from course_lib.lr_scheduler import OneCycleLR
    >>> from course_lib.optim import SGD, Parameter
    >>> optimizer = SGD([Parameter(np.ones(2))], lr=0.1, momentum=0.9)
    >>> scheduler = OneCycleLR(optimizer, max_lr=0.8, total_steps=6, pct_start=0.5, div_factor=8, anneal_strategy="linear")
    >>> rates = []
    >>> for update in range(6):
    ...     rates += scheduler.get_last_lr()
    ...     optimizer.step()
    ...     scheduler.step()
    >>> np.array(rates).round(3)
    array([0.1  , 0.45 , 0.8  , 0.533, 0.267, 0.   ])
    """

    def __init__(
        self,
        optimizer: Optimizer,
        max_lr: float | list[float],
        total_steps: int | None = None,
        epochs: int | None = None,
        steps_per_epoch: int | None = None,
        pct_start: float = 0.3,
        anneal_strategy: Literal["cos", "linear"] = "cos",
        cycle_momentum: bool = True,
        base_momentum: float | list[float] = 0.85,
        max_momentum: float | list[float] = 0.95,
        div_factor: float = 25.0,
        final_div_factor: float = 1e4,
        three_phase: bool = False,
        last_epoch: int = -1,
    ) -> None:
        groups = param_groups(optimizer)
        self.optimizer = optimizer
        self.total_steps = count_steps(total_steps, epochs, steps_per_epoch)
        if not isinstance(pct_start, float) or not 0 <= pct_start <= 1:
            raise ValueError(f"pct_start must be a float between 0 and 1, got {pct_start!r}.")
        if anneal_strategy not in ("cos", "linear"):
            raise ValueError(f'anneal_strategy must be one of "cos" or "linear", got {anneal_strategy!r}.')
        self._anneal_strategy = anneal_strategy

        # the phases: last step, then the rates and the momenta it goes between, as the groups name them
        up, last = pct_start * self.total_steps, self.total_steps - 1
        self._phases = [(up - 1, ("initial_lr", "max_lr"), ("max_momentum", "base_momentum"))]
        if three_phase:
            self._phases += [
                (2 * up - 2, ("max_lr", "initial_lr"), ("base_momentum", "max_momentum")),
                (last, ("initial_lr", "min_lr"), ("max_momentum", "max_momentum")),
            ]
        else:
            self._phases += [(last, ("max_lr", "min_lr"), ("base_momentum", "max_momentum"))]

        max_lrs = per_group("max_lr", numbers("max_lr", max_lr), optimizer)
        div_factor, final_div_factor = number("div_factor", div_factor), number("final_div_factor", final_div_factor)
        if last_epoch == -1:
            for group, peak in zip(groups, max_lrs, strict=True):
                group["initial_lr"] = peak / div_factor
                group["max_lr"] = peak
                group["min_lr"] = group["initial_lr"] / final_div_factor
        kept = ["initial_lr", "max_lr", "min_lr"]
        self.cycle_momentum = cycle_momentum
        if cycle_momentum:
            momentum_bounds(optimizer, base_momentum, max_momentum, last_epoch)
            kept += ["base_momentum", "max_momentum"]
        for i, group in enumerate(groups):
            for key in kept:
                require_key(group, key, i)
        super().__init__(optimizer, last_epoch)

    def _next_lr(self) -> list[float]:
        p, (start, end), _ = self._phase()
        return [self._anneal(group[start], group[end], p) for group in self.optimizer.param_groups]

    def _next_momentum(self) -> list[float]:
        p, _, (start, end) = self._phase()
        return [self._anneal(group[start], group[end], p) for group in self.optimizer.param_groups]

    def _phase(self) -> tuple[float, tuple[str, str], tuple[str, str]]:
        """How much of the current phase is over, and which rates and momenta of the group it goes between."""
        t = self.last_epoch
        if t > self.total_steps:
            raise ValueError(
                f"step() was called {t} times, but the cycle has total_steps={self.total_steps}. Stop there, or plan for more."
            )
        ends = [end for end, _, _ in self._phases]
        i = next((i for i, end in enumerate(ends) if t <= end), len(ends) - 1)
        start, (end, rates, momenta) = ends[i - 1] if i > 0 else 0.0, self._phases[i]
        if start == end:
            raise ZeroDivisionError(
                f"a phase from step {start:g} to step {end:g} has no room for a change. "
                f"Choose pct_start so that pct_start * total_steps, with total_steps={self.total_steps}, is more than 1 "
                f"and less than total_steps."
            )
        return (t - start) / (end - start), rates, momenta

    def _anneal(self, start: float, end: float, p: float) -> float:
        if self._anneal_strategy == "cos":
            return end + (start - end) / 2.0 * (1 + cos(pi * p))
        return (end - start) * p + start


def count_steps(total_steps: int | None, epochs: int | None, steps_per_epoch: int | None) -> int:
    """The number of updates in all."""
    if total_steps is not None:
        if not isinstance(total_steps, int) or total_steps <= 0:
            raise ValueError(f"total_steps must be a positive integer, got {total_steps!r}.")
        return total_steps
    if epochs is None or steps_per_epoch is None:
        raise ValueError("give either total_steps, or both epochs and steps_per_epoch.")
    for name, value in [("epochs", epochs), ("steps_per_epoch", steps_per_epoch)]:
        if not isinstance(value, int) or value <= 0:
            raise ValueError(f"{name} must be a positive integer, got {value!r}.")
    return epochs * steps_per_epoch
