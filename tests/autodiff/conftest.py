from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch

from course_lib.autodiff import Tensor


@pytest.fixture(scope="session")
def same_as_torch() -> Callable:
    """``same_as_torch(ours, theirs, *arrays)``: both give the same result and gradients of `arrays`."""
    torch.set_num_threads(1)
    return compare


def compare(ours: Callable, theirs: Callable, *arrays: np.ndarray, rtol: float = 1e-12, atol: float | None = None) -> None:
    x = [Tensor(array, requires_grad=True) for array in arrays]
    t = [torch.tensor(array, requires_grad=True) for array in arrays]
    y, z = ours(*x), theirs(*t)
    assert_close(y.data, z, rtol, atol)
    # a random gradient from above, so that no entry of the result is weighted like another
    above = np.random.default_rng(0).standard_normal(y.shape).astype(y.dtype)
    y.backward(above)
    z.backward(torch.tensor(above))
    for a, b in zip(x, t, strict=True):
        assert_close(a.grad, b.grad, rtol, atol)


def assert_close(ours: np.ndarray, theirs: torch.Tensor, rtol: float, atol: float | None) -> None:
    expected = theirs.detach().numpy()
    assert isinstance(ours, np.ndarray)
    assert ours.dtype == expected.dtype
    if atol is None:
        # sums are added up in another order than torch's: where large terms cancel, what is left of their
        # rounding errors is small beside them, not beside their sum
        atol = rtol * np.abs(expected[np.isfinite(expected)]).max(initial=0.0)
    np.testing.assert_allclose(ours, expected, rtol=rtol, atol=atol, strict=True)
