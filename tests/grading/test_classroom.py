import json
import multiprocessing
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import suppress

import pytest
from small_notebooks import COST, HALF, IMPORT, RIGHT, SEARCH, answer, as_bytes, outputs, released

from course_lib.cli import main
from course_lib.grading import ledger
from course_lib.grading.asked import ReleaseError
from course_lib.grading.classroom import grade
from course_lib.grading.executors import library
from course_lib.grading.ledger import Ledger
from course_lib.grading.pool import ExecutorLost
from course_lib.grading.records import read_records
from course_lib.grading.release import ReleaseChanged, UnknownAssignment, UnknownCourse
from course_lib.grading.submissions import UnknownStudent
from course_lib.outcomes.report import make_report

SLOW = IMPORT + COST + "\nimport time; time.sleep(0.5)"
LONG = IMPORT + COST + "\nimport time; time.sleep(5)"
HANGS = 600  # seconds that nothing takes unless it hangs


@pytest.fixture
def graded(course, here):
    def graded(**options):
        options = {"executor": here, "progress": False, "say": lambda line: None} | options
        return grade("ps1", course.root, **options)

    return graded


def test_every_submission_is_marked_or_listed_with_the_reason(course, graded):
    course.submit("right", **RIGHT)
    course.submit("half", **RIGHT | {"cost": IMPORT + HALF})
    course.submit("untouched")
    course.submit("syntax", **RIGHT | {"cost": "def cost(:"})
    course.submit("empty-file", b"")
    course.submit("binary", b"\xff\x00\xfe")
    course.submit("json", b"{}")
    course.submit("renamed", as_bytes(course.release), name="lines (1).ipynb")
    (course.root / "submitted" / "no-files" / "ps1").mkdir(parents=True)
    (course.root / "submitted" / "other-assignment" / "ps2").mkdir(parents=True)
    said = []
    run = graded(say=said.append)
    assert {student: (record.status, record.points) for student, record in run.records.items()} == {
        "right": ("graded", 6),
        "half": ("graded", 4),
        "untouched": ("graded", 0),
        "syntax": ("graded", 0),
        "empty-file": ("not graded", 0),
        "binary": ("not graded", 0),
        "json": ("not graded", 0),
        "renamed": ("not graded", 0),
        "no-files": ("not graded", 0),
    }
    assert "lines (1).ipynb" in run.records["renamed"].reason and "renamed" in run.records["renamed"].reason
    assert "submission is empty" in run.records["no-files"].reason
    assert "the file is empty" in run.records["empty-file"].reason
    # syntax: without its import the second question cannot be checked either, which is no fault of the submission's form
    assert sorted(line.partition(":")[0] for line in said) == ["binary", "empty-file", "json", "no-files", "renamed"]
    assert not run.interrupted and len(run.graded) == 9
    assert "4 submissions graded" in run.summary() and "5 could not be graded" in run.summary()
    # the reasons are said again when there is nothing new to grade
    repeated = []
    again = graded(say=repeated.append)
    assert "0 submissions graded" in again.summary() and "9 unchanged" in again.summary()
    assert sorted(repeated) == sorted(said)
    assert course.score("half") == 4


def test_the_records_are_on_disk_for_the_report(course, graded):
    course.submit("right", **RIGHT)
    course.submit("broken", b"x")
    run = graded(seed=77)
    records = read_records(course.root, "ps1")
    assert records == run.records
    assert records["right"].seed == 77 and records["right"].max_points == 10 and records["right"].seconds > 0
    assert json.loads((course.root / "reports/ps1/grading.json").read_text())["assignment"] == "ps1"
    assert course.graded("right").metadata.course.run.seed == 77


def test_repairs_are_told_to_the_student_and_the_instructor(course, graded):
    notebook = released(course.release)
    del notebook.cells[1]
    course.submit("deleted", notebook)
    run = graded()
    assert run.records["deleted"].repairs == ["The test cell 'test-cost' was missing; it was put back as released."]
    assert "The test cell" in course.graded("deleted").cells[0].source
    assert run.needs_attention == [run.records["deleted"]]


