"""What a notebook can read, change and reach, with each layer of the sandbox and without bubblewrap around the others."""

import importlib
import importlib.util
import json
import os
import platform
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from small_notebooks import code, outputs

import course_lib
from course_lib.grading import sandbox
from course_lib.grading.classroom import grade
from course_lib.grading.execute import Preloaded, can_fork, execute
from course_lib.grading.limits import Limits
from course_lib.grading.sandbox import SandboxMissing

pytestmark = pytest.mark.skipif(not can_fork(), reason="the sandbox is Linux's")


@pytest.fixture(scope="module")
def bare():
    """A preloaded process without bubblewrap, as on a machine that has none."""
    with Preloaded(wrap=False) as process:
        yield process


@pytest.fixture(params=["wrapped", "bare"])
def run(request, preloaded):
    process = preloaded if request.param == "wrapped" else request.getfixturevalue("bare")

    def run(*sources, **options):
        return execute(code(*sources), preloaded=process, **options)

    run.wrapped = request.param == "wrapped" and not sandbox.bubblewrap_missing()
    yield run
    # a test of limits may have started it anew
    report = execute(code("1"), preloaded=process).isolation
    assert ("bubblewrap" in report) == run.wrapped


def value(execution, cell=-1):
    """The value that a cell shows, or the error it ends with."""
    kind, text = outputs(execution.notebook.cells[cell])[-1]
    return eval(text) if kind == "execute_result" else f"{kind}: {text}"


TRY = """
def attempt(function, *arguments):
    try:
        return "done", function(*arguments)
    except BaseException as error:
        return type(error).__name__, str(error)
"""


def attempts(run, *expressions, setup="", **options):
    """How calls end: the name of the exception, or "done"."""
    listed = ", ".join(f"attempt(lambda: {expression})[0]" for expression in expressions)
    return list(value(run(TRY + "import os\n" + setup, f"({listed},)", **options)))


REFUSED = {"PermissionError", "FileNotFoundError"}


def test_the_report_says_which_layers_there_are(run):
    report = run("1").isolation
    assert "limits" in report and "seccomp" in report
    assert f"Landlock {sandbox.landlock_version()}" in report
    if run.wrapped:
        assert report[0] == "bubblewrap"
    else:
        assert report[0].startswith("no bubblewrap (")
    missing = sandbox.missing_layers(report)
    assert all(layer.startswith("no ") for layer in missing)
    if run.wrapped and os.geteuid() == 0:
        assert "own user" in report and missing == []


def test_files_of_the_machine_cannot_be_read(run, tmp_path):
    secret = tmp_path / "gradebook.db"
    secret.write_text("marks")
    os.chmod(tmp_path, 0o777)
    os.chmod(secret, 0o666)
    solutions = os.path.join(os.path.dirname(os.path.dirname(sandbox.course_lib.__path__[0])), "solutions")
    ends = attempts(
        run,
        f"open({str(secret)!r}).read()",
        f"open({str(secret)!r}, 'a')",
        f"os.listdir({str(tmp_path)!r})",
        f"os.listdir({solutions!r})",
        "open('/etc/passwd').read()",
        "open('/etc/shadow').read()",
        "os.listdir('/home')",
        "os.listdir('/root')",
        f"os.open({str(tmp_path / 'new')!r}, os.O_CREAT | os.O_WRONLY)",
        f"os.symlink({str(secret)!r}, 'link') or open('link').read()",
        f"os.link({str(secret)!r}, 'hard')",
        f"os.rename({str(secret)!r}, 'moved')",
        f"os.unlink({str(secret)!r})",
        f"__import__('subprocess').check_output(['cat', {str(secret)!r}])",
        f"__import__('shutil').copy({str(secret)!r}, 'copy')",
    )
    assert set(ends) <= REFUSED | {"CalledProcessError", "OSError"}, ends
    assert secret.read_text() == "marks" and not (tmp_path / "new").exists()


def test_the_installation_can_be_read_but_not_written(run):
    ends = attempts(
        run,
        "open(os.__file__).read()",
        "open(os.__file__, 'a')",
        "open(course_lib.__file__, 'a')",
        "open(os.path.join(course_lib.__path__[0], 'new.py'), 'w')",
        "__import__('sklearn.linear_model')",
        setup="import course_lib",
    )
    assert ends[0] == ends[4] == "done" and set(ends[1:4]) <= {"PermissionError", "OSError"}


HIDDEN = ["checks/answers/gradient_descent.py", "checks/matrix.py", "grading/sample_class.py"]


