"""Real data that ship with scikit-learn, so that nothing is downloaded."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from course_lib.validation import Array


class Split(NamedTuple):
    """Examples to train on, and others to test with.

    Attributes
    ----------
    x, y : arrays of shape (n, features) and (n,)
        Training examples; the features are standardized.
    x_test, y_test : arrays of shape (m, features) and (m,)
        Test examples, standardized with the mean and deviation of the *training* examples.
    """

    x: Array
    y: np.ndarray
    x_test: Array
    y_test: np.ndarray


def diabetes(seed: int = 0, test_fraction: float = 0.25) -> Split:
    """442 patients with 10 measurements each; the target is how far the disease had gone a year later, standardized.

    Parameters
    ----------
    seed : int
        Decides which examples are held out.
    test_fraction : float
        The part of the examples that is held out.

    Raises
    ------
    ValueError
        If `test_fraction` does not leave an example on either side.

    References
    ----------
    B. Efron, T. Hastie, I. Johnstone, R. Tibshirani, "Least angle regression", The Annals of Statistics 32 (2004).
    """
    from sklearn.datasets import load_diabetes

    x, y = load_diabetes(return_X_y=True, scaled=False)
    split = _split(x, y, seed, test_fraction)
    center, deviation = split.y.mean(), split.y.std()
    return split._replace(y=(split.y - center) / deviation, y_test=(split.y_test - center) / deviation)


def digits(seed: int = 0, test_fraction: float = 0.25) -> Split:
    """1797 handwritten digits of 8 by 8 pixels, the target the digit 0 to 9.

    Parameters
    ----------
    seed : int
        Decides which examples are held out.
    test_fraction : float
        The part of the examples that is held out.

    Raises
    ------
    ValueError
        If `test_fraction` does not leave an example on either side.

    References
    ----------
    E. Alpaydin, C. Kaynak, "Optical recognition of handwritten digits", UCI Machine Learning Repository (1998).
    """
    from sklearn.datasets import load_digits

    x, y = load_digits(return_X_y=True)
    return _split(x, y, seed, test_fraction)


def photograph(seed: int = 0, n: int = 20_000) -> tuple[Array, Array]:
    """Pixels of a photograph, each to be predicted from four that come before it: left, and the three above.

    Programs that compress images predict in this way and store only what the prediction misses.

    Parameters
    ----------
    seed : int
        Decides which pixels are drawn.
    n : int
        How many, out of about 270,000.

    Returns
    -------
    x, y : arrays of shape (n, 4) and (n,)
        Gray values, each column standardized.

    References
    ----------
    Photograph "china.jpg" by danielbuechele, flickr.com/photos/danielbuechele/6061409035, CC BY 2.0; it comes with scikit-learn.
    """
    from sklearn.datasets import load_sample_image

    gray = load_sample_image("china.jpg").mean(axis=2)
    columns = np.stack([gray[1:, 1:-1], gray[1:, :-2], gray[:-1, :-2], gray[:-1, 1:-1], gray[:-1, 2:]], axis=-1).reshape(-1, 5)
    drawn = columns[np.random.default_rng(seed).choice(len(columns), size=n, replace=False)]
    drawn = (drawn - drawn.mean(axis=0)) / drawn.std(axis=0)
    return drawn[:, 1:], drawn[:, 0]


def _split(x: Array, y: np.ndarray, seed: int, test_fraction: float) -> Split:
    if not 0 < test_fraction < 1:
        raise ValueError(f"test_fraction must lie between 0 and 1, got {test_fraction!r}.")
    held_out = round(test_fraction * len(x))
    if not 0 < held_out < len(x):
        raise ValueError(
            f"test_fraction must leave examples to train on and to test with: {test_fraction!r} of {len(x)} are {held_out}."
        )
    order = np.random.default_rng(seed).permutation(len(x))
    test, train = np.split(order, [held_out])
    deviation = x[train].std(axis=0)
    # a pixel that is always blank carries nothing and must not be divided by 0
    deviation[deviation == 0] = 1
    standardized = (x - x[train].mean(axis=0)) / deviation
    return Split(standardized[train], y[train], standardized[test], y[test])