def test_only_what_changed_is_graded_again(course, graded):
    course.submit("a", **RIGHT)
    course.submit("b", **RIGHT)
    course.submit("bad", b"x")
    assert sorted(graded().graded) == ["a", "b", "bad"]
    again = graded()
    assert again.graded == [] and len(again.records) == 3
    course.submit("a", **RIGHT | {"cost": IMPORT + HALF})
    assert graded().graded == ["a"] and course.score("a") == 4
    assert sorted(graded(force=True).graded) == ["a", "b", "bad"]
    assert graded(students=["b"], force=True).graded == ["b"]
    (course.root / "submitted/b/ps1/timestamp.txt").write_text("2030-01-01 00:00:00 UTC")
    assert graded().graded == ["b"]


def test_another_key_is_a_reason_to_grade_again_and_another_text_in_the_notebook_is_none(course, graded):
    course.submit("a", **RIGHT)
    assert graded().graded == ["a"]
    source = course.root / "solutions" / "ps1" / "lines.ipynb"
    source.write_text(source.read_text().replace("Because.", "Since."))
    (course.root / "solutions" / "gradient-descent" / "answers").mkdir()
    (course.root / "solutions" / "gradient-descent" / "answers" / "cost.py").write_text("# another right answer")
    assert graded().graded == []
    key = course.root / "solutions" / "gradient-descent" / "questions" / "cost.py"
    key.write_text(key.read_text() + "\nquestion.time_limit = 9.0\n")
    assert graded().graded == ["a"] and course.score("a") == 6


def test_a_release_that_asks_what_no_key_answers_is_the_instructors_error(course, graded):
    course.submit("a", **RIGHT)
    (course.root / "solutions" / "gradient-descent" / "questions" / "search.py").unlink()
    with pytest.raises(ReleaseError, match="no question 'gradient-descent/search'.*gradient-descent/cost"):
        graded()
    shutil.rmtree(course.root / "solutions" / "gradient-descent")
    with pytest.raises(ReleaseError, match="no assignment 'gradient-descent'"):
        graded()


def test_what_was_asked_or_replaced_is_told(course, graded):
    course.submit("honest", **RIGHT)
    course.submit("twice", **RIGHT | {"search": SEARCH + "\ncheck('gradient-descent/cost', cost)"})
    course.submit("replaced", **RIGHT | {"search": SEARCH + "\nhonest = check\ndef check(*what): honest(*what); honest(*what)"})
    said = []
    notes = {name: record.notes for name, record in graded(say=said.append).records.items()}
    assert notes == {
        "honest": [],
        "twice": [
            "The inputs of gradient-descent/cost were asked for in the cell 'search', which is not its test cell.",
            "Evidence for gradient-descent/cost was left in the cell 'search' and did not count.",
        ],
        "replaced": [
            "The inputs of gradient-descent/search were asked for more often than its test cell does.",
            "Its code gives another meaning to check, which the course defines.",
        ],
    }
    assert sorted(line.partition(":")[0] for line in said) == ["replaced", "twice"]
    assert course.score("replaced") == 6
    told = course.graded("replaced").cells[0].source
    assert all(note.replace("'", "&#x27;") in told for note in notes["replaced"])
    reasons = {student.id: student.reasons for student in make_report("ps1", course.root).to_look_at}
    assert {name: [note for note in reasons[name] if note in notes[name]] for name in reasons} == {
        name: notes[name] for name in ("twice", "replaced")
    }


def test_lost_results_are_made_again(course, graded):
    course.submit("a", **RIGHT)
    graded()
    os.remove(course.root / "gradebook.db")
    assert graded().graded == ["a"] and course.score("a") == 6
    subprocess.run(["rm", "-rf", course.root / "autograded"], check=True)
    assert graded().graded == ["a"]
    (course.root / "reports/ps1/grading.json").write_text("half-writt")
    assert graded().graded == ["a"]


