"""A fair sweep of the learning rate."""

from __future__ import annotations

import numpy as np

from course_lib.checks.declaration import Case, Question
from course_lib.checks.mutating import mistakes_in
from course_lib.driving import sweeps


def draw(rng: np.random.Generator) -> list[Case]:
    cases = []
    for count, seeds in ((5, 4), (5, 3), (6, 5)):
        rates = [float(rate) for rate in 10 ** np.sort(rng.uniform(-3, 0, count))]
        # which rate is best depends on whom you ask: the mean, one lucky seed, the first seed, most seeds, other data
        by_mean, lucky, first, most, training, testing = rng.permutation(count)[[0, 1, 2, 3, 4, 1]]
        level = rng.uniform(0.80, 0.82, count)
        level[by_mean] = 0.86
        spread = rng.uniform(-0.004, 0.004, (count, seeds))
        validation = level[:, None] + spread - spread.mean(axis=1, keepdims=True)
        validation[lucky, 1:] += 0.12 * np.eye(seeds - 1)[0] - 0.12 / (seeds - 1)
        validation[first, 0] += 0.09
        validation[first, 1:] -= 0.09 / (seeds - 1)
        validation[most, :-1] += 0.06
        validation[most, -1] -= 0.06 * (seeds - 1)
        train, test = validation + 0.03, validation - 0.01
        train[training] += 0.08
        test[testing] += 0.09
        table = {
            (rate, seed): {"train": float(a), "validation": float(v), "test": float(t)}
            for rate, *columns in zip(rates, train, validation, test)
            for seed, (a, v, t) in enumerate(zip(*columns))
        }
        cases.append({"table": table, "rates": rates, "budget": 600 * count * seeds, "seeds": list(range(seeds))})
    return cases


def best_on_average(run, rates, budget, seeds):
    share = budget // (len(rates) * len(seeds))
    scores = {}
    for lr in rates:
        scores[lr] = np.mean([run(lr, share, seed)["validation"] for seed in seeds])
    return max(scores, key=scores.get)


question = Question(
    cases=draw,
    reference=best_on_average,
    observe=sweeps.sweep,
    reading="training#sweeping-the-learning-rate",
    hints=[
        "How many runs are there in all? Each gets the same share of the budget.",
        "Of each rate, keep the mean over the seeds of the accuracy by which you choose.",
        "Choosing by the test examples uses them up: afterwards they are validation examples.",
    ],
)

mistake = mistakes_in(best_on_average, question)

mistake(
    "chosen_by_the_test",
    "You choose by the test accuracy. Then the best test accuracy is partly luck, and nothing is left to measure honestly "
    "with: choose by the validation accuracy.",
    ('["validation"]', '["test"]'),
)

mistake(
    "chosen_by_the_training",
    "You choose by the accuracy on the training examples, which says nothing of new ones. Choose by the validation accuracy.",
    ('["validation"]', '["train"]'),
)

mistake(
    "best_single_run",
    "You choose the rate with the best single run. With several seeds, one of them is lucky: compare the means.",
    ("np.mean([", "np.max(["),
)

mistake(
    "median",
    "You choose by the median, which does not see that a rate fails with one of the seeds. Compare the means.",
    ("np.mean([", "np.median(["),
)

mistake(
    "one_seed",
    "You make one run for each rate. How much of the difference is chance can be seen only from several seeds: use them all.",
    ("for seed in seeds]", "for seed in seeds[:1]]"),
    ("len(rates) * len(seeds)", "len(rates)"),
)

mistake(
    "one_seed_with_a_share",
    "You make one run for each rate, and leave the rest of the budget unused: use all seeds.",
    ("for seed in seeds]", "for seed in seeds[:1]]"),
)

mistake(
    "whole_budget_for_each",
    "Each of your runs gets the whole budget. The budget is for the sweep: all runs share it equally.",
    ("budget // (len(rates) * len(seeds))", "budget"),
)

mistake(
    "seeds_forgotten_in_the_share",
    "You share the budget among the rates, but every rate is run once for each seed: the runs need more than there is.",
    ("len(rates) * len(seeds)", "len(rates)"),
)

mistake(
    "rates_forgotten_in_the_share",
    "You share the budget among the seeds, but there are runs for every rate: they need more than there is.",
    ("len(rates) * len(seeds)", "len(seeds)"),
)

mistake(
    "worst_rate",
    "You return the rate of the lowest accuracy. Accuracy is better the higher it is.",
    ("return max(", "return min("),
)

mistake(
    "accuracy_instead_of_rate",
    "You return the best accuracy; the question asks for the rate that has it.",
    ("max(scores, key=scores.get)", "max(scores.values())"),
)

mistake(
    "position_instead_of_rate",
    "You return the position of the best rate in the list; the question asks for the rate.",
    ("max(scores, key=scores.get)", "int(np.argmax(list(scores.values())))"),
)
