"""The seconds that training takes, without those of the evaluations."""

from __future__ import annotations

import numpy as np

from course_lib.checks.declaration import Case, Question
from course_lib.checks.mutating import mistakes_in
from course_lib.driving.clinic import observe_timing


def draw(rng: np.random.Generator) -> list[Case]:
    # quarters add up without rounding, so that nothing is left of the order in which they are added
    return [
        {
            "update_seconds": rng.integers(1, 9, updates) / 4,
            "evaluation_seconds": rng.integers(20, 60, updates + 1) / 4,
            "losses": rng.uniform(0, 5, updates + 1),
            "every": every,
        }
        for updates, every in ((6, 2), (4, 1), (9, 3), (5, 5))
    ]


def timed(update, evaluate, clock, updates, every):
    seconds, record = 0.0, [(0.0, evaluate())]
    for t in range(1, updates + 1):
        began = clock()
        update()
        seconds += clock() - began
        if t % every == 0:
            record.append((seconds, evaluate()))
    return record


question = Question(
    cases=draw,
    reference=timed,
    observe=observe_timing,
    reading="comparison#measuring-time",
    hints=[
        "Which calls happen between the first and the last look at the clock? Which of them belong to training?",
        "Look at the clock right before and right after each update, and add the differences up.",
    ],
)


mistake = mistakes_in(timed, question)

mistake(
    "evaluation_included",
    "Your seconds include the evaluations. Who evaluates more often would then seem to train more slowly: stop the clock "
    "while evaluating.",
    ("record = 0.0, [(0.0, evaluate())]", "record, began = 0.0, [(0.0, evaluate())], clock()"),
    ("        began = clock()\n", ""),
    ("        seconds += clock() - began\n", ""),
    ("(seconds, evaluate())", "(clock() - began, evaluate())"),
)

mistake(
    "clock_started_too_early",
    "Your seconds include the evaluations, even the one before training: the clock starts before it.",
    ("seconds, record = 0.0, [(0.0, evaluate())]", "began, seconds = clock(), 0.0\n    record = [(0.0, evaluate())]"),
    ("        began = clock()\n", ""),
    ("        seconds += clock() - began\n", ""),
    ("(seconds, evaluate())", "(clock() - began, evaluate())"),
)

mistake(
    "evaluation_timed_with_its_update",
    "Your seconds include the evaluations: the clock is read after them.",
    ("(seconds, evaluate())", "evaluate()"),
    ("record.append(evaluate())", "loss = evaluate()\n            record.append((seconds + clock() - began, loss))"),
    ("        seconds += clock() - began\n", ""),
    ("began, loss))", "began, loss))\n        seconds += clock() - began"),
)

mistake(
    "last_update_only",
    "Each of your times is that of the last update alone. Add up the seconds of all updates so far.",
    ("seconds += clock()", "seconds = clock()"),
)

mistake(
    "since_the_last_evaluation",
    "Your times start again at each evaluation. Add up the seconds of all updates so far.",
    ("record.append((seconds, evaluate()))", "record.append((seconds, evaluate()))\n            seconds = 0.0"),
)

mistake(
    "start_not_recorded",
    "Your record begins after the first updates. The untrained model belongs to it, with 0 seconds.",
    ("[(0.0, evaluate())]", "[]"),
)

mistake(
    "evaluated_after_every_update",
    "You evaluate after every update; the question asks for an evaluation after every `every` updates.",
    ("t % every == 0", "True"),
)

mistake(
    "one_update_early",
    "You evaluate one update too early: count the updates that have been made.",
    ("range(1, updates + 1)", "range(updates)"),
)