def test_manual_marks_survive(course, graded):
    course.submit("a", **RIGHT)
    graded()
    with course.gradebook() as gradebook:
        mark = gradebook.find_grade("why", "lines", "ps1", "a")
        assert mark.needs_manual_grade
        mark.manual_score, mark.needs_manual_grade = 3.0, False
        comment = gradebook.find_comment("why", "lines", "ps1", "a")
        comment.manual_comment = "Nice."
        gradebook.db.commit()
    assert graded(force=True).records["a"].points == 9
    with course.gradebook() as gradebook:
        assert gradebook.find_comment("why", "lines", "ps1", "a").comment == "Nice."


def test_late_penalties_apply(course, graded):
    config = course.root / "nbgrader_config.py"
    config.write_text(
        config.read_text()
        + "\nfrom nbgrader.plugins import LateSubmissionPlugin\n"
        + "class Half(LateSubmissionPlugin):\n"
        + "    def late_submission_penalty(self, student_id, score, total_seconds_late):\n        return score / 2\n"
        + "c.AssignLatePenalties.plugin_class = Half\n"
    )
    with course.gradebook() as gradebook:
        gradebook.update_or_create_assignment("ps1", duedate="2030-01-02 00:00:00 UTC")
    course.submit("late", **RIGHT, time="2030-01-03 00:00:00 UTC")
    course.submit("early", **RIGHT, time="2030-01-01 00:00:00 UTC")
    graded()
    with course.gradebook() as gradebook:
        assert gradebook.find_submission("ps1", "late").late_submission_penalty == 3
        assert gradebook.find_submission("ps1", "early").late_submission_penalty == 0


def test_what_changes_penalties_is_a_reason_to_grade_again(course, graded):
    def penalty():
        with course.gradebook() as gradebook:
            return gradebook.find_submission("ps1", "late").late_submission_penalty

    config = course.root / "nbgrader_config.py"
    course.submit("late", **RIGHT, time="2030-01-03 00:00:00 UTC")
    assert graded().graded == ["late"] and graded().graded == []
    with course.gradebook() as gradebook:
        gradebook.update_or_create_assignment("ps1", duedate="2030-01-02 00:00:00 UTC")
    assert graded().graded == ["late"] and penalty() == 0
    config.write_text(config.read_text() + "\nc.LateSubmissionPlugin.penalty_method = 'zero'\n")
    assert graded().graded == ["late"] and penalty() == 6
    own = (
        "\nfrom nbgrader.plugins import LateSubmissionPlugin\nclass Own(LateSubmissionPlugin):\n"
        "    def late_submission_penalty(self, student_id, score, total_seconds_late):\n        return {}\n"
        "c.AssignLatePenalties.plugin_class = Own\n"
    )
    before = config.read_text()
    for points in (1, 2):
        config.write_text(before + own.format(points))
        assert graded().graded == ["late"] and penalty() == points
    assert graded().graded == []


def test_a_student_who_was_removed_is_forgotten(course, graded):
    from course_lib.outcomes.feedback import feedback
    from course_lib.outcomes.report import write_report

    course.submit("gone", **RIGHT)
    course.submit("stays", **RIGHT)
    graded()
    feedback("ps1", course.root)
    kept = [course.root / "reports" / "ps1" / name for name in ("grading.json", "feedback.json")]
    assert all("gone" in path.read_text() for path in kept)
    for step in ("submitted", "autograded", "feedback"):
        shutil.rmtree(course.root / step / "gone")
    # while the marks are in the gradebook, so is the record of them
    assert main(["report", "ps1", "--course", str(course.root)]) == 0
    assert "gone" in kept[0].read_text()
    with course.gradebook() as gradebook:
        gradebook.remove_student("gone")
    write_report("ps1", course.root)
    for path in [*kept, course.root / "reports" / "ps1" / "report.html"]:
        assert "gone" not in path.read_text() and "stays" in path.read_text()
    assert graded().graded == []


