"""What the problem set on torch.optim expects, and the mistakes it knows.

Cases hold NumPy arrays; models, optimizers and tensors are made of them when a case is run, so that torch is imported only then. Answers
are compared with right code on torch.optim itself, the losses as well as the weights that training arrives at.
"""

from __future__ import annotations

import itertools

import pickle

import tempfile

import warnings

from collections.abc import Callable, Iterator

from contextlib import contextmanager

from pathlib import Path

from typing import Any

import numpy as np

from course_lib.checks.declaration import Case, Question

from course_lib.checks.mutating import mistakes_in


FORBIDDEN = ("course_lib.checks.answers",)


def torch_cases(cases: Callable[[np.random.Generator], list[Case]]) -> Callable[[np.random.Generator], list[Case]]:
    """Loads torch with the cases: the first optimizer takes a second to import what it needs, which is not the answer's time."""

    def draw(rng: np.random.Generator) -> list[Case]:
        import torch

        torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
        return cases(rng)

    return draw


def weights(rng: np.random.Generator, *sizes: int) -> list[np.ndarray]:
    """Weights and biases of the linear layers between so many units."""
    shapes = [shape for inputs, outputs in itertools.pairwise(sizes) for shape in ((outputs, inputs), (outputs,))]
    return [rng.uniform(-1, 1, shape) for shape in shapes]


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


def weights_of(model: Any) -> dict[str, np.ndarray]:
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
    if not given:
        size = f" of {len(value)}" if isinstance(value, (list, tuple)) else ""
        raise TypeError(f"it should return {what}, but returned a {type(value).__name__}{size}")


def tensors(*arrays: np.ndarray) -> list[Any]:
    import torch

    return [torch.from_numpy(array) for array in arrays]


@contextmanager
def quiet() -> Iterator[None]:
    """Without torch's warnings, such as that of shapes that broadcast: the verdict tells more."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def data(rng: np.random.Generator, n: int, d: int) -> tuple[np.ndarray, np.ndarray]:
    """Examples whose targets a small network can learn in part."""
    X = rng.normal(size=(n, d))
    return X, np.sin(X.sum(axis=1, keepdims=True)) + rng.normal(0, 0.3, (n, 1)) + rng.uniform(0.5, 1.5)
