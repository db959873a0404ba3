"""Right answers in other styles."""

import numpy as np


def signs_of_eigenvalues(hessian):
    eigenvalues = np.linalg.eigvalsh(hessian)
    if (eigenvalues > 0).all():
        return "minimum"
    if (eigenvalues < 0).all():
        return "maximum"
    return "saddle"


def smallest_and_largest(hessian):
    smallest, *_, largest = [*np.linalg.eigvalsh(hessian), np.linalg.eigvalsh(hessian)[-1]]
    return "minimum" if smallest > 0 else "maximum" if largest < 0 else "saddle"


def cholesky(hessian):
    def positive_definite(matrix):
        try:
            np.linalg.cholesky(matrix)
        except np.linalg.LinAlgError:
            return False
        return True

    return "minimum" if positive_definite(hessian) else "maximum" if positive_definite(-hessian) else "saddle"
