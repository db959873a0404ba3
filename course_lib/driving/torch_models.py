"""Between torch and NumPy: models and tensors made of the arrays of a case, and what is read from them as arrays and numbers.

torch is imported when an answer is driven, not with this module.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from course_lib.driving.calls import Driver


def with_torch(driver: Driver) -> Driver:
    """Has torch loaded before the time of an answer begins: the first optimizer alone takes a second to import what it needs."""
    driver.prepare = _load_torch  # type: ignore[attr-defined]
    return driver


def _load_torch() -> None:
    import torch

    torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0).step()


def network(arrays: list[np.ndarray]) -> Any:
    """The network with these weights: linear layers, a tanh between any two."""
    import torch

    layers: list[Any] = []
    for weight in arrays[::2]:
        layers += [torch.nn.Linear(weight.shape[1], weight.shape[0]), torch.nn.Tanh()]
    model = torch.nn.Sequential(*layers[:-1]).double()
    with torch.no_grad():
        for p, array in zip(model.parameters(), arrays, strict=True):
            p.copy_(torch.from_numpy(array))
    return model


def tensors(*arrays: np.ndarray) -> list[Any]:
    """Tensors that share the memory of arrays."""
    import torch

    return [torch.from_numpy(array) for array in arrays]


def weights_of(model: Any) -> dict[str, np.ndarray]:
    """All parameters of a model by name, as they are now."""
    return {f"model {name} at the end": p.detach().numpy().copy() for name, p in model.named_parameters()}


def losses(given: Any) -> dict[str, Any]:
    """What an answer gave as its losses, tensors told from numbers."""
    import torch

    many = isinstance(given, (list, tuple)) or (isinstance(given, (torch.Tensor, np.ndarray)) and given.ndim > 0)
    tensors = isinstance(given, torch.Tensor) or (many and any(isinstance(loss, torch.Tensor) for loss in given))
    return {
        "the losses are": "tensors" if tensors else "numbers",
        "losses": [plain(loss) for loss in given] if many else plain(given),
    }


def plain(value: Any) -> Any:
    """Tensors as what they hold."""
    import torch

    if isinstance(value, torch.Tensor):
        value = value.detach().numpy()
        return value.item() if value.ndim == 0 else value.copy()
    return value


def require(what: str, given: bool, value: Any) -> None:
    """Raise a TypeError that names `what` was asked for unless it is `given`."""
    if not given:
        size = f" of {len(value)}" if isinstance(value, (list, tuple)) else ""
        raise TypeError(f"it should return {what}, but returned a {type(value).__name__}{size}")


@contextmanager
def quiet() -> Iterator[None]:
    """Without torch's warnings, such as that of shapes that broadcast: the verdict tells more."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
