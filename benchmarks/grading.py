"""`course grade` beside `nbgrader autograde` as it comes, on the same submissions to some of the course's own assignments.

Both run as commands of their own, one after the other, startup included. Stock nbgrader is slow, so by default it grades a part of the
class, evenly chosen, and its time for the whole is its startup, measured by itself, and its time per submission times the size of the
class. The marks of both must be the same, but for shares of a question: stock nbgrader gives all of its points or none.

`course grade` draws no figures of read-only cells, unless `c.ForkExecute.pictures` is set; what it takes with them is measured too. Its
time outside the student's cells is what one more submission takes; the start, once for a class, is told beside it.

Ends with status 1 if a target is missed.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from itertools import chain, islice
from pathlib import Path
from time import perf_counter

import nbformat

from course_lib.checks.keys import Keys
from course_lib.grading.records import read_records
from course_lib.sample_class import Blank, mistaken_students, right_students, write

ROOT = Path(__file__).parents[1]
STOCK = """
c = get_config()
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "exercises"
"""
GRADE = """
import json, resource, sys
from course_lib.grading.classroom import grade
if __name__ == "__main__":
    run = grade(sys.argv[1], workers=int(sys.argv[2]), students=sys.argv[3:] or None, progress=False, force=True)
    print(json.dumps({"peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, "graded": len(run.graded)}))
"""
WIDTH = 52
ASSIGNMENTS = ("gradient-descent", "backpropagation", "optimizers")
CLASSES = (60, 2000)
# at least so many times faster than stock nbgrader, by number of workers
FASTER = {1: 7.0, 2: 12.0}
# seconds one more submission takes besides the student's own cells, on one worker
OUTSIDE = 0.1
# the coordinator's peak memory for the large class, as a multiple of that for the small one
GROWTH = 1.1

# points and possible points of graded cells, by student and cell
Marks = dict[tuple[str, str], tuple[float, float]]


class Targets:
    """What was measured against what it should be."""

    def __init__(self) -> None:
        self.missed: list[str] = []

    def check(self, what: str, measured: float, *, least: float | None = None, most: float | None = None) -> str:
        """Note whether a target is met; returns the words for it."""
        met = (least is None or measured >= least) and (most is None or measured <= most)
        target = f"at least {least:g}" if least is not None else f"at most {most:g}"
        if not met:
            self.missed.append(f"{what}: {measured:.2f}, the target is {target}")
        return f"target: {target}{'' if met else ', MISSED'}"


def command(directory: Path, *arguments: str) -> tuple[float, str]:
    """Run Python in a course; returns the seconds it took and what it printed."""
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    begun = perf_counter()
    done = subprocess.run([sys.executable, *arguments], cwd=directory, env=environment, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(arguments)} failed:\n{done.stdout}{done.stderr}")
    return perf_counter() - begun, done.stdout


def make_course(directory: Path, config: str, assignment: str) -> None:
    """A course with one assignment, released."""
    (directory / "solutions").mkdir(parents=True)
    (directory / "nbgrader_config.py").write_text(config)
    shutil.copytree(ROOT / "solutions" / assignment, directory / "solutions" / assignment)
    command(directory, "-m", "nbgrader", "generate_assignment", assignment)
    (directory / "grade_all.py").write_text(GRADE)


def submit(directory: Path, assignment: str, count: int) -> list[str]:
    """Honest submissions: right answers in several styles and every known mistake, each by a student of its own."""
    release = nbformat.read(directory / "exercises" / assignment / f"{assignment}.ipynb", as_version=4)
    # questions with data of their own know whose they are, so nobody's notebook can be handed in twice
    blank = Blank(assignment, release, Keys.read(ROOT / "solutions"))
    mistaken = mistaken_students(blank, [f"student-{number:04}" for number in range(max(count, CLASSES[0]))])
    honest = list(islice(chain(right_students(blank), mistaken), count))
    write(directory / "submitted", assignment, honest)
    return [student.id for student in honest]


def marks(directory: Path, assignment: str, students: list[str]) -> Marks:
    """The points for each student's graded cells in the gradebook of a course, and the possible ones."""
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{directory}/gradebook.db") as gradebook:
        return {
            (student, grade.name): (grade.auto_score or 0.0, grade.max_score)
            for student in students
            for notebook in gradebook.find_submission(assignment, student).notebooks
            for grade in notebook.grades
        }


def different(stock: Marks, ours: Marks) -> list[str]:
    """Where marks differ, and how; a share of the points is as good as none."""
    return [
        f"{' '.join(cell)}: {stock.get(cell)} and {ours.get(cell)}"
        for cell in sorted(stock.keys() | ours.keys())
        if stock.get(cell) != ours.get(cell)
        and not (cell in stock and cell in ours and stock[cell][0] == 0 and 0 < ours[cell][0] < ours[cell][1])
    ]


def scaled(seconds: float, startup: float, part: int, count: int) -> float:
    """What a class of `count` takes per submission, from what `part` of it took altogether."""
    return startup / count + (seconds - startup) / part


def compare(scratch: Path, assignment: str, count: int, stock_count: int, targets: Targets) -> None:
    """Print seconds per submission of both, and how many times faster the one is."""
    stock, ours = scratch / "stock", scratch / "ours"
    make_course(stock, STOCK, assignment)
    make_course(ours, (ROOT / "nbgrader_config.py").read_text(), assignment)
    students = submit(ours, assignment, count)
    # evenly from the class, so that both grade the same mix
    part = students[:: max(1, count // stock_count)][:stock_count]
    for student in part:
        shutil.copytree(ours / "submitted" / student, stock / "submitted" / student)
    print(f"{assignment}: seconds per submission")
    clock, _ = command(stock, "-m", "nbgrader", "autograde", assignment, "--log-level=ERROR")
    # a second time it finds everything graded and does nothing
    startup, _ = command(stock, "-m", "nbgrader", "autograde", assignment, "--log-level=ERROR")
    theirs = scaled(clock, startup, len(part), count)
    measured = f"{len(part)} submissions" + (f", scaled to {count}" if len(part) < count else "")
    print(f"  {f'nbgrader autograde ({measured})':<{WIDTH}}{theirs:8.3f}")
    for workers, least in FASTER.items():
        clock, _ = command(ours, "grade_all.py", assignment, str(workers))
        mine = clock / count
        label = f"course grade, {workers} worker{'s' * (workers > 1)} ({count} submissions)"
        met = targets.check(f"{assignment}, {label}, times faster", theirs / mine, least=least)
        print(f"  {label:<{WIDTH}}{mine:8.3f}   {theirs / mine:5.1f} times faster ({met})")
        if workers == 1:
            first, *others = read_records(ours, assignment).values()
            start, _ = command(ours, "grade_all.py", assignment, "1", first.student)
            outside = (clock - start - sum(record.seconds for record in others)) / len(others)
            met = targets.check(f"{assignment}, seconds outside the cells", outside, most=OUTSIDE)
            print(f"  {'  of which outside the cells':<{WIDTH}}{outside:8.3f}   ({met})")
            print(
                f"  {'  of which the start, and the first submission':<{WIDTH}}{start / count:8.3f}   ({start:.1f} s for the class)"
            )
    with open(ours / "nbgrader_config.py", "a") as config:
        config.write("c.ForkExecute.pictures = True\n")
    clock, _ = command(ours, "grade_all.py", assignment, "2")
    print(
        f"  {'course grade, 2 workers, with all figures':<{WIDTH}}{clock / count:8.3f}   {theirs * count / clock:5.1f} times faster"
    )
    differences = different(marks(stock, assignment, part), marks(ours, assignment, part))
    print(f"  marks: {'DIFFERENT' if differences else 'the same'}", flush=True)
    targets.missed += [f"{assignment}: other points than stock nbgrader's for {line}" for line in differences]


def memory(scratch: Path, counts: tuple[int, int], targets: Targets) -> None:
    """Print the peak memory of the coordinator for a small and a large class, of small notebooks."""
    print("Peak memory of the coordinator")
    peaks = []
    for count in counts:
        course = scratch / f"memory-{count}"
        make_course(course, (ROOT / "nbgrader_config.py").read_text(), "gradient-descent")
        path = course / "exercises" / "gradient-descent" / "gradient-descent.ipynb"
        release = json.loads(path.read_text())
        # an assignment of one question, for which the workers take hardly any time
        keep = ("setup", "cost", "test-cost")
        release["cells"] = [cell for cell in release["cells"] if cell["metadata"].get("nbgrader", {}).get("grade_id") in keep]
        path.write_text(json.dumps(release))
        (course / "gradebook.db").unlink()
        for number in range(count):
            folder = course / "submitted" / f"{number:05}" / "gradient-descent"
            folder.mkdir(parents=True)
            (folder / path.name).write_text(json.dumps(release))
        seconds, printed = command(course, "grade_all.py", "gradient-descent", "2")
        peak = json.loads(printed.splitlines()[-1])["peak"] / 1024
        peaks.append(peak)
        print(f"  {f'{count} submissions':<{WIDTH}}{peak:8.0f} MB   {seconds / count:.3f} s each")
    growth = peaks[1] / peaks[0]
    print(f"  {'growth':<{WIDTH}}{growth:8.2f}   ({targets.check('growth of memory', growth, most=GROWTH)})")


def main() -> None:
    """Run the comparison for each assignment asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("assignments", nargs="*", default=ASSIGNMENTS, help=f"default: {' '.join(ASSIGNMENTS)}")
    parser.add_argument("--submissions", type=int, default=60, help="default: %(default)s")
    parser.add_argument("--stock", type=int, default=12, help="how many of them stock nbgrader grades (default: %(default)s)")
    parser.add_argument(
        "--memory",
        action="store_true",
        help=f"measure memory too, for classes of {CLASSES[0]} and {CLASSES[1]} small submissions",
    )
    options = parser.parse_args()
    targets = Targets()
    with tempfile.TemporaryDirectory(prefix="course-bench-") as scratch:
        for assignment in options.assignments:
            compare(Path(scratch) / assignment, assignment, options.submissions, options.stock, targets)
        if options.memory:
            memory(Path(scratch), CLASSES, targets)
    for line in targets.missed:
        print(f"MISSED: {line}")
    sys.exit(1 if targets.missed else 0)


if __name__ == "__main__":
    main()
