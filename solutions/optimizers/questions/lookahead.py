"""Nesterov's momentum as it was published: the gradient at a point ahead."""

from __future__ import annotations

import numpy as np

from course_lib import optim
from course_lib.checks.declaration import Case, Question
from course_lib.checks.mutating import mistakes_in
from course_lib.driving.calls import Entries
from course_lib.driving.optimizers import BowlAndSinesGradient
from course_lib.optim import Parameter

from ._forbidden import FORBIDDEN


def draw(rng: np.random.Generator) -> list[Case]:
    cases = []
    for d, steps in ((1, 6), (2, 10), (3, 1), (2, 25)):
        curvature, minimum = rng.uniform(0.5, 4, d), rng.normal(size=d)
        cases.append(
            {
                "gradient": BowlAndSinesGradient(curvature, minimum),
                "start": rng.normal(0, 3, d),
                "lr": float(rng.uniform(0.02, 0.15)),
                "momentum": float(rng.uniform(0.5, 0.9)),
                "steps": steps,
            }
        )
    return cases


def lookahead_reference(gradient, start, lr, momentum, steps):
    """PyTorch's form walks along the points ahead; the positions lie back from them by what it looked ahead."""
    p = Parameter(start.copy())
    optimizer = optim.SGD([p], lr=lr, momentum=momentum, nesterov=True)
    positions, ahead = [start], []
    for _ in range(steps):
        ahead.append(p.data.copy())
        p.grad = gradient(p.data)
        optimizer.step()
        positions.append(p.data + lr * momentum * optimizer.state[p]["momentum_buffer"])
    return np.array(positions), np.array(ahead)


question = Question(
    cases=draw,
    reference=lookahead_reference,
    observe=Entries(["positions", "ahead"]),
    parts=True,
    forbidden=FORBIDDEN,
    reading="momentum#nesterov-momentum",
    hints=[
        "Keep two arrays: the position w and the velocity v, which begins at zeros. Record copies.",
        "In each step: the point ahead is w + momentum * v, and the gradient is taken there.",
        "Then the velocity is updated, and w moves by the whole velocity, from where it was, not from the point ahead.",
    ],
)


def lookahead_answer(gradient, start, lr, momentum, steps):
    w, v = start.copy(), np.zeros_like(start)
    positions, ahead = [w], []
    for _ in range(steps):
        seen = w + momentum * v
        ahead.append(seen)
        v = momentum * v - lr * gradient(seen)
        w = w + v
        positions.append(w)
    return np.array(positions), np.array(ahead)


mistake = mistakes_in(lookahead_answer, question)
mistake(
    "gradient_where_you_stand",
    "You take the gradient where you stand. That is classical momentum; Nesterov takes it at the point ahead, w + momentum * v.",
    ("gradient(seen)", "gradient(w)"),
)
mistake(
    "no_look_ahead",
    "Your points ahead are the positions themselves, so this is classical momentum. Look along the velocity first.",
    ("seen = w + momentum * v", "seen = w"),
)
mistake(
    "whole_velocity_ahead",
    "You look ahead by the whole velocity; it will fade to momentum * v in this step, so look that far.",
    ("seen = w + momentum * v", "seen = w + v"),
)
mistake(
    "looks_back", "You look back: the point ahead is w plus momentum * v.", ("seen = w + momentum * v", "seen = w - momentum * v")
)
mistake(
    "learning_rate_in_the_look_ahead",
    "You multiply the look-ahead by the learning rate. The velocity is a step already, the rate is in it.",
    ("seen = w + momentum * v", "seen = w + lr * momentum * v"),
)
mistake(
    "steps_from_the_point_ahead",
    "You move from the point ahead by the whole velocity, so the part you looked ahead is walked twice. Move from the position.",
    ("w = w + v", "w = seen + v"),
)
mistake(
    "velocity_not_kept",
    "Your velocity does not remember: momentum times the old velocity is missing.",
    ("v = momentum * v - lr", "v = -lr"),
)
mistake(
    "exponential_average",
    "You weight the gradient by 1 - momentum. Here it enters the velocity in full, times the learning rate.",
    ("- lr * gradient", "- (1 - momentum) * lr * gradient"),
)
mistake(
    "ascent",
    "Your velocity goes uphill: the gradient is subtracted.",
    ("- lr * gradient", "+ lr * gradient"),
)
mistake(
    "velocity_kept_without_the_rate",
    "Your velocity holds gradients, and w moves by lr * v; but then the look-ahead must carry the rate, too. In the form of the "
    "question the rate enters the velocity.",
    ("- lr * gradient(seen)", "- gradient(seen)"),
    ("w = w + v", "w = w + lr * v"),
)
mistake(
    "points_ahead_returned_as_positions",
    "Your positions are the points ahead. Both begin at the start, then the points ahead are momentum * v further on.",
    ("np.array(positions), np.array(ahead)", "np.array([*ahead, w + momentum * v]), np.array(ahead)"),
)
mistake(
    "start_left_out",
    "The start belongs to the positions, as row 0: steps steps make steps + 1 positions.",
    ("positions, ahead = [w], []", "positions, ahead = [], []"),
)
