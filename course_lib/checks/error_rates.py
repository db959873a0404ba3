"""How good the checks are: their two error rates, measured.

``python -m course_lib.checks.error_rates solutions`` prints for every question how many of its misconceptions are caught and named, and how many right
answers in other styles are accepted, under fresh seeds; with a path it also writes the table there, for the instructor's guide.
It ends with status 1 if a question falls short.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from course_lib.checks.collecting import collect
from course_lib.checks.declaration import Question
from course_lib.checks.drawing import draw_for
from course_lib.checks.explaining import Verdict
from course_lib.checks.judging import judge
from course_lib.checks.keys import Keys
from course_lib.checks.mutating import as_student

SEEDS = 20
# the part of the mistakes that must be given their own name; two can coincide on the cases of a seed
NAMED = 0.95


@dataclass(frozen=True)
class Row:
    """The measurements on one question.

    Attributes
    ----------
    question : str
    misconceptions, right : int
        How many are declared.
    trials, right_trials : int
        Runs of misconceptions and of right answers, over all seeds.
    caught, named, accepted : int
        Runs of misconceptions that did not pass, and that were given their own name; runs of right answers that passed.
    complaints : tuple of str
        What went wrong, one line a run.
    """

    question: str
    misconceptions: int
    trials: int
    caught: int
    named: int
    right: int
    right_trials: int
    accepted: int
    complaints: tuple[str, ...]

    @property
    def good_enough(self) -> bool:
        """Whether every mistake is caught, nearly all are named, and no right answer is rejected."""
        return self.caught == self.trials and self.named >= NAMED * self.trials and self.accepted == self.right_trials


def as_notebook_answer(asked: Question, answer: Callable, student: str = "") -> Any:
    """`answer` as it is in a student's notebook: source code run in a namespace of its own; for a question about a value, the value."""
    namespace: dict[str, Any] = {"np": np, "__name__": "__main__"}
    exec(as_student(answer, "answer"), namespace)
    if asked.value:
        return namespace["answer"](**asked.draw_cases(0, student)[0])
    return namespace["answer"]


def try_answer(asked: Question, answer: Callable, seed: int, student: str = "") -> Verdict:
    """The verdict on `answer` with the cases of a seed; a personal question is asked of `student`, or one named after the seed."""
    student = student or f"student-{seed}"
    with np.errstate(all="ignore"):
        draw = draw_for(asked, seed, student)
        return judge(draw, collect(draw.inputs, as_notebook_answer(asked, answer, student), student), student)


def measure(asked: Question, right: Sequence[Callable], seeds: Iterable[int] = range(SEEDS)) -> Row:
    """Try all misconceptions of a question, and right answers to it, under all `seeds`."""
    seeds = list(seeds)
    caught = named = accepted = 0
    complaints = []
    for mistake in asked.misconceptions:
        for seed in seeds:
            verdict = try_answer(asked, mistake, seed)
            caught += not verdict.passed
            named += verdict.misconception == asked.named(mistake)
            if verdict.passed or verdict.misconception != asked.named(mistake):
                taken = "right" if verdict.passed else verdict.misconception or verdict.kind
                complaints.append(f"seed {seed}: {mistake.__name__} is taken for {taken}")
    for answer in right:
        for seed in seeds:
            verdict = try_answer(asked, answer, seed)
            accepted += verdict.passed
            if not verdict.passed:
                complaints.append(f"seed {seed}: the right answer {answer.__name__} is rejected: {verdict.message}")
    return Row(
        question=asked.name,
        misconceptions=len(asked.misconceptions),
        trials=len(asked.misconceptions) * len(seeds),
        caught=caught,
        named=named,
        right=len(right),
        right_trials=len(right) * len(seeds),
        accepted=accepted,
        complaints=tuple(complaints),
    )


def _part(some: int, whole: int) -> str:
    return f"{100 * some / whole:.1f} %" if whole else "-"


def table_line(row: Row) -> str:
    """The row as a line of a Markdown table."""
    return (
        f"| {row.question} | {row.misconceptions} | {_part(row.caught, row.trials)} | {_part(row.named, row.trials)} "
        f"| {row.right} | {_part(row.accepted, row.right_trials)} |"
    )


def table(rows: Sequence[Row]) -> str:
    """The rows as a Markdown table, with the totals below."""

    def total(name: str) -> int:
        return sum(getattr(row, name) for row in rows)

    everything = Row(
        question=f"**all {len(rows)} questions**",
        **{name: total(name) for name in ("misconceptions", "trials", "caught", "named", "right", "right_trials", "accepted")},
        complaints=(),
    )
    lines = [
        "| question | misconceptions | caught | named | right answers | accepted |",
        "|---|--:|--:|--:|--:|--:|",
        *map(table_line, rows),
        table_line(everything),
    ]
    return "\n".join(lines) + "\n"


def main(arguments: Sequence[str]) -> int:
    # loaded on the first answer's time, they could take all of it
    import sklearn.datasets  # noqa: F401
    import torch  # noqa: F401

    solutions, *paths = arguments
    keys, rows = Keys.read(solutions), []
    for assignment in keys.assignments():
        for asked in keys.questions(assignment).values():
            rows.append(measure(asked, keys.right_answers(asked.name)))
            print(
                f"{asked.name}: {rows[-1].caught}/{rows[-1].trials} caught, {rows[-1].accepted}/{rows[-1].right_trials} accepted",
                flush=True,
            )
            for complaint in rows[-1].complaints[:5]:
                print("   ", complaint)
    print("\n" + table(rows), end="")
    for path in paths:
        Path(path).write_text(table(rows), encoding="utf-8")
    return 0 if all(row.good_enough for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
