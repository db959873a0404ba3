"""Right answers in other styles."""

import numpy as np


def means(run, rates, budget, seeds):
    each = budget // (len(rates) * len(seeds))
    means = [np.mean([run(lr, each, seed)["validation"] for seed in seeds]) for lr in rates]
    return rates[int(np.argmax(means))]


def loop(run, rates, budget, seeds):
    best, best_sum = None, -1.0
    for lr in rates:
        total = 0.0
        for seed in seeds:
            total += run(lr, budget / len(rates) / len(seeds), seed)["validation"]
        if total > best_sum:
            best, best_sum = lr, total
    return best


def seeds_first(run, rates, budget, seeds):
    table = np.zeros((len(seeds), len(rates)))
    for i, seed in enumerate(seeds):
        for j, lr in enumerate(rates):
            table[i, j] = run(lr, budget // table.size, seed)["validation"]
    return max(zip(table.mean(axis=0), rates))[1]