def test_output_that_cannot_be_read_back_costs_its_student_alone(course):
    class Deep(ThreadPoolExecutor):
        def submit(self, function, submission, *arguments):
            def spoiled():
                outcome = function(submission, *arguments)
                if submission.student == "deep":
                    nested = b"[" * 100_000 + b"]" * 100_000
                    outcome.notebooks["lines"] = b'{"cells": ' + nested + b"}"
                return outcome

            return super().submit(spoiled)

    for student in ("a", "deep", "z"):
        course.submit(student, **RIGHT)
    with Deep(1) as executor:
        run = grade("ps1", course.root, executor=executor, progress=False, say=lambda line: None)
    assert [(name, record.status) for name, record in run.records.items()] == [
        ("a", "graded"),
        ("deep", "not graded"),
        ("z", "graded"),
    ]
    assert "RecursionError" in run.records["deep"].reason


def test_what_is_printed_of_a_submission_is_one_line_without_control_characters(course, graded):
    notebook = answer(released(course.release), **RIGHT)
    notebook.cells[1].metadata.tags = ["a\nzz: graded. All fine. \x1b]0;owned\x07\x1b[2J\u202e"]
    course.submit("tags", notebook)
    course.submit("new\nline", b"x")
    (course.root / "submitted").joinpath(os.fsdecode(b"zo\xeb"), "ps1").mkdir(parents=True)
    said = []
    run = graded(say=said.append)
    assert len(said) == len(run.records) == 3
    assert all(line.isprintable() for line in said)
    assert r"\x1b[2J" in " ".join(said)
    assert any(line.startswith(r"new\nline: not graded.") for line in said)
    with pytest.raises(UnknownStudent, match=r"new\\nline"):
        graded(students=["anne"])


def test_extra_files_are_copied_but_links_are_not_followed(course, graded):
    secret = course.root / "secret.txt"
    secret.write_text("secret")
    directory = course.submit("a", **RIGHT)
    (directory / "picture.png").write_bytes(b"png")
    (directory / "stolen.txt").symlink_to(secret)
    (directory / "all").symlink_to(course.root)
    assert graded().records["a"].status == "graded"
    copied = course.root / "autograded/a/ps1"
    assert (copied / "picture.png").read_bytes() == b"png" and (copied / "data.txt").read_text() == "7"
    assert not (copied / "stolen.txt").exists() and not (copied / "all").exists()


def test_records_that_cannot_be_written_are_noticed_before_anything_is_graded(course, here):
    course.submit("a", **RIGHT)
    (course.root / "reports").write_text("a file, where a folder should be")
    with pytest.raises(OSError, match="nothing was graded.*reports"):
        grade("ps1", course.root, executor=here, progress=False)
    assert not (course.root / "autograded").exists()


def test_where_nothing_was_submitted_every_command_says_where_it_looked(course, capsys, monkeypatch):
    monkeypatch.chdir(course.root)
    for command, words in {
        "grade ps1": "nobody has submitted ps1: there is no folder {root}/submitted/*/ps1",
        "report ps1": "nobody has submitted ps1: there is no folder {root}/submitted/*/ps1",
        "report ps9": "there is no assignment 'ps9' in {root}/exercises. Released are: ps1",
        "feedback ps1": "there is no folder {root}/autograded/*/ps1. Run `course grade ps1` first",
        "export": "the gradebook of {root} has no student's marks for any assignment, so grades.csv was not written",
    }.items():
        assert main(command.split()) == 2
        assert words.format(root=course.root) in capsys.readouterr().err
    assert not (course.root / "grades.csv").exists()


