"""Adam with weight decay that passes by the averages."""

from __future__ import annotations

from typing import Any

from course_lib.optim.adam import Adam
from course_lib.optim.optimizer import Params


class AdamW(Adam):
    r"""AdamW: Adam, with weight decay that shrinks the parameter directly.

    .. math::

        p &\leftarrow (1 - \mathrm{lr} \; \mathrm{weight\_decay}) \, p \\
        m &\leftarrow \beta_1 m + (1 - \beta_1) \, g \\
        v &\leftarrow \beta_2 v + (1 - \beta_2) \, g^2 \\
        p &\leftarrow p - \frac{\mathrm{lr}}{1 - \beta_1^t} \;
            \frac{m}{\sqrt{v} / \sqrt{1 - \beta_2^t} + \epsilon}

    Adam adds the decay to the gradient, where it is divided by :math:`\sqrt{v}` like the rest: entries with large
    gradients hardly decay. Here all entries decay at the same rate. The rule is Adam's, with
    `decoupled_weight_decay`.

    Parameters
    ----------
    params : iterable of Parameter, or of dict
        The parameters, or groups of them: dicts with the key "params" and options of their own.
    lr : float, at least 0
        The learning rate: about the length of a step, in every entry, while the gradients agree.
    betas : pair of float in [0, 1)
        The weights of the past in the averages, :math:`(\beta_1, \beta_2)`.
    eps : float, at least 0
        Keeps the division finite, :math:`\epsilon`. It is added outside the root.
    weight_decay : float, at least 0
        The share of `p`, times the learning rate, that is lost at each step.
    amsgrad : bool
        Whether the denominator may only grow: the largest :math:`v` so far takes its place.
    maximize : bool
        Whether to climb instead of descend.

    Raises
    ------
    ValueError
        If an option lies outside its range.

    Notes
    -----
    State: as for `Adam`.

    References
    ----------
    I. Loshchilov, F. Hutter (2019). Decoupled weight decay regularization. ICLR, arXiv:1711.05101.

    Examples
    --------
    Without a gradient to speak of, what is left is the decay:

    >>> import numpy as np
    >>> from course_lib.optim import AdamW, Parameter
    >>> w = Parameter(np.array([1.0, 100.0]))
    >>> w.grad = np.zeros(2)
    >>> AdamW([w], lr=0.1, weight_decay=0.1).step()
    >>> w.data
    array([ 0.99, 99.  ])
    """

    def __init__(
        self,
        params: Params,
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 1e-2,
        amsgrad: bool = False,
        *,
        maximize: bool = False,
    ) -> None:
        super().__init__(params, lr, betas, eps, weight_decay, amsgrad, maximize=maximize, decoupled_weight_decay=True)

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        super().load_state_dict(state_dict)
        for group in self.param_groups:  # as in torch, also if it was saved by Adam
            group["decoupled_weight_decay"] = True
