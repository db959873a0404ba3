"""A network trained on digits within a budget."""

from __future__ import annotations

import numpy as np

from course_lib.checks.declaration import Case, Question
from course_lib.checks.properties import trained_networks
from course_lib.driving.training import DigitsNetwork, train_each

from ._lacking import lacks_of

# three passes are just not there: a run that counts epochs ends within one
TRAINING, HIDDEN, BUDGET, RUNS = 1200, 32, 3500, 3


def draw(rng: np.random.Generator) -> list[Case]:
    # seeds of which nobody can try all
    seeds = map(int, rng.integers(2**63, size=RUNS))
    return [{"tasks": [DigitsNetwork(seed, TRAINING, HIDDEN, BUDGET) for seed in seeds], "n": TRAINING, "budget": BUDGET}]


def trained(gradient, w, n, budget, rng):
    lr, momentum, batch_size, spent = 0.06, 0.9, 16, 0
    velocity = np.zeros_like(w)
    while spent < budget:
        order = rng.permutation(n)
        for start in range(0, n, batch_size):
            batch = order[start : start + batch_size][: budget - spent]
            if len(batch) == 0:
                break
            rate = lr * (1 - spent / budget)
            velocity = momentum * velocity + gradient(w, batch)
            w = w - rate * velocity
            spent += len(batch)
    return w


question = Question(
    cases=draw,
    reference=trained,
    observe=train_each,
    properties=[
        trained_networks.stays_within_the_budget,
        trained_networks.returns_the_parameters,
        trained_networks.stays_finite,
        trained_networks.leaves_the_start,
        trained_networks.trains_every_layer,
        trained_networks.spends_the_budget,
        trained_networks.makes_enough_updates,
        trained_networks.sees_all_examples,
        trained_networks.shuffles,
        trained_networks.comes_down,
        trained_networks.goes_on_to_the_end,
        trained_networks.goes_fast_enough,
        trained_networks.reaches_the_target,
    ],
    forbidden=("course_lib.descent", "course_lib.problems", "sklearn"),
    time_limit=60.0,
    reading="training#choosing-optimizer-and-schedule",
    hints=[
        "Begin with plain stochastic gradient descent on your own batches, and make sure that it stays within the budget.",
        "The budget is nearly three passes over the data. How many updates is that with batches of 100, of 30, of 10?",
        "Sweep the learning rate over powers of ten, then finer around the best, on splits of your own. Each optimizer has "
        "its own best rate.",
        "Large steps at the beginning, small ones at the end: let the rate fall with the part of the budget that is spent.",
    ],
)


lacks = lacks_of(question, trained)

lacks(trained_networks.returns_the_parameters, "return_forgotten", ("    return w", "    pass"))

lacks(trained_networks.returns_the_parameters, "returns_the_rate_too", ("    return w", "    return w, rate"))

lacks(
    trained_networks.stays_within_the_budget,
    "counts_updates",
    ("[: budget - spent]", ""),
    ("spent += len(batch)", "spent += 1"),
)

lacks(
    trained_networks.stays_within_the_budget,
    "ten_epochs",
    ("while spent < budget", "for _ in range(10)"),
    ("[: budget - spent]", ""),
)

lacks(trained_networks.stays_within_the_budget, "last_epoch_to_its_end", ("[: budget - spent]", ""))

lacks(trained_networks.stays_finite, "rate_a_thousand_times_too_large", ("= 0.06, 0.9, 16", "= 1e12, 0.9, 16"))

lacks(trained_networks.leaves_the_start, "update_not_kept", ("w = w - rate * velocity", "new = w - rate * velocity"))

lacks(
    trained_networks.trains_every_layer,
    "last_layer_only",
    ("gradient(w, batch)", "gradient(w, batch) * (np.arange(len(w)) >= 2080)"),
)

lacks(trained_networks.spends_the_budget, "one_epoch", ("    return w", "        return w"), ("= 0.06,", "= 0.01,"))

lacks(trained_networks.makes_enough_updates, "full_batches", ("0.9, 16, 0", "0.9, n, 0"))

lacks(trained_networks.sees_all_examples, "same_batch_again", ("order[start : start + batch_size]", "np.arange(batch_size)"))

lacks(trained_networks.shuffles, "not_shuffled", ("rng.permutation(n)", "np.arange(n)"))

lacks(trained_networks.comes_down, "ascent", ("w - rate", "w + rate"), ("= 0.06, 0.9", "= 0.001, 0.0"))

lacks(trained_networks.comes_down, "rate_too_large", ("= 0.06, 0.9", "= 10.0, 0.0"))

lacks(
    trained_networks.goes_on_to_the_end, "decays_every_update", ("lr * (1 - spent / budget)", "lr * 0.7 ** (spent / batch_size)")
)

lacks(trained_networks.goes_fast_enough, "rate_too_small", ("= 0.06,", "= 0.0006,"))

lacks(
    trained_networks.goes_fast_enough,
    "default_rate_without_momentum",
    ("= 0.06, 0.9, 16", "= 0.001, 0.0, 32"),
    (" * (1 - spent / budget)", ""),
)

lacks(
    trained_networks.comes_down, "large_steps_to_the_end", ("= 0.06, 0.9, 16", "= 0.6, 0.0, 8"), (" * (1 - spent / budget)", "")
)

lacks(trained_networks.reaches_the_target, "rate_that_rises", ("= 0.06,", "= 0.12,"), ("(1 - spent / budget)", "spent / budget"))
