"""The command `course`: check a notebook, release, grade a class, report on it, or see all of that on a sample class."""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

SYMBOLS = {"passed": "✓", "not yet": "✗", "untouched": "·", "missing": "?"}
DEMO_MARK = "this-is-a-sample-course.txt"
DEMO_ASSIGNMENT = "gradient-descent"


class CommandError(Exception):
    """Something the user can mend; the message says what."""


def check(arguments: argparse.Namespace) -> int:
    """Run a notebook and show which questions pass."""
    from course_lib.grading.notebook_check import check_notebook, require_notebook

    path = Path(arguments.notebook)
    if not arguments.watch:
        return _show_states(check_notebook(path))
    require_notebook(path)
    seen = 0
    try:
        while True:
            changed = path.stat().st_mtime_ns if path.exists() else 0
            if changed != seen:
                seen = changed
                print(f"\n{time.strftime('%H:%M:%S')} {path}")
                try:
                    _show_states(check_notebook(path))
                # a notebook that is being written may be unreadable for a moment
                except Exception as error:
                    print(error)
                print("Waiting for the next save; Ctrl-C ends.", flush=True)
            time.sleep(0.5)
    except KeyboardInterrupt:
        return 0


def _show_states(states: Sequence) -> int:
    for state in states:
        print(f"{SYMBOLS[state.state]} {state.name}" + ("" if state.state == "passed" else f": {state.state}"))
    for state in states:
        if state.state in ("not yet", "missing"):
            print(f"\n{state.explanation}")
    passed = sum(state.state == "passed" for state in states)
    print(f"\n{passed} of {len(states)} questions pass.")
    if not states:
        print("There is no check(...) in this notebook. Is it one of the course's exercises?")
    return 0 if states and passed == len(states) else 1


def release(arguments: argparse.Namespace) -> int:
    """Generate the students' notebooks from the instructor's, with nbgrader."""
    root = _course(arguments.course)
    available = sorted(path.name for path in (root / "solutions").iterdir() if path.is_dir())
    names = arguments.assignments or available
    for name in names:
        if name not in available:
            raise CommandError(f"there is no assignment {name!r} in solutions/; there are: {', '.join(available)}.")
    for name in names:
        _nbgrader(root, "generate_assignment", name, "--force", "--log-level=WARN")
        print(f"Released {name}: {root / 'exercises' / name}")
    return 0


def grade(arguments: argparse.Namespace) -> int:
    """Grade the submissions of an assignment."""
    from course_lib.grading.classroom import grade as grade_class

    run = grade_class(
        arguments.assignment,
        arguments.course,
        students=arguments.students,
        workers=arguments.workers,
        executor=arguments.executor,
        require_sandbox=arguments.require_sandbox,
        force=arguments.force,
    )
    print(run.summary())
    return 1 if run.needs_attention or run.interrupted else 0


def report(arguments: argparse.Namespace) -> int:
    """Write the report on a class."""
    from course_lib.grading.course import Course
    from course_lib.grading.records import forget
    from course_lib.grading.release import read_assignment
    from course_lib.grading.submissions import submitters
    from course_lib.outcomes.report import write_report

    course = Course(arguments.course)
    if not forget(course, arguments.assignment):
        # one of these says what is missing, or the report itself does
        read_assignment(course.release_directory(), arguments.assignment)
        submitters(course, arguments.assignment)
    print(write_report(arguments.assignment, arguments.course, arguments.output))
    return 0


def feedback(arguments: argparse.Namespace) -> int:
    """Write the feedback for the students."""
    from course_lib.outcomes.feedback import feedback as write_feedback

    failed: list[str] = []
    written = write_feedback(
        arguments.assignment, arguments.course, students=arguments.students, force=arguments.force, say=failed.append
    )
    print(*failed, sep="\n", end="\n" * bool(failed), file=sys.stderr)
    print(f"Feedback for {len(written)} students, one page each, in {Path(arguments.course) / 'feedback'}")
    if failed:
        print(f"{len(failed)} have no page; the reasons are above.")
    return 1 if failed else 0


