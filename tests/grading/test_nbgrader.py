"""nbgrader's own commands with the configuration of the course."""

import csv
import html
import io
import os
import re
import shutil
import subprocess
import sys
from contextlib import suppress

import nbformat
import pytest
from jupyter_core.application import NoStart
from small_notebooks import HALF, IMPORT, RIGHT, answer, as_bytes, released

from course_lib.grading.classroom import grade
from course_lib.grading.release import UnknownAssignment, read_assignment
from course_lib.grading.submissions import UnknownStudent
from course_lib.outcomes.feedback import export, feedback


@pytest.fixture
def nbgrader(course, preloaded, monkeypatch, capfd, tmp_path):
    """Run a command of nbgrader in this process, which has imported it already; returns what it printed."""
    from nbgrader.apps import NbGraderApp

    # it would keep the stdout of the moment it was imported
    validated = io.StringIO()
    monkeypatch.setattr("nbgrader.validator.Validator.stream", validated)
    monkeypatch.chdir(course.root)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("COURSE_EXCHANGE", str(tmp_path / "exchange"))
    (tmp_path / "exchange").mkdir()
    (tmp_path / "exchange").chmod(0o777)

    def run(*command, status=0):
        app = NbGraderApp()
        code = 0
        try:
            with suppress(NoStart):
                app.initialize(list(command))
                app.start()
        except SystemExit as end:
            code = end.code or 0
        finally:
            app.reset()
        printed = "".join(capfd.readouterr()) + validated.getvalue()
        assert code == status, printed
        return printed

    return run


def test_autograde_gives_the_same_marks_as_grade(course, nbgrader, here):
    course.submit("right", **RIGHT)
    course.submit("half", **RIGHT | {"cost": IMPORT + HALF})
    course.submit("broken", b"hello")
    copied = answer(released(course.release), **RIGHT)
    copied.cells.insert(1, released(course.release).cells[1])
    del copied.cells[-2]
    course.submit("twice", copied)
    printed = nbgrader("autograde", "ps1", status=1)
    assert "There was an error processing assignment 'ps1' for student 'broken'" in printed
    students = ("right", "half", "twice")
    stock = {student: course.score(student) for student in students}
    assert stock == {"right": 6, "half": 4, "twice": 6}
    assert grade("ps1", executor=here, progress=False, say=print).records["broken"].status == "not graded"
    assert {student: course.score(student) for student in students} == stock
    assert "was there 2 times" in course.graded("twice").cells[0].source


def test_autograde_without_executing_leaves_everything_ungraded(course, nbgrader):
    course.submit("right", **RIGHT)
    assert "no evidence to judge" in nbgrader("autograde", "ps1", "--no-execute")


def test_limits_are_settings(course, nbgrader, clock):
    course.submit("loop", **RIGHT | {"search": "print('LATE', flush=True)\nwhile True: pass"})
    printed = nbgrader("autograde", "ps1", "--ForkExecute.timeout=1")
    assert "Code cell 3 was stopped after 1 seconds" in printed
    assert course.score("loop") == 2


def test_the_button_of_formgrader_grades_the_same_way(course, nbgrader):
    from nbgrader.apps.api import NbGraderAPI

    from course_lib.grading.course import Course

    course.submit("half", **RIGHT | {"cost": IMPORT + HALF})
    loaded = Course(course.root)
    result = NbGraderAPI(loaded.coursedir, parent=loaded.app).autograde("ps1", "half")
    assert result["success"], result
    assert course.score("half") == 4


def test_validate_tells_a_student_what_fails(course, nbgrader):
    (course.root / "right.ipynb").write_bytes(as_bytes(answer(released(course.release), **RIGHT)))
    wrong = answer(released(course.release), **RIGHT | {"cost": IMPORT + HALF})
    (course.root / "wrong.ipynb").write_bytes(as_bytes(wrong))
    assert "Success! Your notebook passes all the tests." in nbgrader("validate", "right.ipynb")
    printed = nbgrader("validate", "wrong.ipynb")
    assert "VALIDATION FAILED ON 1 CELL(S)!" in printed and "CheckFailed" in printed


