"""Right answers in other styles."""

import numpy as np


def eigenvalues(X):
    return 2 / np.linalg.eigvalsh(2 / len(X) * X.T @ X)[-1]


def singular_values(X):
    return len(X) / np.linalg.svd(X, compute_uv=False)[0] ** 2


def spectral_norm(X):
    return len(X) / np.linalg.norm(X, 2) ** 2


def general_eigenvalues(X):
    return float(2 / max(np.linalg.eig(2 * X.T.dot(X) / X.shape[0])[0].real))
