"""Right answers in other styles."""

import numpy as np


def formula(gradients, batch_size, replacement):
    n = len(gradients)
    one = np.mean(np.sum((gradients - gradients.mean(axis=0)) ** 2, axis=1))
    if replacement:
        return one / batch_size
    return one / batch_size * (n - batch_size) / (n - 1)


def with_sample_variance(gradients, batch_size, replacement):
    # in terms of the variance with n - 1 the correction is 1 - b/n
    n = len(gradients)
    if replacement:
        return gradients.var(axis=0).sum() / batch_size
    return gradients.var(axis=0, ddof=1).sum() / batch_size * (1 - batch_size / n)


def from_covariances(gradients, batch_size, replacement):
    # the variance of a sum: b variances, and b (b - 1) covariances between its terms
    centered = gradients - gradients.mean(axis=0)
    products = centered @ centered.T
    n, b = len(gradients), batch_size
    own = np.trace(products) / n
    between = 0.0 if replacement else (products.sum() - np.trace(products)) / (n * (n - 1))
    return (b * own + b * (b - 1) * between) / b**2


def loop(gradients, batch_size, replacement):
    n, total = len(gradients), 0.0
    center = sum(gradients) / n
    for g in gradients:
        total += np.linalg.norm(g - center) ** 2 / n
    correction = 1 if replacement else (n - batch_size) / (n - 1)
    return correction * total / batch_size