def test_autograde_tells_what_was_asked_or_replaced(course, nbgrader):
    course.submit("asked", **RIGHT | {"search": RIGHT["search"] + "\nhint = 1\ncheck('gradient-descent/cost', cost)"})
    course.submit("replaced", **RIGHT | {"search": RIGHT["search"] + "\ncheck = print"})
    printed = nbgrader("autograde", "ps1")
    for student, notes in {
        "asked": ["asked for in the cell 'search', which is not its test cell", "left in the cell 'search' and did not count"],
        "replaced": ["Its code gives another meaning to check, which the course defines."],
    }.items():
        told = html.unescape(course.graded(student).cells[0].source)
        assert all(note in printed and note in told for note in notes)
    assert course.score("asked") == 6 and course.score("replaced") == 2


def test_a_release_holds_no_key(course, nbgrader, tmp_path):
    def keys():
        return [
            path for path in (course.root / "exercises").rglob("*") if path.name in ("questions", "answers", "assignment.toml")
        ]

    source = course.root / "solutions" / "ps1"
    assert len([path for path in source.rglob("*.py")]) > 10 and (source / "assignment.toml").is_file()
    assert keys() == []
    assert sorted(path.name for path in (course.root / "exercises" / "ps1").rglob("*")) == ["data.txt", "lines.ipynb"]
    (source / "tools").mkdir()
    (source / "tools" / "plots.py").write_text("x = 1")
    nbgrader("generate_assignment", "ps1", "--force")
    assert keys() == []
    assert sorted(path.name for path in (course.root / "exercises" / "ps1").rglob("*.py")) == ["plots.py"]
    # from there it goes to the exchange and into every notebook's process
    nbgrader("release_assignment", "ps1")
    assert not [path for path in (tmp_path / "exchange").rglob("*") if path.name in ("questions", "answers", "assignment.toml")]
    assert sorted(read_assignment(course.root / "exercises", "ps1").files) == ["data.txt", "tools/plots.py"]
    shutil.copytree(source, course.root / "exercises" / "careless")
    assert sorted(read_assignment(course.root / "exercises", "careless").files) == ["data.txt", "tools/plots.py"]


def test_the_exchange_works_with_a_local_directory(course, nbgrader, tmp_path, monkeypatch):
    nbgrader("release_assignment", "ps1")
    assert "ps1" in nbgrader("list")
    student = tmp_path / "student"
    student.mkdir()
    (student / "nbgrader_config.py").write_bytes((course.root / "nbgrader_config.py").read_bytes())
    monkeypatch.chdir(student)
    nbgrader("fetch_assignment", "ps1")
    assert sorted(os.listdir("ps1")) == ["data.txt", "lines.ipynb"]
    notebook = nbformat.read("ps1/lines.ipynb", as_version=4)
    nbformat.write(answer(notebook, **RIGHT), "ps1/lines.ipynb")
    nbgrader("submit", "ps1")
    monkeypatch.chdir(course.root)
    nbgrader("collect", "ps1")
    [who] = os.listdir("submitted")
    nbgrader("autograde", "ps1")
    assert course.score(who) == 6
    nbgrader("generate_feedback", "ps1")
    nbgrader("release_feedback", "ps1")
    monkeypatch.chdir(student)
    nbgrader("fetch_feedback", "ps1")
    [page] = student.glob("ps1/feedback/*/lines.html")
    assert "gradient-descent/cost" in page.read_text()


