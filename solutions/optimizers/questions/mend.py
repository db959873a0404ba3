"""An epoch of Adam with three faults in what it remembers, to be mended."""

from __future__ import annotations

import numpy as np

from course_lib import optim
from course_lib.checks.declaration import Case, Question
from course_lib.checks.mutating import mistakes_in
from course_lib.driving.functions import LeastSquaresGradient
from course_lib.driving.optimizers import drive_epochs
from course_lib.optim import Parameter

from ._forbidden import FORBIDDEN


def draw(rng: np.random.Generator) -> list[Case]:
    cases = []
    for d, epochs in ((1, [2]), (2, [3, 3, 2]), (3, [1, 4, 2, 3]), (2, [2, 2, 2, 2, 2])):
        n = 6
        X, y = rng.normal(size=(n, d)), rng.normal(size=n)
        cases.append(
            {
                "gradient": LeastSquaresGradient(X, y, "a function gradient(w, batch)"),
                "start": rng.normal(0, 2, d),
                "epochs": [[rng.permutation(n)[:2].tolist() for _ in range(count)] for count in epochs],
                "lr": float(rng.uniform(0.05, 0.3)),
                "betas": (float(rng.uniform(0.6, 0.9)), float(rng.uniform(0.9, 0.99))),
                "eps": 1e-8,
            }
        )
    return cases


def mend_reference(gradient, w, state, batches, lr, betas, eps):
    p = Parameter(w.copy())
    optimizer = optim.Adam([p], lr=lr, betas=betas, eps=eps)
    if state:
        optimizer.load_state_dict(state)
    for batch in batches:
        p.grad = gradient(p.data, batch)
        optimizer.step()
    return p.data, optimizer.state_dict()


question = Question(
    cases=draw,
    reference=mend_reference,
    observe=drive_epochs,
    forbidden=FORBIDDEN,
    reading="adaptive-methods#adam",
    hints=[
        "Ask of each of t, m and v: what is it in the first step of the second epoch? And what should it be?",
        "Write down t for each of the steps of two epochs with three batches. It should go from 1 to 6.",
        "Is anything that is kept for the next step also changed for the update of this one?",
    ],
)


def adam_epoch(gradient, w, state, batches, lr, betas, eps):
    beta1, beta2 = betas
    m, v = state.get("m", np.zeros_like(w)), state.get("v", np.zeros_like(w))
    t = state.get("t", 0)
    for batch in batches:
        t += 1
        g = gradient(w, batch)
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g * g
        m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
        w = w - lr * m_hat / (np.sqrt(v_hat) + eps)
    return w, {"t": t, "m": m, "v": v}


mistake = mistakes_in(adam_epoch, question)
COUNT_EPOCHS = (('    t = state.get("t", 0)\n', '    t = state.get("t", 0) + 1\n'), ("        t += 1\n", ""))
RESET = ('state.get("m", np.zeros_like(w)), state.get("v", np.zeros_like(w))', "np.zeros_like(w), np.zeros_like(w)")
KEEP_CORRECTED = (("m_hat, v_hat = m /", "m_hat, v_hat = m, v = m /"),)
mistake(
    "t_counts_epochs",
    "Two of the three faults are mended. Your t still counts epochs: all batches of an epoch are corrected alike, though the "
    "averages go on.",
    *COUNT_EPOCHS,
)
mistake(
    "averages_begin_anew_each_epoch",
    "Two of the three faults are mended. Your averages still begin from zero in every epoch, while t goes on.",
    RESET,
)
mistake(
    "corrected_averages_kept",
    "Two of the three faults are mended. The corrected averages are still kept as m and v, and corrected again in the next step.",
    *KEEP_CORRECTED,
)
mistake(
    "only_the_kept_corrections_mended",
    "One of the three faults is mended. What happens to t within an epoch, and to the averages between two?",
    *COUNT_EPOCHS,
    RESET,
)
mistake(
    "only_the_averages_mended",
    "One of the three faults is mended. What does t count, and what do m and v hold after the correction?",
    *COUNT_EPOCHS,
    *KEEP_CORRECTED,
)
mistake(
    "only_t_mended",
    "One of the three faults is mended. What are m and v at the beginning of an epoch, and after the correction?",
    RESET,
    *KEEP_CORRECTED,
)
mistake(
    "nothing_mended",
    "This does what the broken function does: all three faults are still there.",
    *COUNT_EPOCHS,
    RESET,
    *KEEP_CORRECTED,
)
mistake(
    "t_not_saved",
    "Your t begins from zero in every epoch, while the averages go on, so they are corrected as if they had just begun. t "
    "belongs into the state as well.",
    ('state.get("t", 0)', "0"),
)
mistake(
    "nothing_saved",
    "In every epoch your Adam begins anew: m, v and t all belong into the state that is returned, and are taken from the state "
    "that is given.",
    ('{"t": t, "m": m, "v": v}', "{}"),
)
mistake(
    "state_kept_elsewhere",
    "A single run is right, but two runs that take turns mix up their averages: you keep m, v and t outside of the state, where every "
    "run finds those of the other. Take them from the state that is given, and return them in it.",
    ("lr, betas, eps):", "lr, betas, eps, kept={}):\n    state = kept if state else kept.clear() or kept"),
    ('return w, {"t": t, "m": m, "v": v}', 'kept.update(t=t, m=m, v=v)\n    return w, {"begun": True}'),
)
mistake(
    "t_starts_at_zero",
    "Your t is 0 in the first step, so the correction divides by 1 - 1 = 0. Count the step before you correct.",
    ("        t += 1\n", ""),
    ("(np.sqrt(v_hat) + eps)", "(np.sqrt(v_hat) + eps)\n        t += 1"),
)
mistake(
    "one_step_an_epoch",
    "You make one step an epoch, with the mean gradient of its batches. Each batch is a step.",
    ("for batch in batches:", "for _ in [0]:"),
    ("gradient(w, batch)", "np.mean([gradient(w, batch) for batch in batches], axis=0)"),
)
mistake(
    "stale_gradient",
    "You take all gradients of an epoch at the point where it begins. Each batch's gradient belongs to where w is when its turn "
    "comes.",
    ("    for batch in batches:", "    start = w\n    for batch in batches:"),
    ("gradient(w, batch)", "gradient(start, batch)"),
)
