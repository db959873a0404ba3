"""Properties of networks trained within a budget."""

from __future__ import annotations

import numpy as np

from course_lib.driving.calls import Case

# the accuracy on held-out digits to be reached on average
TARGET = 0.93


def _missed(case: Case, output: list[dict]) -> bool:
    """Whether the runs stay below the target on average."""
    accuracies = [task.accuracy(np.asarray(run["w"], dtype=float)) for task, run in zip(case["tasks"], output, strict=True)]
    return float(np.mean(accuracies)) < TARGET


def stays_within_the_budget(case: Case, output: list[dict]) -> bool:
    """Your run needs more gradient evaluations than the budget has. Each example in a batch is one evaluation: count examples,
    not updates or epochs."""
    return all(run["evaluations"] <= case["budget"] for run in output)


def returns_the_parameters(case: Case, output: list[dict]) -> bool:
    """Return the parameters at the end of the run: a NumPy array of the shape of the w that your function is given. Is a return
    missing, or is it a tensor?"""
    return all(np.shape(run["w"]) == task.start().shape for task, run in zip(case["tasks"], output, strict=True))


def stays_finite(case: Case, output: list[dict]) -> bool:
    """Your run diverges: the parameters are no longer finite numbers. The learning rate is far too large, or the gradient is
    added instead of subtracted."""
    return all(np.isfinite(np.asarray(run["w"], dtype=float)).all() for run in output)


def leaves_the_start(case: Case, output: list[dict]) -> bool:
    """Your function returns the parameters that it was given: no update reaches them. Is the result of the update kept?"""
    return all(not np.array_equal(run["w"], task.start()) for task, run in zip(case["tasks"], output, strict=True))


def trains_every_layer(case: Case, output: list[dict]) -> bool:
    """Your runs miss the target, and a part of the parameters, the weights or biases of a layer, is as it was at the start: all
    of them are to be trained."""
    return not _missed(case, output) or all(
        not np.array_equal(before, after)
        for task, run in zip(case["tasks"], output, strict=True)
        for before, after in zip(task.layers(task.start()), task.layers(np.asarray(run["w"])), strict=True)
    )


def spends_the_budget(case: Case, output: list[dict]) -> bool:
    """Your runs miss the target, and stop with much of the budget unspent."""
    return not _missed(case, output) or min(run["evaluations"] for run in output) > 0.7 * case["budget"]


def makes_enough_updates(case: Case, output: list[dict]) -> bool:
    """Your runs miss the target. They spend the budget in a few updates of many examples each; the mean over a tenth of the
    examples points nearly the same way, so smaller batches buy more updates for the same budget."""
    return not _missed(case, output) or min(run["updates"] for run in output) >= 50


def sees_all_examples(case: Case, output: list[dict]) -> bool:
    """Your runs miss the target, and use only a part of the training examples, again and again. Each batch should be fresh."""
    return not _missed(case, output) or min(len(np.unique(run["examples"])) for run in output) > 0.7 * case["n"]


def shuffles(case: Case, output: list[dict]) -> bool:
    """Your runs miss the target. They go through the examples in the order in which they are stored, which is class by class:
    whatever was learned last covers what was learned before. Shuffle."""
    return not _missed(case, output) or all(np.mean(np.diff(run["examples"]) == 1) < 0.9 for run in output)


def comes_down(case: Case, output: list[dict]) -> bool:
    """Your runs miss the target: their loss on the training examples ends above where it began. The learning rate is too
    large, for the beginning or for the end of the run, or the gradient is added instead of subtracted."""
    return not _missed(case, output) or all(run["training loss"][-1] < run["training loss"][0] for run in output)


def goes_on_to_the_end(case: Case, output: list[dict]) -> bool:
    """Your runs miss the target: in the second half of the budget the loss does not move any more, though it is far from its
    minimum. Does the rate decay too early, for example by a factor at every update that was meant for every epoch?"""
    return not _missed(case, output) or any(
        abs(run["training loss"][-1] - run["training loss"][2]) > 0.02 * run["training loss"][2] for run in output
    )


def goes_fast_enough(case: Case, output: list[dict]) -> bool:
    """Your runs miss the target: the loss on the training examples is still falling steadily when the budget is spent. Larger
    steps would bring it down faster: raise the learning rate."""
    return not _missed(case, output) or any(
        run["training loss"][-1] < 0.2 or np.any(np.diff(run["training loss"]) > 0) for run in output
    )


def reaches_the_target(case: Case, output: list[dict]) -> bool:
    """Within the budget your runs miss the target on held-out digits: sweep the learning rate, consider momentum or an adaptive
    method, and let the rate fall towards the end."""
    return not _missed(case, output)
