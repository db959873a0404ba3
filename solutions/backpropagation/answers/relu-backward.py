"""Right answers in other styles."""

import numpy as np


def mask(upstream, z):
    return upstream * (z > 0)


def where(upstream, z):
    return np.where(z <= 0, 0.0, upstream)


def assigned(upstream, z):
    dz = upstream.copy()
    dz[z <= 0] = 0
    return dz


def loop(upstream, z):
    dz = np.zeros(z.shape)
    for index in np.ndindex(z.shape):
        if z[index] > 0:
            dz[index] = upstream[index]
    return dz