def export(arguments: argparse.Namespace) -> int:
    """Write all marks as CSV."""
    from course_lib.outcomes.feedback import export as write_marks

    print(write_marks(arguments.output, arguments.course, assignment=arguments.assignment, format=arguments.format))
    return 0


def bundle(arguments: argparse.Namespace) -> int:
    """Write a zip for students: exercises, library and a start page, with no solution in it."""
    from course_lib.grading.bundle import make_bundle

    print(make_bundle(_course(arguments.course), arguments.output, say=lambda text: print(text, file=sys.stderr)))
    return 0


def demo(arguments: argparse.Namespace) -> int:
    """Put a sample class together in a scratch directory, grade it, and say where the results are."""
    from course_lib.sample_class import make_course

    root, scratch = _course(arguments.course), Path(arguments.directory).resolve()
    if scratch.exists():
        if any(scratch.iterdir()) and not (scratch / DEMO_MARK).is_file():
            raise CommandError(f"{scratch} exists and was not made by `course demo`; name another directory.")
        shutil.rmtree(scratch)
    scratch.mkdir(parents=True)
    (scratch / DEMO_MARK).write_text("Made by `course demo`, which deletes and makes it again.\n", encoding="utf-8")
    for name in ("nbgrader_config.py", "solutions"):
        source = root / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, scratch / name)
    print("1. Release the assignment, as an instructor does")
    here = argparse.Namespace(
        course=scratch,
        assignments=[arguments.assignment],
        assignment=arguments.assignment,
        students=None,
        force=False,
        workers=arguments.workers,
        executor=None,
        require_sandbox=False,
        output=None,
    )
    release(here)
    print("\n2. Hand in the submissions of a sample class")
    students = make_course(scratch, arguments.assignment)
    print(
        f"{len(students)} students: {sum(not s.mistakes and not s.id.startswith('t-') for s in students)} right in different styles, "
        f"{sum(bool(s.mistakes) for s in students)} with known mistakes, {sum(s.id.startswith('t-') for s in students)} in trouble"
    )
    print("\n3. Grade them")
    # that some of them need a look is what this class is for
    grade(here)
    print("\n4. Write feedback, marks and the report")
    feedback(here)
    here.output, here.format = scratch / "grades.csv", "nbgrader"
    export(here)
    here.output = None
    report(here)
    book = root / "_build" / "html" / "index.html"
    print(
        "\nWhere to look:\n"
        + (
            f"  the book                  {book}\n"
            if book.is_file()
            else "  the book                  not built here: run `make book`\n"
        )
        + f"  the students' notebooks   {scratch / 'exercises'}\n"
        f"  the report on the class   {scratch / 'reports' / arguments.assignment / 'report.html'}\n"
        f"  feedback for one student  {_first_feedback(scratch, arguments.assignment)}\n"
        f"  the marks                 {scratch / 'grades.csv'}\n"
        f"  the gradebook             {scratch / 'gradebook.db'} (see it with: cd {scratch.name} && jupyter lab, then Formgrader in its menu Nbgrader)"
    )
    return 0


def _first_feedback(scratch: Path, assignment: str) -> Path:
    pages = sorted((scratch / "feedback").glob(f"*/{assignment}/*.html"))
    # the first with mistakes says more than the first of all
    return next((page for page in pages if "Not yet" in page.read_text(encoding="utf-8")), pages[0])


def _course(directory: str | os.PathLike) -> Path:
    root = Path(directory).resolve()
    if not (root / "nbgrader_config.py").is_file():
        raise CommandError(
            f"there is no nbgrader_config.py in {root}: run this in the folder of the course, or give it with --course."
        )
    return root