def test_feedback_that_cannot_be_written_is_said_with_the_reason(course, graded, capsys, monkeypatch):
    from nbgrader.converters import GenerateFeedback

    convert = GenerateFeedback.convert_single_notebook

    def fails_for_b(self, path):
        if "/b/" in path:
            raise ValueError("what is wrong\nwith it")
        convert(self, path)

    for student in "ab":
        course.submit(student, **RIGHT)
    graded()
    monkeypatch.setattr(GenerateFeedback, "convert_single_notebook", fails_for_b)
    assert main(["feedback", "ps1", "--course", str(course.root)]) == 1
    shown = capsys.readouterr()
    assert shown.err.splitlines() == [r"b: no feedback. ValueError: what is wrong\nwith it"]
    assert "Feedback for 1 students" in shown.out and "1 have no page" in shown.out
    monkeypatch.undo()
    assert main(["feedback", "ps1", "--course", str(course.root)]) == 0


def test_a_notebook_that_is_a_link_is_not_read(course, graded):
    directory = course.submit("a", **RIGHT)
    os.rename(directory / "lines.ipynb", course.root / "elsewhere.ipynb")
    (directory / "lines.ipynb").symlink_to(course.root / "elsewhere.ipynb")
    assert "symbolic link" in graded().records["a"].reason


def test_what_does_not_exist_is_said_with_what_does(course, graded):
    course.submit("anna", **RIGHT)
    with pytest.raises(UnknownAssignment, match="'ps9'.*Released are: ps1"):
        grade("ps9", course.root)
    with pytest.raises(UnknownAssignment):
        grade("", course.root)
    with pytest.raises(UnknownStudent, match="anne.*anna"):
        graded(students=["anne"])
    with pytest.raises(UnknownCourse, match="nbgrader_config.py"):
        grade("ps1", course.root / "submitted")
    with pytest.raises(ValueError, match="workers"):
        graded(workers=0)


def test_an_assignment_enters_the_gradebook_from_its_release(course, graded):
    os.remove(course.root / "gradebook.db")
    os.environ["PATH"], path = "/nowhere", os.environ["PATH"]
    try:
        course.submit("a", **RIGHT)
        assert graded().records["a"].max_points == 10
    finally:
        os.environ["PATH"] = path


def test_a_release_with_other_cells_than_those_marked_is_refused(course, graded):
    course.submit("a", **RIGHT)
    graded()
    changed = released(course.release)
    changed.cells[1].metadata.nbgrader.grade_id = "test-new"
    (course.root / "exercises/ps1/lines.ipynb").write_bytes(as_bytes(changed))
    with pytest.raises(ReleaseChanged, match="ps1/lines"):
        graded()


def test_names_of_students_may_hold_anything_a_file_may(course, graded):
    for name in ("a[b]", "a*", "b", "ö ü", "-x", "a.b+c"):
        course.submit(name, **RIGHT)
    assert {name: record.points for name, record in graded().records.items()} == dict.fromkeys(
        ("a[b]", "a*", "b", "ö ü", "-x", "a.b+c"), 6
    )


def test_a_locked_gradebook_is_waited_for(course, graded):
    course.submit("a", **RIGHT)
    with course.gradebook():
        pass
    lock = sqlite3.connect(course.root / "gradebook.db", check_same_thread=False)
    threading.Timer(7, lock.rollback).start()
    original = Ledger.enter

    def lock_first(self, outcome):
        lock.execute("BEGIN EXCLUSIVE")
        return original(self, outcome)

    Ledger.enter = lock_first
    try:
        assert graded().records["a"].status == "graded"
    finally:
        Ledger.enter = original
        lock.close()
    assert course.score("a") == 6


def test_a_gradebook_that_stays_locked_is_the_reason(course, graded, monkeypatch):
    course.submit("a", **RIGHT)
    monkeypatch.setattr(ledger, "LOCK_SECONDS", 1.0)
    original = Ledger.enter

    def locked(self, outcome):
        lock = sqlite3.connect(course.root / "gradebook.db")
        lock.execute("BEGIN EXCLUSIVE")
        try:
            return original(self, outcome)
        finally:
            lock.close()

    monkeypatch.setattr(Ledger, "enter", locked)
    record = graded().records["a"]
    assert record.status == "not graded" and "locked" in record.reason
    assert not (course.root / "autograded/a/ps1/lines.ipynb").exists()
    monkeypatch.undo()
    # a reason that passes is not kept: the next run tries again
    assert graded().graded == ["a"]