@pytest.mark.parametrize("name", HIDDEN)
def test_the_right_answers_cannot_be_read(run, name):
    path = Path(course_lib.__path__[0]) / name
    module = "course_lib." + name.removesuffix(".py").replace("/", ".")
    bytecode = importlib.util.cache_from_source(str(path))
    # the file and its bytecode are there for the grader
    importlib.import_module(module)
    secret = path.read_text()
    ends = attempts(
        run,
        f"open({str(path)!r}).read()[0]",
        f"open({bytecode!r}, 'rb').read()[0]",
        f"__import__('subprocess').check_output(['cat', {str(path)!r}])[0]",
        f"__import__('shutil').copy({str(path)!r}, 'copy') and open('copy').read()[0]",
        f"os.link({str(path)!r}, 'link') or open('link').read()[0]",
        f"__import__('inspect').getsource(importlib.import_module({module!r}))",
        setup="import importlib\n",
    )
    assert secret and "done" not in ends, ends


def test_what_a_notebook_may_import_can_be_imported(run):
    hidden = ("course_lib.checks.answers", "course_lib.checks.matrix", "course_lib.grading.", "course_lib.cli")
    modules = [
        ".".join(path.relative_to(Path(course_lib.__path__[0]).parent).with_suffix("").parts)
        for path in Path(course_lib.__path__[0]).rglob("*.py")
        if path.name != "__init__.py"
    ]
    names = [name for name in modules if not name.startswith(hidden)]
    source = f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', 'import ' + ', '.join({names})]).returncode"
    assert len(names) > 20 and value(run(source)) == 0


def test_the_solutions_are_hidden_wherever_the_library_lies(tmp_path, monkeypatch):
    package = tmp_path / "site-packages" / "course_lib"
    for name in (*HIDDEN, "checks/judging.py", "checks/__pycache__/matrix.cpython-311.pyc"):
        (package / name).parent.mkdir(parents=True, exist_ok=True)
        (package / name).write_text("")
    (package.parent / "numpy").mkdir()
    (package.parent / "elsewhere").symlink_to("/etc")
    monkeypatch.setattr(course_lib, "__path__", [str(package)])
    monkeypatch.setattr(sandbox, "readable_paths", lambda: (str(package.parent),))
    uncached = {name: getattr(sandbox, name).__wrapped__ for name in ("hidden_paths", "shown_paths")}
    for name, function in uncached.items():
        monkeypatch.setattr(sandbox, name, function)
    shown = {path.removeprefix(str(package.parent)): listed_only for path, listed_only in sandbox.shown_paths()}
    assert {path for path, listed_only in shown.items() if not listed_only} == {"/numpy", "/course_lib/checks/judging.py"}
    assert {path for path, listed_only in shown.items() if listed_only} == {
        "",
        "/course_lib",
        "/course_lib/checks",
        "/course_lib/checks/__pycache__",
        "/course_lib/grading",
    }


def test_permissions_and_times_of_files_outside_cannot_be_changed(run, tmp_path):
    target = tmp_path / "x"
    target.write_text("")
    os.chmod(tmp_path, 0o777)
    os.chmod(target, 0o644)
    ends = attempts(
        run, f"os.chmod({str(target)!r}, 0)", f"os.utime({str(target)!r}, (0, 0))", f"os.chown({str(target)!r}, 0, 0)"
    )
    assert "done" not in ends and target.stat().st_mode & 0o777 == 0o644 and target.stat().st_mtime > 0


def test_there_is_no_network(run):
    server = socket.create_server(("127.0.0.1", 0))
    abstract = socket.socket(socket.AF_UNIX)
    abstract.bind("\0course-test")
    abstract.listen()
    port = server.getsockname()[1]
    ends = attempts(
        run,
        f"socket.create_connection(('127.0.0.1', {port}), 1)",
        "socket.socket(socket.AF_INET, socket.SOCK_DGRAM)",
        "socket.socket(socket.AF_INET6)",
        "socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)",
        "socket.socket(socket.AF_UNIX).connect('\\0course-test')",
        "__import__('urllib.request').request.urlopen('http://127.0.0.1', timeout=1)",
        setup="import socket",
    )
    server.close()
    abstract.close()
    assert set(ends) <= {"PermissionError", "ConnectionRefusedError", "OSError", "URLError"}, ends


