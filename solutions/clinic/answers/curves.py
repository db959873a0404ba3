"""Right answers in other styles."""

import numpy as np


def read_from_the_chart(**patients):
    return {letter: patient.diagnosis for letter, patient in sorted(patients.items(), reverse=True)}


def by_eye(**patients):
    def label(losses, least):
        if losses[-1] > 100 * losses[0]:
            return "rate too large"
        if losses.min() < 0.9 * least:
            return "loss of the batch"
        turns, second_half = np.sum(np.diff(np.sign(np.diff(losses))) != 0), losses[100:]
        if turns < 10:
            return "rate too small" if losses[-1] < 0.9 * losses[-40] else "same batch again"
        if np.corrcoef(second_half[:-10], second_half[10:])[0, 1] > 0.99:
            return "not shuffled"
        return "gradients add up" if second_half.mean() > 1.5 * least else "healthy"

    return {letter: label(patient.seen.losses, patient.seen.least) for letter, patient in patients.items()}


def typed_in_one_by_one(**patients):
    labels = dict.fromkeys("ABCDEF", "")
    for letter in labels:
        labels[letter] = np.str_(patients[letter].diagnosis)
    return labels
