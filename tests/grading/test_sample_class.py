"""What `course demo` leaves: every mark as it should be, nobody lost, nobody stopped by another. And a class for every other set."""

import contextlib
import csv
import html
import io
import os
import re
import shutil
from collections import Counter
from pathlib import Path

import nbformat
import pytest
from small_course import ROOT

from course_lib.checks.keys import Keys
from course_lib.cli import DEMO_ASSIGNMENT, DEMO_MARK, main
from course_lib.grading.classroom import grade
from course_lib.grading.course import Course
from course_lib.grading.records import read_records
from course_lib.outcomes.report import NothingGraded, make_report, write_report
from course_lib.sample_class import Blank, mistaken_students, right_students, whole_class, write

KEYS = Keys.read(ROOT / "solutions")
ASSIGNMENT = DEMO_ASSIGNMENT
MADE = ROOT / "_demo"
# more than any cell takes on a machine however busy
PATIENT = "\nc.ForkExecute.timeout = 600\nc.ForkExecute.notebook_seconds = 3600\n"


def course_with(assignment, folder):
    """A course in `folder` in which only `assignment` was released."""
    for place in ("exercises", "solutions"):
        shutil.copytree(ROOT / place / assignment, folder / place / assignment)
    config = (ROOT / "nbgrader_config.py").read_text(encoding="utf-8")
    (folder / "nbgrader_config.py").write_text(config + PATIENT, encoding="utf-8")
    return folder


def is_made():
    """Whether `make demo` has made a class with what the course is now."""
    sources = [
        ROOT / "nbgrader_config.py",
        *(ROOT / "course_lib").rglob("*.py"),
        *(ROOT / "solutions").rglob("*.ipynb"),
        *(ROOT / "solutions").rglob("*.py"),
    ]
    mark = MADE / DEMO_MARK
    return mark.is_file() and mark.stat().st_mtime > max(path.stat().st_mtime for path in sources)


def blank_of(assignment):
    return Blank(assignment, nbformat.read(ROOT / "exercises" / assignment / f"{assignment}.ipynb", 4), KEYS)


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """The course that the demo made, and the students as they were made: a copy of `make demo`'s, or one made now."""
    course = tmp_path_factory.mktemp("demo") / "_demo"
    if is_made():
        shutil.copytree(MADE, course)
    else:
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            assert main(["demo", str(course), "--course", str(ROOT), "--workers", "2"]) == 0
        places = [
            line.rpartition("  ")[2].partition(" (")[0] for line in said.getvalue().partition("Where to look:\n")[2].splitlines()
        ]
        assert len(places) == 6 and all(Path(place).exists() for place in places if not place.startswith("not built")), places
    return course, {student.id: student for student in whole_class(blank_of(ASSIGNMENT))}


@pytest.fixture(scope="module")
def report(graded):
    return make_report(ASSIGNMENT, graded[0])


def test_the_demo_was_made_where_it_must_be_and_has_a_book_beside_it():
    pages = {path.stem for path in (ROOT / "_build" / "html").glob("*.html")}
    if os.environ.get("CI") != "true" and not (is_made() and pages):
        pytest.skip("this is looked at where `make demo` was run before, on the course as it is now")
    assert is_made(), "run `make demo`"
    assert {path.stem for path in (ROOT / "book").glob("*.md")} <= pages


def test_a_class_that_is_not_graded_has_no_report(tmp_path):
    with pytest.raises(NothingGraded, match="course grade gradient-descent"):
        make_report(ASSIGNMENT, course_with(ASSIGNMENT, tmp_path))