def test_other_processes_can_be_neither_seen_nor_touched(run):
    bystander = subprocess.Popen([sys.executable, "-c", "print(input())"], stdin=subprocess.PIPE, env={"SECRET": "x"})
    try:
        pid = bystander.pid
        ends = attempts(
            run,
            f"os.kill({pid}, 9)",
            "os.kill(os.getppid(), 9)",
            f"open('/proc/{pid}/environ').read()",
            f"open('/proc/{pid}/cmdline').read()",
            f"open('/proc/{pid}/mem', 'rb')",
            f"os.readlink('/proc/{pid}/cwd')",
            f"libc.ptrace(16, {pid}, 0, 0) and 1 / 0",
            f"resource.prlimit({pid}, resource.RLIMIT_CPU, (1, 1))",
            f"os.pidfd_open({pid}) and signal.pidfd_send_signal(os.pidfd_open({pid}), 9)",
            setup="import ctypes, resource, signal\nlibc = ctypes.CDLL(None)",
        )
        assert "done" not in ends, ends
        assert bystander.poll() is None
    finally:
        bystander.kill()
        bystander.wait()
    assert run("1").problem == ""


def test_the_next_notebook_is_not_slowed_down(run):
    """The process that forks the next one may belong to the same user, and hands on what it has."""
    set_, get = {"x86_64": (251, 252), "aarch64": (30, 31)}[platform.machine()]  # ioprio_set, ioprio_get
    state = f"(os.getpriority(os.PRIO_PROCESS, 0), os.sched_getscheduler(0), sorted(os.sched_getaffinity(0)), libc.syscall({get}, 1, 0))"
    setup = "import ctypes, os\nlibc = ctypes.CDLL(None, use_errno=True)\n"
    before = value(run(setup + state))
    ends = attempts(
        run,
        "os.setpriority(os.PRIO_PROCESS, os.getppid(), 15)",
        "os.setpriority(os.PRIO_USER, 0, 15)",
        "os.sched_setscheduler(os.getppid(), os.SCHED_IDLE, os.sched_param(0))",
        "os.sched_setparam(os.getppid(), os.sched_param(0))",
        "os.sched_setaffinity(os.getppid(), {0})",
        f"call(libc.syscall, {set_}, 1, os.getppid(), 3 << 13 | 7)",
        f"call(libc.syscall, {set_}, 3, 0, 3 << 13 | 7)",
        # a process may still step back itself
        "os.setpriority(os.PRIO_PROCESS, 0, os.getpriority(os.PRIO_PROCESS, 0) + 1)",
        "os.setpriority(os.PRIO_PROCESS, os.getpid(), os.getpriority(os.PRIO_PROCESS, 0) + 1)",
        "os.sched_setaffinity(0, os.sched_getaffinity(0))",
        setup=setup + "def call(function, *arguments):\n    if function(*arguments) < 0: raise PermissionError\n",
    )
    assert ends[:7] == ["PermissionError"] * 7 and ends[7:] == ["done"] * 3, ends
    assert value(run(setup + state)) == before


def test_the_doors_of_the_kernel_are_shut(run):
    ends = attempts(
        run,
        "call('unshare', 0x10000000)",
        "call('mount', b'none', b'/tmp', b'tmpfs', 0, None)",
        "call('setns', 3, 0)",
        "call('ptrace', 0, 0, None, None)",
        "call('process_vm_readv', os.getpid(), None, 0, None, 0, 0)",
        "call('memfd_create', b'x', 0)",
        "call('open_by_handle_at', 0, None, 0)",
        "call('personality', 0)",
        "call('syscall', 425, 1, None)",  # io_uring_setup
        setup=(
            "import ctypes\nlibc = ctypes.CDLL(None, use_errno=True)\n"
            "def call(name, *arguments):\n"
            "    if getattr(libc, name)(*arguments) < 0:\n"
            "        raise OSError(ctypes.get_errno(), 'refused')\n"
        ),
    )
    assert set(ends) == {"PermissionError"}, ends


def test_nobody_becomes_root_again(run):
    ends = attempts(
        run,
        "os.setresuid(0, 0, 0) or open('/etc/shadow')",
        "open('/proc/sys/kernel/hostname', 'w')",
        "os.chroot('.')",
        "os.mknod('d', 0o20666, 0x103)",
    )
    assert "done" not in ends


def test_descriptors_of_the_grader_are_not_inherited(run):
    source = (
        "import os\ndef is_open(descriptor):\n"
        "    try:\n        return bool(os.fstat(descriptor))\n    except OSError:\n        return False\n"
        "[descriptor for descriptor in range(600) if is_open(descriptor)]"
    )
    # its three streams, its connection to the grader, and the null device as stdin of Python
    assert len(value(run(source))) <= 5


