"""Grading on a Dask cluster: a real scheduler and real workers, as separate processes that talk over loopback."""

import os
import shutil
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
from small_notebooks import COST, HALF, IMPORT, RIGHT

import course_lib
from course_lib.grading.classroom import grade
from course_lib.grading.executors import OtherLibrary, UnreachableCluster, connected, library
from course_lib.grading.pool import ExecutorLost
from course_lib.grading.records import read_records

# so long that a busy machine has time to kill somebody before all are done
SLOW = IMPORT + COST + "\nimport time; time.sleep(2)"
LONG = IMPORT + COST + "\nimport time; time.sleep(20)"
HANGS = 600  # seconds that nothing takes unless it hangs


@pytest.fixture(autouse=True)
def library_as_it_is_now():
    """It may have been edited since an earlier test in this process."""
    library.cache_clear()


@contextmanager
def running_cluster(directory, environment=None):
    """The address of a scheduler, and the processes: the scheduler and its two workers."""
    pytest.importorskip("distributed", reason='pip install "course-lib[cluster]"')
    here = directory / "scheduler.json"
    options = {"cwd": directory, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    options["env"] = os.environ | (environment or {})
    command = ["-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--dashboard-address", ":0"]
    processes = [subprocess.Popen([sys.executable, *command, "--scheduler-file", here], **options)]
    command = ["-m", "distributed.cli.dask_worker", "--nthreads", "1", "--no-nanny", "--no-dashboard", "--host", "127.0.0.1"]
    processes += [subprocess.Popen([sys.executable, *command, "--scheduler-file", here], **options) for _ in range(2)]
    try:
        from distributed import Client

        with Client(scheduler_file=str(here), timeout=HANGS) as client:
            client.wait_for_workers(2, timeout=HANGS)
            address = client.scheduler.address.replace("tcp://", "dask://")
        yield address, processes
    finally:
        for process in processes:
            process.kill()
            process.wait()


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    with running_cluster(tmp_path_factory.mktemp("cluster")) as (address, (_, *workers)):
        yield address, workers


def wait_for_results(course):
    """Until some are there; returns how many are not."""
    deadline = time.monotonic() + HANGS
    while not (found := list((course.root / "autograded").glob("*/ps1/lines.ipynb"))):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return len(list((course.root / "submitted").iterdir())) - len(found)


def test_a_cluster_gives_the_same_marks(course, cluster):
    address, _ = cluster
    course.submit("right", **RIGHT)
    course.submit("half", **RIGHT | {"cost": IMPORT + HALF})
    course.submit("loop", **RIGHT | {"cost": "import os; os._exit(1)"})
    course.submit("broken", b"x")
    run = grade("ps1", course.root, executor=address, progress=False, say=lambda line: None)
    assert {name: (record.status, record.points) for name, record in run.records.items()} == {
        "right": ("graded", 6),
        "half": ("graded", 4),
        "loop": ("graded", 0),
        "broken": ("not graded", 0),
    }
    assert all("seccomp" in record.isolation for record in run.records.values() if record.status == "graded")


def test_a_worker_that_is_killed_in_the_middle_costs_nothing(course, cluster):
    address, workers = cluster
    for number in range(8):
        course.submit(f"s{number}", **RIGHT | ({"cost": SLOW} if number > 1 else {}))

    left = []

    def kill():
        left.append(wait_for_results(course))
        workers[0].kill()

    killer = threading.Thread(target=kill, daemon=True)
    killer.start()
    run = grade("ps1", course.root, executor=address, progress=False)
    killer.join()
    assert left and left[0] > 0
    assert [record.points for record in run.records.values()] == [6] * 8


@pytest.mark.parametrize(
    ("victims", "words"),
    [(slice(1, None), "has no workers any more"), (slice(0, 1), "Dask scheduler at .* (is lost|does not answer)")],
)
def test_a_cluster_that_is_gone_is_an_error_that_keeps_what_is_done(victims, words, course, tmp_path, monkeypatch):
    monkeypatch.setattr("course_lib.grading.executors.LOST_SECONDS", 6.0)
    monkeypatch.setattr("course_lib.grading.executors.CONNECT_SECONDS", HANGS)
    for number in range(12):
        course.submit(f"s{number:02}", **RIGHT | ({"cost": LONG} if number > 1 else {}))
    with running_cluster(tmp_path) as (address, processes):

        def kill():
            wait_for_results(course)
            for process in processes[victims]:
                process.kill()

        killer = threading.Thread(target=kill, daemon=True)
        killer.start()
        with pytest.raises(ExecutorLost, match=f"{words}.*run it again"):
            grade("ps1", course.root, executor=address, progress=False)
        killer.join()
    done = [record for record in read_records(course.root, "ps1").values() if record.status == "graded"]
    assert 0 < len(done) < 12


def test_a_worker_with_another_library_is_refused(course, tmp_path):
    other = tmp_path / "other"
    shutil.copytree(Path(course_lib.__file__).parent, other / "course_lib", ignore=shutil.ignore_patterns("__pycache__"))
    (other / "course_lib" / "trace.py").open("a").write("\n# edited\n")
    course.submit("a", **RIGHT)
    refused = pytest.raises(OtherLibrary, match="has another version of course_lib")
    with running_cluster(tmp_path, {"PYTHONPATH": str(other)}) as (address, _), refused:
        grade("ps1", course.root, executor=address, progress=False)
    assert not (course.root / "autograded").exists()


def test_an_address_that_is_none_is_said():
    for address in ("dask://", "host:8786", "tcp://host:8786", ""):
        with pytest.raises(ValueError, match="dask://HOST:PORT"), connected(address):
            pass


def test_a_cluster_that_does_not_answer_is_said(monkeypatch):
    pytest.importorskip("distributed", reason='pip install "course-lib[cluster]"')
    monkeypatch.setattr("course_lib.grading.executors.CONNECT_SECONDS", 1)
    with pytest.raises(UnreachableCluster, match="127.0.0.1:9"), connected("dask://127.0.0.1:9"):
        pass