def test_the_files_that_the_demo_points_to_are_there(graded):
    """A report, released notebooks, marks as CSV, and a page for everybody who was graded, with the explanation of each mistake."""
    course, students = graded
    assert (course / "exercises" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb").is_file()
    assert "Who needs a look" in (course / "reports" / ASSIGNMENT / "report.html").read_text(encoding="utf-8")
    marks = marks_in(course / "grades.csv")
    assert marks == {student.id: sum(student.points.values()) for student in students.values() if student.points is not None}
    for student in marks:
        page = (course / "feedback" / student / ASSIGNMENT / f"{ASSIGNMENT}.html").read_text(encoding="utf-8")
        for question, mistake in students[student].mistakes.items():
            assert beginning_of_explanation(question, mistake) in " ".join(html.unescape(page).split())


def marks_in(path):
    with open(path, newline="", encoding="utf-8") as file:
        return {row["student_id"]: float(row["score"]) for row in csv.DictReader(file) if row["assignment"] == ASSIGNMENT}


def beginning_of_explanation(question, mistake):
    """As much of it as stands in a page without markup in between."""
    asked = KEYS.question(question)
    explanation = next(m for m in asked.misconceptions if asked.named(m) == mistake).__doc__
    return " ".join(re.split(r"[.`*$\\]", explanation)[0].split())[:40].strip()


@pytest.mark.parametrize("assignment", KEYS.assignments())
def test_every_assignment_has_a_class_that_is_large_and_varied_enough(assignment):
    blank = blank_of(assignment)
    students = whole_class(blank)
    assert len({student.id for student in students}) == len(students) >= 14
    shown = {(question, mistake) for student in students for question, mistake in student.mistakes.items()}
    declared = {(q.name, q.named(m)) for q in KEYS.questions(assignment).values() for m in q.misconceptions}
    assert shown == declared


def test_too_few_students_for_the_mistakes_are_refused():
    with pytest.raises(ValueError, match="needs [0-9]+ students to make its mistakes, got 2"):
        list(mistaken_students(blank_of(ASSIGNMENT), ["a", "b"]))


def test_every_student_is_in_the_gradebook_or_listed_with_a_reason(graded):
    course, students = graded
    records = read_records(course, ASSIGNMENT)
    assert set(records) == set(students)
    marked = Course(course).marked(ASSIGNMENT)
    for student in students.values():
        assert (student.id in marked) == (student.points is not None)
        assert student.points is not None or records[student.id].reason


def test_every_mark_is_the_one_that_was_earned(graded, report):
    _, students = graded
    for row in report.graded:
        earned = {question: verdict["points"] for question, verdict in row.verdicts.items()}
        assert earned == students[row.id].points, row.id
        assert row.score == sum(students[row.id].points.values())


def test_every_mistake_is_named(graded, report):
    _, students = graded
    for row in report.graded:
        named = {question: verdict["misconception"] for question, verdict in row.verdicts.items() if verdict.get("misconception")}
        assert named == students[row.id].mistakes, row.id


def test_the_report_counts_right(graded, report):
    _, students = graded
    with_points = [student for student in students.values() if student.points is not None]
    assert sum(count for _, count in report.distribution()) == len(with_points)
    for item in report.items:
        assert item.tried == len(with_points)
        assert item.passed == sum(student.points[item.question] > 0 for student in with_points)
    counted = Counter((q, m) for student in students.values() for q, m in student.mistakes.items())
    assert {(mistake.question, mistake.name): len(mistake.students) for mistake in report.mistakes} == counted
    assert [len(mistake.students) for mistake in report.mistakes] == sorted(counted.values(), reverse=True)


def test_the_report_tells_whose_answers_are_the_same_and_how_long_checks_took(report):
    [same] = [set(alike.students) for alike in report.alike if "t-deleted" in alike.students]
    # made from the same answers; nobody else's are
    assert {"ada", "t-late", "t-kernel", "t-duplicated"} <= same and not same & {"ben", "chen", "amara", "t-empty"}
    assert all(item.seconds > 0 for item in report.items)


def test_the_report_lists_who_needs_a_look_and_why(graded, report):
    limit = Course(graded[0]).settings().limits().cell_seconds
    reasons = {student.id: " ".join(student.reasons) for student in report.to_look_at}
    expected = {
        "t-text": "not a notebook",
        "t-cut": "not a notebook",
        "t-nothing": "only notes.txt",
        "t-late": "2 days late",
        "t-loop": f"stopped after {limit:g} seconds",
        "t-exit": "did not run to its end",
        "t-printing": "output was cut",
        "t-deleted": "missing",
        "t-edited": "edited",
        "t-duplicated": "2 times",
        "t-kernel": "my-own-env",
    }
    assert set(reasons) == set(expected)
    for student, words in expected.items():
        assert words in reasons[student]
    assert [student.graded for student in report.to_look_at] == sorted(student.graded for student in report.to_look_at)
    # a written answer waits for a person wherever there is one
    assert all(student.by_hand for student in report.graded if student.id != "t-empty")


def test_the_report_is_one_page_that_loads_nothing_and_interprets_nothing(graded):
    course, _ = graded
    page = write_report(ASSIGNMENT, course).read_text(encoding="utf-8")
    assert "<script" not in page and "<link" not in page and "http" not in page and "url(" not in page
    for words in ("amara", "sum_instead_of_mean", "Who needs a look", "t-nothing"):
        assert words in page


def test_grading_again_changes_nothing(graded):
    course, students = graded
    again = grade(ASSIGNMENT, course, progress=False, say=lambda line: None)
    assert again.graded == []
    assert set(again.records) == set(students)


def test_feedback_tells_nobody_elses_mistake(graded):
    course, _ = graded
    assert main(["feedback", ASSIGNMENT, "--course", str(course), "--students", "amara", "ada"]) == 0
    assert "Not yet" not in (course / "feedback" / "ada" / ASSIGNMENT / f"{ASSIGNMENT}.html").read_text(encoding="utf-8")


def test_marks_are_exported_with_a_row_for_each_student(graded, tmp_path):
    course, students = graded
    assert main(["export", "--course", str(course), "-o", str(tmp_path / "grades.csv")]) == 0
    marks = marks_in(tmp_path / "grades.csv")
    assert marks == {student.id: sum(student.points.values()) for student in students.values() if student.points is not None}


@pytest.mark.parametrize("assignment", [name for name in KEYS.assignments() if name != ASSIGNMENT])
def test_every_mistake_of_every_set_is_named_in_a_graded_notebook(assignment, tmp_path, here):
    course = course_with(assignment, tmp_path)
    most = max(len(asked.misconceptions) for asked in KEYS.questions(assignment).values())
    # nobody makes two mistakes in one question, and one more mistake is made twice
    blank = blank_of(assignment)
    students = [next(right_students(blank)), *mistaken_students(blank, [f"m{i}" for i in range(most + 1)])]
    write(course / "submitted", assignment, students)
    grade(assignment, course, executor=here, progress=False, say=lambda line: None)
    found = {row.id: row for row in make_report(assignment, course).graded}
    for student in students:
        verdicts = found[student.id].verdicts
        assert {name: verdict["points"] for name, verdict in verdicts.items()} == student.points, student.id
        assert {name: v["misconception"] for name, v in verdicts.items() if v.get("misconception")} == student.mistakes