def test_the_environment_holds_nothing_of_the_graders(run, monkeypatch):
    monkeypatch.setenv("DATABASE_PASSWORD", "secret")
    found = value(run("import os\nb'secret' in open('/proc/self/environ', 'rb').read(), sorted(os.environ)"))
    assert found[0] is False and "DATABASE_PASSWORD" not in found[1]


def test_a_fork_bomb_ends_with_its_notebook(run, clock):
    bomb = "import os\nwhile True:\n    try:\n        os.fork()\n    except OSError:\n        print('LATE', flush=True)"
    limits = Limits(processes=20)
    begun = run("1", bomb, "2", limits=limits)
    assert outputs(begun.notebook.cells[0]) == [("execute_result", "1")]
    assert outputs(begun.notebook.cells[1])
    # the next submission is not hurt
    assert value(run("3")) == 3


def test_a_memory_bomb_of_many_processes_ends(run):
    bomb = (
        "import os, time\n"
        "for _ in range(8):\n"
        "    if os.fork() == 0:\n"
        "        hog = bytearray(os.urandom(1 << 20)) * 150\n"
        "        time.sleep(98765)\n"
        "        os._exit(0)\n"
        "time.sleep(98765)"
    )
    ended = run(bomb, "1", limits=Limits(memory_bytes=400 << 20, cell_seconds=600, notebook_seconds=600))
    assert "MB of memory together" in ended.problem
    assert value(run("3")) == 3


def test_the_disk_cannot_be_filled(run):
    fill = "for i in range(1000):\n    with open(f'f{i}', 'wb') as file: file.write(b'x' * 10_000_000)"
    limits = Limits(disk_bytes=64 << 20, cell_seconds=600, notebook_seconds=600)
    ended = run(fill, limits=limits)
    last = outputs(ended.notebook.cells[0])[-1]
    assert "MB into files" in last[1] or "No space left" in last[1], last
    assert value(run("open('x', 'wb').write(b'x' * 1_000_000)", limits=limits)) == 1_000_000


def test_shared_memory_is_emptied_between_notebooks(run):
    for directory in ("/dev/shm", "/tmp"):
        run(f"open('{directory}/answer', 'w').write('42')")
    assert value(run("import os\nos.path.exists('/dev/shm/answer'), os.path.exists('/tmp/answer')")) == (False, False)
    assert not os.path.exists("/dev/shm/answer")


def test_threads_that_outlive_a_cell_end_with_the_notebook(run):
    spin = (
        "import threading\ndef spin():\n    while True: pass\n"
        "for daemon in (True, False): threading.Thread(target=spin, daemon=daemon).start()"
    )
    result = run(spin, "1")
    assert result.problem == "" and value(result) == 1


def test_a_missing_layer_can_be_refused(bare, course, preloaded, monkeypatch):
    with pytest.raises(SandboxMissing, match="no bubblewrap"):
        execute(code("1"), preloaded=bare, require_sandbox=True)
    marker = "open('ran', 'w')"
    refused = code(marker)
    with pytest.raises(SandboxMissing):
        execute(refused, preloaded=bare, require_sandbox=True)
    assert refused.cells[0].outputs == []
    course.submit("a")

    class Here:
        def submit(self, function, *arguments):
            from concurrent.futures import Future

            future = Future()
            try:
                future.set_result(function(*arguments))
            except Exception as error:
                future.set_exception(error)
            return future

    monkeypatch.setattr("course_lib.grading.execute._idle", [bare])
    with pytest.raises(SandboxMissing):
        grade("ps1", course.root, executor=Here(), progress=False, require_sandbox=True)
    assert not (course.root / "autograded").exists()


def test_layers_that_cannot_be_had_are_named():
    with pytest.raises(OSError, match="none"):
        sandbox.landlock(0, [], whole_proc=True, sockets=True)
    script = (
        "import json, platform\nfrom course_lib.grading import sandbox\nfrom course_lib.grading.limits import Limits\n"
        "platform.machine = lambda: 'riscv64'\nsandbox.landlock_version = lambda: 0\n"
        "print(json.dumps(sandbox.confine([], Limits().to_json(), wrapped='not installed', uid=None)))"
    )
    printed = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert sandbox.missing_layers(json.loads(printed)) == [
        "no bubblewrap (not installed)",
        "no Landlock (the kernel has none)",
        "no seccomp (its numbers for riscv64 are not known here)",
    ]