def test_generate_assignment_works_without_the_environment_on_the_path(course):
    os.remove(course.root / "gradebook.db")
    command = [sys.executable, "-m", "nbgrader", "generate_assignment", "ps1", "--force"]
    done = subprocess.run(command, cwd=course.root, env=os.environ | {"PATH": "/usr/bin:/bin"}, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    with course.gradebook() as gradebook:
        assert gradebook.find_assignment("ps1").max_score == 10


# what comes of grading


@pytest.fixture
def graded(course, here):
    course.submit("half", **RIGHT | {"cost": IMPORT + HALF})
    course.submit("right", **RIGHT | {"why": "Only right wrote this."})
    return grade("ps1", course.root, executor=here, progress=False, say=lambda line: None)


def test_feedback_shows_the_verdict_and_nobody_elses_work(course, graded):
    written = feedback("ps1", course.root)
    assert sorted(written) == ["half", "right"]
    page = (written["half"] / "lines.html").read_text()
    assert graded.records["half"].points == 4
    assert "4 of 10 points" in page
    assert "gradient-descent/cost" in page and "Only right wrote this" not in page
    [verdict] = [output.data for output in course.graded("half").cells[1].outputs if "data" in output]
    assert verdict["application/vnd.course.verdict+json"]["message"][:40] in page.replace("&#39;", "'")


def test_feedback_loads_nothing_and_links_to_the_book(course, graded):
    with open(course.root / "nbgrader_config.py", "a") as file:
        file.write("c.ShowSafely.book_url = 'https://book.example/course/'\n")
    page = (feedback("ps1", course.root)["half"] / "lines.html").read_text()
    assert not re.findall(r"<(?:script|link|img|iframe)[^>]*", page)
    assert re.findall(r"https?://[^\s\"<]+", page.replace("http://www.w3.org/1998/Math/MathML", "")) == [
        "https://book.example/course/gradient-descent.html#the-cost-curve"
    ]
    # the verdict is said once
    assert "CheckFailed" not in page


def test_feedback_is_written_again_when_something_changed(course, graded):
    page = course.root / "feedback/half/ps1/lines.html"
    feedback("ps1", course.root)
    first = page.stat().st_mtime_ns
    feedback("ps1", course.root)
    assert page.stat().st_mtime_ns == first
    with course.gradebook() as gradebook:
        gradebook.find_comment("why", "lines", "ps1", "half").manual_comment = "See the book."
        gradebook.db.commit()
    feedback("ps1", course.root)
    assert "See the book." in page.read_text()
    second = page.stat().st_mtime_ns
    feedback("ps1", course.root, students=["half"], force=True)
    assert page.stat().st_mtime_ns > second


def test_feedback_for_nobody_there_is_an_error(course, graded):
    with pytest.raises(UnknownStudent, match="half, right"):
        feedback("ps1", course.root, students=["nobody"])
    with pytest.raises(UnknownAssignment):
        feedback("ps2", course.root)


@pytest.fixture
def named(course, graded):
    with course.gradebook() as gradebook:
        gradebook.update_or_create_student("half", last_name='O"Hara, Jr.', first_name="=cmd()", email="h@example.org")
        gradebook.update_or_create_student("absent", last_name="Line\nbreak")
    return course


def rows(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


def test_the_csv_quotes_and_defuses(named, nbgrader):
    nbgrader("export", "--to", "a.csv")
    export("b.csv", named.root)
    assert rows("a.csv") == rows("b.csv")
    by_student = {row["student_id"]: row for row in rows("a.csv")}
    assert by_student["half"]["last_name"] == 'O"Hara, Jr.' and by_student["half"]["first_name"] == "'=cmd()"
    assert by_student["half"]["score"] == "4.0" and by_student["half"]["max_score"] == "10.0"
    assert by_student["absent"]["last_name"] == "Line\nbreak" and by_student["absent"]["score"] == "0.0"


def test_canvas_and_moodle_get_their_columns(named, tmp_path):
    canvas = rows(export(tmp_path / "canvas.csv", named.root, format="canvas"))
    assert canvas[0]["Student"] == "Points Possible" and canvas[0]["ps1"] == "10.0"
    assert {row["SIS Login ID"]: row["ps1"] for row in canvas[1:]} == {"absent": "0.0", "half": "4.0", "right": "6.0"}
    moodle = rows(export(tmp_path / "moodle.csv", named.root, format="moodle", students=["half"], assignment="ps1"))
    assert [(row["Username"], row["Email address"], row["ps1"]) for row in moodle] == [("half", "h@example.org", "4.0")]
    with pytest.raises(ValueError, match="canvas, moodle"):
        export(tmp_path / "x.csv", named.root, format="excel")
    with pytest.raises(UnknownAssignment):
        export(tmp_path / "x.csv", named.root, assignment="ps9")


def test_formgrader_shows_submissions_as_safely_as_feedback(course):
    from nbconvert.exporters import HTMLExporter

    from course_lib.grading.course import Course
    from course_lib.outcomes.pages import ShowSafely

    # as formgrader makes it
    exporter = HTMLExporter(config=Course(course.root).app.config)
    assert any(isinstance(preprocessor, ShowSafely) for preprocessor in exporter._preprocessors)
