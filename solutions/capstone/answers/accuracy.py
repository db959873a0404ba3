"""Right answers in other styles."""

import numpy as np


def vectorized(scores, labels):
    return np.mean(np.argmax(scores, axis=1) == labels)


def loop(scores, labels):
    right = 0
    for row, label in zip(scores.tolist(), labels):
        right += row.index(max(row)) == label
    return right / len(labels)


def with_torch(scores, labels):
    import torch

    return (torch.as_tensor(scores).argmax(dim=1) == torch.as_tensor(labels)).double().mean().item()