def test_a_full_disk_is_the_reason_for_what_could_not_be_written(course, graded, monkeypatch):
    from nbconvert.writers import FilesWriter

    for student in "abc":
        course.submit(student, **RIGHT)
    write = FilesWriter.write

    def full_for_b(self, output, resources, notebook_name=None, **more):
        if "/b/" in self.build_directory:
            raise OSError(28, "No space left on device")
        return write(self, output, resources, notebook_name=notebook_name, **more)

    monkeypatch.setattr(FilesWriter, "write", full_for_b)
    run = graded()
    assert {name: record.status for name, record in run.records.items()} == {"a": "graded", "b": "not graded", "c": "graded"}
    assert "No space left" in run.records["b"].reason
    with course.gradebook() as gradebook:
        assert [submission.student_id for submission in gradebook.assignment_submissions("ps1")] == ["a", "c"]
    monkeypatch.undo()
    assert graded().graded == ["b"]


def test_an_unexpected_failure_of_a_worker_is_tried_again_and_then_the_reason(course):
    class Failing(Executor):
        def __init__(self):
            self.calls = []

        def submit(self, function, submission, *arguments):
            self.calls.append(submission.student)
            future = Future()
            if submission.student == "bad" or self.calls == ["a"]:
                future.set_exception(MemoryError("no memory"))
            else:
                future.set_result(function(submission, *arguments))
            return future

    for student in ("a", "b", "bad", "c"):
        course.submit(student, **RIGHT)
    executor = Failing()
    run = grade("ps1", course.root, executor=executor, progress=False, say=print)
    assert {name: record.status for name, record in run.records.items()} == {
        "a": "graded",
        "b": "graded",
        "bad": "not graded",
        "c": "graded",
    }
    assert "MemoryError" in run.records["bad"].reason and executor.calls.count("bad") == 2


def test_workers_that_are_killed_cost_a_retry_and_nothing_else(course):
    for student in "abcdef":
        course.submit(student, **RIGHT | {"cost": SLOW})
    before = set(multiprocessing.active_children())
    killed = []

    def kill():
        # while notebooks run: the first results are there, others are not
        wait_for_results(course)
        for process in set(multiprocessing.active_children()) - before:
            left = 6 - len(results(course))
            os.kill(process.pid, signal.SIGKILL)
            killed.append(left)
            break

    killer = threading.Thread(target=kill)
    killer.start()
    run = grade("ps1", course.root, workers=2, progress=False)
    killer.join()
    assert killed and killed[0] > 0
    assert {record.status for record in run.records.values()} == {"graded"} and len(run.records) == 6
    assert {record.points for record in run.records.values()} == {6}


def test_a_given_executor_that_breaks_is_an_error_that_keeps_what_is_done(course):
    from concurrent.futures import BrokenExecutor

    class Breaking(Executor):
        calls = 0

        def submit(self, function, *arguments):
            self.calls += 1
            future = Future()
            if self.calls == 1:
                future.set_result(function(*arguments))
            else:
                future.set_exception(BrokenExecutor("gone"))
            return future

    for student in "ab":
        course.submit(student, **RIGHT)
    with pytest.raises(ExecutorLost):
        grade("ps1", course.root, executor=Breaking(), workers=1, progress=False)
    assert read_records(course.root, "ps1")["a"].status == "graded"


SCRIPT = """
from course_lib.grading.classroom import grade
if __name__ == "__main__":
    print(grade("ps1", progress=False).summary())
"""


