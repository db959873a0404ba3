"""`course grade` beside `nbgrader autograde` as it comes, on the same submissions to one of the course's own assignments.

Both run as commands of their own, one after the other, startup included. Stock nbgrader is slow, so by default it grades a part of the
class; a ratio is one of seconds per submission. The marks of both must be the same.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from itertools import cycle, islice
from pathlib import Path
from time import perf_counter

import nbformat

from course_lib.grading.classroom import read_records
from course_lib.grading.sample_class import SampleClass

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
    run = grade(sys.argv[1], workers=int(sys.argv[2]), progress=False, force=True)
    print(json.dumps({"peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, "graded": len(run.graded)}))
"""
WIDTH = 46


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
    """Honest submissions: right answers in several styles and every known mistake, as often as it takes."""
    release = nbformat.read(directory / "exercises" / assignment / f"{assignment}.ipynb", as_version=4)
    honest = [student for student in SampleClass(assignment, release).students() if not student.id.startswith("t-")]
    ids = []
    for number, student in enumerate(islice(cycle(honest), count)):
        ids.append(f"{number:04}-{student.id}")
        folder = directory / "submitted" / ids[-1] / assignment
        folder.mkdir(parents=True)
        for name, content in student.files.items():
            (folder / name).write_bytes(content)
    return ids


def marks(directory: Path, assignment: str, students: list[str]) -> dict[str, float]:
    """The marks in the gradebook of a course."""
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{directory}/gradebook.db") as gradebook:
        return {student: gradebook.find_submission(assignment, student).score for student in students}


def compare(scratch: Path, assignment: str, count: int, stock_count: int) -> None:
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
    theirs = clock / len(part)
    print(f"  {f'nbgrader autograde ({len(part)} submissions)':<{WIDTH}}{theirs:8.3f}")
    for workers in (1, 2):
        clock, _ = command(ours, "grade_all.py", assignment, str(workers))
        mine = clock / count
        label = f"course grade, {workers} worker{'s' * (workers > 1)} ({count} submissions)"
        print(f"  {label:<{WIDTH}}{mine:8.3f}   {theirs / mine:5.1f} times faster")
        if workers == 1:
            cells = sum(record.seconds for record in read_records(ours, assignment).values()) / count
            print(f"  {'  of which outside the cells':<{WIDTH}}{mine - cells:8.3f}")
    same = marks(stock, assignment, part) == marks(ours, assignment, part)
    print(f"  marks: {'the same' if same else 'DIFFERENT'}")
    if not same:
        sys.exit(1)


def memory(scratch: Path, counts: tuple[int, int]) -> None:
    """Print the peak memory of the coordinator for a small and a large class, of small notebooks."""
    print("Peak memory of the coordinator")
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
        print(f"  {f'{count} submissions':<{WIDTH}}{peak:8.0f} MB   {seconds / count:.3f} s each")


def main() -> None:
    """Run the comparison for each assignment asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("assignments", nargs="*", default=["gradient-descent"], help="default: %(default)s")
    parser.add_argument("--submissions", type=int, default=60, help="default: %(default)s")
    parser.add_argument("--stock", type=int, default=12, help="how many of them stock nbgrader grades (default: %(default)s)")
    parser.add_argument("--memory", type=int, nargs=2, metavar="COUNT", help="measure memory too, for classes of these sizes")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="course-bench-") as scratch:
        for assignment in options.assignments:
            compare(Path(scratch) / assignment, assignment, options.submissions, options.stock)
        if options.memory:
            memory(Path(scratch), tuple(options.memory))


if __name__ == "__main__":
    main()
