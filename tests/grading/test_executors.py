"""Grading on a Dask cluster: a real scheduler and real workers, as separate processes that talk over loopback."""

import os
import signal
import subprocess
import sys
import threading
import time

import pytest
from small_notebooks import COST, HALF, IMPORT, RIGHT

from course_lib.grading.classroom import grade
from course_lib.grading.executors import UnreachableCluster, connected

SLOW = IMPORT + COST + "\nimport time; time.sleep(0.4)"


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    """The address of a scheduler, and its two workers."""
    pytest.importorskip("distributed", reason='pip install "course-lib[cluster]"')
    directory = tmp_path_factory.mktemp("cluster")
    here = directory / "scheduler.json"
    options = {"cwd": directory, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    command = ["-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--dashboard-address", ":0"]
    processes = [subprocess.Popen([sys.executable, *command, "--scheduler-file", here], **options)]
    command = ["-m", "distributed.cli.dask_worker", "--nthreads", "1", "--no-nanny", "--no-dashboard", "--host", "127.0.0.1"]
    processes += [subprocess.Popen([sys.executable, *command, "--scheduler-file", here], **options) for _ in range(2)]
    try:
        from distributed import Client

        with Client(scheduler_file=str(here), timeout=60) as client:
            client.wait_for_workers(2, timeout=60)
            address = client.scheduler.address.replace("tcp://", "dask://")
        yield address, processes[1:]
    finally:
        for process in processes:
            process.kill()
            process.wait()


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
        course.submit(f"s{number}", **RIGHT | {"cost": SLOW})

    def kill():
        deadline = time.monotonic() + 60
        while not list((course.root / "autograded").glob("*/ps1/lines.ipynb")) and time.monotonic() < deadline:
            time.sleep(0.05)
        os.kill(workers[0].pid, signal.SIGKILL)

    killer = threading.Thread(target=kill)
    killer.start()
    run = grade("ps1", course.root, executor=address, progress=False)
    killer.join()
    assert [record.points for record in run.records.values()] == [6] * 8


def test_an_address_that_is_none_is_said():
    for address in ("dask://", "host:8786", "tcp://host:8786", ""):
        with pytest.raises(ValueError, match="dask://HOST:PORT"), connected(address):
            pass


def test_a_cluster_that_does_not_answer_is_said(monkeypatch):
    pytest.importorskip("distributed", reason='pip install "course-lib[cluster]"')
    monkeypatch.setattr("course_lib.grading.executors.CONNECT_SECONDS", 1)
    with pytest.raises(UnreachableCluster, match="127.0.0.1:9"), connected("dask://127.0.0.1:9"):
        pass