def start(course):
    script = course.root / "grade_it.py"
    script.write_text(SCRIPT)
    return subprocess.Popen(
        [sys.executable, script],
        cwd=course.root,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def submit_slow_ones(course):
    """Two who are done at once, and six who take so long that a busy machine has time to stop the grading before they are done."""
    for number in range(8):
        course.submit(f"s{number:02}", **RIGHT | ({"cost": LONG} if number > 1 else {}))


def submit_again_quickly(course, done):
    for number in range(8):
        if f"s{number:02}" not in done:
            course.submit(f"s{number:02}", **RIGHT)


def results(course):
    return list((course.root / "autograded").glob("*/ps1/lines.ipynb"))


def wait_for_results(course):
    deadline = time.monotonic() + HANGS
    while not results(course):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def no_process_of(session):
    deadline = time.monotonic() + HANGS
    while time.monotonic() < deadline:
        found = []
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open(f"/proc/{pid}/environ", "rb") as file:
                    environment = file.read()
                if session.encode() in environment:
                    found.append(pid)
            except OSError:
                continue
        if not found:
            return True
        time.sleep(0.1)
    return False


def test_control_c_finishes_what_runs_and_the_next_run_goes_on(course, graded):
    submit_slow_ones(course)
    process = start(course)
    wait_for_results(course)
    # as a terminal does it: everything in the foreground gets it
    os.killpg(process.pid, signal.SIGINT)
    printed, errors = process.communicate(timeout=HANGS)
    assert process.returncode == 0, errors
    assert "run it again to go on" in printed and "Finishing what is running" in errors
    done = {student for student, record in read_records(course.root, "ps1").items() if record.status == "graded"}
    # the library may have been edited since this process looked
    library.cache_clear()
    assert 0 < len(done) < 8
    submit_again_quickly(course, done)
    rest = graded()
    assert set(rest.graded) == {f"s{number:02}" for number in range(8)} - done
    assert all(course.score(student) == 6 for student in rest.records)


def test_control_c_while_workers_start_is_quiet(course):
    for number in range(4):
        course.submit(f"s{number}", **RIGHT)
    process = start(course)
    # their interpreters run, and what they import is far from loaded
    deadline = time.monotonic() + HANGS
    while "--multiprocessing-fork" not in commands_of(process.pid):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    time.sleep(0.3)
    os.killpg(process.pid, signal.SIGINT)
    printed, errors = process.communicate(timeout=HANGS)
    assert process.returncode == 0 and "Traceback" not in errors, errors
    assert "run it again to go on" in printed or "4 submissions graded" in printed


def commands_of(parent):
    """The command lines of the processes that a process started."""
    found = ""
    for pid in filter(str.isdigit, os.listdir("/proc")):
        with suppress(OSError):
            with open(f"/proc/{pid}/stat") as file:
                child = int(file.read().rpartition(")")[2].split()[1]) == parent
            if child:
                with open(f"/proc/{pid}/cmdline") as file:
                    found += file.read()
    return found


def test_a_killed_coordinator_leaves_no_process_and_the_next_run_goes_on(course, graded, monkeypatch):
    submit_slow_ones(course)
    monkeypatch.setenv("PATH", f"{os.environ['PATH']}:/mark-{os.getpid()}-killed")
    process = start(course)
    wait_for_results(course)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert 0 < len(results(course)) < 8
    process.stdout.close()
    process.stderr.close()
    assert no_process_of(f"/mark-{os.getpid()}-killed")
    monkeypatch.undo()
    submit_again_quickly(course, {path.parts[-3] for path in results(course)})
    run = graded()
    assert all(record.points == 6 for record in run.records.values()) and len(run.records) == 8


def test_a_bar_counts_the_submissions(course, graded, capsys):
    pytest.importorskip("tqdm")
    course.submit("a", **RIGHT)
    graded(progress=True)
    assert "1/1" in capsys.readouterr().err


def test_outputs_of_a_graded_notebook_are_what_ran(course, graded):
    course.submit("a", **RIGHT | {"search": RIGHT["search"] + "\nprint('hello', open('data.txt').read())"})
    graded()
    assert ("stdout", "hello 7\n") in outputs(course.graded("a").cells[2])
