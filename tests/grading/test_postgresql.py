"""A gradebook on a PostgreSQL server, which the test starts."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import pytest
from small_course import SmallCourse
from small_notebooks import HALF, IMPORT, RIGHT

from course_lib.grading.classroom import grade
from course_lib.outcomes.feedback import export, feedback

HOW = "install Debian's package postgresql (`make system-deps`)"


def programs():
    """The folder of initdb and postgres, which Debian keeps off the PATH."""
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return installed[-1].parent if installed else None


@pytest.fixture(scope="module")
def server():
    """The URL of a database on a new server, which listens on a socket in its own folder."""
    pytest.importorskip("psycopg", reason='pip install "course-lib[cluster]"')
    folder = programs()
    if folder is None:
        if os.environ.get("CI") == "true":
            pytest.fail(f"PostgreSQL is missing: {HOW}.")
        pytest.skip(f"PostgreSQL is missing: {HOW}.")
    # not pytest's own, which other users cannot enter, and whose path is too long for a socket
    directory = Path(tempfile.mkdtemp(prefix="course-postgresql-"))
    owner = {}
    if os.geteuid() == 0:
        # it refuses to run as root; Debian's package makes a user for it
        shutil.chown(directory, "postgres")
        owner = {"user": "postgres", "cwd": directory}
    data = directory / "data"
    subprocess.run([folder / "initdb", "-D", data, "-U", "grader", "-A", "trust", "-N"], check=True, capture_output=True, **owner)
    options = ["-c", "listen_addresses=", "-c", f"unix_socket_directories={directory}", "-c", "fsync=off"]
    process = subprocess.Popen([folder / "postgres", "-D", data, *options], stderr=subprocess.DEVNULL, **owner)
    import psycopg

    for _ in range(6000):
        try:
            with psycopg.connect(host=str(directory), user="grader", dbname="postgres", autocommit=True) as connection:
                connection.execute("create database gradebook")
            break
        except psycopg.OperationalError:
            assert process.poll() is None
            time.sleep(0.1)
    yield f"postgresql+psycopg://grader@/gradebook?host={directory}"
    # not to wait for connections that are kept
    process.send_signal(signal.SIGINT)
    process.wait()
    shutil.rmtree(directory)


def test_a_class_is_graded_into_postgresql(server, course_template, tmp_path, here):
    root = tmp_path / "course"
    shutil.copytree(course_template, root)
    (root / "gradebook.db").unlink()
    with open(root / "nbgrader_config.py", "a") as file:
        file.write(f"\nc.CourseDirectory.db_url = {server!r}\n")
    course = SmallCourse(root)
    course.submit("right", **RIGHT)
    course.submit("half", **RIGHT | {"cost": IMPORT + HALF})
    options = {"executor": here, "progress": False, "say": lambda line: None}
    run = grade("ps1", root, **options)
    assert {name: record.points for name, record in run.records.items()} == {"right": 6, "half": 4}
    assert not (root / "gradebook.db").exists()
    assert grade("ps1", root, **options).graded == []

    from nbgrader.api import Gradebook

    with Gradebook(server) as gradebook:
        gradebook.find_grade("why", "lines", "ps1", "half").manual_score = 3.0
        gradebook.db.commit()
    assert grade("ps1", root, force=True, **options).records["half"].points == 7
    assert "half" in export(tmp_path / "marks.csv", root).read_text()
    assert sorted(feedback("ps1", root)) == ["half", "right"]