def _nbgrader(root: Path, *command: str) -> None:
    # nbgrader finds alembic on PATH when it makes a gradebook
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", *command],
        cwd=root,
        env=os.environ | {"PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise CommandError(f"`nbgrader {' '.join(command)}` failed in {root}:\n{done.stdout}{done.stderr}")


def parser() -> argparse.ArgumentParser:
    """The command line."""
    main_parser = argparse.ArgumentParser(prog="course", description=__doc__)
    commands = main_parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(name: str, function, needs_course: bool = True) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=function.__doc__, description=function.__doc__)
        added.set_defaults(run=function)
        if needs_course:
            added.add_argument(
                "--course", default=".", metavar="DIRECTORY", help="the folder with nbgrader_config.py (default: here)"
            )
        return added

    sub = command("check", check, needs_course=False)
    sub.add_argument("notebook", help="path of the notebook; it is run, not changed")
    sub.add_argument("--watch", action="store_true", help="check again whenever the notebook is saved")

    sub = command("release", release)
    sub.add_argument("assignments", nargs="*", metavar="ASSIGNMENT", help="default: all in solutions/")

    sub = command("grade", grade)
    sub.add_argument("assignment")
    sub.add_argument("--students", nargs="+", metavar="STUDENT", help="default: all who submitted")
    sub.add_argument(
        "--workers", type=int, default=min(8, os.cpu_count() or 2), help="submissions graded at a time (default: %(default)s)"
    )
    sub.add_argument(
        "--require-sandbox", action="store_true", help="refuse to run a notebook where a layer of the sandbox is missing"
    )
    sub.add_argument("--executor", metavar="dask://HOST:PORT", help="grade on a Dask cluster instead of this machine")
    sub.add_argument("--force", action="store_true", help="grade also what has not changed since it was graded")

    sub = command("feedback", feedback)
    sub.add_argument("assignment")
    sub.add_argument("--students", nargs="+", metavar="STUDENT", help="default: all who were graded")
    sub.add_argument("--force", action="store_true", help="write it again where it is up to date")

    sub = command("export", export)
    sub.add_argument("assignment", nargs="?", help="default: all assignments")
    sub.add_argument(
        "--format", choices=["nbgrader", "canvas", "moodle"], default="nbgrader", help="the columns (default: %(default)s)"
    )
    sub.add_argument("-o", "--output", default="grades.csv", help="the file to write (default: %(default)s)")

    sub = command("report", report)
    sub.add_argument("assignment")
    sub.add_argument("-o", "--output", help="default: reports/ASSIGNMENT/report.html in the course")

    sub = command("bundle", bundle)
    sub.add_argument("-o", "--output", default="course.zip", help="the file to write (default: %(default)s)")

    sub = command("demo", demo)
    sub.add_argument("directory", nargs="?", default="_demo", help="the scratch directory (default: %(default)s)")
    sub.add_argument("--assignment", default=DEMO_ASSIGNMENT, help="what the class hands in (default: %(default)s)")
    sub.add_argument(
        "--workers", type=int, default=min(8, os.cpu_count() or 2), help="submissions graded at a time (default: %(default)s)"
    )
    return main_parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit status. What the user can mend is said in a sentence, without a traceback."""
    options = parser().parse_args(arguments)
    try:
        return options.run(options)
    except KeyboardInterrupt:
        print("\nStopped; what was done is kept.", file=sys.stderr)
        return 130
    except Exception as error:
        if os.environ.get("COURSE_TRACEBACK") or not (
            isinstance(error, (CommandError, LookupError, OSError, ValueError)) or _ours(error)
        ):
            raise
        message = str(error.args[0] if isinstance(error, KeyError) and error.args else error)
        print(f"course {options.command}: {message}", file=sys.stderr)
        return 2


def _ours(error: Exception) -> bool:
    return type(error).__module__.startswith("course_lib.")


if __name__ == "__main__":
    sys.exit(main())
