"""Three forms of momentum that walk the same path: rates for the average, factors for the velocity."""

from __future__ import annotations

import numpy as np

from course_lib.checks.declaration import Case, Question
from course_lib.checks.mutating import mistakes_in
from course_lib.driving.calls import Entries

from ._forbidden import FORBIDDEN


def draw(rng: np.random.Generator) -> list[Case]:
    cases = []
    for steps in (4, 6, 8, 5):
        rates = np.exp(rng.normal(-3, 0.8, steps))
        cases.append({"rates": [float(rate) for rate in rates], "momentum": float(rng.uniform(0.5, 0.95))})
    return cases


def conventions_reference(rates, momentum):
    return [rate / (1 - momentum) for rate in rates], [
        momentum * new / old for old, new in zip([rates[0], *rates], rates, strict=False)
    ]


question = Question(
    cases=draw,
    reference=conventions_reference,
    observe=Entries(["averages", "factors"]),
    parts=True,
    forbidden=FORBIDDEN,
    reading="momentum#conventions-of-momentum",
    hints=[
        "Compare what is subtracted from p in step t. For the average: m is b times a constant. Which?",
        "For the velocity: you want v to be -lr b in every step. Write b = momentum * (old b) + g with v in place of b.",
        "The old b is -(old v) / (old lr). Which factor stands before the old v then?",
    ],
)


def conventions_answer(rates, momentum):
    averages = [rate / (1 - momentum) for rate in rates]
    factors = [momentum] + [momentum * rates[t] / rates[t - 1] for t in range(1, len(rates))]
    return averages, factors


mistake = mistakes_in(conventions_answer, question)
AVERAGE, FACTOR = "rate / (1 - momentum)", "momentum * rates[t] / rates[t - 1]"
mistake(
    "nothing_to_convert",
    "You give all three forms the same numbers. The average holds each gradient 1 - momentum times, so its steps would be "
    "shorter; and a velocity remembers steps taken at the old rate.",
    (AVERAGE, "rate"),
    (FACTOR, "momentum"),
)
mistake(
    "average_unchanged",
    "The average is as large as the buffer times 1 - momentum, so with the same rate its steps are shorter.",
    (AVERAGE, "rate"),
)
mistake(
    "average_the_wrong_way",
    "Your rates for the average go the wrong way: the average is smaller than the buffer, so its rate must be larger.",
    (AVERAGE, "rate * (1 - momentum)"),
)
mistake(
    "average_over_momentum",
    "For the average, compare how much of a new gradient enters: not momentum of it, the rest.",
    (AVERAGE, "rate / momentum"),
)
mistake(
    "velocity_unchanged",
    "Your factors for the velocity do not follow the rate. The velocity holds old steps, taken at the old rate; where the rate "
    "changes, they must be brought to the new one.",
    (FACTOR, "momentum"),
)
mistake(
    "velocity_the_wrong_way",
    "Your ratio of the rates is upside down: when the rate falls, the old velocity must shrink with it.",
    (FACTOR, "momentum * rates[t - 1] / rates[t]"),
)
mistake(
    "velocity_against_the_first_rate",
    "You compare each rate with the first. The velocity was brought to the last rate one step before, so compare with that one.",
    (FACTOR, "momentum * rates[t] / rates[0]"),
)
mistake(
    "velocity_without_momentum",
    "Your factors hold the change of the rate, but the velocity has to fade, too.",
    (FACTOR, "rates[t] / rates[t - 1]"),
)
mistake(
    "velocity_looks_ahead",
    "Your factors are one step early: in step t the new gradient enters at the rate of step t, and the old velocity stands at "
    "the rate of step t - 1.",
    (
        "[momentum] + [momentum * rates[t] / rates[t - 1] for t in range(1, len(rates))]",
        "[momentum * rates[t] / rates[t - 1] for t in range(1, len(rates))] + [momentum]",
    ),
)
