"""Momentum for matrices, with all directions of the update made equally long."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from course_lib.optim.limits import learning_rate, nonnegative, number
from course_lib.optim.optimizer import Optimizer, Params, State
from course_lib.validation import Array, count


def coefficients(name: str, value: Any) -> None:
    """Three numbers."""
    expected = "three numbers (a, b, c), for example (3.4445, -4.775, 2.0315)"
    if not isinstance(value, (tuple, list)):
        raise TypeError(f"{name} must be {expected}, got {type(value).__name__}: {value!r}.")
    if len(value) != 3:
        raise ValueError(f"{name} must be {expected}, got {len(value)} of them: {value!r}.")
    for i, coefficient in enumerate(value):
        number(f"{name}[{i}]", coefficient)


def steps(name: str, value: Any) -> None:
    """A whole number below 100: five do, and each is three products of matrices."""
    if count(name, value, minimum=0) >= 100:
        raise ValueError(f"{name} must be less than 100, got {value}. Five steps do.")


class Muon(Optimizer):
    r"""Muon: momentum, orthogonalized by Newton-Schulz iteration.

    .. math::

        B &\leftarrow \mathrm{momentum} \; B + (1 - \mathrm{momentum}) \, g \\
        M &\leftarrow B \qquad \text{(nesterov: } (1 - \mathrm{momentum}) \, g + \mathrm{momentum} \; B
            \text{)} \\
        X &\leftarrow M / \max(\lVert M \rVert, \epsilon) \\
        X &\leftarrow a X + b \, (X X^\top) X + c \, (X X^\top)^2 X \qquad \text{(ns\_steps times)} \\
        p &\leftarrow (1 - \mathrm{lr} \; \mathrm{weight\_decay}) \, p - \mathrm{lr} \; s \, X

    With the singular value decomposition :math:`M = U \Sigma V^\top`, an iteration sends each singular value
    :math:`\sigma` to :math:`a \sigma + b \sigma^3 + c \sigma^5` and leaves U and V alone. The coefficients are
    chosen to bring small values near 1 in few iterations, not to end exactly there: after five, all that were at
    least 0.002 lie in [0.68, 1.21]. So X is close to :math:`U V^\top`, and rare directions of the gradient count as
    much as dominant ones.

    Parameters
    ----------
    params : iterable of Parameter, or of dict
        The parameters, or groups of them: dicts with the key "params" and options of their own. All must be
        matrices, and are meant to be the weights of hidden layers: leave biases, embeddings and the last layer to
        another optimizer such as AdamW.
    lr : float, at least 0
        The learning rate.
    weight_decay : float, at least 0
        The part of `p` that `lr` takes away in each step, as in AdamW.
    momentum : float, at least 0
        The weight of the past in B.
    nesterov : bool
        Whether to look ahead by one step of momentum.
    ns_coefficients : three floats
        :math:`(a, b, c)`.
    eps : float
        :math:`\epsilon`: a smaller M is not brought to length 1.
    ns_steps : int, less than 100
        How many iterations.
    adjust_lr_fn : {None, 'original', 'match_rms_adamw'}
        The factor :math:`s` for a matrix of n rows and m columns: :math:`\sqrt{\max(1, n / m)}` with 'original' or
        None; :math:`0.2 \sqrt{\max(n, m)}` with 'match_rms_adamw', which makes updates as large as AdamW's usually
        are, so that its learning rate and weight decay carry over.

    Raises
    ------
    ValueError
        If an option lies outside its range, or a parameter is no matrix.

    Notes
    -----
    State: "momentum_buffer", B, of the shape of :math:`p`. torch iterates in bfloat16, whose numbers have three
    digits, for the sake of speed on GPUs; here it is done in the precision of the parameter.

    References
    ----------
    K. Jordan, Y. Jin, V. Boza, J. You, F. Cesista, L. Newhouse, J. Bernstein (2024). Muon: an optimizer for hidden
    layers in neural networks. https://kellerjordan.github.io/posts/muon/

    J. Liu et al. (2025). Muon is scalable for LLM training. arXiv:2502.16982. ('match_rms_adamw'.)

    Examples
    --------
    A gradient that is two hundred times larger in one direction than in another moves both about equally:

    >>> import numpy as np
    >>> from course_lib.optim import Muon, Parameter
    >>> w = Parameter(np.zeros((2, 2)))
    >>> w.grad = np.diag([1000.0, 5.0])
    >>> Muon([w], lr=0.1).step()
    >>> w.data.round(2) + 0
    array([[-0.07,  0.  ],
           [ 0.  , -0.12]])
    """

    limits = {
        "lr": learning_rate,
        "weight_decay": nonnegative,
        "momentum": nonnegative,
        "ns_coefficients": coefficients,
        "eps": nonnegative,
        "ns_steps": steps,
    }

    def __init__(
        self,
        params: Params,
        lr: float = 1e-3,
        weight_decay: float = 0.1,
        momentum: float = 0.95,
        nesterov: bool = True,
        ns_coefficients: tuple[float, float, float] = (3.4445, -4.7750, 2.0315),
        eps: float = 1e-7,
        ns_steps: int = 5,
        adjust_lr_fn: str | None = None,
    ) -> None:
        super().__init__(
            params,
            dict(
                lr=lr,
                weight_decay=weight_decay,
                momentum=momentum,
                nesterov=nesterov,
                ns_coefficients=ns_coefficients,
                eps=eps,
                ns_steps=ns_steps,
                adjust_lr_fn=adjust_lr_fn,
            ),
        )

    def check(self, options: dict[str, Any]) -> None:
        super().check(options)
        if options["adjust_lr_fn"] not in (None, "original", "match_rms_adamw"):
            raise ValueError(f"adjust_lr_fn must be None, 'original' or 'match_rms_adamw', got {options['adjust_lr_fn']!r}.")

    def add_param_group(self, param_group: dict[str, Any]) -> None:
        super().add_param_group(param_group)
        for p in self.param_groups[-1]["params"]:
            if p.data.ndim != 2:
                del self.param_groups[-1]
                raise ValueError(
                    f"Muon takes matrices only, got a parameter of shape {p.data.shape}. Give it to another "
                    f"optimizer, such as AdamW."
                )

    def initial_state(self, p: Array, **options: Any) -> State:
        return {"momentum_buffer": np.zeros_like(p)}

    def update(
        self, p: Array, g: Array, state: State, lr: float, weight_decay: float, momentum: float, nesterov: bool,
        ns_coefficients: tuple[float, float, float], eps: float, ns_steps: int, adjust_lr_fn: str | None,
    ) -> None:  # fmt: skip
        if not p.size:
            return  # no matrix to orthogonalize
        b = state["momentum_buffer"]
        b *= momentum
        b += (1 - momentum) * g
        x = newton_schulz((1 - momentum) * g + momentum * b if nesterov else b, ns_coefficients, ns_steps, eps)
        n, m = p.shape
        s = 0.2 * math.sqrt(max(n, m)) if adjust_lr_fn == "match_rms_adamw" else math.sqrt(max(1, n / m))
        p *= 1 - lr * weight_decay
        p -= lr * s * x


def newton_schulz(matrix: Array, coefficients: tuple[float, float, float], steps: int, eps: float) -> Array:
    """The matrix with the same singular vectors and singular values near 1.

    Parameters
    ----------
    matrix : array of shape (n, m)
    coefficients : three floats
        Of the polynomial that each step applies to the singular values.
    steps : int
    eps : float
        The least that `matrix` is divided by, to bring its singular values to 1 at most.

    Returns
    -------
    array of shape (n, m)
    """
    a, b, c = coefficients
    n, m = matrix.shape
    x = matrix.T if n > m else matrix  # the smaller of the two products of a matrix with itself
    x = x / max(float(np.linalg.norm(x)), eps)
    for _ in range(steps):
        xx = x @ x.T
        x = a * x + (b * xx + c * (xx @ xx)) @ x
    return x.T if n > m else x
